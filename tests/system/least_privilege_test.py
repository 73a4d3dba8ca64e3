"""What the shim may still do once it serves: nothing that is root's, in none of its threads, however it was started.

games stands for the user clientid here, and daemon for a group that it is in as well.
"""
import grp
import os
import pathlib
import pwd
import secrets
import shutil
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import unit
from system.client import connected
from system.mechanisms import plain
from system.site import Site
from system.waiting import Skip, run_tests, wait_until

USER, GROUP = "games", "daemon"
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
NONE, ALL = "0000000000000000", pathlib.Path("/proc/self/status").read_text().split("CapBnd:\t")[1][:16]
PORT, BIND_SERVICE = 587, f"{1 << 10:016x}"
KEEP = '#!/bin/sh\ncat /proc/self/status >{dir}/new && mv {dir}/new {dir}/told\n'


def require_user():
    if os.geteuid() != 0:
        raise Skip("only root can start the shim as root, and as another user")


def status_of(text):
    """/proc/PID/status: name -> value."""
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


class LeastPrivilege(unittest.TestCase):
    def setUp(self):
        self.site = self.enterContext(Site(["log-level = info", "workers = 2", "alert-command = {dir}/tell"]))
        command = self.site.dir / "tell"
        command.write_text(KEEP.format(dir=self.site.dir))
        command.chmod(0o755)
        unit.give(self.site, USER)
        self.give_passwords(USER)

    def give_passwords(self, group):
        shutil.chown(self.site.dir / "sasldb", group=group)
        (self.site.dir / "sasldb").chmod(0o640)

    def threads(self):
        """The status of each, when there are all that the shim ever has."""
        with connected(self.site, "phone") as client:
            self.assertEqual(plain(client, self.site, self.site.passwords["alice"])[0], 235)
        tasks = pathlib.Path(f"/proc/{self.site.shim.pid}/task")
        found = [status_of((task / "status").read_text()) for task in tasks.iterdir()]
        self.assertGreater(len(found), 5)
        return found

    def check(self, status, group, others, bounding):
        user, group = pwd.getpwnam(USER).pw_uid, grp.getgrnam(group).gr_gid
        self.assertEqual(status["Uid"].split(), [str(user)] * 4)
        self.assertEqual(status["Gid"].split(), [str(group)] * 4)
        self.assertEqual(sorted(map(int, status["Groups"].split())), sorted(others))
        self.assertEqual({name: status[name] for name in CAPABILITIES},
                         {**dict.fromkeys(CAPABILITIES, NONE), "CapBnd": bounding})
        self.assertEqual(status["NoNewPrivs"], "1")

    def check_all(self, others, bounding, group=USER):
        """In every thread, and in the program that it runs."""
        for status in self.threads():
            self.check(status, group, others, bounding)
        # The device was new.
        self.assertTrue(wait_until((self.site.dir / "told").exists), self.site.log())
        self.check(status_of((self.site.dir / "told").read_text()), group, others, bounding)
        proc = pathlib.Path(f"/proc/{self.site.shim.pid}")
        self.assertRegex((proc / "limits").read_text(), r"Max core file size +0 +0 ")
        # The memory of a process that may not be dumped belongs to root.
        self.assertEqual((proc / "mem").stat().st_uid, 0)
        for event in ("capabilities-kept", "runs-as-root"):
            self.assertNotIn(event, self.site.log())

    def test_as_root_it_becomes_its_user(self):
        self.site.config.append(f"user = {USER}")
        self.site.start()
        self.check_all(os.getgrouplist(USER, grp.getgrnam(USER).gr_gid), NONE)
        self.site.reload()

    def test_as_root_it_becomes_its_user_in_another_group(self):
        self.site.config += [f"user = {USER}", f"group = {GROUP}"]
        self.give_passwords(GROUP)
        self.site.start()
        self.check_all(os.getgrouplist(USER, grp.getgrnam(GROUP).gr_gid), NONE, GROUP)

    def test_as_an_ordinary_user(self):
        """Only root can empty the bounding set; without new privileges there is nothing to be had from it."""
        self.site.start("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups")
        self.check_all([], ALL)
        self.site.reload()

    def test_as_an_ordinary_user_with_every_capability(self):
        every = ",".join(f"+cap_{number}" for number in range(64) if int(ALL, 16) >> number & 1)
        self.site.start("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", f"--inh-caps={every}",
                        f"--ambient-caps={every}")
        self.check_all([], ALL)

    def test_as_the_unit_it_gives_up_the_right_that_it_has_used(self):
        """To listen below 1024. A reload takes up no other address, so nothing wants it again."""
        if int(pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text()) <= PORT:
            self.skipTest(f"here everybody may listen on port {PORT}")
        host = ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])
        others = [f"listen = 127.0.0.1:{self.site.ports[spoken]} {spoken}" for spoken in ("starttls", "tls")]
        self.site.config += [f"listen = {host}:{PORT} starttls", *others]
        self.site.start(*unit.prefix(USER, GROUP))
        self.check_all([grp.getgrnam(GROUP).gr_gid], BIND_SERVICE)
        self.site.configure(f"listen = {host}:{PORT - 1} starttls", *others)
        self.site.reload()
        self.assertIn("needs-restart key=listen", self.site.log())
        with socket.create_connection((host, PORT), timeout=20) as client:
            self.assertEqual(client.recv(4), b"220 ")

    def test_root_that_stays_root_is_told_so(self):
        self.site.start()
        self.assertTrue(wait_until(lambda: "runs-as-root mend=" in self.site.log()))
        self.assertEqual({status["NoNewPrivs"] for status in self.threads()}, {"1"})


if __name__ == "__main__":
    run_tests(require_user)
