"""Listening sockets that systemd made: they are used, shared by all threads, and outlive the program."""
import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.service_manager_test import built_with_libsystemd
from system.site import NAME, Site, program
from system.waiting import Skip, free_port, run_tests, wait_until

GREETING = f"220 {NAME} ESMTP\r\n".encode()

# Puts the descriptors that it is given where sd_listen_fds(3) looks for them, and becomes the command behind them.
ACTIVATE = """\
import fcntl, os, sys
count = int(sys.argv[1])
given = [int(number) for number in sys.argv[2:2 + count]]
high = [fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 100) for number in given]
for number in given:
    os.close(number)
for place, number in enumerate(high, 3):
    os.dup2(number, place)
os.environ.update(LISTEN_FDS=str(count), LISTEN_PID=os.environ.get("LISTEN_PID", str(os.getpid())))
os.execv(sys.argv[2 + count], sys.argv[2 + count:])
"""


def require_libsystemd():
    if not built_with_libsystemd():
        raise Skip("the shim was built without libsystemd")


class SocketActivationTest(unittest.TestCase):
    def setUp(self):
        self.site = self.enterContext(Site(["workers = 4", "max-connections-per-address = 1000"]))

    def listening(self, port, kind=socket.SOCK_STREAM):
        """A socket such as systemd makes: nobody else can bind to its address, for it has no SO_REUSEPORT."""
        bound = self.enterContext(socket.socket(socket.AF_INET, kind))
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            bound.listen(100)
        return bound

    def activate(self, *sockets):
        self.site.passed = [each.fileno() for each in sockets]
        self.launcher = [sys.executable, "-c", ACTIVATE, str(len(sockets)), *map(str, self.site.passed)]

    def pass_all(self):
        sockets = [self.listening(port) for port in self.site.ports.values()]
        self.activate(*sockets)
        return sockets

    def connect(self, listener="starttls"):
        return self.enterContext(contextlib.closing(self.site.connect(listener)))

    def fault(self):
        """What the shim says on its way out, where it does not start."""
        self.site.configure()
        done = subprocess.run([*self.launcher, program("SHIM"), "--config", self.site.dir / "shim.conf"],
                              env=self.site.environment, pass_fds=self.site.passed, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr

    def test_passed_sockets_are_used_by_all_threads(self):
        sockets = self.pass_all()
        self.site.start(*self.launcher)
        clients = [self.connect() for _ in range(50)]
        self.assertEqual({client.recv(100) for client in clients}, {GREETING})
        self.assertEqual(self.connect("tls").recv(100), GREETING)
        self.assertEqual(self.descriptors_of(sockets[0]), 4, "one for each thread")

    def descriptors_of(self, shared):
        """How many descriptors of the shim are this socket."""
        inode = os.fstat(shared.fileno()).st_ino
        directory = pathlib.Path(f"/proc/{self.site.shim.pid}/fd")
        return sum(os.readlink(fd) == f"socket:[{inode}]" for fd in directory.iterdir())

    def test_an_address_that_is_not_passed_is_bound(self):
        self.activate(self.listening(self.site.ports["tls"]))
        self.site.start(*self.launcher)
        self.assertEqual(self.connect().recv(100), GREETING)
        self.assertEqual(self.connect("tls").recv(100), GREETING)

    def test_clients_wait_for_a_new_start_and_are_served_by_it(self):
        sockets = self.pass_all()
        self.site.start(*self.launcher)
        self.assertEqual(self.connect().recv(100), GREETING)
        self.site.shim.terminate()
        self.assertEqual(self.site.shim.wait(20), 0)
        waiting = self.connect()
        self.site.trap.connections = 0
        self.activate(*sockets)
        self.site.start(*self.launcher)
        self.assertEqual(waiting.recv(100), GREETING)

    def test_a_socket_that_no_line_names_is_an_error(self):
        port = free_port()
        self.activate(self.listening(port), *map(self.listening, self.site.ports.values()))
        self.assertIn(f"clientid-shim: listen: systemd passed a socket for 127.0.0.1:{port}, which no listen line "
                      "names; add one", self.fault())

    def test_a_socket_that_does_not_listen_is_an_error(self):
        self.activate(self.listening(free_port(), socket.SOCK_DGRAM))
        self.assertIn("listen: systemd passed descriptor 3, which is no listening TCP socket", self.fault())

    def test_sockets_for_another_process_are_left_alone(self):
        self.pass_all()
        self.site.environment["LISTEN_PID"] = "1"
        self.assertIn(f"listen: cannot listen on 127.0.0.1:{self.site.ports['starttls']} starttls: Address already in",
                      self.fault())

    @unittest.skipUnless(shutil.which("systemd-socket-activate"), "there is no systemd-socket-activate here")
    def test_systemd_socket_activate(self):
        addresses = [f"--listen=127.0.0.1:{port}" for port in self.site.ports.values()]
        known = ("SASL_", "ASAN_", "TSAN_", "LD_")
        passed_on = [f"--setenv={name}" for name in self.site.environment if name.startswith(known)]
        self.launcher = ["systemd-socket-activate", *addresses, *passed_on]
        self.site.start(*self.launcher)
        self.assertEqual(self.connect().recv(100), GREETING)
        self.assertEqual(self.connect("tls").recv(100), GREETING)
        self.assertTrue(wait_until(lambda: "listening listen=" in self.site.log()))


if __name__ == "__main__":
    run_tests(require_libsystemd)
