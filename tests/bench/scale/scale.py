#!/usr/bin/env python3
"""What a login costs with ten thousand, a million and ten million bindings, in SQLite and in PostgreSQL.

    make scale_bench && SRCDIR=... tests/bench/scale/scale.py [--bindings 10000 1000000 10000000] [--rounds N]
                        [--engines sqlite postgresql] [--directory DIR] [--times N]

To be run where scale_bench was built. It fills a store of each size in each engine, and a PostgreSQL of its own on
loopback; ten million take 3 GiB in either, below DIR (here, unless given), and are gone at the end. Stores take turns
in every round, and what counts is CPU time, which other load on the machine hardly changes. A history of a million
events is in each, which is what a store keeps. Prints tables in Markdown, and writes scale.json.
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [str(pathlib.Path(os.environ.get("SRCDIR", ".")) / "tests" / part) for part in (".", "bench")]
from processes import cpu_precise
from system.postgresql import Postgresql

BENCH = pathlib.Path("scale_bench").resolve()
EVENTS = 1_000_000
MIB = 1 << 20

# How often it is done in a round, as a part of --times, and what it is.
OPERATIONS = {
    "bound": (1, "verdict for a bound device"),
    "stranger": (1, "verdict for a stranger"),
    "login": (1, "record of a login"),
    "guess": (1, "record of a refusal"),
    "learn": (0.1, "a device is learned, durably"),
    "list": (1, "the devices of an account, as `clientidctl list` asks"),
    "count": (0, "count of all bindings, as /metrics asks"),
}

# As on a machine of its own, but for vacuum, which would come in some rounds and not in others.
CONF = """\
fsync = on
full_page_writes = on
shared_buffers = 1GB
max_wal_size = 8GB
checkpoint_timeout = 30min
autovacuum = off
"""


class Store:
    """One that is filled. `server`: the process that has the CPU time of what it does, if it is not the asker's."""
    server = None

    def written(self):
        """Octets so far, of what has a server."""
        return 0

    def __init__(self, bindings):
        self.bindings = bindings
        self.name = f"{self.engine}, 10^{len(str(bindings)) - 1}" if re.fullmatch("10+", str(bindings)) else f"{self.engine}, {bindings}"

    def wake(self):
        """Into the memory of the kernel, where those of a site in use are: some kernels give up what rests a minute."""
        for file in self.files():
            with file.open("rb") as octets:
                while octets.read(MIB):
                    pass

    def fill(self):
        begun = time.monotonic()
        subprocess.run([BENCH, "fill", self.filling_url, str(self.bindings), str(EVENTS)], check=True,
                       env={**os.environ, "SQLITE_TMPDIR": str(self.directory)})
        self.settle()
        self.facts = {"fill_s": time.monotonic() - begun, **self.measure()}


class Sqlite(Store):
    engine = "SQLite"

    def __init__(self, directory, bindings):
        super().__init__(bindings)
        self.directory, self.path = directory, directory / f"{bindings}.db"
        self.url = self.filling_url = f"sqlite:{self.path}"

    def settle(self):
        pass

    def files(self):
        return [self.path]

    def query(self, text):
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            return connection.execute(text).fetchone()[0]

    def measure(self):
        facts = {"mib": self.path.stat().st_size / MIB}
        with contextlib.suppress(sqlite3.OperationalError):  # a library without dbstat
            # "/" is the root, "/000/" a child of it.
            facts["depth"] = self.query("SELECT max(length(path) - length(replace(path, '/', ''))) FROM dbstat WHERE"
                                        " name = 'binding_device' AND pagetype = 'leaf'")
            size = "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name = 'binding'"
            facts["bindings_mib"] = self.query(size + ")") / MIB
            facts["indexes_mib"] = self.query(size + " AND type = 'index')") / MIB
        return facts


class Database(Store):
    engine = "PostgreSQL"

    def __init__(self, server, bindings):
        super().__init__(bindings)
        self.postgresql, self.server, self.directory = server, server.process.pid, server.dir
        self.database = f"store{bindings}"
        self.url = server.url(self.database)
        self.filling_url = self.url + "?options=-cstatement_timeout%3D0"

    def written(self):
        """Its write-ahead log: all of it goes to disk, and to each standby."""
        return int(self.postgresql.sql("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"))

    def settle(self):
        self.postgresql.sql("VACUUM (ANALYZE)", self.database)
        self.postgresql.sql("CHECKPOINT")

    def files(self):
        oid = self.postgresql.sql(f"SELECT oid FROM pg_database WHERE datname = '{self.database}'")
        return (self.postgresql.data / "base" / oid.strip()).iterdir()

    def measure(self):
        def ask(text):
            return float(self.postgresql.sql(text, self.database))
        facts = {"mib": ask(f"SELECT pg_database_size('{self.database}')") / MIB,
                 "bindings_mib": ask("SELECT pg_total_relation_size('binding')") / MIB,
                 "indexes_mib": ask("SELECT pg_indexes_size('binding')") / MIB}
        with contextlib.suppress(RuntimeError):  # a server without its contributed modules
            self.postgresql.sql("CREATE EXTENSION pageinspect", self.database)
            facts["depth"] = int(ask("SELECT level + 1 FROM bt_metap('binding_device')"))
        return facts


