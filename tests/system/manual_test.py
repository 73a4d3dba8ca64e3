#!/usr/bin/env python3
"""The manual pages against the program and the code.

    SHIM=.../clientid-shim SRCDIR=... manual_test.py

SHIM is the built program, SRCDIR the top source directory. The status is 0, 1 for a failure, and 77 if mandoc is not
installed and all the rest is good.

The pages keep some forms by which they are read here: a key of shim.conf is an item `.It Ic key`, its default the line
after "The default is"; an option of clientid-shim is an item `.It Fl -option`; an event of the log is an item of
DIAGNOSTICS, with the names of its fields behind it; a reply is an item `.It Li "..."`.
"""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(os.environ.get("SRCDIR", "."))
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

# Defaults that are another on every machine, in the words of the manual.
ONLY_HERE = {
    "hostname": ("the host name of the machine", {socket.gethostname()}),
    "workers": ("one a processor", {str(os.cpu_count()), str(len(os.sched_getaffinity(0)))}),
}


def page(name):
    return (SOURCE / "man" / name).read_text()


def section(text, title):
    """What stands below `.Sh title`."""
    return re.search(rf"^\.Sh {title}\n(.*?)(?=^\.Sh |\Z)", text, re.M | re.S)[1]


def items(text, macro):
    """The items of this macro: (first word, text up to the next item of the kind)."""
    found = re.split(rf"^\.It {macro} (\S+).*\n", text, flags=re.M)[1:]
    return list(zip(found[::2], found[1::2]))


def default_in(text):
    """The value behind "The default is", without the macros around it."""
    found = re.search(r"^The default is\n\.(?:Cm|Pa|Ar) (.*?) \.$", text, re.M)
    return found and found[1]


def helped():
    """What --help shows: ({option: default}, {key: default}); None where it shows no default."""
    text = subprocess.run([os.environ["SHIM"], "--help"], check=True, capture_output=True, text=True).stdout
    pattern = r"^  (?:-\w \[ )?--([^\s\]]+)(?: \])?(?: arg)?(?: \(=(.*?)\))?(?=\s)"
    options, keys = text.split("\nKeys of shim.conf:\n")
    return tuple(dict((name, default or None) for name, default in re.findall(pattern, part, re.M))
                 for part in (options, keys))


def same_default(key, shown, written):
    if key in ONLY_HERE:
        words, values = ONLY_HERE[key]
        return written == words and shown in values
    if shown and shown.startswith("/"):  # sysconfdir/clientid/FILE, and sysconfdir is the builder's
        return written == "/".join(["/etc", *shown.split("/")[-2:]])
    return shown == written


def log_calls():
    """Every call of the log in the shim: (file, event, its fields); the event is None where it cannot be read."""
    for path in sorted(SOURCE.glob("shim/**/*.cpp")):
        text = path.read_text()
        for call in re.finditer(r"\blog::(?:error|warning|info|debug|write)\(", text):
            arguments = enclosed(text, call.end())
            event = re.match(r'[^"{]*"([^"]*)"', arguments)
            yield path, event and event[1], re.findall(r'\{"(\w+)",', arguments)


def enclosed(text, start):
    """The text from here up to the parenthesis that closes."""
    depth = 1
    for end in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return text[start:end]
    raise ValueError("a parenthesis is open to the end")


