"""key list, rotate and retire: the hash key becomes another one, and no device loses its binding (X8)."""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.ctl_site import PROGRAM, REFUSED, RULE, SiteTest, TIME, USAGE
from system.mechanisms import ACCEPTED, REFUSED as WRONG, UNAVAILABLE, log_in, login, plain, scram
from system.site import Site, program, run
from system.waiting import run_tests, wait_until

KEY = ["id", "state", "created", "bindings", "licences", "blocks", "last_moved"]
STATES = ["active", "pending", "suspended", "revoked"]
DONE_TO_KEY = ["id", "state", "created", "key_file", "changed"]
OCTETS = re.compile(r"[0-9a-f]{64}")


def counts(**of_states):
    return {state: of_states.get(state, 0) for state in STATES}


class Operator(SiteTest):
    """The commands, without a service."""

    def setUp(self):
        self.octets = set()  # of every key that there was
        super().setUp()

    def ctl(self, *arguments, **options):
        done = super().ctl(*arguments, **options)
        if self.key.exists():
            self.octets.update(OCTETS.findall(self.key.read_text()))
        for octets in self.octets:
            self.assertFalse(octets[:16] in done.out + done.err, f"{arguments[0]} shows a key")
        return done

    def keys(self):
        return [(key["id"], key["state"]) for key in self.json("key", "list")]

    def in_file(self):
        return re.findall(r"(?m)^(\d+) [0-9a-f]{64}(?: \S+)?$", self.key.read_text())

    def test_a_list_of_one(self):
        (key,) = self.json("key", "list")
        self.assertEqual(list(key), KEY)
        self.assertRegex(key["created"], TIME)
        self.assertEqual(key, {"id": "1", "state": "current", "created": key["created"], "bindings": counts(),
                               "licences": counts(), "blocks": 0, "last_moved": None})
        self.assertRegex(self.ctl("key", "list").out, rf"(?m)^1 +current +{TIME.pattern} +0 +0 +0 +-?$")

    def test_a_list_counts_what_stands_under_each_key(self):
        for _ in range(3):
            self.bind()
        self.set_state(2, "revoked")
        self.ctl("licence", "add", "UUID", "-", text=self.token())
        self.ctl("key", "rotate")
        self.bind("bob")
        self.set_state(5, "pending")
        self.ctl("block", "add", "device", "UUID", "-", text=self.token())
        new, old = self.json("key", "list")
        self.assertEqual((new["id"], new["state"], new["bindings"], new["licences"], new["blocks"], new["last_moved"]),
                         ("2", "current", counts(pending=1), counts(), 1, None))
        self.assertEqual((old["id"], old["state"], old["bindings"], old["licences"], old["blocks"], old["last_moved"]),
                         ("1", "old", counts(active=2, revoked=1), counts(active=1), 0, None))
        self.assertRegex(self.ctl("key", "list").out, r"(?m)^1 +old +\S+ +3 \(2 active, 1 revoked\) +1 \(1 active\) +0")
        self.assertEqual({binding["id"] for binding in self.json("list", "--key", "1")}, {1, 2, 3, 4})
        self.assertEqual([binding["key_id"] for binding in self.json("list", "--key", "2", "bob")], ["2"])
        self.assertEqual(self.json("list", "--key", "3"), [])
        self.ctl("list", "--key", "x", expect=USAGE)

    def test_rotation(self):
        before = self.key.read_text()
        os.chmod(self.key, 0o640)
        if os.geteuid() == 0:
            os.chown(self.key, 0, 12345)
        value = self.json("key", "rotate")
        self.assertEqual(list(value), DONE_TO_KEY)
        self.assertRegex(value["created"], TIME)
        self.assertEqual([value[name] for name in ("id", "state", "key_file", "changed")],
                         ["2", "current", str(self.key), True])
        self.assertEqual(self.in_file(), ["2", "1"])
        self.assertEqual(self.key.read_text().splitlines()[-1], before.splitlines()[-1])
        there = self.key.stat()
        self.assertEqual(stat.S_IMODE(there.st_mode), 0o640)
        if os.geteuid() == 0:
            self.assertEqual((there.st_uid, there.st_gid), (0, 12345))
        self.assertEqual([path.name for path in self.dir.iterdir() if path.name.startswith("clientid.key")],
                         ["clientid.key"])
        said = self.ctl("key", "rotate").out
        self.assertIn("key 3: made, and current from now on\n", said)
        self.assertIn("systemctl reload clientid-shim", said)
        self.assertEqual(self.keys(), [("3", "current"), ("2", "old"), ("1", "old")])
        self.assertRegex(self.changes()[-1]["detail"], r"^hash key 3 made, and made current by operator \S+$")

    def test_a_key_is_made_first_and_becomes_current_later(self):
        value = self.json("key", "rotate", "--prepare")
        self.assertEqual([value[name] for name in ("id", "state", "changed")], ["2", "next", True])
        again = self.json("key", "rotate", "--prepare")
        self.assertEqual([again[name] for name in ("id", "state", "changed")], ["2", "next", False])
        self.assertEqual(self.in_file(), ["1", "2"])
        self.assertEqual(self.bind()[1]["key_id"], "1")
        self.assertIn("every host", self.ctl("key", "rotate", "--prepare").out)
        self.assertEqual(self.keys(), [("1", "current"), ("2", "next")])
        value = self.json("key", "rotate")
        self.assertEqual([value[name] for name in ("id", "state", "changed")], ["2", "current", True])
        self.assertEqual(self.keys(), [("2", "current"), ("1", "old")])
        self.assertEqual([event["detail"].split(" by ")[0] for event in self.changes() if "key" in event["detail"]],
                         ["hash key 2 made", "hash key 2 made current"])

    def test_many_at_once_make_a_key_each(self):
        running = [subprocess.Popen([PROGRAM, "--config", self.conf, "--quiet", "key", "rotate"]) for _ in range(6)]
        self.assertEqual([process.wait(60) for process in running], [0] * 6)
        self.assertEqual(self.in_file(), ["7", "6", "5", "4", "3", "2", "1"])

    def test_as_many_as_may_be(self):
        for _ in range(15):
            self.ctl("key", "rotate")
        self.assertIn("retire", self.ctl("key", "rotate", expect=RULE).err)
        self.assertEqual(len(self.in_file()), 16)
        self.ctl("key", "retire", "1")
        self.ctl("key", "rotate")

    def test_every_command_knows_a_device_by_its_old_key(self):
        token, binding = self.bind()
        licence = self.token()
        self.ctl("licence", "add", "UUID", "-", text=licence)
        blocked = self.token()
        self.ctl("block", "add", "device", "UUID", "-", "--reason", "stolen", text=blocked)
        self.ctl("policy", "set", "max-devices=1", "when-full=refuse")
        for _ in range(2):
            self.ctl("key", "rotate")
        named = ["alice", "UUID", "-"]
        self.assertEqual(self.json("check", *named, text=token)["reason"], "bound")
        self.assertEqual(self.json("check", "bob", "UUID", "-", text=licence)["reason"], "licensed")
        self.assertEqual(self.json("check", *named, text=blocked, expect=REFUSED)["reason"], "device-blocked")
        self.assertEqual(self.json("show", *named, text=token)["id"], binding["id"])
        again = self.json("bind", *named, text=token)
        self.assertEqual((again["id"], again["changed"], again["key_id"]), (binding["id"], False, "1"))
        self.assertFalse(self.json("licence", "add", "UUID", "-", text=licence)["changed"])
        self.assertEqual(len(self.json("list")), 2)
        self.assertFalse(self.json("block", "add", "device", "UUID", "-", "--reason", "stolen", text=blocked)["changed"])
        self.ctl("block", "add", "device", "UUID", "-", "--reason", "sold", text=blocked)
        self.assertEqual([block["reason"] for block in self.json("block", "list")], ["sold"])
        self.ctl("block", "remove", "device", "UUID", "-", text=blocked)
        self.assertEqual(self.json("block", "list"), [])
        self.ctl("label", *named, "phone", text=token)
        self.ctl("revoke", *named, text=token)
        self.assertEqual(self.json("check", *named, text=token, expect=REFUSED)["reason"], "revoked")
        self.ctl("remove", *named, text=token)
        self.ctl("licence", "remove", "UUID", "-", text=licence)
        self.assertEqual(self.json("list"), [])
        self.assertEqual(self.json("bind", *named, text=token)["key_id"], "3")

    def test_the_current_key_stays(self):
        self.assertIn("key rotate", self.ctl("key", "retire", "1", expect=RULE).err)
        self.ctl("key", "rotate")
        self.ctl("key", "retire", "2", "--yes", expect=RULE)
        self.assertEqual(self.in_file(), ["2", "1"])
        self.ctl("key", "retire", "one", expect=USAGE)

    def test_a_key_with_nothing_under_it_goes_without_a_question(self):
        self.ctl("key", "rotate")
        value = self.json("key", "retire", "1")
        self.assertEqual(list(value), DONE_TO_KEY)
        self.assertEqual([value[name] for name in ("id", "state", "key_file", "changed")],
                         ["1", "retired", str(self.key), True])
        again = self.json("key", "retire", "1")
        self.assertEqual([again[name] for name in ("id", "state", "changed")], ["1", "retired", False])
        self.assertEqual(self.in_file(), ["2"])
        self.assertEqual(len([event for event in self.changes() if event["detail"].startswith("hash key 1 retired")]), 1)
        self.assertIn("not in the key file", self.ctl("key", "retire", "1").out)

    def test_a_key_with_something_under_it_wants_a_yes(self):
        token, _ = self.bind()
        self.bind("bob")
        self.set_state(2, "revoked")
        self.ctl("licence", "add", "UUID", "-", text=self.token())
        self.ctl("block", "add", "device", "UUID", "-", text=self.token())
        self.ctl("key", "rotate")
        said = self.ctl("key", "retire", "1", expect=USAGE).err
        self.assertIn("2 bindings (1 active, 1 revoked), 1 licence (1 active), 1 block", said)
        self.assertIn("clientidctl list --key 1", said)
        self.assertIn("--yes", said)
        self.assertEqual(self.in_file(), ["2", "1"])
        self.ctl("key", "retire", "1", "--yes")
        self.assertEqual(self.keys(), [("2", "current"), ("1", "missing")])
        self.assertEqual({binding["id"] for binding in self.json("list", "--key", "1")}, {1, 2, 3})
        self.assertEqual(self.json("check", "alice", "UUID", "-", text=token)["reason"], "learned")
        # Its number is not given to another one, under which these bindings would seem to stand.
        self.ctl("remove", "1", "2", "3", "--yes")
        self.assertEqual(self.json("key", "rotate")["id"], "3")

    def test_a_number_is_not_given_out_twice(self):
        self.ctl("key", "rotate")
        self.bind()
        self.ctl("key", "rotate")
        text = self.key.read_text()
        self.key.write_text("".join(line for line in text.splitlines(True) if line.startswith("1 ")))
        self.assertEqual(self.json("key", "rotate")["id"], "3")

    def test_a_block_of_a_key_that_is_not_known(self):
        self.ctl("key", "rotate")
        self.ctl("block", "add", "fingerprint", "0123456789abcdef" * 4)
        unknown = self.json("key", "list")[-1]
        self.assertEqual((unknown["id"], unknown["state"], unknown["blocks"]), (None, "unknown", 1))
        self.assertIn("1 block of a key that is not known", self.ctl("key", "retire", "1", expect=USAGE).err)

    def test_what_is_wrong_with_the_file_is_said(self):
        self.key.rename(self.dir / "away")
        for verb in (["list"], ["rotate"], ["retire", "1"]):
            self.assertIn(str(self.key), self.ctl("key", *verb, expect=USAGE).err)
        self.assertFalse(self.key.exists())

    def test_completion(self):
        self.ctl("key", "rotate")
        line = "\n".join(["--config", str(self.conf), "key", "retire", "", ""])
        done = subprocess.run([PROGRAM, "complete"], input=line, capture_output=True, text=True, timeout=60)
        self.assertEqual(re.findall(r"(?m)^(\S+)\t", done.stdout), ["2", "1"])


