"""Two shims on one store: what a device did at one of them counts at the other (U6.2.3, UC6, UC7)."""
import contextlib
import pathlib
import sqlite3
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import ACCEPTED, REFUSED
from system.postfix import require_postfix
from system.site import Site
from system.two_shims import CountedTogether, beside
from system.waiting import run_tests

LEASE = 90  # seconds, of a session in the store


class SharedLimitsTest(CountedTogether, unittest.TestCase):
    def shims(self, *settings):
        self.first = self.enterContext(Site(["max-errors = 100"], backend="postfix"))
        config = ["max-errors = 100", f"clientid-config = {self.first.dir}/clientid.conf"]
        self.second = self.enterContext(
            beside(self.first, config, backend=lambda _: contextlib.nullcontext(self.first.postfix)))
        self.prepare(settings)
        for site in self.both:
            site.start()

    def open_and_end(self, end):
        """A session is open at the first shim while that ends."""
        self.shims("device-sessions=1")
        client = self.hold_session(self.first)
        end(self.first.shim)
        self.first.shim.wait(20)
        client.close()

    def test_a_shim_that_ends_leaves_no_session_open(self):
        self.open_and_end(lambda shim: shim.terminate())
        self.assertEqual(self.check("phone", "open sessions"), "open: 0 of 1")
        self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)

    def test_sessions_of_a_killed_shim_end_with_their_lease(self):
        """That time makes them end is in hosts_test.py; here it is put forward."""
        self.open_and_end(lambda shim: shim.kill())
        self.first.shim = None
        self.assertEqual(self.check("phone", "open sessions"), "open: 1 of 1")
        self.assertEqual(self.attempt(self.second, "phone"), REFUSED)
        with contextlib.closing(sqlite3.connect(self.first.dir / "clientid.db", timeout=20)) as connection, connection:
            ((lease,),) = connection.execute("SELECT lease FROM session")
            self.assertTrue(0 < lease - time.time() <= LEASE, lease - time.time())
            connection.execute("UPDATE session SET lease = ?", (int(time.time()),))
        self.assertEqual(self.check("phone", "open sessions"), "open: 0 of 1")
        self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)


if __name__ == "__main__":
    run_tests(require_postfix)
