"""Two submission hosts, a Postfix on a third one and PostgreSQL on a fourth: limits, open sessions and attack mode hold
whichever host a client comes to, and one that is cut off or dies does not take the other with it.

The hosts are namespaces (network.py). Either both shims do AUTH, or Postfix does and the module in it asks them. It
gets at their sockets through the file system, as if these were forwarded to its machine.
"""
import collections
import contextlib
import datetime
import glob
import itertools
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import backend_auth_test, postgresql_test
from system.client import connected
from system.mechanisms import ACCEPTED, REFUSED, UNAVAILABLE, plain
from system.network import Host, Switch, require_network
from system.outcomes import Outcomes
from system.postfix import Postfix, require_postfix
from system.postgresql import Postgresql, require_postgresql
from system.site import NAME, Site
from system.two_shims import CountedTogether, TwoShims, beside
from system.verdict_test import require_loadable_module
from system.waiting import run_tests, wait_until

LEASE, TEND = 90, 30  # seconds: of a session in the store, and after how many of them it is extended
CUT = 30  # seconds that an AUTH may take where the database does not answer
MESSAGE = "Subject: from one of two hosts\r\n\r\ntext\r\n"


numbers = itertools.count(1)


class HostsTest(TwoShims, backend_auth_test.Checks):
    """The hosts, and a site on either of two."""

    AUTH = ["mechanisms = PLAIN LOGIN"]
    first_environment = {}  # more of it, of the programs on the first host

    @classmethod
    def setUpClass(cls):
        cls.hosts = [cls.enterClassContext(contextlib.closing(Host())) for _ in range(2)]
        cls.mail, cls.db = (cls.enterClassContext(contextlib.closing(Switch(address)))
                            for address in ("10.0.1.1", "10.0.2.1"))
        for switch, net in ((cls.mail, "10.0.1"), (cls.db, "10.0.2")):
            for number, host in enumerate(cls.hosts, 11):
                switch.connect(host, f"{net}.{number}")
        directory = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="clientid-hosts-")))
        directory.chmod(0o711)
        cls.sockets = directory
        with cls.db:
            cls.server = cls.enterClassContext(Postgresql(directory / "server", address=cls.db.address))

    def shims(self, *settings):
        store = self.server.url(f"mail{next(numbers)}")
        self.first = self.enterContext(Site(self.config("first"), self.postfix, store=store, host=self.hosts[0]))
        self.second = self.enterContext(beside(self.first, self.config("second"), store=store, host=self.hosts[1],
                                               backend=lambda _: contextlib.nullcontext(self.first.postfix)))
        shutil.copy2(self.first.dir / "clientid.key", self.second.dir)
        self.first.environment.update(self.first_environment)
        self.first.encoded[self.server.password] = "{password:store}"
        self.prepare(settings)
        for site in self.both:
            site.start()

    def config(self, name):
        return [f"backend = smtp://{self.mail.address}:{{backend}}", "handover = xclient", "max-errors = 100",
                f"verdict-socket = {self.sockets}/{name} postfix:postfix 0660", *self.AUTH]

    def kill_first(self):
        self.first.shim.kill()
        self.first.shim.wait()
        self.first.shim = None

    @contextlib.contextmanager
    def postfix(self, site):
        main = (f"smtpd_authorized_xclient_hosts = {self.mail.network}\n"
                f"import_environment = MAIL_CONFIG MAIL_LOGTAG SASL_PATH={self.plugins(with_module=True)}\n")
        sasl = backend_auth_test.sasl_configuration(self.sockets / "first", self.sockets / "second")
        with contextlib.ExitStack() as stack:
            with self.mail:
                server = stack.enter_context(
                    Postfix(site.dir / "postfix", site.dir / "sasldb", main, sasl, address=self.mail.address))
            yield server


