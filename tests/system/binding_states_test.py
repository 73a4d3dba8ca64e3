"""Every state of a binding crossed with every mechanism and every way to check the password: the reply, and the reason
that the history gives. Clients see one refusal, whatever the reason (D6.4, D6.5, D6.6, UC4).
"""
import json
import itertools
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import ACCEPTED, MECHANISMS, NAMES, REFUSED, log_in, plain, scram, site_with
from system.outcomes import Outcomes
from system.saslauthd import require_saslauthd
from system.site import NAME
from system.waiting import run_tests, wait_until

# The device, the reason, and what the operator did; {device} is its type and token as clientidctl takes them.
STATES = [
    ("active", "bound", ["bind alice {device}"]),
    ("active, expiry ahead", "bound", ["bind alice {device} --expires 2h"]),
    ("expiry lifted", "bound", ["bind alice {device} --expires 2001-01-01", "expire alice {device} never"]),
    ("suspension over", "bound", ["bind alice {device}", "suspend alice {device} --for 1s"]),
    ("resumed", "bound", ["bind alice {device}", "suspend alice {device}", "resume alice {device}"]),
    ("unbound", "unbound", []),
    ("removed", "unbound", ["bind alice {device}", "remove alice {device}"]),
    ("of somebody else", "unbound", ["bind bob {device}"]),
    ("suspended", "suspended", ["bind alice {device}", "suspend alice {device}"]),
    ("suspended for a time", "suspended", ["bind alice {device}", "suspend alice {device} --for 2h"]),
    ("expired", "expired", ["bind alice {device} --expires 2001-01-01"]),
    ("revoked", "revoked", ["bind alice {device}", "revoke alice {device}"]),
    ("licence", "licensed", ["licence add {device}"]),
    ("licence, suspension over", "licensed", ["licence add {device}", "suspend * {device} --for 1s"]),
    ("licence suspended", "suspended", ["licence add {device}", "suspend * {device}"]),
    ("licence expired", "expired", ["licence add {device}", "expire * {device} 2001-01-01"]),
    ("licence revoked", "revoked", ["licence add {device}", "revoke * {device}"]),
    ("licence, but revoked here", "revoked", ["licence add {device}", "bind alice {device}", "revoke alice {device}"]),
    ("bound, licence revoked", "bound", ["licence add {device}", "revoke * {device}", "bind alice {device}"]),
    ("pending", "pending", []),  # these three came in quarantine
    ("approved", "bound", ["approve alice {device}"]),
    ("denied", "revoked", ["deny alice {device}"]),
    (None, "absent-refused", []),
]
ALLOWING = {"bound", "licensed"}
QUARANTINED = ["pending", "approved", "denied"]
SUSPENSIONS_THAT_END = [("alice", "suspension over"), ("*", "licence, suspension over")]


class BindingStatesTest(unittest.TestCase):
    def prepare(self, site):
        site.ctl("policy set mode=quarantine")
        for device in QUARANTINED:
            self.assertEqual(log_in(site, plain, device), REFUSED)
        site.ctl("policy set mode=enforce")
        for device, _, commands in STATES:
            for command in commands:
                site.ctl(command.format(device="UUID -"), site.token(device))
        self.assertTrue(wait_until(lambda: all(
            json.loads(site.ctl(f"--json show {account} UUID -", site.token(device)))["state"] == "active"
            for account, device in SUSPENSIONS_THAT_END)))

    def check(self, method):
        with site_with(method) as site:
            site.start()
            self.prepare(site)
            outcomes = Outcomes(site, len(QUARANTINED))
            attempts = list(itertools.product(MECHANISMS[method], STATES, ["right", "wrong"]))
            for mechanism, (device, reason, _), password in attempts:
                with self.subTest(mechanism=mechanism.__name__, device=device, password=password):
                    reply = log_in(site, mechanism, device, "wrong" if password == "wrong" else None)
                    self.assertEqual(reply, ACCEPTED if reason in ALLOWING and password == "right" else REFUSED)
            events = outcomes.wait_for(len(attempts))
            self.assertEqual(len(events), len(attempts))
            for (mechanism, (device, reason, _), password), event in zip(attempts, events):
                with self.subTest(mechanism=mechanism.__name__, device=device, password=password):
                    self.check_event(event, NAMES[mechanism], device, reason, password)
            self.check_fingerprints(attempts, events)

    def check_event(self, event, mechanism, device, reason, password):
        verdict, outcome = "refuse", "refused"
        if reason in ALLOWING:
            verdict, outcome = "allow", "authenticated" if password == "right" else "failed"
        self.assertEqual(
            {name: event[name] for name in ("outcome", "account", "type", "verdict", "reason", "detail")},
            {"outcome": outcome, "account": "alice@" + NAME, "type": device and "uuid", "verdict": verdict,
             "reason": reason, "detail": mechanism})

    def check_fingerprints(self, attempts, events):
        """One for each device, and none without."""
        pairs = {(device, event["fingerprint"]) for (_, (device, *_), _), event in zip(attempts, events)}
        self.assertEqual(len(pairs), len(STATES))
        self.assertEqual(len({fingerprint for _, fingerprint in pairs}), len(STATES))
        self.assertIn((None, None), pairs)

    def test_sasldb(self):
        self.check("sasldb")

    def test_saslauthd(self):
        self.check("saslauthd")

    def test_saslauthd_cannot_do_scram(self):
        with site_with("saslauthd") as site:
            site.ctl("policy set mode=enforce")
            site.ctl("bind alice UUID -", site.token("phone"))
            site.start()
            self.assertEqual(log_in(site, scram, "phone"), REFUSED)


if __name__ == "__main__":
    run_tests(require_saslauthd)
