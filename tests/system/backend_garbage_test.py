"""A back end that answers garbage, nothing, slowly, or without end, in every state that it can be in.

The client is told in the place where it asked, within backend-timeout, and another session is served meanwhile. No real
server does that: a scripted one stands behind.
"""
import pathlib
import select
import smtplib
import ssl
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import scripted
from system.authority import Authority
from system.client import connected
from system.mechanisms import UNAVAILABLE, plain
from system.scripted import Scripted
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

AT_ONCE = (scripted.garbage, scripted.a_code_that_is_none, scripted.an_end_of_line_that_is_none, scripted.two_codes,
           scripted.a_line_without_end, scripted.lines_without_end, scripted.the_end)
NEVER = (scripted.nothing, scripted.an_octet_at_a_time)
DOWN = (451, b"4.4.1 No mail server available, try again later")
LOST = (451, b"4.4.2 Connection to the mail server lost, try again later")
TEXT = "Subject: taken\r\n\r\ntext\r\n"
PATIENCE = 3  # backend-timeout


def mail(client):
    return client.docmd(f"MAIL FROM:<alice@{NAME}>")


def rcpt(client):
    return client.docmd(f"RCPT TO:<bob@{NAME}>")


def bdat(client):
    client.send(f"BDAT {len(TEXT)} LAST\r\n{TEXT}")
    return client.getreply()


def message(client):
    client.send(TEXT + ".\r\n")
    return client.getreply()


def data(client):
    return client.docmd("DATA")


# By the state of the back end: what the client says before, what it says then, and what it hears.
HANDOVER = {state: ([], mail, DOWN) for state in ("greeting", "EHLO", "XCLIENT", "EHLO again")}
TRANSACTION = {
    "MAIL": ([], mail, LOST),
    "RCPT": ([mail], rcpt, LOST),
    "DATA": ([mail, rcpt], data, LOST),
    "message": ([mail, rcpt, data], message, LOST),
    "BDAT": ([mail, rcpt], bdat, LOST),
}


class BackendGarbageTest(unittest.TestCase):
    def site(self, *config, backend=Scripted):
        site = self.enterContext(Site([f"backend-timeout = {PATIENCE}s", "max-errors = 100", *config], backend=backend))
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        # It asks what is announced before it listens, but ends that connection in its own time.
        self.assertTrue(wait_until(lambda: site.postfix.log().endswith("QUIT\r\n")))
        return site

    def session(self, site):
        client = self.enterContext(connected(site, "phone"))
        self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
        return client

    def served(self, site, client):
        taken = len(site.postfix.messages())
        for step, code in ((mail, 250), (rcpt, 250), (data, 354), (message, 250)):
            self.assertEqual(step(client)[0], code)
        self.assertTrue(wait_until(lambda: len(site.postfix.messages()) == taken + 1))

    def prepare(self, site, state, way, before):
        """A session whose next command is answered in that way."""
        client = self.session(site)
        for step in before:
            self.assertIn(step(client)[0], (250, 354))
        site.postfix.answer[state] = way
        return client

    def check_at_once(self, site, states):
        for state, (before, step, reply) in states.items():
            for way in AT_ONCE:
                with self.subTest(state=state, way=way.__name__):
                    begun = time.monotonic()
                    client = self.prepare(site, state, way, before)
                    self.assertEqual(step(client), reply)
                    self.assertNotIn(state, site.postfix.answer)
                    self.assertLess(time.monotonic() - begun, PATIENCE, "it waited for more")
                    self.served(site, client)
                    client.close()

    def check_never(self, site, states, ways=NEVER):
        """All of them hang at once, and somebody else is served."""
        for way in ways:
            other, hanging = self.session(site), {}
            for state, (before, step, reply) in states.items():
                client = self.prepare(site, state, way, before)
                hanging[state] = client, reply
                begun = time.monotonic()
                self.ask(client, step)
                self.assertTrue(wait_until(lambda: state not in site.postfix.answer))
            self.served(site, other)
            last = list(hanging.values())[-1][0]
            self.assertEqual(select.select([last.sock], [], [], 0)[0], [], "nobody hung any more")
            for state, (client, reply) in hanging.items():
                with self.subTest(state=state, way=way.__name__):
                    self.assertEqual(client.getreply(), reply)
                    self.assertLess(time.monotonic() - begun, 3 * PATIENCE)
            for client, _ in hanging.values():
                self.served(site, client)

    @staticmethod
    def ask(client, step):
        """Only what it sends; the reply is for later."""
        getreply, client.getreply = client.getreply, lambda: (0, b"")
        step(client)
        client.getreply = getreply

    def test_garbage(self):
        self.check_at_once(self.site(), {**HANDOVER, **TRANSACTION})

    def test_threats_slow_and_half_open_no_answer(self):
        self.check_never(self.site(), {**HANDOVER, **TRANSACTION})

    def test_auth_of_the_handover(self):
        site = self.site("handover = replay", "mechanisms = PLAIN")
        self.check_at_once(site, {"AUTH": ([], mail, DOWN)})
        self.check_never(site, {"AUTH": ([], mail, DOWN)})

    def encrypted(self):
        def make(site):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(Authority(site.dir / "ca").issue("IP:127.0.0.1"))
            return Scripted(site, context)

        return self.site("backend = smtp+starttls://127.0.0.1:{backend}", "backend-ca = {dir}/ca/ca.pem",
                         "handover = none", backend=make)

    def test_starttls(self):
        states = {state: ([], mail, DOWN) for state in ("STARTTLS", "handshake")}
        site = self.encrypted()
        self.check_at_once(site, states)
        self.check_never(site, states, [scripted.nothing])

    def test_auth_for_the_client(self):
        """AUTH is where the password of the client is tried: 454, for nothing is known of it."""
        site = self.site("password-check = backend", "handover = none", "mechanisms = PLAIN")
        for way in (*AT_ONCE, *NEVER):
            with self.subTest(way=way.__name__), connected(site, "phone") as client:
                site.postfix.answer["AUTH"] = way
                begun = time.monotonic()
                self.assertEqual(plain(client, site, site.passwords["alice"]), UNAVAILABLE)
                self.assertLess(time.monotonic() - begun, 2 * PATIENCE)
                self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
                self.served(site, client)

    def test_rset(self):
        """The client is not told what was said to it; a transaction that may still be there is given up with it."""
        site = self.site()
        for way in AT_ONCE:
            with self.subTest(way=way.__name__):
                client = self.prepare(site, "RSET", way, [mail, rcpt])
                self.assertEqual(client.docmd("RSET")[0], 250)
                self.served(site, client)
                client.close()

    def test_quit(self):
        """Nobody waits for what it says to that."""
        site = self.site()
        for way in (*AT_ONCE, *NEVER):
            with self.subTest(way=way.__name__):
                client = self.prepare(site, "QUIT", way, [mail])
                begun = time.monotonic()
                self.assertEqual(client.docmd("QUIT")[0], 221)
                self.assertLess(time.monotonic() - begun, PATIENCE)

    def test_what_is_announced(self):
        """At the start, when nobody is there yet."""
        for state, ways in (("greeting", [*AT_ONCE, scripted.an_octet_at_a_time]), ("EHLO", [*AT_ONCE, scripted.nothing])):
            for way in ways:
                with self.subTest(state=state, way=way.__name__):
                    site = self.enterContext(Site([f"backend-timeout = {PATIENCE}s"], backend=Scripted))
                    site.postfix.answer[state] = way
                    site.start()
                    self.served(site, self.session(site))


if __name__ == "__main__":
    run_tests()
