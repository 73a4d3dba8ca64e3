"""Two shims on one store: what a device did at one of them counts at the other (U6.2.3, UC6, UC7)."""
import contextlib
import json
import pathlib
import sqlite3
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import ACCEPTED, REFUSED, plain
from system.postfix import require_postfix
from system.site import Site
from system.waiting import run_tests, wait_until

LEASE = 90  # seconds, of a session in the store


class SharedLimitsTest(unittest.TestCase):
    def shims(self, settings):
        self.first = self.enterContext(Site(["max-errors = 100"], backend="postfix"))
        self.first.ctl(f"policy set {settings}")
        self.first.ctl("bind alice UUID -", self.first.token("phone"))
        self.second = Site(["max-errors = 100", f"clientid-config = {self.first.dir}/clientid.conf"],
                           backend=lambda _: contextlib.nullcontext(self.first.postfix))
        self.second.passwords.update(self.first.passwords)
        self.second.accounts.update(self.first.passwords)
        self.second.tokens = self.first.tokens
        self.enterContext(self.second)
        self.first.start()
        self.second.start()

    def attempt(self, site, device, password=None, account="alice"):
        with connected(site, device) as client:
            return client.docmd("AUTH", "PLAIN " + site.plain(account, password or site.passwords[account]))

    def check(self, device, rule):
        """What the rule sees of the device."""
        rules = json.loads(self.first.ctl("--json check alice UUID - --peer 127.0.0.1", self.first.token(device),
                                          (0, 1)))["rules"]
        return next((report["saw"] for report in rules if report["rule"] == rule), None)

    def wait_for(self, device, rule, saw):
        self.assertTrue(wait_until(lambda: self.check(device, rule) == saw), self.check(device, rule))

    def test_failures(self):
        self.shims("device-failures=3/10m")
        for site, guess, failures in ((self.first, "one", 1), (self.second, "two", 2), (self.first, "three", 3)):
            self.assertEqual(self.attempt(site, "phone", guess), REFUSED)
            self.wait_for("phone", "limits", f"device failures: {failures} of 3/10m")
        for site in (self.first, self.second):
            self.assertEqual(self.attempt(site, "phone"), REFUSED)
            self.assertEqual(self.attempt(site, "other"), ACCEPTED)

    def test_detection(self):
        self.shims("detect-device=2/1h")
        self.assertEqual(self.attempt(self.first, "sprayer", "spring"), REFUSED)
        self.assertEqual(self.attempt(self.second, "sprayer", "spring", "bob"), REFUSED)
        self.assertTrue(wait_until(lambda: json.loads(self.first.ctl("--json block list"))))
        for site in (self.first, self.second):
            self.assertEqual(self.attempt(site, "sprayer"), REFUSED)
            self.assertEqual(self.attempt(site, "phone"), ACCEPTED)

    def test_open_sessions(self):
        self.shims("device-sessions=1")
        with connected(self.first, "phone") as client:
            self.assertEqual(plain(client, self.first, self.first.passwords["alice"]), ACCEPTED)
            self.wait_for("phone", "open sessions", "open: 1 of 1")
            self.assertEqual(self.attempt(self.second, "phone"), REFUSED)
            self.assertEqual(self.attempt(self.second, "other"), ACCEPTED)
        self.wait_for("phone", "open sessions", "open: 0 of 1")
        self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)

    def open_and_end(self, end):
        """A session is open at the first shim while that ends."""
        self.shims("device-sessions=1")
        with contextlib.suppress(OSError), connected(self.first, "phone") as client:
            self.assertEqual(plain(client, self.first, self.first.passwords["alice"]), ACCEPTED)
            self.wait_for("phone", "open sessions", "open: 1 of 1")
            end(self.first.shim)
            self.first.shim.wait(20)

    def test_a_shim_that_ends_leaves_no_session_open(self):
        self.open_and_end(lambda shim: shim.terminate())
        self.assertEqual(self.check("phone", "open sessions"), "open: 0 of 1")
        self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)

    def test_sessions_of_a_killed_shim_end_with_their_lease(self):
        """That time makes them end is in tests/unit/ledger_test.cpp; here it is put forward."""
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
