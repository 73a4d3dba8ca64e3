#!/usr/bin/env python3
"""Measures clientid-shim beside its peers, in one run, taking turns: load on one core, server on the other.

    BENCH_DIR=... SHIM=... CLIENTIDCTL=... SASL_PLUGIN_DIR=... SRCDIR=... measure.py [--rounds N] [--only MEASURE] [--large]

BENCH_DIR has the programs load, sink and handshake_floor. tests/bench/run.sh builds all and calls this. The cost of a
server is its own CPU time, which other load on the machine hardly changes. Prints a table in Markdown, and writes
results.json, and results.dat for plot.gp, to the working directory.
"""
import argparse
import contextlib
import functools
import json
import pathlib
import resource
import statistics
import subprocess
import tempfile

from peers import LOAD_CORE, SERVER_CORE, Haproxy, Nginx, PostfixItself, Shim, Sink, on_core
from processes import SystemCalls, cpu_precise, cpu_seconds, memory
from system.site import program

MIB = 1 << 20


class Bench:
    def __init__(self, rounds, large):
        self.rounds, self.large = rounds, large
        self.results = {}  # measure -> server -> list of values

    def load(self, peer, *options, starttls=False, cpu=cpu_precise):
        """One run of the load generator: its figures, and the CPU seconds of the server as `server_cpu`."""
        port = peer.starttls_port if starttls else peer.port
        command = on_core(LOAD_CORE, program("BENCH_DIR") + "/load", port, "--logins", peer.logins, *options,
                          *(["--starttls"] if starttls else []))
        before = cpu(peer.pid)
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{peer.name}: {done.stderr.strip()}")
        figures = json.loads(done.stdout)
        if "--resume" in options and figures["resumed"] < figures["sessions"] / 2:
            raise SystemExit(f"{peer.name}: of {figures['sessions']} TLS sessions {figures['resumed']} were taken up again")
        figures["server_cpu"] = cpu(peer.pid) - before
        return figures

    def take_turns(self, measure, peers, one, rounds=None):
        """`one(peer)` gives a value; a round asks each peer."""
        for _ in range(rounds or self.rounds):
            for peer in peers:
                self.results.setdefault(measure, {}).setdefault(peer.name, []).append(one(peer))
        self.print_measure(measure)

    def print_measure(self, measure):
        values = self.results[measure]
        ours = statistics.median(values.get(Shim.name) or next(iter(values.values())))
        for name, each in values.items():
            median = statistics.median(each)
            spread = f"{min(each):.3f} to {max(each):.3f}" if len(each) > 1 else ""
            print(f"| {measure} | {name} | {median:.3f} | {spread} | {ours / median:.2f} |", flush=True)

    def run(self, only):
        with contextlib.ExitStack() as stack:
            directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clientid-bench-")))
            directory.chmod(0o711)
            sink = stack.enter_context(Sink())
            shim = stack.enter_context(Shim(sink))
            nginx = stack.enter_context(Nginx(directory, sink, shim))
            haproxy = stack.enter_context(Haproxy(directory, sink, shim))
            postfix = stack.enter_context(PostfixItself(directory, shim))
            self.directory, self.sink, self.shim, self.nginx, self.haproxy, self.postfix = (
                directory, sink, shim, nginx, haproxy, postfix)
            for name in [name for name in dir(self) if name.startswith("measure_")]:
                if not only or only in name:
                    getattr(self, name)()

    # --- The measures, in the order of their names ---

    def per_session(self, *options, sessions, **ways):
        def one(peer):
            cpu = cpu_seconds if peer is self.postfix else cpu_precise
            figures = self.load(peer, "--sessions", str(sessions), "--concurrency", "8", *options, cpu=cpu, **ways)
            return figures["server_cpu"] / sessions * 1000
        return one

    def measure_a_session(self):
        self.take_turns("CPU ms, AUTH and QUIT", [self.shim, self.nginx, self.haproxy, self.postfix],
                        self.per_session(sessions=500))
        self.take_turns("CPU ms, the same by STARTTLS", [self.shim, self.nginx],
                        self.per_session(sessions=500, starttls=True))
        self.floor("bare handshake, CPU ms", [])

    def measure_b_message(self):
        self.take_turns("CPU ms, AUTH and 4 KiB", [self.shim, self.nginx, self.haproxy, self.postfix],
                        self.per_session("--message", "4096", sessions=500))

    def measure_c_data(self):
        sessions = 20

        def one(peer):
            cpu = cpu_seconds if peer is self.postfix else cpu_precise
            figures = self.load(peer, "--sessions", str(sessions), "--message", str(10 * MIB), cpu=cpu)
            return figures["server_cpu"] / (sessions * 10 * MIB) * 1024 * MIB
        self.take_turns("CPU s, GiB of DATA", [self.shim, self.nginx, self.haproxy, self.postfix], one)

    def measure_d_resumed(self):
        self.take_turns("CPU ms, AUTH and QUIT, resumed", [self.shim, self.nginx, self.haproxy],
                        self.per_session("--resume", sessions=500))
        self.floor("bare handshake, resumed, CPU ms", ["resume"])

    def measure_e_calls(self):
        for what, options, sessions in (("AUTH only", [], 100), ("AUTH and 4 KiB", ["--message", "4096"], 100),
                                        ("AUTH and 10 MiB", ["--message", str(10 * MIB)], 5)):
            def one(peer):
                with SystemCalls(peer.pid) as calls:
                    self.load(peer, "--sessions", str(sessions), *options)
                (pathlib.Path(f"calls-{peer.name}-{what.replace(' ', '-')}.txt")).write_text(calls.summary)
                return calls.total / sessions
            self.take_turns(f"system calls, {what}", [self.shim, self.nginx, self.haproxy], one, rounds=1)

    def measure_f_alone(self):
        self.take_turns("ms, one session at a time", [self.shim, self.nginx, self.haproxy],
                        lambda peer: self.load(peer, "--sessions", "100")["median"])

    def measure_g_crowd(self):
        self.take_turns("ms, 99th of 100, 200 at a time", [self.shim, self.nginx, self.haproxy],
                        lambda peer: self.load(peer, "--sessions", "1000", "--concurrency", "200")["p99"])

    def measure_g_judging(self):
        """What device binding costs: the module is there and asks in both, or nobody would get in."""
        with contextlib.ExitStack() as stack:
            shims = [stack.enter_context(Shim(self.sink, judging=judging, name=name))
                     for judging, name in ((True, "devices bound"), (False, "mode = off, no CLIENTID"))]
            self.take_turns("CPU ms, AUTH and QUIT, judged or not", shims, self.per_session(sessions=500))

    def measure_g_stores(self):
        """What more bindings cost; --large adds ten million, whose store takes minutes to fill and 4 GiB of disk."""
        exponents = (4, 6, 7) if self.large else (4, 6)
        with contextlib.ExitStack() as stack:
            shims = [stack.enter_context(Shim(self.sink, bindings=10**exponent, name=f"10^{exponent} bindings"))
                     for exponent in exponents]
            self.take_turns("CPU ms, AUTH and QUIT", shims, self.per_session(sessions=500))

    def measure_g_workers(self):
        """CPU time for each session says how throughput grows with cores: the load would need a third one here."""
        with contextlib.ExitStack() as stack:
            shims = [stack.enter_context(Shim(self.sink, workers=workers, name=f"workers = {workers}"))
                     for workers in (1, 2)]
            self.take_turns("CPU ms, AUTH and QUIT, on as many cores", shims,
                            self.per_session("--concurrency", "32", sessions=1000))

    def measure_h_memory(self):
        count = min(5000, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 200) // 2)

        def one(peer, with_auth):
            # A new server each time: what an older one has been given for other connections it would use again.
            with peer as fresh:
                before = memory(fresh.pid)
                command = on_core(LOAD_CORE, program("BENCH_DIR") + "/load", fresh.port, "--hold", "--sessions", count,
                                  "--concurrency", "8", *(["--logins", fresh.logins] if with_auth else []))
                with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
                    if f'"held": {count}' not in load.stdout.readline():
                        raise SystemExit(f"{fresh.name}: does not hold {count} connections")
                    held = memory(fresh.pid)
                    load.stdin.close()
                return (held - before) / count

        def peers():
            return [Shim(self.sink), Nginx(self.directory, self.sink, self.shim),
                    Haproxy(self.directory, self.sink, self.shim)]
        for what, with_auth in (("before", False), ("behind", True)):
            self.take_turns(f"KiB, idle connection {what} AUTH, {count} of them", peers(),
                            functools.partial(one, with_auth=with_auth), rounds=1)

    def write_plot_data(self):
        """Each measure as a part of what nginx takes, one line a measure."""
        servers = [Shim.name, Nginx.name, Haproxy.name, PostfixItself.name]
        lines = ["\t".join(["measure", *servers])]
        for measure, values in self.results.items():
            if Nginx.name not in values:
                continue
            whole = statistics.median(values[Nginx.name])
            lines.append("\t".join([measure, *(f"{statistics.median(values[server]) / whole:.3f}" if server in values else "?"
                                               for server in servers)]))
        pathlib.Path("results.dat").write_text("\n".join(lines) + "\n")

    def floor(self, measure, more):
        handshakes = 1000
        for _ in range(self.rounds):
            done = subprocess.run(on_core(SERVER_CORE, program("BENCH_DIR") + "/handshake_floor", self.shim.dir / "cert.pem",
                                          self.shim.dir / "key.pem", handshakes, *more), capture_output=True, text=True, check=True)
            self.results.setdefault(measure, {}).setdefault("OpenSSL", []).append(float(done.stdout) / handshakes * 1000)
        each = self.results[measure]["OpenSSL"]
        print(f"| {measure} | OpenSSL | {statistics.median(each):.3f} | {min(each):.3f} to {max(each):.3f} | |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="measures with this in their name, such as memory")
    parser.add_argument("--large", action="store_true", help="a store of ten million bindings as well")
    arguments = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    bench = Bench(arguments.rounds, arguments.large)
    print("| measure | server | median | spread | the first to it |\n| --- | --- | --- | --- | --- |")
    bench.run(arguments.only)
    pathlib.Path("results.json").write_text(json.dumps(bench.results, indent=1))
    bench.write_plot_data()


if __name__ == "__main__":
    main()
