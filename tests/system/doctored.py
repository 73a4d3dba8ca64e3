"""A site for `clientidctl doctor`: what it finds there, and to do what it says.

    class SomeTest(DoctorTest):
        site = self.well(["metrics = ..."])           # a service that runs as a user of its own, before a real Postfix
        self.ill(site, "key ", "open to others")      # the only thing wrong; mended as the doctor says
"""
import json
import os
import pathlib
import pwd
import re
import signal
import socket
import subprocess
import unittest

from .settings import overridden
from .site import Site, program
from .waiting import wait_until

USER = "news"  # stands for clientid; another test counts the processes of games
WRITE = re.compile(r"write into (\S+): (.*?)(?:, then: (.*))?")


class DoctorTest(unittest.TestCase):
    def well(self, config=(), start=True, **more):
        site = self.enterContext(Site([f"user = {USER}", *config], "postfix", **more))
        site.environment["PATH"] = f"{pathlib.Path(program('SHIM')).resolve().parent}:{os.environ['PATH']}"
        site.environment["MAIL_CONFIG"] = str(site.postfix.dir / "etc")
        user = pwd.getpwnam(USER)
        store = site.dir / "store"
        store.mkdir()
        conf = site.dir / "clientid.conf"
        conf.write_text(conf.read_text().replace(f"{site.dir}/clientid.db", f"{store}/clientid.db"))
        site.ctl("init")
        for path in (store, *store.iterdir()):
            os.chown(path, user.pw_uid, user.pw_gid)
        for name in ("clientid.key", "key.pem"):
            os.chown(site.dir / name, 0, user.pw_gid)
            (site.dir / name).chmod(0o640)
        (site.dir / "sasldb").chmod(0o644)
        site.ctl("policy set mode=enforce")
        site.ctl("bind alice UUID -", site.token("phone"))
        if start:
            site.start()
            self.assertEqual(self.not_ok(site), [])
        return site

    def doctor(self, site, *options):
        """What it found; its exit status fits."""
        command = [program("CLIENTIDCTL"), "--config", site.dir / "clientid.conf", "--json", "doctor", *options]
        done = subprocess.run(command, env=site.environment, capture_output=True, text=True, timeout=90)
        self.assertEqual(done.stderr, "")
        found = json.loads(done.stdout)
        for finding in found:
            self.assertEqual(list(finding), ["name", "result", "detail", "mend"])
        self.assertEqual(done.returncode, int(any(finding["result"] == "wrong" for finding in found)), found)
        return found

    def not_ok(self, site, *options):
        """The clock of a container may be nobody's business."""
        return [finding for finding in self.doctor(site, *options) if finding["result"] != "ok" and
                (finding["name"] != "clock" or finding["result"] == "wrong")]

    def ill(self, site, expected, *options, result="wrong", mend=True):
        """Just these things are not as they should be: {beginning of the name: part of the detail}. They are mended."""
        found = self.not_ok(site, *options)
        self.assertEqual({finding["result"] for finding in found}, {result}, found)
        self.assertEqual(len(found), len(expected), found)
        for name, detail in expected.items():
            fitting = [each for each in found if each["name"].startswith(name) and detail in (each["detail"] or "")]
            self.assertEqual(len(fitting), 1, (name, detail, found))
            self.assertTrue(fitting[0]["mend"], fitting)
        if mend:
            for finding in found:
                self.mend(site, finding["mend"])
            self.assertEqual(self.not_ok(site, *options), [])
        return found

    def mend(self, site, text):
        """Does what it says; there is no systemd here to start the service."""
        written = WRITE.fullmatch(text)
        if written:
            path, line, then = written.groups()
            path = site.dir / "shim.conf" if path == "shim.conf" else pathlib.Path(path)
            path.write_text(overridden(path.read_text() if path.exists() else "", [line]))
            text = then or "true"
        restart = " && systemctl restart clientid-shim"
        if text.endswith(restart) or text in ("systemctl restart clientid-shim", "systemctl reload clientid-shim"):
            if text.endswith(restart):
                self.run_command(site, text.removesuffix(restart))
            return self.restart(site)
        return self.run_command(site, text)

    def run_command(self, site, text):
        path = f"{pathlib.Path(program('CLIENTIDCTL')).resolve().parent}:{os.environ['PATH']}"
        done = subprocess.run(text, shell=True, env={**site.environment, "PATH": path}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, f"{text}: {done.stderr}")

    def stop(self, site):
        if site.shim.poll() is None:
            site.shim.send_signal(signal.SIGTERM)
            site.shim.wait(20)

    def restart(self, site):
        """With shim.conf as it is."""
        self.stop(site)
        kept = (site.dir / "shim.conf").read_text()
        configure, site.configure = site.configure, lambda *_: (site.dir / "shim.conf").write_text(kept)
        try:
            site.start()
        finally:
            site.configure = configure


def silent_listener():
    """Takes connections, and never says a word."""
    return socket.create_server(("127.0.0.1", 0))


def change(path, old, new):
    text = path.read_text()
    if old not in text:
        raise ValueError(f"{path} holds no {old!r}")
    path.write_text(text.replace(old, new))
