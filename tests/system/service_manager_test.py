"""What systemd is told, on a socket such as it gives a service; and what it thinks of our unit."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.postfix import require_postfix
from system.site import Site, program
from system.waiting import run_tests

UNIT = pathlib.Path(program("SHIM")).parent / "shim/etc/clientid-shim.service"


def built_with_libsystemd():
    done = subprocess.run(["ldd", program("SHIM")], capture_output=True, text=True)
    return "libsystemd" in done.stdout


class Notify(unittest.TestCase):
    @unittest.skipUnless(built_with_libsystemd(), "the shim was built without libsystemd")
    def test_ready_reloading_and_stopping(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        manager = self.enterContext(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        manager.bind(str(directory / "notify"))
        manager.settimeout(20)
        site = self.enterContext(Site(backend="postfix"))
        site.environment["NOTIFY_SOCKET"] = str(directory / "notify")
        site.start()
        self.assertEqual(manager.recv(4096), b"READY=1")
        site.shim.send_signal(signal.SIGHUP)
        self.assertRegex(manager.recv(4096), rb"RELOADING=1\nMONOTONIC_USEC=\d+")
        self.assertEqual(manager.recv(4096), b"READY=1")
        site.shim.send_signal(signal.SIGTERM)
        self.assertEqual(manager.recv(4096), b"STOPPING=1")
        self.assertEqual(site.shim.wait(20), 0)


@unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd-analyze here")
class Unit(unittest.TestCase):
    def test_exposure_is_low(self):
        """2 of 10, where 10 is a process that may do anything."""
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", UNIT],
                              capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_it_can_be_read(self):
        """A program that is not installed here is no fault of the unit."""
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", UNIT], capture_output=True, text=True)
        complaints = [line for line in done.stderr.splitlines() if "clientid-shim.service" in line
                      and "is not executable" not in line]
        self.assertEqual(complaints, [])


if __name__ == "__main__":
    run_tests(require_postfix)
