"""SIGHUP and SIGTERM, with sessions under way and a real Postfix behind."""
import hashlib
import pathlib
import re
import resource
import signal
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import plain
from system.postfix import require_postfix
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

MESSAGE = "Subject: under way\r\n\r\ntext\r\n"


class SignalsTest(unittest.TestCase):
    def setUp(self):
        self.site = self.enterContext(Site(backend="postfix"))
        self.site.start()

    def client(self, authenticated=False):
        client = self.enterContext(connected(self.site))
        if authenticated:
            self.assertEqual(plain(client, self.site, self.site.passwords["alice"])[0], 235)
        return client

    def announced_size(self):
        with connected(self.site) as client:
            return client.esmtp_features["size"]

    def hang_up(self, event):
        seen = self.site.log().count(event)
        self.site.shim.send_signal(signal.SIGHUP)
        self.assertTrue(wait_until(lambda: self.site.log().count(event) > seen), self.site.mask(self.site.log()))

    def terminate(self):
        self.site.shim.send_signal(signal.SIGTERM)
        self.assertTrue(wait_until(lambda: "stopping" in self.site.log()))

    def replace(self, name, old, new):
        """In a file of the site; nothing is replaced at the end of it."""
        path = self.site.dir / name
        text = path.read_text()
        path.write_text(text.replace(old, new) if old else text + new)

    def fingerprint(self):
        with self.site.connect("tls") as connection:
            return hashlib.sha256(connection.getpeercert(binary_form=True)).hexdigest()

    def test_sighup_takes_a_new_certificate_and_loses_no_session(self):
        session = self.client(authenticated=True)
        before = self.fingerprint()
        self.site.make_certificate()
        self.hang_up("reloaded")
        self.assertNotEqual(self.fingerprint(), before)
        session.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        session.quit()
        self.assertTrue(wait_until(lambda: len(self.site.postfix.messages()) == 1))

    def test_sighup_takes_new_settings_for_who_comes_later(self):
        before = self.client()
        self.assertIn("clientid", before.esmtp_features)
        self.site.configure("clientid = off")
        self.hang_up("reloaded")
        self.assertNotIn("clientid", self.client().esmtp_features)
        before.ehlo()
        self.assertIn("clientid", before.esmtp_features)

    def test_sighup_says_what_takes_a_restart(self):
        self.site.configure("auth-workers = 3")
        self.hang_up("reloaded")
        self.assertIn("needs-restart key=auth-workers", self.site.log())

    def test_sighup_keeps_the_place_of_auth_and_the_store(self):
        socket = self.site.dir / "another"
        self.site.configure("auth = backend", f"verdict-socket = {socket}")
        self.replace("clientid.conf", "clientid.db", "another.db")
        self.hang_up("reloaded")
        for key in ('"auth and password-check"', "verdict-socket", "store"):
            self.assertIn(f"needs-restart key={key}", self.site.log())
        self.assertFalse(socket.exists())
        self.client(authenticated=True)
        self.replace("clientid.conf", "another.db", "clientid.db")
        self.assertTrue(wait_until(lambda: '"authenticated"' in self.site.ctl("history alice --json")))

    def test_sighup_refuses_what_cannot_work_with_what_is_kept(self):
        passwords = ["password-check = backend", "handover = none", "mechanisms = PLAIN"]
        self.site = self.enterContext(Site(passwords, backend="postfix"))
        self.site.start()
        self.site.configure("password-check = sasl", "mechanisms = SCRAM-SHA-256")
        self.hang_up("reload-failure")
        self.assertIn("mechanisms: password-check = backend", self.site.log())
        self.assertIn("PLAIN", self.client().esmtp_features["auth"])

    def test_a_reload_for_which_memory_is_short_changes_nothing(self):
        """The look-up of a name takes a thread, and there is no room for its stack."""
        self.assertTrue(wait_until(lambda: "listening" in self.site.log()))
        pid = self.site.shim.pid
        size = int(re.search(r"VmSize:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) * 1024
        unlimited = resource.prlimit(pid, resource.RLIMIT_AS, (size + 2**20, resource.RLIM_INFINITY))
        self.site.configure(f"backend = smtp://localhost:{self.site.postfix.port}")
        self.hang_up("reload-failure")
        resource.prlimit(pid, resource.RLIMIT_AS, unlimited)
        self.hang_up("reloaded")
        self.client(authenticated=True)

    def test_sighup_while_no_back_end_answers_takes_nothing_from_the_offer(self):
        before = self.client().esmtp_features
        self.assertIn("size", before)
        self.site.postfix.stop()
        self.site.configure("max-errors = 9")
        self.hang_up("reloaded")
        self.assertEqual(self.client().esmtp_features, before)
        self.replace("postfix/etc/main.cf", "", "\nmessage_size_limit = 54321\n")
        self.site.postfix.start()
        # Nobody of ours is handed over: the program itself asks again.
        self.assertTrue(wait_until(lambda: self.announced_size() == "54321", 20))

    def test_a_wrong_configuration_changes_nothing(self):
        self.site.configure("clientid = maybe")
        self.hang_up("reload-failure")
        self.assertIn("shim.conf:", self.site.log().split("reload-failure")[1])
        self.assertIn("clientid", self.client().esmtp_features)
        self.site.configure("clientid = on")
        self.hang_up("reloaded")

    def test_sigterm_lets_a_transaction_finish_and_nobody_else_wait(self):
        idle, sending = self.client(), self.client(authenticated=True)
        sending.mail("alice@" + NAME)
        sending.rcpt("bob@" + NAME)
        self.assertEqual(sending.docmd("DATA")[0], 354)
        self.terminate()
        self.assertEqual(idle.getreply()[0], 421)
        self.assertTrue(wait_until(lambda: not self.accepts()))
        sending.send(MESSAGE + ".\r\n")
        self.assertEqual(sending.getreply()[0], 250)
        self.assertEqual(sending.getreply()[0], 421)
        self.assertEqual(self.site.shim.wait(10), 0)
        self.assertTrue(wait_until(lambda: len(self.site.postfix.messages()) == 1))

    def test_a_second_sigterm_waits_for_nobody(self):
        sending = self.client(authenticated=True)
        sending.mail("alice@" + NAME)
        self.terminate()
        self.site.shim.send_signal(signal.SIGTERM)
        self.assertEqual(self.site.shim.wait(10), 0)
        with self.assertRaises(smtplib.SMTPServerDisconnected):
            sending.rcpt("bob@" + NAME)

    def accepts(self):
        try:
            with self.site.connect("starttls") as connection:
                return connection.recv(3) == b"220"
        except OSError:
            return False


if __name__ == "__main__":
    run_tests(require_postfix)
