"""A private Postfix to stand behind the shim: own directories, one smtpd on loopback, one Maildir.

    with Postfix(directory, sasldb) as postfix:
        ... send mail to 127.0.0.1, postfix.port ...
        postfix.wait_for(messages=1)

It believes XCLIENT from loopback, relays for nobody but an authenticated login, and logs every
command that it hears (smtpd -v). It is as gullible as Postfix ever was about line endings, so that
what the shim lets through is seen here. alice@shim.test, bob@shim.test and receiver@example.com are
its recipients; what they get lies in one Maildir. It can be started by root alone.
"""
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess

from .settings import overridden
from .waiting import Skip, free_port, wait_until

MAIN = """\
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
mail_spool_directory = {dir}/spool
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {dir}/maillog
maillog_file_prefixes = {dir}
inet_interfaces = {address}
inet_protocols = ipv4
myhostname = backend.test
mydestination =
mynetworks =
alias_maps =
alias_database =
smtpd_peername_lookup = no
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_authorized_xforward_hosts = 127.0.0.1
smtpd_sasl_auth_enable = yes
cyrus_sasl_config_path = {dir}/etc/sasl
smtpd_sasl_local_domain = shim.test
smtpd_sasl_authenticated_header = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_forbid_bare_newline = no
default_transport = error:this Postfix sends nothing out
virtual_mailbox_domains = shim.test, example.com
virtual_mailbox_base = {dir}/mail
virtual_mailbox_maps = inline:{{alice@shim.test=inbox/, bob@shim.test=inbox/, receiver@example.com=inbox/}}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""

MASTER = """\
{address}:{port} inet n - {chroot} - - {smtpd}
cleanup  unix  n - n - 0 cleanup
qmgr     unix  n - n 300 1 qmgr
rewrite  unix  - - n - - trivial-rewrite
bounce   unix  - - n - 0 bounce
defer    unix  - - n - 0 bounce
trace    unix  - - n - 0 bounce
proxymap unix  - - n - - proxymap
discard  unix  - - n - - discard
error    unix  - - n - - error
retry    unix  - - n - - error
virtual  unix  - n n - - virtual
anvil    unix  - - n - 1 anvil
tlsmgr   unix  - - n 1000? 1 tlsmgr
postlog  unix-dgram n - n - 1 postlogd
"""

SASL = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {sasldb}
mech_list: PLAIN
"""


def require_postfix():
    if os.geteuid() != 0:
        raise Skip("Postfix can be started by root alone")
    if not shutil.which("postfix"):
        raise Skip("there is no postfix here")


class Postfix:
    def __init__(self, directory, sasldb, main="", sasl="", chroot="n", smtpd="smtpd -v", address="127.0.0.1"):
        """`main` and `sasl` are more lines for main.cf and for libsasl's smtpd.conf; they win.

        With `chroot="y"` smtpd is locked up in its queue directory, and has a copy of the sasldb there. It listens on
        `address` alone.
        """
        self.chroot, self.smtpd, self.address = chroot, smtpd, address
        self.main, self.sasl = MAIN + main, overridden(SASL, sasl.splitlines())
        require_postfix()
        self.dir = pathlib.Path(directory)
        self.sasldb = pathlib.Path(sasldb)
        self.port = free_port()
        self.stopped = True

    def __enter__(self):
        postfix, nobody = pwd.getpwnam("postfix"), pwd.getpwnam("nobody")
        for name in ("etc/sasl", "queue", "data", "spool", "mail"):
            (self.dir / name).mkdir(parents=True)
        os.chown(self.dir / "data", postfix.pw_uid, postfix.pw_gid)
        os.chown(self.dir / "mail", nobody.pw_uid, nobody.pw_gid)
        os.chown(self.sasldb, 0, postfix.pw_gid)
        self.sasldb.chmod(0o640)
        etc = self.dir / "etc"
        (etc / "main.cf").write_text(self.main.format(dir=self.dir, uid=nobody.pw_uid, gid=nobody.pw_gid,
                                                      address=self.address))
        (etc / "master.cf").write_text(MASTER.format(address=self.address, port=self.port, chroot=self.chroot,
                                                     smtpd=self.smtpd))
        sasldb = self.sasldb
        if self.chroot == "y":
            sasldb = pathlib.Path("/", shutil.copy2(self.sasldb, self.dir / "queue/sasldb").name)
            os.chown(self.dir / "queue/sasldb", 0, postfix.pw_gid)
        (etc / "sasl/smtpd.conf").write_text(self.sasl.format(sasldb=sasldb))
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Also once more, after stop()."""
        # Postfix announces itself on standard error; its own log says more when it fails.
        started = subprocess.run(["postfix", "-c", self.dir / "etc", "start"], capture_output=True, text=True)
        if started.returncode != 0:
            raise RuntimeError(f"postfix does not start: {started.stderr}{self.log()}")
        self.stopped = False

    def stop(self):
        """As by a loss of power: nobody waits for the tidy end of `postfix stop` (2 s)."""
        if self.stopped:
            return
        self.stopped = True
        master = self._master()
        os.killpg(master, signal.SIGKILL)
        if not wait_until(lambda: not running(master)):
            raise RuntimeError("Postfix did not stop")

    def log(self):
        """The mail log, every command heard included."""
        path = self.dir / "maillog"
        return path.read_text(errors="replace") if path.exists() else ""

    def messages(self):
        """The texts of the messages that were delivered."""
        return [path.read_text(errors="replace") for path in sorted(self.dir.glob("mail/inbox/new/*"))]

    def wait_for(self, messages):
        """True once no session is open, the queue is empty, and so many messages were delivered."""
        return wait_until(lambda: self._idle() and len(self.messages()) == messages)

    def sessions(self):
        """The process ids of all smtpd."""
        master = self._master()
        return [pid for pid, parent, name in processes() if parent == master and name == "smtpd"]

    def end_sessions(self):
        """Every smtpd ends where it stands, as when its time is over."""
        sessions = self.sessions()
        for pid in sessions:
            os.kill(pid, signal.SIGTERM)
        if not sessions or not wait_until(lambda: not any(map(running, sessions))):
            raise RuntimeError("no smtpd, or it did not stop")

    def queue_is_empty(self):
        return not [path for name in ("incoming", "active", "deferred")  # the way a message takes
                    for path in (self.dir / "queue" / name).glob("**/*") if path.is_file()]

    def _master(self):
        return int((self.dir / "queue/pid/master.pid").read_text())

    def _idle(self):
        log = self.log()
        opened = re.findall(r"smtpd\[\d+\]: connect from", log)
        closed = re.findall(r"smtpd\[\d+\]: disconnect from", log)
        return len(opened) == len(closed) and self.queue_is_empty()


def processes():
    """All that run: process id, that of the parent, name."""
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, rest = path.read_text().split(" (", 1)
        except (FileNotFoundError, ProcessLookupError):
            continue
        name, rest = rest.rsplit(") ", 1)
        yield int(pid), int(rest.split()[1]), name


def running(pid):
    """A process that ended may lie about until the init of a container notices; that is not running."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
