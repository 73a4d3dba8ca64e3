"""A disk that is full: what would have to be written first is put off with 454, and nobody gets in that would not."""
import contextlib
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import REFUSED, UNAVAILABLE, plain
from system.settings import overridden
from system.site import Site
from system.waiting import Skip, run_tests, wait_until


def require_mount():
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        raise Skip("a small disk of its own needs root and mount")


class StoreFullTest(unittest.TestCase):
    def setUp(self):
        self.site = self.enterContext(Site(["auth-timeout = 20s"]))
        disk = self.site.dir / "disk"
        disk.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "none", disk], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(done.stderr)
        self.addCleanup(subprocess.run, ["umount", "-l", disk])
        conf = self.site.dir / "clientid.conf"
        conf.write_text(overridden(conf.read_text(), [f"store = sqlite:{disk}/clientid.db"]))
        os.rename(self.site.dir / "clientid.key", self.site.dir / "old.key")
        self.site.ctl("init")
        self.disk = disk

    def fill(self):
        with contextlib.suppress(OSError), open(self.disk / "filler", "wb", buffering=0) as filler:
            while True:
                filler.write(b"x" * 512)

    def attempt(self, device, password=None):
        with connected(self.site, device) as client:
            return plain(client, self.site, password or self.site.passwords["alice"])

    def start(self, mode):
        self.site.ctl(f"policy set mode={mode}")
        self.site.ctl("bind alice UUID -", self.site.token("phone"))
        self.site.start()
        self.assertEqual(self.attempt("phone")[0], 235)
        self.assertTrue(wait_until(lambda: '"authenticated"' in self.site.ctl("--json history")))
        self.fill()

    def check_refusals(self):
        self.assertEqual(self.attempt("phone", "wrong"), REFUSED)
        # Nothing has to be written for it; but it may be put off as well.
        self.assertIn(self.attempt("phone")[0], (235, 454))

    def test_a_device_that_is_to_be_learned(self):
        self.start("learn")
        # SQLite may have some room left in its files.
        self.assertTrue(wait_until(lambda: self.attempt_of_a_new_one() == UNAVAILABLE))
        self.check_refusals()
        os.unlink(self.disk / "filler")
        self.assertTrue(wait_until(lambda: self.attempt_of_a_new_one()[0] == 235))

    def attempt_of_a_new_one(self):
        number = len(self.site.tokens)
        reply = self.attempt(f"tablet {number}")
        bound = self.site.ctl("--json list alice").count('"fingerprint"')
        self.assertIn(reply[0], (235, 454))
        self.known = getattr(self, "known", 1) + (reply[0] == 235)
        self.assertEqual(bound, self.known, "let in without being bound, or bound without being let in")
        return reply

    def test_a_device_that_is_refused(self):
        self.start("enforce")
        self.check_refusals()
        self.assertIn(self.attempt("stranger"), (REFUSED, UNAVAILABLE))
        self.assertIn(self.attempt(None), (REFUSED, UNAVAILABLE))


if __name__ == "__main__":
    run_tests(require_mount)
