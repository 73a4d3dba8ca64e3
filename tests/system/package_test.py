"""The packages of Debian: built from the tree that was tested, installed, run, upgraded, removed and purged.

`make deb` compiles everything anew, which takes minutes; with BUILT it takes what is compiled, and does all the rest.
That, and the machine on which they are installed, is a private root, without network.
"""
import os
import pathlib
import pwd
import grp
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import mail_host, private_root
from system.installed_tree import UNIT, as_unit, make, require_tree, tree
from system.mail_host import run
from system.older_store import undo_last_step
from system.readme_steps import steps
from system.waiting import Skip, run_tests

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
PACKAGES = ["clientid-shim", "clientidctl", "libsasl2-modules-clientid"]
EXAMPLES = pathlib.Path("/usr/share/doc/clientid-shim/examples")
STORE = pathlib.Path("/var/lib/clientid/clientid.db")
KEY = pathlib.Path("/etc/clientid/clientid.key")
WRITTEN = [pathlib.Path(path) for path in
           ("/etc/clientid/clientid.conf", "/etc/clientid/shim.conf", "/etc/sasl2/clientid-shim.conf")]

# What dpkg, and those whom it tells of a package, write for themselves.
OTHERS = re.compile(r"/var/(lib/(dpkg|systemd|pam)|log|cache|spool|mail)(/|$)|/etc/(passwd|group|g?shadow|sub[ug]id)-?$"
                    r"|/etc/ld\.so\.cache$|/etc/\.pwd\.lock$")


def require_packaging():
    for program, package in (("dpkg-buildpackage", "dpkg-dev"), ("dh", "debhelper")):
        if not shutil.which(program):
            raise Skip(f"there is no {program} here, of {package}")
    for package in PACKAGES:
        if pathlib.Path(f"/usr/share/doc/{package}").exists():
            raise Skip(f"{package} is installed on this machine")


def files():
    """All of the system, but what others write."""
    found = set()
    for top in ("/etc", "/usr", "/var"):
        for directory, names, leaves in os.walk(top):
            names[:] = [name for name in names if not OTHERS.match(os.path.join(directory, name))]
            found.update(os.path.join(directory, name) for name in names + leaves)
    return {path for path in found if not OTHERS.match(path)}


def built(revision):
    return sorted(map(str, (tree() / "deb").glob(f"*-{revision}_*.deb")))


def build():
    """0.1.0-1; what takes time and is not looked at is left out."""
    make("deb", BUILT=str(tree()), DEB_BUILD_OPTIONS="noautodbgsym", XZ_OPT="-0")


def build_next():
    """0.1.0-2, which differs in that alone."""
    for package in built(1):
        content = package.removesuffix(".deb")
        run("dpkg-deb", "-R", package, content)
        control = pathlib.Path(content, "DEBIAN/control")
        control.write_text(control.read_text().replace("0.1.0-1", "0.1.0-2"))
        run("dpkg-deb", "-Znone", "-b", content, package.replace("-1_", "-2_"))


