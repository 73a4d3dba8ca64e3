"""SCRAM names the account a step before the password is proved. Every refusal must look the same at both steps."""
import base64
import json
import os
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.scram import Scram, decode, encode, fields
from system.site import NAME, Site, run
from system.waiting import run_tests, wait_until

REFUSED = (535, "5.7.8 Authentication credentials invalid")
UNAVAILABLE = (454, "4.7.0 Temporary authentication failure")

# (account, device, password): what may not be told from each other.
REFUSALS = [
    ("alice", "phone", "wrong"),
    ("alice", "stranger", "right"),
    ("alice", "stranger", "wrong"),
    ("alice", None, "right"),
    ("alice", None, "wrong"),
    ("nobody", "phone", "wrong"),
    ("nobody", None, "wrong"),
    ("no body", None, "wrong"),
    ("nobody@elsewhere.test", None, "wrong"),
]


def shape(code, text, nonce):
    """A reply without what differs from one AUTH to the next: of a challenge, its fields and their form."""
    if code != 334:
        return code, text
    names = [field.split("=")[0] for field in decode(text).split(",")]
    server = fields(text)
    if "r" not in server:
        return code, names
    added = server["r"][len(nonce):] if server["r"].startswith(nonce) else "(another nonce)"
    return (code, names, len(added), bool(re.fullmatch("[A-Za-z0-9+/]+", added)), len(base64.b64decode(server["s"])),
            server["i"])


class ScramDialogue(unittest.TestCase):
    def site(self, *config, mode="enforce", **more):
        site = self.enterContext(Site(list(config), **more))
        site.ctl(f"policy set mode={mode}")
        site.ctl("bind alice UUID -", site.token("phone"))
        return site

    def connect(self, site, device=None):
        client = connected(site, device, timeout=20)
        self.addCleanup(client.close)  # some are left within AUTH, where QUIT is no command
        return client

    def say(self, client, *command):
        code, text = client.docmd(*command)
        return code, text.decode()

    def password(self, site, account, which):
        return site.passwords[account] if which == "right" else "wrong"

    def attempt(self, site, account, device, which, initial=True, client=None):
        """The replies to one AUTH, and the salt that it showed."""
        client = client or self.connect(site, device)
        conversation = Scram(account, self.password(site, account, which))
        replies = []
        if initial:
            reply = self.say(client, "AUTH", "SCRAM-SHA-256 " + conversation.first())
        else:
            replies.append(self.say(client, "AUTH", "SCRAM-SHA-256"))
            reply = self.say(client, conversation.first())
        replies.append(shape(*reply, conversation.nonce))
        salt = None
        if reply[0] == 334:
            salt = fields(reply[1])["s"]
            reply = self.say(client, conversation.final(reply[1]))
            replies.append(shape(*reply, conversation.nonce))
        return replies, salt

    def check_refusals(self, site, expected):
        for account, device, which in REFUSALS:
            with self.subTest(account=account, device=device, password=which):
                self.assertEqual(self.attempt(site, account, device, which)[0], expected)


