"""What systemd is told, on a socket such as it gives a service; and what it thinks of our unit."""
import grp
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
from system import unit
from system.client import connected
from system.mechanisms import plain
from system.postfix import require_postfix
from system.refusing import start_in_vain
from system.site import Site, program
from system.unit import UNIT
from system.waiting import free_port, run_tests, wait_until


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


class AsTheUnit(unittest.TestCase):
    """The program as the unit starts it: as a user with one right of root's. games stands for clientid here, and daemon
    for the group of the back end."""
    USER, OTHERS = "games", "daemon"

    def setUp(self):
        self.site = self.enterContext(Site(["log-level = info"], backend="postfix"))
        unit.give(self.site, self.USER)
        shutil.chown(self.site.dir / "sasldb", group=self.USER)

    def prefix(self, *groups):
        return unit.prefix(self.USER, *groups)

    def test_it_may_name_the_user_that_it_is(self):
        self.site.config.append(f"user = {self.USER}")
        self.site.start(*self.prefix())
        with connected(self.site) as client:
            self.assertEqual(plain(client, self.site, self.site.passwords["alice"])[0], 235)
        self.site.shim.send_signal(signal.SIGHUP)
        self.assertTrue(wait_until(lambda: "reloaded" in self.site.log()), self.site.mask(self.site.log()))

    def test_another_process_of_its_user_may_not_look_into_it(self):
        """The memory of a process that may not be dumped belongs to root."""
        self.site.start(*self.prefix())
        self.assertEqual(pathlib.Path(f"/proc/{self.site.shim.pid}/mem").stat().st_uid, 0)

    def test_the_verdict_socket_may_be_for_a_group_that_it_is_in(self):
        self.site.config.append(f"verdict-socket = {{dir}}/verdict {self.USER}:{self.OTHERS} 0660")
        self.site.start(*self.prefix(self.OTHERS))
        # Before that it may have no owner yet.
        self.assertTrue(wait_until(lambda: "listening listen=" in self.site.log()))
        socket = (self.site.dir / "verdict").stat()
        self.assertEqual((socket.st_gid, socket.st_mode & 0o777), (grp.getgrnam(self.OTHERS).gr_gid, 0o660))

    def test_a_group_that_it_is_not_in_is_named_with_the_mend(self):
        self.site.config.append(f"verdict-socket = {{dir}}/verdict {self.USER}:{self.OTHERS} 0660")
        status, said = start_in_vain(self.site, *self.prefix())
        self.assertEqual(status, 2)
        self.assertIn("verdict-socket: cannot give ", said)
        self.assertIn("SupplementaryGroups", said)

    def test_another_user_is_not_to_be_had(self):
        self.site.config.append(f"user = {self.OTHERS}")
        status, said = start_in_vain(self.site, *self.prefix())
        self.assertEqual(status, 2)
        self.assertIn(f"user: cannot become {self.OTHERS}: Operation not permitted; start as root", said)

    def test_one_back_end_of_two_will_do(self):
        self.site.config += ["backend = smtp://127.0.0.1:{backend}", f"backend = smtp://127.0.0.1:{free_port()}"]
        self.site.configure()
        for command in unit.values("ExecStartPre"):
            arguments = [program("SHIM"), *command.split()[1:], "--config", self.site.dir / "shim.conf"]
            done = subprocess.run([*self.prefix(), *arguments], env=self.site.environment, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout)
        self.site.start(*self.prefix())

    def test_it_ends_or_serves_whichever_thread_cannot_be_made(self):
        """The last of them looks up the name of the back end, before the first client is taken."""
        self.site.config += ["workers = 1", "auth-workers = 1", "backend = smtp://localhost:{backend}"]
        self.site.configure()
        log = self.site.dir / "shim.log"
        ended, served = [], []
        for threads in range(1, 9):
            with self.subTest(threads=threads), open(log, "wb") as out:
                command = [*self.prefix(), "prlimit", f"--nproc={threads}:{threads}", "--", program("SHIM"), "--config",
                           self.site.dir / "shim.conf"]
                shim = subprocess.Popen(command, env=self.site.environment, stdin=subprocess.DEVNULL, stdout=out,
                                        stderr=out)
                done = wait_until(lambda: shim.poll() is not None or "listening" in self.site.log())
                (served if shim.poll() is None else ended).append(threads)
                shim.terminate()
                shim.wait(20)
                self.assertTrue(done, "it neither ended nor took clients")
        self.assertTrue(ended and served, (ended, served))


if __name__ == "__main__":
    run_tests(require_postfix)
