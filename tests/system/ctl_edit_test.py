"""What changes of a binding besides its state: expire, label, remove."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import ABSENT, REFUSED, SiteTest, TIME, USAGE


class EditTest(SiteTest):
    def test_expire(self):
        token, _ = self.bind()
        expire = ["expire", "alice", "UUID", "-"]
        self.assertIn("expires 2001-01-01T00:00:00Z", self.ctl(*expire, "2001-01-01T00:00:00Z", text=token).out)
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token, expect=REFUSED)["reason"], "expired")
        self.assertFalse(self.json("expire", "1", "2001-01-01")["changed"])
        self.assertIsNone(self.json("expire", "1", "never")["expires"])
        self.assertIn("already", self.ctl("expire", "1", "never").out)
        self.assertRegex(self.json("expire", "1", "90d")["expires"], TIME)
        self.ctl("expire", "2", "never", expect=ABSENT)

    def test_label(self):
        token, _ = self.bind()
        self.assertEqual(self.json("label", "alice", "UUID", "-", "phone", text=token)["label"], "phone")
        self.assertFalse(self.json("label", "1", "phone")["changed"])
        self.assertEqual(self.json("label", "1", "")["label"], "")
        self.ctl("label", "2", "phone", expect=ABSENT)

    def test_remove(self):
        for account in ("alice", "bob", "carol"):
            self.bind(account)
        self.assertIn("--yes", self.ctl("remove", "1", "2", expect=USAGE).err)
        self.ctl("remove", "1", "9", "--yes", expect=ABSENT)
        self.assertEqual(len(self.json("list")), 3)
        self.assertEqual([binding["id"] for binding in self.json("remove", "1", "2", "1", "--yes")], [1, 2])
        self.assertIn("binding 3: removed", self.ctl("remove", "3").out)
        self.ctl("remove", "3", expect=ABSENT)
        _, value = self.bind()
        self.assertEqual(value["id"], 4, "a number is used again")


if __name__ == "__main__":
    unittest.main()