class Options(unittest.TestCase):
    """clientid-shim --help, shim.conf(5) and clientid-shim(8) speak of the same keys."""

    @classmethod
    def setUpClass(cls):
        cls.options, cls.keys = helped()
        cls.in_conf = items(page("shim.conf.5"), "Ic")
        cls.in_shim = re.findall(r"^\.It (Fl .*)$", page("clientid-shim.8"), re.M)

    def test_help_can_be_read(self):
        self.assertIn("listen", self.keys)
        self.assertEqual(self.keys["mechanisms"], "PLAIN LOGIN SCRAM-SHA-256")
        self.assertTrue({"help", "version", "config", "check"} <= self.options.keys())

    def test_keys_in_shim_conf(self):
        self.assertEqual(sorted(self.keys), sorted(key for key, _ in self.in_conf))

    def test_options_in_clientid_shim(self):
        written = [name for line in self.in_shim for name in re.findall(r"(?:^Fl|,) -([a-z][^\s,]*)", line)]
        self.assertEqual(sorted([*self.options, *self.keys]), sorted(written))

    def test_defaults_in_shim_conf(self):
        for key, text in self.in_conf:
            with self.subTest(key=key):
                shown, written = self.keys.get(key), default_in(text)
                self.assertTrue(same_default(key, shown, written), f"--help: {shown}; shim.conf(5): {written}")

    def test_config_in_clientid_shim(self):
        written = re.search(r"^\.It Fl -config .*\n.*\n\.Pa (\S+) \.$", page("clientid-shim.8"), re.M)
        self.assertIsNotNone(written, "no default of --config")
        self.assertTrue(same_default("config", self.options["config"], written[1]), written[1])

    def test_names_are_lower_case_with_dashes(self):
        names = {*self.options, *self.keys, *(key for key, _ in self.in_conf)}
        for name in ("shim.conf.5", "clientid-shim.8"):
            for line in re.findall(r"^\.(?:.*? )?Fl (.*)$", page(name), re.M):
                names.update(re.findall(r"(?:^|[ ,])-([\w-]\S*)", line))
        for name in sorted(names):
            self.assertRegex(name, re.compile(rf"^{NAME.pattern}$"))

    def test_keys_that_are_mentioned_exist(self):
        """`.Ic key = value` in running text."""
        for name in ("shim.conf.5", "clientid-shim.8", "clientid-plugin.7"):
            for key in re.findall(r"\.Ic (\S+) No = ", page(name)):
                if not key.startswith("smtpd_"):
                    self.assertIn(key, self.keys, f"in {name}")


class Diagnostics(unittest.TestCase):
    """The events of the log are those of DIAGNOSTICS in clientid-shim(8), and so are their fields."""

    @classmethod
    def setUpClass(cls):
        cls.logged = {}
        cls.unread = []
        for path, event, fields in log_calls():
            if event is None:
                cls.unread.append(str(path))
            else:
                cls.logged.setdefault(event, set()).update(fields)
        text = section(page("clientid-shim.8"), "DIAGNOSTICS")
        lines = [line.split() for line in re.findall(r"^\.It (.*)$", text, re.M)]
        cls.written = {event: set(fields) for event, *fields in lines}

    def test_every_call_can_be_read(self):
        self.assertEqual(self.unread, [])
        self.assertIn("auth", self.logged, f"no events in {SOURCE}/shim")

    def test_events(self):
        self.assertEqual(sorted(self.logged), sorted(self.written))

    def test_fields(self):
        for event, fields in self.logged.items():
            with self.subTest(event=event):
                self.assertEqual(sorted(fields), sorted(self.written.get(event, ())))


class Replies(unittest.TestCase):
    """The replies of the shim that are used in the code are those of clientid-shim(8)."""

    def test_texts(self):
        pattern = r'Text (\w+) = "([^"]*)\\r\\n";'
        texts = dict(re.findall(pattern, (SOURCE / "shim/smtp/replies.hpp").read_text()))
        code = "".join(path.read_text() for path in SOURCE.glob("shim/**/*.cpp"))
        used = {text for name, text in texts.items() if re.search(rf"\breplies::{name}\b", code)}
        self.assertTrue(used)
        written = re.findall(r'^\.It Li "(\d.*)"$', page("clientid-shim.8"), re.M)
        self.assertEqual(sorted(used), sorted(written))


class Lint(unittest.TestCase):
    """mandoc has nothing to warn of."""

    def test_pages(self):
        if not shutil.which("mandoc"):
            self.skipTest("mandoc is not installed, so the pages were not checked by it")
        pages = sorted((SOURCE / "man").glob("*.[1-9]"))
        self.assertTrue(pages, f"no pages in {SOURCE}/man")
        for path in pages:
            with self.subTest(page=path.name):
                done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    sys.exit(1 if not result.wasSuccessful() else 77 if result.skipped else 0)
