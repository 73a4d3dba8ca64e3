"""Programs that must not do what they are told: they end with a status and one line, which says why and what mends it.
"""
import re
import shlex
import subprocess

from .site import program
from .waiting import Skip

# Root without its right to use the files of everybody, so that modes count as they do for a user of a service.
WITHOUT_PRIVILEGES = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def start_in_vain(site, *prefix):
    """The status of the shim and its one line."""
    site.configure()
    return run_in_vain(site, [*prefix, program("SHIM"), "--config", site.dir / "shim.conf", "--log-level=info"])


def ctl_in_vain(site, arguments, *prefix):
    """The status of clientidctl and its one line."""
    command = [*prefix, program("CLIENTIDCTL"), "--config", site.dir / "clientid.conf", *shlex.split(arguments)]
    return run_in_vain(site, command)


def run_in_vain(site, command):
    done = subprocess.run(command, env=site.environment, input=site.token("any"), capture_output=True, text=True,
                          timeout=60)
    if not re.fullmatch(r"[^\n]+\n", done.stderr):
        raise AssertionError(f"not one line: {done.stderr!r}, status {done.returncode}")
    return done.returncode, done.stderr.rstrip("\n")


def mend(line):
    """Does what the line advises."""
    subprocess.run(re.search(r"mend it with: (.+)", line).group(1), shell=True, check=True)


def require_setpriv():
    try:
        subprocess.run([*WITHOUT_PRIVILEGES, program("SHIM"), "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skip(f"the right to use all files cannot be given up here: {error}") from error