class Hosts(HostsTest, CountedTogether):
    """What holds whoever does AUTH."""

    def test_attack_mode_by_an_operator(self):
        self.shims()
        self.first.ctl("attack on --known-only --for 1h")
        self.assert_both("stranger", REFUSED)
        self.assert_both("phone", ACCEPTED)
        self.second.ctl("attack off")
        self.assert_both("stranger", ACCEPTED)

    def test_attack_mode_by_detection(self):
        self.shims("detect-all=3/1h", "detect-all-mode=known-only")
        for number, site in enumerate((self.first, self.second, self.first)):
            self.assertEqual(self.attempt(site, f"sprayer{number}", f"spring{number}"), REFUSED)
        self.assertTrue(wait_until(lambda: json.loads(self.second.ctl("--json attack status"))))
        self.assert_both("stranger", REFUSED)
        self.assert_both("phone", ACCEPTED)

    def test_block(self):
        self.shims()
        self.second.ctl("block add device UUID -", self.second.token("phone"))
        self.assert_both("phone", REFUSED)
        self.first.ctl("block remove device UUID -", self.second.token("phone"))
        self.assert_both("phone", ACCEPTED)
        self.first.ctl("block add address 127.0.0.0/8")
        self.assert_both("phone", REFUSED)

    def test_bindings(self):
        """Learned at one host, known at the other; revoked at one, refused at both, but for a session that is open."""
        self.shims()
        self.assertEqual(self.attempt(self.first, "tablet"), ACCEPTED)
        self.second.ctl("policy set mode=enforce")
        self.assert_both("tablet", ACCEPTED)
        self.assert_both("stranger", REFUSED)
        with connected(self.first, "tablet") as client:
            self.assertEqual(plain(client, self.first, self.first.passwords["alice"]), ACCEPTED)
            self.second.ctl("revoke 2")
            self.assert_both("tablet", REFUSED)
            client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        self.assertTrue(wait_until(lambda: len(self.first.postfix.messages()) == 1))
        self.assertEqual(self.attempt(self.first, "phone"), ACCEPTED)

    def outcomes_of(self, attempts):
        """How often each outcome is in the history, of so many attempts."""
        return collections.Counter(event["outcome"] for event in Outcomes(self.second).wait_for(attempts))

    def test_database_that_is_stopped(self):
        self.shims("mode=enforce")
        self.assert_both("phone", ACCEPTED)
        self.addCleanup(self.start_server)
        self.server.stop()
        for device in ("phone", "stranger"):
            self.assert_both(device, UNAVAILABLE)
        self.start_server()
        self.assert_both("phone", ACCEPTED)
        self.assert_both("stranger", REFUSED)
        self.assertEqual(self.outcomes_of(10), {"authenticated": 4, "unavailable": 4, "refused": 2})

    def start_server(self):
        if self.server.process.poll() is not None:
            with self.db:
                self.server.start()

    def test_host_that_is_cut_off(self):
        """From the database: its own clients get 454, those of the other host notice nothing, and it comes back."""
        self.shims("mode=enforce")
        self.assert_both("phone", ACCEPTED)
        # In the midst of writing, it would be waited for by the other one, until the server gives it up.
        self.assertEqual(self.outcomes_of(2), {"authenticated": 2})
        self.db.cut(self.first.host)
        self.addCleanup(self.db.mend, self.first.host)
        for _ in range(2):
            begun = time.monotonic()
            self.assertEqual(self.attempt(self.first, "phone"), UNAVAILABLE)
            self.assertLess(time.monotonic() - begun, CUT)
            begun = time.monotonic()
            self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)
            self.assertEqual(self.attempt(self.second, "stranger"), REFUSED)
            self.assertLess(time.monotonic() - begun, CUT)
        self.db.mend(self.first.host)
        tried = 0

        def is_back():
            nonlocal tried
            tried += 1
            return self.attempt(self.first, "phone") == ACCEPTED
        self.assertTrue(wait_until(is_back, 2 * CUT))
        self.assertEqual(self.outcomes_of(8 + tried - 1 + 1),
                         {"authenticated": 5, "unavailable": 2 + tried - 1, "refused": 2})


class ShimTest(Hosts, unittest.TestCase):
    def test_sessions_of_a_host_that_dies_end_with_their_lease(self):
        self.shims("device-sessions=1")
        client = self.hold_session(self.first)
        self.kill_first()
        died = time.monotonic()
        client.close()

        def let_in():
            reply = self.attempt(self.second, "phone")
            self.assertIn(reply, (ACCEPTED, REFUSED))
            return reply == ACCEPTED
        self.assertTrue(wait_until(let_in, LEASE + 10, pause=2))
        self.assertGreater(time.monotonic() - died, LEASE - TEND - 5)


class BackendTest(Hosts, unittest.TestCase):
    AUTH = ["mechanisms = PLAIN SCRAM-SHA-256", "auth = backend"]

    def test_a_dead_shim_does_not_take_the_other_with_it(self):
        self.shims("mode=enforce")
        self.kill_first()
        self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)
        self.assertEqual(self.attempt(self.second, "stranger"), REFUSED)

    def test_neither_does_one_that_hangs(self):
        self.shims("mode=enforce")
        os.kill(self.first.shim.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.first.shim.pid, signal.SIGCONT)
        self.assertEqual(self.attempt(self.second, "phone"), ACCEPTED)
        self.assertEqual(self.attempt(self.second, "stranger"), REFUSED)


class WrongClock(HostsTest, CountedTogether):
    """That of the first host, by five minutes. What counts is the clock of the database."""

    @classmethod
    def setUpClass(cls):
        found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if not found:
            print(f"skipped: {cls.__name__}: there is no libfaketime here")
            raise unittest.SkipTest("there is no libfaketime here")
        cls.first_environment = {"LD_PRELOAD": found[0], "FAKETIME": cls.OFF, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        super().setUpClass()

    def test_what_is_for_a_time(self):
        self.shims()
        for one, other in (self.both, reversed(self.both)):
            one.ctl("block add address 127.0.0.0/8 --for 4m")
            self.assert_both("phone", REFUSED)
            other.ctl("block remove address 127.0.0.0/8")
            self.assert_both("phone", ACCEPTED)

    def test_times_in_the_history(self):
        self.shims()
        begun = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self.assert_both("phone", ACCEPTED)
        times = [datetime.datetime.fromisoformat(event["at"]) for event in Outcomes(self.second).wait_for(2)]
        self.assertEqual(len(times), 2)
        for at in times:
            self.assertTrue(begun <= at <= begun + datetime.timedelta(seconds=60), (begun, at))

    def test_the_doctor_says_so(self):
        self.shims()
        findings = json.loads(self.first.ctl("--json doctor", statuses=(0, 1)))
        found, = (each for each in findings if each["name"] == "clock")
        self.assertEqual(found["result"], "note")
        self.assertIn("by the server of the store, whose clock counts", found["detail"])


class ClockAheadTest(WrongClock, unittest.TestCase):
    OFF = "+5m"


class ClockBehindTest(WrongClock, unittest.TestCase):
    OFF = "-5m"


if __name__ == "__main__":
    run_tests(require_loadable_module, require_postfix, require_postgresql, postgresql_test.require_built_with_it,
              require_network)