class PasswordTest(ScramDialogue):
    """Where libsasl has passwords, and salts them itself."""

    def test_all_look_the_same(self):
        site = self.site()
        site.start()
        self.check_refusals(site, [(334, ["r", "s", "i"], 32, True, 32, "4096"), REFUSED])

    def test_all_look_the_same_without_initial_response(self):
        site = self.site()
        site.start()
        for account, device, which in REFUSALS:
            with self.subTest(account=account, device=device, password=which):
                replies, _ = self.attempt(site, account, device, which, initial=False)
                self.assertEqual(replies, [(334, ""), (334, ["r", "s", "i"], 32, True, 32, "4096"), REFUSED])

    def test_quarantine_looks_the_same(self):
        """It comes only after a right password, which the server's own proof would tell."""
        site = self.site(mode="quarantine")
        site.start()
        wrong, _ = self.attempt(site, "alice", "stranger", "wrong")
        right, _ = self.attempt(site, "alice", "stranger", "right")
        self.assertEqual(right, wrong)
        self.assertEqual(right[-1], REFUSED)
        self.assertIn("pending", site.ctl("list alice"))

    def test_the_count_of_iterations_is_that_of_the_configuration(self):
        site = self.site(sasl=["scram_iteration_counter: 5000"])
        site.start()
        self.check_refusals(site, [(334, ["r", "s", "i"], 32, True, 32, "5000"), REFUSED])

    def test_name_that_cannot_be_an_account(self):
        """libsasl may know it; to the judge it is nobody's."""
        site = self.site(accounts={"no body": "password of no body"})
        site.passwords["no body"] = "password of no body"
        site.start()
        self.assertEqual(self.attempt(site, "no body", "phone", "right")[0],
                         self.attempt(site, "nobody", "phone", "wrong")[0])

    def test_salts_stay_and_nonces_do_not(self):
        site = self.site()
        site.start()
        salts = {}
        for account in ("alice", "nobody", "someone"):
            first, again = (self.attempt(site, account, None, "wrong")[1] for _ in range(2))
            self.assertEqual(first, again, account)
            salts[account] = first
        self.assertEqual(len(set(salts.values())), 3)
        nonces = {fields(self.say(self.connect(site), "AUTH", "SCRAM-SHA-256 " + encode("n,,n=nobody,r=abc"))[1])["r"]
                  for _ in range(2)}
        self.assertEqual(len(nonces), 2)

    def test_malformed_answers_are_refused_alike(self):
        """Where the policy has nothing against them."""
        site = self.site(mode="learn")
        site.start()
        for final in ("", "c=biws", "c=biws,r={r}", "c=biws,r={r}x,p=" + "A" * 43 + "=", "c=biws,r={r},p=AAAA",
                      "c=eSws,r={r},p=" + "A" * 43 + "=", "c=biws,r={r},p=" + "A" * 43 + "=,x=y"):
            for account in ("alice", "nobody"):
                with self.subTest(final=final, account=account):
                    client = self.connect(site, "phone")
                    _, text = self.say(client, "AUTH", "SCRAM-SHA-256 " + encode(f"n,,n={account},r=abc"))
                    answer = final.format(r=fields(text)["r"])
                    self.assertEqual(self.say(client, encode(answer)), REFUSED)

    def test_malformed_beginnings_are_refused_at_once(self):
        site = self.site(mode="learn")
        site.start()
        for first in ("n,,n=nobody", "x,,n=nobody,r=abc", "n,,m=x,n=nobody,r=abc", "n,,n=no=body,r=abc"):
            for account in ("alice", "nobody"):
                with self.subTest(first=first, account=account):
                    message = encode(first.replace("nobody", account))
                    client = self.connect(site, "phone")
                    self.assertEqual(self.say(client, "AUTH", "SCRAM-SHA-256 " + message), REFUSED)

    def test_nobody_acts_for_another(self):
        site = self.site()
        site.start()
        for account in ("alice", "nobody"):
            conversation = Scram(account, self.password(site, account, "right" if account == "alice" else "wrong"))
            conversation.header = "n,a=bob,"
            client = self.connect(site, "phone")
            code, text = self.say(client, "AUTH", "SCRAM-SHA-256 " + conversation.first())
            self.assertEqual(code, 334)
            self.assertEqual(self.say(client, conversation.final(text)), REFUSED)

    def test_the_history_knows_better(self):
        site = self.site()
        site.start()
        for account, device, which in (("alice", "stranger", "right"), ("alice", "stranger", "wrong"),
                                       ("alice", "phone", "wrong"), ("alice", "phone", "right")):
            self.attempt(site, account, device, which)

        def events():
            return [(event["outcome"], event["reason"]) for event in json.loads(site.ctl("--json history alice"))
                    if event["service"] == "smtp"]
        self.assertTrue(wait_until(lambda: len(events()) == 4), events())
        self.assertEqual(events(), [("refused", "unbound"), ("refused", "unbound"), ("failed", "bound"),
                                    ("authenticated", "bound")])

    def test_refuse_after_auth(self):
        """There the password is told from a wrong one, by intent; an account is not told from none."""
        site = self.site("refuse-at = after-auth")
        site.start()
        client = self.connect(site, "stranger")
        replies, _ = self.attempt(site, "alice", "stranger", "right", client=client)
        self.assertEqual(replies[-1], (334, ["v"]))
        self.assertEqual(self.say(client, "")[0], 235)
        self.assertEqual(self.say(client, "MAIL", f"FROM:<alice@{NAME}>")[0], 550)
        self.assertEqual(self.attempt(site, "alice", "stranger", "wrong")[0],
                         self.attempt(site, "nobody", "stranger", "wrong")[0])

    def test_without_a_store_it_is_unavailable(self):
        site = self.site()
        site.start()
        self.connect(site)  # it listens before it has tried its store
        (site.dir / "clientid.db").rename(site.dir / "away.db")
        for account in ("alice", "nobody"):
            self.assertEqual(self.attempt(site, account, "phone", "wrong")[0], [UNAVAILABLE])

    def test_the_first_step_takes_the_same_time(self):
        """Salting a password is most of it, and is done for nobody as well. Left out, it would be a factor of ten."""
        site = self.site()
        site.start()
        least = {"alice": float("inf"), "nobody": float("inf")}
        rounds = iter(range(1000))

        def measure():
            for account, fastest in least.items():
                client = self.connect(site, "phone")
                message = Scram(account, "wrong").first()
                begun = time.monotonic()
                self.assertEqual(self.say(client, "AUTH", "SCRAM-SHA-256 " + message)[0], 334)
                least[account] = min(fastest, time.monotonic() - begun)
                client.close()
            return next(rounds) >= 8 and max(least.values()) < 2 * min(least.values())
        # The machine may be busy; what it is busy with falls away in time.
        self.assertTrue(wait_until(measure, 30), least)


