"""libsasl passes AUTH on the password alone where the plugin is missing, so the shim does not start without it (X1)."""
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import MECHANISMS, site_with
from system.refusing import start_in_vain
from system.saslauthd import require_saslauthd
from system.site import program
from system.waiting import run_tests


def absent(site):
    (site.dir / "plugins" / "libclientid.so").unlink()


def cannot_be_loaded(site):
    absent(site)
    (site.dir / "plugins" / "libclientid.so").write_text("no shared object")


def not_listed(site):
    config = site.dir / "sasl" / "clientid-shim.conf"
    config.write_text(config.read_text().replace("sasldb clientid", "sasldb"))


class PluginMissingTest(unittest.TestCase):
    def test_shim_does_not_start(self):
        for method in MECHANISMS:
            for cause in (absent, cannot_be_loaded, not_listed):
                with self.subTest(method=method, cause=cause.__name__), site_with(method) as site:
                    cause(site)
                    status, line = start_in_vain(site)
                    self.assertEqual(status, 2)
                    self.assertIn("libsasl does not ask the clientid module", line)
                    self.assertIn("auxprop_plugin of clientid-shim.conf", line)

    def test_check_says_so(self):
        with site_with("sasldb") as site:
            absent(site)
            site.configure("handover = none")
            done = subprocess.run([program("SHIM"), "--config", site.dir / "shim.conf", "--check"],
                                  env=site.environment, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stdout, r"(?m)^bad   module: .*libclientid\.so")
            self.assertEqual(done.stdout.count("bad"), 1)


if __name__ == "__main__":
    run_tests(require_saslauthd)
