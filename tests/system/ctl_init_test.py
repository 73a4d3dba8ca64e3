"""clientidctl init: the store and the key."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import RULE, STORE, SiteTest, USAGE


class InitTest(SiteTest):
    initialised = False

    def test_makes_store_and_key_once(self):
        self.assertEqual(self.json("init"), {"store": f"sqlite:{self.db}", "store_done": "made",
                                             "key_file": str(self.key), "key_done": "made"})
        self.assertEqual(self.key.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.db.stat().st_mode & 0o007, 0)
        key = self.key.read_bytes()
        again = self.json("init")
        self.assertEqual((again["store_done"], again["key_done"]), ("already there", "already there"))
        self.assertEqual(self.key.read_bytes(), key)
        self.assertEqual(self.ctl("init").out.count("already there"), 2)

    def test_missing_directory_is_named_with_its_mend(self):
        missing = self.dir / "missing"
        error = self.ctl("--key-file", missing / "key", "init", expect=USAGE).err
        self.assertIn(f"install -d -m 0750 {missing}", error)
        error = self.ctl("--store", f"sqlite:{missing}/db", "init", expect=STORE).err
        self.assertIn(f"install -d -m 0750 {missing}", error)
        self.assertEqual(list(self.dir.iterdir()), [self.conf])

    def test_no_new_key_beside_old_bindings(self):
        self.ctl("init")
        self.bind()
        self.key.unlink()
        self.assertIn("bring the key back", self.ctl("init", expect=RULE).err)
        self.assertFalse(self.key.exists())

    def test_missing_store(self):
        self.assertIn("clientidctl init", self.ctl("list", expect=STORE).err)

    def test_missing_key(self):
        self.ctl("init")
        self.key.unlink()
        self.assertIn("clientidctl init", self.ctl("bind", "alice", "UUID", "-", text="x", expect=USAGE).err)

    def test_key_open_to_others(self):
        self.ctl("init")
        self.key.chmod(0o644)
        self.assertIn("chmod", self.ctl("init", expect=USAGE).err)
        self.assertIn("chmod", self.ctl("enrol", "alice", expect=USAGE).err)
        self.assertEqual(self.json("list"), [])


if __name__ == "__main__":
    unittest.main()
