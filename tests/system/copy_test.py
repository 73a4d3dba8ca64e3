"""clientidctl copy between SQLite and PostgreSQL: what arrives, what is refused, and what is left of one that ends before
its time: nothing.
"""
import contextlib
import itertools
import os
import pathlib
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.builds import sanitized
from system.ctl_site import DONE, PROGRAM, RULE, STORE, USAGE, SiteTest, SqliteStore, plain_program
from system.postgresql import require_built_with_it, require_postgresql, server_of
from system.terminal import Terminal
from system.waiting import run_tests, wait_until

TABLES = ["setting", "account", "type", "restriction", "binding", "moved_device", "counter", "event"]
INTERRUPTED = 130

numbers = itertools.count(1)


class CopyTest(SiteTest):
    """The source is a file of SQLite."""

    @classmethod
    def setUpClass(cls):
        cls.server = server_of(cls)

    def database(self):
        """The name of a new one, with nothing in it."""
        name = f"copy{next(numbers)}"
        self.server.url(name)
        return name

    def of(self, store, *arguments, **options):
        """What a command says of another store than that of the configuration."""
        try:
            done = self.ctl("--store", store, *arguments, **options)
        except AssertionError as error:
            raise AssertionError(str(error).replace(self.server.password, "{password:store}")) from None
        self.assertFalse(self.server.password in done.out + done.err, "the password of the store is shown")
        return done

    def copy(self, source, target, **options):
        return self.of(source, "copy", target, **options)

    def file(self, name):
        return f"sqlite:{self.dir}/{name}.db"

    def fill(self):
        """Every kind of row. Some numbers were given out, and are not there any more."""
        self.fill_with_every_kind()
        self.bind("dave"), self.ctl("remove", "6")
        self.sql("INSERT INTO restriction SELECT 99, kind, 'x', effect, 1, cause, created, created_by, '', '', ''"
                 " FROM restriction LIMIT 1")
        self.sql("INSERT INTO moved_device VALUES (?, '1', ?, '2', 1700000000)", "0" * 64, "1" * 64)
        self.sql("INSERT INTO session VALUES ('h', 1, 'uuid', 'ff', 'alice@example.com', '', '', 1, 99999999999)")
        # A name may be of any octets, and sorts then in one engine before what it sorts behind in the other.
        for number, odd in enumerate(("61ff22", "80", "c3a4", "610062", "f48fbc80", "27003b2d2d")):
            self.sql(f"INSERT INTO counter VALUES (CAST(X'{odd}' AS TEXT), 1700000000, {number}, 2)")
            self.sql("INSERT INTO event (at, outcome, account, type, fingerprint, peer, network, service, verdict,"
                     f" reason, detail) VALUES (1, 'failed', CAST(X'{odd}' AS TEXT), '', '', '', '', '', '', '', 'x')")
        self.sql("DELETE FROM event WHERE id = (SELECT max(id) FROM event)")

    def many(self, count=60_000):
        self.sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO binding"
                 " (account, type, fingerprint, key_id, state, label, created, created_by, last_peer, uses) SELECT"
                 " 'a' || i || '@example.com', 'uuid', printf('%064x', i), '1', 'active', 'device', 0, 'learned', '', 0"
                 " FROM n", count)

    def dump(self, name="clientid"):
        """All rows of a file, as octets, and which numbers were given out."""
        with contextlib.closing(sqlite3.connect(self.dir / f"{name}.db")) as store:
            store.text_factory = bytes
            return {table: sorted(store.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
                    for table in [*TABLES, "schema_version", "sqlite_sequence"]}

    def dump_of(self, database):
        """The same of PostgreSQL: a digest for each table, and the numbers."""
        rows = "; ".join(f"SELECT md5(coalesce(string_agg(row::text, ';' ORDER BY row::text), '')) FROM {table} AS row"
                         for table in TABLES)
        return self.server.sql(rows + "; SELECT sequencename, last_value FROM pg_sequences ORDER BY 1", database)

    def exported(self, store):
        """Without the header, which has the time."""
        return self.of(store, "export", "-").out.splitlines()[1:]

    def start(self, target, *options, limit=None):
        """A copy of many, by a program that is not slowed down; it makes no file larger than the limit."""
        process = subprocess.Popen([plain_program(), "--config", self.conf, *options, "copy", target],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   preexec_fn=limit and (lambda: self.no_more_than(limit)))
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def no_more_than(octets):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (octets, octets))

    def finished(self, process):
        """What it says in the end, which is a good one."""
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (DONE, ""))
        return out

    @staticmethod
    def end(process):
        process.kill()
        process.communicate()

    def wait_for_rows(self, process, target):
        """Until some are written, and not all."""
        if target.startswith("sqlite:"):
            log = pathlib.Path(target[len("sqlite:"):] + "-wal")
            begun = lambda: log.exists() and log.stat().st_size > 2**20
        else:
            database = target.rsplit("/", 1)[1]
            begun = lambda: self.server.sql(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'INSERT INTO binding%'"
                f" AND datname = '{database}'") == "1"
        self.assertTrue(wait_until(begun, 30))
        self.assertIsNone(process.poll(), "it was too fast for this test")

    def targets(self):
        """One of each engine, with what errors call it."""
        database = self.database()
        return ((self.file("target"), self.file("target")), (self.server.url(database), self.server.shown(database)))

    def assert_nothing_there(self, target, shown):
        error = self.of(target, "list", expect=STORE).err
        self.assertEqual(error, f"clientidctl: store {shown}: is empty; `clientidctl init` makes its tables\n")


