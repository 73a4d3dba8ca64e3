"""What every test of running servers needs: free ports, waiting that ends, and a reason where it is skipped."""
import itertools
import random
import socket
import sys
import time
import unittest


_PORTS_OF_A_PROCESS = 200
_ports = None


class Skip(Exception):
    """What a test needs is not on this machine; it exits with 77."""


def _take_ports():
    """Ports for this process alone, below the range from which the kernel takes those of clients.

    Whoever asks for a port listens on it only later, so trying it is not enough. The name that marks the range as
    taken is bound to the network namespace, as the ports are, and goes with the process.
    """
    while True:
        first = random.randrange(20000, 32000, _PORTS_OF_A_PROCESS)
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0clientid-test-ports-{first}")
        except OSError:
            mark.close()
            continue
        return mark, itertools.cycle(range(first, first + _PORTS_OF_A_PROCESS))


def free_port():
    """A free loopback port that nobody else is given for a while."""
    global _ports
    _ports = _ports or _take_ports()
    while True:
        port = next(_ports[1])
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def wait_until(condition, seconds=10.0, pause=0.02):
    """True as soon as the condition holds, False when it did not within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def run_tests(*requirements):
    """unittest.main(), or status 77 and the reason where a requirement raises Skip."""
    try:
        for require in requirements:
            require()
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(77)
    unittest.main()
