"""A saslauthd that hangs: clients get 454 in time, are let in once it goes on, and the shim ends when it is told to."""
import concurrent.futures
import json
import pathlib
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import ACCEPTED, SASLAUTHD, UNAVAILABLE, log_in, plain
from system.saslauthd import Saslauthd, require_saslauthd
from system.site import Site
from system.waiting import run_tests, wait_until


class StuckAuthTest(unittest.TestCase):
    def site(self, mode):
        """And its saslauthd."""
        site = self.enterContext(Site(["auth-timeout = 1s", "auth-workers = 1"], sasl=SASLAUTHD))
        daemon = self.enterContext(Saslauthd(site.dir / "saslauthd", site.dir / "sasldb"))
        site.ctl(f"policy set mode={mode}")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site, daemon.process

    def stop(self, process):
        process.send_signal(signal.SIGSTOP)
        self.addCleanup(process.send_signal, signal.SIGCONT)

    def outcomes(self, site, count):
        """Of that many AUTHs."""
        def events():
            return [event["outcome"] for event in json.loads(site.ctl("--json history alice"))
                    if event["service"] == "smtp"]
        self.assertTrue(wait_until(lambda: len(events()) >= count), events())
        return events()

    def test_what_comes_too_late_is_not_what_the_client_was_told(self):
        for mode in ("enforce", "learn", "quarantine"):
            with self.subTest(mode=mode):
                site, saslauthd = self.site(mode)
                self.stop(saslauthd)
                bound = site.ctl("--json list alice")
                self.assertEqual(log_in(site, plain, "phone" if mode == "enforce" else "tablet"), UNAVAILABLE)
                saslauthd.send_signal(signal.SIGCONT)
                self.assertEqual(self.outcomes(site, 1), ["unavailable"])
                self.assertEqual(site.ctl("--json list alice"), bound)
                self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)

    def test_saslauthd_hangs(self):
        site, saslauthd = self.site("learn")
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
        self.stop(saslauthd)
        self.assertEqual(log_in(site, plain, "phone"), UNAVAILABLE)
        self.assertIn("auth-too-slow peer=127.0.0.1", site.log())

        shim, site.shim = site.shim, None  # its end is looked at here
        shim.send_signal(signal.SIGTERM)
        self.assertEqual(shim.wait(30), 1)
        self.assertIn("auth-stuck mend=", site.log())
        self.assertIn("authenticated", site.ctl("history alice"))

    def test_others_are_put_off_in_time_and_let_in_once_it_goes_on(self):
        site, saslauthd = self.site("enforce")
        self.stop(saslauthd)
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(6) as threads:
            replies = list(threads.map(lambda _: log_in(site, plain, "phone"), range(6)))
        self.assertEqual(replies, [UNAVAILABLE] * 6)
        self.assertLess(time.monotonic() - begun, 15, "not a second for each, whatever stands before it")
        saslauthd.send_signal(signal.SIGCONT)
        self.assertTrue(wait_until(lambda: log_in(site, plain, "phone") == ACCEPTED))


if __name__ == "__main__":
    run_tests(require_saslauthd)
