"""The mail of an alert, through real Postfixes."""
import contextlib
import email
import email.utils
import pathlib
import re
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.postfix import Postfix, require_postfix
from system.site import NAME, Site, program
from system.waiting import free_port, run_tests, wait_until

FROM = f"postmaster@{NAME}"
ALICE, BOB = f"alice@{NAME}", f"bob@{NAME}"
REFUSING = {"main": "smtpd_recipient_restrictions = reject\n"}


class AlertMailTest(unittest.TestCase):
    def setUp(self):
        self.site = self.enterContext(Site(backend=lambda _: contextlib.nullcontext()))
        self.number = 0

    def backend(self, **more):
        self.number += 1
        return self.enterContext(Postfix(self.site.dir / f"postfix{self.number}", self.site.dir / "sasldb", **more))

    def send(self, readers, *ports, way="xclient", account=ALICE, patience=20000):
        """The cause of the failure, if there is one."""
        backends = [f"smtp://127.0.0.1:{port}" for port in ports]
        done = subprocess.run([program("SEND_ALERT"), str(patience), way, FROM, account, readers, *backends],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.rstrip("\n")

    def check_delivered(self, postfix, count):
        self.assertTrue(postfix.wait_for(messages=count), postfix.log())

    def test_the_holder_and_the_postmaster_get_theirs(self):
        postfix = self.backend(main="smtpd_sender_restrictions = reject_sender_login_mismatch\n"
                                    f"smtpd_sender_login_maps = inline:{{{{{FROM}={FROM}}}}}\n")
        self.assertEqual(self.send(f"account,{BOB}", postfix.port), "")
        self.check_delivered(postfix, 2)
        mails = {mail["To"]: mail for mail in map(email.message_from_string, postfix.messages())}
        self.assertEqual(sorted(mails), [ALICE, BOB])
        for mail in mails.values():
            self.assertEqual(mail["From"], FROM)
            self.assertEqual(mail["Return-Path"], f"<{FROM}>")
            self.assertEqual(mail["Subject"], f"[clientid] new device bound to {ALICE}")
            self.assertEqual(mail["Auto-Submitted"], "auto-generated")
            self.assertLess(abs(time.time() - email.utils.parsedate_to_datetime(mail["Date"]).timestamp()), 60)
            self.assertEqual((mail.get_content_type(), mail.get_content_charset()), ("text/plain", "us-ascii"))
            self.assertFalse(mail.defects)
            self.assertIn("Device:    uuid 3fa901bc77d20e11\nFrom:      192.0.2.7\n", mail.get_payload())
        self.assertNotEqual(mails[ALICE]["Message-ID"], mails[BOB]["Message-ID"])
        self.assertIn("change\nyour password and tell your postmaster", mails[ALICE].get_payload())
        self.assertIn(f"clientidctl revoke {ALICE} 3fa901bc77d20e11\n", mails[BOB].get_payload())
        self.assertIn(f"sasl_username={FROM}", postfix.log())

    def test_an_alert_of_no_account_goes_to_the_others_alone(self):
        postfix = self.backend()
        self.assertEqual(self.send(f"account,{BOB}", postfix.port, account=""), "")
        self.check_delivered(postfix, 1)
        self.assertEqual(email.message_from_string(postfix.messages()[0])["To"], BOB)
        self.assertEqual(self.send("account", postfix.port, account=""), "")
        self.check_delivered(postfix, 1)

    def test_an_account_that_was_only_tried(self):
        """A stranger would else choose whom we write to."""
        postfix = self.backend()
        self.assertEqual(self.send(f"account,{BOB}", postfix.port, account=f"stranger@{NAME}"), "")
        self.check_delivered(postfix, 1)
        self.assertEqual(email.message_from_string(postfix.messages()[0])["To"], BOB)

    def test_an_account_that_is_no_address(self):
        postfix = self.backend()
        cause = self.send(f"account,{BOB}", postfix.port, account=f"al ice>@{NAME}")
        self.assertEqual(cause, "the account is no address that mail can be sent to")
        self.check_delivered(postfix, 1)

    def test_without_a_login(self):
        trusting = self.backend(main="smtpd_relay_restrictions = permit_mynetworks, reject\nmynetworks = 127.0.0.0/8\n")
        for count, way in enumerate(("replay", "none"), 1):
            self.assertEqual(self.send(BOB, trusting.port, way=way), "")
            self.check_delivered(trusting, count)
        self.assertNotIn("sasl_username=", trusting.log())
        refusing = self.backend()
        self.assertRegex(self.send(BOB, refusing.port, way="none"), r"RCPT TO:<bob@shim.test> is answered with 554 ")

    def test_what_one_has_refused_is_tried_at_the_next(self):
        first, second = self.backend(**REFUSING), self.backend()
        self.assertEqual(self.send(BOB, free_port(), first.port, second.port), "")
        self.check_delivered(second, 1)
        self.check_delivered(first, 0)
        self.assertIn("NOQUEUE: reject: RCPT", first.log())

    def test_it_is_tried_at_two_and_given_up(self):
        first, second, third = self.backend(**REFUSING), self.backend(**REFUSING), self.backend()
        cause = self.send(BOB, first.port, second.port, third.port)
        self.assertRegex(cause, rf"smtp://127.0.0.1:{second.port}: RCPT TO:<bob@shim.test> is answered with 554 ")
        for postfix in (first, second):
            self.assertEqual(len(re.findall("NOQUEUE: reject: RCPT", postfix.log())), 1)
        self.assertNotIn("connect from", third.log())

    def test_one_of_two_readers_is_refused(self):
        first, second = self.backend(), self.backend()
        cause = self.send(f"nobody@{NAME},{BOB}", first.port, second.port)
        self.assertRegex(cause, r"RCPT TO:<nobody@shim.test> is answered with 550 ")
        self.check_delivered(first, 1)
        self.assertNotIn("connect from", second.log())

    def test_no_back_end_answers(self):
        self.assertRegex(self.send(BOB, free_port()), "Connection refused")

    def test_one_that_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            begun = time.monotonic()
            cause = self.send(BOB, silent.getsockname()[1], patience=1000)
            self.assertIn("no greeting in time", cause)
            self.assertLess(time.monotonic() - begun, 10)
            postfix = self.backend()
            self.assertEqual(self.send(BOB, silent.getsockname()[1], postfix.port, patience=2000), "")
            self.check_delivered(postfix, 1)


if __name__ == "__main__":
    run_tests(require_postfix)
