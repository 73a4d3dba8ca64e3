"""Many clients at once, while keys and configuration are read anew and others ask for metrics and verdicts: each is
answered as if it were alone, and the history has each of them once.

Here the threads of the shim have all that they share in use together. Built with ThreadSanitizer, a race shows itself.
"""
import collections
import concurrent.futures
import json
import pathlib
import signal
import socket
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import ACCEPTED, REFUSED, login, plain, scram
from system.monitored import Monitor
from system.scripted import Scripted
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

CLIENTS = 6
MECHANISMS = [plain, login, scram]
PATIENCE = 60
QUESTION = (b"request=clientid-verdict\nversion=1\naccount=alice\nservice=smtp\nlocal=127.0.0.1;587\n"
            b"remote=192.0.2.7;49152\n\n")
MESSAGE = "Subject: in a crowd\r\n\r\ntext\r\n"


class CrowdTest(unittest.TestCase):
    def setUp(self):
        self.monitor = Monitor()
        self.site = self.enterContext(Site([*self.monitor.config, "workers = 4", "auth-workers = 4",
                                            "alert-command = /bin/true"], backend=Scripted))
        self.site.ctl(f"policy set mode=learn max-devices={CLIENTS}")
        self.site.start()
        self.monitor.wait("/readyz")

    def client(self, device):
        """With each mechanism a wrong password and the right one, and a message each time that it is in."""
        for mechanism in MECHANISMS:
            with connected(self.site, device, PATIENCE) as client:
                self.assertEqual(mechanism(client, self.site, "wrong"), REFUSED)
                self.assertEqual(mechanism(client, self.site, self.site.passwords["alice"]), ACCEPTED)
                client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)

    def reload(self):
        reloaded = self.site.log().count(": reloaded")
        self.site.ctl("key rotate")
        self.site.shim.send_signal(signal.SIGHUP)
        self.assertTrue(wait_until(lambda: self.site.log().count(": reloaded") > reloaded, PATIENCE),
                        self.site.mask(self.site.log()))

    def ask_for_metrics(self):
        self.assertEqual(self.monitor.status("/metrics"), 200)
        self.assertEqual(self.monitor.status("/readyz"), 200)

    def ask_for_a_verdict(self):
        with socket.socket(socket.AF_UNIX) as asker:
            asker.settimeout(PATIENCE)
            asker.connect(str(self.site.dir / "verdict"))
            asker.sendall(QUESTION)
            self.assertIn(b"\nverdict=allow\n", b"\n" + asker.recv(4096))

    def outcomes(self):
        return collections.Counter(event["outcome"] for event in json.loads(self.site.ctl("--json history alice")))

    def test_a_crowd(self):
        over = threading.Event()

        def again_and_again(what):
            while not over.is_set():
                what()

        with concurrent.futures.ThreadPoolExecutor(CLIENTS + 3) as pool:
            others = [pool.submit(again_and_again, what)
                      for what in (self.reload, self.ask_for_metrics, self.ask_for_a_verdict)]
            clients = [pool.submit(self.client, f"device{number}") for number in range(CLIENTS)]
            concurrent.futures.wait(clients)
            over.set()
            for task in clients + others:
                task.result()
        each = CLIENTS * len(MECHANISMS)
        expected = {"enrolled": CLIENTS, "authenticated": each - CLIENTS, "failed": each}
        self.assertTrue(wait_until(lambda: self.outcomes() == expected, PATIENCE), f"{expected} became {self.outcomes()}")
        self.assertEqual(len(self.site.postfix.messages()), each)


if __name__ == "__main__":
    run_tests()
