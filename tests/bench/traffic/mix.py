"""All kinds of clients at once, each in a thread of its own, for as long as it is wanted.

    mix = Mix(site, rate, report)
    mix.every_kind()    # one of each, to their end
    mix.start()
    mix.stop()

`report` is called with one line where a client was not served as it must be.
"""
import collections
import random
import threading
import time

from . import bad, good, hostile, slow

GROUPS = {"good": good.ALL, "bad": bad.ALL, "hostile": hostile.ALL, "slow": slow.ALL}
SHARES = {"good": 3, "bad": 3, "hostile": 3, "slow": 1}
MOST = 300  # at a time; one more does not come


class Mix:
    def __init__(self, site, rate, report):
        """So many clients a second begin."""
        self.site, self.rate, self.report = site, rate, report
        self.lock, self.over = threading.Lock(), threading.Event()
        self.served = collections.Counter()  # by the name of the group
        self.messages = 0  # that the server took from good ones
        self.clients = set()
        self.starter = threading.Thread(target=self._start_clients)

    def every_kind(self):
        for group, kinds in GROUPS.items():
            for kind in kinds:
                self._begin(group, kind)
        self._wait()

    def start(self):
        self.starter.start()

    def stop(self):
        """No more begin, and those that have are served."""
        self.over.set()
        if self.starter.is_alive():
            self.starter.join()
        self._wait()

    def _start_clients(self):
        due = time.monotonic()
        while not self.over.wait(max(0, due - time.monotonic())):
            due = max(due + 1 / self.rate, time.monotonic() - 1)
            group = random.choices(list(SHARES), SHARES.values())[0]
            if len(self.clients) < MOST:
                self._begin(group, random.choice(GROUPS[group]))

    def _begin(self, group, kind):
        client = threading.Thread(target=self._serve, args=[group, kind])
        with self.lock:
            self.clients.add(client)
        client.start()

    def _serve(self, group, kind):
        try:
            messages = kind(self.site) or 0
            with self.lock:
                self.served[group] += 1
                self.messages += messages
        except Exception as error:  # whatever it is, this client was not served
            self.report(f"{group} client, {kind.__name__}: {type(error).__name__}: {error}")
        finally:
            with self.lock:
                self.clients.discard(threading.current_thread())

    def _wait(self):
        while True:
            with self.lock:
                left = next(iter(self.clients), None)
            if not left:
                return
            left.join()
