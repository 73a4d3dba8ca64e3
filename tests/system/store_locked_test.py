"""Somebody else writes into the store for long. Known devices do not notice; who must be written down gets 454 once the
busy time-out is over, and gets in when the lock is gone. Nothing waits for ever.
"""
import concurrent.futures
import contextlib
import pathlib
import sqlite3
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import ACCEPTED, MECHANISMS, UNAVAILABLE, log_in, plain, site_with
from system.outcomes import Outcomes
from system.saslauthd import require_saslauthd
from system.waiting import run_tests


@contextlib.contextmanager
def locked(site):
    connection = sqlite3.connect(site.dir / "clientid.db", isolation_level=None, check_same_thread=False)
    with contextlib.closing(connection):
        connection.execute("BEGIN EXCLUSIVE")
        yield connection


class StoreLockedTest(unittest.TestCase):
    def site(self, method="sasldb"):
        site = self.enterContext(site_with(method))
        site.ctl("policy set mode=learn")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
        Outcomes(site).wait_for(1)
        return site

    def check(self, method):
        site, mechanisms = self.site(method), MECHANISMS[method]
        outcomes = Outcomes(site, 1)
        with locked(site), concurrent.futures.ThreadPoolExecutor() as threads:
            for mechanism in mechanisms:
                self.assertEqual(log_in(site, mechanism, "phone"), ACCEPTED)
            # All at once, for each takes the whole time-out.
            replies = threads.map(lambda mechanism: log_in(site, mechanism, mechanism.__name__), mechanisms)
            self.assertEqual(list(replies), [UNAVAILABLE] * len(mechanisms))
        self.assertIn("database is locked", site.log())
        for mechanism in mechanisms:
            self.assertEqual(log_in(site, mechanism, mechanism.__name__), ACCEPTED)
        found = [event["outcome"] for event in outcomes.wait_for(3 * len(mechanisms))]
        expected = [outcome for outcome in ("authenticated", "unavailable", "enrolled") for _ in mechanisms]
        self.assertEqual(found, expected)

    def test_sasldb(self):
        self.check("sasldb")

    def test_saslauthd(self):
        self.check("saslauthd")

    def test_lock_that_ends_in_time(self):
        site = self.site()
        with locked(site) as connection:
            release = threading.Timer(1, connection.execute, ["ROLLBACK"])
            release.start()
            self.assertEqual(log_in(site, plain, "tablet"), ACCEPTED)
            release.join()

    def test_shim_ends_all_the_same(self):
        site = self.site()
        with locked(site):
            self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
            site.shim.terminate()
            self.assertEqual(site.shim.wait(30), 0)
        self.assertIn("history-lost events=1", site.log())


if __name__ == "__main__":
    run_tests(require_saslauthd)
