"""What every test of running servers needs: free ports, and waiting that ends."""
import random
import socket
import time


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
