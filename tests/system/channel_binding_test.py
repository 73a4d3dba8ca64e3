"""SCRAM-SHA-256-PLUS: AUTH is tied to the TLS connection that it runs in, so that nobody in between can pass it on."""
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.scram import Scram, channel_binding, encode
from system.site import NAME, Site, program
from system.waiting import run_tests

PLUS = "mechanisms = PLAIN SCRAM-SHA-256-PLUS SCRAM-SHA-256"
REFUSED = (535, b"5.7.8 Authentication credentials invalid")
V1_2, V1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3

# What Python can compute itself; tls-exporter is for gsasl.
BINDINGS = [(V1_2, "tls-unique"), (V1_2, "tls-server-end-point"), (V1_3, "tls-server-end-point")]


class ChannelBindingTest(unittest.TestCase):
    def site(self, mechanisms=PLUS, mode="enforce"):
        site = self.enterContext(Site([mechanisms]))
        site.ctl(f"policy set mode={mode}")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site

    def connect(self, site, version=V1_3):
        context = site.trust()
        context.minimum_version = context.maximum_version = version
        client = connected(site, "phone", timeout=20, context=context)
        self.addCleanup(client.close)
        return client

    def authenticate(self, client, mechanism, conversation):
        """The codes of all replies, and the last one whole."""
        codes = []
        code, text = client.docmd("AUTH", mechanism + " " + conversation.first())
        codes.append(code)
        if code == 334:
            code, text = client.docmd(conversation.final(text))
            codes.append(code)
        if code == 334:
            self.assertTrue(conversation.believes(text), "the server did not prove that it knows the password")
            code, text = client.docmd("")
            codes.append(code)
        return codes, (code, text)

    def bound(self, site, client, name, account="alice", password=None):
        return Scram(account, password or site.passwords["alice"], "p=" + name, channel_binding(client.sock, name))

    def test_bound_client_is_let_in(self):
        site = self.site()
        for version, name in BINDINGS:
            with self.subTest(version=version.name, binding=name):
                client = self.connect(site, version)
                self.assertIn("SCRAM-SHA-256-PLUS", client.esmtp_features["auth"].split())
                codes, _ = self.authenticate(client, "SCRAM-SHA-256-PLUS", self.bound(site, client, name))
                self.assertEqual(codes, [334, 334, 235])

    def test_name_without_initial_response(self):
        site = self.site()
        client = self.connect(site)
        conversation = self.bound(site, client, "tls-server-end-point")
        self.assertEqual(client.docmd("AUTH", "SCRAM-SHA-256-PLUS"), (334, b""))
        code, challenge = client.docmd(conversation.first())
        self.assertEqual(code, 334)
        self.assertEqual(client.docmd(conversation.final(challenge))[0], 334)
        self.assertEqual(client.docmd("")[0], 235)

    def test_binding_of_another_connection_is_refused(self):
        """Somebody in between has a connection to either side, and passes on what the client proves."""
        site = self.site()
        other = self.connect(site, V1_2)
        passed_on = Scram("alice", site.passwords["alice"], "p=tls-unique", channel_binding(other.sock, "tls-unique"))
        self.assertEqual(self.authenticate(self.connect(site, V1_2), "SCRAM-SHA-256-PLUS", passed_on),
                         ([334, 535], REFUSED))

    def test_binding_that_the_connection_has_not_is_refused(self):
        site = self.site()
        for version, name in ((V1_3, "tls-unique"), (V1_3, "nonsense"), (V1_2, "tls-unique-for-telnet")):
            conversation = Scram("alice", site.passwords["alice"], "p=" + name, b"x" * 12)
            self.assertEqual(self.authenticate(self.connect(site, version), "SCRAM-SHA-256-PLUS", conversation),
                             ([334, 535], REFUSED))

    def test_downgrade_is_refused(self):
        """The client could bind, but somebody took -PLUS out of what it saw (RFC 5802 section 6)."""
        site = self.site()
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"):
            conversation = Scram("alice", site.passwords["alice"], "y")
            self.assertEqual(self.authenticate(self.connect(site), mechanism, conversation), ([334, 535], REFUSED))

    def test_plus_without_binding_is_refused(self):
        site = self.site()
        conversation = Scram("alice", site.passwords["alice"], "n")
        self.assertEqual(self.authenticate(self.connect(site), "SCRAM-SHA-256-PLUS", conversation),
                         ([334, 535], REFUSED))

    def test_refused_downgrade_leaves_no_device(self):
        site = self.site(mode="learn")
        conversation = Scram("bob", site.passwords["bob"], "y")
        self.assertEqual(self.authenticate(self.connect(site), "SCRAM-SHA-256", conversation), ([334, 535], REFUSED))
        self.assertNotIn("bob", site.ctl("list bob"))

    def test_client_that_cannot_bind_is_let_in_without_plus(self):
        site = self.site()
        conversation = Scram("alice", site.passwords["alice"], "n")
        self.assertEqual(self.authenticate(self.connect(site), "SCRAM-SHA-256", conversation)[0], [334, 334, 235])

    def test_where_plus_is_not_offered(self):
        site = self.site("mechanisms = SCRAM-SHA-256")
        client = self.connect(site)
        self.assertEqual(client.esmtp_features["auth"].split(), ["SCRAM-SHA-256"])
        self.assertEqual(client.docmd("AUTH", "SCRAM-SHA-256-PLUS " + Scram("alice", "").first())[0], 504)
        conversation = Scram("alice", site.passwords["alice"], "y")
        self.assertEqual(self.authenticate(client, "SCRAM-SHA-256", conversation)[0], [334, 334, 235])

    def test_plus_alone(self):
        site = self.site("mechanisms = SCRAM-SHA-256-PLUS")
        client = self.connect(site)
        self.assertEqual(client.esmtp_features["auth"].split(), ["SCRAM-SHA-256-PLUS"])
        self.assertEqual(client.docmd("AUTH", "SCRAM-SHA-256 " + Scram("alice", "").first())[0], 504)
        conversation = self.bound(site, client, "tls-server-end-point")
        self.assertEqual(self.authenticate(client, "SCRAM-SHA-256-PLUS", conversation)[0], [334, 334, 235])

    def test_back_end_that_does_auth_cannot_bind(self):
        site = self.site()
        checked = subprocess.run([program("SHIM"), "--config", site.dir / "shim.conf", "--auth", "backend", "--check"],
                                 capture_output=True, text=True, env=site.environment)
        self.assertEqual(checked.returncode, 2)
        self.assertIn("mechanisms: SCRAM-SHA-256-PLUS binds AUTH to the TLS of this program", checked.stderr)

    def site_without_scram(self):
        site = self.enterContext(Site([PLUS]))
        for plugin in (site.dir / "plugins").glob("libscram*"):
            plugin.unlink()
        return site

    def test_mechanism_that_libsasl_lacks_is_not_announced(self):
        site = self.site_without_scram()
        site.start()
        self.assertEqual(self.connect(site).esmtp_features["auth"].split(), ["PLAIN"])
        self.assertIn("mechanism-missing mechanism=SCRAM-SHA-256-PLUS", site.log())

    def test_check_names_a_mechanism_that_libsasl_lacks(self):
        site = self.site_without_scram()
        site.configure()
        checked = subprocess.run([program("SHIM"), "--config", site.dir / "shim.conf", "--check"],
                                 capture_output=True, text=True, env=site.environment)
        self.assertEqual(checked.returncode, 2)
        self.assertIn("bad   module: mechanisms: libsasl does not offer SCRAM-SHA-256-PLUS", checked.stdout)

    def test_refusals_look_the_same(self):
        site = self.site()
        seen = set()
        for account, password, spoilt in (("alice", "wrong", False), ("nobody", "wrong", False), ("nobody", "wrong", True),
                                          ("alice", None, True), ("bob", site.passwords["bob"], False)):
            client = self.connect(site, V1_2)
            conversation = self.bound(site, client, "tls-unique", account, password)
            if spoilt:
                conversation.binding = bytes(len(conversation.binding))
            codes, last = self.authenticate(client, "SCRAM-SHA-256-PLUS", conversation)
            seen.add((tuple(codes), last))
        self.assertEqual(seen, {((334, 535), REFUSED)})

    @unittest.skipUnless(shutil.which("gsasl"), "there is no gsasl here")
    def test_gsasl(self):
        """A client of others, which asks for tls-exporter on TLS 1.3 and for tls-unique on TLS 1.2."""
        site = self.site(mode="observe")
        for priority, name in (("NORMAL:-VERS-ALL:+VERS-TLS1.3", "tls-exporter"),
                               ("NORMAL:-VERS-ALL:+VERS-TLS1.2", "tls-unique")):
            for password, accepted in ((site.passwords["alice"], True), ("wrong", False)):
                with self.subTest(priority=priority, accepted=accepted):
                    client = self.gsasl(site, priority, password)
                    self.assertEqual(client.returncode == 0, accepted, site.mask(client.stdout + client.stderr))
                    self.assertIn(encode(f"p={name},,")[:-4], client.stdout)
                    self.assertIn("235" if accepted else "535", client.stdout)

    def gsasl(self, site, priority, password):
        return subprocess.run(
            ["gsasl", "--smtp", "--starttls", f"--connect=127.0.0.1:{site.ports['starttls']}", f"--hostname={NAME}",
             "--mechanism=SCRAM-SHA-256-PLUS", "--authentication-id=alice", "--authorization-id=", "--no-client-first",
             "--x509-ca-file=", f"--priority={priority}", "--verbose"],  # it would look for 127.0.0.1 in the certificate
            input=password + "\n", capture_output=True, text=True, timeout=20, env=os.environ)


if __name__ == "__main__":
    run_tests()
