"""A saslauthd that hangs: the client gets 454 in time, others are served, and the shim ends when it is told to."""
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import ACCEPTED, SASLAUTHD, UNAVAILABLE, log_in, plain
from system.saslauthd import Saslauthd, require_saslauthd
from system.site import Site
from system.waiting import run_tests


class StuckAuthTest(unittest.TestCase):
    def test_saslauthd_hangs(self):
        site = self.enterContext(Site(["auth-timeout = 1s", "auth-workers = 1"], sasl=SASLAUTHD))
        daemon = self.enterContext(Saslauthd(site.dir / "saslauthd", site.dir / "sasldb"))
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)

        daemon.process.send_signal(signal.SIGSTOP)
        self.addCleanup(daemon.process.send_signal, signal.SIGCONT)
        self.assertEqual(log_in(site, plain, "phone"), UNAVAILABLE)
        self.assertIn("auth-too-slow peer=127.0.0.1", site.log())

        shim, site.shim = site.shim, None  # its end is looked at here
        shim.send_signal(signal.SIGTERM)
        self.assertEqual(shim.wait(30), 1)
        self.assertIn("auth-stuck mend=", site.log())
        self.assertIn("authenticated", site.ctl("history alice"))


if __name__ == "__main__":
    run_tests(require_saslauthd)
