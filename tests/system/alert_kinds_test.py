"""What is told of to the program that alert-command names: every kind of alert but that of a new device (alert_test.py)."""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.alerted import AlertsSite
from system.mechanisms import ACCEPTED, REFUSED
from system.postfix import require_postfix
from system.proxied import logged_in_from
from system.waiting import run_tests, wait_until

HERE, THERE = "192.0.2.7", "198.51.100.7"


class AlertKindsTest(AlertsSite):
    def test_a_device_in_quarantine(self):
        self.make_site("mode=quarantine")
        self.assertEqual(self.log_in(HERE, password="wrong"), REFUSED)
        self.assertEqual(self.log_in(HERE), REFUSED)
        alert = self.alert("device-quarantined")
        self.assertEqual([alert[name] for name in ("fingerprint", "reason", "count")],
                         [self.fingerprint(), "quarantined", 1])

    def test_detection(self):
        self.make_site("detect-device=2/1h", "detect-address=2/1h")
        for account in ("alice", "bob"):
            self.assertEqual(self.log_in(HERE, account=account, password="spring"), REFUSED)
        self.assertTrue(wait_until(lambda: len(self.alerts("detection")) == 2), self.site.log())
        device, network = sorted(self.alerts("detection"), key=lambda alert: alert["peer"] is not None)
        self.assertEqual((device["fingerprint"], device["account"]), (self.fingerprint(), None))
        self.assertRegex(device["detail"], r"^the device failed on 2 accounts: block until \S+Z$")
        self.assertEqual(network["peer"], HERE + "/32")
        self.assertRegex(network["detail"], r"^2 accounts failed from the network: block until \S+Z$")
        blocks = json.loads(self.site.ctl("--json block list"))
        self.assertEqual({block["created_by"] for block in blocks}, {"detection"})
        self.assertEqual({block["subject"] for block in blocks}, {self.fingerprint(), HERE + "/32"})

    def test_an_account_under_attack(self):
        self.make_site("detect-account=2/1h")
        for address in (HERE, THERE):
            self.assertEqual(self.log_in(address, device=None, password="at " + address), REFUSED)
        self.assertRegex(self.alert("detection")["detail"],
                         r"^2 devices or networks failed on the account: known-only until \S+Z$")

    def test_failures_overall(self):
        self.make_site("detect-all=2/10m")
        for address in (HERE, THERE):
            self.assertEqual(self.log_in(address, device=None, password="at " + address), REFUSED)
        self.assertEqual(self.alert("attack-mode", None)["detail"], "2 failures overall in 10m")
        self.assertEqual(json.loads(self.site.ctl("--json attack status")), [])

    def test_a_type_whose_failures_are_told(self):
        self.make_site()
        self.site.ctl("type set X-TOLD flags=authenticate,user-log,alert-failure")
        self.assertEqual(self.log_in(HERE, kind="X-TOLD"), ACCEPTED)
        self.assertEqual(self.log_in(HERE, password="wrong"), REFUSED)
        self.assertEqual(self.log_in(HERE, password="wrong", kind="X-TOLD"), REFUSED)
        alert = self.alert("authentication-failed")
        self.assertEqual([alert[name] for name in ("type", "peer", "reason")], ["x-told", HERE, "bound"])
        self.assertEqual(self.alerts("authentication-succeeded"), [])

    def test_a_type_whose_successes_are_told(self):
        self.make_site()
        self.site.ctl("type set X-TOLD flags=authenticate,user-log,alert-success")
        self.bind()
        self.assertEqual(self.log_in(HERE, password="wrong", kind="X-TOLD"), REFUSED)
        self.assertEqual(self.log_in(HERE), ACCEPTED)
        self.assertEqual(self.log_in(HERE, kind="X-TOLD"), ACCEPTED)
        alert = self.alert("authentication-succeeded")
        self.assertEqual([alert[name] for name in ("type", "peer", "reason")], ["x-told", HERE, "learned"])
        self.assertEqual(self.alerts("authentication-failed"), [])

    def test_two_networks_at_the_same_moment(self):
        """Without a database."""
        self.make_site()
        self.bind()
        with logged_in_from(self.site, HERE, "phone") as reply:
            self.assertEqual(reply, ACCEPTED)
            self.assertTrue(wait_until(lambda: "1 open in other networks" in self.site.ctl(
                f"check alice UUID - --peer {THERE}", self.site.token("phone"))))
            self.assertEqual(self.log_in(THERE), ACCEPTED)
        self.assertEqual(self.alert("location-conflict")["detail"], "1 open in other networks")


if __name__ == "__main__":
    run_tests(require_postfix)