def measure(store, operation, times, seed):
    """CPU and wall-clock microseconds of one operation, and those of the server's CPU."""
    store.wake()
    command = [BENCH, "run", store.url, str(store.bindings), operation, str(times), str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout.readline() != "ready\n":
            raise SystemExit(f"{store.name}: {operation}: status {process.wait()}")
        written = store.written()
        before = cpu_precise(store.server) if store.server else 0
        print(file=process.stdin, flush=True)
        figures = json.loads(process.stdout.readline() or '{"failed": 1, "written": 0}')
        figures["server_us"] = (cpu_precise(store.server) - before) * 1e6 / times if store.server else 0
        figures["written"] += (store.written() - written) / times
        print(file=process.stdin, flush=True)
    if "failed" in figures:
        raise SystemExit(f"{store.name}: {operation}: status {process.returncode}")
    return figures


def spread(values, form="{:.0f}"):
    return f"{form.format(statistics.median(values))} ({form.format(min(values))} to {form.format(max(values))})"


def print_stores(stores):
    print("\n| store | size, MiB | of it bindings | of them indexes | depth of an index | filled in, s |\n"
          "| --- | --- | --- | --- | --- | --- |")
    for store in stores:
        facts = store.facts
        print(f"| {store.name} | {facts['mib']:.0f} | {facts.get('bindings_mib', 0):.0f} |"
              f" {facts.get('indexes_mib', 0):.0f} | {facts.get('depth', '?')} |"
              f" {facts['fill_s']:.0f} |")


def print_operation(operation, stores, results):
    print(f"\n{OPERATIONS[operation][1]}, µs, median (least to most):\n\n| store | CPU here | CPU of the server |"
          " CPU, part of the smallest | written, KiB | wall clock |\n| --- | --- | --- | --- | --- | --- |")
    smallest = {}
    for store in stores:
        runs = results[store.name][operation]
        cpu = statistics.median(run["cpu_us"] + run["server_us"] for run in runs)
        first = smallest.setdefault(store.engine, cpu)
        columns = [spread([run[column] for run in runs]) for column in ("cpu_us", "server_us", "wall_us")]
        written = spread([run["written"] / 1024 for run in runs], "{:.1f}")
        print(f"| {store.name} | {columns[0]} | {columns[1] if store.server else ''} | {cpu / first:.2f} | {written} |"
              f" {columns[2]} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bindings", type=int, nargs="+", default=[10**4, 10**6, 10**7])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"])
    parser.add_argument("--times", type=int, default=5000, help="of each operation, in a round")
    parser.add_argument("--directory", type=pathlib.Path, default=pathlib.Path("."))
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scale-", dir=arguments.directory.resolve())))
        directory.chmod(0o755)
        stores = []
        if "sqlite" in arguments.engines:
            stores += [Sqlite(directory, bindings) for bindings in arguments.bindings]
        if "postgresql" in arguments.engines:
            server = stack.enter_context(Postgresql(directory / "server", conf=CONF))
            stores += [Database(server, bindings) for bindings in arguments.bindings]
        for store in stores:
            print(f"filling: {store.name}", file=sys.stderr, flush=True)
            store.fill()
        results = {store.name: {operation: [] for operation in OPERATIONS} for store in stores}
        seed = 0
        for number in range(arguments.rounds):
            for operation, (part, _) in OPERATIONS.items():
                for store in stores:
                    seed += 1
                    print(f"round {number + 1}: {store.name}: {operation}", file=sys.stderr, flush=True)
                    times = max(1, round(arguments.times * part))
                    results[store.name][operation].append(measure(store, operation, times, seed))
        pathlib.Path("scale.json").write_text(json.dumps(
            {"rounds": arguments.rounds, "times": arguments.times, "events": EVENTS,
             "stores": {store.name: store.facts for store in stores}, "results": results}, indent=1))
        print_stores(stores)
        for operation in OPERATIONS:
            print_operation(operation, stores, results)


if __name__ == "__main__":
    main()
