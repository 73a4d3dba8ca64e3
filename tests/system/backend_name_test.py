"""A back end that is given by its name, and a name server that does not answer for a while: clients are put off in time,
a line in the log says why, and all is well once it answers. One that is slow is asked once for all who wait."""
import concurrent.futures
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import plain
from system.resolver import Resolver, require_resolver
from system.scripted import Scripted
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

UNAVAILABLE = (451, b"4.4.1 No mail server available, try again later")


class BackendNameTest(unittest.TestCase):
    def setUp(self):
        config = ["backend = smtp://mail.test:{backend}", "backend-timeout = 2s", "workers = 1"]
        self.site = self.enterContext(Site(config, backend=Scripted))
        self.resolver = self.enterContext(Resolver(self.site.dir, "mail.test"))
        self.site.start(*self.resolver.prefix)

    def reply_to_mail(self, _=None):
        with connected(self.site) as client:
            self.assertEqual(plain(client, self.site, self.site.passwords["alice"])[0], 235)
            return client.mail("alice@" + NAME)

    def test_clients_are_put_off_in_time_and_served_once_it_answers(self):
        self.assertEqual(self.reply_to_mail()[0], 250)
        self.resolver.silent = True
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(6) as threads:
            self.assertEqual(list(threads.map(self.reply_to_mail, range(6))), [UNAVAILABLE] * 6)
        self.assertLess(time.monotonic() - begun, 15, "2 seconds for each, whatever the name server has others wait")
        self.assertIn('cause="its name is not found: no answer in time"', self.site.log())
        self.resolver.silent = False
        self.assertTrue(wait_until(lambda: self.reply_to_mail()[0] == 250, 30))

    def test_a_slow_name_server_is_no_bottleneck(self):
        self.resolver.delay = 0.5
        with concurrent.futures.ThreadPoolExecutor(20) as threads:
            for gap, clients in ((0.1, 20), (1, 4)):  # far above what could be asked one by one, and half of that
                replies = []
                for _ in range(clients):
                    replies.append(threads.submit(self.reply_to_mail))
                    time.sleep(gap)
                with self.subTest(f"a client each {gap} s"):
                    self.assertEqual([reply.result()[0] for reply in replies], [250] * clients)


if __name__ == "__main__":
    run_tests(require_resolver)
