"""Names, labels and patterns that would be SQL if anybody put them into a statement: they are data, and no row but theirs
changes."""
import base64
import contextlib
import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.ctl_site import REFUSED, SiteTest
from system.site import Site
from system.waiting import run_tests, wait_until

NAMES = ["x';DELETE/**/FROM/**/binding;--", "x'/**/OR/**/'1'='1", 'x"', "x'", "x''", "x\\'", "x;--", "%", "_", "a%", "alice'--",
         ":account", "?1", "$1", "x/*", "x'||(SELECT/**/fingerprint/**/FROM/**/binding)||'", "x'/**/UNION/**/SELECT/**/1--"]
LABELS = [*NAMES, "'); DROP TABLE binding; --", "' OR 1=1 --", "', state = 'active' WHERE 1=1 --"]


def rows(path, table):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return sorted(connection.execute(f"SELECT * FROM {table}"))


class Operators(SiteTest):
    """clientidctl."""

    def setUp(self):
        super().setUp()
        self.ctl("policy", "set", "mode=enforce")
        self.bind("alice"), self.bind("bob")
        self.before = rows(self.db, "binding")

    def check_others(self):
        self.assertEqual(rows(self.db, "binding"), self.before)

    def test_accounts(self):
        for name in NAMES:
            with self.subTest(name=name):
                token, bound = self.bind(name)
                self.assertEqual(bound["account"], name.lower() + "@example.com")
                self.assertEqual([each["account"] for each in self.json("list", name)], [bound["account"]])
                number = str(bound["id"])
                for verb in (["suspend"], ["resume"], ["revoke"]):
                    self.ctl(*verb, name, "UUID", "-", text=token)
                self.ctl("remove", number)
                self.check_others()

    def test_labels(self):
        for label in LABELS:
            with self.subTest(label=label):
                _, bound = self.bind("carol", "UUID", "--label", label)
                self.assertEqual(bound["label"], label)
                self.ctl("label", str(bound["id"]), "another")
                self.assertEqual(self.json("label", str(bound["id"]), label)["label"], label)
                self.assertEqual(self.json("show", str(bound["id"]))["label"], label)
                self.ctl("remove", str(bound["id"]))
                self.check_others()

    def test_settings_of_accounts(self):
        for name in NAMES:
            with self.subTest(name=name):
                self.ctl("account", "set", name, "mode=off")
                self.assertEqual([row[1] for row in rows(self.db, "account")], ["mode"])
                self.ctl("account", "unset", name, "mode")
                self.assertEqual(rows(self.db, "account"), [])

    def test_what_is_looked_for(self):
        for name in NAMES:
            with self.subTest(name=name):
                self.assertEqual(self.json("list", name), [])
                self.assertEqual(self.json("history", name), [])
                self.ctl("check", name, "UUID", "-", text=self.token(), expect=REFUSED)
                self.check_others()


class Clients(unittest.TestCase):
    """AUTH, and the history of it."""

    def test_accounts(self):
        site = self.enterContext(Site(["max-errors = 1000"]))
        site.ctl("policy set mode=learn")
        for account in ("alice", "bob"):
            site.ctl(f"bind {account} UUID -", site.token(account))
        site.start()
        before = {table: rows(site.dir / "clientid.db", table) for table in ("binding", "account", "setting")}
        names = [*NAMES, "x\0", "alice\0'--"]
        for name in names:
            with connected(site, "stranger") as client:
                message = base64.b64encode(f"\0{name}\0' OR 1=1 --".encode()).decode()
                self.assertIn(client.docmd("AUTH", "PLAIN " + message)[0], (501, 535))
        for table, expected in before.items():
            self.assertEqual(rows(site.dir / "clientid.db", table), expected)

        def written():
            accounts = [row[3] for row in rows(site.dir / "clientid.db", "event")]
            return all(name.lower() + "@shim.test" in accounts for name in NAMES)
        self.assertTrue(wait_until(written), "the history does not hold the names as they were")


if __name__ == "__main__":
    run_tests()
