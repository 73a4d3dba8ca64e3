"""clientidctl history --follow: what happens now, each of it once, to a good end."""
import json
import os
import pathlib
import select
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import DONE, PROGRAM, STORE, SiteTest
from system.waiting import wait_until

EVENT = ["id", "at", "outcome", "account", "type", "fingerprint", "peer", "service", "verdict", "reason", "detail"]


class Follower:
    """A running --follow; `lines` is what it has printed."""

    def __init__(self, test, *arguments):
        self.process = subprocess.Popen([PROGRAM, "--config", test.conf, *arguments, "--follow"],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for cleanup in (self.process.stdout.close, self.process.stderr.close, self.process.wait, self.process.kill):
            test.addCleanup(cleanup)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.output = b""

    @property
    def lines(self):
        if select.select([self.process.stdout], [], [], 0)[0]:
            self.output += self.process.stdout.read() or b""
        return self.output.decode().splitlines()

    @property
    def events(self):
        whole = self.output[:self.output.rfind(b"\n") + 1] if self.lines is not None else b""
        return [json.loads(line) for line in whole.decode().splitlines()]

    def end(self, number=signal.SIGINT):
        """Its exit status, what it said on standard error, and all lines."""
        self.process.send_signal(number)
        rest, err = self.process.communicate(timeout=20)
        self.output += rest
        return self.process.returncode, err, self.output.decode().splitlines()


class FollowTest(SiteTest):
    def happen(self, count=1, account="alice@example.com", fingerprint="aa" * 32, age=0):
        """What the service would record; gives the ids."""
        connection = sqlite3.connect(self.db, timeout=20)
        with connection:
            ids = [connection.execute(
                "INSERT INTO event (at, outcome, account, type, fingerprint, peer, service, verdict, reason, detail)"
                " VALUES (?, 'refused', ?, 'uuid', ?, '192.0.2.7', 'smtp', 'refuse', 'unbound', 'PLAIN')",
                (int(time.time()) - age, account, fingerprint)).lastrowid for _ in range(count)]
        connection.close()
        return ids

    def wait_for(self, condition):
        self.assertTrue(wait_until(condition, 20), "it did not come")

    def begun(self, *arguments):
        """One that has shown the newest event there is, and so has begun."""
        self.happen()
        follower = Follower(self, "--json", "history", "--limit", "1", *arguments)
        self.wait_for(lambda: follower.events)
        return follower

    def test_each_line_is_one_json_value(self):
        follower = self.begun()
        number, = self.happen()
        self.wait_for(lambda: len(follower.events) == 2)
        self.assertEqual([list(event) for event in follower.events], [EVENT, EVENT])
        self.assertEqual(follower.events[1]["id"], number)
        self.assertEqual(follower.end(), (DONE, b"", follower.output.decode().splitlines()))

    def test_text(self):
        self.happen()
        follower = Follower(self, "history", "--since", "1h")
        self.wait_for(lambda: any("refused" in line for line in follower.lines))
        self.bind()
        self.wait_for(lambda: any("bound by" in line for line in follower.lines))
        status, err, lines = follower.end(signal.SIGTERM)
        self.assertEqual((status, err), (DONE, b""))
        self.assertTrue(lines[0].startswith("TIME"))
        self.assertEqual([line.split()[1] for line in lines[1:]], ["changed", "refused", "changed"])

    def test_begins_with_what_is_to_come(self):
        self.happen(3)
        follower = Follower(self, "--json", "history")
        # It has no way to say that it has begun; but by then it will not show the three.
        late = []
        self.wait_for(lambda: late.extend(self.happen()) or follower.events)
        self.assertLessEqual({event["id"] for event in follower.events}, set(late))

    def test_late_record_of_an_attempt_is_shown(self):
        follower = Follower(self, "--json", "history")
        late = []
        # The service records up to a second after the attempt, or later where the store was locked.
        self.wait_for(lambda: late.extend(self.happen(age=30)) or follower.events)
        self.assertIn(follower.events[0]["id"], late)

    def test_limit(self):
        ids = self.happen(5)
        follower = Follower(self, "--json", "history", "--limit", "2")
        self.wait_for(lambda: len(follower.events) == 2)
        self.assertEqual([event["id"] for event in follower.events], ids[-2:])

    def test_filters(self):
        _, binding = self.bind("bob")
        whole = self.sql_value("SELECT fingerprint FROM binding")
        for arguments in (["bob"], ["--device", binding["fingerprint"][:8]], ["bob", "--device", whole]):
            with self.subTest(arguments=arguments):
                follower = Follower(self, "--json", "history", *arguments, "--limit", "1")
                self.wait_for(lambda: follower.events)
                self.happen(1)
                wanted, = self.happen(1, "bob@example.com", whole)
                self.happen(1)
                self.wait_for(lambda: len(follower.events) == 2)
                self.assertEqual(follower.events[1]["id"], wanted)
                follower.end()

    def test_device_that_was_not_seen_before(self):
        follower = Follower(self, "--json", "history", "--device", "bbbbbbbb")
        shown = []
        self.wait_for(lambda: shown.extend(self.happen(1, fingerprint="bb" * 32)) or follower.events)
        self.assertLessEqual({event["id"] for event in follower.events}, set(shown))

    def test_none_twice_and_none_lost(self):
        """While thousands come in, more than it reads at a time, and what it has shown is removed."""
        follower = self.begun()
        first = follower.events[0]["id"]
        expected = [first]
        for _ in range(4):
            for _ in range(4):
                expected += self.happen(700)
            shown = follower.events[-1]["id"]
            self.sql("DELETE FROM event WHERE id <= ?", shown)
            self.wait_for(lambda: follower.events[-1]["id"] > shown)
        self.wait_for(lambda: follower.events[-1]["id"] == expected[-1])
        self.assertEqual([event["id"] for event in follower.events], expected)

    def test_all_removed_meanwhile(self):
        follower = self.begun()
        self.sql("DELETE FROM event")
        number, = self.happen()
        self.wait_for(lambda: len(follower.events) == 2)
        self.assertEqual(follower.events[1]["id"], number)

    def test_reader_goes_away(self):
        for options in ([], ["--json"]):
            with self.subTest(options=options):
                follower = Follower(self, *options, "history", "--since", "1h")
                self.wait_for(lambda: follower.lines)
                follower.process.stdout.close()
                self.assertEqual(follower.process.wait(timeout=20), DONE)
                self.assertEqual(follower.process.stderr.read(), b"")

    def test_interrupted_while_nobody_reads(self):
        """The pipe is full, and it waits in the middle of a long history."""
        self.happen(20_000)
        process = subprocess.Popen([PROGRAM, "--config", self.conf, "history", "--since", "1h", "--follow"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertTrue(process.stdout.read(1000))
        process.send_signal(signal.SIGINT)
        rest, err = process.communicate(timeout=20)
        self.assertEqual((process.returncode, err), (DONE, b""))
        self.assertLess(rest.count(b"\n"), 19_000)

    def test_store_replaced(self):
        follower = self.begun()
        for path in self.dir.glob("clientid.db*"):
            path.unlink()
        self.assertEqual(follower.process.wait(timeout=20), STORE)
        self.assertIn(b"was removed or replaced", follower.process.stderr.read())


if __name__ == "__main__":
    unittest.main()
