"""auth = backend: a real Postfix or Exim does AUTH, with the module in its libsasl, and the shim passes the lines through.

The module asks the shim about a connection by its endpoints: those of the shim's own connection, or those of the client
where XCLIENT has told the back end of them.
"""
import base64
import os
import pathlib
import secrets
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.exim import Exim, require_exim
from system.mechanisms import REFUSED, login, plain, scram
from system.postfix import require_postfix
from system.scram import Scram
from system.site import NAME, Site
from system.verdict_test import require_loadable_module
from system.waiting import Skip, run_tests, wait_until

UNAVAILABLE = (454, b"4.7.0 Temporary authentication failure")
MESSAGE = "Subject: authenticated by the back end\r\n\r\ntext\r\n"


def sasl_configuration(*sockets, with_module=True):
    services = " ".join(f"unix:{socket}" for socket in sockets)
    return "pwcheck_method: auxprop\nsasldb_path: {sasldb}\nmech_list: PLAIN SCRAM-SHA-256\n" + (
        f"auxprop_plugin: sasldb clientid\ncanon_user_plugin: clientid\nclientid_service: {services}\n"
        if with_module else "auxprop_plugin: sasldb\n")


class Checks:
    """What there is to check of a site, and how one is made. site() makes it, with the shim in front of a server."""

    def plugins(self, with_module):
        """A directory of the server's own: it cannot load a module built with sanitizers."""
        plugins = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        plugins.chmod(0o755)
        Site.add_plugins(plugins, os.environ["FOREIGN_PLUGIN_DIR"] if with_module else None)
        return plugins

    def start(self, site, mode):
        site = self.enterContext(site)
        site.ctl(f"policy set mode={mode}")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site

    def attempt(self, site, device, password, mechanism=plain):
        with connected(site, device) as client:
            return mechanism(client, site, password)

    def scram_replies(self, site, device, password, account="alice", **more):
        """The replies to the client's two messages. A challenge as the second one says that the password is right."""
        with connected(site, device) as client:
            conversation = Scram(account, password, **more)
            code, text = client.docmd("AUTH", "SCRAM-SHA-256 " + conversation.first())
            if code != 334:
                return code, text
            reply = client.docmd(conversation.final(text))
            client.close()  # some are left within AUTH, where QUIT is no command
            return reply

    def check_mechanisms(self, site):
        for mechanism in (plain, login, scram):
            for device, password, accepted in (
                    ("phone", site.passwords["alice"], True),
                    ("stranger", site.passwords["alice"], False),
                    (None, site.passwords["alice"], False),
                    ("phone", "wrong", False)):
                with self.subTest(mechanism=mechanism.__name__, device=device, accepted=accepted):
                    reply = self.attempt(site, device, password, mechanism)
                    if accepted:
                        self.assertEqual(reply[0], 235)
                    else:
                        self.assertEqual(reply, REFUSED)

    def check_delivery(self, site):
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        self.assertTrue(wait_until(lambda: len(site.postfix.messages()) == 1))
        self.assertIn("authenticated by the back end", site.postfix.messages()[0])


class BackendAuth(Checks):
    """What holds for every server."""

    def test_every_mechanism(self):
        site = self.site()
        self.check_mechanisms(site)
        self.check_delivery(site)

    def test_a_new_device_is_bound_by_its_first_right_password(self):
        site = self.site(mode="learn")
        self.assertEqual(self.attempt(site, "tablet", "wrong"), REFUSED)
        self.assertNotIn("learned", site.ctl("list alice --json"))
        self.assertEqual(self.attempt(site, "tablet", site.passwords["alice"])[0], 235)
        self.assertIn("learned", site.ctl("list alice --json"))

    def test_a_new_device_is_put_in_quarantine(self):
        site = self.site(mode="quarantine")
        self.assertEqual(self.attempt(site, "tablet", "wrong"), REFUSED)
        self.assertNotIn("pending", site.ctl("list alice --json"))
        self.assertEqual(self.attempt(site, "tablet", site.passwords["alice"]), REFUSED)
        self.assertIn("pending", site.ctl("list alice --json"))

    def test_d6_6_scram_confirms_no_password_to_a_refused_device(self):
        site = self.site()
        for device in ("stranger", None):
            for password in (site.passwords["alice"], "wrong"):
                self.assertEqual(self.scram_replies(site, device, password), REFUSED)
        code, proof = self.scram_replies(site, "phone", site.passwords["alice"])
        self.assertEqual((code, base64.b64decode(proof)[:2]), (334, b"v="))

    def test_d6_6_scram_confirms_no_password_to_a_device_in_quarantine(self):
        site = self.site(mode="quarantine")
        self.assertEqual(self.scram_replies(site, "tablet", "wrong"), REFUSED)
        self.assertEqual(self.scram_replies(site, "tablet", site.passwords["alice"]), REFUSED)
        self.assertIn("pending", site.ctl("list alice --json"))

    def test_nobody_acts_for_another(self):
        """It is refused before the back end hears of it."""
        site = self.site()
        with connected(site, "phone") as client:
            for act_for, accepted in (("bob", False), ("alice", True)):
                text = f"{act_for}\0alice\0{site.passwords['alice']}"
                reply = client.docmd("AUTH", "PLAIN " + base64.b64encode(text.encode()).decode())
                self.assertEqual(reply == REFUSED, not accepted)
        self.assertEqual(self.scram_replies(site, "phone", site.passwords["alice"], act_for="bob"), REFUSED)
        self.assertNotRegex(site.postfix.log(), r"authenticat\w+ failed")
        self.assertEqual(self.scram_replies(site, "phone", site.passwords["alice"], act_for="alice")[0], 334)

    def test_d8_3_a_refused_device_is_told_so_behind_the_password(self):
        site = self.site("refuse-at = after-auth")
        with connected(site, "stranger") as client:
            self.assertEqual(plain(client, site, "wrong"), REFUSED)
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            self.assertEqual(client.mail("alice@" + NAME)[0], 550)
        with connected(site, "stranger") as client:
            self.assertEqual(scram(client, site, "wrong"), REFUSED)
            self.assertEqual(scram(client, site, site.passwords["alice"])[0], 235)
            self.assertEqual(client.mail("alice@" + NAME)[0], 550)
        self.assertEqual(site.postfix.messages(), [])

    def test_x1_a_back_end_without_the_module_is_found_out(self):
        site = self.site(with_module=False)
        for device in ("phone", "stranger"):
            for mechanism in (plain, scram):
                self.assertEqual(self.attempt(site, device, site.passwords["alice"], mechanism), UNAVAILABLE)
        self.assertIn("auth-unproven", site.log())
        for device in ("phone", "stranger"):
            self.assertEqual(self.scram_replies(site, device, site.passwords["alice"]), UNAVAILABLE)

    def test_threats_cut_off_during_auth_in_the_back_end(self):
        site = self.site()
        for cut in ("AUTH PLAIN", "AUTH SCRAM-SHA-256"):
            with connected(site, "phone") as client:
                self.assertEqual(client.docmd(cut)[0], 334)
                client.close()
        with connected(site, "phone") as client:
            client.docmd("AUTH SCRAM-SHA-256")
            self.assertEqual(client.docmd("*")[0], 501)
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)


