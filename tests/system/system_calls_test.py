"""The shim, confined as the unit says, does all that it is there for: no system call is missing, no file, no address family.

Each walk is done twice: once as systemd has it, where a call that is not allowed fails, and once where it ends the process,
so that one which nobody misses is seen as well. games stands for the user clientid.
"""
import errno
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import unit
from system.builds import sanitized
from system.client import connected
from system.journald import Journald, require_journald
from system.mechanisms import REFUSED, SASLAUTHD, login, plain, scram
from system.monitored import Monitor
from system.postfix import require_postfix
from system.postgresql import Postgresql, require_postgresql
from system.saslauthd import Saslauthd, require_saslauthd
from system.site import NAME, Site, prefer_plain_build, program
from system.verdict_test import require_loadable_module
from system.waiting import Skip, run_tests, wait_until

USER = "games"
MESSAGE = "Subject: by a confined shim\r\n\r\n" + "x" * 70 + "\r\n"
# What a shell script does, and then the alert is there: pipes, and files in a directory that may be written to.
TELL = '#!/bin/sh\ngrep -c kind </dev/stdin | cat >"$0.$$" && mv "$0.$$" "$0.done"\n'
# Calls that a service has no use for, and what systemd answers.
IN_VAIN = """\
import ctypes, errno, mmap, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def error(result):
    return ctypes.get_errno() if result == -1 else 0
def of(attempt):
    try:
        attempt()
    except OSError as failure:
        return failure.errno
    return 0
print([
    of(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
    of(lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)),
    error(libc.unshare(0x10000000)),
    error(libc.personality(8)),
    of(lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))),
    of(lambda: os.chmod(sys.argv[1], 0o4755)),
    of(lambda: open("/etc/nobody", "w")),
    of(lambda: os.stat("/proc/1")),
    of(lambda: open("/proc/sys/kernel/hostname")),
])
"""
# Where it is allowed, there is no such queue.
MSGGET = "import ctypes; libc = ctypes.CDLL(None, use_errno=True); print(libc.msgget(1, 0), ctypes.get_errno())"
MLOCKALL = "import ctypes; ctypes.CDLL(None).mlockall(7)"


