"""clientidctl as operators and scripts meet it: verbs, exit statuses, JSON, and what it must never show.

CLIENTIDCTL names the program."""

import collections
import json
import os
import pathlib
import pty
import re
import select
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
import uuid

PROGRAM = os.environ.get("CLIENTIDCTL", "./clientidctl")
MAN = pathlib.Path(__file__).resolve().parents[2] / "man"

BINDING = ["id", "account", "type", "fingerprint", "state", "label", "created", "created_by", "last_seen",
           "last_peer", "expires", "uses", "suspended_until"]
EVENT = ["id", "at", "outcome", "account", "type", "fingerprint", "peer", "service", "verdict", "reason", "detail"]
CHECK = ["account", "type", "fingerprint", "peer", "service", "rules", "verdict", "reason", "observed"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

DONE, REFUSED, USAGE, ABSENT, STORE, RULE = range(6)

# What a verb makes of a binding in each state: the new state, "=" for nothing, or the verb to use instead.
STATES = ["active", "pending", "suspended", "revoked"]
TRANSITIONS = {
    "approve": ["=", "active", "(resume)", "(remove)"],
    "deny": ["(revoke)", "revoked", "(revoke)", "="],
    "suspend": ["suspended", "(deny)", "=", "(remove)"],
    "resume": ["=", "(approve)", "active", "(remove)"],
    "revoke": ["revoked", "revoked", "revoked", "="],
}

Result = collections.namedtuple("Result", "status out err")


class SiteTest(unittest.TestCase):
    """A directory with a configuration, and the watch over what the program shows."""

    initialised = True

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="clientidctl-")
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)
        self.db, self.key, self.conf = self.dir / "clientid.db", self.dir / "clientid.key", self.dir / "clientid.conf"
        self.conf.write_text(f"store = sqlite:{self.db}\nkey-file = {self.key}\ndefault-realm = example.com\n")
        self.tokens = []
        if self.initialised:
            self.ctl("init")

    def tearDown(self):
        for path in self.dir.iterdir():
            content = path.read_bytes()
            for number, token in enumerate(self.tokens):
                # Not assertNotIn, which would print it.
                self.assertFalse(token.encode() in content, f"{path.name} holds token {number}")

    def token(self, text=None):
        self.tokens.append(text or str(uuid.uuid4()))
        return self.tokens[-1]

    def ctl(self, *arguments, text="", expect=DONE, secret=False, env=None):
        """Run it. Whatever it does, errors are one line of its own, and tokens are not shown."""
        done = subprocess.run([PROGRAM, "--config", self.conf, *arguments], input=os.fsencode(text),
                              capture_output=True, timeout=60, env={**os.environ, **(env or {})})
        out, err = done.stdout.decode(), done.stderr.decode()
        for number, token in enumerate(self.tokens):
            self.assertFalse(token in out + err, f"{arguments[0]} shows token {number}")
        self.assertEqual(done.returncode, expect, "output kept back" if secret else f"{arguments}: {out}{err}")
        if expect in (DONE, REFUSED):
            self.assertEqual(err, "")
        else:
            self.assertRegex(err, r"\Aclientidctl: [^\n]+\n\Z")
        if not secret:
            self.assertNotRegex(out, r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
        return Result(done.returncode, out, err)

    def json(self, *arguments, **options):
        return json.loads(self.ctl("--json", *arguments, **options).out)

    def bind(self, account="alice", kind="UUID", *options):
        """A new binding; its token and what JSON says of it."""
        token = self.token()
        return token, self.json("bind", account, kind, "-", *options, text=token + "\n")

    def sql(self, text, *values):
        connection = sqlite3.connect(self.db)
        with connection:
            connection.execute(text, values)
        connection.close()

    def set_state(self, number, state):
        self.sql("UPDATE binding SET state = ?, suspended_until = NULL WHERE id = ?", state, number)

    def changes(self):
        """What the history says operators did, without the making of the store."""
        return [event for event in self.json("history") if event["outcome"] == "changed"][1:]


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
            "policy check history".split()))

    def test_same_options(self):
        options = self.help.split("\noptions:\n")[1]
        section = self.man.split(".Sh DESCRIPTION")[1].split(".Ss Words")[0]
        self.assertEqual(re.findall(r"^  --([a-z-]+)", options, re.M),
                         re.findall(r"^\.It Fl -([a-z-]+)", section, re.M))

    def test_same_options_of_verbs(self):
        commands = self.help.split("commands:\n")[1].split("\noptions:\n")[0]
        helped = re.findall(r"^  ([a-z]+).*?((?: \[--[^]]+\])+)", commands, re.M)
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
            self.assertRegex(page, rf"(?m)^\.It Ic {name}$", "has no description")
            self.assertRegex(page, rf"(?m)^\.It Ic {name} Ta ", "is missing in the table")
        source = (MAN.parent / "plugin/policy/verdict.cpp").read_text().split("name(Reason")[1]
        for reason in re.findall(r'return "([a-z-]+)"', source):
            self.assertRegex(page, rf"(?m)^\.It {reason}$")

    def test_pages_are_clean(self):
        for page in ("clientidctl.1", "clientid.conf.5", "clientid-policy.7"):
            try:
                done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", MAN / page], capture_output=True)
            except FileNotFoundError:
                self.skipTest("mandoc is missing")
            self.assertEqual((done.returncode, done.stdout), (0, b""))


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


