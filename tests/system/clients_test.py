"""Clients as people use them, through the shim to a real Postfix: swaks, and what the back end makes of the login."""
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.postfix import require_postfix
from system.site import NAME, Site
from system.waiting import Skip, run_tests

# alice may send as herself and nobody else.
OWNERS = f"""\
smtpd_sender_login_maps = inline:{{{{alice@{NAME}=alice@{NAME}, bob@{NAME}=bob@{NAME}}}}}
smtpd_sender_restrictions = reject_sender_login_mismatch
"""


class ClientsTest(unittest.TestCase):
    def site(self, mode):
        site = self.enterContext(Site(backend="postfix", postfix={"main": OWNERS}))
        site.ctl(f"policy set mode={mode}")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site

    def swaks(self, site):
        """The password goes by standard input, which no process list shows."""
        return subprocess.run(
            ["swaks", "--server", "127.0.0.1", "--port", str(site.ports["starttls"]), "--tls", "--auth", "PLAIN",
             "--auth-user", "alice", "--auth-hide-password", "--from", f"alice@{NAME}", "--to", f"bob@{NAME}",
             "--protect-prompt"], input=site.passwords["alice"] + "\n", capture_output=True, text=True, timeout=60)

    def test_swaks_without_identity(self):
        site = self.site("learn")
        done = self.swaks(site)
        self.assertEqual(done.returncode, 0, site.mask(done.stderr))
        self.assertTrue(site.postfix.wait_for(messages=1))

    def test_swaks_without_identity_is_refused(self):
        site = self.site("enforce")
        done = self.swaks(site)
        self.assertEqual(done.returncode, 28, site.mask(done.stderr))  # "error with authentication"
        self.assertIn("535 5.7.8 Authentication credentials invalid", done.stdout)
        self.assertEqual(site.postfix.messages(), [])

    def test_login_restricts_the_sender(self):
        site = self.site("enforce")
        client = self.enterContext(connected(site, "phone"))
        client.docmd("AUTH", "PLAIN " + site.plain("alice", site.passwords["alice"]))
        client.mail("bob@" + NAME)
        self.assertEqual(client.rcpt("bob@" + NAME)[0], 553)
        client.rset()
        client.sendmail("alice@" + NAME, ["bob@" + NAME], "Subject: her own\r\n\r\ntext\r\n")
        client.quit()
        self.assertTrue(site.postfix.wait_for(messages=1))
        self.assertIn(f"sasl_username=alice@{NAME}", site.postfix.log())
        self.assertIn(f"Authenticated sender: alice@{NAME}", site.postfix.messages()[0])

    def test_nothing_written_shows_a_secret(self):
        site = self.site("learn")
        self.swaks(site)
        client = self.enterContext(connected(site, "laptop"))
        self.assertEqual(client.docmd("AUTH", "PLAIN " + site.plain("alice", site.passwords["alice"]))[0], 235)
        client.quit()
        self.assertTrue(site.postfix.wait_for(messages=1))  # nothing is written from here on
        written = [p for p in site.dir.rglob("*") if p.is_file() and "sasldb" not in p.name]
        self.assertTrue(any(p.name == "clientid.db" for p in written))
        for path in written:
            octets = path.read_bytes()
            for secret, name in site.secrets().items():
                self.assertFalse(secret.encode() in octets, f"{path.name} shows {name}")
        self.assertEqual(list(site.dir.rglob("core*")), [])


def require_swaks():
    if not shutil.which("swaks"):
        raise Skip("there is no swaks here")


if __name__ == "__main__":
    run_tests(require_swaks, require_postfix)
