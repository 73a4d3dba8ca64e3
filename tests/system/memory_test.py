"""Reading memory: no core is dumped, nothing is swapped out, and when a session is over, its secrets are gone.

What the kernel shows root of the running shim is searched for every token and password that it was told.
"""
import base64
import os
import pathlib
import re
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import unit
from system.builds import sanitized
from system.client import connected
from system.mechanisms import REFUSED, login, plain, scram, site_with
from system.postfix import require_postfix
from system.site import NAME, Site, prefer_plain_build, program
from system.waiting import Skip, run_tests, wait_until

MESSAGE = "Subject: remembered by nobody\r\n\r\ntext\r\n"
MECHANISMS = (plain, login, scram)
# What sasldb looks up, Berkeley DB has read in whole pages of its file, and it gives their memory back as it is. Nothing
# of ours comes near it. What a client said that is in no sasldb is looked for everywhere: a guess.
OF_SASLDB = ["password of alice", "password of bob"]

# To lock memory beyond the limit.
CAP_IPC_LOCK = 14
WITHOUT_RIGHT = ["setpriv", "--bounding-set=-sys_resource,-ipc_lock"]


def require_root():
    if os.geteuid() != 0:
        raise Skip("the memory of the shim can be read by root alone")


def memory_of(pid):
    """All that it may write to, piece by piece."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights, *_, = line.split()
            if not rights.startswith("rw") or line.endswith(("[vvar]\n", "[vsyscall]\n")):
                continue
            begin, end = (int(number, 16) for number in span.split("-"))
            try:
                memory.seek(begin)
                yield f"{span} {' '.join(line.split()[5:])}", memory.read(end - begin)
            except (OSError, OverflowError):
                continue


class SearchTest(unittest.TestCase):
    def setUp(self):
        prefer_plain_build()
        if sanitized(program("SHIM")):
            self.skipTest("a sanitizer maps more memory than can be searched again and again")

    def start(self, site):
        site = self.enterContext(site)
        site.passwords["guess"] = secrets.token_urlsafe(12)  # of nobody
        site.ctl("policy set mode=enforce")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site

    @staticmethod
    def forms_of(site):
        """By name, what would show a secret: in clear text, in base64, and as PLAIN."""
        forms = dict(site.tokens)
        for name, password in site.passwords.items():
            forms[f"password of {name}"] = password
            forms[f"base64 of {name}"] = base64.b64encode(password.encode()).decode().rstrip("=")[:-1]
            forms[f"PLAIN of {name}"] = site.plain("alice", password).rstrip("=")[:-1]
        return {name: text.encode() for name, text in forms.items()}

    def found(self, site, but=()):
        """Where something of it lies, without showing it."""
        return [f"{name} at {place}+{content.index(form):x}" for place, content in memory_of(site.shim.pid)
                for name, form in self.forms_of(site).items() if form in content and name not in but]

    def check_forgotten(self, site, but=()):
        self.assertTrue(wait_until(lambda: site.log().count(": connect ") == site.log().count(": disconnect ")))
        # The last thread that had to do with it may not be through.
        if not wait_until(lambda: not self.found(site, but)):
            self.fail(f"still there: {self.found(site, but)}")

    def check_mechanisms(self, site, mechanisms, but=()):
        """Right and wrong ones."""
        for mechanism in mechanisms:
            for device, name, accepted in (("phone", "alice", True), ("phone", "guess", False), ("stranger", "alice", False),
                                           (None, "alice", False)):
                with self.subTest(mechanism=mechanism.__name__, device=device, accepted=accepted):
                    with connected(site, device) as client:
                        reply = mechanism(client, site, site.passwords[name])
                        self.assertEqual(reply[0] if accepted else reply, 235 if accepted else REFUSED)
                        if accepted and site.postfix:
                            client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
                    self.check_forgotten(site, but)

    def test_a_search_finds_what_is_there(self):
        """So that what stands below proves something."""
        site = self.start(Site())
        with connected(site, "phone"):
            self.assertRegex(self.found(site)[0], "^phone at ")

    def test_passwords_that_the_back_end_knows(self):
        self.check_mechanisms(self.start(Site(["password-check = backend", "handover = none", "mechanisms = PLAIN LOGIN"],
                                              backend="postfix")), [plain, login])

    def test_passwords_that_are_replayed(self):
        self.check_mechanisms(self.start(Site(["handover = replay", "mechanisms = PLAIN"], backend="postfix")), [plain],
                              OF_SASLDB)

    def test_passwords_that_saslauthd_knows(self):
        self.check_mechanisms(self.start(site_with("saslauthd")), [plain, login])

    def test_passwords_that_sasldb_holds(self):
        self.check_mechanisms(self.start(Site(backend="postfix")), MECHANISMS, OF_SASLDB)

    def test_after_sessions_that_were_cut_off(self):
        site = self.start(Site(backend="postfix"))
        for last in ("", "AUTH PLAIN", "AUTH LOGIN", "MAIL FROM:<>"):
            with self.subTest(last=last):
                client = self.enterContext(connected(site, "phone"))
                plain(client, site, site.passwords["guess"])
                if last:
                    client.docmd(last)
                client.close()
                self.check_forgotten(site, OF_SASLDB)

    def test_after_commands_that_were_wrong(self):
        site = self.start(Site())
        with connected(site) as client:
            client.docmd("CLIENTID UUID", f"{site.token('bad')} {site.token('worse')}")
            client.docmd("CLIENTIDS UUID", site.token("verb"))
            client.docmd("AUTH PLAIN", site.plain("alice", site.passwords["alice"]) + "=")
            client.docmd("AUTH LOGIN", site.passwords["alice"])
            client.docmd("*")
        self.check_forgotten(site)


class CoreTest(unittest.TestCase):
    def test_no_core(self):
        """The shim leaves nothing when it is killed."""
        site = self.enterContext(Site())
        cores = pathlib.Path("/proc/sys/kernel/core_pattern").read_text()
        resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2)
        site.start()
        limits = pathlib.Path(f"/proc/{site.shim.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")
        site.shim.send_signal(signal.SIGABRT)
        status = os.waitid(os.P_PID, site.shim.pid, os.WEXITED)
        self.assertEqual(status.si_code, os.CLD_KILLED, f"it dumped its core by {cores}")
        site.shim.returncode = 0

    def test_no_core_of_clientidctl(self):
        """Nor where the kernel pipes cores and takes no notice of the limit; and no process of its user looks into it. For
        either it says that it is not to be dumped, and its memory belongs to root then."""
        site = self.enterContext(Site())
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", program("CLIENTIDCTL"), "--config",
                   site.dir / "clientid.conf", "bind", "alice", "UUID", "-"]
        with subprocess.Popen(command, env=site.environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            proc = pathlib.Path(f"/proc/{process.pid}")
            self.assertTrue(wait_until(lambda: os.readlink(proc / "exe") == os.path.realpath(program("CLIENTIDCTL"))
                                       and (proc / "mem").stat().st_uid == 0))
            self.assertRegex((proc / "status").read_text(), r"\nUid:\t65534\t65534\t65534\t65534\n")
            self.assertRegex((proc / "limits").read_text(), r"Max core file size +0 +0 ")


class SwapTest(unittest.TestCase):
    """Where it may, the shim keeps all of its memory from being swapped out; where it may not, it says so and serves."""

    def setUp(self):
        prefer_plain_build()
        if sanitized(program("SHIM")):
            self.skipTest("sanitizers let no memory be locked")
        self.site = self.enterContext(Site(["log-level = info"]))

    def require_no_limit(self):
        if subprocess.run(["prlimit", "--memlock=unlimited", "true"], capture_output=True).returncode != 0:
            self.skipTest("not even root may lift the limit of locked memory here")

    def mappings(self):
        """Those of memory that may be written to: (what it is, its flags)."""
        text = pathlib.Path(f"/proc/{self.site.shim.pid}/smaps").read_text()
        found = re.findall(r"^[0-9a-f]+-[0-9a-f]+ rw.. (.*)\n(?:.*\n)*?VmFlags: (.*)$", text, re.M)
        self.assertGreater(len(found), 20)
        return [(name.split()[-1], flags.split()) for name, flags in found]

    def log_in(self):
        with connected(self.site, "phone") as client:
            self.assertEqual(plain(client, self.site, self.site.passwords["alice"])[0], 235)

    def check_locked(self):
        """Also what a session took; and all of it as it is used, for stacks are large and hardly used."""
        self.log_in()
        self.assertEqual([name for name, flags in self.mappings() if not {"lo", "lf"} <= set(flags)], [])
        self.assertNotIn("memory-not-locked", self.site.log())

    def test_root_lifts_the_limit(self):
        self.require_no_limit()
        unit.give(self.site, "nobody")
        shutil.chown(self.site.dir / "sasldb", group="nogroup")
        (self.site.dir / "sasldb").chmod(0o640)
        self.site.config.append("user = nobody")
        self.site.start("prlimit", "--memlock=65536:65536")
        self.check_locked()

    def test_whoever_has_no_limit(self):
        self.require_no_limit()
        self.site.start("prlimit", "--memlock=unlimited", *WITHOUT_RIGHT)
        self.check_locked()

    def test_whoever_stays_root_is_beyond_the_limit(self):
        if not int(re.search(r"CapEff:\t(\w+)", pathlib.Path("/proc/self/status").read_text())[1], 16) >> CAP_IPC_LOCK & 1:
            self.skipTest("root has no CAP_IPC_LOCK here")
        self.site.start("setpriv", "--bounding-set=-sys_resource", "prlimit", "--memlock=65536:65536")
        self.check_locked()

    def test_a_limit_is_no_obstacle(self):
        """The last one is more than the shim has at its start, and less than it comes to have."""
        for limit in (0, 65536, 128 << 20):
            with self.subTest(limit=limit):
                if limit > 65536:
                    self.require_no_limit()
                self.site = self.enterContext(Site(["log-level = info"]))
                self.site.start("prlimit", f"--memlock={limit}:{limit}", *WITHOUT_RIGHT)
                self.log_in()
                self.assertEqual([name for name, flags in self.mappings() if "lo" in flags], [])
                self.assertEqual(self.site.log().count("memory-not-locked mend="), 1)


if __name__ == "__main__":
    run_tests(require_root, require_postfix)
