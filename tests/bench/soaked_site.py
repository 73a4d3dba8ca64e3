"""The site that is soaked: a shim with all that a site has on, a real Postfix behind it, and somebody who reads the logs
of both.

    with SoakedSite() as site:
        ... traffic ...
        site.read_logs()    # what is amiss in them, in lines
"""
import base64
import collections
import random
import re
import signal

from peers import Shim
from system.monitored import Monitor
from system.site import SiteError
from system.waiting import wait_until
from traffic.good import SENDER
from traffic.hostile import TEST_NET

HOME = "127.0.0.1"  # where those come from who may log in
SENDERS = [f"from=<{sender}>" for sender in (SENDER, "load@load.test")]
MECHANISMS = "mechanisms = PLAIN LOGIN SCRAM-SHA-256"
POSTFIX = "\ndefault_transport = discard:\nsmtpd_client_connection_count_limit = 0\n"
# What such traffic brings about, and the start of a shim whose site belongs to root. Other warnings and errors are
# amiss.
EVENTS = {"auth", "client-fault", "detection", "few-descriptors", "listening", "reloaded", "runs-as-root", "stopping",
          "tls-failure"}


class Tail:
    """What a file grows by, in lines."""

    def __init__(self, path):
        self.path, self.read, self.rest = path, 0, b""

    def __iter__(self):
        if not self.path.exists():
            return
        with open(self.path, "rb") as file:
            file.seek(self.read)
            more = file.read()
        self.read += len(more)
        *lines, self.rest = (self.rest + more).split(b"\n")
        yield from (line.decode("latin-1") for line in lines)


class SoakedSite(Shim):
    time_limit = 20  # seconds: what clients may take for whatever it is

    def __init__(self):
        self.monitor = Monitor()
        limits = [f"{key}-timeout = {self.time_limit}s" for key in ("greeting", "command", "data")]
        super().__init__(workers=2, config=[MECHANISMS, *limits, *self.monitor.config], backend="postfix",
                         postfix={"smtpd": "smtpd", "main": POSTFIX})
        self.believed = None
        self.events = collections.Counter()  # of the shim's log, by name
        self.delivered = 0  # messages of good clients that are in the queue of Postfix
        # All that clients show, made beforehand: what is masked must not change while it is looked at.
        self.devices = [f"stranger {number}" for number in range(200)]
        self.guesses = [f"guess {number}" for number in range(200)]

    def __enter__(self):
        super().__enter__()
        self.shim_log, self.mail_log = Tail(self.dir / "shim.log"), Tail(self.postfix.dir / "maillog")
        for device in ("tablet", "old phone"):
            self.ctl("bind bob UUID -", self.token(device))
        for device in self.devices:
            self.token(device)
        for account, password in self.passwords.items():
            self.plain(account, password)
        return self

    def trust(self):
        """One context for all: every certificate that there was is believed, for it may still be shown."""
        self.believed = self.believed or super().trust()
        return self.believed

    def plain(self, name, password):
        """Guesses are nothing to hide."""
        if password in self.guesses:
            return base64.b64encode(f"\0{name}\0{password}".encode()).decode()
        return super().plain(name, password)

    @staticmethod
    def stranger():
        """Where somebody comes from who may not log in."""
        return f"127.0.{random.randint(1, 4)}.{random.randint(1, 250)}"

    def renew_certificate(self):
        self.make_certificate()
        self.trust().load_verify_locations(self.dir / "cert.pem")

    def hang_up(self):
        """SIGHUP, and until it is done; somebody must read the logs meanwhile."""
        seen = self.events["reloaded"]
        self.shim.send_signal(signal.SIGHUP)
        if not wait_until(lambda: self.events["reloaded"] > seen, 60):
            raise SiteError("the shim does not read its configuration again")

    def store_size(self):
        """KiB."""
        return sum(path.stat().st_size for path in self.dir.glob("clientid.db*")) // 1024

    def read_logs(self):
        """What is amiss in what was written since the last time."""
        found = []
        for line in self.shim_log:
            event = line.removeprefix("clientid-shim: ").partition(" ")[0]
            self.events[event] += 1
            if event not in EVENTS:
                found.append(f"the shim logs: {self.mask(line)}")
            if event == "auth" and not self._as_it_must_be(line):
                found.append(f"somebody got in, or did not: {line}")
        for line in self.mail_log:
            self.delivered += "/qmgr[" in line and any(sender in line for sender in SENDERS)
            if "from=<hostile@" in line or TEST_NET in line:
                found.append(f"something hostile passed: {line}")
        return found

    @staticmethod
    def _as_it_must_be(line):
        return re.search(r" outcome=(failed|refused) ", line) or f" peer={HOME} outcome=authenticated " in line
