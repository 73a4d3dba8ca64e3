"""A real saslauthd that checks passwords against a sasldb; its socket is run/mux in its directory.

It always reads /etc/sasldb2: so it gets an /etc of its own, in a mount namespace that nobody else sees. That needs root.
"""
import os
import shutil
import socket
import subprocess

from .waiting import Skip, wait_until

PROGRAM = "/usr/sbin/saslauthd"
START = 'mount --bind "$1/etc" /etc && exec "$0" -d -a sasldb -n 1 -m "$1/run"'


class Saslauthd:
    def __init__(self, directory, sasldb):
        self.directory, self.sasldb = directory, sasldb

    def __enter__(self):
        for name in ("etc", "run"):
            (self.directory / name).mkdir(parents=True)
        shutil.copy(self.sasldb, self.directory / "etc" / "sasldb2")
        with open(self.directory / "log", "wb") as log:
            # In a process group of its own, for it ends the whole group when it ends.
            self.process = subprocess.Popen(["unshare", "--mount", "sh", "-c", START, PROGRAM, self.directory],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        if not wait_until(lambda: self.process.poll() is not None or self._listens(), 20) or self.process.poll():
            self.__exit__()
            raise RuntimeError("saslauthd does not start: " + (self.directory / "log").read_text())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def _listens(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.directory / "run" / "mux")) == 0


def require_saslauthd():
    if not os.access(PROGRAM, os.X_OK):
        raise Skip("there is no saslauthd here")
    if os.geteuid() != 0:
        raise Skip("saslauthd with an /etc of its own needs root")
