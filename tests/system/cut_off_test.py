"""Clients that are cut off in every state, and sessions beside them that go on: with a real Postfix behind.

One worker serves all of them, so that what hurts it hurts everybody.
"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.cut_off import MAIL, RCPT, SESSIONS, TEXT, cut, cuts_of
from system.mechanisms import plain
from system.postfix import require_postfix
from system.site import NAME, Site
from system.waiting import run_tests, wait_until


class CutOffTest(unittest.TestCase):
    def setUp(self):
        self.site = self.enterContext(Site(["workers = 1", "max-errors = 100"], backend="postfix"))
        self.site.ctl("bind alice UUID -", self.site.token("phone"))
        self.site.start()
        self.delivered = self.whole = 0

    def go_on(self, client):
        self.assertEqual(client.sendmail("alice@" + NAME, ["bob@" + NAME], TEXT), {})
        self.delivered += 1

    def test_cut_at_every_state(self):
        with connected(self.site, "phone") as before, connected(self.site, "phone") as within:
            for client in (before, within):
                self.assertEqual(plain(client, self.site, self.site.passwords["alice"])[0], 235)
            self.assertEqual(within.docmd(MAIL)[0], 250)
            for name, session in SESSIONS.items():
                for said, rest, reset in cuts_of(session):
                    self.whole += said == SESSIONS["PLAIN"]
                    with self.subTest(session=name, said=len(said), rest=bool(rest), reset=reset):
                        cut(self.site, said, rest, reset)
                        self.assertEqual(before.noop()[0], 250)
                self.go_on(before)
            # In the middle of its transaction all the time, and in AUTH of its own at the end.
            self.assertEqual(within.docmd(RCPT)[0], 250)
            self.assertEqual(within.data(TEXT)[0], 250)
            self.delivered += 1
        with connected(self.site, "phone") as after:
            self.assertEqual(plain(after, self.site, self.site.passwords["alice"])[0], 235)
            self.go_on(after)
        # Those of PLAIN that came to their end are delivered too; all others never were whole.
        self.assertTrue(self.site.postfix.wait_for(messages=self.delivered + self.whole))
        log = self.site.log
        self.assertTrue(wait_until(lambda: log().count(": connect ") == log().count(": disconnect ")),
                        "sessions that were cut off are still there")
        self.assertNotIn("session-failure", log())


if __name__ == "__main__":
    run_tests(require_postfix)
