"""clientidctl history: who did what, and when."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import SiteTest, TIME

EVENT = ["id", "at", "outcome", "account", "type", "fingerprint", "peer", "service", "verdict", "reason", "detail"]


class HistoryTest(SiteTest):
    def test_names_what_and_who(self):
        _, binding = self.bind()
        self.ctl("suspend", "1", env={"SUDO_USER": "daemon"})
        self.ctl("account", "set", "@example.com", "mode=off", env={"SUDO_USER": "no\x1bbody"})
        bound, suspended, settings = self.changes()
        self.assertEqual(list(bound), EVENT)
        self.assertRegex(bound["at"], TIME)
        self.assertEqual((bound["account"], bound["type"], bound["fingerprint"], bound["peer"], bound["verdict"]),
                         ("alice@example.com", "uuid", binding["fingerprint"], None, None))
        self.assertRegex(bound["detail"], r"^binding 1 bound by operator \S+$")
        self.assertEqual(suspended["detail"], "binding 1 suspended by operator daemon")
        self.assertRegex(settings["detail"], r"^mode=off by operator \w+$")

    def test_filters(self):
        _, alice = self.bind("alice")
        self.bind("bob")
        self.ctl("account", "set", "@example.com", "mode=off")
        self.sql("UPDATE event SET at = 1000000000 WHERE account = 'bob@example.com'")
        count = lambda *arguments: len(self.json("history", *arguments))
        self.assertEqual(count(), 4)
        self.assertEqual(count("Alice"), 1)
        self.assertEqual(count("@example.com"), 1)
        self.assertEqual(count("--since", "1h"), 3)
        self.assertEqual(count("--since", "2001-01-01"), 4)
        self.assertEqual(count("--since", "2999-01-01"), 0)
        self.assertEqual(count("--device", alice["fingerprint"][:8]), 1)
        self.sql("UPDATE event SET detail = ? WHERE account = 'bob@example.com'", "a\nb\x1b[0m")
        self.assertIn(r"a\nb\x1b[0m", self.ctl("history", "bob").out)

    def test_newest_alone(self):
        for account in ("alice", "bob", "alice", "bob", "alice"):
            self.bind(account)
        ids = lambda *arguments: [event["id"] for event in self.json("history", *arguments)]
        self.assertEqual(ids("--limit", "2"), [5, 6])
        self.assertEqual(ids("--limit", "2", "bob"), [3, 5])
        self.assertEqual(ids("--limit", "0"), [])
        self.assertEqual(ids("--limit", "1000"), [1, 2, 3, 4, 5, 6])
        self.assertEqual(ids("--limit", "9", "carol"), [])
        self.sql("UPDATE event SET at = 1000000000 WHERE id < 5")
        self.assertEqual(ids("--limit", "5", "--since", "1h"), [5, 6])
        self.assertEqual(len(self.ctl("history", "--limit", "2").out.splitlines()), 3)

    def test_more_than_is_read_at_a_time(self):
        self.sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO event"
                 " (at, outcome, account, type, fingerprint, peer, service, verdict, reason, detail)"
                 " SELECT 1700000000 + i, 'failed', 'a' || (i % 2), '', printf('%064x', i % 3), '', '', '', '', ''"
                 " FROM n")
        events = self.json("history")
        self.assertEqual([event["id"] for event in events], list(range(1, 2502)))
        self.assertEqual(len(self.ctl("history").out.splitlines()), 2502)
        self.assertEqual(len(self.json("history", "--device", "00000000")), 2500)
        self.assertEqual(len(self.json("history", "--device", "00000000", "--limit", "1200")), 1200)
        self.assertEqual(len(self.json("history", "--since", "2023-11-14T22:30:00Z")), 1501 + 1)  # init


if __name__ == "__main__":
    unittest.main()
