"""A disk that takes no more writes, does not keep what it was given, or cannot be read, while the shim runs: who must
be written down is put off with 454, a line in the log says why, and all is well once the disk is.

A file system in use cannot be made read-only in a test, and what ext4 makes so after an error stays so. strace puts the
error in the place of the call, as the kernel would return it.
"""
import contextlib
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import builds
from system.mechanisms import ACCEPTED, REFUSED, UNAVAILABLE, log_in, plain
from system.outcomes import Outcomes
from system.site import Site, prefer_plain_build, program, run
from system.waiting import Skip, run_tests, wait_until

WRITES, SYNCS, READS = ("pwrite64", "ftruncate", "fallocate"), ("fsync", "fdatasync"), ("pread64",)


def strace(calls, error, *arguments):
    """Its command, in which each of these calls fails so."""
    return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + ",".join(calls),
            "-e", f"inject={','.join(calls)}:error={error}", *arguments]


def require_strace():
    try:
        done = subprocess.run(strace(SYNCS, "EIO", "true"), capture_output=True, text=True)
    except FileNotFoundError as error:
        raise Skip("there is no strace here") from error
    if done.returncode != 0:
        raise Skip(f"strace cannot be used here: {done.stderr.strip()}")


class StoreFaultTest(unittest.TestCase):
    def setUp(self):
        self.enterContext(mock.patch.dict(os.environ))
        prefer_plain_build()  # LeakSanitizer wants to trace it itself
        os.environ["CLIENTIDCTL"] = builds.plain("clientidctl") or program("CLIENTIDCTL")
        self.site = self.enterContext(Site(["log-level = info", "auth-timeout = 20s"]))
        self.site.ctl("bind alice UUID -", self.site.token("phone"))
        self.site.start()
        self.outcomes = Outcomes(self.site)
        self.assertEqual(self.attempt("phone"), ACCEPTED)
        self.outcomes.wait_for(1)

    @contextlib.contextmanager
    def fault(self, calls, error):
        """The shim meets it."""
        pid = self.site.shim.pid
        tracer = subprocess.Popen(strace(calls, error, "-p", str(pid)), stdin=subprocess.DEVNULL)
        try:
            self.assertTrue(wait_until(lambda: all(self.is_traced(task) for task in
                                                   pathlib.Path(f"/proc/{pid}/task").iterdir())))
            yield
        finally:
            tracer.send_signal(signal.SIGTERM)
            tracer.wait(20)

    @staticmethod
    def is_traced(task):
        return "TracerPid:\t0\n" not in (task / "status").read_text()

    def attempt(self, device, password=None):
        return log_in(self.site, plain, device, password)

    def bound(self):
        return len(json.loads(self.site.ctl("--json list alice")))

    def check_nothing_is_kept(self, calls, error, waits):
        """Nobody is let in who would have to be written down, and nothing is lost. The history `waits`, or is not synced."""
        with self.fault(calls, error):
            self.assertEqual(self.attempt("phone"), ACCEPTED)
            self.assertEqual(self.attempt("phone", "wrong"), REFUSED)
            for _ in range(2):
                self.assertEqual(self.attempt("tablet"), UNAVAILABLE)
            self.assertIn(f'store-failure cause="store sqlite:{self.site.dir}/clientid.db: disk I/O error', self.site.log())
            if waits:
                self.assertTrue(wait_until(lambda: "history-waits" in self.site.log()))
        self.assertEqual(self.bound(), 1)
        self.assertEqual(self.attempt("tablet"), ACCEPTED)
        self.assertEqual(self.bound(), 2)
        outcomes = [event["outcome"] for event in self.outcomes.wait_for(6)]
        self.assertEqual(outcomes, ["authenticated", "authenticated", "failed", "unavailable", "unavailable",
                                    "enrolled"])

    def test_read_only(self):
        self.check_nothing_is_kept(WRITES, "EROFS", waits=True)

    def test_not_kept(self):
        self.check_nothing_is_kept(SYNCS, "EIO", waits=False)

    def test_not_readable(self):
        self.site.ctl("policy set mode=enforce")
        with self.fault(READS, "EIO"):
            # What SQLite has in memory does not count any more.
            self.site.ctl("bind bob UUID -", self.site.token("tablet"))
            for device in ("phone", "stranger"):
                self.assertEqual(self.attempt(device), UNAVAILABLE)
                self.assertEqual(self.attempt(device, "wrong"), UNAVAILABLE)
            self.assertRegex(self.site.log(), "store-failure cause=.*: disk I/O error")
        self.assertEqual(self.attempt("phone"), ACCEPTED)
        self.assertEqual(self.attempt("stranger"), REFUSED)

    def test_clientidctl_says_so_and_has_changed_nothing(self):
        command = [program("CLIENTIDCTL"), "--config", str(self.site.dir / "clientid.conf"), *shlex.split("suspend 1")]
        for calls, error in ((WRITES, "EROFS"), (SYNCS, "EIO")):
            with self.subTest(error=error):
                done = subprocess.run(strace(calls, error, *command), capture_output=True, text=True,
                                      env=self.site.environment)
                self.assertEqual(done.returncode, 4)
                self.assertRegex(done.stderr, r"\Aclientidctl: store sqlite:[^\n]*: disk I/O error[^\n]*\n\Z")
                self.assertEqual(self.attempt("phone"), ACCEPTED)
        run(*command, env=self.site.environment)
        self.assertEqual(self.attempt("phone"), REFUSED)


if __name__ == "__main__":
    run_tests(require_strace)
