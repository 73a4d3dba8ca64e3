"""Two submission hosts, and the clock of one of them is wrong: what counts is that of the database."""
import datetime
import glob
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.hosts import REQUIREMENTS, HostsTest
from system.mechanisms import ACCEPTED, REFUSED
from system.outcomes import Outcomes
from system.two_shims import CountedTogether
from system.waiting import run_tests


class WrongClock(HostsTest, CountedTogether):
    """That of the first host, by five minutes."""

    # Under libfaketime a timer that is due at once cannot be set, if the clock is ahead.
    AUTH = [*HostsTest.AUTH, "failure-delay = 500ms"]

    @classmethod
    def setUpClass(cls):
        found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if not found:
            print(f"skipped: {cls.__name__}: there is no libfaketime here")
            raise unittest.SkipTest("there is no libfaketime here")
        cls.first_environment = {"LD_PRELOAD": found[0], "FAKETIME": cls.OFF, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        super().setUpClass()

    def test_what_is_for_a_time(self):
        self.shims()
        for one, other in (self.both, reversed(self.both)):
            one.ctl("block add address 127.0.0.0/8 --for 4m")
            self.assert_both("phone", REFUSED)
            other.ctl("block remove address 127.0.0.0/8")
            self.assert_both("phone", ACCEPTED)

    def test_times_in_the_history(self):
        self.shims()
        begun = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self.assert_both("phone", ACCEPTED)
        times = [datetime.datetime.fromisoformat(event["at"]) for event in Outcomes(self.second).wait_for(2)]
        self.assertEqual(len(times), 2)
        for at in times:
            self.assertTrue(begun <= at <= begun + datetime.timedelta(seconds=60), (begun, at))

    def test_the_doctor_says_so(self):
        self.shims()
        findings = json.loads(self.first.ctl("--json doctor", statuses=(0, 1)))
        found, = (each for each in findings if each["name"] == "clock")
        self.assertEqual(found["result"], "note")
        self.assertIn("by the server of the store, whose clock counts", found["detail"])


class ClockAheadTest(WrongClock, unittest.TestCase):
    OFF = "+5m"


class ClockBehindTest(WrongClock, unittest.TestCase):
    OFF = "-5m"


if __name__ == "__main__":
    run_tests(*REQUIREMENTS)
