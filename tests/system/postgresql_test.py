"""A store in PostgreSQL: the unit tests of the store on it, and the whole way with a shim in front of nobody, while the
server is restarted, stopped, or stands still.
"""
import concurrent.futures
import contextlib
import itertools
import json
import os
import pathlib
import re
import select
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import ACCEPTED, REFUSED, UNAVAILABLE, log_in, plain
from system.monitored import Monitor
from system.outcomes import Outcomes
from system.postgresql import require_built_with_it, require_postgresql, server_of
from system.refusing import ctl_in_vain, run_in_vain, start_in_vain
from system.settings import overridden
from system.site import Site, program
from system.two_shims import beside
from system.waiting import run_tests, wait_until

UNIT = pathlib.Path(__file__).resolve().parents[1] / "unit"
USES_STORE = re.compile(r"\bTemporary(Store|Database)\b")

numbers = itertools.count(1)


class PostgresqlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server_of(cls)

    def database(self):
        """The name of a new one."""
        name = f"mail{next(numbers)}"
        self.server.url(name)
        return name

    def site(self, options="", config=(), database=None):
        """A site with a store there; `options` are those of its URL."""
        self.name = database or self.database()
        site = self.enterContext(Site(config, store=self.server.url(self.name) + options))
        site.encoded[self.server.password] = "{password:store}"
        return site

    def enforcing(self, *arguments, **more):
        site = self.site(*arguments, **more)
        site.ctl("policy set mode=enforce")
        site.ctl("bind alice UUID -", site.token("phone"))
        return site

    def check_as_ever(self, site):
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
        self.assertEqual(log_in(site, plain, "phone", "wrong"), REFUSED)
        self.assertEqual(log_in(site, plain, "stranger"), REFUSED)
        self.assertEqual(log_in(site, plain), REFUSED)

    def assert_secret(self, text):
        self.assertFalse(self.server.password in text, "the password of the store is shown")

    def reset_server(self):
        self.server.proceed()
        if self.server.process.poll() is not None:
            self.server.start()

    def stopped(self):
        self.addCleanup(self.reset_server)
        self.server.stop()


