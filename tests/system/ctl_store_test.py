"""A store that clientidctl cannot use."""
import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import STORE, SiteTest


class StoreTest(SiteTest):
    def test_locked(self):
        lock = sqlite3.connect(self.db, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        try:
            self.assertIn("locked", self.ctl("policy", "set", "mode=off", expect=STORE).err)
            self.assertEqual(self.json("list"), [])
        finally:
            lock.execute("ROLLBACK")
            lock.close()
        self.assertEqual(self.json("policy", "show")["settings"]["mode"]["level"], "default")

    def test_damaged(self):
        for path in self.dir.glob("clientid.db*"):
            path.unlink()
        self.db.write_bytes(b"not a database" * 100)
        self.ctl("list", expect=STORE)

    def test_of_another_kind(self):
        error = self.ctl("--store", "mysql://user:password@host/db", "list", expect=STORE).err
        self.assertIn("sqlite:PATH", error)
        self.assertNotIn("password", error)

    def test_password_is_not_shown(self):
        """Whether or not the program was built with PostgreSQL."""
        for command in ("list", "init"):
            error = self.ctl("--store", "postgresql://user:password@127.0.0.1:1/db", command, expect=STORE).err
            self.assertIn("store postgresql://user@127.0.0.1:1/db: ", error)
            self.assertNotIn("password", error)


if __name__ == "__main__":
    unittest.main()
