"""clientidctl check: the verdict, explained."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import DONE, REFUSED, SiteTest

CHECK = ["account", "type", "fingerprint", "peer", "service", "rules", "verdict", "reason", "observed"]


class CheckTest(SiteTest):
    def test_exit_status_follows_the_verdict(self):
        token, other = self.bind()[0], self.token()
        check = lambda expect: self.json("check", "alice", "UUID", "-", text=other, expect=expect)["verdict"]
        self.assertEqual(check(DONE), "allow-and-enrol")
        self.ctl("policy", "set", "mode=quarantine")
        self.assertEqual(check(REFUSED), "quarantine")
        self.ctl("policy", "set", "mode=enforce")
        self.assertEqual(check(REFUSED), "refuse")
        self.ctl("policy", "set", "mode=observe")
        self.assertEqual(check(DONE), "allow")
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token)["verdict"], "allow")
        self.assertEqual(len(self.json("list")), 1, "check bound a device")

    def test_shape(self):
        token, binding = self.bind()
        value = self.json("check", "alice", "UUID", "-", "--peer", "::ffff:192.0.2.7", text=token)
        self.assertEqual(list(value), CHECK)
        self.assertEqual([value[name] for name in CHECK if name != "rules"],
                         ["alice@example.com", "uuid", binding["fingerprint"], "192.0.2.7", "smtp", "allow", "bound",
                          False])
        self.assertEqual([rule["rule"] for rule in value["rules"]],
                         ["store", "mode", "refused binding", "types", "no identity", "binding"])
        self.assertEqual({tuple(rule) for rule in value["rules"]}, {("rule", "saw", "verdict", "reason")})
        self.assertEqual([rule["verdict"] for rule in value["rules"]], [None] * 5 + ["allow"])
        none = self.json("check", "alice", "--service", "imap")
        self.assertEqual((none["type"], none["fingerprint"], none["peer"], none["service"]), (None, None, None, "imap"))

    def test_text(self):
        self.ctl("policy", "set", "mode=observe", "absent=refuse")
        out = self.ctl("check", "alice", "--peer", "2001:db8::7").out
        self.assertIn("absent=refuse", out)
        self.assertIn("absent-refused", out.splitlines()[-1])
        self.assertEqual(self.ctl("--quiet", "check", "alice").out, "")

    def test_trusted_network(self):
        self.ctl("policy", "set", "mode=enforce", "trusted-networks=192.0.2.0/24")
        self.ctl("check", "alice", "--peer", "192.0.2.7")
        self.ctl("check", "alice", "--peer", "192.0.3.7", expect=REFUSED)
        self.ctl("check", "alice", expect=REFUSED)

    def test_no_account(self):
        value = self.json("check", "al\x1bice", expect=REFUSED)
        self.assertEqual((value["verdict"], value["reason"]), ("refuse", "bad-account"))
        self.ctl("check", "al\x1bice", expect=REFUSED)


if __name__ == "__main__":
    unittest.main()
