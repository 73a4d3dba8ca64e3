"""In a private root: the machine of a postmaster, before there is anything of ours.

A Postfix as the distribution installs it, with mailboxes for alice and bob of example.com; their passwords in sasldb,
and saslauthd that looks there; and a certificate for mail.example.com. Then a mail program, to see what became of it.
"""
import base64
import os
import pathlib
import pwd
import secrets
import shutil
import smtplib
import ssl
import subprocess

from .private_root import NAME
from .waiting import Skip, wait_until

DOMAIN = "example.com"
CERTIFICATE, KEY = pathlib.Path("/etc/ssl/mail.pem"), pathlib.Path("/etc/ssl/mail.key")
MAIN_CF = pathlib.Path("/etc/postfix/main.cf")
MAILDIR = pathlib.Path("/var/mail/alice")
LOG = pathlib.Path("/var/log/mail.log")

MAIN = f"""\
compatibility_level = 3.6
maillog_file = {LOG}
myhostname = {NAME}
inet_interfaces = loopback-only
inet_protocols = ipv4
mydestination =
alias_maps =
alias_database =
default_transport = error:nothing goes out
virtual_mailbox_domains = {DOMAIN}
virtual_mailbox_base = /var/mail
virtual_mailbox_maps = inline:{{{{ alice@{DOMAIN}=alice/, bob@{DOMAIN}=bob/ }}}}
virtual_uid_maps = static:{{uid}}
virtual_gid_maps = static:{{gid}}
"""


def require():
    for program in ("postfix", "saslpasswd2", "saslauthd", "openssl"):
        if not shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin"):
            raise Skip(f"there is no {program} here")
    if pathlib.Path("/etc/clientid").exists():
        raise Skip("this machine has a configuration of ours already, /etc/clientid")


def run(*command, **more):
    """What it says, also of its errors; it must succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: status {done.returncode}: {done.stdout.strip()}")
    return done.stdout


class MailHost:
    def __init__(self):
        self.passwords = {name: secrets.token_urlsafe(12) for name in ("alice", "bob")}
        nobody = pwd.getpwnam("nobody")
        MAIN_CF.write_text(MAIN.format(uid=nobody.pw_uid, gid=nobody.pw_gid))
        os.chown(MAIN_CF, 0, 0)
        for name in self.passwords:
            pathlib.Path(f"/var/mail/{name}").mkdir()
            os.chown(f"/var/mail/{name}", nobody.pw_uid, nobody.pw_gid)
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
            KEY, "-out", CERTIFICATE, "-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}")
        # As the postinst of sasl2-bin makes it.
        sasldb = pathlib.Path("/etc/sasldb2")
        sasldb.unlink(missing_ok=True)
        for name, password in self.passwords.items():
            run("saslpasswd2", "-p", "-c", "-u", DOMAIN, name, input=password)
        shutil.chown(sasldb, group="sasl")
        sasldb.chmod(0o660)

    def start_saslauthd(self):
        directory = pathlib.Path("/run/saslauthd")
        directory.mkdir()
        shutil.chown(directory, group="sasl")
        directory.chmod(0o710)
        run("saslauthd", "-a", "sasldb", "-n", "1", "-m", directory)

    def start_shim(self, *command):
        """Until it takes clients; what it says on standard error is for the output of the test."""
        self.shim = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        if not wait_until(lambda: self.shim.poll() is not None or self._greets(), 20) or self.shim.poll() is not None:
            raise RuntimeError("the shim does not take clients")

    def stop_shim(self):
        self.shim.terminate()
        if self.shim.wait(20) != 0:
            raise RuntimeError(f"the shim ended with status {self.shim.returncode}")

    def login(self, account, token=None, send=False):
        """A mail program logs in with the right password: the code of the answer. `send`: then it mails to alice."""
        with smtplib.SMTP(NAME, 587, "client.test", timeout=30) as client:
            client.starttls(context=ssl.create_default_context(cafile=CERTIFICATE))
            client.ehlo()
            if token:
                client.docmd("CLIENTID", "UUID " + token)
            plain = base64.b64encode(f"\0{account}\0{self.passwords[account]}".encode()).decode()
            code = client.docmd("AUTH", "PLAIN " + plain)[0]
            if send:
                client.sendmail(f"{account}@{DOMAIN}", [f"alice@{DOMAIN}"], "Subject: test\r\n\r\nHello.\r\n")
            return code

    def delivered(self, messages):
        """Whether alice gets so many."""
        return wait_until(lambda: len(list(MAILDIR.glob("new/*"))) == messages, 20)

    @staticmethod
    def _greets():
        try:
            with smtplib.SMTP(NAME, 587, timeout=5):
                return True
        except OSError:
            return False
