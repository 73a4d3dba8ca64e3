"""policy and account: the settings and their levels."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import SiteTest, TIME, USAGE

NAMES = ["mode", "absent", "max-devices", "when-full", "learn-until", "require-types", "allow-types", "deny-types",
         "trusted-networks", "on-store-failure", "device-attempts", "device-failures", "address-attempts",
         "address-failures", "account-attempts", "account-failures", "absent-attempts", "absent-failures", "ipv4-prefix",
         "ipv6-prefix", "max-accounts-per-device", "device-sessions", "two-places", "travel-time", "detect-account",
         "detect-device", "detect-address", "detect-all", "detect-all-mode", "detect-for"]
GLOBAL = ["on-store-failure=allow", "ipv4-prefix=24", "ipv6-prefix=56", "detect-device=3/1h", "detect-address=3/1h",
          "detect-all=3/1h", "detect-all-mode=valid-only", "detect-for=2h"]


class SettingsTest(SiteTest):
    def test_levels(self):
        self.ctl("policy", "set", "mode=observe", "max-devices=7", "deny-types=MAC, cookie*")
        self.ctl("account", "set", "@Example.com", "max-devices=8", "absent=refuse")
        self.ctl("account", "set", "Alice", "absent=allow")
        value = self.json("account", "show", "alice")
        self.assertEqual(list(value), ["scope", "settings"])
        self.assertEqual(value["scope"], "alice@example.com")
        settings = value["settings"]
        self.assertEqual(list(settings), NAMES)
        self.assertEqual(settings["mode"], {"value": "observe", "level": "global"})
        self.assertEqual(settings["max-devices"], {"value": "8", "level": "domain"})
        self.assertEqual(settings["absent"], {"value": "allow", "level": "account"})
        self.assertEqual(settings["deny-types"], {"value": "mac,cookie*", "level": "global"})
        self.assertEqual(settings["when-full"], {"value": "quarantine", "level": "default"})
        self.assertEqual(self.json("account", "show", "@example.com")["settings"]["absent"]["value"], "refuse")
        self.assertEqual(self.json("policy", "show")["settings"]["max-devices"]["value"], "7")
        self.assertEqual(self.json("account", "unset", "alice", "absent"),
                         {"scope": "alice@example.com", "set": {}, "changed": True})
        self.assertEqual(self.json("account", "show", "alice")["settings"]["absent"]["level"], "domain")
        self.assertIn("max-devices unset", self.ctl("policy", "unset", "max-devices").out)
        self.assertRegex(self.ctl("account", "show", "alice").out, r"(?m)^mode +observe +global$")

    def test_idempotent(self):
        self.assertEqual(self.ctl("policy", "set", "mode=enforce").out, "policy: mode=enforce\n")
        self.assertEqual(self.ctl("policy", "set", "mode=enforce").out, "policy: already mode=enforce\n")
        self.assertEqual(self.ctl("policy", "unset", "mode").out, "policy: mode unset\n")
        self.assertEqual(self.ctl("policy", "unset", "mode").out, "policy: mode was not set\n")
        self.assertEqual(len(self.changes()), 2)

    def test_all_or_nothing(self):
        self.ctl("policy", "set", "mode=enforce", "absent=frob", expect=USAGE)
        self.assertEqual(self.json("policy", "show")["settings"]["mode"]["level"], "default")
        self.assertEqual(self.changes(), [])

    def test_some_are_for_all(self):
        for setting in GLOBAL:
            for scope in ("alice", "@example.com"):
                self.assertIn("policy set", self.ctl("account", "set", scope, setting, expect=USAGE).err)
        self.ctl("policy", "set", *GLOBAL)
        self.ctl("account", "set", "*", "mode=off", expect=USAGE)

    def test_limits_are_of_an_account_too(self):
        self.ctl("account", "set", "alice", "device-failures=3/5m", "detect-account=none", "device-sessions=none",
                 "max-accounts-per-device=1", "two-places=refuse", "travel-time=30m")
        settings = self.json("account", "show", "alice")["settings"]
        self.assertEqual(settings["device-failures"], {"value": "3/5m", "level": "account"})
        self.assertEqual(self.json("account", "show", "bob")["settings"]["device-failures"],
                         {"value": "20/10m", "level": "default"})

    def test_what_they_take(self):
        rate = "a number in a time of 1m to 24h such as 20/10m, or none"
        for setting, takes in [("device-failures=20", rate), ("device-failures=0/10m", rate),
                               ("device-failures=20/59s", rate), ("device-failures=20/25h", rate),
                               ("absent-failures=-1/1h", rate), ("detect-all=many", rate),
                               ("ipv4-prefix=33", "a number from 8 to 32"), ("ipv6-prefix=15", "a number from 16 to 128"),
                               ("device-sessions=0", "a number from 1 to 1000, or none"),
                               ("two-places=frob", "off, alert or refuse"),
                               ("travel-time=59s", "a duration of 1m to 7d such as 2h"),
                               ("detect-all-mode=block", "alert, valid-only or known-only")]:
            with self.subTest(setting=setting):
                name, value = setting.split("=")
                self.assertEqual(self.ctl("policy", "set", setting, expect=USAGE).err,
                                 f'clientidctl: {name}: cannot be "{value}"; it takes {takes}\n')

    def test_duration_becomes_a_time(self):
        self.ctl("policy", "set", "learn-until=14d")
        self.assertRegex(self.json("policy", "show")["settings"]["learn-until"]["value"], TIME)


if __name__ == "__main__":
    unittest.main()
