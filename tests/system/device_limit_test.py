"""max-connections-per-device: who is one too many keeps no connection to the back end, and the history knows of it."""
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import UNAVAILABLE, plain, scram
from system.postfix import require_postfix
from system.scram import Scram
from system.site import NAME, Site
from system.waiting import run_tests, wait_until


class DeviceLimit:
    """What holds whoever does the passwords. site() makes a site."""

    def setUp(self):
        self.site = self.enterContext(self.make_site())
        self.site.ctl("policy set mode=learn")
        self.site.ctl("bind alice UUID -", self.site.token("phone"))
        self.site.start()

    def session(self, account="alice"):
        client = self.enterContext(connected(self.site, "phone", timeout=20))
        return client, client.docmd("AUTH", "PLAIN " + self.site.plain(account, self.site.passwords[account]))[0]

    def test_the_history_says_what_the_client_was_told(self):
        self.assertEqual([self.session()[1], self.session()[1]], [235, 454])
        self.site.ctl("remove 1 --yes")

        def events():
            return [event["outcome"] for event in json.loads(self.site.ctl("--json history alice"))
                    if event["service"] == "smtp"]
        self.assertEqual(self.session()[1], 454)
        self.assertTrue(wait_until(lambda: len(events()) == 3), events())
        self.assertEqual(events(), ["authenticated", "unavailable", "unavailable"])
        self.assertEqual(json.loads(self.site.ctl("--json list alice")), [])


class SaslTest(DeviceLimit, unittest.TestCase):
    def make_site(self):
        return Site(["max-connections-per-device = 1"])

    def test_scram_proves_no_password_to_one_too_many(self):
        self.session()
        with connected(self.site, "phone", timeout=20) as client:
            self.assertEqual(scram(client, self.site, self.site.passwords["alice"]), UNAVAILABLE)
            conversation = Scram("alice", self.site.passwords["alice"])
            _, text = client.docmd("AUTH", "SCRAM-SHA-256 " + conversation.first())
            self.assertEqual(client.docmd(conversation.final(text)), UNAVAILABLE)


class PostfixTest(DeviceLimit, unittest.TestCase):
    def make_site(self):
        return Site(["password-check = backend", "mechanisms = PLAIN LOGIN", "max-connections-per-device = 1"],
                    backend="postfix")

    def open_at_the_back_end(self):
        log = self.site.postfix.log()
        return len(re.findall(r"\]: connect from", log)) - log.count("disconnect from")

    def test_one_too_many_keeps_no_connection_to_the_back_end(self):
        (first, accepted), (second, refused) = self.session(), self.session()
        self.assertEqual((accepted, refused), (235, 454))
        self.assertEqual(second.mail("alice@" + NAME)[0], 530)
        self.assertTrue(wait_until(lambda: self.open_at_the_back_end() == 1))
        self.assertEqual(first.noop()[0], 250)
        first.quit()
        self.assertTrue(wait_until(lambda: plain(second, self.site, self.site.passwords["alice"])[0] == 235))

    def test_x2_a_stolen_token_uses_up_no_place_of_its_owner(self):
        self.site.ctl("bind bob UUID -", self.site.token("phone"))
        self.assertEqual([self.session("bob")[1], self.session("bob")[1], self.session("alice")[1]], [235, 454, 235])


if __name__ == "__main__":
    run_tests(require_postfix)
