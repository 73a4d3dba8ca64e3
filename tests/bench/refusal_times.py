#!/usr/bin/env python3
"""How long refusals take (D6.6): for a wrong password, an unknown account, a refused device, a limit that was reached.
Who can tell these apart by their times has an oracle.

    SHIM=... CLIENTIDCTL=... SASL_PLUGIN_DIR=... SRCDIR=... refusal_times.py [ATTEMPTS]

Prints the distribution of each, and how much of it lies within the range that is common to all. The shim is the real
one, with the failure-delay of a site; kinds take turns, so that all of them see the same machine.
"""
import os
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(os.environ["SRCDIR"]) / "tests"))
from system.client import connected
from system.site import Site
from system.waiting import wait_until

REPLY = (535, b"5.7.8 Authentication credentials invalid")
BINS = 8


def refuse(site, kind):
    """One refusal of this kind; the seconds that it took."""
    account, password, device = {
        "wrong password": ("alice", "wrong", "phone"),
        "unknown account": ("nobody", "wrong", "phone"),
        "refused device": ("alice", site.passwords["alice"], "stranger"),
        "limit reached": ("bob", site.passwords["bob"], "stranger"),
    }[kind]
    with connected(site, device) as client:
        begun = time.monotonic()
        reply = client.docmd("AUTH", "PLAIN " + site.plain(account, password))
        took = time.monotonic() - begun
    if reply != REPLY:
        raise SystemExit(f"{kind}: answered with {reply}")
    return took


def prepare(site):
    """Nothing else than what is measured may refuse."""
    site.ctl("policy set mode=enforce device-failures=none address-failures=none account-failures=none"
             " detect-account=none detect-device=none detect-address=none")
    site.ctl("bind alice UUID -", site.token("phone"))
    site.ctl("account set bob account-failures=1/24h")
    site.start()
    with connected(site, "stranger") as client:
        client.docmd("AUTH", "PLAIN " + site.plain("bob", "wrong"))
    # The counters are written together with the history.
    if not wait_until(lambda: "unbound" in site.ctl("history bob")):
        raise SystemExit("the limit is not reached")


def histogram(times, low, high):
    counts = [0] * BINS
    for seconds in times:
        counts[min(BINS - 1, int((seconds - low) / (high - low) * BINS))] += 1
    return " ".join(f"{count:4}" for count in counts)


def main():
    attempts = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    kinds = ("wrong password", "unknown account", "refused device", "limit reached")
    times = {kind: [] for kind in kinds}
    with Site(["failure-delay = 1s"]) as site:
        prepare(site)
        for _ in range(attempts):
            for kind in kinds:
                times[kind].append(refuse(site, kind))
    low, high = (pick(seconds for all_of in times.values() for seconds in all_of) for pick in (min, max))
    common = max(map(min, times.values())), min(map(max, times.values()))
    print(f"{attempts} refusals of each kind, in milliseconds; the last columns are a histogram"
          f" from {low * 1000:.0f} to {high * 1000:.0f}")
    print(f"{'':16} {'min':>7} {'median':>7} {'max':>7} {'common':>7}")
    for kind in kinds:
        within = sum(common[0] <= seconds <= common[1] for seconds in times[kind]) / attempts
        print(f"{kind:16} {min(times[kind]) * 1000:7.0f} {statistics.median(times[kind]) * 1000:7.0f}"
              f" {max(times[kind]) * 1000:7.0f} {within:7.0%}   {histogram(times[kind], low, high)}")


if __name__ == "__main__":
    main()
