"""clientidctl sessions: who is connected now."""
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import SiteTest

SESSION = ["account", "type", "fingerprint", "binding", "label", "peer", "since", "holder"]


class SessionsTest(SiteTest):
    def open(self, account, fingerprint, number, opened=1_700_000_000, peer="192.0.2.7", lease=60):
        """What a shim has in the store of an open session."""
        self.sql("INSERT INTO session (holder, number, type, fingerprint, account, peer, network, opened, lease)"
                 " VALUES ('0123456789abcdef', ?, 'uuid', ?, ?, ?, '', ?, ?)",
                 number, fingerprint, account, peer, opened, int(time.time()) + lease)

    def whole(self, number):
        return self.sql_value("SELECT fingerprint FROM binding WHERE id = ?", number)

    def test_fields(self):
        _, binding = self.bind("alice", "UUID", "--label", "phone")
        self.open("alice@example.com", self.whole(1), 1)
        session, = self.json("sessions")
        self.assertEqual(list(session), SESSION)
        self.assertEqual(session, {
            "account": "alice@example.com", "type": "uuid", "fingerprint": binding["fingerprint"], "binding": 1,
            "label": "phone", "peer": "192.0.2.7", "since": "2023-11-14T22:13:20Z", "holder": "0123456789abcdef"})

    def test_label_is_of_the_binding_that_lets_it_in(self):
        self.bind("alice", "UUID", "--label", "phone")
        self.bind("bob", "UUID")
        token = self.token()
        self.json("licence", "add", "UUID", "-", text=token)
        self.ctl("label", "3", "site")
        self.open("alice@example.com", self.whole(1), 1)
        self.open("alice@example.com", self.whole(2), 2)  # bob's device
        self.open("alice@example.com", self.whole(3), 3)
        self.open("bob@example.com", self.whole(2), 4)
        found = {(session["account"], session["binding"], session["label"]) for session in self.json("sessions")}
        self.assertEqual(found, {("alice@example.com", 1, "phone"), ("alice@example.com", None, None),
                                 ("alice@example.com", 3, "site"), ("bob@example.com", 2, "")})

    def test_one_account_alone(self):
        self.open("alice@example.com", "aa" * 32, 1)
        self.open("bob@example.com", "aa" * 32, 2)
        self.assertEqual([session["account"] for session in self.json("sessions", "Bob")], ["bob@example.com"])
        self.assertEqual(self.json("sessions", "carol"), [])

    def test_ended_leases_are_not_shown(self):
        self.open("alice@example.com", "aa" * 32, 1, lease=-1)
        self.open("alice@example.com", "aa" * 32, 2, lease=0)
        self.assertEqual(self.json("sessions"), [])

    def test_by_device_the_oldest_first(self):
        for number, (account, device, opened) in enumerate([("bob", "bb", 5), ("alice", "bb", 1), ("alice", "aa", 9),
                                                            ("alice", "bb", 0), ("bob", "aa", 2)]):
            self.open(f"{account}@example.com", device * 32, number, 1_700_000_000 + opened, f"192.0.2.{number}")
        self.assertEqual([session["peer"][-1] for session in self.json("sessions")], list("23140"))

    def test_table(self):
        self.open("alice@example.com", "aa" * 32, 1)
        heading, line = self.ctl("sessions").out.splitlines()
        self.assertEqual(heading.split(), "ACCOUNT TYPE FINGERPRINT PEER SINCE HOLDER LABEL".split())
        self.assertEqual(line.split(), ["alice@example.com", "uuid", "a" * 16, "192.0.2.7", "2023-11-14T22:13:20Z",
                                        "0123456789abcdef", "-"])


if __name__ == "__main__":
    unittest.main()
