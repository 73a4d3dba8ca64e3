"""approve, deny, suspend, resume and revoke, in every state of a binding."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import ABSENT, BINDING, REFUSED, RULE, STATES, SiteTest, TIME, TRANSITIONS


class StateTest(SiteTest):
    def test_every_verb_in_every_state(self):
        self.bind()
        for verb, results in TRANSITIONS.items():
            for state, result in zip(STATES, results):
                with self.subTest(verb=verb, state=state):
                    self.set_state(1, state)
                    before = len(self.changes())
                    if result.startswith("("):
                        error = self.ctl(verb, "1", expect=RULE).err
                        self.assertIn(f"clientidctl {result[1:-1]} 1", error)
                    else:
                        value = self.json(verb, "1")
                        self.assertEqual(list(value), BINDING + ["changed"])
                        self.assertEqual(value["changed"], result != "=")
                    after = state if result == "=" or result.startswith("(") else result
                    self.assertEqual(self.json("show", "1")["state"], after)
                    self.assertEqual(len(self.changes()) - before, int(after != state))

    def test_they_say_what_they_did(self):
        self.bind()
        self.assertEqual(self.ctl("suspend", "1").out, "binding 1: suspended\n")
        self.assertEqual(self.ctl("suspend", "1").out, "binding 1: already suspended\n")
        self.assertEqual(self.ctl("--quiet", "resume", "1").out, "")
        self.ctl("revoke", "2", expect=ABSENT)

    def test_by_token(self):
        token, _ = self.bind()
        self.ctl("suspend", "alice", "UUID", "-", text=token)
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token, expect=REFUSED)["reason"], "suspended")
        self.ctl("revoke", "alice", "UUID", "-", text=token)
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token, expect=REFUSED)["reason"], "revoked")

    def test_suspension_with_an_end(self):
        token, _ = self.bind()
        value = self.json("suspend", "1", "--for", "2h")
        self.assertRegex(value["suspended_until"], TIME)
        self.assertRegex(self.ctl("suspend", "1", "--for", "3h").out, rf"suspended until {TIME.pattern}\n")
        self.sql("UPDATE binding SET suspended_until = 1000000000")
        self.assertEqual(self.json("show", "1")["state"], "active")
        self.assertEqual(len(self.json("list", "--state", "active")), 1)
        self.assertEqual(self.json("list", "--state", "suspended"), [])
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token)["reason"], "bound")


if __name__ == "__main__":
    unittest.main()