class WithPostfix(Checks):
    def site(self, *config, handover="none", chroot="n", mode="enforce", with_module=True, main="", accounts=None):
        jail, outside = ("/", "{dir}/postfix/queue/") if chroot == "y" else ("{site}/", "{dir}/")
        main = f"import_environment = MAIL_CONFIG MAIL_LOGTAG SASL_PATH={self.plugins(with_module)}\n" + main
        config = ["auth = backend", f"verdict-socket = {outside}verdict postfix:postfix 0660", f"handover = {handover}",
                  *config]
        arguments = {"main": main, "sasl": sasl_configuration(jail + "verdict", with_module=with_module), "chroot": chroot}
        return self.start(Site(config, "postfix", accounts, arguments), mode)


class PostfixTest(WithPostfix, BackendAuth, unittest.TestCase):
    def test_every_mechanism_in_a_chroot(self):
        site = self.site(chroot="y")
        self.check_mechanisms(site)
        self.check_delivery(site)

    def test_every_mechanism_by_the_clients_endpoints(self):
        site = self.site(handover="xclient")
        self.check_mechanisms(site)
        self.check_delivery(site)
        self.assertIn(f" DESTPORT={site.ports['starttls']} DESTADDR=127.0.0.1 ", site.postfix.log())
        self.assertIn(" ADDR=127.0.0.1", site.postfix.log())
        self.assertNotIn("LOGIN=", site.postfix.log())

    def test_the_back_end_knows_who_it_is(self):
        site = self.site()
        self.check_delivery(site)
        self.assertIn(f"Authenticated sender: alice@{NAME}", site.postfix.messages()[0])

    def test_x1_a_verdict_on_another_account_proves_nothing(self):
        """To a bare name the back end adds another realm than we do, and asks about the device of somebody else."""
        password = secrets.token_urlsafe(12)
        site = self.site(main="smtpd_sasl_local_domain = other.test\n", accounts={"alice@other.test": password})
        site.ctl("bind alice@other.test UUID -", site.token("phone"))
        self.assertEqual(self.scram_replies(site, "phone", password), UNAVAILABLE)
        self.assertEqual(self.scram_replies(site, "phone", password, "alice@other.test")[0], 334)
        with connected(site, "phone") as client:
            for account, code in (("alice", 454), ("alice@other.test", 235)):
                self.assertEqual(client.docmd("AUTH", "PLAIN " + site.plain(account, password))[0], code)

    def test_a_lost_connection_is_authenticated_again(self):
        site = self.site(main="default_process_limit = 1\n")
        # One that is killed during its first session makes Postfix wait for a minute with the next: let the one that the
        # shim began with come to its end, and be the only one.
        self.assertTrue(site.postfix.wait_for(messages=0))
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            site.postfix.end_sessions()
            client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        # A session that was killed never says that it is over, so that wait_for() would wait for it.
        self.assertTrue(wait_until(lambda: len(site.postfix.messages()) == 1))


class WithExim(Checks):
    def setUp(self):
        try:
            require_exim()
        except Skip as reason:
            self.skipTest(str(reason))

    def site(self, *config, mode="enforce", with_module=True, main=""):
        plugins = self.plugins(with_module)

        def exim(site):
            sasl = sasl_configuration(site.dir / "verdict", with_module=with_module)
            return Exim(site.dir / "exim", site.dir / "sasldb", sasl, plugins, main)

        config = ["auth = backend", "verdict-socket = {dir}/verdict nobody 0660", "handover = none", *config]
        return self.start(Site(config, exim), mode)


class EximTest(WithExim, BackendAuth, unittest.TestCase):
    """Nothing is another here."""


if __name__ == "__main__":
    run_tests(require_loadable_module, require_postfix)
