"""PgBouncer between a site and its store: it works as clientid.conf(5) says, and an error says what is missing."""
import contextlib
import os
import pathlib
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import ACCEPTED, REFUSED, log_in, plain
from system.outcomes import Outcomes
from system.postgresql import ROLE, Postgresql, require_built_with_it, require_postgresql
from system.refusing import ctl_in_vain
from system.settings import overridden
from system.site import Site, listening
from system.waiting import Skip, free_port, run_tests, wait_until

UNPACKED = pathlib.Path(os.environ.get("PGBOUNCER_ROOT") or "/")
PROGRAM = pathlib.Path(shutil.which("pgbouncer") or UNPACKED / "usr/sbin/pgbouncer")
LIBRARIES = ":".join(map(str, UNPACKED.glob("usr/lib/*-linux-gnu")))

CONF = """\
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {dir}/users
pool_mode = session
"""


def require_pgbouncer():
    if not os.path.exists(PROGRAM):
        raise Skip("there is no pgbouncer here")


class PgBouncerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="clientid-pgbouncer-")
        cls.addClassCleanup(directory.cleanup)
        cls.dir = pathlib.Path(directory.name)
        cls.dir.chmod(0o755)
        cls.server = cls.enterClassContext(Postgresql(cls.dir / "server"))
        # The limits of a session, which PgBouncer does not pass on.
        for limit in ("statement_timeout = '8s'", "lock_timeout = '5s'", "idle_in_transaction_session_timeout = '60s'"):
            cls.server.sql(f"ALTER ROLE {ROLE} SET {limit}")

    @contextlib.contextmanager
    def pooler(self, *lines):
        """Gives its port."""
        port = free_port()
        conf, users = self.dir / f"{port}.ini", self.dir / "users"
        users.write_text(f'"{ROLE}" "{self.server.password}"\n')
        conf.write_text(CONF.format(server=self.server.port, port=port, dir=self.dir) + "".join(f"{line}\n" for line in lines))
        for path in (conf, users):
            os.chown(path, pwd.getpwnam(self.server.user).pw_uid, -1)
            path.chmod(0o600)
        with open(self.dir / "pgbouncer.log", "ab") as log:
            process = subprocess.Popen([PROGRAM, conf], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                                       env={**os.environ, "LD_LIBRARY_PATH": LIBRARIES}, **self.server.as_user)
        try:
            self.assertTrue(wait_until(lambda: listening(port), 20), (self.dir / "pgbouncer.log").read_text())
            yield port
        finally:
            process.kill()
            process.wait()

    def through(self, port, database):
        return self.server.url(database).replace(f":{self.server.port}/", f":{port}/")

    def test_session_mode(self):
        port = self.enterContext(self.pooler("ignore_startup_parameters = options"))
        site = self.enterContext(Site(["auth-workers = 3"], store=self.through(port, "mail")))
        site.encoded[self.server.password] = "{password:store}"
        site.ctl("policy set mode=learn")
        site.start()
        outcomes = Outcomes(site)
        for _ in range(4):
            self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
            self.assertEqual(log_in(site, plain, "phone", "wrong"), REFUSED)
        self.assertEqual({event["outcome"] for event in outcomes.wait_for(8)}, {"enrolled", "authenticated", "failed"})
        # It comes to know another server session for each of its own.
        self.server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'mail'")
        self.assertTrue(wait_until(lambda: log_in(site, plain, "phone") == ACCEPTED))

    def test_no_session_is_free(self):
        """PgBouncer has the first question wait for as long as it is told to."""
        site = self.enterContext(Site(store=self.server.url("busy")))
        port = self.enterContext(self.pooler("ignore_startup_parameters = options", "default_pool_size = 1",
                                             "query_wait_timeout = 2"))
        holder = self.enterContext(subprocess.Popen(["psql", "-X", self.through(port, "busy")], stdin=subprocess.PIPE,
                                                    stdout=subprocess.PIPE, text=True))
        holder.stdin.write("SELECT 'held';\n")
        holder.stdin.flush()
        self.assertTrue(any("held" in line for line in holder.stdout))
        conf = site.dir / "clientid.conf"
        conf.write_text(overridden(conf.read_text(), [f"store = {self.through(port, 'busy')}"]))
        begun = time.monotonic()
        # SOCI forgets a connection whose first question fails.
        self.assertEqual(ctl_in_vain(site, "list", "env", "ASAN_OPTIONS=detect_leaks=0")[0], 4)
        self.assertLess(time.monotonic() - begun, 20)
        holder.stdin.close()
        holder.wait(20)
        site.ctl("list")

    def test_as_it_is_installed(self):
        site = self.enterContext(Site(store=self.server.url("plain")))
        port = self.enterContext(self.pooler())
        conf = site.dir / "clientid.conf"
        conf.write_text(overridden(conf.read_text(), [f"store = {self.through(port, 'plain')}"]))
        status, line = ctl_in_vain(site, "list")
        self.assertEqual(status, 4)
        self.assertTrue(line.endswith("; PgBouncer needs ignore_startup_parameters = options: clientid.conf(5)"), line)


if __name__ == "__main__":
    run_tests(require_postgresql, require_built_with_it, require_pgbouncer)
