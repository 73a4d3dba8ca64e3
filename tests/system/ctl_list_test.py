"""Lists of bindings, and how one of them is named."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import ABSENT, BINDING, SiteTest, USAGE, of_sqlite


class ListTest(SiteTest):
    def test_filters(self):
        self.bind("alice", "UUID")
        self.bind("alice", "MAC")
        self.bind("bob", "UUID")
        self.set_state(3, "pending")
        self.sql("UPDATE binding SET created = 0, last_seen = 1000000000, last_peer = '192.0.2.7', uses = 3 WHERE id = 2")
        ids = lambda *arguments: [binding["id"] for binding in self.json(*arguments)]
        self.assertEqual(ids("list"), [1, 2, 3])
        self.assertEqual(ids("list", "Alice"), [1, 2])
        self.assertEqual(ids("list", "--type", "mac"), [2])
        self.assertEqual(ids("list", "--state", "pending"), [3])
        self.assertEqual(ids("list", "--unused-for", "90d"), [2])
        self.assertEqual(ids("list", "carol"), [])
        self.assertEqual(ids("pending"), [3])
        self.assertEqual(ids("pending", "alice"), [])
        shown = self.json("show", "2")
        self.assertEqual(list(shown), BINDING)
        self.assertEqual((shown["last_seen"], shown["last_peer"], shown["uses"]),
                         ("2001-09-09T01:46:40Z", "192.0.2.7", 3))

    def test_table(self):
        self.bind("alice", "UUID", "--label", "phone")
        self.bind("robert.with.a.long.name", "UUID", "--label", "laptop")
        lines = self.ctl("list").out.splitlines()
        column = lines[0].index("LABEL")
        self.assertEqual([line[column:] for line in lines], ["LABEL", "phone", "laptop"])
        self.assertEqual([line.split()[-2] for line in lines[1:]], ["-", "-"], "not seen yet")
        quiet = self.ctl("--quiet", "list").out.splitlines()
        self.assertEqual([line.split() for line in quiet], [line.split() for line in lines[1:]])

    def test_fingerprint_is_short_everywhere(self):
        _, value = self.bind()
        for arguments in (["list"], ["show", "1"], ["history"], ["--json", "history"], ["--json", "show", "1"]):
            out = self.ctl(*arguments).out
            self.assertIn(value["fingerprint"], out)
            self.assertNotRegex(out, "[0-9a-f]{17}")

    def test_selectors(self):
        token, value = self.bind()
        short = value["fingerprint"]
        for words in (["1"], ["alice", short], ["ALICE", short[:8].upper()], ["alice", "uuid", "-"]):
            self.assertEqual(self.json("show", *words, text=token)["id"], 1)
        for words in (["2"], ["bob", short], ["bob", "uuid", "-"], ["alice", "mac", "-"]):
            self.ctl("show", *words, text=token, expect=ABSENT)
        self.ctl("show", "alice", short[:7], expect=USAGE)
        self.bind()
        self.sql("UPDATE binding SET fingerprint = (SELECT substr(fingerprint, 1, 20) FROM binding WHERE id = 1) ||"
                 " substr(fingerprint, 21) WHERE id = 2")
        self.assertIn("more digits", self.ctl("show", "alice", short, expect=USAGE).err)

    @of_sqlite
    def test_text_of_others_is_made_harmless(self):
        label = "a\"b'c\nd\te\x1b[2J\x7f\x9b1m\u202eg\\h é"
        self.bind("o'\"neil\\", "UUID", "--label", label)
        self.assertEqual(self.json("show", "1")["label"], label)
        escaped = r"""a"b'c\nd\te\x1b[2J\x7f\u009b1m\u202eg\\h é"""
        self.ctl("label", "1", "")
        for arguments in (["label", "1", label], ["list"], ["show", "1"], ["history"]):
            self.assertIn(escaped, self.ctl(*arguments).out)
        self.assertIn("already", self.ctl("label", "1", label).out)
        self.sql("UPDATE binding SET label = CAST(X'61FF1B' AS TEXT)")
        self.assertIn(r"a\xff\x1b", self.ctl("show", "1").out)
        self.assertEqual(self.json("show", "1")["label"], "a\ufffd\x1b")


if __name__ == "__main__":
    unittest.main()
