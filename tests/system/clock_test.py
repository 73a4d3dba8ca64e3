"""The clock of the machine is put forward and back while the shim runs. What was counted, detected or open by another
time does not count by the new one; what an operator has set goes by the clock, whatever it says; and nothing hangs.

The shim and clientidctl have their time from wrong_clock.cpp; the clock that nobody sets goes on.
"""
import contextlib
import os
import pathlib
import socket
import sqlite3
import sys
import time
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import builds
from system.client import connected
from system.mechanisms import ACCEPTED, REFUSED, log_in, plain
from system.outcomes import Outcomes
from system.site import NAME, Site, prefer_plain_build, program
from system.waiting import Skip, run_tests, wait_until

LIBRARY = pathlib.Path(os.environ.get("SASL_PLUGIN_DIR", "."), "wrong_clock.so")  # where all that is loaded was built
HOUR, DAY = 3600, 86400


def require_library():
    if not LIBRARY.exists():
        raise Skip(f"{LIBRARY} was not built")


class ClockTest(unittest.TestCase):
    def setUp(self):
        self.enterContext(mock.patch.dict(os.environ))
        prefer_plain_build()  # sanitizers want to be the first library
        os.environ["CLIENTIDCTL"] = builds.plain("clientidctl") or program("CLIENTIDCTL")

    def site(self, policy, *config):
        """With alice's phone; the clock is right."""
        site = self.enterContext(Site(["log-level = info", "max-errors = 100", *config]))
        self.offset = site.dir / "offset"
        self.put_clock(0)
        site.environment.update(LD_PRELOAD=str(LIBRARY), CLOCK_OFFSET=str(self.offset))
        site.ctl(f"policy set {policy}")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site

    def put_clock(self, offset):
        """So many seconds from the right time, at once."""
        new = self.offset.with_name("new offset")
        new.write_text(f"{offset}\n")
        new.replace(self.offset)

    def rows(self, site, query):
        with contextlib.closing(sqlite3.connect(site.dir / "clientid.db", timeout=20)) as store:
            return store.execute(query).fetchall()

    def guess(self, site, *devices):
        """Wrong passwords, and all that follows from them."""
        outcomes = Outcomes(site)
        for device in devices:
            self.assertEqual(log_in(site, plain, device, f"wrong of {device}"), REFUSED)
        self.assertEqual(len(outcomes.wait_for(len(devices))), len(devices))

    def test_the_clock_is_another_one(self):
        """Without this all the others would show nothing."""
        site = self.site("mode=learn")
        for offset in (DAY, -DAY, 0):
            self.put_clock(offset)
            outcomes = Outcomes(site, len(self.rows(site, "SELECT 1 FROM event WHERE outcome <> 'changed'")))
            self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
            outcomes.wait_for(1)
            ((at,),) = self.rows(site, "SELECT at FROM event ORDER BY id DESC LIMIT 1")
            self.assertAlmostEqual(at, time.time() + offset, delta=60)

    def test_limits(self):
        site = self.site("mode=learn account-failures=3/10m")
        self.guess(site, "one", "two", "three")
        self.assertEqual(log_in(site, plain, "tablet"), REFUSED)
        self.put_clock(-DAY)
        self.assertEqual(log_in(site, plain, "tablet"), ACCEPTED)
        self.put_clock(0)
        self.assertEqual(log_in(site, plain, "laptop"), REFUSED)
        self.put_clock(DAY)
        self.assertEqual(log_in(site, plain, "laptop"), ACCEPTED)

    def test_detection(self):
        site = self.site("mode=learn detect-account=3/1h")
        self.guess(site, "one", "two", "three")
        self.assertIn("detection account=", site.log())
        self.assertEqual(log_in(site, plain, "tablet"), REFUSED)
        self.put_clock(-DAY)
        self.assertEqual(log_in(site, plain, "tablet"), ACCEPTED)
        # Nor does it begin anew by what failed when it was tomorrow.
        self.assertEqual(log_in(site, plain, "one", "wrong again"), REFUSED)
        self.assertTrue(wait_until(lambda: self.rows(site, "SELECT 1 FROM event WHERE detail = 'PLAIN' AND outcome ="
                                                           f" 'failed' AND at < {time.time() - DAY / 2}")))
        self.assertEqual(site.log().count("detection account="), 1)

    def test_sessions_of_a_shim_that_was_killed(self):
        site = self.site("device-sessions=1")
        with contextlib.suppress(OSError), connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"]), ACCEPTED)
            self.assertTrue(wait_until(lambda: self.rows(site, "SELECT 1 FROM session")))
            site.shim.kill()
            site.shim.wait()
        site.trap.asked += 1
        site.start()
        self.assertEqual(log_in(site, plain, "phone"), REFUSED)
        self.put_clock(-DAY)
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)

    def test_sessions_that_are_open(self):
        site = self.site("device-sessions=1")
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"]), ACCEPTED)
            self.assertTrue(wait_until(lambda: self.rows(site, "SELECT 1 FROM session")))
            self.put_clock(-DAY)
            # The shim says anew that it is open, every 30 seconds.
            leased = f"SELECT 1 FROM session WHERE lease < {time.time() - DAY / 2}"
            self.assertTrue(wait_until(lambda: self.rows(site, leased), 60))
            self.assertEqual(log_in(site, plain, "phone"), REFUSED)

    def test_what_an_operator_has_set_goes_by_the_clock(self):
        site = self.site("mode=learn learn-until=1h")
        site.ctl("bind alice UUID - --expires 1h", site.token("tablet"))
        site.ctl("bind alice UUID -", site.token("laptop"))
        site.ctl("suspend alice UUID - --for 1h", site.token("laptop"))
        site.ctl("bind alice UUID -", site.token("blocked"))
        site.ctl("block add device UUID - --for 1h", site.token("blocked"))
        at = {"tablet": (ACCEPTED, REFUSED), "laptop": (REFUSED, ACCEPTED), "blocked": (REFUSED, ACCEPTED)}
        for offset, later in ((-DAY, 0), (0, 0), (2 * HOUR, 1), (-DAY, 0), (DAY, 1), (0, 0)):
            self.put_clock(offset)
            for device, replies in at.items():
                with self.subTest(offset=offset, device=device):
                    self.assertEqual(log_in(site, plain, device), replies[later])
        for offset, reply in ((2 * HOUR, REFUSED), (-DAY, ACCEPTED)):
            self.put_clock(offset)
            self.assertEqual(log_in(site, plain, f"new one by {offset}"), reply)

    def test_nothing_hangs(self):
        site = self.site("mode=learn", "greeting-timeout = 2s", "failure-delay = 300ms", "auth-timeout = 5s")
        silent = []
        for offset in (-DAY, DAY, -2 * HOUR, 0):
            with self.subTest(offset=offset):
                silent.append((time.monotonic(), self.enterContext(contextlib.closing(site.connect("starttls")))))
                self.put_clock(offset)
                self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
                begun = time.monotonic()
                self.assertEqual(log_in(site, plain, "phone", "wrong"), REFUSED)
                self.assertTrue(0.3 <= time.monotonic() - begun < 5)
        for begun, connection in silent:
            self.assertEqual(self.last_words(connection), b"421 4.4.2 Timeout\r\n")
            self.assertTrue(2 <= time.monotonic() - begun < 30)

    @staticmethod
    def last_words(connection):
        said = b""
        while octets := connection.recv(1000):
            said += octets
        return said[said.index(b"\r\n") + 2:]

    def test_tickets(self):
        """A ticket is of use or not, and never in the way."""
        site = self.site("mode=learn", "mechanisms = PLAIN")
        context = site.trust()
        resumed = {}
        for offset in (0, -DAY, 0, 30 * DAY):
            self.put_clock(offset)
            session, _ = self.session(site, context, None)
            for later in (0, -DAY, DAY):
                self.put_clock(later)
                _, resumed[offset, later] = self.session(site, context, session)
        self.assertTrue(resumed[0, 0])

    def session(self, site, context, session):
        """That of TLS, and whether it was resumed. AUTH is possible in any case."""
        with socket.create_connection(("127.0.0.1", site.ports["tls"]), 10) as connection:
            with context.wrap_socket(connection, server_hostname=NAME, session=session) as encrypted:
                encrypted.recv(1000)
                encrypted.sendall(b"EHLO client.test\r\n")
                encrypted.recv(1000)
                encrypted.sendall(f"AUTH PLAIN {site.plain('alice', site.passwords['alice'])}\r\n".encode())
                self.assertTrue(encrypted.recv(1000).startswith(b"235"))
                return encrypted.session, encrypted.session_reused


if __name__ == "__main__":
    run_tests(require_library)