class WholeTest(CopyTest):
    def test_there_and_back(self):
        self.fill()
        source, there, back = self.store.url, self.database(), self.file("back")
        before = self.exported(source)
        shown = self.copy(source, self.server.url(there)).out
        self.assertRegex(shown, rf"\Acopied to {re.escape(self.server.shown(there))}, and verified: 4 bindings, "
                                r"6 counters, \d+ events, 1 move, 5 restrictions, 4 settings, 2 type settings\n\Z")
        self.assertEqual(self.exported(self.server.url(there)), before)
        self.copy(self.server.url(there), back)
        self.assertEqual(self.exported(back), before)
        self.assertEqual(self.dump("back"), self.dump())
        self.assertEqual(self.sql_value("SELECT count(*) FROM session"), 1)
        # Whoever has worked with the one, works with the other.
        again = self.database()
        self.copy(self.server.url(there), self.server.url(again))
        self.assertEqual(self.dump_of(again), self.dump_of(there))
        self.copy(back, self.file("again"))
        self.assertEqual(self.dump("again"), self.dump())

    def test_device_still_comes_in(self):
        token, _ = self.bind("alice")
        self.ctl("policy", "set", "mode=enforce")
        self.bind("bob"), self.ctl("remove", "2")
        for target, _ in self.targets():
            self.copy(self.store.url, target)
            self.of(target, "check", "alice", "UUID", "-", text=token)
            self.of(target, "bind", "bob", "UUID", self.token())
            self.assertIn('"id":3', self.of(target, "--json", "list", "bob").out.replace(" ", ""))

    def test_json(self):
        self.bind("alice")
        database = self.database()
        done = self.json("copy", self.server.url(database))
        self.assertEqual(list(done), ["store", "copied", "verified"])
        self.assertEqual(done, {"store": self.server.shown(database), "verified": True, "copied": {
            "binding": 1, "counter": 0, "event": 2, "move": 0, "restriction": 0, "setting": 0, "type": 0}})
        self.assertEqual(self.ctl("--quiet", "copy", self.file("quiet")).out, "")

    def test_who_works_meanwhile(self):
        """Nobody waits, and what happens later is not in it; nor is it a store before its time."""
        self.many()
        for target, shown in self.targets():
            process = self.start(target)
            self.wait_for_rows(process, target)
            process.send_signal(signal.SIGSTOP)
            begun = time.monotonic()
            self.ctl("label", "7", "changed"), self.bind("late")
            self.assertLess(time.monotonic() - begun, 4, "a writer had to wait")
            self.assert_nothing_there(target, shown)
            error = self.of(target, "init", expect=STORE).err
            self.assertIn("locked", error)
            process.send_signal(signal.SIGCONT)
            self.assertIn("60000 bindings", self.finished(process))
            self.assertIn('"device"', self.of(target, "--json", "show", "7").out)
            self.assertEqual(self.of(target, "--json", "list", "late").out, "[]\n")
            self.sql("UPDATE binding SET label = 'device'"), self.sql("DELETE FROM binding WHERE account LIKE 'late%'")

    def test_memory(self):
        """It does not grow with the store."""
        if sanitized(plain_program()):
            self.skipTest("there is only a build with sanitizers, which keep what was freed")
        small = [self.peak(target) for target, _ in self.targets()]
        self.many(100_000)
        for (target, _), before in zip(self.targets(), small):
            target = target.replace("target", "larger")
            self.assertLess(self.peak(target), before + 8 * 1024, "KiB")

    def peak(self, target):
        process = self.start(target)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, DONE)
        return usage.ru_maxrss

    def test_progress(self):
        self.many()
        with Terminal([plain_program(), "--config", self.conf, "copy", self.server.url(self.database())]) as terminal:
            shown = terminal.until(lambda _: False, 60)
            self.assertEqual(terminal.process.wait(timeout=20), DONE)
        for what in (b"copy", b"verify"):
            bars = re.findall(rb"\r" + what + rb" \[#*-*\] +\d+%  \d+", shown)
            self.assertTrue(bars, shown)
            self.assertTrue(all(len(bar) <= 80 for bar in bars))
        # Wiped, and then what was done, as the only line that stays.
        self.assertRegex(shown.split(b"%")[-1], rb"\A  \d+ *\r +\rcopied to [^\n]+\n\Z")


