"""type: how identities of a type are handled (D7.3, D7.4)."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import REFUSED, SiteTest, USAGE

RULE = ["type", "flags", "check", "on-mismatch", "shared"]
USUAL = "system-log,user-log,authenticate"


class TypeTest(SiteTest):
    def show(self, kind):
        return list(self.json("type", "show", kind).values())[1:]

    def test_what_is_built_in(self):
        listed = self.json("type", "list")
        self.assertEqual([list(rule) for rule in listed], [RULE] * 3)
        self.assertEqual([list(rule.values()) for rule in listed],
                         [["*", USUAL, "none", "note", "no"], ["mac", USUAL, "mac", "note", "no"],
                          ["uuid", USUAL, "uuid", "note", "no"]])
        self.assertEqual(self.show("LICENSE"), [USUAL, "none", "note", "no"])
        self.assertRegex(self.ctl("type", "list").out, r"(?m)^uuid +system-log,user-log,authenticate +uuid +note +no$")

    def test_set_and_unset(self):
        self.assertEqual(self.json("type", "set", "Asset", "flags=alert-failure,authenticate", "shared=yes"),
                         {"type": "asset", "set": {"flags": "authenticate,alert-failure", "shared": "yes"},
                          "changed": True})
        self.assertEqual(self.json("type", "set", "ASSET", "check=regex:[A-Z]{2}[0-9]+", "on-mismatch=refuse")["set"],
                         {"flags": "authenticate,alert-failure", "check": "regex:[A-Z]{2}[0-9]+",
                          "on-mismatch": "refuse", "shared": "yes"})
        self.assertEqual(self.show("asset"), ["authenticate,alert-failure", "regex:[A-Z]{2}[0-9]+", "refuse", "yes"])
        self.assertEqual([rule["type"] for rule in self.json("type", "list")], ["*", "asset", "mac", "uuid"])
        self.assertEqual(self.json("type", "unset", "asset", "shared", "check", "flags", "on-mismatch"),
                         {"type": "asset", "set": {}, "changed": True})
        self.assertEqual(self.show("asset"), [USUAL, "none", "note", "no"])
        self.assertEqual(len(self.json("type", "list")), 3)

    def test_levels(self):
        """The type's own setting wins, then that of *, then what is built in."""
        self.ctl("type", "set", "*", "flags=ignore", "check=none")
        self.ctl("type", "set", "uuid", "flags=user-log")
        self.assertEqual(self.show("uuid"), ["user-log", "none", "note", "no"])
        self.assertEqual(self.show("other"), ["ignore", "none", "note", "no"])
        self.assertRegex(self.ctl("type", "show", "uuid").out,
                         r"(?s)flags +user-log +type uuid\n.*check +none +type \*\n.*shared +no +default\n")
        self.ctl("type", "unset", "*", "check")
        self.assertEqual(self.show("uuid")[1], "uuid")

    def test_every_flag(self):
        for flags in ("ignore", "debug", "system-log", "user-log", "authenticate", "alert-failure", "alert-success",
                      "unused", "", "ignore,unused", "system-log,user-log,authenticate,alert-failure,alert-success,unused"):
            with self.subTest(flags=flags):
                self.ctl("type", "set", "uuid", f"flags={flags}")
                self.assertEqual(self.show("uuid")[0], flags)

    def test_idempotent(self):
        self.assertEqual(self.ctl("type", "set", "UUID", "shared=yes").out, "type uuid: shared=yes\n")
        self.assertEqual(self.ctl("type", "set", "uuid", "shared=yes").out, "type uuid: already shared=yes\n")
        self.assertEqual(self.json("type", "set", "uuid", "shared=yes")["changed"], False)
        self.assertEqual(self.ctl("type", "unset", "uuid", "shared").out, "type uuid: shared unset\n")
        self.assertEqual(self.ctl("type", "unset", "uuid", "shared").out, "type uuid: shared was not set\n")
        self.assertEqual(self.ctl("--quiet", "type", "set", "uuid", "shared=no").out, "")
        self.assertEqual(len(self.changes()), 3)

    def test_history(self):
        self.ctl("type", "set", "uuid", "flags=debug", "shared=yes", env={"SUDO_USER": "daemon"})
        self.ctl("type", "set", "uuid", "flags=debug", "shared=no")
        self.ctl("type", "unset", "uuid", "flags", "check")
        changes = [change["detail"] for change in self.changes()]
        self.assertEqual(changes[0], "type uuid: flags=debug, shared=yes by operator daemon")
        self.assertRegex(changes[1], r"^type uuid: shared=no by operator \S+$")
        self.assertRegex(changes[2], r"^type uuid: flags unset by operator \S+$")
        self.assertEqual(len(changes), 3)

    def test_what_cannot_be(self):
        for words, says in [(["flags=frob"], r'flags: cannot be "frob"; it takes some of ignore,debug,system-log,'),
                            (["flags=ignore,authenticate"], r'flags: cannot be "ignore,authenticate"; it takes '),
                            (["flags=debug,system-log"], r"flags: cannot be "),
                            (["check=frob"], r'check: cannot be "frob"; it takes none, uuid, mac or regex:PATTERN$'),
                            (["check=regex:("], r'check: the pattern behind "regex:" cannot be used: missing \): \(;'),
                            (["on-mismatch=frob"], r'on-mismatch: cannot be "frob"; it takes note or refuse$'),
                            (["shared=maybe"], r'shared: cannot be "maybe"; it takes no or yes$'),
                            (["frob=1"], r"no setting of a type is named frob; there are: flags, check, on-mismatch and"),
                            (["shared"], r"NAME=VALUE"),
                            (["shared=yes", "flags=frob"], r"flags: ")]:
            with self.subTest(words=words):
                self.assertRegex(self.ctl("type", "set", "uuid", *words, expect=USAGE).err, "clientidctl: .*" + says)
        self.assertIn("frob", self.ctl("type", "unset", "uuid", "frob", expect=USAGE).err)
        for verb in (["set", "no type", "shared=yes"], ["show", "x" * 17], ["unset", "", "shared"]):
            self.assertIn("cannot be a type", self.ctl("type", *verb, expect=USAGE).err)
        for words in (["set", "uuid"], ["unset", "uuid"], ["show"], ["show", "a", "b"], ["list", "a"], [], ["frob"]):
            self.ctl("type", *words, expect=USAGE)
        self.assertEqual(self.changes(), [])

    def test_it_is_what_counts(self):
        token, _ = self.bind()
        self.ctl("policy", "set", "mode=enforce")
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token)["reason"], "bound")
        self.ctl("type", "set", "uuid", "flags=ignore")
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token, expect=REFUSED)["reason"], "absent-refused")


if __name__ == "__main__":
    unittest.main()
