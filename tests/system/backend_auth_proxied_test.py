"""auth = backend behind send-proxy-protocol: Postfix and Exim give libsasl the endpoints of the PROXY header, or a mixture of
them and their own, and the module asks for a verdict by these. It must find the session that they belong to.
"""
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import backend_auth_test
from system.mechanisms import plain
from system.client import connected
from system.postfix import require_postfix
from system.site import NAME
from system.verdict_test import require_loadable_module
from system.waiting import run_tests

VERSIONS = ("v1", "v2")


class Proxied:
    """What holds for either server."""

    def check(self, site):
        self.check_mechanisms(site)
        self.check_delivery(site)
        self.check_side_by_side(site)
        self.assertNotIn("auth-unproven", site.log())
        # Every verdict was on the client's own address and device, not on those of a stranger who is nobody's session.
        verdicts = re.findall(r": verdict peer=(\S+) .* type=(\S+) fingerprint=(\S+)\n", site.log())
        self.assertTrue(verdicts)
        self.assertEqual({peer for peer, _, _ in verdicts}, {"127.0.0.1"})
        self.assertIn("uuid", {kind for _, kind, _ in verdicts})

    def check_side_by_side(self, site):
        """Two clients at a time: each is judged by its own device, whoever asks first."""
        for first, second in (("phone", "stranger"), ("stranger", "phone")):
            with connected(site, first) as one, connected(site, second) as other:
                password = site.passwords["alice"]
                for client in (one, other):
                    client.docmd("AUTH", "SCRAM-SHA-256")
                    self.assertEqual(client.docmd("*")[0], 501)
                expected = {"phone": 235, "stranger": 535}
                self.assertEqual(plain(one, site, password)[0], expected[first])
                self.assertEqual(plain(other, site, password)[0], expected[second])


class PostfixTest(Proxied, backend_auth_test.WithPostfix, unittest.TestCase):
    MAIN = "smtpd_upstream_proxy_protocol = haproxy\n"

    def test_proxy(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                self.check(self.site(f"send-proxy-protocol = {version}", main=self.MAIN))

    def test_proxy_and_xclient(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                site = self.site(f"send-proxy-protocol = {version}", handover="xclient", main=self.MAIN)
                self.check(site)
                self.assertIn(": XCLIENT ", site.postfix.log())

    def test_a_lost_connection_is_authenticated_again(self):
        site = self.site("send-proxy-protocol = v2", main=self.MAIN + "default_process_limit = 1\n")
        # One that is killed during its first session makes Postfix wait for a minute with the next: let the one that the
        # shim began with come to its end, and be the only one.
        self.assertTrue(site.postfix.wait_for(messages=0))
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            site.postfix.end_sessions()
            self.assertEqual(client.mail("alice@" + NAME)[0], 250)


class EximTest(Proxied, backend_auth_test.WithExim, unittest.TestCase):
    def test_proxy(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                self.check(self.site(f"send-proxy-protocol = {version}", main="hosts_proxy = 127.0.0.1\n"))


if __name__ == "__main__":
    run_tests(require_loadable_module, require_postfix)
