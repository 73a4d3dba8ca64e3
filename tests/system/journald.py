"""A journal of systemd's own for one test: journald, and /dev/log, in a mount namespace that nothing else is in.

    with Journald() as journal:
        site.start(*journal.inside)
        journal.entries("CLIENTID_EVENT=auth")
"""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from .waiting import Skip, wait_until

PROGRAM = pathlib.Path("/lib/systemd/systemd-journald")
# Whatever the machine has in /run/systemd and /dev stays as it is.
START = """set -e
for place in /run/systemd /run/log /var/log/journal; do
  [ ! -d "$place" ] || mount -t tmpfs tmpfs "$place"
done
mkdir -p /run/systemd/journal
mount -t tmpfs -o mode=0755 tmpfs "$1"
for node in null zero random urandom; do touch "$1/$node"; mount --bind "/dev/$node" "$1/$node"; done
ln -s /run/systemd/journal/dev-log "$1/log"
mount --move "$1" /dev
exec "$0"
"""


def require_journald():
    if not PROGRAM.exists() or not shutil.which("journalctl"):
        raise Skip("systemd-journald is not installed")
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        raise Skip("a journal of one's own takes root, and leave to mount")


class Journald:
    def __enter__(self):
        with contextlib.ExitStack() as stack:
            directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clientid-")))
            (directory / "dev").mkdir()
            output = stack.enter_context(open(directory / "output", "w+b"))
            self.process = subprocess.Popen(["unshare", "--mount", "sh", "-c", START, PROGRAM, directory / "dev"],
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output)
            self.inside = ["nsenter", f"--mount=/proc/{self.process.pid}/ns/mnt", f"--wd={os.getcwd()}"]
            stack.callback(self._stop)
            if not wait_until(lambda: self.process.poll() is not None or self._runs("test", "-S", "/dev/log"), 20):
                raise RuntimeError("journald does not listen")
            if self.process.poll() is not None:
                output.seek(0)
                raise RuntimeError("journald ended: " + output.read().decode(errors="replace"))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def show(self, *arguments):
        """What journalctl prints of the shim."""
        subprocess.run([*self.inside, "journalctl", "--sync"], check=True, capture_output=True)
        return subprocess.run([*self.inside, "journalctl", "--quiet", "--no-pager", "--identifier=clientid-shim",
                               *arguments], check=True, capture_output=True).stdout.decode()

    def entries(self, *matches):
        return [json.loads(line) for line in self.show("--output=json", "--all", *matches).splitlines()]

    def _runs(self, *command):
        return subprocess.run([*self.inside, *command], capture_output=True).returncode == 0

    def _stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
