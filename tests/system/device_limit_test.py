"""max-connections-per-device where a real Postfix does the passwords: who is one too many keeps no connection there."""
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import plain
from system.postfix import require_postfix
from system.site import NAME, Site
from system.waiting import run_tests, wait_until


class DeviceLimitTest(unittest.TestCase):
    def setUp(self):
        self.site = self.enterContext(Site(["password-check = backend", "mechanisms = PLAIN LOGIN",
                                            "max-connections-per-device = 1"], backend="postfix"))
        self.site.ctl("policy set mode=enforce")
        self.site.ctl("bind alice UUID -", self.site.token("phone"))
        self.site.start()

    def session(self):
        client = self.enterContext(connected(self.site, "phone", timeout=20))
        return client, plain(client, self.site, self.site.passwords["alice"])[0]

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


if __name__ == "__main__":
    run_tests(require_postfix)
