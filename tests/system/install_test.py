"""`make install` puts everything where it belongs, below DESTDIR alone, and `make uninstall` takes it away."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.installed_tree import environment
from system.site import program
from system.waiting import run_tests

TREE = pathlib.Path(program("SHIM")).parent
SOURCE = pathlib.Path(__file__).resolve().parents[2]

INSTALLED = {
    "bin/clientidctl", "sbin/clientid-shim", "sasl2/libclientid.so",
    "systemd/system/clientid-shim.service", "sysusers.d/clientid.conf", "tmpfiles.d/clientid.conf",
    "completions/clientidctl", "site-functions/_clientidctl", "vendor_completions.d/clientidctl.fish",
    "examples/clientid.conf", "examples/shim.conf", "examples/clientid-shim.sasl2.conf",
    "examples/clientid-shim.rules.yml", "examples/clientid-shim.dashboard.json", "examples/clientid-shim.fail2ban",
    *(f"man{page.suffix[1:]}/{page.name}" for page in (SOURCE / "man").glob("*.[1-9]")),
}


class Install(unittest.TestCase):
    def make(self, *arguments):
        done = subprocess.run(["make", "-C", TREE, *arguments], capture_output=True, text=True, env=environment())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_installed_and_uninstalled(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        self.make("install", f"DESTDIR={directory}")
        found = {path for path in directory.rglob("*") if not path.is_dir()}
        missing = [end for end in INSTALLED if not any(str(path).endswith("/" + end) for path in found)]
        self.assertEqual((missing, len(found)), ([], len(INSTALLED)), found)
        for path in found:
            if path.suffix in (".conf", ".service"):
                self.assertNotRegex(path.read_text(), r"@\w+@")
        [directory_of_key] = [path for path in directory.rglob("clientid") if path.parent.name == "etc"]
        self.make("uninstall", f"DESTDIR={directory}")
        self.assertEqual([path for path in directory.rglob("*") if not path.is_dir()], [])
        self.assertFalse(directory_of_key.exists())


if __name__ == "__main__":
    run_tests()
