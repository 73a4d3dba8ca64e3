"""A terminal of our own making, for programs that behave otherwise on one."""
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time


class Terminal:
    """Runs a command on a terminal of that many columns; as a context, ends it."""

    def __init__(self, command, columns=80, environment=None):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                        env=environment, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.shown = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def type(self, octets):
        os.write(self.master, octets)

    def until(self, fits, seconds=30):
        """Read until what was shown fits, or all is over; gives what was shown."""
        deadline = time.monotonic() + seconds
        while not fits(self.shown) and time.monotonic() < deadline:
            try:
                if select.select([self.master], [], [], 0.2)[0]:
                    self.shown += os.read(self.master, 4096)
            except OSError:  # the other side is closed
                break
        return self.shown


def shown_on_terminal(command, columns=80, environment=None):
    """Its exit status, and all that it shows."""
    with Terminal(command, columns, environment) as terminal:
        shown = terminal.until(lambda _: False)
        return terminal.process.wait(timeout=20), shown.decode().replace("\r\n", "\n")
