"""Whatever is killed, at whatever moment: what was acknowledged is there afterwards, and what was refused is not.

The shim, clientidctl, the smtpd of a Postfix with the module, and the server of PostgreSQL are killed at random, while
load.py has clients and operators at work and writes down what they are told; it says what may remain in doubt.
CRASH_SECONDS is how long each kill goes on, and CRASH_SEED repeats the dice of a run that failed.
"""
import contextlib
import os
import pathlib
import random
import secrets
import signal
import smtplib
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import builds
from system.backend_auth_test import sasl_configuration
from system.client import connected
from system.load import HOLDS, Load
from system.mechanisms import plain
from system.postfix import require_postfix
from system.postgresql import Postgresql, require_postgresql
from system.scripted import Scripted
from system.site import NAME, Site, SiteError, prefer_plain_build, program
from system.waiting import Skip, run_tests, wait_until

SECONDS = float(os.environ.get("CRASH_SECONDS", "12"))
SEED = os.environ.get("CRASH_SEED") or secrets.token_hex(4)
CONFIG = ["log-level = info", "max-errors = 100"]
# None of those who guess is held up, and every new device finds a place.
POLICY = " ".join(["mode=learn", "max-devices=1000", *(
    f"{name}=none" for name in ("device-failures", "address-failures", "account-failures", "detect-account",
                                "detect-device", "detect-address", "detect-all"))])
# One that dies in its first session is not held against the others for a minute.
MAIN = "service_throttle_time = 1s\n"


class CrashTest(unittest.TestCase):
    def setUp(self):
        self.enterContext(mock.patch.dict(os.environ))
        prefer_plain_build()
        os.environ["CLIENTIDCTL"] = builds.plain("clientidctl") or program("CLIENTIDCTL")
        self.log = ""

    def make(self, config=(), postfix=None, store=None):
        accounts = {f"user{number}": secrets.token_urlsafe(12) for number in range(8)}
        postfix = {"smtpd": "smtpd", "main": MAIN, **(postfix or {})}
        self.site = self.enterContext(Site([*CONFIG, *config], "postfix", accounts, postfix, store=store))
        self.site.ctl(f"policy set {POLICY}")
        self.site.start()

    def kill_shim(self, dice):
        self.site.shim.kill()
        self.site.shim.wait()
        self.log += self.site.log()
        if dice.random() < 0.3:
            self.kill_while_it_starts(dice.uniform(0, 0.2))
        # As systemd does it: a database that recovers may keep it from starting.
        self.assertTrue(wait_until(self.starts, 60), self.site.mask(self.site.log()))

    def kill_while_it_starts(self, after):
        shim = subprocess.Popen([program("SHIM"), "--config", self.site.dir / "shim.conf"], env=self.site.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            shim.wait(after)
        shim.kill()
        shim.wait()

    def starts(self):
        try:
            self.site.start()
        except SiteError:
            return False
        return True

    def kill_smtpd(self, dice):
        sessions = self.site.postfix.sessions()
        if sessions:
            with contextlib.suppress(ProcessLookupError):
                os.kill(dice.choice(sessions), signal.SIGKILL)

    def check(self, load, *victims):
        try:
            load.run(SECONDS, [self.kill_shim, load.kill_command, *victims])
            self.site.shim.terminate()
            self.assertEqual(self.site.shim.wait(60), 0)
            self.assertTrue(wait_until(self.site.postfix.queue_is_empty, 60))
            counts = load.counts()
            print(f"seed {SEED}: {load.kills} kills, {dict(sorted(counts.items()))}")
            self.assertEqual(load.compare(self.site.postfix.messages()), [])
        except BaseException:
            print(f"once more: CRASH_SEED={SEED}")
            raise
        # It was worth it.
        for operation in ("enrolment", "change", "message"):
            self.assertGreater(counts[f"{operation} {HOLDS}"], SECONDS)
        # What cannot be, was not.
        self.assertNotRegex(self.log + self.site.log(), r"(session|task|judge)-failure|judge-mismatch|auth-unproven")

    def test_the_shim_and_clientidctl(self):
        self.make()
        self.check(Load(self.site, SEED), self.kill_shim)
        with contextlib.closing(sqlite3.connect(self.site.dir / "clientid.db")) as store:
            self.assertEqual(store.execute("PRAGMA integrity_check").fetchall(), [("ok",)])

    def test_a_back_end_with_the_module(self):
        plugins = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        plugins.chmod(0o755)
        Site.add_plugins(plugins, os.environ["SASL_PLUGIN_DIR"])
        main = MAIN + f"import_environment = MAIL_CONFIG MAIL_LOGTAG SASL_PATH={plugins}\n"
        self.make(["auth = backend", "verdict-socket = {dir}/verdict postfix:postfix 0660", "handover = none"],
                  {"main": main, "sasl": sasl_configuration("{site}/verdict", True)})
        self.check(Load(self.site, SEED, back_end_may_die=True), self.kill_smtpd, self.kill_smtpd)

    def test_postgresql(self):
        try:
            require_postgresql()
        except Skip as reason:
            self.skipTest(str(reason))
        directory = self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-postgresql-"))
        os.chmod(directory, 0o755)
        server = self.enterContext(Postgresql(pathlib.Path(directory, "server")))
        self.make(store=server.url("mail"))
        self.check(Load(self.site, SEED, commits_may_be_lost=True), server.crash)


class WindowTest(unittest.TestCase):
    """What no mail server can spare its clients (RFC 1047), and clientid-shim(8) speaks of."""

    def test_the_back_end_has_taken_it_and_the_shim_dies(self):
        site = self.enterContext(Site(backend=Scripted))
        site.start()

        def take_it_while_the_shim_dies(connection, due):
            site.shim.send_signal(signal.SIGSTOP)
            wait_until(lambda: ") T " in pathlib.Path(f"/proc/{site.shim.pid}/stat").read_text())
            connection.sendall(due)
            site.shim.kill()

        site.postfix.answer["message"] = take_it_while_the_shim_dies
        with self.assertRaises(smtplib.SMTPServerDisconnected):
            self.send(site)
        self.assertEqual(site.shim.wait(20), -signal.SIGKILL)
        site.start()
        self.send(site)
        first, second = site.postfix.taken
        self.assertEqual(first, second)

    @staticmethod
    def send(site):
        with connected(site) as client:
            plain(client, site, site.passwords["alice"])
            client.sendmail("alice@" + NAME, ["bob@" + NAME], "Message-ID: <1@client.test>\r\n\r\ntext\r\n")


if __name__ == "__main__":
    run_tests(require_postfix)
