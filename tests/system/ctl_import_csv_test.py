"""clientidctl import --format csv: rows of a spreadsheet in all their forms, and that no error shows a token."""
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_import_site import ImportSite
from system.ctl_site import DONE, RULE, USAGE


class CsvTest(ImportSite):
    def csv(self, *rows, end="\n", before=b"", name="devices.csv"):
        path = self.dir / name
        path.write_bytes(before + "".join(row + end for row in rows).encode())
        return path

    def tearDown(self):
        for path in self.dir.glob("*.csv"):
            path.unlink()  # it holds tokens, and may
        super().tearDown()

    def load(self, *rows, end="\n", before=b"", expect=DONE):
        return self.json("import", self.csv(*rows, end=end, before=before), "--format", "csv", expect=expect)

    def test_rows(self):
        tokens = [self.token() for _ in range(3)]
        done = self.load("Account,TYPE,token,label,expires",
                         f"alice,UUID,{tokens[0]},\"lap, \"\"top\"\"\nof \u00e9\",2030-01-01",
                         f"Bob@Example.com,,{tokens[1]},,",
                         f"*,KEY,{tokens[2]},licence,2030-01-01T12:00:00Z")
        self.assertEqual((done["added"]["binding"], done["changed"]), (3, True))
        licence, alice, bob = self.json("list")
        self.assertEqual((alice["account"], alice["type"], alice["label"], alice["expires"], alice["state"]),
                         ("alice@example.com", "uuid", "lap, \"top\"\nof \u00e9", "2030-01-01T00:00:00Z", "active"))
        self.assertEqual((bob["account"], bob["type"], bob["label"], bob["expires"]),
                         ("bob@example.com", "uuid", "", None))
        self.assertEqual((licence["account"], licence["type"], licence["expires"]),
                         ("*", "key", "2030-01-01T12:00:00Z"))
        self.assertRegex(alice["created_by"], r"^operator \w+$")
        self.assertEqual(alice["id"], 1)
        for account, token in (("alice", tokens[0]), ("bob", tokens[1])):
            self.ctl("check", account, "UUID", "-", text=token)
        (event,) = self.json("history", "alice")
        self.assertEqual(event["detail"], f"binding 1 bound from {self.dir}/devices.csv by {alice['created_by']}")

    def test_forms(self):
        for before, end in ((b"", "\n"), (b"\xef\xbb\xbf", "\r\n"), (b"", "\n\r\n"), (b"\r\n\n", "\r\n")):
            with self.subTest(before=before, end=end):
                self.sql("DELETE FROM binding")
                done = self.load("\"account\", token ", f"alice,\"{self.token()}\"", f" bob ,{self.token()}", end=end,
                                 before=before)
                self.assertEqual(done["added"]["binding"], 2)
                self.assertEqual([each["account"] for each in self.json("list")], ["alice@example.com",
                                                                                   "bob@example.com"])
        path = self.csv("token,account", f"{self.token()},carol")
        path.write_bytes(path.read_bytes()[:-1])  # no end of line at the end
        self.assertEqual(self.json("import", path, "--format", "csv")["added"]["binding"], 1)

    def test_licences(self):
        """Without a column of accounts, all are."""
        self.load("token,type", f"{self.token()},KEY", f"{self.token()},")
        self.assertEqual([(each["account"], each["type"]) for each in self.json("list")], [("*", "key"), ("*", "uuid")])

    def test_standard_input(self):
        done = self.json("import", "-", "--format", "csv", text=f"account,token\nalice,{self.token()}\n")
        self.assertEqual((done["file"], done["added"]["binding"]), ("standard input", 1))

    def test_again(self):
        rows = ["account,token,label", f"alice,{self.token()},phone", f"alice,{self.token()},"]
        self.load(*rows)
        before = self.records()
        done = self.load(*rows)
        self.assertEqual((done["unchanged"], done["changed"]), (2, False))
        self.assertEqual(self.records()[1:], before[1:])

    def test_conflicts(self):
        token, _ = self.bind("alice", "UUID", "--label", "phone")
        for row, change, said in ((f"alice,{token},tablet,", None, "as binding 1, with another label"),
                                  (f"alice,{token},,2030-01-01", None, "with another end"),
                                  (f"alice,{token},phone,", "suspend", "and is suspended"),
                                  (f"alice,{token},,", "revoke", "and is revoked")):
            if change:
                self.ctl(change, "1")
            path = self.csv("account,token,label,expires", f"bob,{self.token()},,", row)
            done = self.ctl("import", path, "--format", "csv", expect=RULE)
            self.assertIn(f"{path}:3: this device is bound to alice@example.com already,", done.err)
            self.assertIn(said, done.err)
            status, (err,) = self.run_import(path, "--format", "csv", "--skip-conflicts")
            self.assertEqual((status, said in err, token in err), (DONE, True, False))

    def test_dry_run_sees_the_file_itself(self):
        token = self.token()
        path = self.csv("account,token,label", f"alice,{token},one", f"alice,{token},one", f"alice,{token},two")
        status, (err,) = self.run_import(path, "--format", "csv", "--dry-run")
        self.assertEqual(status, RULE)
        self.assertIn(f"{path}:4: this device is bound to alice@example.com already, with another label", err)
        self.assertEqual((self.count("binding"), token in err), (0, False))

    def test_errors(self):
        token = self.token()
        row = f"alice,UUID,{token},phone,"
        header = "account,type,token,label,expires"
        for rows, line, said in (
                ([row], 1, "column 1: the first row must name the columns"),
                (["account;type;token", f"alice;UUID;{token}"], 1, "column 1: the first row must name the columns, "
                                                                     "separated by commas"),
                (["account,token,account", row], 1, "column 3: there is a column \"account\" before it"),
                (["account,label", row], 1, "it names no column \"token\""),
                ([header, row, row + ","], 3, "it has 6 columns, and the first row names 5"),
                ([header, f"alice,UUID,{token}"], 2, "it has 3 columns"),
                ([header, f",UUID,{token},,"], 2, "column 1 (account): it is empty; a licence"),
                ([header, f"a b,UUID,{token},,"], 2, "column 1 (account): that cannot be an account"),
                ([header, f"alice,a_b,{token},,"], 2, "column 2 (type): that cannot be a type"),
                ([header, "alice,UUID,,,"], 2, "column 3 (token): it is empty"),
                ([header, f"alice,UUID,{token} x,,"], 2, "column 3 (token): that cannot be a token"),
                ([header, f"alice,UUID,{token}{'x' * 128},,"], 2, "column 3 (token): that cannot be a token"),
                ([header, f"alice,UUID,{token},{'x' * 256},"], 2, "column 4 (label): that cannot be a label"),
                ([header, f"alice,UUID,{token},,90d"], 2, "column 5 (expires): it takes a time such as"),
                ([header, f"alice,UUID,{token},,never"], 2, "column 5 (expires): it takes a time such as"),
                ([header, f"alice,UUID,{token}\"x,,"], 2, "column 3: a quote in a field that is not quoted"),
                ([header, f"alice,UUID,\"{token}\"x,,"], 2, "column 3: something stands behind the closing quote"),
                ([header, row, f"alice,UUID,\"{token},,"], 3, "column 3: its closing quote is missing"),
                ([header, f"alice,UUID,{token}\0,,"], 2, "column 3: it holds NUL"),
                ([header, f"alice,UUID,{token}{'x' * 1024},,"], 2, "column 3: it is longer than 1024 octets"),
                ([header, f"alice,UUID,{token}\rx,,"], 2, "a carriage return"),
                ([header, f"alice,\"UU\n\n\",{token},,", row], 2, "column 2 (type): that cannot be a type"),
                ([header, f"{',' * 70}"], 2, "it has more than 64 columns")):
            with self.subTest(said=said):
                done = self.ctl("import", self.csv(*rows), "--format", "csv", expect=USAGE)
                self.assertIn(f"{self.dir}/devices.csv:{line}: {said}", done.err)
        self.ctl("import", self.csv(), "--format", "csv", expect=USAGE)
        path = self.csv(header)
        path.write_bytes(path.read_text().encode("utf-16"))
        self.assertIn("UTF-16", self.ctl("import", path, "--format", "csv", expect=USAGE).err)
        # The one that was read as an export is not shown, either.
        self.assertIn("--format csv", self.ctl("import", self.csv(header, row), expect=USAGE).err)
        self.assertIn("--any-key", self.ctl("import", path, "--format", "csv", "--any-key", expect=USAGE).err)

    def test_dry_run_tells_all(self):
        path = self.csv("account,token", f"a b,{self.token()}", f"alice,{self.token()}", "bob,")
        status, err = self.run_import(path, "--format", "csv", "--dry-run")
        self.assertEqual((status, [line.split(": ")[1] for line in err]), (USAGE, [f"{path}:2", f"{path}:4"]))

    def test_key_is_wanted_first(self):
        self.key.unlink()
        done = self.ctl("import", self.csv("account,token", f"alice,{self.token()}"), "--format", "csv", expect=USAGE)
        self.assertIn(str(self.key), done.err)

    def test_many(self):
        """As many as a directory has, with tokens that are in nothing but this file."""
        rows = [f"user{number},{self.token()}" for number in range(5000)]
        began = time.monotonic()
        self.assertEqual(self.load("account,token", *rows)["added"]["binding"], 5000)
        self.assertLess(time.monotonic() - began, 60)
        del self.tokens[100:]  # enough to look for


if __name__ == "__main__":
    unittest.main()
