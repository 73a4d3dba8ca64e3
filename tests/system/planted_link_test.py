"""A link that somebody else puts where the shim, still root, writes or gives away: what it points to stays as it is."""
import os
import pathlib
import sys
import threading
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.least_privilege_test import require_user
from system.refusing import start_in_vain
from system.site import Site, prefer_plain_build
from system.store_fault_test import require_strace
from system.waiting import run_tests, wait_until

# Each of these calls waits until there has been time to put the link there.
WITH_PAUSES = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=chown,lchown,chmod",
               "-e", "inject=chown,lchown,chmod:delay_enter=1000000"]


class PlantedLinkTest(unittest.TestCase):
    def site(self, *config):
        site = self.enterContext(Site(list(config)))
        self.victim = site.dir / "victim"
        self.victim.write_text("secret\n")
        self.victim.chmod(0o600)
        return site

    def assert_untouched(self):
        status = self.victim.stat()
        self.assertEqual((status.st_uid, status.st_mode & 0o777, self.victim.read_text()), (0, 0o600, "secret\n"))

    def test_pid_file(self):
        site = self.site("pid-file = {dir}/pid")
        link = site.dir / "pid"
        link.symlink_to(self.victim)
        status, line = start_in_vain(site)
        self.assertEqual(status, 2)
        self.assertTrue(line.endswith(f"pid-file: cannot write {link}: Too many levels of symbolic links; "
                                      "links are not followed, so remove it, or name another file"), line)
        self.assert_untouched()

    def test_verdict_socket(self):
        self.enterContext(mock.patch.dict(os.environ))
        prefer_plain_build()  # LeakSanitizer wants to trace it itself
        site = self.site("verdict-socket = {dir}/verdict nobody 0666")
        socket = site.dir / "verdict"

        def plant():
            if wait_until(socket.is_socket):
                (site.dir / "link").symlink_to(self.victim)
                (site.dir / "link").rename(socket)
        planting = threading.Thread(target=plant)
        planting.start()
        site.start(*WITH_PAUSES)
        planting.join()
        self.assertTrue(wait_until(lambda: "listening listen=" in site.log()))
        self.assertTrue(socket.is_symlink())
        self.assert_untouched()


if __name__ == "__main__":
    run_tests(require_user, require_strace)
