"""password-check = backend: the verdict is ours, the password is tried at a real Postfix or Dovecot that knows nothing of
devices, and the same connection goes on as the relay. The shim needs no SASL configuration, and no plugin.
"""
import base64
import contextlib
import pathlib
import re
import secrets
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.dovecot import Dovecot, require_dovecot
from system.mechanisms import REFUSED, UNAVAILABLE, login, plain
from system.postfix import Postfix, require_postfix
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

SHIM = ["password-check = backend", "mechanisms = PLAIN LOGIN", "sasl-config = nobody-has-this"]
MESSAGE = "Subject: checked by the back end\r\n\r\ntext\r\n"


class PasswordCheck:
    """What holds for every server. site() makes one, with the shim in front of it."""

    def start(self, site, mode):
        site = self.enterContext(site)
        site.ctl(f"policy set mode={mode}")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site

    def deliver(self, site, mechanism):
        with connected(site, "phone") as client:
            self.assertEqual(mechanism(client, site, site.passwords["alice"])[0], 235)
            client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        self.assertTrue(wait_until(lambda: len(site.postfix.messages()) == 1))
        self.assertIn("checked by the back end", site.postfix.messages()[0])

    def test_the_right_password_and_the_bound_device(self):
        self.deliver(self.site(), plain)

    def test_login(self):
        self.deliver(self.site(), login)

    def test_refusals_are_one(self):
        site = self.site()
        for device, password in (("phone", "wrong"), ("stranger", "wrong"), (None, "wrong"),
                                 ("stranger", site.passwords["alice"]), (None, site.passwords["alice"])):
            with connected(site, device) as client:
                self.assertEqual(plain(client, site, password), REFUSED)
        self.assertEqual(self.tries(site), 1, "a device that is refused got through to the password")

    def test_another_try_on_the_same_connection(self):
        site = self.site()
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, "wrong"), REFUSED)
            self.assertEqual(login(client, site, site.passwords["alice"])[0], 235)
            self.assertEqual(client.mail("alice@" + NAME)[0], 250)

    def test_a_new_device_is_bound_by_its_first_right_password(self):
        site = self.site(mode="learn")
        for password, bound in (("wrong", 1), (site.passwords["alice"], 2)):
            with connected(site, "tablet") as client:
                plain(client, site, password)
            self.assertEqual(site.ctl("list alice --json").count('"fingerprint"'), bound)

    def test_d8_3_a_refused_device_is_told_so_behind_the_password(self):
        site = self.site("refuse-at = after-auth")
        with connected(site, "stranger") as client:
            self.assertEqual(plain(client, site, "wrong"), REFUSED)
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            self.assertEqual(client.mail("alice@" + NAME)[0], 550)
        self.assertEqual(site.postfix.messages(), [])


class PostfixTest(PasswordCheck, unittest.TestCase):
    def site(self, *config, mode="enforce", handover="none", sasl=""):
        config = [*SHIM, f"handover = {handover}", *config]
        return self.start(Site(config, "postfix", postfix={"sasl": sasl}), mode)

    def tries(self, site):
        return site.postfix.log().count("SASL PLAIN authentication failed")

    def test_the_back_end_knows_who_it_is(self):
        site = self.site()
        self.deliver(site, plain)
        self.assertIn(f"Authenticated sender: alice@{NAME}", site.postfix.messages()[0])

    def test_with_the_clients_address(self):
        site = self.site(handover="xclient")
        self.deliver(site, plain)
        self.assertIn(": XCLIENT ", site.postfix.log())

    def test_a_back_end_that_has_login_alone(self):
        self.deliver(self.site(sasl="mech_list: LOGIN\n"), plain)

    def test_threats_failing_open_without_the_back_end(self):
        site = self.site()
        site.postfix.stop()
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"]), UNAVAILABLE)


class Chain:
    """Dovecot, and behind it a Postfix that takes what Dovecot brings."""

    def __init__(self, site, passwords=None, masters=None):
        self.postfix = Postfix(site.dir / "postfix", site.dir / "sasldb")
        self.dovecot = Dovecot(site.dir / "dovecot", passwords or site.passwords, self.postfix.port, masters)
        self.port, self.messages = self.dovecot.port, self.postfix.messages

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.postfix)
            stack.enter_context(self.dovecot)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def log(self):
        return self.dovecot.log() + self.postfix.log()


class DovecotTest(PasswordCheck, unittest.TestCase):
    def site(self, *config, mode="enforce", masters=None):
        return self.start(Site([*SHIM, "handover = none", *config], lambda site: Chain(site, masters=masters)), mode)

    def tries(self, site):
        return len(re.findall("auth failed, 1 attempts", site.postfix.log()))

    def test_a_master_user_acts_for_nobody(self):
        """Its own device would open every account."""
        password = secrets.token_urlsafe(12)
        site = self.site(masters={"master": password})
        site.ctl("bind master UUID -", site.token("phone"))
        with connected(site, "phone") as client:
            reply = client.docmd("AUTH", "PLAIN " + base64.b64encode(f"alice\0master\0{password}".encode()).decode())
            self.assertEqual(reply, REFUSED)


if __name__ == "__main__":
    run_tests(require_dovecot, require_postfix)
