"""A private Dovecot submission service: it knows the passwords, and gives mail to a Postfix behind it.

    with Dovecot(directory, passwords, relay_port) as dovecot:
        ... send mail to 127.0.0.1, dovecot.port ...

`masters` are passwords as well, of users who may authenticate for any other.

It can be started by root alone.
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess

from .waiting import Skip, free_port, wait_until

COMMON = """\
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
protocols = submission
listen = 127.0.0.1
ssl = no
auth_mechanisms = plain login
submission_relay_host = 127.0.0.1
submission_relay_port = {relay}
submission_relay_trusted = yes
service submission-login {{
  inet_listener submission {{
    port = {port}
  }}
  inet_listener submissions {{
    port = 0
  }}
}}
"""

BEFORE_2_4 = """\
disable_plaintext_auth = no
mail_location = maildir:{dir}/mail
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {dir}/masters
  master = yes
  result_success = continue
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {dir}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={dir}/home
}}
"""

SINCE_2_4 = """\
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = {dir}/mail
passdb masters {{
  driver = passwd-file
  default_password_scheme = PLAIN
  passwd_file_path = {dir}/masters
  master = yes
  result_success = continue
}}
passdb passwd-file {{
  default_password_scheme = PLAIN
  passwd_file_path = {dir}/users
}}
userdb static {{
  fields {{
    uid = nobody
    gid = nogroup
    home = {dir}/home
  }}
}}
"""


class Dovecot:
    def __init__(self, directory, passwords, relay_port, masters=None):
        self.dir, self.relay_port = pathlib.Path(directory), relay_port
        self.files = {"users": passwords, "masters": masters or {}}
        self.port = free_port()

    def __enter__(self):
        for name in ("run", "state", "mail", "home"):
            (self.dir / name).mkdir(parents=True)
        for name in ("mail", "home"):
            shutil.chown(self.dir / name, "nobody", "nogroup")
        for file, passwords in self.files.items():
            path = self.dir / file
            path.touch(mode=0o600)
            path.write_text("".join(f"{name}:{password}\n" for name, password in passwords.items()))
            shutil.chown(path, "dovecot")
        config = self.dir / "dovecot.conf"
        config.write_text(self._config().format(dir=self.dir, port=self.port, relay=self.relay_port))
        with open(self.dir / "errors", "wb") as errors:
            self.process = subprocess.Popen(["dovecot", "-F", "-c", config], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True)
        if not wait_until(lambda: self.process.poll() is not None or "starting up" in self.log(), 20) \
                or self.process.poll() is not None:
            self.__exit__()
            raise RuntimeError("Dovecot does not start: " + (self.dir / "errors").read_text() + self.log())
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(20)

    def log(self):
        path = self.dir / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    @staticmethod
    def _config():
        said = subprocess.run(["dovecot", "--version"], capture_output=True, text=True).stdout
        version = re.match(r"\d+\.\d+\.\d+", said)[0]
        if tuple(map(int, version.split(".")[:2])) < (2, 4):
            return BEFORE_2_4 + COMMON
        return f"dovecot_config_version = {version}\ndovecot_storage_version = {version}\n" + SINCE_2_4 + COMMON


def require_dovecot():
    if os.geteuid() != 0:
        raise Skip("Dovecot can be started by root alone")
    if not shutil.which("dovecot"):
        raise Skip("there is no dovecot here")
