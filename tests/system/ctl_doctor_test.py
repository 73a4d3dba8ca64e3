"""clientidctl doctor: a site in front of a real Postfix, well and then broken in every usual way.

What it finds, and that what it says mends it.
"""
import datetime
import os
import pathlib
import pwd
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.doctored import USER, DoctorTest, change, silent_listener
from system.monitored import Monitor
from system.older_store import undo_last_step
from system.postfix import require_postfix
from system.site import NAME, Site, program, run
from system.terminal import shown_on_terminal
from system.verdict_test import require_loadable_module
from system.waiting import run_tests, wait_until

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def certificate(site, begin, end):
    """The one of the site anew, for these days from now."""
    directory = site.dir / "ca"
    directory.mkdir()
    (directory / "index").touch()
    config = directory / "ca.cnf"
    config.write_text(f"[ca]\ndefault_ca=own\n[own]\ndatabase={directory}/index\nnew_certs_dir={directory}\n"
                      "rand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n")
    moments = [(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y%m%d%H%M%SZ")
               for days in (begin, end)]
    run("openssl", "req", "-new", "-key", site.dir / "key.pem", "-subj", f"/CN={NAME}", "-out", directory / "request")
    run("openssl", "ca", "-selfsign", "-batch", "-notext", "-config", config, "-keyfile", site.dir / "key.pem", "-in",
        directory / "request", "-out", site.dir / "cert.pem", "-startdate", moments[0], "-enddate", moments[1])
    shutil.rmtree(directory)


class Own(DoctorTest):
    """auth = shim."""

    def test_what_is_looked_at(self):
        monitor = Monitor()
        site = self.well([*monitor.config, "alert-command = /bin/true"])
        names = [finding["name"].removeprefix("service: ").split()[0] for finding in self.doctor(site)]
        self.assertEqual(names, "configuration key store keys clock policy configuration user certificate TLS keys "
                                "store module back handover command metrics listen listen plugin SASL".split())

    def test_plugin(self):
        site = self.well()
        plugin = site.dir / "plugins/libclientid.so"
        plugin.rename(site.dir / "away")
        self.ill(site, {"service: module": "does not ask", "plugin of the service": "libclientid.so is not in"},
                 mend=False)
        plugin.write_text("no module")
        found = self.ill(site, {"service: module": "", "plugin of the service": "cannot be loaded"}, mend=False)
        self.assertIn("make install", found[1]["mend"])
        (site.dir / "away").rename(plugin)
        self.assertEqual(self.not_ok(site), [])

    def test_sasl_configuration(self):
        site = self.well()
        file = site.dir / "sasl/clientid-shim.conf"
        change(file, "auxprop_plugin: sasldb clientid", "auxprop_plugin: sasldb")
        found = self.not_ok(site)
        self.assertEqual([(each["name"].split(" /")[0], each["result"]) for each in found],
                         [("service: module", "wrong"), ("SASL configuration of the service", "wrong")])
        self.assertEqual(found[1]["mend"], f"write into {file}: auxprop_plugin: sasldb clientid")
        self.mend(site, found[1]["mend"])
        self.assertEqual(self.not_ok(site), [])
        with file.open("a") as text:
            text.write("what is this\n")
        self.assertRegex(self.not_ok(site)[-1]["detail"], r"clientid-shim.conf:\d+: libsasl cannot read this line")

    def test_saslauthd(self):
        site = self.well()
        place = site.dir / "saslauthd"
        place.mkdir(mode=0o755)
        with (site.dir / "sasl/clientid-shim.conf").open("a") as file:
            file.write(f"saslauthd_path: {place}\n")
        change(site.dir / "sasl/clientid-shim.conf", "pwcheck_method: auxprop", "pwcheck_method: saslauthd")
        [found] = self.not_ok(site)
        self.assertEqual((found["name"], found["mend"]), (f"saslauthd {place}/mux", "systemctl start saslauthd"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(place / "mux"))
            (place / "mux").chmod(0o777)
            listener.listen()
            self.assertEqual(self.not_ok(site), [])
            os.chown(place, 0, 37)
            place.chmod(0o710)
            [found] = self.not_ok(site)
            self.assertRegex(found["mend"], rf"^usermod -a -G \w+ {USER}$")
            os.chown(place, 0, 0)
            self.ill(site, {"saslauthd": f"user {USER} may not connect"})

    def test_key(self):
        site = self.well()
        key, user = site.dir / "clientid.key", pwd.getpwnam(USER)
        key.chmod(0o644)
        self.ill(site, {"key ": "open to others", "service: keys ": "open to others"})
        os.chown(key, user.pw_uid, user.pw_gid)
        self.ill(site, {"key ": "belongs to somebody else"})
        os.chown(key, 0, 0)
        key.chmod(0o600)
        self.ill(site, {"service: keys ": "Permission denied"})

    def test_key_of_bindings(self):
        site = self.well()
        key = site.dir / "clientid.key"
        text = key.read_text()
        change(key, "\n1 ", "\n2 ")
        [found] = self.ill(site, {"keys of bindings": "1 were made under key 1, which is not in the key file"},
                           mend=False)
        self.assertIn("bring the key file back", found["mend"])
        key.write_text(text)
        key.rename(site.dir / "away")
        found = self.ill(site, {"key ": "No such file", "keys of bindings": "", "service: keys": ""}, mend=False)
        for each in found[:2]:
            self.assertIn("bring the key file back", each["mend"])
        (site.dir / "away").rename(key)
        self.assertEqual(self.not_ok(site), [])

    def test_key_retired(self):
        site = self.well()
        site.ctl("key rotate")
        site.ctl("bind bob UUID -", site.token("laptop"))
        site.ctl("key retire 1 --yes")
        self.ill(site, {"keys of bindings": "1 were made under key 1, which is not in the key file"}, result="note",
                 mend=False)

    def test_key_missing(self):
        """A new one will do where there are no bindings."""
        site = self.well()
        site.ctl("remove 1")
        (site.dir / "clientid.key").unlink()
        found = self.ill(site, {"key ": "No such file", "service: keys": "No such file"}, mend=False)
        self.mend(site, found[0]["mend"])
        self.ill(site, {"service: keys ": "Permission denied"})

    def test_store_of_somebody_else(self):
        site = self.well()
        for path in (site.dir / "store").iterdir():
            os.chown(path, 0, 0)
        self.ill(site, {"service: store ": ""})
        os.chown(site.dir / "store", 0, 0)
        (site.dir / "store").chmod(0o700)
        self.ill(site, {"service: store ": ""})

    def test_store_missing(self):
        site = self.well()
        self.stop(site)
        for path in (site.dir / "store").iterdir():
            path.unlink()
        found = self.not_ok(site)
        self.assertEqual(found[0]["name"], f"store sqlite:{site.dir}/store/clientid.db")
        self.assertEqual(found[0]["mend"], f"clientidctl --config {site.dir}/clientid.conf init")
        self.mend(site, found[0]["mend"])
        found = self.not_ok(site)
        self.assertEqual(found[0]["name"], "policy")  # a new one learns
        self.assertTrue(found[1]["mend"].startswith(f"chown {USER} "), found)
        self.mend(site, found[1]["mend"])
        site.ctl("policy set mode=enforce")
        self.restart(site)
        self.assertEqual(self.not_ok(site), [])

    def test_store_of_an_older_program(self):
        site = self.well()
        undo_last_step(site.dir / "store/clientid.db")
        self.ill(site, {"store ": "older schema", "service: store": "older schema"}, mend=False)
        self.mend(site, self.not_ok(site)[0]["mend"])
        self.assertEqual(self.not_ok(site), [])

    def test_store_locked(self):
        site = self.well()
        self.stop(site)
        connection = sqlite3.connect(site.dir / "store/clientid.db", isolation_level=None)
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        begun = time.monotonic()
        found = self.not_ok(site)
        self.assertLess(time.monotonic() - begun, 40)
        connection.close()
        [own] = [each for each in found if each["name"].startswith("store ")]
        self.assertIn("locked", own["detail"])
        self.assertEqual(own["mend"], f"find out who holds it: fuser -v {site.dir}/store/clientid.db")
        self.assertTrue([each for each in found if each["name"].startswith("service: store ")])

    def test_clock(self):
        site = self.well()
        connection = sqlite3.connect(site.dir / "store/clientid.db")
        with connection:
            connection.execute("UPDATE binding SET created = ?", (int(time.time()) + 7200,))
        connection.close()
        self.ill(site, {"clock": "the store knows of something at"}, mend=False)

    def test_policy(self):
        site = self.well()
        for setting, detail in (("mode=observe", "every device is let in"), ("absent=allow", "without identity"),
                                ("on-store-failure=allow", "while the store does not answer")):
            site.ctl(f"policy set {setting}")
            found = self.not_ok(site)
            self.assertEqual({(each["name"], each["result"]) for each in found}, {("policy", "note")})
            self.assertIn(detail, found[0]["detail"])
            for each in found:
                self.mend(site, each["mend"])
            self.assertEqual(self.not_ok(site), [])
        site.ctl("account set @example.com mode=off")
        [found] = self.not_ok(site)
        self.assertEqual(found["detail"],
                         "1 account or domain has mode=off: nothing is judged, and every device is let in")

    def test_certificate(self):
        site = self.well()
        certificate(site, -80, 10.5)
        [found] = self.not_ok(site)
        self.assertEqual((found["name"], found["result"]), (f"service: certificate {site.dir}/cert.pem", "note"))
        self.assertIn("it ends in 10 days", found["detail"])
        self.assertIn("renew it", found["mend"])
        certificate(site, -80, 20)
        self.assertEqual(self.not_ok(site), [])
        certificate(site, -80, -1)
        self.assertIn("it has expired", self.not_ok(site)[0]["detail"])
        site.make_certificate()
        key = site.dir / "key.pem"
        key.chmod(0o600)
        os.chown(key, 0, 0)
        self.ill(site, {"service: certificate": f"cannot use {key}: Permission denied"})
        run("openssl", "genpkey", "-algorithm", "ed25519", "-out", key)
        os.chown(key, 0, pwd.getpwnam(USER).pw_gid)
        key.chmod(0o640)
        self.ill(site, {"service: certificate": "it is not the key of"}, mend=False)

    def test_back_end(self):
        site = self.well()
        etc = site.postfix.dir / "etc"
        run("postconf", "-c", etc, "-e", "smtpd_authorized_xclient_hosts=")
        run("postfix", "-c", etc, "reload")
        lacks = lambda: [each["name"].split()[1] for each in self.not_ok(site)]
        self.assertTrue(wait_until(lambda: lacks() == ["handover"]), self.not_ok(site))
        [found] = self.ill(site, {"service: handover": "it does not offer us XCLIENT"}, mend=False)
        self.assertIn("-o smtpd_authorized_xclient_hosts=127.0.0.1", found["mend"])
        change(etc / "master.cf", "smtpd -v", "smtpd -v " + found["mend"].split(": ")[1])
        run("postfix", "-c", etc, "reload")
        self.assertTrue(wait_until(lambda: lacks() == []), self.not_ok(site))
        site.postfix.stop()
        self.ill(site, {"service: back end": "Connection refused"}, mend=False)
        site.postfix.start()

    def test_back_end_hangs(self):
        site = self.well()
        with silent_listener() as listener:
            change(site.dir / "shim.conf", f"127.0.0.1:{site.postfix.port}", f"127.0.0.1:{listener.getsockname()[1]}")
            begun = time.monotonic()
            self.ill(site, {"service: back end": ""}, mend=False)
            self.assertLess(time.monotonic() - begun, 30)

    def test_service(self):
        site = self.well()
        self.stop(site)
        found = self.ill(site, {f"listen 127.0.0.1:{port}": "Connection refused" for port in site.ports.values()},
                         mend=False)
        self.mend(site, found[0]["mend"])
        self.assertEqual(self.not_ok(site), [])

    def test_metrics(self):
        monitor = Monitor()
        site = self.well(monitor.config)
        self.stop(site)
        with silent_listener() as listener:
            change(site.dir / "shim.conf", str(monitor.port), str(listener.getsockname()[1]))
            [found] = [each for each in self.not_ok(site) if "metrics" in each["name"]]
            self.assertIn("does not answer", found["detail"])
            taken = listener.getsockname()[1]
        change(site.dir / "shim.conf", f"metrics = 127.0.0.1:{taken}", "metrics = 192.0.2.1:9587 public")
        [found] = [each for each in self.not_ok(site) if "metrics" in each["name"]]
        self.mend(site, found["mend"])
        self.restart(site)
        self.assertEqual(self.not_ok(site), [])
        shutil.move(site.dir / "store/clientid.db", site.dir / "away")
        self.assertTrue(wait_until(lambda: any("the store cannot be read" in (each["detail"] or "") for each in
                                               self.not_ok(site) if "metrics" in each["name"]), 60))
        shutil.move(site.dir / "away", site.dir / "store/clientid.db")

    def test_alert_command(self):
        command = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "alert"
        command.parent.chmod(0o755)
        command.write_text("#!/bin/sh\n")
        command.chmod(0o755)
        site = self.well([f"alert-command = {command}"])
        command.chmod(0o644)
        self.ill(site, {"service: command": "is no program that this user may run"}, mend=False)
        command.chmod(0o755)
        self.assertEqual(self.not_ok(site), [])

    def test_service_with_another_configuration(self):
        site = self.well()
        other = str(shutil.copy(site.dir / "clientid.conf", site.dir / "other.conf"))
        change(site.dir / "shim.conf", str(site.dir / "clientid.conf"), other)
        [found] = self.not_ok(site)
        self.assertIn(f"it uses another configuration, {other}", found["detail"])
        done = run(program("CLIENTIDCTL"), *found["mend"].split()[1:], env=site.environment)
        self.assertNotIn("wrong", done)

    def test_shim_conf(self):
        site = self.well()
        shutil.move(site.dir / "shim.conf", site.dir / "elsewhere")
        [found] = self.not_ok(site)
        self.assertEqual((found["result"], found["mend"]), ("note", "say where it is: --shim-config FILE"))
        self.assertEqual(self.not_ok(site, "--shim-config", site.dir / "elsewhere"), [])
        change(site.dir / "elsewhere", "clientid = on", "clientid = perhaps")
        [found] = self.not_ok(site, "--shim-config", site.dir / "elsewhere")
        self.assertRegex(found["detail"] + (found["mend"] or ""), r"elsewhere:\d+: clientid: ")
        site.environment["PATH"] = "/nowhere"
        [found] = self.not_ok(site, "--shim-config", site.dir / "elsewhere")
        self.assertIn("there is no clientid-shim that can be run", found["detail"])

    def test_openness(self):
        site = self.well(["clientid = off", "unauthenticated = relay"], start=False)
        site.start()
        found = self.ill(site, {"identities": "clientid = off", "logins": "unauthenticated = relay"}, result="note")
        self.assertEqual(len(found), 2)

    def test_configuration(self):
        site = self.well()
        with (site.dir / "clientid.conf").open("a") as file:
            file.write("stores = wrong\n")
        found = self.not_ok(site)
        self.assertIn("stores: no such key", found[0]["detail"])

    def test_another_user(self):
        """Who may not look, says so, and does not take it for wrong."""
        site = self.well()
        (site.dir / "bin").mkdir()
        for name in ("CLIENTIDCTL", "SHIM"):
            shutil.copy(program(name), site.dir / "bin")
        site.environment["PATH"] = f"{site.dir}/bin:{os.environ['PATH']}"
        (site.dir / "store").chmod(0o750)
        done = subprocess.run([*NOBODY, site.dir / "bin/clientidctl", "--config", site.dir / "clientid.conf", "--quiet",
                               "doctor"], env=site.environment, capture_output=True, text=True, timeout=90)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertRegex(done.stdout, r"note +key .*nobody cannot look at it: ")
        self.assertRegex(done.stdout, r"note +store .*nobody cannot look at it: ")
        self.assertRegex(done.stdout, rf"note +service: user {USER} .*another user sees")
        self.assertIn("  mend: run this as root\n", done.stdout)

    def test_nothing_is_changed(self):
        site = self.well()
        state = lambda: {str(path): (path.stat().st_mode, path.stat().st_uid, path.stat().st_mtime) for path in
                         site.dir.rglob("*") if not any(part in ("postfix", "shim.log") for part in path.parts)
                         and path.suffix not in (".db-wal", ".db-shm") and not path.is_dir()}
        history, before = site.ctl("--json history"), state()
        self.doctor(site)
        self.assertEqual((site.ctl("--json history"), state()), (history, before))

    def test_terminal(self):
        site = self.well()
        (site.dir / "clientid.key").chmod(0o644)
        site.ctl("policy set absent=allow")
        command = [program("CLIENTIDCTL"), "--config", site.dir / "clientid.conf", "doctor"]
        status, shown = shown_on_terminal(command, 60, {**site.environment, "TERM": "xterm", "NO_COLOR": ""})
        self.assertEqual(status, 1)
        lines = shown.splitlines()
        self.assertEqual(lines[0].split(), ["RESULT", "NAME", "DETAIL"])
        self.assertTrue(lines[1].startswith("\x1b[32mok"), lines[1])
        self.assertTrue(any(line.startswith("\x1b[31mwrong") for line in lines))
        self.assertTrue(any(line.startswith("\x1b[33mnote") for line in lines))
        self.assertIn(f"  mend: chmod u=rw,g=r,o= {site.dir}/clientid.key", lines)
        self.assertIn(f"        key {site.dir}/clientid.key", lines)


class OfTheBackEnd(DoctorTest):
    """auth = backend, with a smtpd in a chroot."""

    def well(self, *config, chroot="y"):
        self.plugins = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="clientid-")))
        self.plugins.chmod(0o755)
        Site.add_plugins(self.plugins, os.environ["FOREIGN_PLUGIN_DIR"])
        inside, place = ("/clientid/verdict", "{dir}/postfix/queue/clientid") if chroot == "y" else (
            "{site}/verdicts/verdict", "{dir}/verdicts")
        postfix = {
            "main": f"import_environment = MAIL_CONFIG MAIL_LOGTAG SASL_PATH={self.plugins}\n", "chroot": chroot,
            "sasl": f"auxprop_plugin: sasldb clientid\ncanon_user_plugin: clientid\nclientid_service: unix:{inside}\n"}
        site = super().well(["auth = backend", f"verdict-socket = {place}/verdict {USER}:postfix 0660", *config],
                            start=False, postfix=postfix)
        self.place = pathlib.Path(place.format(dir=site.dir))
        self.place.mkdir()
        shutil.chown(self.place, USER)
        self.sasl = site.postfix.dir / "etc/sasl/smtpd.conf"
        site.start()
        self.assertEqual(self.not_ok(site), [])
        return site

    def test_options(self):
        for chroot in "yn":
            site = self.well(chroot=chroot)
            for line, broken, detail in (
                    ("auxprop_plugin: sasldb clientid", "auxprop_plugin: sasldb", "auxprop_plugin does not name"),
                    ("canon_user_plugin: clientid", "", "canon_user_plugin is not clientid"),
                    ("clientid_service: unix:", "clientid_service: unix:/nowhere", "names no verdict-socket")):
                with self.subTest(chroot=chroot, line=line):
                    change(self.sasl, line, broken)
                    self.ill(site, {"SASL configuration of Postfix": detail})

    def test_no_file(self):
        site = self.well()
        self.sasl.unlink()
        found = self.ill(site, {"SASL configuration of Postfix": "there is none in"}, mend=False)
        self.assertIn(f"write into {self.sasl}: ", found[0]["mend"])

    def test_plugin(self):
        site = self.well()
        (self.plugins / "libclientid.so").unlink()
        self.ill(site, {"plugin of Postfix": f"libclientid.so is not in {self.plugins}"}, mend=False)

    def test_socket(self):
        site = self.well()
        socket_file = self.place / "verdict"
        socket_file.unlink()
        self.ill(site, {"verdict socket": "does not listen there"})
        socket_file.chmod(0o600)
        self.ill(site, {"verdict socket": "user postfix may not connect"})
        self.place.chmod(0o700)
        self.ill(site, {"verdict socket": "user postfix may not connect"})
        self.stop(site)
        shutil.rmtree(self.place)
        found = [each for each in self.not_ok(site) if each["name"].startswith("verdict socket")]
        self.assertIn("there is no directory", found[0]["detail"])
        self.mend(site, found[0]["mend"])
        self.assertEqual(self.not_ok(site), [])

    def test_socket_outside_the_chroot(self):
        site = self.well()
        (site.dir / "verdicts").mkdir()
        shutil.chown(site.dir / "verdicts", USER)
        change(site.dir / "shim.conf", f"{self.place}/verdict", f"{site.dir}/verdicts/verdict")
        self.restart(site)
        [found] = self.ill(site, {"SASL configuration of Postfix": "is inside"}, mend=False)
        own, shim = found["mend"].split("; and into shim.conf: ")
        self.mend(site, own)
        self.mend(site, "write into shim.conf: " + shim)
        self.restart(site)
        self.assertEqual(self.not_ok(site), [])

    def test_no_auth(self):
        site = self.well("handover = none")
        etc = site.postfix.dir / "etc"
        change(etc / "main.cf", "smtpd_sasl_auth_enable = yes", "smtpd_sasl_auth_enable = no")
        run("postfix", "-c", etc, "reload")
        names = lambda: [each["name"].split()[1] for each in self.not_ok(site)]
        self.assertTrue(wait_until(lambda: names() == ["handover"]), self.not_ok(site))
        [found] = self.ill(site, {"service: handover": "it does not offer us AUTH"}, mend=False)
        change(etc / "master.cf", "smtpd -v", "smtpd -v " + found["mend"].split(": ")[1])
        run("postfix", "-c", etc, "reload")
        self.assertTrue(wait_until(lambda: names() == []), self.not_ok(site))

    def test_another_server(self):
        """Which it is cannot be seen, so its configuration must be named."""
        site = self.well(chroot="n")
        site.environment["MAIL_CONFIG"] = "/nowhere"
        [found] = self.not_ok(site)
        self.assertEqual((found["result"], found["mend"]), ("note", "say where it is: --backend-sasl FILE"))
        site.environment["SASL_PATH"] = str(self.plugins)
        self.assertEqual(self.not_ok(site, "--backend-sasl", self.sasl), [])
        change(self.sasl, "canon_user_plugin: clientid", "")
        self.ill(site, {"SASL configuration of the back end": "canon_user_plugin"}, "--backend-sasl", self.sasl)


if __name__ == "__main__":
    run_tests(require_loadable_module, require_postfix)
