"""clientidctl export: what is in it, field by field, for a whole store and for one account; the file; and who waits."""
import json
import os
import pathlib
import re
import resource
import signal
import stat
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.builds import sanitized
from system.ctl_site import DONE, PROGRAM, RULE, STORE, SiteTest, TIME, USAGE, plain_program, of_sqlite
from system.terminal import Terminal
from system.waiting import wait_until

HEADER = ["record", "format", "version", "program", "schema", "created", "account", "history", "keys"]
FIELDS = {
    "binding": ["record", "id", "account", "type", "fingerprint", "key_id", "state", "label", "created", "created_by",
                "last_seen", "last_peer", "expires", "uses", "suspended_until"],
    "setting": ["record", "scope", "name", "value"],
    "type": ["record", "type", "name", "value"],
    "restriction": ["record", "kind", "subject", "effect", "until", "reason", "created", "created_by",
                    "key_id"],
    "event": ["record", "at", "outcome", "account", "type", "fingerprint", "peer", "network", "service", "verdict",
              "reason", "detail"],
    "counter": ["record", "name", "at", "attempts", "failures"],
    "session": ["record", "account", "type", "fingerprint", "peer", "network", "since", "holder"],
    "end": ["record", "records"],
}


class ExportTest(SiteTest):
    def setUp(self):
        super().setUp()
        self.file = self.dir / "all.jsonl"

    def exported(self, *options):
        """The records of an export to standard output."""
        return [json.loads(line) for line in self.ctl("export", "-", *options).out.splitlines()]

    def of(self, kind, *options):
        return [record for record in self.exported(*options) if record["record"] == kind]

    def fill(self):
        self.bind("alice", "UUID", "--label", "lap\u00adtop \u00e9", "--expires", "2030-01-01")
        self.bind("bob", "MAC")
        token = self.token()
        self.ctl("licence", "add", "KEY", "-", text=token)
        self.ctl("suspend", "2", "--for", "1h")
        self.sql("UPDATE binding SET last_seen = 1700000000, last_peer = '192.0.2.7', uses = 7 WHERE id = 1")
        self.ctl("policy", "set", "mode=enforce", "max-devices=3")
        self.ctl("account", "set", "alice", "mode=learn")
        self.ctl("account", "set", "@example.net", "mode=off")
        self.ctl("type", "set", "mac", "flags=ignore")
        self.ctl("block", "add", "address", "192.0.2.0/24", "--for", "1h", "--reason", "spam")
        self.ctl("block", "add", "fingerprint", self.of("binding")[1]["fingerprint"])
        self.ctl("attack", "on", "--account", "alice")
        fingerprint = self.of("binding")[0]["fingerprint"]
        for account, name in (("alice@example.com", "authenticated"), ("bob@example.com", "refused")):
            self.sql("INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict,"
                     " reason, detail) VALUES (1700000000, ?, ?, 'uuid', ?, '192.0.2.7', '192.0.2.7/32', 'smtp',"
                     " 'allow', 'bound', '')", name, account, fingerprint)
        for name in ("account alice@example.com", f"device {fingerprint} alice@example.com 192.0.2.7/32",
                     "account bob@example.com", f"device {fingerprint}", "address 192.0.2.7/32",
                     f"device {fingerprint} malice@example.com 192.0.2.7/32"):
            self.sql("INSERT INTO counter VALUES (?, 1700000000, 3, 2)", name)
        for number, account in enumerate(("alice@example.com", "bob@example.com")):
            self.sql("INSERT INTO session VALUES ('h', ?, 'uuid', ?, ?, '192.0.2.7', '', 1700000000, 99999999999)",
                     number, fingerprint, account)

    def test_form(self):
        self.fill()
        records = self.exported()
        self.assertEqual(list(records[0]), HEADER)
        for record in records[1:]:
            self.assertEqual(list(record), FIELDS[record["record"]])
            for name in ("created", "last_seen", "expires", "until", "suspended_until", "at"):
                if record.get(name) is not None:
                    self.assertRegex(record[name], TIME)
        kinds = [record["record"] for record in records]
        self.assertEqual(sorted(set(kinds), key=kinds.index),
                         ["header", "setting", "type", "restriction", "binding", "event", "end"])
        self.assertEqual(records[-1], {"record": "end", "records": len(records) - 2})
        self.assertNotRegex(self.ctl("export", "-").out, r"[^\n -~]")

    def test_header(self):
        self.bind()
        header = self.exported()[0]
        self.assertEqual([header[name] for name in ("format", "version", "schema", "account", "history")],
                         ["clientid-export", 1, self.sql_value("SELECT version FROM schema_version"), None, True])
        self.assertRegex(header["program"], r"^clientidctl \d")
        self.assertRegex(header["created"], TIME)
        (key,) = header["keys"]
        self.assertEqual((list(key), key["id"]), (["id", "check"], "1"))
        self.assertRegex(key["check"], r"^[0-9a-f]{16}$")
        secret = re.search(r"^1 ([0-9a-f]{64})\b", self.key.read_text(), re.M)[1]
        self.assertFalse(key["check"] in secret, "a piece of the key")
        self.assertFalse(secret in self.ctl("export", "-").out, "the key")
        # A key of the same number at another site is another.
        self.key.unlink()
        self.sql("DELETE FROM binding")
        self.ctl("init")
        self.bind()
        self.assertNotEqual(self.exported()[0]["keys"][0]["check"], key["check"])

    def test_key_that_is_gone(self):
        self.bind()
        self.sql("UPDATE binding SET key_id = '7'")
        self.assertEqual(self.exported()[0]["keys"], [{"id": "7", "check": None}])

    def test_without_key_file(self):
        """Where nothing was hashed, no key is wanted; else the error says which."""
        self.key.unlink()
        self.assertEqual(self.exported()[0]["keys"], [])
        self.sql("INSERT INTO binding (account, type, fingerprint, key_id, state, label, created, created_by,"
                 " last_peer, uses) VALUES ('a@b', 'uuid', ?, '1', 'active', '', 0, '', '', 0)", "0" * 64)
        self.assertIn(str(self.key), self.ctl("export", self.file, expect=USAGE).err)
        self.assertFalse(self.file.exists())

    def test_values(self):
        self.fill()
        first, second, licence = self.of("binding")
        self.assertEqual({**first, "fingerprint": "", "created": ""}, {
            "record": "binding", "id": 1, "account": "alice@example.com", "type": "uuid", "fingerprint": "",
            "key_id": "1", "state": "active", "label": "lap\u00adtop \u00e9", "created": "",
            "created_by": first["created_by"], "last_seen": "2023-11-14T22:13:20Z", "last_peer": "192.0.2.7",
            "expires": "2030-01-01T00:00:00Z", "uses": 7, "suspended_until": None})
        self.assertRegex(first["created_by"], r"^operator \w+$")
        for binding, shown in zip((licence, first, second), self.json("list")):
            self.assertRegex(binding["fingerprint"], rf"^{shown['fingerprint']}[0-9a-f]{{48}}$")
            self.assertEqual({name: binding[name] for name in shown if name != "fingerprint"},
                             {name: value for name, value in shown.items() if name != "fingerprint"})
        self.assertEqual((licence["account"], second["state"]), ("*", "suspended"))
        self.assertEqual([(each["scope"], each["name"], each["value"]) for each in self.of("setting")],
                         [("policy", "max-devices", "3"), ("policy", "mode", "enforce"),
                          ("@example.net", "mode", "off"), ("alice@example.com", "mode", "learn")])
        self.assertEqual(self.of("type"), [{"record": "type", "type": "mac", "name": "flags", "value": "ignore"}])
        restrictions = self.of("restriction")
        self.assertEqual([(each["kind"], each["effect"], each["reason"]) for each in restrictions],
                         [("address", "block", "spam"), ("device", "block", None), ("account", "known-only", None)])
        self.assertEqual([each["subject"] for each in restrictions],
                         ["192.0.2.0/24", second["fingerprint"], "alice@example.com"])
        self.assertEqual([each["until"] is None for each in restrictions], [False, True, True])
        self.assertEqual(self.of("event")[0], {
            "record": "event", "at": "2023-11-14T22:13:20Z", "outcome": "authenticated", "account": "alice@example.com",
            "type": "uuid", "fingerprint": first["fingerprint"], "peer": "192.0.2.7", "network": "192.0.2.7/32",
            "service": "smtp", "verdict": "allow", "reason": "bound", "detail": ""})
        events = self.json("history")
        self.assertEqual(len(self.of("event")), len(events))

    def test_ended_restrictions_are_left_out(self):
        self.ctl("block", "add", "address", "192.0.2.7", "--for", "1h")
        self.sql("UPDATE restriction SET until = 1")
        self.assertEqual(self.of("restriction"), [])

    @of_sqlite
    def test_any_octets(self):
        """The name of an account that was refused may be no UTF-8."""
        self.sql("INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict, reason,"
                 " detail) VALUES (1, 'failed', CAST(X'61ff22' AS TEXT), '', '', '', '', '', '', '', '')")
        event = self.of("event")[0]
        self.assertEqual(event["account"], {"hex": "61ff22"})
        self.assertEqual([event[name] for name in ("type", "fingerprint", "peer", "service")], [None] * 4)

    def test_without_history(self):
        self.fill()
        self.assertEqual(self.of("event", "--without-history"), [])
        self.assertIs(self.exported("--without-history")[0]["history"], False)
        self.assertEqual(self.of("binding", "--without-history"), self.of("binding"))

    def test_account(self):
        """All of one account, whatever its spelling, and nothing of another."""
        self.fill()
        records = self.exported("--account", "Alice")
        self.assertEqual(records[0]["account"], "alice@example.com")
        self.assertFalse("bob" in json.dumps(records))
        self.assertFalse("malice" in json.dumps(records))
        count = {kind: sum(record["record"] == kind for record in records) for kind in FIELDS}
        events = len(self.json("history", "alice"))
        self.assertEqual(count, {"binding": 1, "setting": 1, "type": 0, "restriction": 1, "event": events, "counter": 2,
                                 "session": 1, "end": 1})
        counters = [record for record in records if record["record"] == "counter"]
        self.assertEqual([list(each) for each in counters], [FIELDS["counter"]] * 2)
        self.assertEqual((counters[0]["attempts"], counters[0]["failures"]), (3, 2))
        (session,) = (record for record in records if record["record"] == "session")
        self.assertEqual((list(session), session["holder"]), (FIELDS["session"], "h"))
        for word in ("*", "@example.com"):
            self.ctl("export", "-", "--account", word, expect=USAGE)

    def test_file(self):
        os.umask(0)
        self.addCleanup(os.umask, 0o022)
        self.fill()
        shown = self.ctl("export", self.file).out
        self.assertRegex(shown, rf"\Aexported to {re.escape(str(self.file))}: 3 bindings, \d+ events, 3 restrictions, "
                                r"4 settings, 1 type setting\n\Z")
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(self.file.read_text().splitlines()[1:], self.ctl("export", "-").out.splitlines()[1:])
        self.assertEqual(sorted(path.name for path in self.dir.iterdir() if "jsonl" in path.name), [self.file.name])
        self.assertEqual(self.ctl("--quiet", "export", self.dir / "quiet").out, "")

    def test_json(self):
        self.bind()
        done = self.json("export", self.file)
        self.assertEqual(done, {"file": str(self.file), "records": 3, "written": {"binding": 1, "event": 2}})

    def test_overwriting(self):
        self.file.write_text("precious")
        self.assertIn("--yes", self.ctl("export", self.file, expect=USAGE).err)
        self.assertEqual(self.file.read_text(), "precious")
        for answer, status in ((b"n\n", RULE), (b"y\n", DONE)):
            self.assertEqual(self.file.read_text(), "precious")
            with Terminal([plain_program(), "--config", self.conf, "export", self.file]) as terminal:
                terminal.until(lambda shown: b"[y/N]" in shown)
                self.assertIn(b"Overwrite ", terminal.shown)
                terminal.type(answer)
                terminal.until(lambda _: False)
                self.assertEqual(terminal.process.wait(timeout=20), status)
        self.assertTrue(self.file.read_text().startswith('{"record":"header"'))
        self.ctl("export", self.file, "--yes")

    def test_what_is_no_file(self):
        target = self.dir / "target"
        target.write_text("precious")
        self.file.symlink_to(target)
        for path in (self.file, "/dev/null", "/dev"):
            self.assertIn("plain file", self.ctl("export", path, "--yes", expect=USAGE).err)
        self.assertEqual(target.read_text(), "precious")
        self.assertIn("No such file", self.ctl("export", self.dir / "none" / "file", expect=USAGE).err)

    def test_full_disk(self):
        """What was there stays, and no half file is left."""
        self.many(1000)
        self.file.write_text("precious")
        done = subprocess.run([PROGRAM, "--config", self.conf, "export", self.file, "--yes"], capture_output=True,
                              text=True, preexec_fn=self.no_more_than(65536))  # SQLite needs half of it
        self.assertEqual(done.returncode, STORE, done.stderr)
        self.assertRegex(done.stderr, r"\Aclientidctl: \S+all.jsonl: cannot write: .*; nothing was written\n\Z")
        self.assertEqual(self.file.read_text(), "precious")
        self.assertEqual([path.name for path in self.dir.iterdir() if "jsonl" in path.name], [self.file.name])

    @staticmethod
    def no_more_than(octets):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (octets, octets))
        return limit

    def many(self, count):
        self.sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO binding"
                 " (account, type, fingerprint, key_id, state, label, created, created_by, last_peer, uses) SELECT"
                 " 'a' || i || '@example.com', 'uuid', printf('%064x', i), '1', 'active', 'device', 0, 'learned', '', 0"
                 " FROM n", count)

    def test_memory(self):
        """It does not grow with the store."""
        if sanitized(plain_program()):
            self.skipTest("there is only a build with sanitizers, which keep what was freed")
        self.bind()
        small = self.peak()
        self.many(100_000)
        self.assertLess(self.peak(), small + 8 * 1024, "KiB")

    def peak(self):
        process = subprocess.Popen([plain_program(), "--config", self.conf, "--quiet", "export", self.dir / "peak", "--yes"])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, DONE)
        return usage.ru_maxrss

    def test_one_moment_and_nobody_waits(self):
        """While it is read slowly, others write, and it has none of it."""
        self.many(20_000)
        process = subprocess.Popen([PROGRAM, "--config", self.conf, "export", "-"], stdout=subprocess.PIPE)
        try:
            first = process.stdout.readline()
            began = time.monotonic()
            self.sql("UPDATE binding SET label = 'changed'")
            self.sql("INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict,"
                     " reason, detail) VALUES (2, 'failed', 'late', '', '', '', '', '', '', '', '')")
            self.assertLess(time.monotonic() - began, 4, "a writer had to wait")
            rest = process.stdout.read().decode()
        finally:
            process.stdout.close()
            process.kill()
            process.wait()
        self.assertIn(b'"header"', first)
        self.assertEqual((rest.count('"label":"device"'), rest.count('"label":"changed"'), rest.count('"late"')),
                         (20_000, 0, 0))
        self.assertIn('{"record":"end","records":20001}', rest)

    def test_interrupted(self):
        self.many(100_000)
        for signum in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([plain_program(), "--config", self.conf, "export", self.file], stderr=subprocess.PIPE,
                                       stdout=subprocess.PIPE)
            drafts = lambda: [path for path in self.dir.iterdir() if path.name.startswith("all.jsonl")]
            self.assertTrue(wait_until(lambda: any(path.stat().st_size for path in drafts())))
            process.send_signal(signum)
            _, err = process.communicate(timeout=20)
            self.assertEqual((process.returncode, err), (130, b"clientidctl: interrupted; nothing was written\n"))
            self.assertEqual(drafts(), [])

    def test_progress(self):
        self.many(60_000)
        with Terminal([plain_program(), "--config", self.conf, "export", self.file]) as terminal:
            shown = terminal.until(lambda _: False)
            self.assertEqual(terminal.process.wait(timeout=20), DONE)
        bars = re.findall(rb"\rexport \[#*-*\] +\d+%  \d+", shown)
        self.assertTrue(bars, shown)
        self.assertTrue(all(len(bar) <= 80 for bar in bars))
        # Wiped, and then what was done, as the only line that stays.
        self.assertRegex(shown.split(bars[-1])[1], rb"\A *\r +\rexported to [^\n]+\n\Z")
        for option in ("--quiet", "--json"):
            with Terminal([PROGRAM, "--config", self.conf, option, "export", self.file, "--yes"]) as terminal:
                self.assertNotIn(b"\rexport", terminal.until(lambda _: False))
        # Nothing where standard error is no terminal.
        self.assertEqual(self.ctl("export", self.file, "--yes").err, "")


if __name__ == "__main__":
    unittest.main()
