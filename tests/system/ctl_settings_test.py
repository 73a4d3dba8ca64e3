"""policy and account: the settings and their levels."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import SiteTest, TIME, USAGE


class SettingsTest(SiteTest):
    def test_levels(self):
        self.ctl("policy", "set", "mode=observe", "max-devices=7", "deny-types=MAC, cookie*")
        self.ctl("account", "set", "@Example.com", "max-devices=8", "absent=refuse")
        self.ctl("account", "set", "Alice", "absent=allow")
        value = self.json("account", "show", "alice")
        self.assertEqual(list(value), ["scope", "settings"])
        self.assertEqual(value["scope"], "alice@example.com")
        settings = value["settings"]
        self.assertEqual(list(settings), ["mode", "absent", "max-devices", "when-full", "learn-until", "require-types",
                                          "allow-types", "deny-types", "trusted-networks", "on-store-failure"])
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

    def test_store_failure_is_for_all(self):
        for scope in ("alice", "@example.com"):
            self.assertIn("policy set", self.ctl("account", "set", scope, "on-store-failure=allow", expect=USAGE).err)
        self.ctl("policy", "set", "on-store-failure=allow")
        self.ctl("account", "set", "*", "mode=off", expect=USAGE)

    def test_duration_becomes_a_time(self):
        self.ctl("policy", "set", "learn-until=14d")
        self.assertRegex(self.json("policy", "show")["settings"]["learn-until"]["value"], TIME)


if __name__ == "__main__":
    unittest.main()
