"""clientidctl history: who did what, and what happens now."""
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import PROGRAM, SiteTest, TIME

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

    def follow(self, number, *options):
        """It shows what happens after it began, and ends cleanly."""
        process = subprocess.Popen([PROGRAM, "--config", self.conf, *options, "history", "--follow", "--since", "1h"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            os.set_blocking(process.stdout.fileno(), False)
            out, began = b"", False
            deadline = time.monotonic() + 20
            while b"suspended" not in out and time.monotonic() < deadline:
                if select.select([process.stdout], [], [], 0.2)[0]:
                    out += process.stdout.read() or b""
                if b"bound" in out and not began:
                    began = True
                    self.ctl("suspend", "1")
            process.send_signal(number)
            rest, err = process.communicate(timeout=20)
        finally:
            process.kill()
            process.wait()
        self.assertEqual((process.returncode, err), (0, b""))
        return (out + rest).decode().splitlines()

    def test_follow(self):
        self.bind()
        lines = self.follow(signal.SIGINT)
        self.assertEqual(sum("suspended" in line for line in lines), 1)
        self.assertEqual(sum("bound" in line for line in lines), 1)

    def test_follow_in_json(self):
        self.bind()
        events = [json.loads(line) for line in self.follow(signal.SIGTERM, "--json")]
        self.assertEqual({tuple(event) for event in events}, {tuple(EVENT)})
        self.assertEqual(len({event["id"] for event in events}), len(events))


if __name__ == "__main__":
    unittest.main()
