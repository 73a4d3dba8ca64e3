"""Two shims on one store: what a device did at one of them counts at the other, wherever they run.

    class SomeTest(CountedTogether, unittest.TestCase):
        def shims(self, *settings):     # makes self.first and self.second, calls self.prepare(settings), starts both
"""
import json

from .client import connected
from .mechanisms import ACCEPTED, REFUSED, plain
from .outcomes import Outcomes
from .site import Site
from .waiting import wait_until


def beside(first, config=(), **more):
    """One more site, for the accounts and devices of the first."""
    site = Site(config, accounts=first.passwords, **more)
    site.passwords, site.tokens, site.encoded = first.passwords, first.tokens, first.encoded
    return site


class TwoShims:
    def prepare(self, settings):
        if settings:
            self.first.ctl("policy set " + " ".join(settings))
        self.first.ctl("bind alice UUID -", self.first.token("phone"))

    @property
    def both(self):
        return self.first, self.second

    def attempt(self, site, device=None, password=None, account="alice"):
        with connected(site, device) as client:
            return client.docmd("AUTH", "PLAIN " + site.plain(account, password or site.passwords[account]))

    def assert_both(self, device, reply):
        for site in self.both:
            self.assertEqual(self.attempt(site, device), reply)

    def asked(self, device):
        """The verdict on the device, explained."""
        token = self.first.token(device)
        return json.loads(self.first.ctl("--json check alice UUID - --peer 127.0.0.1", token, (0, 1)))

    def check(self, device, rule):
        """What the rule sees of the device."""
        return next((report["saw"] for report in self.asked(device)["rules"] if report["rule"] == rule), None)

    def wait_for(self, device, rule, saw):
        self.assertTrue(wait_until(lambda: self.check(device, rule) == saw), self.check(device, rule))

    def hold_session(self, site):
        """A session of the phone is open at the site, which is the most that it may have."""
        client = self.enterContext(connected(site, "phone"))
        self.assertEqual(plain(client, site, site.passwords["alice"]), ACCEPTED)
        self.wait_for("phone", "open sessions", "open: 1 of 1")
        return client


class CountedTogether(TwoShims):
    """What either of them counts, limits both."""

    def fail_at_both(self, devices, saw):
        """Three failures, of as many devices, one after the other at either shim. `saw` is under what they count."""
        sites = (self.first, self.second, self.first)
        for number, (site, device) in enumerate(zip(sites, devices), 1):
            self.assertEqual(self.attempt(site, device, f"wrong{number}"), REFUSED)
            self.wait_for(device, "limits", f"{saw}: {number} of 3/4m")

    def test_failures_of_a_device(self):
        self.shims("device-failures=3/4m", "address-failures=none", "account-failures=none")
        self.fail_at_both(["phone"] * 3, "device failures")
        self.assertEqual(self.asked("phone")["reason"], "device-limit")
        self.assert_both("phone", REFUSED)
        self.assert_both("other", ACCEPTED)

    def test_a_wrong_password_that_comes_again(self):
        """A phone with an old password fails once, at either shim."""
        self.shims("device-failures=20/4m")
        outcomes = Outcomes(self.first)
        for number, site in enumerate(2 * self.both, 1):
            self.assertEqual(self.attempt(site, "phone", "old"), REFUSED)
            self.assertEqual(len(outcomes.wait_for(number)), number)
        self.assertEqual(self.check("phone", "limits"), "device failures: 2 of 20/4m")

    def test_failures_from_an_address(self):
        self.shims("device-failures=none", "address-failures=3/4m", "account-failures=none")
        self.fail_at_both(["one", "two", "three"], "address failures")
        self.assertEqual(self.asked("other")["reason"], "address-limit")
        self.assert_both("other", REFUSED)
        self.assert_both("phone", ACCEPTED)

    def test_failures_on_an_account(self):
        self.shims("device-failures=none", "address-failures=none", "account-failures=3/4m")
        self.fail_at_both(["one", "two", "three"], "account failures")
        self.assertEqual(self.asked("other")["reason"], "account-limit")
        self.assert_both("other", REFUSED)
        self.assert_both("phone", ACCEPTED)

    def test_detection(self):
        self.shims("detect-device=2/4m")
        # The first one comes last, and detects: it may have a wrong clock.
        self.assertEqual(self.attempt(self.second, "sprayer", "spring"), REFUSED)
        self.assertEqual(self.attempt(self.first, "sprayer", "spring", "bob"), REFUSED)
        self.assertTrue(wait_until(lambda: json.loads(self.first.ctl("--json block list"))))
        self.assert_both("sprayer", REFUSED)
        self.assert_both("phone", ACCEPTED)

    def test_open_sessions(self):
        self.shims("device-sessions=2")
        with connected(self.second, "phone") as kept:
            self.assertEqual(plain(kept, self.second, self.second.passwords["alice"]), ACCEPTED)
            with connected(self.first, "phone") as client:
                self.assertEqual(plain(client, self.first, self.first.passwords["alice"]), ACCEPTED)
                self.wait_for("phone", "open sessions", "open: 2 of 2")
                listed = json.loads(self.first.ctl("--json sessions alice"))
                self.assertEqual(len({session["holder"] for session in listed}), 2, listed)
                self.assert_both("phone", REFUSED)
                self.assert_both("other", ACCEPTED)
            self.wait_for("phone", "open sessions", "open: 1 of 2")
            self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)
