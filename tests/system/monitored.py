"""What a shim shows of itself: the pages of `metrics`, and the samples in the one for Prometheus.

    site = Site([*monitor.config], ...)
    monitor.value('clientid_auth_attempts_total{outcome="failed"}')
"""
import http.client
import re

from .waiting import free_port, wait_until

SAMPLE = re.compile(r'([a-z_]+)(\{(?:[a-z]+="[^"\\\n]*",?)+\})? (\S+)')


class Monitor:
    def __init__(self):
        self.port = free_port()
        self.config = [f"metrics = 127.0.0.1:{self.port}"]

    def ask(self, path, method="GET"):
        """(status, headers, body)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def status(self, path):
        return self.ask(path)[0]

    def scrape(self):
        return self.ask("/metrics")[2]

    def samples(self):
        """{'name{label="value"}': number}; every line must be one that can be read."""
        found = {}
        for line in self.scrape().splitlines():
            if not line.startswith("# "):
                match = SAMPLE.fullmatch(line)
                if not match:
                    raise ValueError(f"not a sample: {line!r}")
                found[match[1] + (match[2] or "")] = float(match[3])
        return found

    def value(self, name):
        return self.samples().get(name)

    def wait(self, page="/healthz", status=200):
        """Until the page has this status; the listener may not be there yet."""
        def has_it():
            try:
                return self.status(page) == status
            except ConnectionRefusedError:
                return False
        if not wait_until(has_it, 30):
            raise RuntimeError(f"{page} does not come to {status}: {self.ask(page)[2]}")

    def comes_to(self, name, value):
        """Has it this value, or gets it soon?"""
        return wait_until(lambda: self.value(name) == value)
