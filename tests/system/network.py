"""Hosts on this machine, each with a network of its own, and cables between them: namespaces of the kernel.

    mail = Switch("10.0.1.1")            # a host with a switch that other hosts are cabled to
    first = Host()
    mail.connect(first, "10.0.1.11")
    with first:
        ...                              # what is started here, and what connects from here, is on that host
    mail.cut(first)                      # the cable is pulled: nobody is told
    mail.mend(first)

A connection stays on the host on which it was made. A host is gone when it is closed and all that runs on it has ended.
They can be made by root alone.
"""
import contextlib
import ctypes
import os
import shutil
import subprocess

from .waiting import Skip

CLONE_NEWNET = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)


def require_network():
    if os.geteuid() != 0:
        raise Skip("hosts of a test can be made by root alone")
    if not shutil.which("ip"):
        raise Skip("there is no ip (iproute2) here")
    try:
        with contextlib.ExitStack() as stack:
            switch, host = (stack.enter_context(contextlib.closing(each)) for each in (Switch("10.0.1.1"), Host()))
            switch.connect(host, "10.0.1.11")
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skip(f"no hosts can be made here: {error}") from error


class Host:
    def __init__(self):
        self.cables = 0
        self._before = [current_network()]
        try:
            call(libc.unshare, CLONE_NEWNET)
            self.namespace = current_network()
            ip("link set dev lo up")
        finally:
            self._leave()

    def __enter__(self):
        """For this thread, and what it starts."""
        self._before.append(current_network())
        call(libc.setns, self.namespace, CLONE_NEWNET)
        return self

    def __exit__(self, *_):
        self._leave()

    def close(self):
        os.close(self.namespace)

    def _leave(self):
        before = self._before.pop()
        call(libc.setns, before, CLONE_NEWNET)
        os.close(before)


class Switch(Host):
    def __init__(self, address):
        super().__init__()
        self.address, self.ports = address, {}
        self.network = address.rpartition(".")[0] + ".0/24"
        with self:
            ip("link add name lan type bridge")
            ip(f"address add {address}/24 dev lan")
            ip("link set dev lan up")

    def connect(self, host, address):
        """The host gets this address, of the 24 bits of ours."""
        port = self.ports[host] = f"port{len(self.ports)}"
        end = f"cable{host.cables}"
        host.cables += 1
        with self:
            ip(f"link add name {port} type veth peer name {end} netns /proc/{os.getpid()}/fd/{host.namespace}")
            ip(f"link set dev {port} master lan up")
        with host:
            ip(f"address add {address}/24 dev {end}")
            ip(f"link set dev {end} up")

    def cut(self, host):
        with self:
            ip(f"link set dev {self.ports[host]} down")

    def mend(self, host):
        with self:
            ip(f"link set dev {self.ports[host]} up")


def current_network():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def call(function, *arguments):
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def ip(line):
    subprocess.run(["ip", *line.split()], check=True, capture_output=True)
