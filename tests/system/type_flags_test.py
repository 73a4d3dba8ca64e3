"""The flags of types (D7.3): who is told what of an identity, and that nobody is told its token."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import ACCEPTED, REFUSED, plain
from system.outcomes import Outcomes
from system.postfix import require_postfix
from system.site import Site
from system.waiting import run_tests


class TypeFlagsTest(unittest.TestCase):
    def attempts(self, flags, *config):
        """A failure and a success of a device whose type has these flags, on an account that needs none."""
        self.site = self.enterContext(Site(config, backend="postfix"))
        self.site.ctl(f"type set UUID flags={flags}")
        self.site.start()
        with connected(self.site, "phone") as client:
            self.assertEqual(plain(client, self.site, "wrong"), REFUSED)
            self.assertEqual(plain(client, self.site, self.site.passwords["alice"]), ACCEPTED)
        self.events = Outcomes(self.site).wait_for(2)
        self.assertEqual(len(self.events), 2)
        check = self.site.ctl("--json check alice UUID -", self.site.token("phone"))
        self.fingerprint = json.loads(check)["fingerprint"]
        self.check_token_is_nowhere()

    def check_token_is_nowhere(self):
        """In no file of the site, whoever wrote it."""
        token = self.site.token("phone").encode()
        files = [path for path in self.site.dir.rglob("*") if path.is_file()]
        self.assertIn(self.site.dir / "clientid.db", files)
        for path in files:
            self.assertFalse(token in path.read_bytes(), f"{path.name} holds the token")

    def in_log(self):
        """The events of the log that name the device."""
        return [line.split()[1] for line in self.site.log().splitlines() if self.fingerprint in line]

    def in_history(self):
        """The devices that the history of the account names, and whether it can be asked for this one."""
        self.assertEqual(json.loads(self.site.ctl("--json history alice")), self.events)
        found = json.loads(self.site.ctl(f"--json history --device {self.fingerprint}"))
        self.assertEqual(len(found), len([event for event in self.events if event["fingerprint"]]))
        return [(event["type"], event["fingerprint"]) for event in self.events]

    def in_store(self):
        """Its files, as far as they are written: what is deleted, and what waits to be copied, is in them too."""
        return any(self.fingerprint.encode() in path.read_bytes() for path in self.site.dir.glob("clientid.db*"))

    def bindings(self):
        return [binding["fingerprint"] for binding in json.loads(self.site.ctl("--json list"))]

    def named(self):
        return [("uuid", self.fingerprint)] * 2

    def test_usually(self):
        self.attempts("system-log,user-log,authenticate")
        self.assertEqual(self.in_log(), ["auth", "auth"])
        self.assertEqual(self.in_history(), self.named())
        self.assertEqual(self.bindings(), [self.fingerprint])

    def test_system_log(self):
        self.attempts("system-log")
        self.assertEqual(self.in_log(), ["auth", "auth"])
        self.assertEqual(self.in_history(), [(None, None)] * 2)
        self.assertFalse(self.in_store())

    def test_user_log(self):
        self.attempts("user-log")
        self.assertEqual(self.in_log(), [])
        self.assertEqual(self.in_history(), self.named())
        self.assertEqual(self.bindings(), [])

    def test_authenticate(self):
        """It is bound, and so in the store, but nobody is told of its attempts."""
        self.attempts("authenticate")
        self.assertEqual(self.in_log(), [])
        self.assertEqual(self.in_history(), [(None, None)] * 2)
        self.assertEqual(self.bindings(), [self.fingerprint])
        self.assertEqual([event["reason"] for event in self.events], ["learned", "learned"])

    def test_ignore(self):
        self.attempts("ignore")
        self.assertEqual(self.in_log(), [])
        self.assertEqual(self.in_history(), [(None, None)] * 2)
        self.assertFalse(self.in_store())
        self.assertEqual([event["reason"] for event in self.events], ["absent-allowed"] * 2)

    def test_debug(self):
        self.attempts("debug")
        self.assertEqual(self.in_log(), ["identity", "identity"])
        self.assertEqual(self.in_history(), [(None, None)] * 2)
        self.assertFalse(self.in_store())
        self.assertEqual([event["reason"] for event in self.events], ["absent-allowed"] * 2)

    def test_debug_where_nobody_debugs(self):
        self.attempts("debug", "log-level = info")
        self.assertEqual(self.site.log().count(" auth peer="), 2)
        self.assertEqual(self.in_log(), [])
        self.assertFalse(self.in_store())

    def test_alerts_are_neither_log_nor_history(self):
        """What alerts say of it is in alert_kinds_test.py; unused is without effect."""
        for flags in ("alert-failure,alert-success", "unused"):
            with self.subTest(flags=flags):
                self.attempts(flags)
                self.assertEqual(self.in_log(), [])
                self.assertEqual(self.in_history(), [(None, None)] * 2)
                self.assertFalse(self.in_store())


if __name__ == "__main__":
    run_tests(require_postfix)