class StateTest(SiteTest):
    def test_every_verb_in_every_state(self):
        self.bind()
        for verb, results in TRANSITIONS.items():
            for state, result in zip(STATES, results):
                with self.subTest(verb=verb, state=state):
                    self.set_state(1, state)
                    before = len(self.changes())
                    if result.startswith("("):
                        error = self.ctl(verb, "1", expect=RULE).err
                        self.assertIn(f"clientidctl {result[1:-1]} 1", error)
                    else:
                        value = self.json(verb, "1")
                        self.assertEqual(list(value), BINDING + ["changed"])
                        self.assertEqual(value["changed"], result != "=")
                    after = state if result == "=" or result.startswith("(") else result
                    self.assertEqual(self.json("show", "1")["state"], after)
                    self.assertEqual(len(self.changes()) - before, int(after != state))

    def test_they_say_what_they_did(self):
        self.bind()
        self.assertEqual(self.ctl("suspend", "1").out, "binding 1: suspended\n")
        self.assertEqual(self.ctl("suspend", "1").out, "binding 1: already suspended\n")
        self.assertEqual(self.ctl("--quiet", "resume", "1").out, "")
        self.ctl("revoke", "2", expect=ABSENT)

    def test_by_token(self):
        token, _ = self.bind()
        self.ctl("suspend", "alice", "UUID", "-", text=token)
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token, expect=REFUSED)["reason"], "suspended")
        self.ctl("revoke", "alice", "UUID", "-", text=token)
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token, expect=REFUSED)["reason"], "revoked")

    def test_suspension_with_an_end(self):
        token, _ = self.bind()
        value = self.json("suspend", "1", "--for", "2h")
        self.assertRegex(value["suspended_until"], TIME)
        self.assertRegex(self.ctl("suspend", "1", "--for", "3h").out, rf"suspended until {TIME.pattern}\n")
        self.sql("UPDATE binding SET suspended_until = 1000000000")
        self.assertEqual(self.json("show", "1")["state"], "active")
        self.assertEqual(len(self.json("list", "--state", "active")), 1)
        self.assertEqual(self.json("list", "--state", "suspended"), [])
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token)["reason"], "bound")


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


class SettingsTest(SiteTest):
    def test_levels(self):
        self.ctl("policy", "set", "mode=observe", "max-devices=7", "deny-types=MAC, cookie*")
        self.ctl("account", "set", "@Example.com", "max-devices=8", "absent=refuse")
        self.ctl("account", "set", "Alice", "absent=allow")
        value = self.json("account", "show", "alice")
        self.assertEqual(list(value), ["scope", "settings"])
        self.assertEqual(value["scope"], "alice@example.com")
        settings = value["settings"]
        self.assertEqual(list(settings), ["mode", "absent", "max-devices", "when-full", "learn-until", "require-types",
                                          "allow-types", "deny-types", "trusted-networks", "on-store-failure"])
        self.assertEqual(settings["mode"], {"value": "observe", "level": "global"})
        self.assertEqual(settings["max-devices"], {"value": "8", "level": "domain"})
        self.assertEqual(settings["absent"], {"value": "allow", "level": "account"})
        self.assertEqual(settings["deny-types"], {"value": "mac,cookie*", "level": "global"})
        self.assertEqual(settings["when-full"], {"value": "quarantine", "level": "default"})
        self.assertEqual(self.json("account", "show", "@example.com")["settings"]["absent"]["value"], "refuse")
        self.assertEqual(self.json("policy", "show")["settings"]["max-devices"]["value"], "7")
        self.assertEqual(self.json("account", "unset", "alice", "absent"),
                         {"scope": "alice@example.com", "set": {}, "changed": True})
        self.assertEqual(self.json("account", "show", "alice")["settings"]["absent"]["level"], "domain")
        self.assertIn("max-devices unset", self.ctl("policy", "unset", "max-devices").out)
        self.assertRegex(self.ctl("account", "show", "alice").out, r"(?m)^mode +observe +global$")

    def test_idempotent(self):
        self.assertEqual(self.ctl("policy", "set", "mode=enforce").out, "policy: mode=enforce\n")
        self.assertEqual(self.ctl("policy", "set", "mode=enforce").out, "policy: already mode=enforce\n")
        self.assertEqual(self.ctl("policy", "unset", "mode").out, "policy: mode unset\n")
        self.assertEqual(self.ctl("policy", "unset", "mode").out, "policy: mode was not set\n")
        self.assertEqual(len(self.changes()), 2)

    def test_all_or_nothing(self):
        self.ctl("policy", "set", "mode=enforce", "absent=frob", expect=USAGE)
        self.assertEqual(self.json("policy", "show")["settings"]["mode"]["level"], "default")
        self.assertEqual(self.changes(), [])

    def test_store_failure_is_for_all(self):
        for scope in ("alice", "@example.com"):
            self.assertIn("policy set", self.ctl("account", "set", scope, "on-store-failure=allow", expect=USAGE).err)
        self.ctl("policy", "set", "on-store-failure=allow")
        self.ctl("account", "set", "*", "mode=off", expect=USAGE)

    def test_duration_becomes_a_time(self):
        self.ctl("policy", "set", "learn-until=14d")
        self.assertRegex(self.json("policy", "show")["settings"]["learn-until"]["value"], TIME)


