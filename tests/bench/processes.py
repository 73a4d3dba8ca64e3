"""What processes cost: CPU seconds, system calls, memory, descriptors. Of CPU, calls and memory all of a server counts, its
threads and children with it.
"""
import os
import pathlib
import re
import signal
import subprocess

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid):
    """The process and all that come from it."""
    found, parents = [pid], {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = path.read_text().rsplit(") ", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents.setdefault(int(rest[1]), []).append(int(path.parent.name))
    for parent in found:
        found += parents.get(parent, [])
    return found


def cpu_seconds(pid):
    """Of the process and its children, those that have ended included."""
    ticks = 0
    for each in tree(pid):
        try:
            fields = pathlib.Path(f"/proc/{each}/stat").read_text().rsplit(") ", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def cpu_precise(pid):
    """The same in nanoseconds of the scheduler, for those that live; ticks are too coarse for short runs."""
    total = 0
    for each in tree(pid):
        for task in pathlib.Path(f"/proc/{each}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except (FileNotFoundError, ProcessLookupError):
                continue
    return total / 1e9


def memory(pid):
    """Proportional set size in KiB."""
    total = 0
    for each in tree(pid):
        try:
            text = pathlib.Path(f"/proc/{each}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1])
    return total


def resident(pid, kind="VmRSS"):
    """Resident set size of this process alone, in KiB."""
    return int(re.search(rf"^{kind}:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1])


def anonymous(pid):
    """Of that, what comes from no file: heap and stacks."""
    return resident(pid, "RssAnon")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


class SystemCalls:
    """Counts them while the block runs: `with SystemCalls(pid) as calls: ...; calls.total`."""

    def __init__(self, pid):
        self.pids = tree(pid)
        self.total = 0

    def __enter__(self):
        # The summary must not be lost behind the lines of a tracee.
        self.strace = subprocess.Popen(
            ["strace", "-f", "-c", "-q", "-S", "calls", *(word for pid in self.pids for word in ("-p", str(pid)))],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        while not all(self._traced(pid) for pid in self.pids):
            if self.strace.poll() is not None:
                raise SystemExit("strace: " + self.strace.stderr.read())
        return self

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGINT)
        summary = self.strace.communicate()[1]
        self.summary = summary
        self.total = int(re.search(r"^100\.00\s+\S+\s+(?:\d+\s+)?(\d+)\s+(?:\d+\s+)?total$", summary, re.M)[1])

    @staticmethod
    def _traced(pid):
        return all("TracerPid:\t0\n" not in (task / "status").read_text()
                   for task in pathlib.Path(f"/proc/{pid}/task").glob("*"))