class StoredSecretTest(ScramDialogue):
    """Where libsasl has no passwords, but stored secrets of SCRAM: the salt is in them."""
    STORED = [(334, ["r", "s", "i"], 32, True, 16, "4096"), REFUSED]

    def stored(self, *mechanisms):
        site = self.site(sasl=["sasldb_path: {dir}/stored"])
        for mechanism, account in mechanisms:
            (site.dir / "sasl/saslpasswd.conf").write_text(f"scram_secret_generate: yes\nmech_list: {mechanism}\n")
            run("saslpasswd2", "-n", "-p", "-c", "-f", site.dir / "stored", "-u", NAME, account,
                text=site.passwords[account], env={**os.environ, "SASL_CONF_PATH": str(site.dir / "sasl")})
        site.start()
        return site

    def test_all_look_the_same(self):
        site = self.stored(("SCRAM-SHA-256", "alice"))
        replies, _ = self.attempt(site, "alice", "phone", "right")
        self.assertEqual(replies, [self.STORED[0], (334, ["v"])])
        self.check_refusals(site, self.STORED)

    def test_salts_stay(self):
        site = self.stored(("SCRAM-SHA-256", "alice"))
        self.attempt(site, "alice", "phone", "right")
        salts = [self.attempt(site, name, None, "wrong")[1] for name in ("nobody", "nobody@" + NAME, "someone")]
        self.assertEqual(salts[0], salts[1])
        self.assertNotEqual(salts[0], salts[2])

    def test_the_salt_tells_nothing_of_the_device(self):
        site = self.stored(("SCRAM-SHA-256", "alice"))
        salts = {self.attempt(site, "alice", device, "wrong")[1] for device in ("phone", "stranger", None)}
        self.assertEqual(len(salts), 1)

    def test_secret_of_another_mechanism(self):
        """libsasl fails with a code of its own; the account is as good as none."""
        site = self.stored(("SCRAM-SHA-256", "alice"), ("SCRAM-SHA-1", "bob"))
        self.attempt(site, "alice", "phone", "right")
        self.assertEqual(self.attempt(site, "bob", "phone", "right")[0], self.STORED)


if __name__ == "__main__":
    run_tests()
