"""The unit of systemd that was built, and what it makes of a process, for where systemd is not process 1.

    unit.prefix("games", "postfix")                  # becomes the command behind it: this user, its group and another one
    unit.confined(directory, "games", "postfix")     # the same, with what the unit leaves of files and system calls alone
"""
import errno
import functools
import grp
import json
import os
import pathlib
import pwd
import shutil
import subprocess

from .site import program
from .waiting import Skip

UNIT = pathlib.Path(program("SHIM")).parent / "shim/etc/clientid-shim.service"
# That of the tests may be somewhere that the user cannot get at.
PYTHON = "/usr/bin/python3"
CONFINE = pathlib.Path(__file__).with_name("confine.py")
# What they mean for system calls, confine.py knows. What the others do to them, the list of calls does as well.
RESTRICTIONS = ("LockPersonality", "MemoryDenyWriteExecute", "RestrictAddressFamilies", "RestrictNamespaces",
                "RestrictRealtime", "RestrictSUIDSGID")
# In some containers not even root may lift the second one.
LIMITS = 'ulimit -c 0; ulimit -l unlimited 2>/dev/null || :; exec "$@"'
# ProtectSystem=strict, where $0 stands for what StateDirectory and RuntimeDirectory leave; ProtectProc and ProcSubset.
FILES = """set -e
mount --bind "$0" "$0"
mount -t proc -o hidepid=invisible,subset=pid proc /proc
mount -o remount,bind,ro /
exec "$@"
"""


def values(key):
    """Its lines with this key."""
    return [line.partition("=")[2] for line in UNIT.read_text().splitlines() if line.startswith(key + "=")]


def value(key):
    [only] = values(key)
    return only


def give(site, user):
    """To the user of the shim, what belongs to it; keys and passwords it may read."""
    account = pwd.getpwnam(user)
    for path in (site.dir, *site.dir.glob("clientid.db*"), *(site.dir / name for name in ("cert.pem", "key.pem", "sasl",
                                                                                          "plugins"))):
        os.chown(path, account.pw_uid, account.pw_gid)
    os.chown(site.dir / "clientid.key", 0, account.pw_gid)
    (site.dir / "clientid.key").chmod(0o640)


def prefix(user, *groups):
    right = value("CapabilityBoundingSet")
    if value("AmbientCapabilities") != right:
        raise ValueError("the unit gives other capabilities than it leaves")
    rights = "-all,+" + right.removeprefix("CAP_").lower()
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    if (value("LimitCORE"), value("LimitMEMLOCK")) != ("0", "infinity"):
        raise ValueError("the unit has other limits")
    return ["sh", "-c", LIMITS, "sh",
            "setpriv", f"--reuid={user}", f"--regid={group}", f"--groups={','.join(groups)}" if groups else "--clear-groups",
            "--no-new-privs", f"--inh-caps={rights}", f"--ambient-caps={rights}", f"--bounding-set={rights}",
            "sh", "-c", f'umask {value("UMask")}; exec "$@"', "sh"]


def confined(directory, user, *groups, error=None, without=()):
    """`directory` may be written to. A system call that is not allowed ends with this error, or else ends the process;
    `without` are some that the unit would allow."""
    rules = {"calls": sorted(system_calls() - set(without)), "error": error,
             "restrictions": {key: value(key) for key in RESTRICTIONS}}
    return ["unshare", "--mount", "--", "sh", "-c", FILES, directory, *prefix(user, *groups), PYTHON, CONFINE,
            json.dumps(rules)]


def refusal():
    """The number of the error of a system call that is refused."""
    return getattr(errno, value("SystemCallErrorNumber"))


def system_calls():
    """The names that SystemCallFilter leaves: its first line begins a list, the others add to it, or take away."""
    first, *others = values("SystemCallFilter")
    allowed = members("@default") | expanded(first)
    for line in others:
        allowed = allowed - expanded(line[1:]) if line.startswith("~") else allowed | expanded(line)
    return allowed


def expanded(names):
    return set().union(*(members(name) if name.startswith("@") else {name} for name in names.split()))


@functools.cache
def members(group):
    listed = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter", group], capture_output=True, text=True,
                            check=True).stdout
    names = {line.strip() for line in listed.splitlines() if line.startswith(" ") and not line.strip().startswith("#")}
    return set().union(*(members(name) if name.startswith("@") else {name} for name in names))


def require_confinement():
    if os.geteuid() != 0:
        raise Skip("a service can be confined by root alone")
    if not shutil.which("systemd-analyze"):
        raise Skip("there is no systemd-analyze here, to tell which system calls the unit allows")
    done = subprocess.run([*confined("/tmp", "games"), "true"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Skip(f"a service cannot be confined here: {(done.stderr.splitlines() or [done.returncode])[-1]}")
