"""auth = backend: a real Postfix does AUTH, with the module in its libsasl, and the shim passes the lines through.

The module asks the shim about a connection by its endpoints: with handover = none those of the shim's own connection,
with xclient those of the client.
"""
import contextlib
import os
import pathlib
import smtplib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms_test import REFUSED, login, plain, scram
from system.postfix import require_postfix
from system.site import NAME, Site
from system.verdict_test import require_loadable_module
from system.waiting import run_tests, wait_until

SHIM = ["auth = backend", "verdict-socket = {dir}/verdict postfix:postfix 0660"]
SASL = """\
auxprop_plugin: sasldb clientid
canon_user_plugin: clientid
clientid_service: unix:{site}/verdict
mech_list: PLAIN SCRAM-SHA-256
"""
UNAVAILABLE = (454, b"4.7.0 Temporary authentication failure")
MESSAGE = "Subject: authenticated by the back end\r\n\r\ntext\r\n"


class BackendAuthTest(unittest.TestCase):
    def site(self, *config, mode="enforce", with_module=True, sasl=SASL):
        """The smtpd's plugin directory is its own: it cannot load a module built with sanitizers."""
        plugins = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        plugins.chmod(0o755)
        Site.add_plugins(plugins, os.environ["FOREIGN_PLUGIN_DIR"] if with_module else None)
        main = f"import_environment = MAIL_CONFIG MAIL_LOGTAG SASL_PATH={plugins}\n"
        site = self.enterContext(Site([*SHIM, *config], backend="postfix", postfix={"main": main, "sasl": sasl}))
        site.ctl(f"policy set mode={mode}")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site

    def client(self, site, device):
        client = self.enterContext(smtplib.SMTP("127.0.0.1", site.ports["starttls"], timeout=20))
        client._host = NAME  # the name that smtplib believes to have connected to
        client.starttls(context=site.trust())
        client.ehlo()
        if device:
            client.docmd("CLIENTID", "UUID " + site.token(device))
        return client

    def check_mechanisms(self, site):
        for mechanism in (plain, login, scram):
            for device, password, accepted in (
                    ("phone", site.passwords["alice"], True),
                    ("stranger", site.passwords["alice"], False),
                    (None, site.passwords["alice"], False),
                    ("phone", "wrong", False)):
                with self.subTest(mechanism=mechanism.__name__, device=device, accepted=accepted):
                    with contextlib.closing(self.client(site, device)) as client:
                        reply = mechanism(client, site, password)
                    if accepted:
                        self.assertEqual(reply[0], 235)
                    else:
                        self.assertEqual(reply, REFUSED)

    def deliver(self, site, device="phone"):
        client = self.client(site, device)
        self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
        client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        client.quit()
        self.assertTrue(site.postfix.wait_for(messages=1))
        self.assertIn(f"Authenticated sender: alice@{NAME}", site.postfix.messages()[0])

    def test_every_mechanism_by_our_endpoints(self):
        site = self.site("handover = none")
        self.check_mechanisms(site)
        self.deliver(site)

    def test_every_mechanism_by_the_clients_endpoints(self):
        site = self.site("handover = xclient")
        self.check_mechanisms(site)
        self.deliver(site)
        self.assertNotIn("LOGIN=", site.postfix.log())

    def test_only_what_both_have_is_offered(self):
        site = self.site("handover = none", sasl=SASL.replace("PLAIN SCRAM-SHA-256", "PLAIN"))
        client = self.client(site, None)
        self.assertEqual(client.esmtp_features["auth"].split(), ["PLAIN", "LOGIN"])

    def test_a_new_device_is_bound_by_its_first_right_password(self):
        site = self.site("handover = none", mode="learn")
        self.assertEqual(plain(self.client(site, "tablet"), site, "wrong"), REFUSED)
        self.assertNotIn("learned", site.ctl("list alice --json"))
        self.assertEqual(plain(self.client(site, "tablet"), site, site.passwords["alice"])[0], 235)
        self.assertIn("learned", site.ctl("list alice --json"))

    def test_a_new_device_is_put_in_quarantine(self):
        site = self.site("handover = none", mode="quarantine")
        self.assertEqual(plain(self.client(site, "tablet"), site, "wrong"), REFUSED)
        self.assertNotIn("pending", site.ctl("list alice --json"))
        self.assertEqual(plain(self.client(site, "tablet"), site, site.passwords["alice"]), REFUSED)
        self.assertIn("pending", site.ctl("list alice --json"))

    def test_d8_3_a_refused_device_is_told_so_behind_the_password(self):
        site = self.site("handover = none", "refuse-at = after-auth")
        client = self.client(site, "stranger")
        self.assertEqual(plain(client, site, "wrong"), REFUSED)
        self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
        self.assertEqual(client.mail("alice@" + NAME)[0], 550)
        self.assertEqual(site.postfix.log().count("MAIL FROM"), 0)

    def test_x1_a_back_end_without_the_module_is_found_out(self):
        site = self.site("handover = none", with_module=False, sasl="mech_list: PLAIN\n")
        for device in ("phone", "stranger"):
            self.assertEqual(plain(self.client(site, device), site, site.passwords["alice"]), UNAVAILABLE)
        self.assertIn("auth-unproven", site.log())

    def test_threats_cut_off_during_auth_in_the_back_end(self):
        site = self.site("handover = none")
        for cut in ("AUTH PLAIN", "AUTH SCRAM-SHA-256"):
            client = self.client(site, "phone")
            self.assertEqual(client.docmd(cut)[0], 334)
            client.close()
        client = self.client(site, "phone")
        client.docmd("AUTH SCRAM-SHA-256")
        self.assertEqual(client.docmd("*")[0], 501)
        self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)

    def test_a_lost_connection_is_authenticated_again(self):
        site = self.site("handover = none")
        client = self.client(site, "phone")
        self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
        site.postfix.end_sessions()
        client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        # A session that was killed never says that it is over, so that wait_for() would wait for it.
        self.assertTrue(wait_until(lambda: len(site.postfix.messages()) == 1))


if __name__ == "__main__":
    run_tests(require_loadable_module, require_postfix)