class Service(unittest.TestCase):
    """Rotation under running shims."""

    def site(self, *config, policy="mode=enforce"):
        site = self.enterContext(Site(list(config)))
        site.ctl(f"policy set {policy}")
        return site

    def ctl(self, site, arguments, text="", statuses=(0,)):
        return json.loads(site.ctl("--json " + arguments, text, statuses))

    def read_again(self, *sites):
        for site in sites:
            keys = OCTETS.findall((site.dir / "clientid.key").read_text())
            self.assertFalse([True for octets in keys if octets[:16] in site.log()], "the log shows a key")
            site.reload()

    def rotate(self, site, *others):
        site.ctl("key rotate")
        self.read_again(site, *others)

    def moved(self, site, number, key):
        self.assertTrue(wait_until(lambda: self.ctl(site, f"show {number}")["key_id"] == key),
                        self.ctl(site, f"show {number}"))

    def account(self, site, device, account="alice", password=None):
        with connected(site, device) as client:
            return client.docmd("AUTH", "PLAIN " + site.plain(account, password or site.passwords[account]))

    def test_a_device_that_returns(self):
        site = self.site()
        site.ctl("bind alice UUID - --label phone", site.token("phone"))
        before = self.ctl(site, "show 1")
        site.start()
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
        self.rotate(site)
        self.assertIn('hash-keys current=2 keys="2 1"', site.log())
        for mechanism in (plain, login, scram):
            self.assertEqual(log_in(site, mechanism, "phone"), ACCEPTED)
            self.assertEqual(log_in(site, mechanism, "stranger"), WRONG)
        self.assertTrue(wait_until(lambda: self.ctl(site, "show 1")["uses"] == 4))
        after = self.ctl(site, "show 1")
        self.assertEqual((before["key_id"], after["key_id"]), ("1", "2"))
        self.assertNotEqual(after["fingerprint"], before["fingerprint"])
        for name in ("id", "account", "type", "state", "label", "created", "created_by", "expires"):
            self.assertEqual(after[name], before[name])
        # Either name leads to all of it, and mails and logs have the old one.
        for fingerprint in (before["fingerprint"], after["fingerprint"]):
            self.assertEqual(self.ctl(site, f"show alice {fingerprint}")["id"], 1)
            uses = [event for event in self.ctl(site, f"history --device {fingerprint}")
                    if event["outcome"] == "authenticated"]
            self.assertEqual(len(uses), 4)
            self.assertEqual({event["fingerprint"] for event in uses}, {before["fingerprint"], after["fingerprint"]})
        new, old = self.ctl(site, "key list")
        self.assertEqual((new["bindings"], old["bindings"]), (counts(active=1), counts()))
        self.assertRegex(old["last_moved"], TIME)
        site.ctl("key retire 1")
        self.read_again(site)
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
        self.assertEqual(log_in(site, plain, "stranger"), WRONG)

    def test_exports_from_before_and_after(self):
        site = self.site()
        old, new = site.dir / "old.export", site.dir / "new.export"
        site.ctl("bind alice UUID - --label phone", site.token("phone"))
        site.ctl("block add device UUID - --reason stolen", site.token("stolen"))
        site.start()
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
        site.ctl(f"export {old}")
        self.rotate(site)
        for device, answer in (("phone", ACCEPTED), ("stolen", WRONG)):
            self.assertEqual(log_in(site, plain, device), answer)
        self.moved(site, 1, "2")
        self.assertTrue(wait_until(lambda: self.ctl(site, "key list")[1]["blocks"] == 0))
        # What has moved meanwhile is not there a second time.
        again = self.ctl(site, f"import {old}")
        self.assertEqual((set(again["added"].values()), again["conflicts"]), ({0}, 0))
        rows = site.dir / "devices.csv"
        rows.write_text(f"account,token\nalice,{site.tokens['phone']}\n")
        self.assertEqual(self.ctl(site, f"import --format csv {rows}")["unchanged"], 1)
        rows.unlink()
        self.assertEqual(self.ctl(site, f"export {new}")["written"]["move"], 2)
        records = [json.loads(line) for line in new.read_text().splitlines()]
        self.assertEqual({key["id"] for key in records[0]["keys"]}, {"2"})
        self.assertEqual([each["key_id"] for each in records if each["record"] in ("binding", "restriction")], ["2", "2"])
        moves = [each for each in records if each["record"] == "move"]
        for move in moves:
            self.assertEqual(list(move), ["record", "former", "former_key", "fingerprint", "key_id", "at"])
            self.assertEqual((move["former_key"], move["key_id"]), ("1", "2"))
        of_alice = self.ctl(site, f"export --account alice {site.dir}/alice.export")
        self.assertEqual(of_alice["written"]["move"], 1)
        # In a new store, the old name still leads to the device.
        former = next(each["fingerprint"] for each in map(json.loads, old.read_text().splitlines())
                      if each["record"] == "binding")
        other = site.dir / "other.conf"
        other.write_text((site.dir / "clientid.conf").read_text().replace("/clientid.db", "/other.db"))
        command = [program("CLIENTIDCTL"), "--config", other, "--json"]
        for arguments in (["init"], ["import", new], ["import", new]):
            done = run(*command, *arguments, env=site.environment)
        self.assertEqual(set(json.loads(done)["added"].values()), {0})
        self.assertEqual(json.loads(run(*command, "show", "alice", former[:16], env=site.environment))["id"], 1)

    def test_nobody_fails_while_keys_change(self):
        site = self.site()
        devices = ["phone", "laptop", "tablet"]
        for device in devices:
            site.ctl("bind alice UUID -", site.token(device))
        site.plain("alice", site.passwords["alice"])
        site.start()
        over, replies = threading.Event(), []

        def keep_coming(device):
            while not over.is_set():
                replies.append(log_in(site, plain, device))

        threads = [threading.Thread(target=keep_coming, args=(device,)) for device in devices]
        for thread in threads:
            thread.start()
        try:
            for key in ("2", "3", "4"):
                self.rotate(site)
                for number in (1, 2, 3):
                    self.moved(site, number, key)
                site.ctl(f"key retire {int(key) - 1}")
                self.read_again(site)
        finally:
            over.set()
            for thread in threads:
                thread.join(60)
        self.assertGreater(len(replies), 9)
        self.assertEqual(set(replies), {ACCEPTED})
        self.assertEqual([binding["key_id"] for binding in self.ctl(site, "list alice")], ["4"] * 3)
        # A handshake fails where somebody only looks whether the port is open.
        self.assertEqual(re.findall(r"(?m)^.*: (?!tls-)[a-z-]+-failure .*$", site.log()), [])

    def test_a_session_from_before_knows_what_was_moved(self):
        site = self.site()
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        with connected(site, "phone") as before:
            self.rotate(site)
            self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
            self.moved(site, 1, "2")
            self.assertEqual(plain(before, site, site.passwords["alice"]), ACCEPTED)

    def test_a_device_is_learned_once(self):
        site = self.site(policy="mode=learn max-devices=1 when-full=refuse")
        site.start()
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
        for _ in range(2):
            self.rotate(site)
            self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
            self.assertEqual(log_in(site, plain, "other"), WRONG)
        self.moved(site, 1, "3")
        self.assertEqual(len(self.ctl(site, "list alice")), 1)

    def test_who_is_kept_out_stays_out_when_the_key_is_retired(self):
        site = self.site(policy="mode=learn")
        site.ctl("block add device UUID -", site.token("blocked"))
        site.ctl("bind alice UUID -", site.token("revoked"))
        site.ctl("revoke 1")
        site.start()
        self.rotate(site)
        for device in ("blocked", "revoked"):
            self.assertEqual(log_in(site, plain, device), WRONG)
        self.assertTrue(wait_until(lambda: self.ctl(site, "key list")[0]["blocks"] == 1))
        self.moved(site, 1, "2")
        site.ctl("key retire 1")
        self.read_again(site)
        for device, reason in (("blocked", "device-blocked"), ("revoked", "revoked")):
            self.assertEqual(log_in(site, plain, device), WRONG)
            said = self.ctl(site, "check alice UUID -", site.token(device), (1,))
            self.assertEqual(said["reason"], reason)
        site.ctl("block remove device UUID -", site.token("blocked"))
        self.assertEqual(log_in(site, plain, "blocked"), ACCEPTED)

    def test_limits_go_on(self):
        site = self.site("max-errors = 100", policy="mode=learn device-failures=3/1h detect-device=none")

        def failures():
            rules = self.ctl(site, "check alice UUID -", site.token("phone"), (0, 1))["rules"]
            return next(rule["saw"] for rule in rules if rule["rule"] == "limits")
        site.start()
        for number in (1, 2):
            self.assertEqual(self.account(site, "phone", password=f"guess {number}"), WRONG)
        self.assertTrue(wait_until(lambda: failures().startswith("device failures: 2 of 3")), failures())
        self.rotate(site)
        self.assertTrue(failures().startswith("device failures: 2 of 3"), failures())
        self.assertEqual(self.account(site, "phone", password="guess 3"), WRONG)
        self.assertTrue(wait_until(lambda: failures().startswith("device failures: 3 of 3")), failures())
        self.assertEqual(self.account(site, "phone"), WRONG)

    def test_a_spray_is_seen_across_a_rotation(self):
        site = self.site("max-errors = 100", policy="mode=learn detect-device=2/1h")
        site.start()
        self.assertEqual(self.account(site, "sprayer", password="spring"), WRONG)
        self.assertTrue(wait_until(lambda: len(self.ctl(site, "history alice")) == 1))
        self.rotate(site)
        self.assertEqual(self.account(site, "sprayer", "bob", "spring"), WRONG)
        self.assertTrue(wait_until(lambda: self.ctl(site, "block list")))
        self.assertEqual(self.ctl(site, "key list")[0]["blocks"], 1)

    def test_sessions_of_a_device_go_on_counting(self):
        site = self.site("max-connections-per-device = 1")
        site.ctl("bind alice UUID - --label phone", site.token("phone"))
        site.start()
        with connected(site, "phone") as open_session:
            self.assertEqual(plain(open_session, site, site.passwords["alice"]), ACCEPTED)
            self.assertTrue(wait_until(lambda: self.ctl(site, "sessions")))
            self.rotate(site)
            self.assertEqual(log_in(site, plain, "phone"), UNAVAILABLE)
            self.moved(site, 1, "2")
            (listed,) = self.ctl(site, "sessions")
            self.assertEqual((listed["label"], listed["fingerprint"]),
                             ("phone", self.ctl(site, "show 1")["fingerprint"]))
        self.assertTrue(wait_until(lambda: log_in(site, plain, "phone") == ACCEPTED))

    def two_hosts(self, policy):
        """They share a store, and each has a key file of its own."""
        first = self.site("max-errors = 100", policy=policy)
        second = Site(["max-errors = 100"])
        second.passwords.update(first.passwords)
        second.accounts.update(first.passwords)
        second.tokens = first.tokens
        self.enterContext(second)
        config = second.dir / "clientid.conf"
        config.write_text(config.read_text().replace(f"{second.dir}/clientid.db", f"{first.dir}/clientid.db"))
        shutil.copy(first.dir / "clientid.key", second.dir / "clientid.key")
        first.start()
        second.start()
        return first, second

    def give_key_file(self, first, second):
        shutil.copy(first.dir / "clientid.key", second.dir / "clientid.key")

    def test_two_hosts_of_which_one_is_slow(self):
        first, second = self.two_hosts("mode=learn max-devices=2 when-full=refuse")
        self.assertEqual(log_in(second, plain, "phone"), ACCEPTED)
        first.ctl("key rotate --prepare")
        self.give_key_file(first, second)
        self.read_again(first, second)
        self.assertEqual(log_in(first, plain, "phone"), ACCEPTED)
        first.ctl("key rotate")
        self.read_again(first)
        # The first has it current now, and the second only knows it.
        for _ in range(2):
            for site in (first, second):
                self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
            self.moved(first, 1, "2")
        for site in (first, second):
            self.assertEqual(log_in(site, plain, "laptop"), ACCEPTED)
        self.assertEqual(self.ctl(first, "show 2")["key_id"], "2")
        for site in (first, second):
            self.assertEqual(log_in(site, plain, "other"), WRONG)
        self.assertEqual(len(self.ctl(first, "list alice")), 2)
        shown = {binding["fingerprint"] for binding in self.ctl(first, "list alice")}
        self.assertTrue(wait_until(lambda: sum(
            len([event for event in self.ctl(first, f"history --device {fingerprint}")
                 if event["outcome"] in ("authenticated", "enrolled")]) for fingerprint in shown) == 8))
        # What the second learns meanwhile is under its own key, and comes along later.
        first.ctl("remove 2")
        self.assertEqual(log_in(second, plain, "tablet"), ACCEPTED)
        self.assertEqual(self.ctl(first, "show 3")["key_id"], "1")
        self.assertEqual(log_in(first, plain, "tablet"), ACCEPTED)
        self.moved(first, 3, "2")
        self.give_key_file(first, second)
        self.read_again(second)
        first.ctl("key retire 1")
        self.give_key_file(first, second)
        self.read_again(first, second)
        for site in (first, second):
            for device in ("phone", "tablet"):
                self.assertEqual(log_in(site, plain, device), ACCEPTED)

    def test_two_hosts_move_the_same_devices_at_once(self):
        first, second = self.two_hosts("mode=enforce")
        devices = ["one", "two", "three", "four"]
        for device in devices:
            first.ctl("bind alice UUID -", first.token(device))
        for site in (first, second):
            site.plain("alice", site.passwords["alice"])
        first.ctl("key rotate --prepare")
        self.give_key_file(first, second)
        self.read_again(first, second)
        first.ctl("key rotate")
        self.give_key_file(first, second)
        self.read_again(first, second)
        replies = []
        threads = [threading.Thread(target=lambda site=site, device=device: replies.append(log_in(site, plain, device)))
                   for site in (first, second) for device in devices]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(replies, [ACCEPTED] * len(threads))
        for number in range(1, 5):
            self.moved(first, number, "2")
        self.assertTrue(wait_until(lambda: [b["uses"] for b in self.ctl(first, "list alice")] == [2] * 4),
                        self.ctl(first, "list alice"))

    def test_check_warns_of_a_key_that_is_missing(self):
        site = self.site()
        site.ctl("bind alice UUID -", site.token("phone"))
        site.ctl("bind alice UUID -", site.token("laptop"))
        site.configure()

        def check():
            site.trap.asked += 1
            done = subprocess.run([program("SHIM"), "--config", site.dir / "shim.conf", "--check"],
                                  capture_output=True, text=True, env=site.environment, timeout=60)
            return [line for line in done.stdout.splitlines() if line.startswith("note  keys of bindings: ")]
        site.ctl("key rotate")
        self.assertEqual(check(), [])
        site.ctl("key retire 1 --yes")
        (line,) = check()
        self.assertIn("2 were made under key 1, which is not in the key file", line)
        self.assertIn("clientidctl list --key 1", line)
        site.ctl("remove 1 2 --yes")
        self.assertEqual(check(), [])


if __name__ == "__main__":
    run_tests()