class UnitTests(PostgresqlTest):
    def test_all_of_the_store(self):
        test = os.environ.get("UNIT_TEST", "")
        if not os.path.exists(test):
            self.skipTest("the unit tests were not built")
        files = [path.name for path in sorted(UNIT.glob("*_test.cpp")) if USES_STORE.search(path.read_text())]
        done = subprocess.run([test, "--source-file=" + ",".join(f"*/{name}" for name in files)], capture_output=True,
                              text=True, env={**os.environ, "CLIENTID_TEST_POSTGRESQL": self.server.url("unit")})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("SUCCESS", done.stdout)
        # They really were there, and have left nothing.
        commits = "SELECT xact_commit FROM pg_stat_database WHERE datname = 'unit'"
        self.assertTrue(wait_until(lambda: int(self.server.sql(commits)) > 1000))
        self.assertEqual(self.server.sql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'test%'", "unit"), "0")


class InitTest(PostgresqlTest):
    def init(self, site, statuses=(0,)):
        return json.loads(site.ctl("--json init", statuses=statuses))

    def test_made_once(self):
        site = self.site()  # which makes it
        self.assertEqual(self.init(site)["store_done"], "already there")
        self.assertEqual(self.init(site)["store"], self.server.shown(self.name))

    def test_many_at_once(self):
        site = self.site()
        conf = site.dir / "clientid.conf"
        conf.write_text(overridden(conf.read_text(), [f"store = {self.server.url(self.database())}"]))
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            done = [each["store_done"] for each in threads.map(lambda _: self.init(site), range(8))]
        self.assertEqual(sorted(done), ["already there"] * 7 + ["made"])

    def test_older_one(self):
        site = self.site()
        site.ctl("bind alice UUID -", site.token("phone"))
        self.server.sql("DROP TABLE moved_device; ALTER TABLE restriction DROP COLUMN key_id;"
                        " UPDATE schema_version SET version = 3", self.name)
        status, line = ctl_in_vain(site, "list")
        self.assertEqual((status, line), (4, f"clientidctl: store {self.server.shown(self.name)}: has an older schema;"
                                             " `clientidctl init` brings it up to date"))
        self.assertEqual(self.init(site)["store_done"], "brought up to date")
        self.assertEqual(len(json.loads(site.ctl("--json list"))), 1)

    def check_refused(self, url, words, commands=("init", "list")):
        site = self.site()
        conf = site.dir / "clientid.conf"
        conf.write_text(overridden(conf.read_text(), [f"store = {url}"]))
        for command in commands:
            status, line = ctl_in_vain(site, command)
            self.assertEqual(status, 4)
            self.assertIn(words, line)
            self.assert_secret(line)

    def test_no_database(self):
        there = self.database()
        self.check_refused(self.server.url(there).replace(there, "nowhere"),
                           'database "nowhere" does not exist; make it with: createdb')

    def test_database_of_something_else(self):
        name = self.database()
        self.server.sql("CREATE TABLE alias (address TEXT)", name)
        self.check_refused(self.server.url(name), "is the database of something else")

    def test_extensions_are_nothing_else(self):
        name = self.database()
        self.server.sql("CREATE VIEW look AS SELECT 1; CREATE EXTENSION pg_trgm; ALTER EXTENSION pg_trgm ADD VIEW look",
                        name)
        self.assertEqual(self.site(database=name).ctl("--json list"), "[]\n")

    def test_other_encoding(self):
        name = f"mail{next(numbers)}"
        self.server.sql(f"CREATE DATABASE {name} OWNER clientid ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc"
                        " TEMPLATE template0")
        self.server.databases.add(name)
        self.check_refused(self.server.url(name), "UTF8 is needed; make it with: createdb")

    def test_wrong_password(self):
        self.check_refused(self.server.url(self.database(), "hunter2"), "password authentication failed")

    def test_role_that_may_not(self):
        name = self.database()
        self.server.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC; ALTER SCHEMA public OWNER TO CURRENT_USER", name)
        self.check_refused(self.server.url(name), "permission denied for schema public; let the role be", ["init"])


class WholeWayTest(PostgresqlTest):
    def test_from_init_to_history(self):
        site = self.enforcing()
        site.start()
        outcomes = Outcomes(site)
        self.check_as_ever(site)
        events = [(event["outcome"], event["reason"]) for event in outcomes.wait_for(4)]
        self.assertEqual(events, [("authenticated", "bound"), ("failed", "bound"), ("refused", "unbound"),
                                  ("refused", "absent-refused")])
        (binding,) = json.loads(site.ctl("--json list"))
        self.assertEqual((binding["uses"], binding["last_peer"]), (1, "127.0.0.1"))
        site.ctl("policy set mode=learn")
        self.assertEqual(log_in(site, plain, "tablet"), ACCEPTED)
        self.assertEqual([each["created_by"] for each in json.loads(site.ctl("--json list"))][1], "learned")
        site.ctl("revoke 1")
        self.assertEqual(log_in(site, plain, "phone"), REFUSED)

    def test_names_of_any_octets(self):
        """They are in the history as they were given, and hold nothing up."""
        site = self.enforcing()
        site.start()
        outcomes = Outcomes(site)
        for name in ("caf\xe9", "\u20ac"):
            with self.subTest(name=name):
                encoded = name.encode("latin-1" if name == "caf\xe9" else "utf-8")
                self.assertEqual(log_in(site, lambda client, site, _: self.log_in_as(client, encoded), "phone"), REFUSED)
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
        self.assertEqual(len(outcomes.wait_for(3)), 3)
        export = site.dir / "export"
        site.ctl(f"export {export}")
        self.assertIn('"account":{"hex":"636166e9', export.read_text())
        site.ctl(f"import {export}")
        self.assertEqual(len(outcomes.wait_for(3)), 3)

    @staticmethod
    def log_in_as(client, name):
        import base64
        return client.docmd("AUTH", "PLAIN " + base64.b64encode(b"\0" + name + b"\0secret").decode())

    def test_two_hosts(self):
        first = self.enforcing(config=["max-errors = 100"])
        first.ctl("policy set device-failures=3/10m")
        second = self.enterContext(beside(first, ["max-errors = 100", f"clientid-config = {first.dir}/clientid.conf"]))
        first.start()
        second.start()
        outcomes = Outcomes(first)
        self.assertEqual(log_in(second, plain, "phone"), ACCEPTED)
        for number, site in enumerate((first, second, first), 2):
            self.assertEqual(log_in(site, plain, "phone", f"wrong{number}"), REFUSED)
            outcomes.wait_for(number)
        for site in (first, second):
            self.assertEqual(log_in(site, plain, "phone"), REFUSED)
        self.assertEqual([event["reason"] for event in outcomes.wait_for(6)][4:], ["device-limit"] * 2)


class Relay(socketserver.ThreadingTCPServer):
    """Stands before the server. It loses the answer to the first commit that opens a session, with the connection."""
    daemon_threads = True

    def __init__(self, server):
        self.server, self.loses = (server.address, server.port), True
        super().__init__(("127.0.0.1", 0), None)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def finish_request(self, client, _):
        with socket.create_connection(self.server) as server:
            opens = False
            while True:
                for each in select.select([client, server], [], [])[0]:
                    data = each.recv(65536)
                    if not data:
                        return
                    (server if each is client else client).sendall(data)
                    opens = opens or b"INSERT INTO session" in data
                    if self.loses and opens and b"COMMIT" in data:
                        server.recv(65536)
                        self.loses = False
                        return

    def handle_error(self, *_):
        """A program that ended."""

    def __exit__(self, *_):
        self.shutdown()
        super().__exit__()


class ServerTest(PostgresqlTest):
    def test_answer_to_a_commit_is_lost(self):
        """What it has kept holds nothing up, and the session counts once, and no longer than it is open."""
        site = self.enforcing()
        relay = self.enterContext(Relay(self.server))
        conf = site.dir / "clientid.conf"
        conf.write_text(conf.read_text().replace(f":{self.server.port}/", f":{relay.server_address[1]}/"))
        site.start()
        outcomes = Outcomes(site)
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"]), ACCEPTED)
            self.assertTrue(wait_until(lambda: not relay.loses))
            self.assertEqual(log_in(site, plain, "stranger"), REFUSED)
            self.assertEqual(outcomes.wait_for(3)[-1]["outcome"], "refused")
            self.assertEqual(self.sessions(site), 1)
        self.assertTrue(wait_until(lambda: self.sessions(site) == 0))
        self.assertNotIn("history-refused", site.log())

    @staticmethod
    def sessions(site):
        return len(json.loads(site.ctl("--json sessions")))

    def test_restart(self):
        """Nobody gets in meanwhile, and nobody is turned away by it afterwards, by whichever thread he is judged."""
        site = self.enforcing(config=["auth-workers = 3"])
        site.start()
        outcomes = Outcomes(site)
        for _ in range(2):
            self.check_as_ever(site)
        outcomes.wait_for(8)
        self.stopped()
        for device, password in itertools.product(["phone", "stranger", None], [None, "wrong"]):
            self.assertEqual(log_in(site, plain, device, password), UNAVAILABLE)
        self.assertIn(f'store-failure cause="store {self.server.shown(self.name)}: ', site.log())
        self.server.start()
        for _ in range(3):
            self.check_as_ever(site)
        found = [event["outcome"] for event in outcomes.wait_for(8 + 6 + 12)]
        self.assertEqual(found[8:14], ["unavailable"] * 6)  # nothing of it is lost
        self.assertEqual(len(found), 26)

    def test_restart_that_nobody_sees(self):
        site = self.enforcing(config=["auth-workers = 3"])
        site.start()
        for _ in range(3):
            self.check_as_ever(site)
        for _ in range(2):
            self.server.restart()
            for _ in range(2):
                self.check_as_ever(site)
        self.assertNotIn("store-failure", site.log())

    def test_server_that_is_killed(self):
        """It says no farewell."""
        site = self.enforcing()
        site.start()
        self.check_as_ever(site)
        self.addCleanup(self.reset_server)
        backends = self.server.sql(f"SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE datname = '{self.name}'")
        os.kill(int(backends.split()[0]), 9)  # then the others are sent away
        self.assertTrue(wait_until(lambda: self.server._answers() and self.alive(), 60))
        self.check_as_ever(site)

    def alive(self):
        try:
            return self.server.sql("SELECT 1") == "1"
        except RuntimeError:
            return False

    def test_server_that_stands_still(self):
        site = self.enforcing("?options=-cstatement_timeout%3D1s&connect_timeout=2")
        site.start()
        self.check_as_ever(site)
        self.addCleanup(self.reset_server)
        self.server.stand_still()
        for _ in range(2):
            begun = time.monotonic()
            self.assertEqual(log_in(site, plain, "phone"), UNAVAILABLE)
            self.assertLess(time.monotonic() - begun, 20)
        self.assertIn("does not answer", site.log())
        self.server.proceed()
        self.check_as_ever(site)

    def test_end_while_the_server_stands_still(self):
        site = self.enforcing()
        site.start()
        outcomes = Outcomes(site)
        self.check_as_ever(site)
        outcomes.wait_for(4)
        self.addCleanup(self.reset_server)
        self.server.stand_still()
        site.shim.terminate()
        self.assertEqual(site.shim.wait(60), 0)

    def test_count_that_takes_long(self):
        """With many bindings it does. Nobody is held up by it, and no balancer takes the host away."""
        monitor = Monitor()
        site = self.enforcing(config=monitor.config)
        site.start()
        monitor.wait("/readyz")
        active = 'clientid_bindings{state="active"}'
        self.assertTrue(monitor.comes_to(active, 1))
        # What has counted has forgotten its statements; nobody else has anything to do yet.
        process = int(self.server.sql(f"SELECT pid FROM pg_stat_activity WHERE datname = '{self.name}' AND"
                                      " query LIKE 'DEALLOCATE%'"))
        self.addCleanup(self.reset_server)
        os.kill(process, signal.SIGSTOP)

        def given_up():
            begun = time.monotonic()
            self.assertEqual(monitor.ask("/readyz")[::2], (200, "ready\n"))
            self.assertEqual(monitor.value(active), 1)
            self.assertLess(time.monotonic() - begun, 4)
            return "does not answer" in site.log()
        self.assertTrue(wait_until(given_up, 60))
        site.ctl("bind bob UUID -", site.token("phone"))
        self.assertTrue(wait_until(lambda: monitor.value(active) == 2, 30))

    def test_locked(self):
        """Somebody writes for long. Known devices do not notice; who must be written down gets 454."""
        site = self.enforcing("?options=-clock_timeout%3D300ms")
        site.ctl("policy set mode=learn")
        site.start()
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
        with self.locked():
            self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
            self.assertEqual(log_in(site, plain, "tablet"), UNAVAILABLE)
            status, line = ctl_in_vain(site, "policy set mode=off")
            self.assertEqual(status, 4)
            self.assertTrue(line.endswith(": is locked; pg_stat_activity says by whom"), line)
        self.assertEqual(log_in(site, plain, "tablet"), ACCEPTED)

    @contextlib.contextmanager
    def locked(self):
        """As a program of ours holds it that is writing."""
        lock = ("BEGIN; SELECT pg_advisory_xact_lock(1668049252, 'public'::regnamespace::oid::integer);"
                " SELECT 'locked'; SELECT pg_sleep(60)")
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            asked = threads.submit(self.server.sql, lock, self.name)
            held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            self.assertTrue(wait_until(lambda: self.server.sql(held, self.name) == "1"))
            try:
                yield
            finally:
                self.server.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND"
                                " pid <> pg_backend_pid()")
                with contextlib.suppress(RuntimeError):
                    asked.result(60)

    def test_connections(self):
        """As many as the manual says, whoever comes, and made anew when all were taken away."""
        monitor = Monitor()
        site = self.enforcing(config=["auth-workers = 3", "max-errors = 100", *monitor.config])
        site.start()
        outcomes = Outcomes(site)
        bound = 3 + 1 + 2
        for turn in (1, 2):
            most = self.connections_under_load(site, monitor)
            self.assertLessEqual(most, bound)
            self.assertGreater(most, 3)
            outcomes.wait_for(turn * 60)
            self.server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'")
            self.assertTrue(wait_until(lambda: self.connections() == 0))
        self.check_as_ever(site)
        self.assertNotIn("store-failure", site.log())

    def connections(self):
        return int(self.server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'clientid-shim'"
                                   f" AND datname = '{self.name}'"))

    def connections_under_load(self, site, monitor):
        """The most that were there at a time, while 60 log in, twelve at a time, and somebody looks at the metrics."""
        with concurrent.futures.ThreadPoolExecutor(12) as threads:
            asked = [threads.submit(log_in, site, plain, "phone") for _ in range(60)]
            most = 0
            while not all(each.done() for each in asked):
                monitor.samples()
                most = max(most, self.connections())
            self.assertEqual({each.result() for each in asked}, {ACCEPTED})
        return max(most, self.connections())

    def test_stopped_at_start(self):
        site = self.enforcing()
        self.stopped()
        status, line = start_in_vain(site)
        self.assertEqual(status, 4)
        self.assertTrue(line.startswith(f"clientid-shim: store {self.server.shown(self.name)}: "), line)
        self.assertIn("Connection refused", line)
        self.assert_secret(line)


