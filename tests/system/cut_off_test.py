"""Clients that are cut off in every state, and sessions beside them that go on: with a real Postfix behind.

One worker serves all of them, so that what hurts it hurts everybody.
"""
import base64
import contextlib
import pathlib
import socket
import struct
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import plain
from system.postfix import require_postfix
from system.scram import Scram
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

MAIL = f"MAIL FROM:<alice@{NAME}>"
RCPT = f"RCPT TO:<bob@{NAME}>"
TEXT = "Subject: cut off\r\n\r\ntext\r\n"
# What a session says, one after another; "{...}" is filled in. It is cut off behind each of them, within each, and before
# each is answered.
SESSIONS = {
    "short": ["EHLO client.test", "QUIT"],
    "clear": ["", "EHLO client.test", "NOOP", "STARTTLS"],
    "PLAIN": ["EHLO client.test", "CLIENTID UUID {token}", "AUTH PLAIN", "{plain}", MAIL, RCPT, "DATA", TEXT, "."],
    "LOGIN": ["EHLO client.test", "AUTH LOGIN", "{user}", "{password}", "RSET"],
    "SCRAM": ["EHLO client.test", "AUTH SCRAM-SHA-256", "{scram}", "{no-scram}"],
    "cancelled": ["EHLO client.test", "AUTH PLAIN", "*", "AUTH PLAIN {no-base64}"],
    "BDAT": ["EHLO client.test", "AUTH PLAIN {plain}", MAIL, RCPT, "BDAT 10\r\nSubject: c", "BDAT 30 LAST\r\nut off"],
    "pipelined": ["EHLO client.test", "AUTH PLAIN {plain}", f"{MAIL}\r\n{RCPT}\r\nDATA", TEXT],
}


class CutOffTest(unittest.TestCase):
    def setUp(self):
        self.site = self.enterContext(Site(["workers = 1", "max-errors = 100"], backend="postfix"))
        self.site.ctl("bind alice UUID -", self.site.token("phone"))
        self.site.start()
        self.delivered = self.whole = 0

    def values(self):
        password = self.site.passwords["alice"]
        return {"token": self.site.token("phone"), "plain": self.site.plain("alice", password),
                "user": base64.b64encode(b"alice").decode(), "password": base64.b64encode(password.encode()).decode(),
                "scram": Scram("alice", password).first(), "no-scram": "bm90aGluZw==", "no-base64": "=A=",
                }

    def cut(self, said, rest, reset):
        """Say so much, hear the reply to all of it but the rest, and leave: with a close, or as a cable that is pulled."""
        connection = self.site.connect("starttls" if said and said[0] == "" else "tls")
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.recv(4096)
            for text in said:
                if text:
                    connection.sendall(self.filled(text) + b"\r\n")
                    if text != TEXT and not text.startswith("BDAT 30"):
                        connection.recv(4096)
            connection.sendall(self.filled(rest))
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def filled(self, text):
        for name, value in self.values().items():
            text = text.replace("{" + name + "}", value)
        return text.encode()

    def go_on(self, client):
        self.assertEqual(client.sendmail("alice@" + NAME, ["bob@" + NAME], TEXT), {})
        self.delivered += 1

    def test_cut_at_every_state(self):
        with connected(self.site, "phone") as before, connected(self.site, "phone") as within:
            for client in (before, within):
                self.assertEqual(plain(client, self.site, self.site.passwords["alice"])[0], 235)
            self.assertEqual(within.docmd(MAIL)[0], 250)
            for name, session in SESSIONS.items():
                for count in range(len(session)):
                    ways = [("", False), ("", True), (session[count][:-1], True)]
                    # Gone before it can be told, unless that is a matter of luck: then nobody knows what was delivered.
                    if session[count] not in ("", "."):
                        ways += [(session[count] + "\r\n", reset) for reset in (False, True)]
                    for rest, reset in ways:
                        self.whole += session[:count + 1] == SESSIONS["PLAIN"] and not rest
                        with self.subTest(session=name, said=count, rest=bool(rest), reset=reset):
                            self.cut(session[:count] if rest else session[:count + 1], rest, reset)
                            self.assertEqual(before.noop()[0], 250)
                self.go_on(before)
            # In the middle of its transaction all the time, and in AUTH of its own at the end.
            self.assertEqual(within.docmd(RCPT)[0], 250)
            self.assertEqual(within.data(TEXT)[0], 250)
            self.delivered += 1
        with connected(self.site, "phone") as after:
            self.assertEqual(plain(after, self.site, self.site.passwords["alice"])[0], 235)
            self.go_on(after)
        # Those of PLAIN that came to their end are delivered too; all others never were whole.
        self.assertTrue(self.site.postfix.wait_for(messages=self.delivered + self.whole))
        log = self.site.log
        self.assertTrue(wait_until(lambda: log().count(": connect ") == log().count(": disconnect ")),
                        "sessions that were cut off are still there")
        self.assertNotIn("session-failure", log())


if __name__ == "__main__":
    run_tests(require_postfix)
