"""A key file that cannot be used: the shim and clientidctl refuse with one line that names it and what mends it."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import ACCEPTED, REFUSED, log_in, login, plain, scram
from system.refusing import WITHOUT_PRIVILEGES, ctl_in_vain, mend, require_setpriv, start_in_vain
from system.site import Site
from system.waiting import run_tests, wait_until

NOBODY = 65534


class KeyFileTest(unittest.TestCase):
    @contextlib.contextmanager
    def refused(self, spoil, *prefix):
        """The line that both say of the spoilt key, and the site; at the end both must be content."""
        with Site() as site:
            site.ctl("policy set mode=enforce")
            site.ctl("bind alice UUID -", site.token("phone"))
            key = site.dir / "clientid.key"
            spoil(key)
            status, said = start_in_vain(site, *prefix)
            self.assertEqual(status, 2)
            self.assertTrue(said.startswith(f"clientid-shim: {key}: "), said)
            self.assertEqual(ctl_in_vain(site, "enrol bob", *prefix), (2, said.replace("-shim", "ctl", 1)))
            yield said, site
            site.start()
            self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)

    def test_not_readable(self):
        with self.refused(lambda key: key.chmod(0), *WITHOUT_PRIVILEGES) as (said, site):
            self.assertIn("Permission denied", said)
            mend(said)
            self.assertEqual((site.dir / "clientid.key").stat().st_mode & 0o777, 0o600)

    def test_too_open(self):
        for mode in (0o644, 0o660, 0o602):
            with self.subTest(mode=oct(mode)), self.refused(lambda key: key.chmod(mode)) as (said, _):
                self.assertIn("open to others", said)
                mend(said)

    def test_of_somebody_else(self):
        with self.refused(lambda key: os.chown(key, NOBODY, -1)) as (said, _):
            self.assertIn("belongs to somebody else", said)
            mend(said)

    def test_symbolic_link(self):
        def spoil(key):
            key.rename(key.with_name("other"))
            key.symlink_to("other")

        with self.refused(spoil) as (said, site):
            command = said.rpartition("name the file that this prints: ")[2]
            target = subprocess.run(command, shell=True, check=True, capture_output=True, text=True).stdout.strip()
            config = site.dir / "clientid.conf"
            config.write_text(config.read_text().replace(str(site.dir / "clientid.key"), target))

    def test_missing(self):
        with self.refused(lambda key: key.rename(key.with_name("other"))) as (said, site):
            self.assertIn("make it with: clientidctl init", said)
            # Not with bindings in the store, though: they were made with the key.
            status, line = ctl_in_vain(site, "init")
            self.assertEqual(status, 5)
            self.assertIn("bring the key back", line)
            (site.dir / "other").rename(site.dir / "clientid.key")

    def test_running_shim_keeps_the_one_it_has(self):
        with Site() as site:
            site.ctl("policy set mode=enforce")
            site.ctl("bind alice UUID -", site.token("phone"))
            site.start()
            key = site.dir / "clientid.key"
            key.chmod(0o644)
            site.shim.send_signal(signal.SIGHUP)
            self.assertTrue(wait_until(lambda: "reload-failure" in site.log()))
            self.assertIn(f"{key}: the key file is open to others", site.log())
            self.check_known(site)

    def test_another_key_under_a_number_that_is_known(self):
        """By it every device would be a stranger, so that a reload does not take it."""
        with Site() as site:
            site.ctl("policy set mode=enforce")
            site.ctl("bind alice UUID -", site.token("phone"))
            site.start()
            key, kept = site.dir / "clientid.key", site.dir / "kept"
            key.rename(kept)
            key.write_text(re.sub(r"\b[0-9a-f]{64}\b", "5a" * 32, kept.read_text()))
            key.chmod(0o600)
            self.check_known(site)
            site.shim.send_signal(signal.SIGHUP)
            self.assertTrue(wait_until(lambda: "reload-failure" in site.log()))
            self.assertIn(f"{key}: key 1 is another one than before", site.log())
            self.check_known(site)
            kept.rename(key)
            site.trap.asked += 1
            site.shim.send_signal(signal.SIGHUP)
            self.assertTrue(wait_until(lambda: "reloaded" in site.log()))
            self.check_known(site)

    def check_known(self, site):
        for mechanism in (plain, login, scram):
            self.assertEqual(log_in(site, mechanism, "phone"), ACCEPTED)
            self.assertEqual(log_in(site, mechanism, "stranger"), REFUSED)


if __name__ == "__main__":
    run_tests(require_setpriv)
