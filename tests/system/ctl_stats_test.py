"""clientidctl stats: every number of it, against a store whose content is known."""
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import DONE, PROGRAM, SiteTest, TIME
from system.terminal import shown_on_terminal

HOUR = 3600


class StatsTest(SiteTest):
    def setUp(self):
        super().setUp()
        self.now = int(time.time())

    def happen(self, outcome, verdict="", reason="", count=1, account="alice@example.com", fingerprint="aa" * 32,
               network="192.0.2.7/32", age=60):
        for _ in range(count):
            self.sql("INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict,"
                     " reason, detail) VALUES (?, ?, ?, 'uuid', ?, '192.0.2.7', ?, 'smtp', ?, ?, 'PLAIN')",
                     self.now - age, outcome, account, fingerprint, network, verdict, reason)

    def test_fields(self):
        stats = self.json("stats")
        self.assertEqual(list(stats), [
            "scope", "accounts", "states", "expired", "types", "licences", "sessions", "devices", "restrictions",
            "since", "attempts", "outcomes", "verdicts", "reasons", "top_accounts", "top_devices", "top_addresses",
            "day"])
        self.assertEqual(list(stats["states"]), ["active", "pending", "suspended", "revoked"])
        self.assertEqual(list(stats["outcomes"]),
                         ["authenticated", "enrolled", "quarantined", "refused", "failed", "unavailable"])
        self.assertRegex(stats["since"], TIME)
        self.assertEqual(len(stats["day"]), 24)
        self.assertEqual([stats[name] for name in ("accounts", "expired", "licences", "sessions", "devices",
                                                   "attempts")], [0] * 6)

    def test_bindings(self):
        for account, kind in (("alice", "UUID"), ("alice", "MAC"), ("bob", "UUID"), ("bob", "UUID"), ("carol", "X")):
            self.bind(account, kind)
        self.json("licence", "add", "UUID", "-", text=self.token())
        self.set_state(2, "pending")
        self.set_state(3, "suspended")
        # A suspension that is over counts as what it is: active.
        self.sql("UPDATE binding SET state = 'suspended', suspended_until = ? WHERE id = 4", self.now - 1)
        self.set_state(5, "revoked")
        self.sql("UPDATE binding SET expires = ? WHERE id IN (1, 5)", self.now)
        self.sql("UPDATE binding SET expires = ? WHERE id = 2", self.now + 1000)
        stats = self.json("stats")
        self.assertEqual(stats["states"], {"active": 2, "pending": 1, "suspended": 1, "revoked": 1})
        self.assertEqual((stats["accounts"], stats["expired"], stats["licences"]), (3, 2, 1))
        self.assertEqual(stats["types"], {"uuid": 3, "mac": 1, "x": 1})

    def test_sessions_and_restrictions(self):
        for number, (fingerprint, lease) in enumerate([("aa", 60), ("aa", 60), ("bb", 60), ("cc", -1)]):
            self.sql("INSERT INTO session VALUES ('h', ?, 'uuid', ?, 'alice@example.com', '', '', 0, ?)", number,
                     fingerprint * 32, self.now + lease)
        self.ctl("block", "add", "address", "192.0.2.0/24")
        self.ctl("block", "add", "address", "198.51.100.7")
        self.ctl("attack", "on", "--account", "bob")
        self.ctl("attack", "on", "--account", "alice", "--for", "1s")
        self.sql("UPDATE restriction SET until = ? WHERE subject = 'alice@example.com'", self.now - 1)
        stats = self.json("stats")
        self.assertEqual((stats["sessions"], stats["devices"]), (3, 2))
        self.assertEqual(stats["restrictions"], [{"effect": "block", "kind": "address", "count": 2},
                                                 {"effect": "known-only", "kind": "account", "count": 1}])

    def test_attempts(self):
        self.happen("authenticated", "allow", "bound", 4)
        self.happen("refused", "refuse", "unbound", 3)
        self.happen("refused", "refuse", "revoked", 2)
        self.happen("failed", "allow", "bound", 1)
        self.happen("changed")
        self.happen("authenticated", "allow", "bound", 5, age=25 * HOUR)
        stats = self.json("stats")
        self.assertEqual(stats["attempts"], 10)
        self.assertEqual(stats["outcomes"], {"authenticated": 4, "enrolled": 0, "quarantined": 0, "refused": 5,
                                             "failed": 1, "unavailable": 0})
        self.assertEqual(stats["verdicts"], {"allow": 5, "refuse": 5})
        self.assertEqual(list(stats["reasons"].items()), [("unbound", 3), ("revoked", 2)])
        self.assertEqual(self.json("stats", "--since", "2d")["attempts"], 15)
        self.assertEqual(self.json("stats", "--since", "30s")["attempts"], 0)
        self.assertEqual(self.json("stats", "--since", "2001-01-01")["since"], "2001-01-01T00:00:00Z")

    def test_most_refused(self):
        for number in range(12):
            self.happen("refused", "refuse", "unbound", 1 + number % 3, f"user{number}@example.com",
                        f"{number:02d}" * 32, f"192.0.2.{number}/32")
        self.happen("failed", "allow", "bound", 9, "user0@example.com", "", "")
        self.happen("authenticated", "allow", "bound", 9, "user1@example.com")
        self.happen("refused", "refuse", "unbound", 9, "user2@example.com", age=25 * HOUR)
        stats = self.json("stats")
        self.assertEqual(len(stats["top_accounts"]), 10)
        self.assertEqual(stats["top_accounts"][:3], [{"account": "user0@example.com", "refused": 10},
                                                     {"account": "user11@example.com", "refused": 3},
                                                     {"account": "user2@example.com", "refused": 3}])
        self.assertEqual(stats["top_devices"][:2], [{"fingerprint": "02" * 8, "refused": 3},
                                                    {"fingerprint": "05" * 8, "refused": 3}])
        self.assertEqual(stats["top_addresses"][0], {"address": "192.0.2.11/32", "refused": 3})

    def test_day(self):
        self.happen("authenticated", count=2, age=0)
        self.happen("refused", count=3, age=5 * HOUR)
        self.happen("failed", age=5 * HOUR)
        self.happen("refused", age=25 * HOUR)
        self.happen("changed", age=2 * HOUR)
        # The day is the last one, whatever is counted besides.
        day = self.json("stats", "--since", "1m")["day"]
        start = time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime(self.now - 5 * HOUR))
        found = {hour["hour"]: (hour["attempts"], hour["refused"]) for hour in day if hour["attempts"]}
        self.assertEqual(sum(attempts for attempts, _ in found.values()), 6)
        self.assertEqual(found[start], (4, 4))
        self.assertEqual([hour["hour"] for hour in day], sorted(hour["hour"] for hour in day))

    def test_scope(self):
        self.bind("alice"), self.bind("bob"), self.bind("eve@example.net")
        self.happen("refused", "refuse", "unbound", 1)
        self.happen("refused", "refuse", "unbound", 2, "bob@example.com")
        self.happen("refused", "refuse", "unbound", 4, "eve@example.net")
        self.happen("refused", "refuse", "bad-account", 8, "com")
        self.ctl("attack", "on", "--account", "bob")
        self.ctl("block", "add", "address", "192.0.2.0/24")
        numbers = lambda *scope: [(stats["scope"], stats["accounts"], stats["attempts"], len(stats["top_accounts"]),
                                   len(stats["restrictions"])) for stats in [self.json("stats", *scope)]][0]
        self.assertEqual(numbers(), (None, 3, 15, 4, 2))
        self.assertEqual(numbers("Alice"), ("alice@example.com", 1, 1, 1, 0))
        self.assertEqual(numbers("bob"), ("bob@example.com", 1, 2, 1, 1))
        self.assertEqual(numbers("@example.com"), ("@example.com", 2, 3, 2, 1))
        self.assertEqual(numbers("@example.net"), ("@example.net", 1, 4, 1, 0))
        self.assertEqual(numbers("@ample.com"), ("@ample.com", 0, 0, 0, 0))

    def test_text(self):
        self.bind()
        self.happen("refused", "refuse", "unbound", 3)
        out = self.ctl("stats").out
        lines = [line.split() for line in out.splitlines()]
        for line in (["accounts", "1"], ["bindings", "active", "1"], ["bindings", "of", "type", "uuid", "1"],
                     ["attempts", "3"], ["outcome", "refused", "3"], ["verdict", "refuse", "3"],
                     ["refused", "as", "unbound", "3"], ["3", "alice@example.com"], ["3", "a" * 16],
                     ["3", "192.0.2.7/32"]):
            self.assertIn(line, lines)
        self.assertNotIn("#", out)
        self.assertEqual(len(lines) - lines.index(["HOUR", "ATTEMPTS", "REFUSED"]) - 1, 24)

    def test_picture(self):
        self.happen("refused", count=3, age=5 * HOUR)
        self.happen("authenticated", age=5 * HOUR)
        self.happen("authenticated", count=2, age=3 * HOUR)
        for columns in (80, 60, 200):
            with self.subTest(columns=columns):
                status, shown = shown_on_terminal([PROGRAM, "--config", self.conf, "stats"], columns,
                                                  {**os.environ, "TERM": "xterm"})
                self.assertEqual(status, DONE)
                self.assertLessEqual(max(map(len, shown.splitlines())), min(columns, 80))
                full, half = [line.split("|")[1] for line in shown.splitlines() if "|" in line and line[-1] in "#="]
                self.assertEqual(full.count("#"), -(-3 * len(full) // 4))
                self.assertEqual(half, "=" * -(-len(full) // 2))
                self.assertEqual(len(full), min(columns, 80) - 27)


if __name__ == "__main__":
    unittest.main()
