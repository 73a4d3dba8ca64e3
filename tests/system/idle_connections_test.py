"""Thousands of idle connections: they cost memory, which is told, and no thread.

5,000 encrypted connections that have authenticated, or as many as there are descriptors for; 1,000 where there is only a
build with sanitizers, whose handshakes take so much longer. One in ten has its connection to the back end: a scripted
one, for a Postfix has a process for each.
"""
import pathlib
import re
import resource
import smtplib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.builds import sanitized
from system.mechanisms import plain
from system.scripted import Scripted
from system.site import NAME, Site, prefer_plain_build, program
from system.waiting import run_tests

WANTED = 5000
WANTED_SANITIZED = 1000
RELAYED = 10  # one in so many
DEADLINE = 60  # of one answer, in seconds
OTHERS = 300  # descriptors that are there anyhow


class IdleConnectionsTest(unittest.TestCase):
    def setUp(self):
        self.begun = time.monotonic()
        prefer_plain_build()
        self.sanitized = sanitized(program("SHIM"))
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        # Ours hold the clients' ends, and those of the scripted back end. The shim inherits the limit, and has two for some.
        room = hard if hard != resource.RLIM_INFINITY else 1 << 20
        self.count = min(WANTED_SANITIZED if self.sanitized else WANTED, (room - OTHERS) * 10 // 12)
        limits = (f"max-connections = {self.count + 10}", f"max-connections-per-address = {self.count + 10}",
                  f"max-connections-per-device = {self.count + 10}")
        self.site = self.enterContext(Site(["log-level = warning", "command-timeout = 10m", *limits], backend=Scripted))
        self.site.ctl("policy set device-sessions=none")
        self.site.ctl("bind alice UUID -", self.site.token("phone"))
        self.site.start()

    def test_idle_connections(self):
        context = self.site.trust()
        clients = [self.open(context)]
        self.begin_mail(clients[0])
        # All that is made once is there.
        threads, before = self.threads(), self.memory()
        for number in range(1, self.count):
            client = self.open(context)
            clients.append(client)
            if number % RELAYED == 0:
                self.begin_mail(client)
        after = self.memory()
        self.assertEqual(self.threads(), threads)
        print(f"\n{len(clients)} idle authenticated connections, {-(-self.count // RELAYED)} of them with a back end"
              f"{', with sanitizers' if self.sanitized else ''}: {(after - before) / (self.count - 1):.1f} KiB each (PSS), "
              f"{threads} threads, opened in {time.monotonic() - self.begun:.1f} s", flush=True)
        for client in clients:
            client.send("NOOP\r\n")
        for client in clients:
            self.assertEqual(client.getreply(), (250, b"2.0.0 OK"))
        self.assertEqual(self.threads(), threads)
        # Those that had one go on by the same connection to the back end.
        connected = len(self.site.postfix.connections)
        for client in clients[::RELAYED * 10]:
            self.assertEqual(client.rcpt(f"bob@{NAME}")[0], 250)
        self.assertEqual(len(self.site.postfix.connections), connected)
        for client in clients:
            client.close()

    def open(self, context):
        client = smtplib.SMTP(local_hostname="client.test", timeout=DEADLINE)
        client.sock = context.wrap_socket(client._get_socket("127.0.0.1", self.site.ports["tls"], DEADLINE),
                                          server_hostname=NAME)
        self.addCleanup(client.close)
        self.assertEqual(client.getreply()[0], 220)
        self.assertEqual(client.ehlo("client.test")[0], 250)
        self.assertEqual(client.docmd("CLIENTID", "UUID " + self.site.token("phone"))[0], 250)
        self.assertEqual(plain(client, self.site, self.site.passwords["alice"])[0], 235)
        return client

    def begin_mail(self, client):
        self.assertEqual(client.mail("alice@" + NAME)[0], 250)

    def threads(self):
        status = pathlib.Path(f"/proc/{self.site.shim.pid}/status").read_text()
        return int(re.search(r"^Threads:\s+(\d+)$", status, re.M)[1])

    def memory(self):
        """KiB, shared pages by their share."""
        rollup = pathlib.Path(f"/proc/{self.site.shim.pid}/smaps_rollup").read_text()
        return int(re.search(r"^Pss:\s+(\d+) kB$", rollup, re.M)[1])


if __name__ == "__main__":
    run_tests()
