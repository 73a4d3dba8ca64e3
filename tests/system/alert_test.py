"""A new device, told of by a program and by mail: the whole way from AUTH on."""
import calendar
import email
import json
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.postfix import require_postfix, running
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

ALICE, BOB = f"alice@{NAME}", f"bob@{NAME}"


class AlertTest(unittest.TestCase):
    def site(self, script, *config):
        """The alert-command is this script; {dir} is the directory of the site."""
        site = self.enterContext(Site(["alert-command = {dir}/tell", *config], backend="postfix"))
        path = site.dir / "tell"
        path.write_text("#!/bin/sh\n" + script.replace("{dir}", str(site.dir)))
        path.chmod(0o755)
        site.start()
        return site

    def learn(self, site, device):
        with connected(site, device) as client:
            self.assertEqual(client.login("alice", site.passwords["alice"])[0], 235)

    def fingerprint(self, site):
        return re.search(r"outcome=enrolled .* fingerprint=([0-9a-f]{16})", site.log())[1]

    def test_a_new_device(self):
        site = self.site("cat > {dir}/new && mv {dir}/new {dir}/told\n", "alert-mail = account", f"alert-mail = {BOB}",
                         f"alert-from = {BOB}")
        self.learn(site, "phone")
        told = site.dir / "told"
        self.assertTrue(wait_until(told.exists), site.log())
        alert = json.loads(told.read_text())
        fingerprint = self.fingerprint(site)
        first = calendar.timegm(time.strptime(alert["first"], "%Y-%m-%dT%H:%M:%SZ"))
        self.assertLess(abs(time.time() - first), 60)
        self.assertEqual({**alert, "first": None, "last": None, "reason": None, "detail": None},
                         {"kind": "device-bound", "account": ALICE, "type": "uuid", "fingerprint": fingerprint,
                          "peer": "127.0.0.1", "reason": None, "detail": None, "first": None, "last": None, "count": 1,
                          "host": NAME})
        self.assertTrue(site.postfix.wait_for(messages=2), site.log())
        mails = [email.message_from_string(text) for text in site.postfix.messages()]
        self.assertEqual(sorted(mail["To"] for mail in mails), [ALICE, BOB])
        for mail in mails:
            self.assertEqual(mail["Subject"], f"[clientid] new device bound to {ALICE}")
            self.assertIn(f"uuid {fingerprint}\n", mail.get_payload())
        self.assertNotIn("alert-failure", site.log())

    def test_a_program_that_hangs_holds_up_nobody(self):
        site = self.site("echo $$ > {dir}/new && mv {dir}/new {dir}/pid\nexec sleep 600\n")
        self.learn(site, "phone")
        self.assertTrue(wait_until((site.dir / "pid").exists))
        sleeper = int((site.dir / "pid").read_text())
        begun = time.monotonic()
        self.learn(site, "tablet")
        self.assertLess(time.monotonic() - begun, 5)
        self.assertTrue(running(sleeper))
        site.shim.terminate()
        self.assertEqual(site.shim.wait(20), 0)
        self.assertFalse(running(sleeper))
        self.assertIn('alert-failure by=alert-command cause="killed, for the program ends"', site.log())
        self.assertIn("alerts-lost alerts=1\n", site.log())


if __name__ == "__main__":
    run_tests(require_postfix)
