"""A machine of its own for a test: what it installs, changes and starts there is gone when it ends.

    private_root.require()
    private_root.enter()    # the script begins anew, in the private root; there this does nothing

It sees this machine through an overlay in memory, and has its own processes, name (mail.example.com), network (loopback
alone, so that every port is free and nothing is fetched), /dev and /run. systemd does not run in it. It can be made by
root alone, where the kernel lets root mount.

With enter("one", "other") it is done for each of these names, and each time the name is returned.
"""
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys

from .waiting import Skip

NAME = "mail.example.com"
VARIANT = "PRIVATE_ROOT_VARIANT"
UNSHARE = ["unshare", "--mount", "--net", "--pid", "--ipc", "--uts", "--kill-child"]
# Where these are mounts, they are no business of the test, or are made anew.
OTHERS = ("/boot", "/dev", "/proc", "/run", "/sys")
# Always there, and of no use to a test.
PLACE = pathlib.Path("/sys")
DEVICES = ("full", "null", "random", "tty", "urandom", "zero")


def require():
    if VARIANT in os.environ:
        return
    if os.geteuid() != 0:
        raise Skip("a private root takes root")
    if not shutil.which("unshare"):
        raise Skip("a private root takes unshare(1)")
    tried = _start("--try", capture_output=True)
    if tried.returncode != 0:
        raise Skip(f"no private root can be made here: {tried.stderr.strip().splitlines()[0]}")


def enter(*variants):
    if VARIANT in os.environ:
        return os.environ[VARIANT]
    sys.exit(max(_start(*sys.argv, variant=variant).returncode for variant in variants or ("",)))


def _start(*arguments, variant="", **more):
    tests = str(pathlib.Path(__file__).resolve().parents[1])
    return subprocess.run([*UNSHARE, "--", sys.executable, "-m", "system.private_root", *arguments], text=True,
                          env={**os.environ, "PYTHONPATH": tests, VARIANT: variant}, **more)


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def mounts():
    """What of the file system is mounted apart from the rest, parents first."""
    points = [line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines()]
    return [point for point in sorted(set(points)) if os.path.isdir(point)
            and not any(point == other or point.startswith(other + "/") for other in OTHERS)]


def overlay(point, root, name):
    upper, work = PLACE / f"upper{name}", PLACE / f"work{name}"
    for directory in (upper, work):
        directory.mkdir()
    shutil.copystat(point, upper)
    mount("-t", "overlay", "-o", f"lowerdir={point},upperdir={upper},workdir={work}", "private", str(root) + point)


def make_root():
    points = mounts()
    mount("-t", "tmpfs", "-o", "mode=755", "private", str(PLACE))
    root = PLACE / "root"
    root.mkdir()
    for name, point in enumerate(points):
        overlay(point, root, name)
    mount("-t", "proc", "private", str(root / "proc"))
    for name in ("dev", "run"):
        mount("-t", "tmpfs", "-o", "mode=755", "private", str(root / name))
    for name in DEVICES:
        (root / "dev" / name).touch()
        mount("--bind", f"/dev/{name}", str(root / "dev" / name))
    (root / "dev/fd").symlink_to("/proc/self/fd")
    (root / "dev/shm").mkdir(mode=0o1777)
    (root / "run/lock").mkdir()
    return root


def raise_loopback():
    request = struct.pack("16sh14x", b"lo", 0x41)  # IFF_UP, IFF_RUNNING
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS


def main(arguments):
    """The first process of the private root: as init it has to wait for every orphan, and with it all end."""
    here = os.getcwd()
    root = make_root()
    raise_loopback()
    socket.sethostname(NAME)
    os.chroot(root)
    os.chdir(here)
    pathlib.Path("/etc/hosts").write_text(f"127.0.0.1 {NAME} localhost\n")
    if arguments == ["--try"]:
        return 0
    child = subprocess.Popen([sys.executable, *arguments])
    while True:
        pid, status = os.wait()
        if pid == child.pid:
            return os.waitstatus_to_exitcode(status) & 0xff


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