class RefusalTest(CopyTest):
    def setUp(self):
        super().setUp()
        self.fill()

    def check(self, target, status, words, source=None):
        error = self.copy(source or self.store.url, target, expect=status).err
        self.assertIn(words, error)
        self.assertNotIn("\n", error[:-1])

    def test_filled(self):
        before = self.dump()
        for target, shown in self.targets():
            self.of(target, "init")
            self.check(target, RULE, f"store {shown}: holds a store already; name an empty database")
            self.copy(target, self.file("other" + str(next(numbers))))
            self.assertIn("[]", self.of(target, "--json", "list").out)
        self.assertEqual(self.dump(), before)

    def test_same(self):
        before = self.dump()
        self.check(f"sqlite:{self.dir}/../{self.dir.name}/clientid.db", RULE, "is the store that is to be copied")
        os.link(self.db, self.dir / "linked.db")
        self.check(self.file("linked"), RULE, "is the store that is to be copied")
        self.assertEqual(self.dump(), before)
        database = self.database()
        self.copy(self.store.url, self.server.url(database))
        before = self.dump_of(database)
        other_way = (f"postgresql:///{database}?host={self.server.dir}&port={self.server.port}&user=clientid"
                     f"&password={self.server.password}&options=-cTimeZone%3DAsia/Tokyo")
        for url in (self.server.url(database), other_way):
            self.check(url, RULE, "is the store that is to be copied", source=self.server.url(database))
        self.assertEqual(self.dump_of(database), before)

    def test_of_something_else(self):
        database = self.database()
        self.server.sql("CREATE TABLE alias (address TEXT)", database)
        self.check(self.server.url(database), STORE, f"store {self.server.shown(database)}: is the database of something")
        with contextlib.closing(sqlite3.connect(self.dir / "other.db")) as other:
            other.execute("CREATE TABLE alias (address TEXT)")
        self.check(self.file("other"), STORE, f"store {self.file('other')}: is the database of something else")
        (self.dir / "text.db").write_text("precious" * 1000)
        self.check(self.file("text"), STORE, "file is not a database")
        self.assertEqual((self.dir / "text.db").read_text(), "precious" * 1000)

    def test_nowhere(self):
        there = self.server.url(self.database())
        self.check(there.replace("/copy", "/nowhere"), STORE, "does not exist; make it with: createdb")
        self.check(f"sqlite:{self.dir}/no/clientid.db", STORE, "cannot be made: No such file or directory")
        self.check("mysql://127.0.0.1/x", STORE, "the store must be given as sqlite:PATH or postgresql://")
        self.check(there, STORE, "does not exist; `clientidctl init` makes it", source=self.file("none"))
        self.assertIn("copy takes URL", self.ctl("copy", expect=USAGE).err)
        self.assertFalse((self.dir / "none.db").exists())

    def test_older_source(self):
        self.sql("UPDATE schema_version SET version = 3")
        self.check(self.file("target"), STORE, "has an older schema; `clientidctl init` brings it up to date")
        self.assertFalse((self.dir / "target.db").exists())

    def test_list_of_processes(self):
        """The URL is gone from it as soon as the program runs."""
        self.many()
        process = self.start(self.server.url(self.database()))
        self.assertTrue(wait_until(lambda: self.server.password not in
                                   pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()))
        self.assertIsNone(process.poll())


