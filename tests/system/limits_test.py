"""Caps on connections and sessions, and what happens when file descriptors run out."""
import contextlib
import os
import pathlib
import re
import resource
import socket
import sys
import time
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import plain
from system.scripted import Scripted
from system.site import NAME, Site, prefer_plain_build
from system.waiting import run_tests, wait_until

GREETING = f"220 {NAME} ESMTP\r\n".encode()
TOO_MANY = b"421 4.7.0 Too many connections\r\n"


class LimitsTest(unittest.TestCase):
    def site(self, *config):
        site = self.enterContext(Site(config))
        site.ctl("policy set mode=enforce")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        # Those that found out whether it listens are counted for as long as they are not gone.
        self.assertTrue(wait_until(lambda: site.log().count(": connect ") == site.log().count(": disconnect ")))
        return site

    def greeted(self, site, count):
        return [self.let_in(site) for _ in range(count)]

    def let_in(self, site):
        """A place may still be taken by the look that the site took whether the shim listens."""
        connections = []

        def try_again():
            connections.append(self.enterContext(contextlib.closing(site.connect("starttls"))))
            return connections[-1].recv(100) == GREETING

        self.assertTrue(wait_until(try_again))
        return connections[-1]

    def check_cap(self, site, limit):
        connections = self.greeted(site, 3)
        with contextlib.closing(site.connect("starttls")) as connection:
            self.assertEqual(connection.recv(100), TOO_MANY)
        connections.pop().close()
        self.assertTrue(wait_until(lambda: self.is_let_in(site)))
        self.assertRegex(site.log(), rf"too-many-connections peer=127\.0\.0\.1 listen=\"[^\"]*\" limit={limit} refused=\d+\n")

    @staticmethod
    def is_let_in(site):
        with contextlib.closing(site.connect("starttls")) as connection:
            return connection.recv(100) == GREETING

    def test_threats_slow_and_half_open_max_connections(self):
        self.check_cap(self.site("max-connections = 3"), "max-connections")

    def test_threats_slow_and_half_open_max_connections_per_address(self):
        self.check_cap(self.site("max-connections-per-address = 3"), "max-connections-per-address")

    @staticmethod
    def said_to(site, source, listener="starttls"):
        """What a client from this address hears first."""
        where = ("127.0.0.1", site.ports[listener])
        with socket.create_connection(where, timeout=10, source_address=(source, 0)) as connection:
            return connection.recv(100)

    def test_threats_one_session_harming_others_max_connections_per_address(self):
        site = self.site("max-connections-per-address = 3")
        self.greeted(site, 3)
        self.assertEqual(self.said_to(site, "127.0.0.1"), TOO_MANY)
        self.assertEqual(self.said_to(site, "127.0.0.2"), GREETING)

    def test_threats_slow_and_half_open_closed_without_a_word_where_tls_is_expected(self):
        site = self.site("max-connections-per-address = 3")
        self.greeted(site, 3)
        self.assertEqual(self.said_to(site, "127.0.0.1", "tls"), b"")

    def test_threats_floods_refusals_are_a_line_a_second(self):
        site = self.site("max-connections-per-address = 1")
        self.greeted(site, 1)
        begun = time.monotonic()
        for _ in range(200):
            self.assertEqual(self.said_to(site, "127.0.0.1"), TOO_MANY)
        self.assertTrue(wait_until(lambda: self.said_to(site, "127.0.0.1") and sum(self.refused(site)) > 200))
        self.assertLessEqual(len(self.refused(site)), time.monotonic() - begun + 2)

    @staticmethod
    def refused(site):
        return [int(count) for count in re.findall(r"too-many-connections .* refused=(\d+)\n", site.log())]

    def session(self, site):
        client = self.enterContext(connected(site, "phone", timeout=20))
        return client, plain(client, site, site.passwords["alice"])[0]

    def test_u6_2_3_max_connections_per_device(self):
        site = self.site("max-connections-per-device = 2")
        first, code = self.session(site)
        self.assertEqual(code, 235)
        self.assertEqual(self.session(site)[1], 235)
        client, code = self.session(site)
        self.assertEqual(code, 454)
        first.quit()
        self.assertTrue(wait_until(lambda: plain(client, site, site.passwords["alice"])[0] == 235))

    def test_threats_slow_and_half_open_session_timeout(self):
        site = self.site("session-timeout = 500ms")
        connection = self.greeted(site, 1)[0]
        replies, begun = b"", time.monotonic()
        with contextlib.suppress(ConnectionError):
            while b"421" not in replies and time.monotonic() < begun + 10:
                connection.sendall(b"NOOP\r\n")
                replies += connection.recv(100)
        self.assertTrue(replies.endswith(b"421 4.4.2 Timeout\r\n"), replies[-100:])

    def site_without_sanitizers(self, *config):
        """They want descriptors themselves: UBSan takes an object for broken where it can make no pipe to look through."""
        self.enterContext(mock.patch.dict(os.environ))
        prefer_plain_build()
        return self.site(*config)

    def leave_descriptors(self, site, count):
        """So many besides those that it has, once it has all that it opens at its start."""
        self.let_in(site).close()
        limit = len(list(pathlib.Path(f"/proc/{site.shim.pid}/fd").iterdir())) + count
        resource.prlimit(site.shim.pid, resource.RLIMIT_NOFILE, (limit, limit))

    def test_without_descriptors_it_waits_and_burns_nothing(self):
        site = self.site_without_sanitizers("max-connections = 1000", "max-connections-per-address = 1000",
                                            "workers = 1")
        self.leave_descriptors(site, 10)
        connections = [self.enterContext(contextlib.closing(site.connect("starttls"))) for _ in range(40)]
        self.assertTrue(wait_until(lambda: "accept listen=" in site.log()))
        before, begun = self.cpu(site), time.monotonic()
        # Long enough for a loop that does not wait to show: it would take all of it.
        self.assertTrue(wait_until(lambda: time.monotonic() > begun + 2))
        self.assertLess(self.cpu(site) - before, 0.5)
        self.assertEqual(site.log().count("accept listen="), 1)
        for connection in connections:
            connection.close()
        self.assertTrue(wait_until(lambda: self.is_let_in(site)))

    def test_threats_floods_want_of_descriptors_is_said_once_while_clients_come_and_go(self):
        site = self.site_without_sanitizers("max-connections-per-address = 1000", "workers = 1")
        self.leave_descriptors(site, 2)
        connections = [self.enterContext(contextlib.closing(site.connect("starttls"))) for _ in range(40)]
        self.assertTrue(wait_until(lambda: "accept listen=" in site.log()))
        # Each that goes lets the next one in at once, and then there is none left again.
        begun = time.monotonic()
        for connection in connections:
            self.assertEqual(connection.recv(100), GREETING)
            connection.close()
        self.assertLess(time.monotonic() - begun, 5, "every few of them waited for a second")
        self.assertEqual(site.log().count("accept listen="), 1)

    @contextlib.contextmanager
    def no_descriptors(self, site):
        """None at all beside those that it has, for a while."""
        before = resource.prlimit(site.shim.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(site.shim.pid, resource.RLIMIT_NOFILE, (3, before[1]))
        try:
            yield
        finally:
            resource.prlimit(site.shim.pid, resource.RLIMIT_NOFILE, before)

    def test_threats_failing_open_without_descriptors_auth_is_put_off(self):
        """Of whatever step of it is first in need of one: here the store is still to be opened."""
        site = self.site_without_sanitizers("auth-workers = 1")
        with connected(site, "phone") as phone, connected(site, "phone") as wrong, connected(site, "new") as stranger:
            with self.no_descriptors(site):
                self.assertEqual(plain(phone, site, site.passwords["alice"])[0], 454)
                self.assertEqual(plain(wrong, site, "wrong")[0], 454)
                self.assertEqual(plain(stranger, site, site.passwords["alice"])[0], 454)
            self.assertIn("store-failure cause=", site.log())
            self.assertEqual(plain(phone, site, site.passwords["alice"])[0], 235)
            self.assertEqual(plain(wrong, site, "wrong")[0], 535)
            self.assertEqual(plain(stranger, site, site.passwords["alice"])[0], 535)

    def test_without_descriptors_a_message_is_put_off(self):
        self.enterContext(mock.patch.dict(os.environ))
        prefer_plain_build()
        site = self.enterContext(Site(backend=Scripted))
        site.start()
        with connected(site) as client:
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            with self.no_descriptors(site):
                self.assertEqual(client.mail("alice@" + NAME)[0], 451)
                self.assertRegex(site.log(), r'backend-down backend=\S+ cause="Too many open files"')
            self.assertEqual(client.sendmail("alice@" + NAME, ["bob@" + NAME], "Subject: later\r\n\r\ntext\r\n"), {})

    def test_the_limit_of_descriptors_is_raised_as_far_as_it_goes(self):
        site = self.enterContext(Site(["max-connections-per-address = 1000", "workers = 1"]))
        site.start("prlimit", "--nofile=40:4096")
        self.greeted(site, 60)
        self.assertNotIn("few-descriptors", site.log())

    def test_too_few_descriptors_are_told_at_the_start(self):
        site = self.enterContext(Site(["max-connections = 1000"]))
        site.start("prlimit", "--nofile=1024:1024")
        self.greeted(site, 1)
        self.assertRegex(site.log(), r'few-descriptors limit=1024 wanted=2\d\d\d mend="raise ')

    @staticmethod
    def cpu(site):
        """Seconds of processor time that the shim has used."""
        fields = pathlib.Path(f"/proc/{site.shim.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    run_tests()
