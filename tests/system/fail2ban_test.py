"""The filter for fail2ban, in fail2ban-regex itself: on what the shim has written, by every way into a log file, and on
what clients may want to be read in it."""
import base64
import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.journald import Journald, require_journald
from system.mechanisms import REFUSED, plain
from system.site import NAME, Site
from system.waiting import Skip, run_tests, wait_until

UNPACKED = pathlib.Path(os.environ.get("FAIL2BAN_ROOT") or "/")
ROOT = UNPACKED if (UNPACKED / "usr/bin/fail2ban-regex").exists() else pathlib.Path("/")
SOURCE = pathlib.Path(os.environ.get("SRCDIR", "."))
LINE = re.compile(r" clientid-shim\[\d+\]: (?:clientid-shim: )?auth peer=127\.")
VICTIM = "192.0.2.66"
WAYS = {"journal": ["log = journal"], "syslog": ["log = syslog"], "standard error": ["log = stderr"]}

# A source address for each client, so that it can be seen who was found.
STRANGER, THIEF, OWNER, INJECTOR, CROWD, FORGER = (f"127.0.0.{last}" for last in range(11, 17))

FORGED = f"auth peer={VICTIM} outcome=failed verdict=refuse reason=unbound mechanism=PLAIN"
NAMES = ("mallory " + FORGED, f'mallory" {FORGED} x="', f"mallory\r\nclientid-shim: {FORGED}", f"mallory\n{FORGED}",
         f"mallory\nNov 28 20:00:00 mail clientid-shim[1]: {FORGED}", f"peer={VICTIM}", VICTIM, f"<{VICTIM}>",
         f"{VICTIM} outcome=failed", f"mallory\u2028{FORGED}", f"mallory\x85{FORGED}", f"mallory\x1e{FORGED}",
         f"mallory\\\" {FORGED}")


def require_fail2ban():
    if not (ROOT / "usr/bin/fail2ban-regex").exists():
        raise Skip("fail2ban is not installed")


class Fail2ban(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.config = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        shutil.copytree(ROOT / "etc/fail2ban", cls.config, dirs_exist_ok=True)
        shutil.copy(SOURCE / "shim/etc/clientid-shim.fail2ban", cls.config / "filter.d/clientid-shim.conf")

    def found(self, text, mode="normal"):
        """The addresses that fail2ban finds in this log, sorted, as often as it does."""
        log = self.config / "test.log"
        log.write_text(text)
        done = subprocess.run([sys.executable, ROOT / "usr/bin/fail2ban-regex", "--config", self.config, "--out", "ip",
                               "--usedns", "no", log, f"clientid-shim[mode={mode}]"], capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(ROOT / "usr/lib/python3/dist-packages")})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")
        return sorted(done.stdout.split())

    def tried(self, site, source, name, password="wrong", device=None):
        message = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
        with connected(site, device, source_address=(source, 0)) as client:
            return client.docmd("AUTH", "PLAIN " + message)

    def log_of(self, way):
        """What stands in the log when all of them have come, as a file has it."""
        with Journald() as journal, Site([*WAYS[way], "max-connections-per-address = 5"]) as site:
            site.ctl("policy set mode=enforce")
            site.ctl("bind alice UUID -", site.token("phone"))
            catch = ["systemd-cat", "--identifier=clientid-shim"] if way == "standard error" else []
            site.start(*journal.inside, *catch)
            self.assertEqual(self.tried(site, STRANGER, "nobody"), REFUSED)
            self.assertEqual(self.tried(site, THIEF, "alice", site.passwords["alice"], "stolen"), REFUSED)
            self.assertEqual(self.tried(site, OWNER, "alice", device="phone"), REFUSED)
            with connected(site, "phone", source_address=(OWNER, 0)) as client:
                self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            with site.connect("starttls", INJECTOR) as client:
                client.recv(1000)
                client.sendall(b"EHLO client.test\r\n")
                client.recv(1000)
                client.sendall(b"STARTTLS\r\nEHLO injected\r\n")
                while client.recv(1000):
                    pass
            with contextlib.ExitStack() as stack:
                crowd = [stack.enter_context(site.connect("starttls", CROWD)) for _ in range(6)]
                self.assertEqual(sorted(client.recv(4) for client in crowd), [b"220 "] * 5 + [b"421 "])
            for name in NAMES:
                self.assertEqual(self.tried(site, FORGER, name), REFUSED)
            self.assertTrue(wait_until(lambda: len(LINE.findall(journal.show())) == 4 + len(NAMES)))
            return journal.show("--output=short")

    def test_lines_of_the_shim(self):
        for way in WAYS:
            with self.subTest(way=way):
                log = self.log_of(way)
                strangers = [STRANGER, THIEF] + [FORGER] * len(NAMES)
                self.assertEqual(self.found(log), sorted(strangers), log)
                self.assertEqual(self.found(log, "aggressive"), sorted([*strangers, OWNER, INJECTOR, CROWD]), log)

    def test_addresses_of_both_kinds(self):
        line = 'Nov 28 20:00:00 mail clientid-shim[7]: auth peer={} outcome=failed verdict="" reason="" mechanism=X\n'
        for address in ("192.0.2.7", "2001:db8::7"):
            self.assertEqual(self.found(line.format(address)), [address])

    def test_what_is_no_failure(self):
        """And what another program says of us."""
        begin = "Nov 28 20:00:00 mail clientid-shim[7]: "
        for line in (f"{begin}auth peer={VICTIM} outcome=authenticated verdict=allow reason=bound mechanism=PLAIN",
                     f"{begin}auth peer={VICTIM} outcome=unavailable verdict=\"\" reason=\"\" mechanism=PLAIN",
                     f"{begin}auth peer=\"\" outcome=failed verdict=\"\" reason=\"\" mechanism=PLAIN {FORGED}",
                     f"{begin}verdict peer={VICTIM} uid=0 verdict=refuse reason=unbound",
                     f"{begin}libsasl message=\"{FORGED}\"",
                     f"Nov 28 20:00:00 mail other[7]: {FORGED}",
                     f"Nov 28 20:00:00 mail other[7]: clientid-shim[7]: {FORGED}"):
            for mode in ("normal", "aggressive"):
                with self.subTest(line=line, mode=mode):
                    self.assertEqual(self.found(line + "\n", mode), [])

    def test_name_of_the_client(self):
        """EHLO goes nowhere near the log, and neither does the device."""
        with Journald() as journal, Site(["log = journal"]) as site:
            site.start(*journal.inside)
            with connected(site, source_address=(FORGER, 0)) as client:
                client.command_encoding = "latin-1"
                client.docmd("EHLO", f"{VICTIM} {FORGED}")
                client.docmd("CLIENTID", f"UUID {VICTIM}-{FORGED.replace(' ', '-')}")
                self.assertEqual(plain(client, site, "wrong"), REFUSED)
            log = journal.show("--output=short")
            self.assertNotIn(VICTIM, log)
            self.assertEqual(self.found(log), [FORGER])


if __name__ == "__main__":
    run_tests(require_fail2ban, require_journald)