class BrokenOffTest(CopyTest):
    def check_again(self, target, shown):
        """Nothing is there, and the same command does it."""
        self.assert_nothing_there(target, shown)
        self.assertIn(" 60000 bindings", self.finished(self.start(target)))

    def failed(self, process, words):
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, STORE, err)
        self.assertRegex(err, rf"\Aclientidctl: store [^\n]*{words}[^\n]*; nothing was copied\n\Z")
        self.assertFalse(self.server.password in err, "the password of the store is shown")

    def test_killed(self):
        self.many()
        for target, shown in self.targets():
            process = self.start(target)
            self.wait_for_rows(process, target)
            process.kill()
            process.wait()
            # The server learns of it when it next hears of the client, and undoes what was done.
            self.assertTrue(wait_until(lambda: self.server.sql(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'clientid'") == "0", 30))
            self.check_again(target, shown)

    def test_interrupted(self):
        self.many()
        for signum, (target, shown) in zip((signal.SIGINT, signal.SIGTERM), self.targets()):
            process = self.start(target)
            self.wait_for_rows(process, target)
            process.send_signal(signum)
            _, err = process.communicate(timeout=30)
            self.assertEqual((process.returncode, err), (INTERRUPTED, "clientidctl: interrupted; nothing was copied\n"))
            self.check_again(target, shown)

    def test_connection_lost(self):
        self.many()
        database, source = self.database(), self.database()
        target = self.server.url(database)
        self.copy(self.store.url, self.server.url(source))
        for lost, options in ((database, ()), (source, ("--store", self.server.url(source)))):
            process = self.start(target, *options)
            self.wait_for_rows(process, target)
            self.server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{lost}'")
            self.failed(process, "(terminating|closed the) connection")
        self.check_again(target, self.server.shown(database))

    def test_full_disk(self):
        """As far as a file may be so large, and no larger."""
        self.many()
        self.sql("UPDATE binding SET label = ?", "x" * 250)
        limit = 18 * 2**20  # the server needs 16 MiB for its log
        for target, shown in self.targets():
            if target.startswith("sqlite:"):
                self.failed(self.start(target, limit=limit), "(full|disk I/O error)")
            else:
                self.server.stop()
                self.server.start("prlimit", f"--fsize={limit}")
                try:
                    self.failed(self.start(target), "could not extend file")
                finally:
                    self.server.restart()
            self.check_again(target, shown)

    def meddle(self, database, tag, body):
        """What the server does when the copy makes a table or an index."""
        self.server.sql(f"CREATE FUNCTION meddle() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$;"
                        f" CREATE EVENT TRIGGER meddle ON ddl_command_end WHEN TAG IN ('{tag}')"
                        " EXECUTE FUNCTION meddle()", database)

    def test_fails_near_the_end(self):
        self.many()
        database = self.database()
        self.meddle(database, "CREATE INDEX", "RAISE EXCEPTION 'no index today';")
        self.failed(self.start(self.server.url(database)), "no index today")
        self.server.sql("DROP EVENT TRIGGER meddle", database)
        self.check_again(self.server.url(database), self.server.shown(database))

    def test_rows_that_are_kept_otherwise(self):
        """One is changed, one is lost, one gets another number."""
        self.many(2000)
        for spoil in ("IF NEW.id = 777 THEN NEW.last_seen := 0; END IF; RETURN NEW;",
                      "IF NEW.id = 2000 THEN RETURN NULL; END IF; RETURN NEW;",
                      "IF NEW.id = 2000 THEN NEW.id := 2001; END IF; RETURN NEW;",
                      "NEW.label := trim(NEW.label || ' '); IF NEW.id = 5 THEN NEW.label := NEW.label || ' '; END IF;"
                      " RETURN NEW;"):
            with self.subTest(spoil=spoil):
                database = self.database()
                self.server.sql(f"CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {spoil} END$$",
                                database)
                self.meddle(database, "CREATE TABLE",
                            "IF EXISTS (SELECT 1 FROM pg_event_trigger_ddl_commands() WHERE object_identity ="
                            " 'public.binding') THEN CREATE TRIGGER spoil BEFORE INSERT ON public.binding FOR EACH ROW"
                            " EXECUTE FUNCTION public.spoil(); END IF;")
                self.failed(self.start(self.server.url(database)),
                            "does not give back what was written into its table binding")
                self.assert_nothing_there(self.server.url(database), self.server.shown(database))


if __name__ == "__main__":
    run_tests(require_postgresql, require_built_with_it)
