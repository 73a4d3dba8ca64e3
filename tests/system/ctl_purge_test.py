"""clientidctl purge: what it removes, what it never does, and that nobody waits for it."""
import pathlib
import sqlite3
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import DONE, PROGRAM, RULE, SiteTest, TIME, USAGE, of_sqlite
from system.terminal import Terminal

DAY = 24 * 3600


class PurgeTest(SiteTest):
    def setUp(self):
        super().setUp()
        self.now = int(time.time())

    def happen(self, count, age):
        self.sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO event"
                 " (at, outcome, account, type, fingerprint, peer, network, service, verdict, reason, detail)"
                 " SELECT ?, 'refused', 'a' || (i % 100), 'uuid', printf('%064x', i % 50), '', 'n' || (i % 70), '',"
                 " 'refuse', 'unbound', '' FROM n", count, self.now - age)

    def fill(self):
        """Five events that are old, three that are young, and one of the making of the store."""
        self.happen(5, 91 * DAY)
        self.happen(3, 89 * DAY)
        for subject, until in (("192.0.2.7", -1), ("192.0.2.8", 0), ("192.0.2.9", 100)):
            self.ctl("block", "add", "address", subject, "--for", "1h")
            self.sql("UPDATE restriction SET until = ? WHERE subject = ?", self.now + until, subject + "/32")
        self.ctl("block", "add", "address", "192.0.2.10")
        for number, lease in enumerate((-1, 60)):
            self.sql("INSERT INTO session VALUES ('h', ?, 'uuid', '', '', '', '', 0, ?)", number, self.now + lease)

    def counts(self):
        return [self.sql_value(f"SELECT count(*) FROM {table}") for table in ("event", "restriction", "session")]

    def test_fields(self):
        self.fill()
        purged = self.json("purge", "--yes")
        self.assertEqual(list(purged), ["older_than", "events", "restrictions", "sessions", "moves", "changed"])
        self.assertRegex(purged["older_than"], TIME)
        self.assertEqual(list(purged.values())[1:], [5, 2, 1, 0, True])
        # What is left: 3 young ones, init, 4 blocks, and the purge itself.
        self.assertEqual(self.counts(), [9, 2, 1])
        self.assertEqual(list(self.json("purge").values())[1:], [0, 0, 0, 0, False])

    def test_says_what_it_did(self):
        self.fill()
        self.assertRegex(self.ctl("purge", "--yes").out,
                         r"\Aremoved: 5 events from before \S+Z, 2 ended restrictions, 1 lost session, "
                         r"0 former fingerprints\n\Z")
        self.assertRegex(self.ctl("purge").out, r"\Anothing to remove: 0 events ")
        self.assertRegex(self.json("history", "--limit", "1")[0]["detail"],
                         r"^history from before \S+Z removed by operator \w+$")

    def test_age(self):
        self.fill()
        self.assertEqual(self.json("purge", "--older-than", "88d", "--dry-run")["events"], 8)
        self.assertEqual(self.json("purge", "--older-than", "92d", "--dry-run")["events"], 0)

    def test_dry_run_removes_nothing(self):
        self.fill()
        before = self.counts()
        self.assertEqual(list(self.json("purge", "--dry-run").values())[1:], [5, 2, 1, 0, False])
        self.assertIn("would remove: 5 events", self.ctl("purge", "--dry-run").out)
        self.assertEqual(self.counts(), before)

    def test_wants_yes(self):
        self.fill()
        before = self.counts()
        self.assertIn("--yes", self.ctl("purge", expect=USAGE).err)
        self.assertEqual(self.counts(), before)

    def test_asks_on_a_terminal(self):
        self.fill()
        before = self.counts()
        for answer, status in ((b"n\n", RULE), (b"y\n", DONE)):
            self.assertEqual(self.counts(), before)
            with Terminal([PROGRAM, "--config", self.conf, "purge"]) as terminal:
                terminal.until(lambda shown: b"[y/N]" in shown)
                self.assertIn(b"Remove 5 events from before", terminal.shown)
                terminal.type(answer)
                terminal.until(lambda _: False)
                self.assertEqual(terminal.process.wait(timeout=20), status)
        self.assertNotEqual(self.counts(), before)

    def test_no_binding_goes(self):
        """Without it, a device that was revoked would be a stranger, and might be learned anew."""
        for number, state in enumerate(("active", "pending", "suspended", "revoked", "active")):
            self.bind()
            self.set_state(number + 1, state)
        self.sql("UPDATE binding SET created = 0, last_seen = 0")
        self.sql("UPDATE binding SET expires = 1 WHERE id = 5")
        self.ctl("policy", "set", "mode=learn")
        before = self.json("list")
        self.ctl("purge", "--older-than", "0s", "--yes")
        self.assertEqual(self.json("list"), before)
        self.assertEqual(self.json("policy", "show")["settings"]["mode"]["value"], "learn")

    def test_former_fingerprints(self):
        """They stay as long as they lead to something, of whatever name the device has there."""
        self.bind()
        bound = self.fingerprint_of("alice@example.com")
        seen, blocked, in_use, young, gone = (letter * 64 for letter in "bcdef")
        self.happen(1, 89 * DAY)
        self.sql("UPDATE event SET fingerprint = ? WHERE outcome = 'refused'", "1" * 64)
        self.detected("device", blocked, "block")
        self.sql("INSERT INTO session VALUES ('h', 1, 'uuid', ?, '', '', '', 0, ?)", in_use, self.now + 60)
        for number, fingerprint in enumerate((bound, seen, blocked, in_use, young, gone)):
            self.move(f"{number}" * 64, fingerprint, (89 if fingerprint == young else 91) * DAY)
        # What is gone had moved twice.
        self.move("6" * 64, "5" * 64, 92 * DAY)
        self.assertEqual(self.json("purge", "--dry-run")["moves"], 2)
        self.assertIn("2 former fingerprints", self.ctl("purge", "--yes").out)
        self.assertEqual(self.former(), [f"{number}" * 64 for number in range(5)])
        # An event that leaves is no reason to stay.
        self.sql("UPDATE event SET at = 1 WHERE outcome = 'refused'")
        self.assertEqual(self.json("purge", "--dry-run")["moves"], 1)
        self.assertEqual(self.json("purge", "--yes")["moves"], 1)

    def fill_accounts(self):
        """Alice, and others whose names hold hers."""
        for account in ("alice", "malice", "bob"):
            name = f"{account}@example.com"
            self.bind(account), self.bind(account)
            self.ctl("account", "set", account, "mode=learn")
            self.ctl("attack", "on", "--account", account)
            for counter in (f"account {name}", f"device {'a' * 64} {name} 192.0.2.7/32", f"device {'a' * 64} {name} "):
                self.sql("INSERT INTO counter VALUES (?, 1700000000, 1, 1)", counter)
            self.sql("INSERT INTO session VALUES (?, 1, 'uuid', ?, ?, '', '', 0, 99999999999)", account, "a" * 64, name)
            self.sql("INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict,"
                     " reason, detail) VALUES (1, 'failed', ?, '', '', '', '', '', '', '', '')", name)
            self.move("f" * 60 + f"{len(account):04x}", self.fingerprint_of(name), DAY)
        self.set_state(1, "revoked")
        self.sql("INSERT INTO counter VALUES (?, 1700000000, 1, 1)", f"device {'a' * 64}")
        self.ctl("block", "add", "address", "192.0.2.7")

    def move(self, former, fingerprint, age):
        self.sql("INSERT INTO moved_device VALUES (?, 'k1', ?, 'k2', ?)", former, fingerprint, self.now - age)

    def former(self):
        """Fingerprints that devices are still found by."""
        # Behind a letter, since digits alone would come back as a number.
        return [name[1:] for (name,) in self.store.rows("SELECT 'x' || former FROM moved_device ORDER BY 1")]

    def fingerprint_of(self, account):
        return self.sql_value("SELECT fingerprint FROM binding WHERE account = ? LIMIT 1", account)

    def dump(self, but=""):
        rows = [row for table in ("binding", "account", "setting", "restriction", "counter", "session", "event")
                for row in self.store.rows(f"SELECT * FROM {table}")]
        return [row for row in rows if not but or not any(but in str(cell).split() for cell in row)]

    def test_account(self):
        self.fill_accounts()
        others = self.dump(but="alice@example.com")
        before = self.dump()
        self.assertIn("--yes", self.ctl("purge", "--account", "alice", expect=USAGE).err)
        dry = self.json("purge", "--account", "Alice", "--dry-run")
        self.assertEqual(dry, {"account": "alice@example.com", "bindings": 2, "events": 5, "settings": 1,
                               "restrictions": 1, "counters": 3, "sessions": 1, "moves": 1, "changed": False})
        self.assertEqual(self.dump(), before)
        self.assertEqual(self.json("purge", "--account", "Alice", "--yes"), {**dry, "changed": True})
        # What is left is the others', and that one account was removed, but not which.
        *left, said = self.dump()
        self.assertEqual(left, others)
        self.assertRegex(said[-2], r"^all that was kept about one account removed by operator \w+$")
        self.assertEqual(self.former(), ["f" * 60 + f"{len(account):04x}" for account in ("bob", "malice")])
        self.assertEqual(self.json("export", self.dir / "left", "--account", "alice")["records"], 0)
        self.assertEqual(list(self.json("purge", "--account", "alice").values())[1:], [0] * 7 + [False])
        self.assertEqual(len(self.dump()), len(left) + 1)
        self.assertIn("nothing to remove", self.ctl("purge", "--account", "alice").out)

    @of_sqlite
    def test_account_is_gone_from_the_file(self):
        """Not only out of sight: SQLite leaves what is removed where it is, unless it is told otherwise."""
        self.fill_accounts()
        self.happen(2000, DAY)
        self.sql("UPDATE event SET account = 'alice@example.com' WHERE outcome = 'refused'")
        self.ctl("purge", "--account", "alice", "--yes")
        self.sql("PRAGMA wal_checkpoint(TRUNCATE)")
        content = self.db.read_bytes().replace(b"malice@example.com", b"")
        self.assertNotIn(b"alice@example.com", content)
        self.assertIn(b"bob@example.com", content)

    def test_account_says_what_it_did(self):
        self.fill_accounts()
        self.assertEqual(self.ctl("purge", "--account", "alice", "--yes").out,
                         "alice@example.com: removed: 2 bindings, 5 events, 1 setting, 1 restriction, 3 counters, "
                         "1 open session, 1 former fingerprint\n")

    def test_account_that_is_none(self):
        """A name that was refused stands in the history; a domain and the licences are no account."""
        self.sql("INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict, reason,"
                 " detail) VALUES (1, 'failed', 'a b', '', '', '', '', '', '', '', '')")
        self.assertEqual(self.json("purge", "--account", "a b", "--yes")["events"], 1)
        for word in ("*", "@example.com"):
            self.assertIn("no account", self.ctl("purge", "--account", word, "--yes", expect=USAGE).err)
        self.assertIn("not both", self.ctl("purge", "--account", "a", "--older-than", "1d", expect=USAGE).err)

    def test_asks_for_an_account(self):
        self.bind("alice")
        with Terminal([PROGRAM, "--config", self.conf, "purge", "--account", "alice"]) as terminal:
            terminal.until(lambda shown: b"[y/N]" in shown)
            self.assertIn(b"Remove all that is kept about alice@example.com: 1 binding, 1 event", terminal.shown)
            terminal.type(b"n\n")
            terminal.until(lambda _: False)
            self.assertEqual(terminal.process.wait(timeout=20), RULE)
        self.assertEqual(len(self.json("list")), 1)

    @of_sqlite
    def test_nobody_waits_for_it(self):
        """What AUTH writes is written at once, while tens of thousands of events go."""
        self.happen(60_000, 100 * DAY)
        longest, left, over = 0.0, set(), threading.Event()

        def write():
            nonlocal longest
            connection = sqlite3.connect(self.db, timeout=5, isolation_level=None)
            while not over.is_set():
                began = time.monotonic()
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("UPDATE setting SET value = value")
                connection.execute("COMMIT")
                longest = max(longest, time.monotonic() - began)
                left.update(connection.execute("SELECT count(*) FROM event").fetchone())
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            purged = self.json("purge", "--yes")
        finally:
            over.set()
            writer.join()
        self.assertEqual(purged["events"], 60_000)
        self.assertGreater(len(left), 20, "it went in one piece, or left no room between the pieces")
        self.assertLess(longest, 2, "a writer had to wait")


if __name__ == "__main__":
    unittest.main()