class CheckTest(SiteTest):
    def test_exit_status_follows_the_verdict(self):
        token, other = self.bind()[0], self.token()
        check = lambda expect: self.json("check", "alice", "UUID", "-", text=other, expect=expect)["verdict"]
        self.assertEqual(check(DONE), "allow-and-enrol")
        self.ctl("policy", "set", "mode=quarantine")
        self.assertEqual(check(REFUSED), "quarantine")
        self.ctl("policy", "set", "mode=enforce")
        self.assertEqual(check(REFUSED), "refuse")
        self.ctl("policy", "set", "mode=observe")
        self.assertEqual(check(DONE), "allow")
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token)["verdict"], "allow")
        self.assertEqual(len(self.json("list")), 1, "check bound a device")

    def test_shape(self):
        token, binding = self.bind()
        value = self.json("check", "alice", "UUID", "-", "--peer", "::ffff:192.0.2.7", text=token)
        self.assertEqual(list(value), CHECK)
        self.assertEqual([value[name] for name in CHECK if name != "rules"],
                         ["alice@example.com", "uuid", binding["fingerprint"], "192.0.2.7", "smtp", "allow", "bound",
                          False])
        self.assertEqual([rule["rule"] for rule in value["rules"]],
                         ["store", "mode", "refused binding", "types", "no identity", "binding"])
        self.assertEqual({tuple(rule) for rule in value["rules"]}, {("rule", "saw", "verdict", "reason")})
        self.assertEqual([rule["verdict"] for rule in value["rules"]], [None] * 5 + ["allow"])
        none = self.json("check", "alice", "--service", "imap")
        self.assertEqual((none["type"], none["fingerprint"], none["peer"], none["service"]), (None, None, None, "imap"))

    def test_text(self):
        self.ctl("policy", "set", "mode=observe", "absent=refuse")
        out = self.ctl("check", "alice", "--peer", "2001:db8::7").out
        self.assertIn("absent=refuse", out)
        self.assertIn("absent-refused", out.splitlines()[-1])
        self.assertEqual(self.ctl("--quiet", "check", "alice").out, "")

    def test_trusted_network(self):
        self.ctl("policy", "set", "mode=enforce", "trusted-networks=192.0.2.0/24")
        self.ctl("check", "alice", "--peer", "192.0.2.7")
        self.ctl("check", "alice", "--peer", "192.0.3.7", expect=REFUSED)
        self.ctl("check", "alice", expect=REFUSED)

    def test_no_account(self):
        value = self.json("check", "al\x1bice", expect=REFUSED)
        self.assertEqual((value["verdict"], value["reason"]), ("refuse", "bad-account"))
        self.ctl("check", "al\x1bice", expect=REFUSED)


