"""A store that is damaged while the shim runs: 454 and a line in the log, and all is well with a good copy of it."""
import contextlib
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import ACCEPTED, REFUSED, UNAVAILABLE, log_in, login, plain, scram
from system.outcomes import Outcomes
from system.refusing import start_in_vain
from system.site import Site, program
from system.waiting import free_port, run_tests, wait_until

GARBAGE = b"\xa5"


def nothing_but_garbage(path):
    path.write_bytes(GARBAGE * 8192)


def garbage_within(path):
    """In the index by which bindings are found."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'binding_device'").fetchone()[0]
    with open(path, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(GARBAGE * size)


def cut_off(path):
    os.truncate(path, path.stat().st_size // 4)


def table_missing(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE binding")


class StoreDamagedTest(unittest.TestCase):
    @contextlib.contextmanager
    def site(self):
        """With a copy of the store."""
        with Site() as site:
            site.ctl("policy set mode=enforce")
            site.ctl("bind alice UUID -", site.token("phone"))
            self.db = site.dir / "clientid.db"
            self.copy(self.db, site.dir / "copy.db")
            yield site

    @staticmethod
    def copy(source, target):
        with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
            old.backup(new)

    def put_in_place(self, path):
        """Another file, as a backup is put back: what SQLite keeps beside the old one goes with it."""
        os.chmod(path, 0o640)
        os.replace(path, self.db)
        for name in ("clientid.db-wal", "clientid.db-shm"):
            self.db.with_name(name).unlink(missing_ok=True)

    def check(self, damage, cause):
        with self.site() as site:
            site.start()
            self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
            Outcomes(site).wait_for(1)
            damaged = site.dir / "damaged.db"
            self.copy(self.db, damaged)
            damage(damaged)
            self.put_in_place(damaged)
            for mechanism in (plain, login, scram):
                self.assertEqual(log_in(site, mechanism, "phone"), UNAVAILABLE)
                self.assertEqual(log_in(site, mechanism, "stranger", "wrong"), UNAVAILABLE)
            self.assertRegex(site.log(), rf'(?m)^clientid-shim: store-failure cause="store sqlite:{self.db}: {cause}"$')
            self.put_in_place(site.dir / "copy.db")
            for mechanism in (plain, login, scram):
                self.assertEqual(log_in(site, mechanism, "phone"), ACCEPTED)
                self.assertEqual(log_in(site, mechanism, "stranger"), REFUSED)

    def test_nothing_but_garbage(self):
        self.check(nothing_but_garbage, "file is not a database")

    def test_garbage_within(self):
        self.check(garbage_within, "database disk image is malformed")

    def test_cut_off(self):
        self.check(cut_off, "database disk image is malformed")

    def test_table_missing(self):
        self.check(table_missing, "no such table: binding")

    def test_table_missing_at_check(self):
        """What comes behind the store is looked at all the same."""
        with self.site() as site:
            site.configure(f"metrics = 127.0.0.1:{free_port()}")
            table_missing(self.db)
            site.trap.asked += 1
            done = subprocess.run([program("SHIM"), "--config", site.dir / "shim.conf", "--check"], env=site.environment,
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (2, ""))
            self.assertRegex(done.stdout, "(?m)^bad   keys of bindings: .*no such table: binding")
            for line in ("good  module", "good  back end ", "good  metrics "):
                self.assertIn("\n" + line, done.stdout)

    def test_in_place(self):
        """The file that the shim has open. What it has in memory may still serve, but nobody is taken for another."""
        with self.site() as site:
            site.start()
            self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
            Outcomes(site).wait_for(1)
            with open(self.db, "r+b") as file:
                file.write(GARBAGE * self.db.stat().st_size)
            for mechanism in (plain, login, scram):
                self.assertIn(log_in(site, mechanism, "phone"), (ACCEPTED, UNAVAILABLE))
                self.assertIn(log_in(site, mechanism, "stranger"), (REFUSED, UNAVAILABLE))
            self.assertTrue(wait_until(lambda: re.search(r"(store-failure|history-waits) cause=", site.log())))
            self.put_in_place(site.dir / "copy.db")
            for mechanism in (plain, login, scram):
                self.assertEqual(log_in(site, mechanism, "phone"), ACCEPTED)
                self.assertEqual(log_in(site, mechanism, "stranger"), REFUSED)

    def test_at_start(self):
        with self.site() as site:
            nothing_but_garbage(self.db)
            self.assertEqual(start_in_vain(site),
                             (4, f"clientid-shim: store sqlite:{self.db}: file is not a database"))


if __name__ == "__main__":
    run_tests()
