"""A name server on an address of loopback that nobody else has, for a program that is started by its prefix: it knows
one name, may take its time, and may fall silent.

    with Resolver(directory, "mail.test") as resolver:
        site.start(*resolver.prefix)
        resolver.delay = 0.5  # seconds
        resolver.silent = True
"""
import contextlib
import os
import random
import socket
import struct
import subprocess
import threading

from .waiting import Skip

A = 1
# In a mount namespace that nobody else sees. `timeout` is longer than the program has patience.
BEGIN = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
CONF = "nameserver {address}\noptions timeout:4 attempts:1\n"


class Resolver:
    def __init__(self, directory, name):
        self.conf, self.name, self.silent, self.delay = directory / "resolv.conf", name, False, 0
        self.prefix = ["unshare", "--mount", "sh", "-c", BEGIN, str(self.conf)]

    def __enter__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        address = f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}.53"
        self.socket.bind((address, 53))
        self.conf.write_text(CONF.format(address=address))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join(10)
        self.socket.close()

    def _serve(self):
        while True:
            query, asker = self.socket.recvfrom(1000)
            if not query:
                return
            if not self.silent:
                threading.Timer(self.delay, self._reply, [query, asker]).start()

    def _reply(self, query, asker):
        with contextlib.suppress(OSError):  # nobody is there any more
            self.socket.sendto(self._answer(query), asker)

    def _answer(self, query):
        """127.0.0.1 where it is asked for that, and no other record."""
        end = query.index(b"\0", 12) + 5
        asked, (kind,) = query[12:end], struct.unpack("!H", query[end - 4:end - 2])
        name = b"".join(bytes([len(label)]) + label.encode() for label in self.name.split("."))
        known = kind == A and asked.startswith(name + b"\0")
        record = b"\xc0\x0c" + struct.pack("!HHIH", A, 1, 0, 4) + socket.inet_aton("127.0.0.1")
        return query[:2] + struct.pack("!HHHHH", 0x8180, 1, known, 0, 0) + asked + (record if known else b"")


def require_resolver():
    done = subprocess.run(["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf', os.devnull],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise Skip(f"another name server takes root and mount: {done.stderr.strip()}")
