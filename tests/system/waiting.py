"""What every test of running servers needs: free ports, waiting that ends, and a reason where it is skipped."""
import random
import socket
import sys
import time
import unittest


class Skip(Exception):
    """What a test needs is not on this machine; it exits with 77."""


def free_port():
    """A free loopback port below the range from which the kernel takes the ports of clients."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def wait_until(condition, seconds=10.0):
    """True as soon as the condition holds, False when it did not within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
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
