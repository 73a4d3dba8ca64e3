"""clientidctl import: what export wrote comes back, into a new store or a filled one; what it refuses, and how; and
that whatever ends it, what is done stays done and the rest can be done later.
"""
import fcntl
import json
import pathlib
import re
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.builds import sanitized
from system.ctl_import_site import ImportSite
from system.ctl_site import DONE, PROGRAM, RULE, STORE, USAGE, plain_program, of_sqlite
from system.terminal import Terminal
from system.waiting import wait_until

INTERRUPTED = 130
SQLITE_CACHE = 16 * 1024  # KiB, clientid-scaling(7)


def holds_back(pid, signum):
    """Whether the process blocks the signal."""
    blocked = re.search(r"^SigBlk:\t(\w+)$", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1]
    return int(blocked, 16) >> (signum - 1) & 1


def unread(pipe):
    """Octets in the pipe that nobody has read."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]


class ExportedTest(ImportSite):
    def fill(self):
        self.fill_with_every_kind()
        # Two that are alike are two, and a name may be any octets.
        for _ in range(2):
            self.sql("INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict,"
                     " reason, detail) VALUES (1, 'failed', CAST(X'61ff22' AS TEXT), '', '', '', '', '', '', '', 'x')")

    def test_round_trip(self):
        self.fill()
        before = self.lines()
        self.ctl("export", self.file)
        self.new_site()
        shown = self.ctl("import", self.file).out
        self.assertRegex(shown, rf"\Aimported from {re.escape(str(self.file))}: 4 bindings, \d+ events, "
                                r"4 restrictions, 4 settings, 2 type settings; unchanged: \d; conflicts: 0; "
                                r"passed over: 0\n\Z")
        self.assertEqual(self.lines(), before)
        operator = self.json("list", "alice")[0]["created_by"]
        self.assertEqual(self.json("history", "--limit", "1")[0]["detail"], f"import from {self.file} by {operator}")
        # Networks are found as addresses, which are not in the file.
        self.assertEqual(self.sql_value("SELECT count(*) FROM restriction WHERE last_address <> ''"), 2)
        # Numbers are not used again.
        self.assertGreater(self.bind("dave")[1]["id"], 5)

    def test_again(self):
        """Nothing is changed by a second time, and nothing recorded; nor into the store that it is from."""
        self.fill()
        self.ctl("export", self.file)
        records = self.records()
        for site in (None, "new"):
            if site:
                self.new_site(site)
                self.ctl("import", self.file)
                records = self.records()
            done = self.json("import", self.file)
            self.assertEqual(list(done),
                             ["file", "added", "unchanged", "conflicts", "passed_over", "bad", "changed"])
            self.assertEqual(done["added"], {"binding": 0, "setting": 0, "type": 0, "restriction": 0, "move": 0, "event": 0})
            self.assertEqual((done["file"], done["conflicts"], done["bad"], done["passed_over"], done["changed"]),
                             (str(self.file), 0, 0, 0, False))
            self.assertEqual(self.records()[1:], records[1:])

    def test_device_still_comes_in(self):
        token, _ = self.bind("alice")
        self.ctl("export", self.file)
        self.new_site()
        self.ctl("policy", "set", "mode=enforce")
        self.ctl("check", "alice", "UUID", "-", text=token, expect=1)
        self.ctl("import", self.file)
        self.ctl("check", "alice", "UUID", "-", text=token)

    def test_standard_input(self):
        self.fill()
        before, text = self.lines(), self.ctl("export", "-").out
        self.new_site()
        self.assertIn("imported from standard input: 4 bindings", self.ctl("import", "-", text=text).out)
        self.assertEqual(self.lines(), before)

    def test_one_account(self):
        """What was exported of one account can be moved; what is of the moment is passed over."""
        self.fill()
        self.sql("INSERT INTO counter VALUES ('account alice@example.com', 1700000000, 3, 2)")
        self.sql("INSERT INTO session VALUES ('h', 1, 'uuid', 'ff', 'alice@example.com', '', '', 1, 99999999999)")
        self.ctl("export", self.file, "--account", "alice")
        self.new_site()
        done = self.json("import", self.file)
        self.assertEqual((done["passed_over"], done["added"]["binding"], done["added"]["setting"]), (2, 1, 1))
        self.assertEqual((self.count("counter"), self.count("session")), (0, 0))

    def test_filled_store(self):
        """A number that is taken becomes another, and the next time the binding is found under that."""
        self.fill()
        self.ctl("export", self.file)
        self.new_site()
        self.bind("erin"), self.bind("frank")
        self.assertEqual(self.json("import", self.file)["added"]["binding"], 4)
        numbers = {account: [each["id"] for each in self.json("list", account)]
                   for account in ("alice", "bob", "*", "erin", "frank")}
        self.assertEqual((numbers["erin"], numbers["frank"]), ([1], [2]))
        self.assertEqual(len({*sum(numbers.values(), [])}), 6)
        self.assertEqual(self.json("import", self.file)["changed"], False)

    def test_use_is_of_the_store(self):
        self.write(self.binding(uses=3, last_seen="2026-02-03T04:05:06Z", last_peer="192.0.2.7"))
        self.ctl("import", self.file)
        self.assertEqual(self.json("show", "1")["uses"], 3)
        self.sql("UPDATE binding SET uses = 9, last_seen = 1800000000")
        self.assertEqual(self.json("import", self.file)["unchanged"], 1)
        self.assertEqual(self.json("show", "1")["uses"], 9)

    def test_ended_restriction(self):
        self.write({"record": "restriction", "kind": "address", "subject": "192.0.2.0/24", "effect": "block",
                    "until": "2020-01-01T00:00:00Z", "reason": None, "created": "2019-01-01T00:00:00Z",
                    "created_by": "detection", "key_id": None})
        self.assertEqual(self.json("import", self.file)["passed_over"], 1)
        self.assertEqual(self.count("restriction"), 0)


class ConflictTest(ImportSite):
    def test_conflicts(self):
        restriction = {"record": "restriction", "kind": "everybody", "subject": None, "effect": "block", "until": None,
                       "reason": "x", "created": "2026-01-02T03:04:05Z", "created_by": "operator root", "key_id": None}
        setting = {"record": "setting", "scope": "policy", "name": "mode", "value": "enforce"}
        of_type = {"record": "type", "type": "mac", "name": "shared", "value": "yes"}
        for record, changed, said in (
                (self.binding(), {"label": "other"}, "with another label"),
                (self.binding(), {"state": "revoked"}, "and is active"),
                (self.binding(), {"expires": "2030-01-01T00:00:00Z"}, "with another end"),
                (self.binding(), {"created_by": "quarantine"}, "made at another time"),
                (self.binding(state="suspended"), {"suspended_until": "2030-01-01T00:00:00Z"}, "until another time"),
                (restriction, {"reason": "y"}, "another end, reason or origin"),
                (restriction, {"until": "2099-01-01T00:00:00Z"}, "another end, reason or origin"),
                (setting, {"value": "off"}, "mode is set already, to another value"),
                (of_type, {"value": "no"}, "shared is set already, to another value")):
            with self.subTest(changed=changed, of=record["record"]):
                for table in ("binding", "restriction", "setting", "type"):
                    self.sql(f"DELETE FROM {table}")
                self.ctl("import", self.write(record))
                path = self.write(self.binding(7), {**record, **changed}, self.binding(8))
                status, (err,) = self.run_import(path)
                self.assertEqual(status, RULE)
                self.assertTrue(err.startswith(f"clientidctl: {path}:3: "), err)
                self.assertIn(said, err)
                self.assertIn("what stands before it is imported; --skip-conflicts", err)
                labels = [binding["id"] for binding in self.json("list")]
                self.assertEqual((7 in labels, 8 in labels), (True, False))

                before = self.records()
                status, (err,) = self.run_import(path, "--dry-run")
                self.assertEqual((status, err.startswith(f"clientidctl: {path}:3: ")), (RULE, True))
                self.assertEqual(self.records()[1:], before[1:])

                status, (err,) = self.run_import(path, "--skip-conflicts")
                self.assertEqual((status, err.endswith("; skipped")), (DONE, True))
                done = json.loads(subprocess.run([PROGRAM, "--config", self.conf, "--json", "import", path,
                                                  "--skip-conflicts"], capture_output=True).stdout)
                self.assertEqual((done["conflicts"], done["unchanged"]), (1, 2))
                self.assertIn(record, self.records())

    def test_dry_run(self):
        path = self.write(self.binding(1), self.event(1), self.event(1), self.event(2))
        before = self.records()
        done = self.json("import", path, "--dry-run")
        self.assertEqual((done["added"]["binding"], done["added"]["event"], done["changed"]), (1, 3, False))
        self.assertEqual(self.records()[1:], before[1:])
        self.assertIn("would import from ", self.ctl("import", path, "--dry-run").out)

    def test_dry_run_tells_all(self):
        path = self.write(self.binding(1), self.binding(2, state="?"), self.binding(3), self.binding(4, account="x"))
        status, err = self.run_import(path, "--dry-run")
        self.assertEqual((status, len(err)), (USAGE, 2))
        self.assertTrue(err[0].startswith(f"clientidctl: {path}:3: ") and err[1].startswith(f"clientidctl: {path}:5: "))


class KeyTest(ImportSite):
    def test_other_key(self):
        """A key of the same number is another at another site."""
        self.bind("alice")
        self.ctl("export", self.file)
        self.key.unlink()
        self.new_site()
        status, (err,) = self.run_import(self.file)
        self.assertEqual((status, self.count("binding")), (RULE, 0))
        self.assertIn(f"{self.file}:1: ", err)
        self.assertIn(f"another than key 1 of {self.key}", err)
        self.assertIn("copy the key file", err)
        self.assertIn("--any-key", err)
        self.ctl("import", self.file, "--any-key")
        self.assertEqual(self.count("binding"), 1)

    def test_key_that_is_not_there(self):
        text = self.write(self.binding(key_id="2")).read_text()
        for keys, said in (([{"id": "2", "check": "0" * 16}], f"key 2, which {self.key} does not hold"),
                           ([{"id": "1", "check": None}], "its site did not have")):
            header, rest = text.split("\n", 1)
            self.file.write_text(json.dumps({**json.loads(header), "keys": keys}) + "\n" + rest)
            status, (err,) = self.run_import(self.file)
            self.assertEqual((status, self.count("binding")), (RULE, 0))
            self.assertIn(said, err)
        # Each fingerprint names its key, and the header names them all.
        status, (err,) = self.run_import(self.file, "--any-key")
        self.assertEqual((status, self.count("binding")), (USAGE, 0))
        self.assertIn(":2: \"key_id\" must be one that the header names", err)

    def test_no_key_is_wanted_without_bindings(self):
        self.ctl("policy", "set", "mode=off")
        self.ctl("export", self.file)
        self.key.unlink()
        self.new_site()
        self.key.unlink()
        self.assertEqual(self.json("import", self.file)["added"]["setting"], 1)


class BadLineTest(ImportSite):
    def refused(self, text, said, line=None, name="all.jsonl"):
        path = self.dir / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        status, err = self.run_import(path)
        self.assertEqual((status, len(err)), (USAGE, 1), err)
        self.assertTrue(err[0].startswith(f"clientidctl: {path}" + (f":{line}: " if line else ": ")), err)
        self.assertIn(said, err[0])

    def test_header(self):
        whole = self.write(self.binding()).read_text()
        header, rest = whole.split("\n", 1)
        changed = lambda **fields: json.dumps({**json.loads(header), **fields}) + "\n" + rest
        self.refused(changed(version=2), "version 2 of the format, and this program reads version 1; use", 1)
        self.refused(changed(format="other"), "\"format\" must be \"clientid-export\"", 1)
        self.refused(changed(more=1), "a field \"more\" that this program does not know; a newer clientidctl may", 1)
        self.refused(changed(keys=1), "\"keys\" must be an array", 1)
        self.refused(rest, "it is no header", 1)
        self.refused("account,token\nalice,x\n" + rest, "it is no JSON object", 1)
        self.refused("account,token\nalice,x\n" + rest, "--format csv", 1)
        self.assertEqual(self.count("binding"), 0)

    def test_not_whole(self):
        whole = self.write(*map(self.binding, range(1, 4))).read_text()
        lines = whole.splitlines(keepends=True)
        for text in ("".join(lines[:-1]), whole[:-30], lines[0]):
            self.refused(text, "is no whole export")
            self.assertEqual(self.count("binding"), 0)
        self.refused(whole + lines[1], "is no whole export")
        self.refused("", "is empty")
        # Of a pipe, it is known at its end.
        status, (err,) = self.run_import("-", text="".join(lines[:-1]).encode())
        self.assertEqual((status, self.count("binding")), (USAGE, 3))
        self.assertIn("standard input:5: the end is missing", err)
        self.refused("".join(lines[:2] + lines[3:]), "it was 3 records when it was written, and is 2", 4)
        self.refused(whole + lines[-1], "something stands behind the end", 6)

    def test_fields(self):
        restriction = {"record": "restriction", "kind": "account", "subject": "alice@example.com", "effect": "block",
                       "until": None, "reason": None, "created": "2026-01-02T03:04:05Z", "created_by": "detection"}
        setting = {"record": "setting", "scope": "policy", "name": "mode", "value": "off"}
        of_type = {"record": "type", "type": "mac", "name": "shared", "value": "yes"}
        missing = {name: value for name, value in self.binding().items() if name != "label"}
        for record, said in (
                (missing, "\"label\" is missing"),
                (self.binding(more="x"), "a field \"more\" that this program does not know"),
                (self.binding(id=-1), "\"id\" must be a whole number from 0 on"),
                (self.binding(uses=1.5), "\"uses\" must be a whole number"),
                (self.binding(uses=2**63), "\"uses\" must be a whole number"),
                (self.binding(account="Alice@example.com"), "\"account\" must be spelt as this site spells"),
                (self.binding(account="alice"), "\"account\" must be spelt as this site spells"),
                (self.binding(account="a b@c"), "\"account\" must be an account"),
                (self.binding(account=7), "\"account\" must be text"),
                (self.binding(type="UUID"), "\"type\" must be 1 to 16 small letters"),
                (self.binding(fingerprint="f" * 63), "\"fingerprint\" must be 64 hexadecimal digits"),
                (self.binding(key_id="x"), "\"key_id\" must be the number of a key"),
                (self.binding(state="on"), "\"state\" must be active, pending, suspended or revoked"),
                (self.binding(label="x" * 256), "that cannot be a label"),
                (self.binding(label={"hex": "ff"}), "that cannot be a label"),
                (self.binding(label={"hex": "f"}), "\"label\" must be text"),
                (self.binding(created="yesterday"), "\"created\" must be a time such as"),
                (self.binding(expires="90d"), "\"expires\" must be a time such as"),
                (self.binding(last_peer="here"), "\"last_peer\" must be an address or null"),
                ({**restriction, "kind": "network"}, "\"kind\" must be everybody, account, device or address"),
                ({**restriction, "kind": "address"}, "\"subject\" must be a network"),
                ({**restriction, "kind": "device"}, "\"subject\" must be 64 hexadecimal digits"),
                ({**restriction, "kind": "everybody"}, "\"subject\" must be null"),
                ({**restriction, "effect": "nothing"}, "\"effect\" must be block, valid-only or known-only"),
                ({**setting, "value": "on"}, "mode"),
                ({**setting, "name": "moode"}, "moode"),
                ({**setting, "scope": "alice@example.com", "name": "detect-all", "value": "none"}, "for all accounts"),
                ({**setting, "scope": "@Example.com"}, "\"scope\" must be"),
                ({**of_type, "value": "perhaps"}, "shared"),
                ({**of_type, "type": "a b"}, "\"type\" must be"),
                (self.event(outcome="well"), "\"outcome\" must be"),
                (self.event(fingerprint="ff"), "\"fingerprint\" must be 64 hexadecimal digits"),
                (self.event(account="x" * 256), "\"account\" must be text of up to 255 octets"),
                ({"record": "key", "id": 1}, "a record of a kind that this program does not know"),
                ({"id": 1}, "\"record\" is missing"),
                (["binding"], "it is no JSON object")):
            with self.subTest(said=said):
                self.sql("DELETE FROM binding")
                path = self.write(self.binding(9), record, self.binding(10))
                status, err = self.run_import(path)
                self.assertEqual((status, len(err)), (USAGE, 1), err)
                self.assertTrue(err[0].startswith(f"clientidctl: {path}:3: "), err)
                self.assertIn(said, err[0])
                self.assertIn("what stands before it is imported", err[0])
                self.assertEqual([binding["id"] for binding in self.json("list")], [9])

    def test_second_header(self):
        path = self.write(self.binding(), self.records()[0])
        self.assertIn(":3: it is a second header", self.run_import(path)[1][0])

    def test_order_of_events(self):
        path = self.write(self.event(2), self.event(1))
        self.assertIn(":3: it is an event of before the one in front of it", self.run_import(path)[1][0])

    def test_long_line(self):
        path = self.write(self.binding(label="x" * 70_000))
        self.assertIn(":2: it is longer than 64 KiB", self.run_import(path)[1][0])

    def test_what_cannot_be_read(self):
        self.assertIn("No such file", self.run_import(self.dir / "none")[1][0])
        self.assertIn("directory", self.run_import(self.dir)[1][0])
        self.assertIn("--format takes", self.run_import(self.dir, "--format", "xml")[1][0])


class BreakTest(ImportSite):
    """What ends it in the middle."""

    def many(self, count):
        return self.write(*(self.binding(number) for number in range(1, count + 1)))

    def test_interrupted_and_resumed(self):
        path = self.many(20_000)
        for signum in (signal.SIGINT, signal.SIGTERM):
            before = self.count("binding")
            process = subprocess.Popen([plain_program(), "--config", self.conf, "import", path], stderr=subprocess.PIPE)
            self.assertTrue(wait_until(lambda: self.count("binding") > before + 2000))
            process.send_signal(signum)
            _, err = process.communicate(timeout=20)
            self.assertEqual(process.returncode, INTERRUPTED, err)
            reached = re.fullmatch(rb"clientidctl: interrupted; what stands before (.*):(\d+) is imported, and the "
                                   rb"same command goes on from there\n", err)
            self.assertTrue(reached, err)
            self.assertEqual(reached[1].decode(), str(path))
            self.assertEqual(self.count("binding"), int(reached[2]) - 2)
            self.assertLess(self.count("binding"), 20_000)
        done = self.json("import", path)
        self.assertEqual(done["added"]["binding"] + done["unchanged"], 20_000)
        self.assertEqual(self.count("binding"), 20_000)

    def test_interrupted_while_it_waits_for_input(self):
        text = self.write(self.binding()).read_bytes()
        process = subprocess.Popen([PROGRAM, "--config", self.conf, "import", "-"], stdin=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        process.stdin.write(text[:-40])
        process.stdin.flush()
        self.assertTrue(wait_until(lambda: holds_back(process.pid, signal.SIGINT) and unread(process.stdin) == 0))
        self.ctl("bind", "bob", "UUID", self.token())  # nobody is kept waiting meanwhile
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.assertIn(b"what stands before standard input:2 is imported", err)

    def test_killed(self):
        """Whatever happens, a second time ends it, and nothing is there twice."""
        path = self.many(10_000)
        process = subprocess.Popen([plain_program(), "--config", self.conf, "import", path])
        self.assertTrue(wait_until(lambda: self.count("binding") > 2000))
        process.kill()
        process.wait()
        done = self.json("import", path)
        self.assertEqual(done["added"]["binding"] + done["unchanged"], 10_000)
        self.assertEqual(self.sql_value("SELECT count(*) FROM event WHERE detail LIKE 'import from%'"), 2)

    @of_sqlite
    def test_locked_store(self):
        path = self.many(10)
        holder = subprocess.Popen([sys.executable, "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1],"
                                   " isolation_level=None); c.execute('BEGIN IMMEDIATE'); print(flush=True); input()",
                                   self.db], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        holder.stdout.readline()
        status, (err,) = self.run_import(path)
        holder.communicate(b"\n")
        self.assertEqual((status, self.count("binding")), (STORE, 0))
        self.assertIn(f"what stands before {path}:2 is imported, and the same command goes on from there", err)

    @of_sqlite
    def test_memory_and_size(self):
        """100,000 rows there and back, in bounded memory."""
        if sanitized(plain_program()):
            self.skipTest("there is only a build with sanitizers, which keep what was freed")
        small = self.peak(self.many(1000))
        path = self.many(100_000)
        self.assertLess(self.peak(path), small + SQLITE_CACHE + 8 * 1024, "KiB")
        self.assertEqual(self.count("binding"), 100_000)
        written = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertEqual(self.records("--without-history")[1:], written[1:])

    def peak(self, path):
        """In KiB. What getrusage() says has the memory of the process in it from which this one was forked."""
        process = subprocess.Popen([plain_program(), "--config", self.conf, "--quiet", "import", path])
        peak = 0
        while process.poll() is None:
            found = re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text())
            peak = int(found[1]) if found else peak
        self.assertEqual(process.returncode, DONE)
        return peak

    def test_progress(self):
        path = self.many(20_000)
        command = [plain_program(), "--config", self.conf, "import", path]
        with Terminal(command) as terminal:
            shown = terminal.until(lambda _: False)
            self.assertEqual(terminal.process.wait(timeout=20), DONE)
        bars = re.findall(rb"\rimport \[#*-*\] +\d+%  \d+", shown)
        self.assertTrue(bars, shown)
        self.assertRegex(shown.split(bars[-1])[1], rb"\A *\r +\rimported from [^\n]+\n\Z")
        for option in ("--quiet", "--json"):
            with Terminal([*command, option]) as terminal:
                self.assertNotIn(b"\rimport", terminal.until(lambda _: False))
        # A narrow one has room for numbers alone.
        with Terminal(command, columns=20) as terminal:
            shown = terminal.until(lambda _: False)
        self.assertRegex(shown, rb"\rimport  \d+\r")
        # From a pipe, the whole is not known.
        with Terminal(["sh", "-c", f"cat {path} | {PROGRAM} --config {self.conf} import -"]) as terminal:
            shown = terminal.until(lambda _: False)
        self.assertRegex(shown, rb"\rimport  \d+\r")


if __name__ == "__main__":
    unittest.main()
