"""The end of a session by session-timeout, and messages that are under way then, with a real Postfix behind."""
import contextlib
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import plain
from system.postfix import require_postfix
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

TIMEOUT = b"421 4.4.2 Timeout\r\n"


class SessionTimeoutTest(unittest.TestCase):
    def setUp(self):
        self.site = self.enterContext(Site(["session-timeout = 3s"], backend="postfix"))
        self.site.start()
        self.client = self.enterContext(connected(self.site, timeout=20))
        self.assertEqual(plain(self.client, self.site, self.site.passwords["alice"])[0], 235)
        self.client.mail("alice@" + NAME)
        self.assertEqual(self.client.rcpt("bob@" + NAME)[0], 250)
        # Came later, so its time is over later.
        self.later = self.enterContext(contextlib.closing(self.site.connect("starttls")))
        self.assertTrue(self.later.recv(100).startswith(b"220 "))

    def wait_for_the_end(self):
        self.assertEqual(self.later.recv(100), TIMEOUT)

    def check_delivered_and_ended(self, reply):
        self.assertEqual(reply[0], 250)
        self.assertEqual(self.client.getreply(), (421, b"4.4.2 Timeout"))
        self.assertTrue(wait_until(lambda: len(self.site.postfix.messages()) == 1))

    def test_not_within_data(self):
        self.assertEqual(self.client.docmd("DATA")[0], 354)
        self.client.send("Subject: slow\r\n\r\n")
        self.wait_for_the_end()
        self.client.send("text\r\n.\r\n")
        self.check_delivered_and_ended(self.client.getreply())

    def test_not_between_chunks(self):
        self.client.send("BDAT 17\r\nSubject: slow\r\n\r\n")
        self.assertEqual(self.client.getreply()[0], 250)
        self.wait_for_the_end()
        self.client.send("BDAT 6 LAST\r\ntext\r\n")
        self.check_delivered_and_ended(self.client.getreply())

    def test_threats_slow_and_half_open_between_commands_of_a_transaction(self):
        self.wait_for_the_end()
        self.assertEqual(self.client.getreply(), (421, b"4.4.2 Timeout"))
        self.assertEqual(self.site.postfix.messages(), [])

    def test_threats_slow_and_half_open_a_client_that_never_stops_talking(self):
        """There is always something to read, so nobody ever waits for it."""
        self.client.close()
        talker = threading.Thread(target=self.talk, daemon=True)
        talker.start()
        heard, begun = b"", time.monotonic()
        with contextlib.suppress(OSError):
            while not heard.endswith(TIMEOUT) and time.monotonic() < begun + 15:
                heard = heard[-100:] + self.later.recv(65536)
        self.assertIn(TIMEOUT, heard)
        talker.join(20)

    def talk(self):
        with contextlib.suppress(OSError):
            while True:
                self.later.sendall(b"NOOP\r\n" * 10000)


if __name__ == "__main__":
    run_tests(require_postfix)
