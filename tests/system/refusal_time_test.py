"""No refusal is faster than failure-delay, so that none can be told from another by its time.

The verdict on a device is a lookup in the store, a password is a hash or a question to a daemon: without the delay, who
knows a password could find out which devices are bound, and who has a device which passwords are right.
"""
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import REFUSED, login, plain, scram
from system.site import Site
from system.waiting import run_tests

DELAY = 0.7
SLACK = 1.5  # for a machine that is busy
JITTER = 0.25  # of the delay, at most


class RefusalTimeTest(unittest.TestCase):
    def test_every_refusal_takes_the_delay(self):
        site = self.enterContext(Site([f"failure-delay = {int(DELAY * 1000)}ms", "max-errors = 100"]))
        site.ctl("policy set mode=enforce")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        right = site.passwords["alice"]
        for mechanism in (plain, login, scram):
            for device, password in (("phone", "wrong"), ("stranger", right), ("stranger", "wrong"), (None, right),
                                     (None, "wrong")):
                with self.subTest(mechanism=mechanism.__name__, device=device, right=password == right):
                    with connected(site, device) as client:
                        begun = time.monotonic()
                        self.assertEqual(mechanism(client, site, password), REFUSED)
                        took = time.monotonic() - begun
                    self.assertGreaterEqual(took, DELAY)
                    self.assertLess(took, DELAY * (1 + JITTER) + SLACK)

    def test_others_do_not_wait_for_it(self):
        site = self.enterContext(Site(["failure-delay = 3s", "workers = 1", "auth-workers = 1"]))
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        with connected(site, "phone") as slow, connected(site, "phone") as other:
            begun = time.monotonic()
            slow.send("AUTH PLAIN " + site.plain("alice", "wrong") + "\r\n")
            self.assertEqual(plain(other, site, site.passwords["alice"])[0], 235)
            self.assertLess(time.monotonic() - begun, 3)
            self.assertEqual(slow.getreply(), REFUSED)
            self.assertGreaterEqual(time.monotonic() - begun, 3)


if __name__ == "__main__":
    run_tests()