class HistoryTest(SiteTest):
    def test_names_what_and_who(self):
        _, binding = self.bind()
        self.ctl("suspend", "1", env={"SUDO_USER": "daemon"})
        self.ctl("account", "set", "@example.com", "mode=off", env={"SUDO_USER": "no\x1bbody"})
        bound, suspended, settings = self.changes()
        self.assertEqual(list(bound), EVENT)
        self.assertRegex(bound["at"], TIME)
        self.assertEqual((bound["account"], bound["type"], bound["fingerprint"], bound["peer"], bound["verdict"]),
                         ("alice@example.com", "uuid", binding["fingerprint"], None, None))
        self.assertRegex(bound["detail"], r"^binding 1 bound by operator \S+$")
        self.assertEqual(suspended["detail"], "binding 1 suspended by operator daemon")
        self.assertRegex(settings["detail"], r"^mode=off by operator \w+$")

    def test_filters(self):
        _, alice = self.bind("alice")
        self.bind("bob")
        self.ctl("account", "set", "@example.com", "mode=off")
        self.sql("UPDATE event SET at = 1000000000 WHERE account = 'bob@example.com'")
        count = lambda *arguments: len(self.json("history", *arguments))
        self.assertEqual(count(), 4)
        self.assertEqual(count("Alice"), 1)
        self.assertEqual(count("@example.com"), 1)
        self.assertEqual(count("--since", "1h"), 3)
        self.assertEqual(count("--since", "2001-01-01"), 4)
        self.assertEqual(count("--since", "2999-01-01"), 0)
        self.assertEqual(count("--device", alice["fingerprint"][:8]), 1)
        self.sql("UPDATE event SET detail = ? WHERE account = 'bob@example.com'", "a\nb\x1b[0m")
        self.assertIn(r"a\nb\x1b[0m", self.ctl("history", "bob").out)

    def follow(self, number, *options):
        """It shows what happens after it began, and ends cleanly."""
        process = subprocess.Popen([PROGRAM, "--config", self.conf, *options, "history", "--follow", "--since", "1h"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            os.set_blocking(process.stdout.fileno(), False)
            out, began = b"", False
            deadline = time.monotonic() + 20
            while b"suspended" not in out and time.monotonic() < deadline:
                if select.select([process.stdout], [], [], 0.2)[0]:
                    out += process.stdout.read() or b""
                if b"bound" in out and not began:
                    began = True
                    self.ctl("suspend", "1")
            process.send_signal(number)
            rest, err = process.communicate(timeout=20)
        finally:
            process.kill()
            process.wait()
        self.assertEqual((process.returncode, err), (0, b""))
        return (out + rest).decode().splitlines()

    def test_follow(self):
        self.bind()
        lines = self.follow(signal.SIGINT)
        self.assertEqual(sum("suspended" in line for line in lines), 1)
        self.assertEqual(sum("bound" in line for line in lines), 1)

    def test_follow_in_json(self):
        self.bind()
        events = [json.loads(line) for line in self.follow(signal.SIGTERM, "--json")]
        self.assertEqual({tuple(event) for event in events}, {tuple(EVENT)})
        self.assertEqual(len({event["id"] for event in events}), len(events))


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
        self.ctl("--store", "postgresql://user:password@host/db", "list", expect=STORE)


class TerminalTest(SiteTest):
    def talk(self, arguments, prompt, answer):
        """Answer the prompt on a terminal; gives the status and all that it showed."""
        master, slave = pty.openpty()
        process = subprocess.Popen([PROGRAM, "--config", self.conf, *arguments], stdin=slave, stdout=slave,
                                   stderr=slave)
        os.close(slave)
        shown, answered = b"", False
        deadline = time.monotonic() + 30
        try:
            while time.monotonic() < deadline:
                try:
                    if select.select([master], [], [], 0.2)[0]:
                        shown += os.read(master, 4096)
                except OSError:  # the other side is closed
                    break
                if prompt in shown and not answered:
                    answered = True
                    os.write(master, answer)
            process.wait(timeout=20)
        finally:
            process.kill()
            process.wait()
            os.close(master)
        return process.returncode, shown

    def test_token_is_not_echoed(self):
        token = self.token()
        status, shown = self.talk(["bind", "alice", "UUID", "-"], b"Token: ", token.encode() + b"\n")
        self.assertFalse(token.encode() in shown, "the terminal shows the token")
        self.assertEqual(status, DONE)
        self.assertIn(b"binding 1: bound", shown)

    def test_remove_asks(self):
        self.bind(), self.bind()
        status, shown = self.talk(["remove", "1", "2"], b"Remove 2 bindings?", b"n\n")
        self.assertEqual((status, len(self.json("list"))), (RULE, 2))
        status, shown = self.talk(["remove", "1", "2"], b"Remove 2 bindings?", b"y\n")
        self.assertEqual((status, len(self.json("list"))), (DONE, 0))


if __name__ == "__main__":
    unittest.main()
