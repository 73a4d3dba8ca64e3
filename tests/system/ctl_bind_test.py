"""How devices and licences get their bindings: enrol, bind, licence."""
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import time
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import ABSENT, BINDING, PROGRAM, REFUSED, RULE, STORE, SiteTest, TIME, USAGE, of_sqlite


class BindTest(SiteTest):
    def test_enrol_shows_the_token_once(self):
        out = self.ctl("enrol", "Alice", "--label", "laptop", secret=True).out
        self.assertIn("mail.smtpserver.smtpN.clientidEnabled = true\n", out)
        found = re.findall(r"mail\.smtpserver\.smtpN\.clientid = (\S+)\n", out)
        self.assertEqual(len(found), 1)
        self.assertTrue(uuid.UUID(found[0]).version == 4, "no UUID of version 4")
        self.assertTrue(out.count(found[0]) == 1, "shown more than once")
        token = self.token(found[0])
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token)["reason"], "bound")
        binding = self.json("show", "1")
        self.assertEqual((binding["account"], binding["type"], binding["label"], binding["state"]),
                         ("alice@example.com", "uuid", "laptop", "active"))
        self.ctl("list"), self.ctl("history"), self.ctl("--json", "history")

    def test_enrol_in_json(self):
        value = json.loads(self.ctl("--json", "enrol", "alice", "--type", "X-Test", secret=True).out)
        self.assertEqual(list(value), BINDING + ["token"])
        self.assertEqual(value["type"], "x-test")
        self.token(value["token"])

    def test_enrol_quietly_and_for_another_type(self):
        token = self.token(self.ctl("--quiet", "enrol", "alice", secret=True).out.strip())
        self.assertTrue(uuid.UUID(token).version == 4, "no UUID of version 4")
        out = self.ctl("enrol", "alice", "--type", "X-Test", secret=True).out
        self.assertNotIn("smtpserver", out)
        self.token(re.search(r"CLIENTID x-test (\S+)", out).group(1))

    def test_enrol_never_says_so_in_vain(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "--config", self.conf, "enrol", "alice"], stdout=full,
                                  stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, STORE)
        self.assertIn(b"remove 1", done.stderr)

    def test_bind(self):
        token, value = self.bind("alice", "UUID", "--label", "phone", "--expires", "2999-01-01")
        self.assertEqual(list(value), BINDING + ["changed"])
        self.assertRegex(value["created"], TIME)
        self.assertRegex(value["created_by"], r"^operator \S")
        self.assertRegex(value["fingerprint"], r"^[0-9a-f]{16}$")
        self.assertEqual({name: value[name] for name in ("account", "type", "state", "label", "last_seen", "last_peer",
                                                         "expires", "uses", "suspended_until", "changed")},
                         {"account": "alice@example.com", "type": "uuid", "state": "active", "label": "phone",
                          "last_seen": None, "last_peer": None, "expires": "2999-01-01T00:00:00Z", "uses": 0,
                          "suspended_until": None, "changed": True})

    def test_bind_again(self):
        token, _ = self.bind("alice", "UUID", "--label", "phone", "--expires", "2999-01-01")
        again = ["bind", "ALICE@example.com", "uuid", "-"]
        self.assertIn("already bound", self.ctl(*again, text=token).out)
        self.assertIn("already bound", self.ctl(*again, "--label", "phone", text=token).out)
        self.assertIn("label 1", self.ctl(*again, "--label", "other", text=token, expect=RULE).err)
        self.assertIn("expire 1", self.ctl(*again, "--expires", "2998-01-01", text=token, expect=RULE).err)
        for state, verb in (("pending", "approve"), ("suspended", "resume"), ("revoked", "remove")):
            self.set_state(1, state)
            self.assertIn(f"clientidctl {verb} 1", self.ctl(*again, text=token, expect=RULE).err)
        self.set_state(1, "active")
        self.ctl("expire", "1", "2001-01-01")
        self.assertIn("has expired", self.ctl(*again, text=token, expect=RULE).err)
        self.assertEqual(len(self.json("list")), 1)

    def test_token_as_argument(self):
        token = self.token("--" + str(uuid.uuid4()))
        self.ctl("bind", "alice", "UUID", token, expect=USAGE)
        self.ctl("bind", "alice", "UUID", "--", token)
        self.ctl("bind", "alice", token, "UUID", expect=USAGE)
        self.ctl("show", token[2:], expect=USAGE)
        self.ctl("show", "alice", token[2:], expect=USAGE)
        self.ctl(token[2:], expect=USAGE)
        self.ctl("list", "alice", token[2:], expect=USAGE)

    def test_token_is_one_line(self):
        token = self.token()
        self.ctl("bind", "alice", "UUID", "-", text=token + "\r\nsomething else\n")
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token)["reason"], "bound")

    def test_licence(self):
        token = self.token()
        self.assertIn("any account", self.ctl("licence", "add", "LICENSE", "-", text=token).out)
        self.assertIn("already", self.ctl("licence", "add", "LICENSE", "-", text=token).out)
        self.bind()
        self.assertEqual([binding["account"] for binding in self.json("licence", "list")], ["*"])
        self.assertEqual(self.json("check", "bob", "LICENSE", "-", text=token)["reason"], "licensed")
        self.ctl("suspend", "*", "LICENSE", "-", text=token)
        self.assertEqual(self.json("check", "bob", "LICENSE", "-", text=token, expect=REFUSED)["reason"], "suspended")
        self.assertEqual(len(self.json("licence", "remove", "LICENSE", "-", text=token)), 1)
        self.ctl("licence", "remove", "LICENSE", "-", text=token, expect=ABSENT)
        self.assertEqual(self.json("licence", "list"), [])

    @of_sqlite
    def test_token_leaves_the_process_list(self):
        token = self.token()
        lock = sqlite3.connect(self.db, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        process = subprocess.Popen([PROGRAM, "--config", self.conf, "bind", "alice", "UUID", token],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            proc = pathlib.Path("/proc", str(process.pid))
            limit = re.compile(r"^Max core file size +0 +0 ", re.M)
            deadline = time.monotonic() + 4
            while time.monotonic() < deadline:
                hidden = token.encode() not in (proc / "cmdline").read_bytes()
                no_core = bool(limit.search((proc / "limits").read_text()))
                if hidden and no_core:
                    break
                time.sleep(0.05)
            self.assertIsNone(process.poll(), "did not wait for the lock")
            self.assertTrue(hidden, "ps shows the token")
            self.assertTrue(no_core, "a core could be written")
        finally:
            lock.execute("ROLLBACK")
            lock.close()
            out, err = process.communicate(timeout=20)
        self.assertEqual((process.returncode, err), (0, b""))


if __name__ == "__main__":
    unittest.main()
