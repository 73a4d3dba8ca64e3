"""alert-command, alert-mail and alert-from in shim.conf: what cannot be is said at the start, by --check, and on SIGHUP."""
import pathlib
import re
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.postfix import require_postfix
from system.refusing import start_in_vain
from system.site import Site, program
from system.waiting import run_tests, wait_until


class AlertKeysTest(unittest.TestCase):
    def make_site(self, backend="none"):
        self.site = self.enterContext(Site(backend=backend))

    def refusal(self, *lines):
        self.site.config = list(lines)
        status, line = start_in_vain(self.site)
        self.assertEqual(status, 2)
        return line.removeprefix("clientid-shim: ").removeprefix(f"{self.site.dir}/shim.conf: ")

    def script(self, mode=0o755):
        """It writes down its argument."""
        path, told = self.site.dir / "tell", self.site.dir / "told"
        path.write_text(f"#!/bin/sh\necho $1 >{told}.new && mv {told}.new {told}\n")
        path.chmod(mode)
        return path

    def check(self):
        done = subprocess.run([program("SHIM"), "--config", self.site.dir / "shim.conf", "--check"],
                              env=self.site.environment, capture_output=True, text=True, timeout=30)
        return re.findall(r"^(good|bad) +command (.*)$", done.stdout, re.M)

    def test_values_that_cannot_be(self):
        self.make_site()
        self.assertEqual(self.refusal("alert-command = tell me"),
                         "alert-command: it takes PROGRAM [ARGUMENT ...], the path from the root on")
        self.assertEqual(self.refusal("alert-mail = postmaster", "alert-from = a@example.com"),
                         'alert-mail: cannot be "postmaster"; it takes an address such as postmaster@example.com, or '
                         "account")
        self.assertEqual(self.refusal("alert-mail = account", "alert-from = <a@example.com>"),
                         'alert-from: cannot be "<a@example.com>"; it takes an address such as postmaster@example.com')
        self.assertEqual(self.refusal("alert-mail = account"), "alert-from: must be given with alert-mail")
        self.assertEqual(self.refusal("alert-from = a@example.com"), "alert-from: has no use without alert-mail")

    def test_a_command_that_cannot_be_run(self):
        self.make_site()
        missing = self.site.dir / "missing"
        self.assertEqual(self.refusal(f"alert-command = {missing} x"),
                         f"alert-command: {missing}: No such file or directory")
        self.assertEqual(self.refusal(f"alert-command = {self.script(0o644)}"),
                         f"alert-command: {self.script(0o644)} is no program that this user may run; look at its mode")

    def test_check(self):
        self.make_site("postfix")
        path = self.script()
        self.site.configure(f"alert-command = {path} argument")
        self.assertEqual(self.check(), [("good", str(path))])
        path.unlink()
        self.assertEqual(self.check(), [("bad", f"{path}: alert-command: {path}: No such file or directory")])
        self.site.configure()
        self.assertEqual(self.check(), [])

    def test_they_follow_sighup(self):
        self.make_site("postfix")
        path = self.script()
        self.site.config = [f"alert-command = {path}", "alert-mail = account", "alert-mail = a@example.com",
                            "alert-from = b@example.com"]
        self.site.start()

        def reloaded(event, *lines):
            before = self.site.log().count(event)
            self.site.configure(*lines)
            self.site.shim.send_signal(signal.SIGHUP)
            self.assertTrue(wait_until(lambda: self.site.log().count(event) > before), self.site.log())
        reloaded("reload-failure", f"alert-command = {path}.missing")
        self.assertIn("missing: No such file or directory", self.site.log())
        reloaded("reloaded", f"alert-command = {path} other")
        with connected(self.site, "phone") as client:
            self.assertEqual(client.login("alice", self.site.passwords["alice"])[0], 235)
        told = self.site.dir / "told"
        self.assertTrue(wait_until(told.exists), self.site.log())
        self.assertEqual(told.read_text(), "other\n")
        self.site.config = []
        reloaded("reloaded")
        self.assertNotIn("needs-restart", self.site.log())


if __name__ == "__main__":
    run_tests(require_postfix)
