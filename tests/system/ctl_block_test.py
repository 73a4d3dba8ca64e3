"""block: devices and networks that are refused everywhere (D6.4, UC6)."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import ABSENT, DONE, REFUSED, SiteTest, TIME, USAGE
from system.waiting import wait_until

BLOCK = ["kind", "subject", "effect", "until", "reason", "created", "created_by"]
DEVICE = ["device", "UUID", "-"]


class BlockTest(SiteTest):
    def reason(self, token, expect, *options):
        return self.json("check", "alice", "UUID", "-", *options, text=token, expect=expect)["reason"]

    def listed(self):
        return [(block["kind"], block["subject"]) for block in self.json("block", "list")]

    def test_a_device(self):
        token, binding = self.bind()
        value = self.json("block", "add", *DEVICE, "--reason", "stolen", text=token)
        self.assertEqual(list(value), BLOCK + ["changed"])
        self.assertEqual([value[name] for name in ("kind", "subject", "effect", "until", "reason", "changed")],
                         ["device", binding["fingerprint"], "block", None, "stolen", True])
        self.assertRegex(value["created"], TIME)
        self.assertRegex(value["created_by"], r"^operator \S")
        self.assertEqual(self.reason(token, REFUSED), "device-blocked")
        self.assertEqual([list(block) for block in self.json("block", "list")], [BLOCK])
        self.assertRegex(self.ctl("block", "list").out,
                         rf"(?m)^block +device {binding['fingerprint']} +- +{TIME.pattern} +operator \S+ +stolen$")
        self.assertEqual(self.ctl("block", "remove", *DEVICE, text=token).out,
                         f"device {binding['fingerprint']}: block removed\n")
        self.assertEqual(self.reason(token, DONE), "bound")
        self.assertEqual(self.json("block", "list"), [])

    def test_by_fingerprint(self):
        token, binding = self.bind()
        short = binding["fingerprint"]
        self.assertEqual(self.ctl("block", "add", "fingerprint", short.upper()).out,
                         f"device {short}: blocked until it is lifted\n")
        self.assertEqual(self.reason(token, REFUSED), "device-blocked")
        self.assertIn("already", self.ctl("block", "add", "fingerprint", short[:8]).out)
        self.assertIn("already", self.ctl("block", "add", *DEVICE, text=token).out)
        self.ctl("block", "remove", "fingerprint", short[:8])
        self.assertEqual(self.reason(token, DONE), "bound")
        self.ctl("block", "add", "fingerprint", "0123456789abcdef", expect=ABSENT)
        self.ctl("block", "add", "fingerprint", "0123456", expect=USAGE)
        whole = "0123456789abcdef" * 4
        self.ctl("block", "add", "fingerprint", whole)
        self.ctl("block", "remove", "fingerprint", whole[:16])

    def test_a_device_that_nobody_has_seen(self):
        token = self.token()
        value = self.json("block", "add", *DEVICE, text=token)
        self.assertEqual(self.reason(token, REFUSED), "device-blocked")
        self.ctl("block", "remove", "fingerprint", value["subject"])
        self.assertEqual(self.reason(token, DONE), "learned")

    def test_a_network(self):
        token, _ = self.bind()
        # Even ones: an odd address is the last of its /31 as well.
        for given, subject, inside, outside in [
                ("192.0.2.6", "192.0.2.6/32", "192.0.2.6", "192.0.2.7"),
                ("192.0.2.0/24", "192.0.2.0/24", "192.0.2.255", "192.0.3.0"),
                ("2001:db8::/32", "2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"),
                ("::ffff:198.51.100.6", "198.51.100.6/32", "198.51.100.6", "198.51.100.7")]:
            with self.subTest(given=given):
                self.assertEqual(self.ctl("block", "add", "address", given).out,
                                 f"address {subject}: blocked until it is lifted\n")
                self.assertEqual(self.listed(), [("address", subject)])
                self.assertEqual(self.reason(token, REFUSED, "--peer", inside), "address-blocked")
                self.assertEqual(self.reason(token, DONE, "--peer", outside), "bound")
                self.assertEqual(self.reason(token, DONE), "bound")
                self.ctl("block", "remove", "address", given)
                self.assertEqual(self.reason(token, DONE, "--peer", inside), "bound")

    def test_idempotent(self):
        net = ["address", "192.0.2.0/24"]
        self.assertEqual(self.json("block", "add", *net)["changed"], True)
        self.assertEqual(self.json("block", "add", *net)["changed"], False)
        self.assertEqual(self.json("block", "add", *net, "--reason", "spam")["changed"], True)
        self.assertEqual(self.ctl("block", "add", *net, "--reason", "spam").out,
                         "address 192.0.2.0/24: already blocked until it is lifted\n")
        self.assertEqual(len(self.json("block", "list")), 1)
        self.assertEqual(self.ctl("--quiet", "block", "remove", *net).out, "")
        self.assertIn("address 192.0.2.0/24 is not blocked", self.ctl("block", "remove", *net, expect=ABSENT).err)
        self.assertEqual(len(self.changes()), 3)

    def test_it_ends_by_itself(self):
        token, _ = self.bind()
        value = self.json("block", "add", *DEVICE, "--for", "2h", text=token)
        self.assertRegex(value["until"], TIME)
        self.assertEqual(self.reason(token, REFUSED), "device-blocked")
        self.ctl("block", "add", *DEVICE, "--for", "1s", text=token)
        self.assertTrue(wait_until(
            lambda: '"bound"' in self.ctl("--json", "check", "alice", "UUID", "-", text=token, expect=None).out))
        self.assertEqual(self.listed(), [])
        self.ctl("block", "remove", *DEVICE, text=token, expect=ABSENT)

    def test_history(self):
        token, binding = self.bind()
        self.ctl("block", "add", *DEVICE, "--for", "2h", text=token, env={"SUDO_USER": "daemon"})
        self.ctl("block", "remove", *DEVICE, text=token)
        self.ctl("block", "add", "address", "192.0.2.0/24")
        added, removed, network = self.changes()[1:]
        short = binding["fingerprint"]
        self.assertRegex(added["detail"], rf"^device {short}: blocked until {TIME.pattern} by operator daemon$")
        self.assertRegex(removed["detail"], rf"^device {short}: block removed by operator \S+$")
        self.assertRegex(network["detail"], r"^address 192\.0\.2\.0/24: blocked until it is lifted by operator \S+$")
        self.assertEqual([event["fingerprint"] for event in (added, removed, network)], [short, short, None])
        self.assertEqual(len(self.json("history", "--device", short)), 3)

    def test_what_cannot_be(self):
        for words, says in [(["address", "example.com"], "takes an address or a network such as 192.0.2.0/24"),
                            (["address", "192.0.2.0/33"], "takes an address or a network"),
                            (["fingerprint", "frob"], "at least 8 hexadecimal digits"),
                            (["device", "no type", "-"], "cannot be a type"),
                            (["device", "UUID", "-"], "first line is empty"),
                            (["device", "UUID"], "a block is of: device TYPE TOKEN|-, fingerprint FP, or address NET"),
                            (["frob", "x"], "a block is of: "), (["address", "192.0.2.1", "x"], "a block is of: ")]:
            for verb in ("add", "remove"):
                with self.subTest(verb=verb, words=words):
                    self.assertIn(says, self.ctl("block", verb, *words, expect=USAGE).err)
        self.assertIn("--for takes a duration such as",
                      self.ctl("block", "add", "address", "192.0.2.1", "--for", "soon", expect=USAGE).err)
        for words in (["add"], ["add", "address"], ["list", "x"], ["remove", "address", "192.0.2.1", "--for", "2h"], []):
            self.ctl("block", *words, expect=USAGE)
        self.assertEqual(self.changes(), [])

    def test_what_detection_made(self):
        """It spares the device on its own account (X2); what the operator makes of it does not."""
        token, binding = self.bind()
        whole = self.sql_value("SELECT fingerprint FROM binding")
        for kind, subject in (("device", whole), ("network", "192.0.2.7")):
            self.detected(kind, subject, "block")
        self.assertEqual({block["created_by"] for block in self.json("block", "list")}, {"detection"})
        self.assertEqual(self.reason(token, DONE, "--peer", "192.0.2.7"), "bound")
        self.assertEqual(self.json("check", "bob", "UUID", "-", text=token, expect=REFUSED)["reason"], "device-blocked")
        self.ctl("block", "remove", "address", "192.0.2.7")
        self.assertEqual(self.listed(), [("device", binding["fingerprint"])])
        # With the end and the reason that it has already.
        self.assertEqual(self.json("block", "add", *DEVICE, "--for", "1h", "--reason", "by a test", text=token)["changed"],
                         True)
        self.assertEqual(self.reason(token, REFUSED), "device-blocked")
        self.assertEqual(len(self.listed()), 1)


if __name__ == "__main__":
    unittest.main()
