"""Tables of clientidctl: fitted to a terminal and coloured there, plain elsewhere."""
import os
import pathlib
import re
import sys
import unicodedata
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import DONE, PROGRAM, SiteTest
from system.terminal import shown_on_terminal

COLOUR = re.compile("\x1b\\[(\\d+)m(.*?)\x1b\\[0m")
GREEN, YELLOW, RED = "32", "33", "31"


def width(line):
    """Columns that it takes on a terminal."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


class TableTest(SiteTest):
    def setUp(self):
        super().setUp()
        self.bind("alice.with.a.rather.long.name.of.hers", "UUID", "--label", "the laptop that stands in the kitchen")
        self.bind("bob", "UUID", "--label", "携帯電話はここにありますけれども壊れています")
        self.bind("carol", "UUID", "--label", "e\u0301" * 40)

    def terminal(self, columns, *arguments, **environment):
        kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        status, shown = shown_on_terminal([PROGRAM, "--config", self.conf, *arguments], columns,
                                          {**kept, "TERM": "xterm", **environment})
        self.assertEqual(status, DONE)
        return shown

    def test_lines_fit_a_terminal(self):
        for columns in (90, 100, 120):
            with self.subTest(columns=columns):
                lines = COLOUR.sub(r"\2", self.terminal(columns, "list")).splitlines()
                self.assertEqual(len(lines), 4)
                self.assertEqual(max(width(line) for line in lines), columns)
                # What is of no use in part is there in full.
                for binding, line in zip(self.json("list"), lines[1:]):
                    self.assertIn(binding["fingerprint"], line)
                # The columns begin where their headings do.
                at = lines[0].index("TYPE")
                for line in lines[1:]:
                    before = next(i for i in range(len(line)) if width(line[:i]) == at)
                    self.assertTrue(line[before:].startswith("uuid "), line)

    def test_what_was_cut_says_so(self):
        shown = COLOUR.sub(r"\2", self.terminal(90, "list"))
        self.assertIn("alice.w", shown)
        self.assertNotIn("name.of.hers", shown)
        self.assertEqual(shown.count("…"), 4)
        self.assertNotIn("…", self.terminal(300, "list"))

    def test_a_narrow_terminal_gets_longer_lines(self):
        lines = COLOUR.sub(r"\2", self.terminal(20, "list")).splitlines()
        self.assertEqual(lines[0].split(), "ID ACCOUNT TYPE FINGERPRINT STATE LAST SEEN LABEL".split())
        self.assertIn("alice.w…", lines[1])

    def test_a_pipe_gets_all_and_no_colours(self):
        out = self.ctl("list", env={"TERM": "xterm", "COLUMNS": "40"}).out
        for binding in self.json("list"):
            self.assertIn(binding["account"], out)
            self.assertIn(binding["label"], out)

    def test_states_are_coloured(self):
        for number, state in ((1, "active"), (2, "suspended"), (3, "revoked")):
            self.set_state(number, state)
        found = COLOUR.findall(self.terminal(200, "list"))
        self.assertEqual([(colour, text.strip()) for colour, text in found],
                         [(GREEN, "active"), (YELLOW, "suspended"), (RED, "revoked")])
        self.set_state(2, "pending")
        self.sql("UPDATE binding SET expires = 1 WHERE id = 1")
        found = COLOUR.findall(self.terminal(200, "list"))
        self.assertEqual([(colour, text.strip()) for colour, text in found],
                         [(RED, "active (expired)"), (YELLOW, "pending"), (RED, "revoked")])
        self.assertEqual(COLOUR.findall(self.terminal(80, "show", "3")), [(RED, "revoked")])

    def test_outcomes_are_coloured(self):
        self.sql("UPDATE event SET outcome = 'refused' WHERE id = 2")
        self.sql("UPDATE event SET outcome = 'authenticated' WHERE id = 3")
        found = COLOUR.findall(self.terminal(80, "history"))
        self.assertEqual([(colour, text.strip()) for colour, text in found],
                         [(RED, "refused"), (GREEN, "authenticated")])

    def test_colours_can_be_declined(self):
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}):
            with self.subTest(environment=environment):
                shown = self.terminal(200, "list", **environment)
                self.assertNotIn("\x1b", shown)
                self.assertIn("active", shown)
        self.assertIn("\x1b", self.terminal(200, "list", NO_COLOR=""))

    def test_json_is_the_same_on_a_terminal(self):
        self.assertEqual(self.terminal(40, "--json", "list"), self.ctl("--json", "list").out)


if __name__ == "__main__":
    unittest.main()
