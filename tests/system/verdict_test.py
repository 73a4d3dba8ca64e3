"""A real Postfix smtpd that loads the module, and asks the shim in front of it over the verdict socket.

The shim replays the client's password to the smtpd, whose libsasl asks about that connection: the shim knows by its
endpoints which device stands behind it. Who goes to the smtpd past the shim has no device to show.
"""
import os
import pathlib
import re
import smtplib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.postfix import require_postfix
from system.site import NAME, Site
from system.waiting import Skip, run_tests

SHIM = ["handover = replay", "mechanisms = PLAIN LOGIN", "verdict-socket = {dir}/verdict postfix:postfix 0660"]
SASL = """\
auxprop_plugin: sasldb clientid
canon_user_plugin: clientid
clientid_service: unix:{site}/verdict
"""
MESSAGE = "Subject: by replay\r\n\r\nfor bob\r\n"


class VerdictTest(unittest.TestCase):
    def site(self, with_module=True):
        """The smtpd's plugin directory is its own: it cannot load a module built with sanitizers."""
        plugins = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        plugins.chmod(0o755)
        Site.add_plugins(plugins, os.environ["FOREIGN_PLUGIN_DIR"] if with_module else None)
        main = f"import_environment = MAIL_CONFIG MAIL_LOGTAG SASL_PATH={plugins}\n"
        site = self.enterContext(Site(SHIM, backend="postfix", postfix={"main": main, "sasl": SASL}))
        site.ctl("policy set mode=enforce")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site

    def through_shim(self, site):
        client = self.enterContext(connected(site, "phone"))
        self.assertEqual(client.docmd("AUTH", "PLAIN " + site.plain("alice", site.passwords["alice"]))[0], 235)
        return client

    def verdicts(self, site):
        return re.findall(r"verdict peer=\S+ uid=\d+ verdict=(\S+) reason=(\S+)", site.log())

    def test_bound_device_is_allowed(self):
        site = self.site()
        client = self.through_shim(site)
        client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        client.quit()
        self.assertTrue(site.postfix.wait_for(messages=1))
        self.assertIn(("allow", "bound"), self.verdicts(site))
        self.assertIn(f"Authenticated sender: alice@{NAME}", site.postfix.messages()[0])

    def test_client_past_the_shim_is_refused(self):
        site = self.site()
        client = self.enterContext(smtplib.SMTP("127.0.0.1", site.postfix.port, "client.test", timeout=20))
        client.ehlo()
        reply = client.docmd("AUTH", "PLAIN " + site.plain("alice", site.passwords["alice"]))
        self.assertEqual(reply[0], 535)
        self.assertIn(("refuse", "absent-refused"), self.verdicts(site))

    def test_without_module_nobody_gets_in(self):
        site = self.site(with_module=False)
        client = self.through_shim(site)
        self.assertEqual(client.mail("alice@" + NAME)[0], 451)
        self.assertEqual(self.verdicts(site), [])
        past = self.enterContext(smtplib.SMTP("127.0.0.1", site.postfix.port, "client.test", timeout=20))
        past.ehlo()
        reply = past.docmd("AUTH", "PLAIN " + site.plain("alice", site.passwords["alice"]))
        self.assertNotEqual(reply[0], 235)


def require_loadable_module():
    if not os.environ.get("FOREIGN_PLUGIN_DIR"):
        raise Skip("Postfix cannot load a module that was built with sanitizers; name another one in FOREIGN_PLUGIN_DIR")


if __name__ == "__main__":
    run_tests(require_loadable_module, require_postfix)
