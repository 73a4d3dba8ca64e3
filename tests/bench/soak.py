#!/usr/bin/env python3
"""Mixed traffic for hours against a real shim, and what becomes of it meanwhile: does it grow, does everybody get what
is due to him?

    BENCH_DIR=... SHIM=... CLIENTIDCTL=... SASL_PLUGIN_DIR=... SRCDIR=... soak.py [--for 1h] [--rate 20]

BENCH_DIR has the program load. tests/bench/soak builds all and calls this. Good clients come in bulk from load, and
with bad, hostile and slow ones from traffic/; a postmaster does his work on the side, and sends SIGHUP. All of it runs
on two cores.

Prints a line in Markdown for each interval, and writes all to soak.md and soak.png in the working directory. The status is
1, with the reason in the last line, if a client did not get what is due to it, if somebody got in or something got
through, if the log of the shim has a line that such traffic is no reason for (soak.log is its end), or if the shim grows.
That is judged by the second half of the time, if that is long enough; MOST says how much may be. The store keeps a
history, and is not judged.

With a SHIM that has sanitizers these are heard of as well; it keeps what was freed, so its memory is not judged.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import signal
import statistics
import subprocess
import sys
import threading
import time

from growth import FEWEST, HOUR, Growth
from processes import anonymous, descriptors, memory, resident, threads
from soak_table import Table
from soaked_site import SoakedSite
from system.builds import sanitized
from system.site import SiteError, program
from system.waiting import Skip, wait_until
from traffic.mix import Mix
from traffic.postmaster import Postmaster
from traffic.raw import PATIENCE

CORES = 2
INTERVALS = 60
SAMPLING = 2  # seconds
BULK = 0.6  # of the rate comes from load
WAYS = ([], ["--starttls"], ["--resume"])
LOAD_THREADS = 2
MESSAGE = 4096  # octets
POSTMASTER_PAUSE = 10  # seconds: the device that he suspends must not come upon its limit of failures
WARM_UP = 5  # minutes, of which nothing is judged: the heap and the caches of SQLite fill
# What the shim may grow by: name, unit, most in an hour, and in any time, for the heap grows once more where more clients
# than ever meet. Of its memory that counts which it has to itself: what others have as well, such as libraries, changes
# with them.
MOST = {"anonymous": ("KiB", 4096, 512), "descriptors": ("", 4, 4), "threads": ("", 1, 1)}
LINES_OF_LOG = 200  # that are kept where something is amiss


class Trouble(Exception):
    """What the soak has found, in one line."""


class Soak:
    def __init__(self, site, seconds, rate):
        self.site, self.rate = site, rate
        self.interval = max(5, seconds / INTERVALS)
        self.count = max(1, round(seconds / self.interval))
        self.troubles, self.over = [], threading.Event()
        self.mix = Mix(site, rate * (1 - BULK), self.report)
        self.postmaster = Postmaster(site, POSTMASTER_PAUSE, self.report)
        self.table = Table()
        self.read, self.reader = threading.Event(), threading.Thread(target=self.read_logs)
        self.bulk = 0  # sessions of load, with a message each

    def report(self, trouble):
        self.troubles.append(" ".join(self.site.mask(trouble).split()))
        self.over.set()

    def read_logs(self):
        while not self.read.wait(1):
            for found in self.site.read_logs():
                self.report(found)

    def check(self):
        if self.site.shim.poll() is not None:
            self.report(f"the shim ended with {self.site.shim.returncode}")
        if self.troubles:
            raise Trouble(self.troubles[0])

    def run(self):
        self.reader.start()
        try:
            self.judge_traffic()
        except Trouble:
            lines = self.site.log().splitlines(keepends=True)[-LINES_OF_LOG:]
            pathlib.Path("soak.log").write_text(self.site.mask("".join(lines)))
            raise
        finally:
            self.read.set()
            self.reader.join()

    def judge_traffic(self):
        # Once everybody was there, and has gone, all that is made once is made.
        self.mix.every_kind()
        idle = self.wait_until_idle()
        begun = time.monotonic()
        self.mix.start()
        self.postmaster.start()
        try:
            for _ in range(self.count):
                self.add_line(begun)
        finally:
            for traffic in (self.postmaster, self.mix):
                traffic.stop()
        self.check_end(idle)
        self.check_growth()

    # --- An interval ---

    def add_line(self, begun):
        until = time.monotonic() + self.interval
        loads = [self.start_load(way) for way in WAYS]
        try:
            samples = self.sample(until)
            times = [each for way, load in zip(WAYS, loads) for each in self.end_load(way, load)]
        finally:
            for load in loads:
                load.kill()
                load.wait()
        line = {"minute": (time.monotonic() - begun) / 60, **samples, "store": self.site.store_size(), **self.mix.served}
        line["good"] = line.get("good", 0) + self.bulk
        line["median"], line["p99"] = statistics.median(times), statistics.quantiles(times, n=100, method="inclusive")[-1]
        self.table.add(line)

    def start_load(self, way):
        rate = self.rate * BULK / len(WAYS)
        return subprocess.Popen(
            [program("BENCH_DIR") + "/load", str(self.site.starttls_port if "--starttls" in way else self.site.port), *way,
             "--logins", self.site.logins, "--message", str(MESSAGE), "--times", "--concurrency", str(LOAD_THREADS),
             "--rate", str(rate), "--sessions", str(max(LOAD_THREADS, round(rate * self.interval)))],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def end_load(self, way, load):
        try:
            output, errors = load.communicate(timeout=self.interval + PATIENCE)
        except subprocess.TimeoutExpired:
            raise Trouble("good sessions hang") from None
        if load.returncode != 0:
            self.check()  # there may be a better reason
            raise Trouble(f"a good session failed: {errors.strip()}")
        figures = json.loads(output)
        self.bulk += figures["sessions"]
        if "--resume" in way and figures["resumed"] < figures["sessions"] - LOAD_THREADS:
            raise Trouble(f"of {figures['sessions']} TLS sessions only {figures['resumed']} were taken up again")
        return figures["times"]

    def sample(self, until):
        """The medians of what the shim has, up to this time."""
        taken = []
        while not taken or time.monotonic() < until:
            self.check()
            taken.append(self.look())
            self.over.wait(max(0, min(SAMPLING, until - time.monotonic())))
        return {name: statistics.median(each[name] for each in taken) for name in taken[0]}

    def look(self):
        pid = self.site.pid
        return {"PSS": memory(pid), "RSS": resident(pid), "anonymous": anonymous(pid), "descriptors": descriptors(pid),
                "threads": threads(pid)}

    # --- The judgement ---

    def wait_until_idle(self):
        """What the shim has when the last client has gone."""
        if not wait_until(lambda: self.check() or self.site.monitor.value("clientid_connections_open") == 0, 60):
            raise Trouble("connections are open, and all clients have gone")
        return self.look()

    def check_end(self, before):
        now = self.wait_until_idle()
        if now["descriptors"] > before["descriptors"] + MOST["descriptors"][2]:
            raise Trouble(f"{now['descriptors']} descriptors when all clients have gone, {before['descriptors']} before they came")
        taken = self.mix.messages + self.bulk
        if not wait_until(lambda: self.check() or self.site.delivered >= taken, 60) or self.site.delivered > taken:
            raise Trouble(f"of {taken} messages that were taken {self.site.delivered} are behind the shim")

    def check_growth(self):
        half = [line for line in self.table.lines[len(self.table.lines) // 2:] if line["minute"] > WARM_UP]
        if len(half) < FEWEST:
            print("growth is not judged: that takes 10 minutes")
            return
        times = [line["minute"] * 60 for line in half]
        for name, (unit, most_in_an_hour, most) in MOST.items():
            most = max(most_in_an_hour, most * HOUR / (times[-1] - times[0]))
            growth = Growth(times, [line[name] for line in half])
            said = f"{name}: {growth.likely:+.0f} {unit} an hour, {growth.least:+.0f} at the least, {most:.0f} may be".replace("  ", " ")
            print(said, flush=True)
            if growth.least > most and not (name == "anonymous" and sanitized(program("SHIM"))):
                raise Trouble(f"the shim grows, {said}")


def duration(text):
    """10m, 1h: seconds"""
    found = re.fullmatch(r"(\d+)([smh])", text)
    if not found:
        raise argparse.ArgumentTypeError("such as 10m or 1h")
    return int(found[1]) * {"s": 1, "m": 60, "h": HOUR}[found[2]]


def rate(text):
    if float(text) <= 0:
        raise argparse.ArgumentTypeError("more than 0")
    return float(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--for", dest="seconds", type=duration, default=HOUR, help="how long, such as 10m or 1h (1h)")
    parser.add_argument("--rate", type=rate, default=20, help="clients a second (20)")
    arguments = parser.parse_args()
    # For the shim and all others as well.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("soak: ended by SIGTERM"))
    soak = None
    try:
        with SoakedSite() as site:
            soak = Soak(site, arguments.seconds, arguments.rate)
            soak.run()
    except Skip as reason:
        print(f"skipped: {reason}")
        return 77
    except (Trouble, SiteError) as trouble:
        reason = str(trouble)
    else:
        reason = None
    finally:
        if soak:
            soak.table.save()
    print(f"soak: FAILED: {reason}" if reason else "soak: nothing amiss")
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main())