class SecretTest(PostgresqlTest):
    def check(self, site):
        site.configure()
        site.trap.asked += 1
        done = subprocess.run([program("SHIM"), "--config", site.dir / "shim.conf", "--check"], env=site.environment,
                              capture_output=True, text=True)
        self.assert_secret(done.stdout + done.stderr)
        return done.stdout

    def doctor(self, site):
        found = site.ctl("--json doctor", statuses=(0, 1))
        self.assert_secret(found)
        return {each["name"]: each for each in json.loads(found)}

    def test_check_and_doctor(self):
        site = self.enforcing()
        store = f"store {self.server.shown(self.name)}"
        self.assertIn(f"good  {store}\n", self.check(site))
        (site.dir / "clientid.conf").chmod(0o640)
        found = self.doctor(site)
        self.assertEqual(found[store]["result"], "ok")
        self.assertNotIn("password of the store", found)
        self.stopped()
        self.assertRegex(self.check(site), rf"(?m)^bad   {store}: .*Connection refused$")
        self.assertIn("Connection refused", self.doctor(site)[store]["detail"])

    def test_file_with_the_password_is_open(self):
        site = self.enforcing()
        conf = site.dir / "clientid.conf"
        conf.chmod(0o644)
        found = self.doctor(site)["password of the store"]
        self.assertEqual(found["result"], "note")
        self.assertTrue(found["mend"].endswith(f"chmod o-r {conf}"))
        conf.write_text(overridden(conf.read_text(), [f"store = {self.server.shown(self.name)}"]))
        self.assertNotIn("password of the store", self.doctor(site))

    def test_list_of_processes(self):
        site = self.enforcing()
        url = self.server.url(self.name)
        for options in (["--store", url], [f"--store={url}"]):
            with subprocess.Popen([program("CLIENTIDCTL"), "--config", site.dir / "clientid.conf", *options, "history",
                                   "--follow"], stdout=subprocess.PIPE, text=True) as follower:
                try:
                    self.assertIn("TIME", follower.stdout.readline())
                    self.assert_secret(pathlib.Path(f"/proc/{follower.pid}/cmdline").read_text())
                finally:
                    follower.terminate()

    def test_uri_that_cannot_be_read(self):
        site = self.enforcing()
        conf = site.dir / "clientid.conf"
        for uri in ("postgresql://eve:hunter/2@127.0.0.1/x", "postgresql://eve:hunter%zz@127.0.0.1/x"):
            conf.write_text(overridden(conf.read_text(), [f"store = {uri}"]))
            for status, line in (start_in_vain(site), ctl_in_vain(site, "list"), ctl_in_vain(site, "init")):
                self.assertEqual(status, 4)
                self.assertIn("cannot be read as a URI of libpq", line)
                self.assertNotIn("hunter", line)


if __name__ == "__main__":
    run_tests(require_postgresql, require_built_with_it)
