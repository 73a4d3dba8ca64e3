"""clientidctl as operators and scripts meet it: a directory for one test, and the watch over what it shows.

CLIENTIDCTL names the program. The store is a file of SQLite; where CLIENTID_TEST_POSTGRESQL is the URI of a database of
PostgreSQL, with user, password, host and port, it is a schema in there.
"""
import collections
import ipaddress
import itertools
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import uuid

from . import builds
from .postgresql import binary

PROGRAM = os.environ.get("CLIENTIDCTL", "./clientidctl")
ON_POSTGRESQL = os.environ.get("CLIENTID_TEST_POSTGRESQL")
of_sqlite = unittest.skipIf(ON_POSTGRESQL, "it is of SQLite alone")


def plain_program():
    """Of the build without sanitizers, if there is one."""
    return builds.plain("clientidctl") or PROGRAM


BINDING = ["id", "account", "type", "fingerprint", "state", "label", "created", "created_by", "last_seen",
           "last_peer", "expires", "uses", "key_id", "suspended_until"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

DONE, REFUSED, USAGE, ABSENT, STORE, RULE = range(6)

# What a verb makes of a binding in each state: the new state, "=" for nothing, or the verb to use instead.
STATES = ["active", "pending", "suspended", "revoked"]
TRANSITIONS = {
    "approve": ["=", "active", "(resume)", "(remove)"],
    "deny": ["(revoke)", "revoked", "(revoke)", "="],
    "suspend": ["suspended", "(deny)", "=", "(remove)"],
    "resume": ["=", "(approve)", "active", "(remove)"],
    "revoke": ["revoked", "revoked", "revoked", "="],
}

Result = collections.namedtuple("Result", "status out err")


class SqliteStore:
    def __init__(self, path):
        self.path, self.url = path, f"sqlite:{path}"

    def rows(self, text, values=()):
        connection = sqlite3.connect(self.path)
        with connection:
            rows = connection.execute(text, values).fetchall()
        connection.close()
        return rows


class PostgresqlStore:
    numbers = itertools.count(1)

    def __init__(self, uri):
        parts = urllib.parse.urlsplit(uri)
        self.schema = f"ctl_{os.getpid()}_{next(self.numbers)}"
        self.url = f"{uri}?options=-csearch_path%3D{self.schema}"
        self.environment = {"PGHOST": parts.hostname, "PGPORT": str(parts.port), "PGUSER": parts.username,
                            "PGPASSWORD": parts.password, "PGDATABASE": parts.path[1:],
                            "PGOPTIONS": f"-csearch_path={self.schema}"}
        self.rows(f"CREATE SCHEMA {self.schema}")
        # As SQLite has it, for '%064x' alone.
        self.rows("CREATE FUNCTION printf(text, bigint) RETURNS text LANGUAGE sql AS $$SELECT lpad(to_hex($2), 64, '0')$$")

    def drop(self):
        self.rows(f"DROP SCHEMA {self.schema} CASCADE")

    def rows(self, text, values=()):
        for value in values:
            quoted = str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
            text = text.replace("?", quoted, 1)
        done = subprocess.run([binary("psql"), "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"], input=text,
                              env=self.environment, capture_output=True, text=True, check=True)
        return [tuple(int(cell) if re.fullmatch(r"-?\d+", cell) else cell for cell in row.split("\t"))
                for row in done.stdout.splitlines()]


class SiteTest(unittest.TestCase):
    """A directory with a configuration, and the watch over what the program shows."""

    initialised = True

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="clientidctl-")
        self.addCleanup(directory.cleanup)
        self.dir = pathlib.Path(directory.name)
        self.db, self.key, self.conf = self.dir / "clientid.db", self.dir / "clientid.key", self.dir / "clientid.conf"
        self.make_store()
        self.tokens = []
        if self.initialised:
            self.ctl("init")

    def make_store(self):
        """A place for another one, which the configuration names from now on."""
        if ON_POSTGRESQL:
            self.store = PostgresqlStore(ON_POSTGRESQL)
            self.addCleanup(self.store.drop)
        else:
            self.store = SqliteStore(self.db)
        self.conf.write_text(f"store = {self.store.url}\nkey-file = {self.key}\ndefault-realm = example.com\n")

    def tearDown(self):
        for path in self.dir.iterdir():
            content = path.read_bytes()
            for number, token in enumerate(self.tokens):
                # Not assertNotIn, which would print it.
                self.assertFalse(token.encode() in content, f"{path.name} holds token {number}")

    def token(self, text=None):
        self.tokens.append(text or str(uuid.uuid4()))
        return self.tokens[-1]

    def ctl(self, *arguments, text="", expect=DONE, secret=False, env=None):
        """Run it. Whatever it does, errors are one line of its own, and tokens are not shown."""
        done = subprocess.run([PROGRAM, "--config", self.conf, *arguments], input=os.fsencode(text),
                              capture_output=True, timeout=60, env={**os.environ, **(env or {})})
        out, err = done.stdout.decode(), done.stderr.decode()
        for number, token in enumerate(self.tokens):
            self.assertFalse(token in out + err, f"{arguments[0]} shows token {number}")
        if expect is None:
            expect = done.returncode  # any
        self.assertEqual(done.returncode, expect, "output kept back" if secret else f"{arguments}: {out}{err}")
        if expect in (DONE, REFUSED):
            self.assertEqual(err, "")
        else:
            self.assertRegex(err, r"\Aclientidctl: [^\n]+\n\Z")
        if not secret:
            self.assertNotRegex(out, r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
        return Result(done.returncode, out, err)

    def json(self, *arguments, **options):
        return json.loads(self.ctl("--json", *arguments, **options).out)

    def bind(self, account="alice", kind="UUID", *options):
        """A new binding; its token and what JSON says of it."""
        token = self.token()
        return token, self.json("bind", account, kind, "-", *options, text=token + "\n")

    def sql(self, text, *values):
        self.store.rows(text, values)

    def sql_value(self, text, *values):
        ((value,),) = self.store.rows(text, values)
        return value

    def fill_with_every_kind(self):
        """Of what an operator can say, and what a service has seen. The binding 4 was removed."""
        self.bind("alice", "UUID", "--label", "laptop \u00e9", "--expires", "2030-01-01")
        self.bind("bob", "MAC"), self.bind("bob", "UUID"), self.bind("carol")
        self.ctl("licence", "add", "KEY", "-", text=self.token())
        self.ctl("suspend", "2", "--for", "1h"), self.ctl("revoke", "3"), self.ctl("remove", "4")
        self.sql("UPDATE binding SET last_seen = 1700000000, last_peer = '192.0.2.7', uses = 7 WHERE id = 1")
        self.ctl("policy", "set", "mode=enforce", "trusted-networks=192.0.2.0/24")
        self.ctl("account", "set", "alice", "mode=learn"), self.ctl("account", "set", "@example.net", "mode=off")
        self.ctl("type", "set", "mac", "flags=system-log,authenticate"), self.ctl("type", "set", "*", "shared=yes")
        self.ctl("block", "add", "address", "192.0.2.0/24", "--for", "1h", "--reason", "spam")
        self.ctl("attack", "on", "--account", "alice"), self.ctl("attack", "on", "--valid-only")
        self.detected("network", "192.0.2.7", "block")

    def detected(self, kind, subject, effect):
        """What detection would put there for an hour; a network is a single IPv4 address."""
        first = ""
        if kind == "network":
            subject, first = f"{subject}/32", "0" * 20 + "ffff" + ipaddress.IPv4Address(subject).packed.hex()
        self.sql("INSERT INTO restriction (kind, subject, effect, until, cause, created, created_by, first_address,"
                 " last_address) VALUES (?, ?, ?, ?, 'by a test', ?, 'detection', ?, ?)",
                 kind, subject, effect, int(time.time()) + 3600, int(time.time()), first, first)

    def set_state(self, number, state):
        self.sql("UPDATE binding SET state = ?, suspended_until = NULL WHERE id = ?", state, number)

    def changes(self):
        """What the history says operators did, without the making of the store."""
        return [event for event in self.json("history") if event["outcome"] == "changed"][1:]
