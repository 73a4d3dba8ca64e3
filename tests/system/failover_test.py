"""Several back ends: two real Postfixes, of which one dies and comes back."""
import pathlib
import re
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.postfix import Postfix, require_postfix
from system.site import NAME, Site
from system.waiting import free_port, run_tests, wait_until

UNAVAILABLE = (451, b"4.4.1 No mail server available, try again later")
MESSAGE = "Subject: to one of two\r\n\r\ntext\r\n"
PAUSE = 30  # for so long a back end that failed is passed over


class Stuck:
    """A back end that answers the one who asks what it announces, and after that no longer greets."""

    def __init__(self, _):
        self.port = free_port()

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.thread = threading.Thread(target=self._serve_one)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def _serve_one(self):
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rw", newline="") as stream:
            for reply in ("220 stuck\r\n", "250 stuck\r\n", "221 stuck\r\n"):
                stream.write(reply)
                stream.flush()
                stream.readline()

    def log(self):
        return ""

    def messages(self):
        return []


class FailoverTest(unittest.TestCase):
    def site(self, first="postfix", **postfix):
        """The first back end is that of the site, the second is self.second."""
        config = ["backend = smtp://127.0.0.1:{backend}", "handover = replay", "mechanisms = PLAIN",
                  "log-level = info"]
        site = self.enterContext(Site(config, backend=first, postfix=postfix))
        self.second = self.enterContext(Postfix(site.dir / "second", site.dir / "sasldb"))
        site.config.append(f"backend = smtp://127.0.0.1:{self.second.port}")
        site.start()
        return site

    def login(self, site):
        client = self.enterContext(connected(site, timeout=30))
        client.login("alice", site.passwords["alice"])
        return client

    def send(self, site):
        client = self.login(site)
        client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        client.quit()

    def check_delivered(self, first, second):
        for postfix, messages in (first, (self.second, second)):
            self.assertTrue(wait_until(lambda: len(postfix.messages()) == messages))

    def events(self, site):
        return re.findall(r"(backend-\w+) backend=smtp://127.0.0.1:(\d+)", site.log())

    def test_the_first_one_is_used(self):
        site = self.site()
        self.send(site)
        self.check_delivered((site.postfix, 1), 0)

    def test_mail_goes_on_while_the_first_one_is_dead_and_back_when_it_is_not(self):
        site = self.site()
        self.send(site)
        self.check_delivered((site.postfix, 1), 0)
        site.postfix.stop()
        died = time.monotonic()
        for _ in range(3):
            self.send(site)
        self.check_delivered((site.postfix, 1), 3)
        first = str(site.postfix.port)
        self.assertEqual(self.events(site), [("backend-down", first)])
        site.postfix.start()

        def back():
            self.send(site)
            return "backend-up" in site.log()
        self.assertTrue(wait_until(back, PAUSE + 15))
        self.assertGreaterEqual(time.monotonic() - died, PAUSE)
        self.assertTrue(wait_until(lambda: len(site.postfix.messages()) >= 2))
        self.assertEqual(self.events(site), [("backend-down", first), ("backend-up", first)])

    def test_all_are_tried_when_none_works(self):
        site = self.site()
        site.postfix.stop()
        self.second.stop()
        for _ in range(2):
            self.assertEqual(self.login(site).mail("alice@" + NAME), UNAVAILABLE)
        self.assertEqual(len(self.events(site)), 2)
        self.second.start()
        self.send(site)
        self.check_delivered((site.postfix, 0), 1)
        self.assertEqual(self.events(site)[2:], [("backend-up", str(self.second.port))])

    def test_one_that_does_not_greet_holds_a_client_up_for_ten_seconds_at_most(self):
        site = self.site(first=Stuck)
        self.assertTrue(wait_until(lambda: "listening" in site.log()))
        begun = time.monotonic()
        self.send(site)
        self.assertTrue(9 < time.monotonic() - begun < 20)
        self.assertIn('cause="no greeting in time"', site.log())
        self.send(site)
        self.assertLess(time.monotonic() - begun, 20)
        self.check_delivered((site.postfix, 0), 2)

    def test_a_login_that_is_refused_says_nothing_about_the_back_end(self):
        site = self.site(sasl="sasldb_path: /nonexistent\n")
        self.send(site)
        self.check_delivered((site.postfix, 0), 1)
        self.assertIn("backend-refusal", site.log())
        self.assertNotIn("backend-down", site.log())


if __name__ == "__main__":
    run_tests(require_postfix)