class Walks:
    """`error` is that of a call that is not allowed; None where it ends the process."""

    def site(self, config=(), inside=(), **more):
        site = self.enterContext(Site(["log-level = info", *config], backend="postfix", **more))
        unit.give(site, USER)
        site.ctl("policy set mode=enforce")
        site.ctl("bind alice UUID -", site.token("phone"))
        self.inside = inside
        return site

    def start(self, site):
        site.start(*self.inside, *unit.confined(site.dir, USER, "postfix", error=self.error))
        # Connections wait from before it is through with all that it does at its start.
        self.assertTrue(wait_until(lambda: "listening listen=" in site.log()), site.log())
        status = pathlib.Path(f"/proc/{site.shim.pid}/status").read_text()
        self.assertRegex(status, r"\nSeccomp:\t2\n")

    def log_in(self, site, mechanism, device="phone"):
        with connected(site, device) as client:
            return mechanism(client, site, site.passwords["alice"])

    def deliver(self, site, mechanism, device="phone"):
        before = len(site.postfix.messages())
        with connected(site, device) as client:
            self.assertEqual(mechanism(client, site, site.passwords["alice"])[0], 235)
            client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        self.assertTrue(wait_until(lambda: len(site.postfix.messages()) > before), site.mask(site.log()))

    def end(self, site):
        """Site.__exit__() looks at the status as well."""
        self.assertNotRegex(site.log(), r"capabilities-kept|(alert|judge|store|task)-failure|-waits ")
        limits = pathlib.Path(f"/proc/{site.shim.pid}/limits").read_text()
        self.assertEqual(bool(re.search(r"Max locked memory +unlimited", limits)), "memory-not-locked" not in site.log())
        site.shim.terminate()
        self.assertEqual(site.shim.wait(20), 0)

    def test_every_way_in_and_all_that_is_told_of_it(self):
        monitor = Monitor()
        site = self.site([*monitor.config, "pid-file = {dir}/pid", f"verdict-socket = {{dir}}/verdict {USER}:postfix 0660",
                          "alert-command = {dir}/tell", "alert-mail = account", f"alert-from = bob@{NAME}",
                          "backend = smtp://localhost:{backend}", "workers = 2"])
        tell = site.dir / "tell"
        tell.write_text(TELL)
        tell.chmod(0o755)
        self.start(site)
        self.assertEqual((site.dir / "pid").read_text(), f"{site.shim.pid}\n")
        self.assertEqual((site.dir / "verdict").stat().st_mode & 0o777, 0o660)
        for mechanism in (plain, login, scram):
            self.assertEqual(self.log_in(site, mechanism, "stranger"), REFUSED)
            self.deliver(site, mechanism)
        with site.connect("tls") as client:
            self.assertEqual(client.recv(4), b"220 ")
        monitor.wait("/readyz")
        self.assertIn("clientid_auth_attempts_total", monitor.scrape())

        site.ctl("policy set mode=learn")
        self.deliver(site, plain, "tablet")
        self.assertTrue(wait_until((site.dir / "tell.done").exists), site.log())
        self.assertEqual((site.dir / "tell.done").read_text(), "1\n")
        self.assertTrue(wait_until(lambda: any("new device bound" in text for text in site.postfix.messages())), site.log())
        self.assertTrue(wait_until(lambda: '"enrolled"' in site.ctl("history alice --json")))

        site.make_certificate()
        for name in ("cert.pem", "key.pem"):
            os.chown(site.dir / name, (site.dir / "sasl").stat().st_uid, -1)
        site.reload()
        self.deliver(site, scram, "tablet")
        self.end(site)
        self.assertFalse((site.dir / "pid").exists())
        self.assertFalse((site.dir / "verdict").exists())

    def test_passwords_that_saslauthd_knows(self):
        site = self.site(["mechanisms = PLAIN LOGIN"], sasl=SASLAUTHD)
        with Saslauthd(site.dir / "saslauthd", site.dir / "sasldb"):
            self.start(site)
            self.deliver(site, plain)
            self.deliver(site, login)
            self.end(site)

    def test_passwords_that_the_back_end_knows(self):
        site = self.site(["password-check = backend", "handover = none", "mechanisms = PLAIN LOGIN"])
        self.start(site)
        self.deliver(site, plain)
        self.end(site)

    def test_a_back_end_that_asks(self):
        """Through the verdict socket, in the name of its own user."""
        plugins = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        plugins.chmod(0o755)
        Site.add_plugins(plugins, os.environ["FOREIGN_PLUGIN_DIR"])
        asking = "auxprop_plugin: sasldb clientid\ncanon_user_plugin: clientid\nclientid_service: unix:{site}/verdict\n"
        site = self.site(["auth = backend", f"verdict-socket = {{dir}}/verdict {USER}:postfix 0660", "mechanisms = PLAIN"],
                         postfix={"sasl": asking, "main": f"import_environment = MAIL_CONFIG MAIL_LOGTAG SASL_PATH={plugins}\n"})
        self.start(site)
        self.deliver(site, plain)
        self.assertIn("verdict=allow reason=bound service=smtp", site.log())
        self.end(site)

    def test_a_store_in_postgresql(self):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        server = self.enterContext(Postgresql(directory))
        site = self.site(store=server.url("mail"))
        self.start(site)
        self.deliver(site, plain)
        self.assertTrue(wait_until(lambda: '"authenticated"' in site.ctl("history alice --json")))
        server.restart()
        self.assertTrue(wait_until(lambda: self.log_in(site, plain)[0] == 235, 20))
        site.shim.terminate()
        self.assertEqual(site.shim.wait(20), 0)

    def test_the_log_in_the_journal_and_in_syslog(self):
        journal = self.enterContext(Journald())
        site = self.site(inside=journal.inside)
        self.start(site)
        for count, target in enumerate(("journal", "syslog"), 1):
            site.configure(f"log = {target}")
            site.shim.send_signal(signal.SIGHUP)
            self.assertTrue(wait_until(lambda: journal.show().count("reloaded") == count), site.log())
            self.assertEqual(self.log_in(site, plain)[0], 235)
            self.assertTrue(wait_until(lambda: journal.show().count("outcome=authenticated") == count))
        self.end(site)


class Refused(Walks, unittest.TestCase):
    error = unit.refusal()


class Killed(Walks, unittest.TestCase):
    error = None


class Confined(unittest.TestCase):
    """So that what stands above proves something."""

    def run_in(self, script, **more):
        directory = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        shutil.chown(directory, USER)
        return subprocess.run([*unit.confined(directory, USER, **more), unit.PYTHON, "-c", script, directory],
                              capture_output=True, text=True)

    def test_what_a_service_has_no_use_for_fails(self):
        done = self.run_in(IN_VAIN, error=unit.refusal())
        self.assertEqual(done.stdout, f"{[errno.EAFNOSUPPORT, *[errno.EPERM] * 5, errno.EROFS, *[errno.ENOENT] * 2]}\n",
                         done.stderr)

    def test_a_call_that_is_not_allowed(self):
        self.assertEqual(self.run_in(MSGGET, error=unit.refusal()).stdout, f"-1 {unit.refusal()}\n")
        self.assertEqual(self.run_in(MSGGET).returncode, -signal.SIGSYS)

    def test_memory_may_be_locked(self):
        """Whether it is, is for the limit to say, which in some containers nobody may lift."""
        self.assertEqual(self.run_in(MLOCKALL).returncode, 0)

    def test_what_the_unit_leaves_is_no_more_than_it_must_be(self):
        """Of what kernels were broken into by, and what would undo a limit of the unit's."""
        for group in ("@aio", "@clock", "@debug", "@keyring", "@module", "@mount", "@obsolete", "@raw-io", "@reboot",
                      "@resources", "@setuid", "@swap"):
            self.assertEqual(unit.system_calls() & unit.members(group), set(), group)


def require_plain_build():
    prefer_plain_build()
    if sanitized(program("SHIM")):
        raise Skip("sanitizers make system calls of their own, and there is no build without them")


if __name__ == "__main__":
    run_tests(unit.require_confinement, require_plain_build, require_loadable_module, require_postfix, require_postgresql,
              require_saslauthd, require_journald)
