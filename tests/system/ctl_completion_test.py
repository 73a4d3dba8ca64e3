"""Completion of clientidctl: what it says may stand next, and the shells that ask it."""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import PROGRAM, SiteTest
from system.terminal import Terminal
from system.waiting import wait_until

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "plugin/ctl/completion"


class CompleteTest(SiteTest):
    def offered(self, *words, config=True):
        """What may stand for the last word, with what explains it."""
        before = ["--config", str(self.conf)] if config else []
        done = subprocess.run([PROGRAM, "complete"], input="".join(f"{word}\n" for word in (*before, *words)),
                              capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return dict(line.split("\t") for line in done.stdout.splitlines())

    def test_offers_what_help_lists(self):
        commands = self.ctl("--help").out.split("commands:\n")[1].split("\noptions:\n")[0]
        names = re.findall(r"^  ([a-z]+(?: [a-z]+)?)\b", commands, re.M)
        self.assertEqual(set(self.offered("")), {name.split()[0] for name in names})
        for name in names:
            *family, last = name.split()
            self.assertIn(last, self.offered(*family, ""))
            self.assertIn(last, self.offered(*family, last[:2]))
            help_text = self.ctl(*name.split(), "--help").out
            own = re.findall(r"^  (--[a-z-]+)", help_text, re.M)
            everywhere = re.findall(r"^  (--[a-z-]+)", self.ctl("--help").out.split("\noptions:\n")[1], re.M)
            self.assertEqual(list(self.offered(*name.split(), "--")), own + everywhere)

    def test_explains(self):
        self.assertEqual(self.offered("sus"), {"suspend": "refuse a device for a time"})
        self.assertEqual(self.offered("suspend", "--f"), {"--for": "end by itself after so long, such as 2h"})

    def test_words_that_stand_for_themselves(self):
        self.assertEqual(list(self.offered("list", "--state", "")), ["active", "pending", "suspended", "revoked"])
        self.assertEqual(list(self.offered("block", "add", "")), ["device", "fingerprint", "address"])
        self.assertEqual(list(self.offered("expire", "1", "n")), ["never"])
        self.assertEqual(list(self.offered("bind", "alice", "UUID", "")), ["-"])
        self.assertEqual(list(self.offered("block", "add", "device", "UUID", "")), ["-"])
        self.assertEqual(list(self.offered("block", "add", "address", "")), [])
        self.assertEqual(list(self.offered("list", "--unused-for", "")), [])
        self.assertEqual(list(self.offered("import", "--format", "")), ["jsonl", "csv"])
        # There, a shell offers names of files.
        self.assertEqual(list(self.offered("import", "")), [])

    def test_settings(self):
        names = set(self.json("policy", "show")["settings"])
        self.assertEqual(set(self.offered("policy", "unset", "")), names)
        self.assertEqual(set(self.offered("account", "set", "alice", "mode=off", "")), {name + "=" for name in names})
        self.assertEqual(set(self.offered("type", "set", "uuid", "")), {"flags=", "check=", "on-mismatch=", "shared="})

    def test_accounts_and_numbers(self):
        self.bind("alice"), self.bind("bob"), self.bind("alice", "MAC", "--label", "pho\tne\x1b")
        self.set_state(2, "pending")
        self.assertEqual(list(self.offered("list", "")), ["alice@example.com", "bob@example.com"])
        self.assertEqual(list(self.offered("stats", "b")), ["bob@example.com"])
        self.assertEqual(list(self.offered("attack", "on", "--account", "a")), ["alice@example.com"])
        self.assertEqual(list(self.offered("list", "--type", "")), ["mac", "uuid"])
        self.assertEqual(list(self.offered("list", "alice", "")), [])
        self.assertEqual(list(self.offered("revoke", "")), ["3", "2", "1"])
        self.assertEqual(list(self.offered("approve", "")), ["2"])
        self.assertEqual(list(self.offered("remove", "3", "2", "")), ["1"])
        self.assertEqual(self.offered("show", "3"), {"3": r"alice@example.com mac pho\tne\x1b"})

    def test_offers_nothing_that_a_shell_would_obey(self):
        for name in ("a;id", "$(id)", "a'b", "a b", "a`id`", "a|id", "~root", "a*", "a!b", "ok"):
            self.sql("INSERT INTO binding (account, type, fingerprint, key_id, state, label, created, created_by,"
                     " last_peer, uses) VALUES (?, 'uuid', ?, '1', 'active', '', 0, '', '', 0)", name, name)
        self.assertEqual(list(self.offered("list", "")), ["ok"])

    def test_no_error_is_shown(self):
        self.assertEqual(self.offered("nothing", "of", "ours", ""), {})
        self.assertEqual(self.offered("--store", "sqlite:/nowhere", "list", ""), {})
        self.assertEqual(self.offered("--frob", "list", "--st"), self.offered("list", "--st"))
        self.conf.unlink()
        self.assertEqual(self.offered("list", ""), {})


class ShellTest(SiteTest):
    """A program of that name, which writes down the words it is run with, is completed on a terminal."""

    def setUp(self):
        super().setUp()
        self.bind("alice"), self.bind("robert")
        self.runs, self.bin = self.dir / "runs", self.dir / "bin"
        self.bin.mkdir()
        program = self.bin / "clientidctl"
        program.write_text(f"#!/bin/sh\necho \"$*\" >>{shlex.quote(str(self.runs))}\n"
                           f"exec {shlex.quote(os.path.abspath(PROGRAM))} \"$@\"\n")
        program.chmod(0o755)

    def tearDown(self):
        shutil.rmtree(self.bin)  # no file, as the watch over files takes for granted
        super().tearDown()

    def last_run(self):
        runs = self.runs.read_text().splitlines() if self.runs.exists() else []
        return runs[-1] if runs else None

    def typed(self, shell, *begin):
        if shutil.which(shell[0]) is None:
            self.skipTest(f"{shell[0]} is missing")
        environment = {"PATH": f"{self.bin}:{os.environ['PATH']}", "TERM": "xterm", "HOME": str(self.dir / "bin"),
                       "LC_ALL": "C.UTF-8"}
        config = f"--config {self.conf}"
        token = self.token()
        with Terminal(shell, 200, environment) as terminal:
            for line in begin:
                terminal.type(line.encode() + b"\n")
            terminal.type(b"echo be''gun\n")
            self.assertTrue(b"begun" in terminal.until(lambda shown: b"begun" in shown), terminal.shown)
            for line, wanted in ((f"clientidctl {config} sessi\t", f"{config} sessions"),
                                 (f"clientidctl {config} list ali\t", f"{config} list alice@example.com"),
                                 (f"clientidctl {config} list robert@ex\t", f"{config} list robert@example.com"),
                                 (f"clientidctl {config} list robert@\t", f"{config} list robert@example.com"),
                                 (f"clientidctl {config} list --unu\t90d", f"{config} list --unused-for 90d"),
                                 (f"clientidctl {config} policy set max-dev\t7", f"{config} policy set max-devices=7"),
                                 (f"clientidctl --config {self.dir}/clientid.c\tlist", f"{config} list")):
                with self.subTest(line=line):
                    asked = self.runs.read_text().count("\n") if self.runs.exists() else 0
                    terminal.type(line.partition("\t")[0].encode() + b"\t")
                    # What is typed while the shell waits for the answer may not be seen by its editor.
                    wait_until(lambda: self.runs.exists() and self.runs.read_text().count("\n") > asked)
                    terminal.until(lambda _: False, 0.3)
                    terminal.type(line.partition("\t")[2].encode() + b"\n")
                    wait_until(lambda: self.last_run() not in (None, "complete"))
                    self.assertEqual(self.last_run().strip(), wanted)
            # The words of a line go by the list of processes.
            terminal.type(f"clientidctl {config} bind alice UUID {token} --la\t".encode())
            self.assertTrue(wait_until(lambda: self.last_run() == "complete"))
            self.assertFalse(token in self.runs.read_text(), "the token is an argument of a process")

    def test_bash(self):
        self.typed(["bash", "--norc", "--noprofile", "-i"], f"source {SCRIPTS}/bash/clientidctl")

    def test_zsh(self):
        self.typed(["zsh", "-f", "-i"], f"fpath=({SCRIPTS}/zsh $fpath); autoload -Uz compinit; compinit -u -D")

    def test_fish(self):
        self.typed(["fish", "--no-config", "-i"], f"source {SCRIPTS}/fish/clientidctl.fish")


if __name__ == "__main__":
    unittest.main()
