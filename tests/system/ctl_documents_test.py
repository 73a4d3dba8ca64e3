"""The help of clientidctl, its manual page and the program say the same."""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import SiteTest, TRANSITIONS

MAN = pathlib.Path(__file__).resolve().parents[2] / "man"


class DocumentTest(SiteTest):
    def setUp(self):
        super().setUp()
        self.help = self.ctl("--help").out
        self.man = (MAN / "clientidctl.1").read_text()

    def test_same_verbs(self):
        commands = self.help.split("commands:\n")[1].split("\noptions:\n")[0]
        helped = re.findall(r"^  ([a-z]+(?: [a-z]+)?)\b", commands, re.M)
        section = self.man.split(".Sh COMMANDS")[1].split(".Sh JSON")[0]
        # Lists of verbs are of another kind than the table of states.
        lists = "".join(re.findall(r"\.Bl -tag.*?\.El", section, re.S))
        manual = [re.split(r" (?:Ar|Op|Oo)\b", line)[0] for line in re.findall(r"^\.It Cm (.+)", lists, re.M)]
        self.assertEqual(sorted(helped), sorted(manual))
        self.assertEqual({name.split()[0] for name in helped}, set(
            "init enrol bind licence list show pending approve deny suspend resume revoke remove label expire account "
            "policy type block attack check history sessions stats key doctor export import copy purge complete".split()))

    def test_same_options(self):
        options = self.help.split("\noptions:\n")[1]
        section = self.man.split(".Sh DESCRIPTION")[1].split(".Ss Words")[0]
        self.assertEqual(re.findall(r"^  --([a-z-]+)", options, re.M),
                         re.findall(r"^\.It Fl -([a-z-]+)", section, re.M))

    def test_same_options_of_verbs(self):
        commands = self.help.split("commands:\n")[1].split("\noptions:\n")[0]
        helped = re.findall(r"^  ([a-z]+(?: [a-z]+)?)\b.*?((?: \[--[^]]+\])+)", commands, re.M)
        self.assertTrue(helped)
        for verb, options in helped:
            with self.subTest(verb=verb):
                line = re.search(rf"^\.It Cm {verb}\b.*", self.man, re.M).group()
                self.assertEqual(re.findall(r"--([a-z-]+)", options), re.findall(r"Fl -([a-z-]+)", line))

    def test_help_of_a_verb(self):
        self.assertIn("--for DURATION", self.ctl("suspend", "--help").out)
        self.assertIn("licence remove TYPE TOKEN|-", self.ctl("licence", "--help").out)
        self.assertNotIn("clientidctl suspend", self.ctl("list", "--help").out)

    def test_table_of_states_is_the_tested_one(self):
        rows = re.findall(r"^\.It Cm (\w+) Ta (.+)", self.man, re.M)
        self.assertEqual({verb: cells.split(" Ta ") for verb, cells in rows}, TRANSITIONS)

    def test_policy_page_names_everything(self):
        page = (MAN / "clientid-policy.7").read_text()
        for name, setting in self.json("policy", "show")["settings"].items():
            self.assertRegex(page, rf"(?m)^\.It Ic (\S+ , )?{name}( , \S+)?$", "has no description")
            self.assertRegex(page, rf"(?m)^\.It Ic {name} Ta ", "is missing in the table")
        source = (MAN.parent / "plugin/policy/verdict.cpp").read_text().split("name(Reason")[1]
        for reason in re.findall(r'return "([a-z-]+)"', source):
            self.assertRegex(page, rf"(?m)^\.It {reason}$")

    def test_pages_are_clean(self):
        for page in ("clientidctl.1", "clientid.conf.5", "clientid-policy.7", "clientid-privacy.7",
                     "clientid-scaling.7"):
            try:
                done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", MAN / page], capture_output=True)
            except FileNotFoundError:
                self.skipTest("mandoc is missing")
            self.assertEqual((done.returncode, done.stdout), (0, b""))


if __name__ == "__main__":
    unittest.main()
