"""A back end, or somebody in front of it, that says more than it was asked: none of it is taken for something else.

No real server does that: a scripted one stands behind. What was said before TLS began is tested in backend_tls_test.py
as well, and by which certificate the back end is believed.
"""
import pathlib
import ssl
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.authority import Authority
from system.backend_garbage_test import DOWN, LOST, bdat, data, mail, message, rcpt
from system.client import connected
from system.mechanisms import UNAVAILABLE, plain
from system.scripted import Scripted, twice, with_more
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

INJECTED = b"250-injected\r\n250 AUTH PLAIN\r\n"
MARK = b"injected"


class ResponseInjectionTest(unittest.TestCase):
    def site(self, *config, backend=Scripted):
        site = self.enterContext(Site(["max-errors = 100", *config], backend=backend))
        site.start()
        self.assertTrue(wait_until(lambda: site.postfix.log().endswith("QUIT\r\n")))
        return site

    def session(self, site):
        client = self.enterContext(connected(site))
        self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
        return client

    def check_delivers(self, site, client):
        taken = len(site.postfix.messages())
        for step, code in ((mail, 250), (rcpt, 250), (data, 354), (message, 250)):
            self.assertEqual(step(client)[0], code)
        self.assertTrue(wait_until(lambda: len(site.postfix.messages()) == taken + 1))

    def check_handover(self, site, *states, last=LOST):
        """`last` is for what stands behind the last one: it is found out when MAIL is to go there."""
        for state in states:
            for way in (twice, with_more(INJECTED), with_more(b"250 half of injected")):
                with self.subTest(state=state, way=way):
                    client = self.session(site)
                    site.postfix.answer[state] = way
                    before = len(site.postfix.connections)
                    self.assertEqual(mail(client), last if state == states[-1] else DOWN)
                    self.assertNotIn(state, site.postfix.answer)
                    self.assertEqual(len(site.postfix.connections), before + 1)
                    self.assertNotIn("MAIL", "".join(site.postfix.connections[-1]))
                    self.check_delivers(site, client)
                    client.close()

    def test_during_the_handover(self):
        self.check_handover(self.site(), "greeting", "EHLO", "XCLIENT", "EHLO again")

    def test_behind_auth_of_the_handover(self):
        self.check_handover(self.site("handover = replay", "mechanisms = PLAIN"), "greeting", "EHLO", "AUTH")

    def encrypted(self):
        def make(site):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(Authority(site.dir / "ca").issue("IP:127.0.0.1"))
            return Scripted(site, context)

        return self.site("backend = smtp+starttls://127.0.0.1:{backend}", "backend-ca = {dir}/ca/ca.pem", backend=make)

    def test_before_tls(self):
        self.check_handover(self.encrypted(), "greeting", "EHLO", "STARTTLS", "EHLO again", last=DOWN)

    def test_ehlo_is_asked_again_under_tls(self):
        """What it announced in the clear does not count: here that it takes XCLIENT, without which nobody is handed over."""
        site = self.encrypted()
        client = self.session(site)
        self.check_delivers(site, client)
        verbs = [line.split(" ")[0].strip() for line in site.postfix.connections[-1]]
        self.assertEqual(verbs[:5], ["EHLO", "STARTTLS", "EHLO", "XCLIENT", "EHLO"])
        client = self.session(site)
        site.postfix.answer["EHLO again"] = lambda connection, _: connection.sendall(b"250 scripted\r\n")
        self.assertEqual(mail(client), DOWN)
        self.assertIn("it does not offer us XCLIENT", site.log())

    def test_in_a_transaction(self):
        """A reply that is too many does not become the next one."""
        site = self.site()
        for state, steps in (("MAIL", [mail, rcpt]), ("RCPT", [mail, rcpt, data])):
            with self.subTest(state=state):
                client = self.session(site)
                site.postfix.answer[state] = twice
                for step in steps[:-1]:
                    self.assertEqual(step(client)[0], 250)
                self.assertEqual(steps[-1](client), LOST)
                self.check_delivers(site, client)

    def test_a_message_is_not_accepted_before_its_end(self):
        site = self.site()
        client = self.session(site)
        site.postfix.answer["DATA"] = with_more(b"250 2.0.0 Taken, injected\r\n")
        for step, code in ((mail, 250), (rcpt, 250), (data, 354)):
            self.assertEqual(step(client)[0], code)
        self.assertEqual(message(client), LOST)
        self.check_delivers(site, client)

    def test_between_transactions(self):
        """The next one goes over another connection."""
        site = self.site()
        for state, steps in (("message", (mail, rcpt, data, message)), ("BDAT", (mail, rcpt, bdat))):
            with self.subTest(state=state):
                client = self.session(site)
                site.postfix.answer[state] = with_more(b"550 5.0.0 injected\r\n")
                for step in steps:
                    self.assertIn(step(client)[0], (250, 354))
                before = len(site.postfix.connections)
                self.check_delivers(site, client)
                self.assertEqual(len(site.postfix.connections), before + 1)

    def test_nothing_of_it_reaches_the_client(self):
        """Whatever stands behind whichever reply, but 354: behind that a message may be refused before its end."""
        states = ("greeting", "EHLO", "XCLIENT", "EHLO again", "MAIL", "RCPT", "message")
        site = self.site()
        for state in states:
            with self.subTest(state=state):
                client = self.session(site)
                site.postfix.answer[state] = with_more(b"599 5.0.0 injected\r\n")
                heard = [step(client)[1] for step in (mail, rcpt, data)]
                if b"Go on" in heard[-1]:
                    heard.append(message(client)[1])
                heard.append(client.docmd("RSET")[1])
                heard.append(mail(client)[1])
                self.assertNotIn(state, site.postfix.answer)
                self.assertNotIn(MARK, b"".join(heard))

    def test_auth_for_the_client(self):
        """A second reply does not become the one to another password."""
        site = self.site("password-check = backend", "handover = none", "mechanisms = PLAIN")
        site.ctl("bind alice UUID -", site.token("phone"))
        with connected(site, "phone") as client:
            site.postfix.answer["AUTH"] = lambda connection, _: connection.sendall(
                b"535 5.7.8 No\r\n235 2.7.0 injected\r\n")
            self.assertEqual(plain(client, site, "wrong")[0], 535)
            site.postfix.answer["AUTH"] = lambda connection, _: connection.sendall(b"535 5.7.8 No\r\n")
            self.assertEqual(plain(client, site, "wrong")[0], 535)
            site.postfix.answer["EHLO"] = with_more(b"235 2.7.0 injected\r\n")
            self.assertEqual(plain(client, site, "wrong"), UNAVAILABLE)


if __name__ == "__main__":
    run_tests()
