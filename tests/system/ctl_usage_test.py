"""What clientidctl is told wrongly, and where it is told from."""
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import PROGRAM, STORE, SiteTest, USAGE


class UsageTest(SiteTest):
    def test_wrong_usage(self):
        for arguments in [[], ["frob"], ["licence"], ["licence", "frob"], ["--frob", "list"], ["list", "--frob"],
                          ["list", "--yes"], ["list", "a", "b"], ["bind", "alice", "UUID"], ["enrol"],
                          ["show", "x"], ["show", "-1"], ["list", "--state", "asleep"], ["list", "--state"],
                          ["list", "--unused-for", "90"], ["suspend", "1", "--for", "soon"], ["expire", "1", "soon"],
                          ["bind", "alice", "NO TYPE", "-"], ["bind", "alice", "UUID", "with space"],
                          ["bind", "alice", "UUID", "-"], ["bind", "alice", "UUID", "x" * 129],
                          ["enrol", "al ice"], ["enrol", "alice", "--label", "x" * 256], ["enrol", "*"],
                          ["account", "show", "@a@b"], ["account", "set", "alice"], ["policy", "set", "mode"],
                          ["policy", "set", "mode=frob"], ["policy", "set", "frob=1"], ["policy", "unset", "frob"],
                          ["check", "alice", "UUID"], ["check", "alice", "--peer", "example.com"],
                          ["history", "--device", "1234567"], ["history", "--since", "soon"],
                          ["history", "--limit", "-1"], ["history", "--limit", "few"], ["stats", "--since", "soon"],
                          ["stats", "@a@b"], ["stats", "*"], ["sessions", "*"], ["purge", "--older-than", "soon"],
                          ["--account-case", "frob", "list"]]:
            with self.subTest(arguments=arguments):
                self.ctl(*arguments, expect=USAGE)

    def test_unknown_verb_is_named_with_a_hint(self):
        error = self.ctl("frob", expect=USAGE).err
        self.assertIn('"frob"', error)
        self.assertIn("--help", error)

    def test_configuration(self):
        self.conf.write_text("stoar = sqlite:x\n")
        self.assertIn(f"{self.conf}:1: stoar: ", self.ctl("list", expect=USAGE).err)
        self.conf.unlink()
        self.assertIn(str(self.conf), self.ctl("list", expect=USAGE).err)

    def test_option_wins_over_file(self):
        self.ctl("--store", f"sqlite:{self.dir}/other.db", "init")
        self.bind()
        self.assertEqual(self.json(f"--store=sqlite:{self.dir}/other.db", "list"), [])
        self.assertEqual(self.json("--default-realm", "example.net", "check", "alice")["account"], "alice@example.net")
        self.assertEqual(self.json("--account-case", "keep", "check", "Alice")["account"], "Alice@example.com")

    def test_unwritable_output(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "--config", self.conf, "list"], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, STORE)
        self.assertTrue(done.stderr.startswith(b"clientidctl: standard output: "))

    def test_version(self):
        self.assertRegex(self.ctl("--version").out, r"\Aclientidctl \d+\.\d+\.\d+\n\Z")


if __name__ == "__main__":
    unittest.main()
