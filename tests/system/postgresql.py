"""A private PostgreSQL for a test: a directory of its own, one address and a socket in there, and nothing durable.

    with Postgresql(directory) as server:
        url = server.url("mail")    # a database, made when it is first named, whose owner is the role clientid
        server.restart()

It runs as a user without privileges, for it does not start as root. The role has a password, which is in the URL.
"""
import contextlib
import glob
import os
import pathlib
import pwd
import secrets
import signal
import subprocess
import tempfile

from .postfix import running
from .waiting import Skip, free_port, wait_until

ROLE = "clientid"

CONF = """\
listen_addresses = '{address}'
port = {port}
unix_socket_directories = '{dir}'
fsync = off
full_page_writes = off
shared_buffers = 16MB
max_connections = 60
password_encryption = scram-sha-256
"""

HBA = """\
local all {user} peer map=here
local all all scram-sha-256
host all all samenet scram-sha-256
"""

# root, as whom tests run, is let in as the user of the server.
IDENT = """\
here root {user}
here {user} {user}
"""


class Postgresql:
    def __init__(self, directory, user=None, address="127.0.0.1", conf=""):
        """`conf`: lines for postgresql.conf that count before those of a test."""
        self.dir, self.user, self.address, self.conf = directory, user or server_user(), address, conf
        self.data, self.port = directory / "data", free_port()
        self.password = secrets.token_urlsafe(12)
        self.databases, self.process = set(), None

    def __enter__(self):
        account = pwd.getpwnam(self.user)
        self.as_user = {} if os.geteuid() else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self.dir.mkdir(exist_ok=True)
        os.chown(self.dir, account.pw_uid, account.pw_gid)
        self.dir.chmod(0o755)
        # Its databases sort as people do, and not octet by octet.
        self._run("initdb", "-D", self.data, "-U", self.user, "-A", "reject", "-E", "UTF8", "-N", "--locale=C.UTF-8",
                  "--locale-provider=icu", "--icu-locale=en-US")
        values = {"dir": self.dir, "address": self.address, "port": self.port, "user": self.user}
        with open(self.data / "postgresql.conf", "a") as conf:
            conf.write(CONF.format(**values) + self.conf)
        (self.data / "pg_hba.conf").write_text(HBA.format(**values))
        (self.data / "pg_ident.conf").write_text(IDENT.format(**values))
        self.start()
        try:
            self.sql(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self.password}'")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.proceed()
        self.stop()

    def url(self, database, password=None):
        """Libpq's URI of a database, made when it is first named."""
        if database not in self.databases:
            self.sql(f"CREATE DATABASE {database} OWNER {ROLE} ENCODING 'UTF8' TEMPLATE template0")
            self.databases.add(database)
        return f"postgresql://{ROLE}:{password or self.password}@{self.address}:{self.port}/{database}"

    def shown(self, database):
        """The same as programs show it."""
        return f"postgresql://{ROLE}@{self.address}:{self.port}/{database}"

    def sql(self, text, database="postgres"):
        """What the owner of the server is told, a row a line."""
        return self._run("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.dir, "-p", str(self.port), "-U",
                         self.user, "-d", database, text=text).strip()

    def start(self, *prefix):
        """A prefix is a command that becomes the server."""
        with open(self.dir / "log", "ab") as log:
            self.process = subprocess.Popen([*prefix, binary("postgres"), "-D", self.data], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env={"LC_ALL": "C", "PATH": os.defpath}, cwd="/",
                                            **self.as_user)
        if not wait_until(lambda: self.process.poll() is not None or self._answers(), 60) or self.process.poll():
            self.stop()
            raise RuntimeError("PostgreSQL does not start:\n" + self.log())

    def stop(self):
        """At once: who is connected is told, and sent away."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(60)

    def restart(self):
        self.stop()
        self.start()

    def crash(self, dice):
        """One of its processes is killed, whereupon it begins anew by itself, or all of them. Until it answers again."""
        family = self._family()
        if dice.random() < 0.5 and len(family) > 1:
            with contextlib.suppress(ProcessLookupError):
                os.kill(dice.choice(family[1:]), signal.SIGKILL)
            if not wait_until(self._answers, 60):
                raise RuntimeError("PostgreSQL does not come back:\n" + self.log())
            return
        self.process.kill()  # first, for it would start others
        self.process.wait()
        for process in family[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if not wait_until(lambda: not any(map(running, family[1:]))):
            raise RuntimeError("PostgreSQL is still there")
        self.start()

    def stand_still(self):
        """It keeps its connections, and does not answer any more."""
        self._tell_all(signal.SIGSTOP)

    def proceed(self):
        self._tell_all(signal.SIGCONT)

    def _tell_all(self, signum):
        for process in self._family():
            with contextlib.suppress(ProcessLookupError):  # what serves a client ends with it
                os.kill(process, signum)

    def log(self):
        path = self.dir / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _family(self):
        if not self.process or self.process.poll() is not None:
            return []
        with contextlib.suppress(OSError), open(f"/proc/{self.process.pid}/task/{self.process.pid}/children") as children:
            return [self.process.pid, *map(int, children.read().split())]
        return [self.process.pid]

    def _answers(self):
        done = subprocess.run([binary("pg_isready"), "-q", "-h", self.dir, "-p", str(self.port)])
        return done.returncode == 0

    def _run(self, program, *arguments, text=""):
        done = subprocess.run([binary(program), *arguments], input=text, capture_output=True, text=True, cwd="/",
                              env={"LC_ALL": "C.UTF-8", "PATH": os.defpath}, **self.as_user)
        if done.returncode != 0:
            raise RuntimeError(f"{program}: status {done.returncode}: {done.stderr.strip()}")
        return done.stdout


def binary(name):
    """That of the newest server; Debian has them where no PATH leads."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: int(path.split("/")[4]))
    if not found:
        raise Skip(f"there is no {name} here")
    return found[-1]


def server_user():
    """Somebody who is not root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def require_postgresql():
    binary("initdb")


def require_built_with_it():
    with tempfile.TemporaryDirectory() as directory:
        conf = pathlib.Path(directory, "conf")
        conf.write_text("store = postgresql://127.0.0.1:1/x\n")
        done = subprocess.run([os.environ.get("CLIENTIDCTL", "./clientidctl"), "--config", conf, "list"],
                              capture_output=True, text=True)
        if "without PostgreSQL" in done.stderr:
            raise Skip("the programs were built without PostgreSQL")


def server_of(cls):
    """One for all tests of a class, until they are over."""
    directory = tempfile.TemporaryDirectory(prefix="clientid-postgresql-")
    cls.addClassCleanup(directory.cleanup)
    os.chmod(directory.name, 0o755)
    return cls.enterClassContext(Postgresql(pathlib.Path(directory.name, "server")))
