"""Limits, open sessions and attack mode hold whichever of two submission hosts a client comes to, and one that is cut off
or dies does not take the other with it.
"""
import collections
import json
import os
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.hosts import REQUIREMENTS, HostsTest
from system.mechanisms import ACCEPTED, REFUSED, UNAVAILABLE, plain
from system.outcomes import Outcomes
from system.site import NAME
from system.two_shims import CountedTogether
from system.waiting import run_tests, wait_until

LEASE, TEND = 90, 30  # seconds: of a session in the store, and after how many of them it is extended
CUT = 30  # seconds that an AUTH may take where the database does not answer
QUESTION = 5  # seconds that the module waits for answers to a question
MESSAGE = "Subject: from one of two hosts\r\n\r\ntext\r\n"


class Hosts(HostsTest, CountedTogether):
    """What holds whoever does AUTH."""

    def test_attack_mode_by_an_operator(self):
        self.shims()
        self.assert_both("phone", ACCEPTED)
        self.first.ctl("attack on --known-only --for 1h")
        self.assert_both("stranger", REFUSED)
        self.assert_both("phone", ACCEPTED)
        self.second.ctl("attack off")
        self.assert_both("stranger", ACCEPTED)

    def test_attack_mode_by_detection(self):
        self.shims("detect-all=3/1h", "detect-all-mode=known-only")
        for number, site in enumerate((self.first, self.second, self.first)):
            self.assertEqual(self.attempt(site, f"sprayer{number}", f"spring{number}"), REFUSED)
        self.assertTrue(wait_until(lambda: json.loads(self.second.ctl("--json attack status"))))
        self.assert_both("stranger", REFUSED)
        self.assert_both("phone", ACCEPTED)

    def test_block(self):
        self.shims()
        self.second.ctl("block add device UUID -", self.second.token("phone"))
        self.assert_both("phone", REFUSED)
        self.first.ctl("block remove device UUID -", self.second.token("phone"))
        self.assert_both("phone", ACCEPTED)
        self.first.ctl("block add address 127.0.0.0/8")
        self.assert_both("phone", REFUSED)

    def test_bindings(self):
        """Learned at one host, known at the other; revoked at one, refused at both, but for a session that is open."""
        self.shims()
        self.assertEqual(self.attempt(self.first, "tablet"), ACCEPTED)
        self.second.ctl("policy set mode=enforce")
        self.assert_both("tablet", ACCEPTED)
        self.assert_both("stranger", REFUSED)
        with connected(self.first, "tablet") as client:
            self.assertEqual(plain(client, self.first, self.first.passwords["alice"]), ACCEPTED)
            self.second.ctl("revoke 2")
            self.assert_both("tablet", REFUSED)
            client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        self.assertTrue(wait_until(lambda: len(self.first.postfix.messages()) == 1))
        self.assertEqual(self.attempt(self.first, "phone"), ACCEPTED)

    def outcomes_of(self, attempts):
        """How often each outcome is in the history, of so many attempts."""
        return collections.Counter(event["outcome"] for event in Outcomes(self.second).wait_for(attempts))

    def test_database_that_is_stopped(self):
        self.shims("mode=enforce")
        self.assert_both("phone", ACCEPTED)
        # Who writes them has a connection to lose as well.
        self.assertEqual(self.outcomes_of(2), {"authenticated": 2})
        self.addCleanup(self.start_server)
        self.server.stop()
        for device in ("phone", "stranger"):
            self.assert_both(device, UNAVAILABLE)
        self.start_server()
        self.assert_both("phone", ACCEPTED)
        self.assert_both("stranger", REFUSED)
        self.assertEqual(self.outcomes_of(10), {"authenticated": 4, "unavailable": 4, "refused": 2})

    def start_server(self):
        if self.server.process.poll() is not None:
            with self.db:
                self.server.start()

    def test_host_that_is_cut_off(self):
        """From the database: its own clients get 454, those of the other host notice nothing, and it comes back."""
        self.shims("mode=enforce")
        self.assert_both("phone", ACCEPTED)
        # In the midst of writing, it would be waited for by the other one, until the server gives it up.
        self.assertEqual(self.outcomes_of(2), {"authenticated": 2})
        self.db.cut(self.first.host)
        self.addCleanup(self.db.mend, self.first.host)
        for _ in range(2):
            begun = time.monotonic()
            self.assertEqual(self.attempt(self.first, "phone"), UNAVAILABLE)
            self.assertLess(time.monotonic() - begun, CUT)
            begun = time.monotonic()
            self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)
            self.assertEqual(self.attempt(self.second, "stranger"), REFUSED)
            self.assertLess(time.monotonic() - begun, CUT)
        # Who writes the history has lost its connection as well.
        self.assertTrue(wait_until(lambda: "history-waits" in self.first.log(), CUT))
        self.db.mend(self.first.host)
        tried = 0

        def is_back():
            nonlocal tried
            tried += 1
            return self.attempt(self.first, "phone") == ACCEPTED
        self.assertTrue(wait_until(is_back, 2 * CUT))
        self.assertEqual(self.outcomes_of(8 + tried - 1 + 1),
                         {"authenticated": 5, "unavailable": 2 + tried - 1, "refused": 2})


class ShimTest(Hosts, unittest.TestCase):
    def test_sessions_of_a_host_that_dies_end_with_their_lease(self):
        self.shims("device-sessions=1")
        client = self.hold_session(self.first)
        self.kill_first()
        died = time.monotonic()
        client.close()

        def let_in():
            reply = self.attempt(self.second, "phone")
            self.assertIn(reply, (ACCEPTED, REFUSED))
            return reply == ACCEPTED
        self.assertTrue(wait_until(let_in, LEASE + 10, pause=2))
        self.assertGreater(time.monotonic() - died, LEASE - TEND - 5)


class BackendTest(Hosts, unittest.TestCase):
    AUTH = ["mechanisms = PLAIN SCRAM-SHA-256", "auth = backend"]

    def test_a_dead_shim_does_not_take_the_other_with_it(self):
        self.shims("mode=enforce")
        self.kill_first()
        self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)
        self.assertEqual(self.attempt(self.second, "stranger"), REFUSED)

    def test_neither_does_one_that_hangs(self):
        self.shims("mode=enforce")
        os.kill(self.first.shim.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.first.shim.pid, signal.SIGCONT)
        begun = time.monotonic()
        self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)
        self.assertEqual(self.attempt(self.second, "stranger"), REFUSED)
        self.assertLess(time.monotonic() - begun, 2 * QUESTION)


if __name__ == "__main__":
    run_tests(*REQUIREMENTS)
