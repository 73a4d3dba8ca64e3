"""handover = proxy: the shim authenticates at a real Dovecot with a login of its own, for the client.

Dovecot calls such a login a master user.
"""
import pathlib
import secrets
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.dovecot import require_dovecot
from system.mechanisms import plain, scram
from system.password_check_test import Chain
from system.postfix import require_postfix
from system.site import NAME, Site, program
from system.waiting import run_tests, wait_until

CONFIG = ["handover = proxy", "handover-login = shim", "handover-password-file = {dir}/own"]
UNAVAILABLE = (451, b"4.4.1 No mail server available, try again later")
MESSAGE = "Subject: by proxy\r\n\r\ntext\r\n"


class HandoverProxyTest(unittest.TestCase):
    def prepare(self, own=None, mode=0o600):
        """`own` is the password in the file, if it is another than Dovecot knows."""
        masters = {"shim": secrets.token_urlsafe(12)}
        backend = lambda site: Chain(site, {"alice@" + NAME: secrets.token_urlsafe(12)}, masters)
        site = self.enterContext(Site(CONFIG, backend=backend))
        site.passwords["shim"] = own or masters["shim"]
        file = site.dir / "own"
        file.touch(mode=mode)
        file.chmod(mode)
        file.write_text(site.passwords["shim"] + "\n")
        return site

    def site(self, **more):
        site = self.prepare(**more)
        site.start()
        return site

    def client(self, site):
        return connected(site, timeout=20)

    def check(self, site, *options):
        done = subprocess.run([program("SHIM"), "--config", site.dir / "shim.conf", "--check", *options],
                              env=site.environment, capture_output=True, text=True, timeout=20)
        return done.returncode, done.stdout + done.stderr

    def test_the_client_is_whom_the_back_end_knows(self):
        site = self.site()
        # The password of alice is another one there, and with SCRAM it is not even shown here.
        for number, mechanism in enumerate((plain, scram), 1):
            with self.client(site) as client:
                self.assertEqual(mechanism(client, site, site.passwords["alice"])[0], 235)
                client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
            self.assertTrue(wait_until(lambda: len(site.postfix.messages()) == number))
        self.assertIn(f": user=<alice@{NAME}>, method=PLAIN", site.postfix.log())
        self.assertNotIn("user=<shim>", site.postfix.log())

    def test_a_client_whom_the_back_end_does_not_know(self):
        site = self.site()
        with self.client(site) as client:
            self.assertEqual(client.login("bob", site.passwords["bob"])[0], 235)
            self.assertEqual(client.mail("bob@" + NAME), UNAVAILABLE)
        self.assertIn("backend-refusal", site.log())
        with self.client(site) as client:
            client.login("alice", site.passwords["alice"])
            self.assertEqual(client.mail("alice@" + NAME)[0], 250)

    def test_a_wrong_password_of_our_own(self):
        site = self.site(own="wrong-" + secrets.token_urlsafe(8))
        with self.client(site) as client:
            client.login("alice", site.passwords["alice"])
            self.assertEqual(client.mail("alice@" + NAME), UNAVAILABLE)
        self.assertIn('cause="AUTH is answered with 535 ', site.log())

    def test_check(self):
        site = self.site()
        status, said = self.check(site)
        backend = f"smtp://127.0.0.1:{site.postfix.port}"
        self.assertEqual(status, 0, said)
        for what in (f"password {site.dir}/own", f"back end {backend}", f"handover to {backend}"):
            self.assertIn(f"good  {what}\n", said)
        status, said = self.check(site, "--handover", "xclient", "--handover-login", "", "--handover-password-file", "")
        self.assertEqual(status, 2, said)
        self.assertIn(f"bad   handover to {backend}: it does not offer us XCLIENT with ADDR, PORT and LOGIN", said)
        (site.dir / "own").chmod(0o644)
        status, said = self.check(site)
        self.assertEqual(status, 2, said)
        self.assertIn(f"bad   password {site.dir}/own: {site.dir}/own: the password file is open to others; "
                      f"mend it with: chmod u=rw,g=r,o= {site.dir}/own\n", said)

    def test_a_password_file_that_others_can_read_is_refused_at_the_start(self):
        site = self.prepare(mode=0o644)
        with self.assertRaisesRegex(Exception, "the shim ended with 2:\n.*/own: the password file is open to others"):
            site.start()
        site.shim = None  # it ended as it should

    def test_login_and_password_go_with_proxy_alone(self):
        site = self.site()
        for options, fault in (
                (["--handover-login", ""], "handover-login: must be given with handover = proxy"),
                (["--handover-password-file", ""], "handover-password-file: must be given with handover = proxy"),
                (["--handover=xclient"], "handover-login: has no use without handover = proxy"),
                (["--handover=xclient", "--handover-login", ""],
                 "handover-password-file: has no use without handover = proxy"),
                (["--password-check=backend", "--mechanisms=PLAIN"],
                 "handover: proxy has no use where the back end does AUTH; take xclient or none")):
            with self.subTest(options=options):
                self.assertEqual(self.check(site, *options),
                                 (2, f"clientid-shim: {site.dir}/shim.conf: {fault}\n"))


if __name__ == "__main__":
    run_tests(require_dovecot, require_postfix)
