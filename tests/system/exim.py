"""A private Exim to stand behind the shim: one daemon on loopback that does AUTH by its cyrus_sasl driver.

    with Exim(directory, sasldb, sasl, plugins) as exim:
        ... send mail to 127.0.0.1, exim.port ...
        wait_until(exim.messages)

Exim cannot be installed beside Postfix: EXIM_ROOT names a directory into which its packages were unpacked. It will not
run without its user, who is known in an /etc of its own, in a mount namespace that nobody else sees. That needs root.
"""
import os
import pathlib
import pwd
import shutil
import signal
import subprocess

from .waiting import Skip, free_port, wait_until

CONFIG = """\
primary_hostname = backend.test
exim_path = {exim}
keep_environment = LD_LIBRARY_PATH
add_environment = SASL_PATH={plugins} : SASL_CONF_PATH={dir}/sasl
spool_directory = {dir}/spool
log_file_path = {dir}/%slog
pid_file_path = {dir}/exim.pid
tls_advertise_hosts =
host_lookup =
rfc1413_hosts =
deliver_drop_privilege
acl_smtp_rcpt = authenticated
{main}
begin acl
authenticated:
  accept authenticated = *
  deny message = relaying denied
begin routers
everybody:
  driver = accept
  transport = inbox
begin transports
inbox:
  driver = appendfile
  directory = {dir}/mail
  maildir_format
begin authenticators
PLAIN:
  driver = cyrus_sasl
  public_name = PLAIN
  server_realm = shim.test
  server_set_id = $auth1
SCRAM:
  driver = cyrus_sasl
  public_name = SCRAM-SHA-256
  server_realm = shim.test
  server_set_id = $auth1
"""

START = 'mount --bind "$1/etc" /etc && exec "$0" -C "$1/exim.conf" -bdf -oX "127.0.0.1.$2"'
USER = "Debian-exim"


class Exim:
    def __init__(self, directory, sasldb, sasl, plugins, main=""):
        """`sasl` is libsasl's configuration, `main` more lines for the main part of Exim's."""
        self.dir, self.sasldb, self.sasl, self.plugins, self.main = directory, sasldb, sasl, plugins, main
        self.root = pathlib.Path(os.environ["EXIM_ROOT"])
        self.port = free_port()

    def __enter__(self):
        user = pwd.getpwnam("nobody")
        for name in ("etc", "sasl", "spool", "mail"):
            (self.dir / name).mkdir(parents=True)
        for path in (self.dir, self.dir / "spool", self.dir / "mail", self.sasldb):
            os.chown(path, user.pw_uid, user.pw_gid)
        self._write("etc/passwd", f"root:x:0:0::/:/bin/sh\n{USER}:x:{user.pw_uid}:{user.pw_gid}::/:/bin/false\n")
        self._write("etc/group", f"root:x:0:\n{USER}:x:{user.pw_gid}:\n")
        self._write("etc/hosts", "127.0.0.1 localhost\n")
        self._write("etc/services", "smtp 25/tcp\n")
        self._write("exim.conf", CONFIG.format(dir=self.dir, exim=self._program(), plugins=self.plugins, main=self.main))
        self._write("sasl/exim.conf", self.sasl.format(sasldb=self.sasldb))
        # A copy, for Exim starts itself again as its user, who may not get at where it was unpacked.
        shutil.copytree(self.root / "usr/lib", self.dir / "usr/lib", symlinks=True)
        (self.dir / "usr/sbin").mkdir()
        shutil.copy2(self.root / "usr/sbin/exim4", self._program())
        libraries = ":".join(str(path) for path in (self.dir / "usr/lib", *self.dir.glob("usr/lib/*-linux-gnu")))
        with open(self.dir / "output", "wb") as output:
            self.process = subprocess.Popen(["unshare", "--mount", "sh", "-c", START, self._program(), self.dir,
                                             str(self.port)], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            env={**os.environ, "LD_LIBRARY_PATH": libraries}, start_new_session=True)
        listens = wait_until(lambda: self.process.poll() is not None or "daemon started" in self.log(), 20)
        if not listens or self.process.poll() is not None:
            self.__exit__()
            raise RuntimeError("Exim does not start: " + (self.dir / "output").read_text() + self.log())
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(20)

    def log(self):
        return "".join(path.read_text(errors="replace") for path in sorted(self.dir.glob("*log")))

    def messages(self):
        """The texts of the messages that were delivered."""
        return [path.read_text(errors="replace") for path in sorted(self.dir.glob("mail/new/*"))]

    def _program(self):
        return self.dir / "usr/sbin/exim4"

    def _write(self, name, text):
        (self.dir / name).write_text(text)


def require_exim():
    if not os.environ.get("EXIM_ROOT"):
        raise Skip("EXIM_ROOT does not say where Exim is unpacked; it cannot be installed beside Postfix")
    if os.geteuid() != 0:
        raise Skip("an Exim with an /etc of its own needs root")