def dpkg(*arguments, status=0):
    """Manual pages and documents too, which some images of the system leave out."""
    done = subprocess.run(["dpkg", "--path-include=/usr/share/*", *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    if done.returncode != status:
        raise RuntimeError(f"dpkg {' '.join(arguments)}: status {done.returncode}: {done.stdout}")
    return done.stdout


def set_version(version):
    with sqlite3.connect(STORE) as store:
        [(before,)] = store.execute("SELECT version FROM schema_version").fetchall()
        store.execute("UPDATE schema_version SET version = ?", [version])
        return before


class Packages(unittest.TestCase):
    maxDiff = None

    def test_from_installation_to_purge(self):
        build()
        build_next()
        host = mail_host.MailHost()
        steps(README)[1].follow()
        run("postfix", "start")
        host.start_saslauthd()
        before = files()
        self.installed(host)
        phone = self.configured(host)
        self.upgraded(host, phone)
        self.upgraded_in_vain()
        self.removed()
        self.purged(before)

    def installed(self, host):
        dpkg("-i", *built(1))
        for package in PACKAGES:
            self.assertEqual(self.version(package), "0.1.0-1")
        user = pwd.getpwnam("clientid")
        self.assertEqual(user.pw_dir, "/var/lib/clientid")
        self.assertIn("clientid", grp.getgrnam("sasl").gr_mem)
        directory = STORE.parent.stat()
        self.assertEqual((directory.st_uid, stat.S_IMODE(directory.st_mode)), (user.pw_uid, 0o750))
        for name in ("clientid.conf", "clientid-shim.rules.yml", "clientid-shim.dashboard.json"):
            self.assertTrue((EXAMPLES / name).exists(), name)
        self.assertFalse(KEY.exists() or STORE.exists(), "there is a store before there is a configuration")
        # Enabled, and not started before there is something to serve.
        self.assertTrue(pathlib.Path("/etc/systemd/system/multi-user.target.wants/clientid-shim.service").is_symlink())
        self.assertIn("ConditionPathExists=/etc/clientid/shim.conf", UNIT.read_text())
        for page in ("man1/clientidctl.1", "man5/clientid.conf.5", "man5/shim.conf.5", "man7/clientid-migration.7",
                     "man7/clientid-policy.7", "man8/clientid-shim.8", "man7/clientid-plugin.7"):
            self.assertTrue(pathlib.Path(f"/usr/share/man/{page}.gz").exists(), page)
        for completion in ("bash-completion/completions/clientidctl", "zsh/vendor-completions/_clientidctl",
                           "fish/vendor_completions.d/clientidctl.fish"):
            self.assertTrue(pathlib.Path("/usr/share", completion).exists(), completion)

    def configured(self, host):
        """With the examples as they are; then one device can log in, and no other."""
        for path in WRITTEN:
            name = "clientid-shim.sasl2.conf" if "sasl2" in path.parts else path.name
            path.parent.mkdir(exist_ok=True)
            path.write_text((EXAMPLES / name).read_text())
        said = steps(README)[5].follow(change=lambda block: block.replace("systemctl", ": systemctl"))
        self.assertNotRegex(said, r"(?m)^bad")
        run("clientidctl", "policy", "set", "mode=enforce")
        phone = str(uuid.uuid4())
        run("clientidctl", "bind", "alice", "UUID", "-", input=phone)
        host.start_shim(*as_unit())
        self.addCleanup(host.stop_shim)
        self.logins(host, phone)
        self.assertTrue(host.delivered(1), mail_host.LOG.read_text())
        return phone

    def upgraded(self, host, phone):
        """The store is one of an older schema; the service is started anew, as systemd would."""
        key, bound = KEY.read_bytes(), run("clientidctl", "--json", "list")
        host.stop_shim()
        undo_last_step(STORE)
        dpkg("-i", *built(2))
        self.assertEqual(self.version("clientid-shim"), "0.1.0-2")
        self.assertEqual(KEY.read_bytes(), key)
        host.start_shim(*as_unit())
        self.logins(host, phone)
        seen = re.compile(r'"(last_seen|uses)":[^,}]*')
        self.assertEqual(seen.sub("", run("clientidctl", "--json", "list")), seen.sub("", bound))
        self.assertIn("brought up to date", run("clientidctl", "history", "--since", "1h"))
        for path in STORE.parent.iterdir():
            self.assertEqual(path.stat().st_uid, pwd.getpwnam("clientid").pw_uid, path)

    def upgraded_in_vain(self):
        """A store that the new program cannot take: the upgrade says so, and ends well once that is mended."""
        version = set_version(1000)
        said = dpkg("-i", *built(2), status=1)
        self.assertIn("has schema version 1000", said)
        self.assertIn("the service was not started anew", said)
        set_version(version)
        dpkg("--configure", "-a")

    def removed(self):
        dpkg("-r", *PACKAGES)
        self.assertFalse(pathlib.Path("/usr/sbin/clientid-shim").exists())
        for path in (STORE, KEY, *WRITTEN):
            self.assertTrue(path.exists(), f"{path} is gone")

    def purged(self, before):
        """The rest goes, but what the postmaster wrote."""
        kept = STORE.parent / "kept-by-the-postmaster"
        kept.touch()
        dpkg("-P", "clientid-shim", "clientidctl", "libsasl2-modules-clientid")
        left = files() - before
        self.assertEqual(left - {str(STORE.parent), str(kept)},
                         {"/etc/clientid", *map(str, WRITTEN)} | ({"/etc/sasl2"} - before))

    def logins(self, host, phone):
        self.assertEqual(host.login("alice", phone, send=True), 235)
        self.assertEqual(host.login("alice", str(uuid.uuid4())), 535)
        self.assertEqual(host.login("alice"), 535)

    @staticmethod
    def version(package):
        return run("dpkg-query", "-W", "-f", "${Version}", package)


if __name__ == "__main__":
    run_tests(require_packaging, mail_host.require, require_tree, private_root.require, private_root.enter)
