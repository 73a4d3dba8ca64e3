"""In a private root: what `make install` puts there, from a tree that is configured as README.md says.

The tree is the one without sanitizers: that of FOREIGN_PLUGIN_DIR.
"""
import os
import pathlib
import re
import subprocess

from .mail_host import run
from .waiting import Skip

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
UNIT = pathlib.Path("/usr/lib/systemd/system/clientid-shim.service")


def tree():
    return pathlib.Path(os.environ.get("FOREIGN_PLUGIN_DIR") or "/nonexistent").parent


def require_tree():
    if not (tree() / "config.status").exists():
        raise Skip("there is no tree without sanitizers; FOREIGN_PLUGIN_DIR names its .libs")
    configured = subprocess.run([tree() / "config.status", "--config"], capture_output=True, text=True).stdout
    for wanted in re.findall(r"--\w+=\S+", re.search(r"\./configure (.*)", README.read_text())[1]):
        if wanted not in configured.replace("'", "").split():
            raise Skip(f"{tree()} is not configured as README.md says, with {wanted}")


def environment(**more):
    """Without what the make that runs the test would tell another one."""
    return {**{key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}, **more}


def make(*arguments, **variables):
    """In the tree."""
    return run("make", "-C", tree(), *arguments, env=environment(**variables))


def install():
    make("install")


def as_unit():
    """The command of the unit, as the user and with the rights that it says."""
    text = UNIT.read_text()

    def value(key):
        return re.search(rf"(?m)^{key}=(.*)$", text)[1]

    rights = "-all,+" + value("CapabilityBoundingSet").removeprefix("CAP_").lower()
    return ["setpriv", f"--reuid={value('User')}", f"--regid={value('Group')}", "--init-groups", "--no-new-privs",
            f"--inh-caps={rights}", f"--ambient-caps={rights}", f"--bounding-set={rights}", *value("ExecStart").split()]
