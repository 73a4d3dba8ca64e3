"""A site whose alerts a program keeps, each in a file of its own, and whose clients come from any address."""
import json
import unittest

from .proxied import log_in_from, proxied
from .site import Site
from .waiting import wait_until

FIELDS = ["kind", "account", "type", "fingerprint", "peer", "reason", "detail", "first", "last", "count", "host"]

KEEP = '#!/bin/sh\nfile=$(mktemp {dir}/alerts/new.XXXXXX) && cat >"$file" && mv "$file" "$file.json"\n'


class AlertsSite(unittest.TestCase):
    def make_site(self, *settings, clientid=()):
        self.site = self.enterContext(Site(backend="postfix"))
        (self.site.dir / "alerts").mkdir()
        command = self.site.dir / "tell"
        command.write_text(KEEP.format(dir=self.site.dir))
        command.chmod(0o755)
        with open(self.site.dir / "clientid.conf", "a") as conf:
            conf.writelines(line + "\n" for line in clientid)
        self.site.config += [f"alert-command = {command}", "max-errors = 100"]
        if settings:
            self.site.ctl("policy set " + " ".join(settings))
        proxied(self.site)
        self.site.start()

    def bind(self, device="phone", account="alice"):
        self.site.ctl(f"bind {account} UUID -", self.site.token(device))

    def log_in(self, address, device="phone", account="alice", password=None, kind="UUID"):
        return log_in_from(self.site, address, device, account, password, kind)

    def seen(self, address, device="phone"):
        """Once the ledger has it that the device was there."""
        self.assertTrue(wait_until(lambda: json.loads(self.site.ctl(
            "--json show alice UUID -", self.site.token(device)))["last_peer"] == address))

    def alerts(self, kind=None):
        found = [json.loads(path.read_text()) for path in sorted((self.site.dir / "alerts").glob("*.json"))]
        return [alert for alert in found if kind in (None, alert["kind"])]

    def alert(self, kind, account="alice@shim.test"):
        """The one alert of this kind, once it is there."""
        self.assertTrue(wait_until(lambda: self.alerts(kind)), f"no {kind}:\n{self.site.log()}")
        (alert,) = self.alerts(kind)
        self.assertEqual(list(alert), FIELDS)
        self.assertEqual(alert["account"], account)
        for name, token in self.site.tokens.items():
            self.assertFalse(token in json.dumps(alert), f"the alert shows token {name}")
        return alert

    def fingerprint(self, device="phone"):
        return json.loads(self.site.ctl("--json check alice UUID -", self.site.token(device), (0, 1)))["fingerprint"]
