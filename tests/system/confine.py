"""Becomes a program that may make the system calls alone that a unit of systemd leaves it, where systemd is not process 1.

    confine.py RULES PROGRAM ARGUMENT...

RULES is JSON: "calls" that are allowed; "error", the number that any other one ends with, or null where it shall end the
process, so that none goes unseen; and "restrictions", lines of the unit, for which the rules are those of systemd
(src/shared/seccomp-util.c). libseccomp is there wherever systemd is.
"""
import ctypes
import errno
import json
import os
import socket
import stat
import sys

ALLOW, KILL = 0x7fff0000, 0x80000000
NOT_EQUAL, EQUAL, GREATER, MASKED = 1, 4, 6, 7
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
# As clone(2) has them: cgroup, IPC, network, mount, process, user, host name, time.
NAMESPACES = (0x02000000, 0x08000000, 0x40000000, 0x00020000, 0x20000000, 0x10000000, 0x04000000, 0x00000080)


class Condition(ctypes.Structure):
    """Of one argument of the call; with MASKED, `value` is the mask."""
    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int), ("value", ctypes.c_uint64),
                ("masked", ctypes.c_uint64)]


def failure(error):
    return 0x00050000 | error


def masked(argument, bits):
    return argument, MASKED, bits, bits


class Filter:
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p

    def __init__(self, otherwise):
        self.context = ctypes.c_void_p(self.library.seccomp_init(ctypes.c_uint32(otherwise)))

    def add(self, action, call, *conditions):
        """A call that this machine does not have, or libseccomp does not know, is passed over, as by systemd."""
        number = self.library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return
        array = (Condition * len(conditions))(*(Condition(*condition) for condition in conditions))
        self.check(self.library.seccomp_rule_add_array(self.context, ctypes.c_uint32(action), number, len(conditions),
                                                       array), call)

    def load(self):
        self.check(self.library.seccomp_load(self.context), "seccomp_load")

    @staticmethod
    def check(result, what):
        if result < 0:
            raise OSError(-result, f"{what}: {os.strerror(-result)}")


def restrict_address_families(names):
    families = [getattr(socket, name) for name in names.split()]
    for family in range(max(families)):
        if family not in families:
            yield failure(errno.EAFNOSUPPORT), "socket", (0, EQUAL, family)
    yield failure(errno.EAFNOSUPPORT), "socket", (0, GREATER, max(families))


def memory_deny_write_execute():
    yield failure(errno.EPERM), "mmap", masked(2, PROT_WRITE | PROT_EXEC)
    yield failure(errno.EPERM), "mprotect", masked(2, PROT_EXEC)
    yield failure(errno.EPERM), "pkey_mprotect", masked(2, PROT_EXEC)
    yield failure(errno.EPERM), "shmat", masked(2, SHM_EXEC)


def lock_personality():
    yield failure(errno.EPERM), "personality", (0, NOT_EQUAL, 0)


def restrict_namespaces():
    yield failure(errno.EPERM), "setns"
    yield failure(errno.ENOSYS), "clone3"  # its flags are out of reach
    for bit in NAMESPACES:
        yield failure(errno.EPERM), "unshare", masked(0, bit)
        if bit != NAMESPACES[-1]:  # in clone(2) this is the signal at the end
            yield failure(errno.EPERM), "clone", masked(0, bit)


def restrict_realtime():
    for policy in (os.SCHED_FIFO, os.SCHED_RR, 4):
        yield failure(errno.EPERM), "sched_setscheduler", (1, EQUAL, policy)
    yield failure(errno.EPERM), "sched_setscheduler", (1, GREATER, os.SCHED_IDLE)


def restrict_suid_sgid():
    yield failure(errno.ENOSYS), "openat2"  # as clone3
    for bit in (stat.S_ISUID, stat.S_ISGID):
        for call, mode in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("fchmodat2", 2), ("mkdir", 1), ("mkdirat", 2),
                           ("mknod", 1), ("mknodat", 2), ("creat", 1)):
            yield failure(errno.EPERM), call, masked(mode, bit)
        for call, flags in (("open", 1), ("openat", 2)):
            yield failure(errno.EPERM), call, masked(flags, os.O_CREAT), masked(flags + 1, bit)


SWITCHES = {"LockPersonality": lock_personality, "MemoryDenyWriteExecute": memory_deny_write_execute,
            "RestrictNamespaces": restrict_namespaces, "RestrictRealtime": restrict_realtime,
            "RestrictSUIDSGID": restrict_suid_sgid}


def load_restriction(key, value):
    rules = restrict_address_families(value) if key == "RestrictAddressFamilies" else SWITCHES[key]()
    if key in SWITCHES and value != "yes":
        raise ValueError(f"{key}={value} is not known here")
    restricting = Filter(ALLOW)
    for rule in rules:
        restricting.add(*rule)
    restricting.load()


def main(rules, *command):
    rules = json.loads(rules)
    for key, value in rules["restrictions"].items():
        load_restriction(key, value)
    only = Filter(KILL if rules["error"] is None else failure(rules["error"]))
    for call in rules["calls"]:
        only.add(ALLOW, call)
    # The last one, for it leaves no call that could load another.
    only.load()
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
