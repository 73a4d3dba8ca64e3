"""clientidctl check: the verdict, explained."""
import json
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import DONE, REFUSED, SiteTest, TIME

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
                         ["store", "mode", "blocks", "refused binding", "type flags", "types", "attack mode", "limits",
                          "accounts of the device", "two places", "open sessions", "no identity", "binding"])
        self.assertEqual({tuple(rule) for rule in value["rules"]}, {("rule", "saw", "verdict", "reason")})
        self.assertEqual([rule["verdict"] for rule in value["rules"]], [None] * 12 + ["allow"])
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

    def explain(self, token="", *options, account="alice"):
        """The verdict and its reason, and what each rule saw; the last one is the one that spoke."""
        words = ["UUID", "-"] if token else []
        value = json.loads(self.ctl("--json", "check", account, *words, *options, text=token, expect=None).out)
        spoke = value["rules"][-1]
        self.assertEqual((spoke["verdict"], spoke["reason"]), (value["verdict"], value["reason"]))
        self.assertEqual({rule["verdict"] for rule in value["rules"][:-1]}, {None})
        saw = {rule["rule"]: rule["saw"] for rule in value["rules"]}
        return (spoke["rule"], value["verdict"], value["reason"]), saw

    def count(self, name, failures, attempts=0):
        """As the shim counts: in slices of ten seconds."""
        self.sql("INSERT INTO counter (name, slice, attempts, failures) VALUES (?, ?, ?, ?)",
                 name, int(time.time()) // 10 * 10, attempts, failures)

    def fingerprint(self):
        return self.sql_value("SELECT fingerprint FROM binding WHERE account = 'alice@example.com'")

    def test_blocks(self):
        token, binding = self.bind()
        self.assertEqual(self.explain(token)[1]["blocks"], "none")
        self.ctl("block", "add", "address", "192.0.2.0/24")
        self.ctl("block", "add", "device", "UUID", "-", "--for", "2h", text=token)
        spoke, saw = self.explain(token, "--peer", "192.0.2.7")
        self.assertEqual(spoke[:2], ("blocks", "refuse"))
        self.assertIn("block of network 192.0.2.0/24 until it is lifted", saw["blocks"])
        self.assertRegex(saw["blocks"], rf"block of device {binding['fingerprint']} until {TIME.pattern}")
        self.assertEqual(self.explain("", "--peer", "192.0.2.7")[0], ("blocks", "refuse", "address-blocked"))
        self.assertEqual(self.explain(token)[0], ("blocks", "refuse", "device-blocked"))

    def test_what_detection_blocked_spares_the_device_on_its_own_account(self):
        token, _ = self.bind()
        self.detected("device", self.fingerprint(), "block")
        spoke, saw = self.explain(token)
        self.assertEqual(spoke, ("binding", "allow", "bound"))
        self.assertRegex(saw["blocks"], r"^block of device \w+ until \S+ \(not for its own device\)$")
        self.assertEqual(self.explain(token, account="bob")[0], ("blocks", "refuse", "device-blocked"))

    def test_type_flags(self):
        token, _ = self.bind()
        self.assertEqual(self.explain(token)[1]["type flags"], "type uuid, flags=system-log,user-log,authenticate")
        self.ctl("policy", "set", "mode=enforce")
        self.ctl("type", "set", "UUID", "flags=debug")
        spoke, saw = self.explain(token)
        self.assertEqual(spoke, ("no identity", "refuse", "absent-refused"))
        self.assertEqual(saw["type flags"], "type uuid, flags=debug: taken as not shown")

    def test_form(self):
        value = lambda: self.json("check", "alice", "UUID", "no-uuid", expect=None)["rules"]
        types = lambda: next(rule for rule in value() if rule["rule"] == "types")
        self.assertEqual((types()["saw"], types()["verdict"]), ("type uuid, token: no UUID (noted)", None))
        self.ctl("type", "set", "UUID", "on-mismatch=refuse")
        self.assertEqual((types()["saw"], types()["reason"]), ("type uuid, token: no UUID", "form-mismatch"))

    def test_attack_mode(self):
        token, _ = self.bind()
        self.ctl("attack", "on", "--account", "alice")
        self.ctl("attack", "on", "--valid-only")
        spoke, saw = self.explain(token)
        self.assertEqual(spoke, ("binding", "allow", "bound"))
        self.assertIn("known-only for account alice@example.com until it is lifted", saw["attack mode"])
        self.assertIn("valid-only for all until it is lifted", saw["attack mode"])
        self.assertEqual(saw["blocks"], "none")
        self.assertEqual(self.explain(self.token())[0], ("attack mode", "refuse", "known-only"))
        self.assertEqual(self.explain(account="bob")[0], ("attack mode", "refuse", "valid-only"))

    def test_limits(self):
        token, other = self.bind()[0], self.token()
        self.ctl("policy", "set", "device-failures=2/10m", "address-failures=3/10m", "account-failures=4/10m",
                 "account-attempts=9/1h")
        peer = ["--peer", "192.0.2.7"]
        self.assertEqual(self.explain(token, *peer)[1]["limits"], "device failures: 0 of 2/10m")
        self.assertEqual(self.explain(other, *peer)[1]["limits"],
                         "device failures: 0 of 2/10m; address failures: 0 of 3/10m; "
                         "account attempts: 0 of 9/1h, failures: 0 of 4/10m")
        self.count("account alice@example.com", 4, 5)
        spoke, saw = self.explain(other, *peer)
        self.assertEqual(spoke, ("limits", "refuse", "account-limit"))
        self.assertIn("account attempts: 5 of 9/1h, failures: 4 of 4/10m", saw["limits"])
        self.count("address 192.0.2.7/32", 3)
        self.assertEqual(self.explain(other, *peer)[0], ("limits", "refuse", "address-limit"))
        self.assertEqual(self.explain(token, *peer)[0], ("binding", "allow", "bound"))
        self.count(f"device {self.fingerprint()} alice@example.com 192.0.2.7/32", 2)
        self.assertEqual(self.explain(token, *peer)[0], ("limits", "refuse", "device-limit"))
        self.assertEqual(self.explain(token, "--peer", "192.0.2.8")[0], ("binding", "allow", "bound"))

    def test_accounts_of_the_device(self):
        token, _ = self.bind()
        self.ctl("bind", "bob", "UUID", "-", text=token)
        self.ctl("policy", "set", "max-accounts-per-device=2")
        spoke, saw = self.explain(token, account="carol")
        self.assertEqual(spoke, ("accounts of the device", "refuse", "too-many-accounts"))
        self.assertEqual(saw["accounts of the device"], "accounts of the device: 2 of 2")
        self.assertEqual(self.explain(token)[0], ("binding", "allow", "bound"))
        self.ctl("type", "set", "UUID", "shared=yes")
        spoke, saw = self.explain(token, account="carol")
        self.assertEqual((spoke[2], saw["accounts of the device"]), ("learned", "the type is shared"))

    def open_session(self, network):
        self.sql("INSERT INTO session (holder, number, type, fingerprint, account, peer, network, opened, lease) VALUES"
                 " ('by a test', 1, 'uuid', ?, 'alice@example.com', '', ?, 0, ?)",
                 self.fingerprint(), network, int(time.time()) + 60)

    def test_two_places_and_open_sessions(self):
        token, _ = self.bind()
        self.open_session("192.0.2.7/32")
        here, there = ("--peer", "192.0.2.7"), ("--peer", "198.51.100.7")
        saw = self.explain(token, *here)[1]
        self.assertEqual((saw["two places"], saw["open sessions"]), ("no conflict, two-places=alert", "open: 1 of 100"))
        self.assertEqual(self.explain(token, *there)[1]["two places"], "1 open in other networks, two-places=alert")
        self.assertEqual(self.explain(token)[1]["two places"], "no conflict, two-places=alert")
        self.ctl("policy", "set", "two-places=refuse", "device-sessions=1")
        self.assertEqual(self.explain(token, *there)[0], ("two places", "refuse", "two-places"))
        self.assertEqual(self.explain(token, *here)[0], ("open sessions", "refuse", "device-sessions"))

    def test_clients_without_identity(self):
        self.ctl("policy", "set", "absent-failures=2/10m")
        self.count("absent 192.0.2.7/32", 2)
        spoke, saw = self.explain("", "--peer", "192.0.2.7")
        self.assertEqual(spoke, ("no identity", "refuse", "absent-limit"))
        self.assertEqual(saw["no identity"],
                         "no identity from 192.0.2.7, absent=allow, devices bound: 0, failures: 2 of 2/10m")
        self.assertEqual(saw["open sessions"], "no identity")
        self.assertEqual(self.explain("", "--peer", "192.0.2.8")[0], ("no identity", "allow", "absent-allowed"))

    def test_no_account(self):
        value = self.json("check", "al\x1bice", expect=REFUSED)
        self.assertEqual((value["verdict"], value["reason"]), ("refuse", "bad-account"))
        self.ctl("check", "al\x1bice", expect=REFUSED)


if __name__ == "__main__":
    unittest.main()
