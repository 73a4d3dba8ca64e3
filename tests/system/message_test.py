"""Messages of some MiB go through the shim to a real Postfix and arrive octet by octet, by DATA and by BDAT, however the
writes are cut."""
import hashlib
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.postfix import require_postfix
from system.site import Site
from system.waiting import run_tests

SIZE = 3 << 20
SEED = 3030


class Client:
    """An authenticated session that speaks as badly cut as the dice have it."""

    def __init__(self, site, dice):
        self.socket, self.dice = site.connect("tls"), dice
        self.replies = self.socket.makefile("rb")
        self.expect("220")
        self.say(b"EHLO client.test\r\n", "250")
        self.say(f"AUTH PLAIN {site.plain('alice', site.passwords['alice'])}\r\n".encode(), "235")

    def expect(self, code):
        line = b"   -"
        while line[3:4] == b"-":
            line = self.replies.readline()
        if not line.startswith(code.encode()):
            raise AssertionError(f"expected {code}, got {line!r}")

    def say(self, octets, *codes):
        self.socket.sendall(octets)
        for code in codes:
            self.expect(code)

    def say_in_pieces(self, octets):
        at = 0
        while at < len(octets):
            size = self.dice.choice((1, 2, 1000, 16384, 100_000, 1_000_000))
            self.socket.sendall(octets[at:at + size])
            at += size

    def begin(self):
        self.say(b"MAIL FROM:<alice@shim.test>\r\nRCPT TO:<bob@shim.test>\r\n", "250", "250")

    def by_data(self, message):
        self.begin()
        self.say(b"DATA\r\n", "354")
        stuffed = (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:]
        self.say_in_pieces(stuffed + b".\r\n")
        self.expect("250")

    def by_bdat(self, message, chunk):
        """All chunks ahead of their replies."""
        self.begin()
        chunks = [message[at:at + chunk] for at in range(0, len(message), chunk)]
        self.say_in_pieces(b"".join(b"BDAT %d\r\n%s" % (len(octets), octets) for octets in chunks) + b"BDAT 0 LAST\r\n")
        for _ in range(len(chunks) + 1):
            self.expect("250")

    def quit(self):
        self.say(b"QUIT\r\n", "221")
        self.socket.close()


def made_message(dice):
    """Lines of any octets but CR, LF and NUL, many of them beginning with a dot."""
    octets = bytes(range(1, 256)).replace(b"\r", b"").replace(b"\n", b"")
    lines, size = [b"Subject: large", b""], 0
    while size < SIZE:
        line = dice.choice((b"", b".", b"..", b"x")) + bytes(dice.choices(octets, k=dice.randrange(900)))
        lines.append(line)
        size += len(line) + 2
    return b"\r\n".join(lines) + b"\r\n"


def body_hash(message):
    """Of what is behind the header, with any line ends: a Maildir has others."""
    return hashlib.sha256(message.replace(b"\r\n", b"\n").partition(b"\n\n")[2]).hexdigest()


class MessageTest(unittest.TestCase):
    def setUp(self):
        dice = random.Random(SEED)
        self.message = made_message(dice)
        self.site = self.enterContext(Site(backend="postfix"))
        self.site.start()
        self.client = Client(self.site, dice)

    def check_arrived(self):
        self.client.quit()
        self.assertTrue(self.site.postfix.wait_for(messages=1))
        path, = self.site.postfix.dir.glob("mail/inbox/new/*")
        self.assertEqual(body_hash(path.read_bytes()), body_hash(self.message))

    def test_by_data(self):
        self.client.by_data(self.message)
        self.check_arrived()

    def test_by_small_chunks(self):
        self.client.by_bdat(self.message, 7777)
        self.check_arrived()

    def test_by_large_chunks(self):
        self.client.by_bdat(self.message, 2_000_000)
        self.check_arrived()


if __name__ == "__main__":
    run_tests(require_postfix)
