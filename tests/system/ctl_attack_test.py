"""attack: who gets in while there is an attack, on all, on one account or from one network (U6.2.1, U6.2.2)."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import DONE, REFUSED, SiteTest, TIME, USAGE
from system.waiting import wait_until

MODE = ["kind", "subject", "effect", "until", "reason", "created", "created_by"]


class AttackTest(SiteTest):
    def setUp(self):
        super().setUp()
        self.phone, self.other = self.bind()[0], self.token()

    def reason(self, expect, token=None, *options, account="alice"):
        device = ["UUID", "-"] if token else []
        return self.json("check", account, *device, *options, text=token or "", expect=expect)["reason"]

    def status(self):
        return [(mode["kind"], mode["subject"], mode["effect"]) for mode in self.json("attack", "status")]

    def test_known_only_is_what_is_on_if_nothing_is_said(self):
        value = self.json("attack", "on")
        self.assertEqual(list(value), MODE + ["changed"])
        self.assertEqual([value[name] for name in ("kind", "subject", "effect", "until", "reason", "changed")],
                         ["everybody", None, "known-only", None, None, True])
        self.assertEqual([list(mode) for mode in self.json("attack", "status")], [MODE])
        self.assertRegex(self.ctl("attack", "status").out, rf"(?m)^known-only +everybody +- +{TIME.pattern} +operator \S+ +-$")
        self.assertEqual([self.reason(DONE, self.phone), self.reason(REFUSED, self.other), self.reason(REFUSED)],
                         ["bound", "known-only", "known-only"])
        self.assertEqual(self.ctl("attack", "off").out, "everybody: attack mode is off\n")
        self.assertEqual([self.reason(DONE, self.other), self.reason(DONE)], ["learned", "absent-allowed"])
        self.assertEqual(self.status(), [])

    def test_valid_only(self):
        self.assertEqual(self.ctl("attack", "on", "--valid-only").out, "everybody: valid-only until it is lifted\n")
        self.assertEqual([self.reason(DONE, self.phone), self.reason(DONE, self.other), self.reason(REFUSED)],
                         ["bound", "learned", "valid-only"])
        self.assertEqual(self.json("check", "alice", "UUID", "no-uuid", expect=REFUSED)["reason"], "valid-only")

    def test_both(self):
        """The stricter one counts; off ends both."""
        self.ctl("attack", "on", "--valid-only")
        self.ctl("attack", "on", "--known-only")
        self.assertEqual(self.reason(REFUSED, self.other), "known-only")
        self.assertEqual(len(self.status()), 2)
        self.ctl("attack", "off")
        self.assertEqual(self.status(), [])

    def test_one_account(self):
        self.assertEqual(self.ctl("attack", "on", "--account", "Alice").out,
                         "account alice@example.com: known-only until it is lifted\n")
        self.assertEqual(self.reason(REFUSED, self.other), "known-only")
        self.assertEqual(self.reason(DONE, self.other, account="bob"), "learned")
        self.assertIn("was not on", self.ctl("attack", "off").out)
        self.assertIn("was not on", self.ctl("attack", "off", "--account", "bob").out)
        self.assertEqual(self.status(), [("account", "alice@example.com", "known-only")])
        self.assertIn("is off", self.ctl("attack", "off", "--account", "alice@example.com").out)
        self.assertEqual(self.reason(DONE, self.other), "learned")

    def test_one_network(self):
        self.assertEqual(self.ctl("attack", "on", "--valid-only", "--address", "192.0.2.0/24").out,
                         "address 192.0.2.0/24: valid-only until it is lifted\n")
        self.assertEqual(self.reason(REFUSED, None, "--peer", "192.0.2.7"), "valid-only")
        self.assertEqual(self.reason(DONE, None, "--peer", "192.0.3.7"), "absent-allowed")
        self.assertEqual(self.reason(DONE), "absent-allowed")
        self.ctl("attack", "off", "--address", "192.0.2.0/24")
        self.assertEqual(self.reason(DONE, None, "--peer", "192.0.2.7"), "absent-allowed")

    def test_idempotent(self):
        self.assertEqual(self.json("attack", "on")["changed"], True)
        self.assertEqual(self.json("attack", "on")["changed"], False)
        self.assertEqual(self.ctl("attack", "on", "--known-only").out, "everybody: already known-only until it is lifted\n")
        self.assertEqual(self.json("attack", "off")["changed"], True)
        self.assertEqual(self.json("attack", "off")["changed"], False)
        self.assertEqual(self.ctl("attack", "off").out, "everybody: attack mode was not on\n")
        self.assertEqual(self.ctl("--quiet", "attack", "on").out, "")
        self.assertEqual(len(self.changes()[1:]), 3)

    def test_it_ends_by_itself(self):
        self.assertRegex(self.json("attack", "on", "--for", "2h")["until"], TIME)
        self.assertEqual(self.reason(REFUSED, self.other), "known-only")
        self.ctl("attack", "on", "--for", "1s")
        self.assertTrue(wait_until(lambda: self.ctl("check", "alice", "UUID", "-", text=self.other,
                                                    expect=None).status == DONE))
        self.assertEqual(self.status(), [])
        self.assertIn("was not on", self.ctl("attack", "off").out)

    def test_history(self):
        self.ctl("attack", "on", "--for", "2h", env={"SUDO_USER": "daemon"})
        self.ctl("attack", "on", "--account", "alice", "--valid-only")
        self.ctl("attack", "off")
        everybody, account, off = self.changes()[1:]
        self.assertRegex(everybody["detail"], rf"^everybody: known-only until {TIME.pattern} by operator daemon$")
        self.assertRegex(account["detail"], r"^account alice@example\.com: valid-only until it is lifted by operator \S+$")
        self.assertRegex(off["detail"], r"^everybody: known-only lifted by operator \S+$")
        self.assertEqual([event["account"] for event in (everybody, account, off)], ["", "alice@example.com", ""])
        self.assertIn(account["id"], [event["id"] for event in self.json("history", "alice")])

    def test_what_cannot_be(self):
        for words, says in [(["on", "--known-only", "--valid-only"], "not both"),
                            (["on", "--account", "a", "--address", "192.0.2.1"], "not both"),
                            (["off", "--account", "a", "--address", "192.0.2.1"], "not both"),
                            (["on", "--account", "al ice"], "cannot be an account"), (["on", "--account", "*"], "*"),
                            (["on", "--address", "example.com"], "--address takes an address or a network such as"),
                            (["on", "--for", "soon"], "--for takes a duration such as"),
                            (["off", "--for", "2h"], ""), (["off", "--valid-only"], ""), (["on", "x"], ""),
                            (["status", "x"], ""), ([], ""), (["frob"], "")]:
            with self.subTest(words=words):
                self.assertIn(says, self.ctl("attack", *words, expect=USAGE).err)
        self.assertEqual(len(self.changes()), 1)

    def test_what_detection_made(self):
        self.detected("account", "alice@example.com", "known-only")
        self.detected("everybody", "", "valid-only")
        self.assertEqual({mode["created_by"] for mode in self.json("attack", "status")}, {"detection"})
        self.assertEqual(self.json("block", "list"), [])
        self.assertEqual(self.reason(REFUSED, self.other), "known-only")
        self.ctl("attack", "off", "--account", "alice")
        self.assertEqual(self.status(), [("everybody", None, "valid-only")])
        self.ctl("attack", "off")
        self.assertEqual(self.status(), [])


if __name__ == "__main__":
    unittest.main()
