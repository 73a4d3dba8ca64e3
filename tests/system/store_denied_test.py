"""A store that its user may not read or write: refused at start, with the command that mends it."""
import contextlib
import pathlib
import re
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import ACCEPTED, log_in, plain
from system.refusing import WITHOUT_PRIVILEGES, ctl_in_vain, mend, require_setpriv, run_in_vain, start_in_vain
from system.site import Site, program, run
from system.waiting import run_tests

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


class StoreDeniedTest(unittest.TestCase):
    @contextlib.contextmanager
    def site(self):
        """With the store in a directory of its own."""
        with Site() as site:
            self.db = site.dir / "store" / "clientid.db"
            self.db.parent.mkdir(mode=0o755)
            config = site.dir / "clientid.conf"
            config.write_text(config.read_text().replace(str(site.dir / "clientid.db"), str(self.db)))
            site.ctl("init")
            site.ctl("policy set mode=enforce")
            site.ctl("bind alice UUID -", site.token("phone"))
            yield site

    def refused(self, site):
        """What the shim says. Once mended as it advises, it starts."""
        status, said = start_in_vain(site, *WITHOUT_PRIVILEGES)
        self.assertEqual(status, 4)
        self.assertTrue(said.startswith(f"clientid-shim: store sqlite:{self.db}: "), said)
        mend(said)
        site.start(*WITHOUT_PRIVILEGES)
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)

    def test_not_readable(self):
        with self.site() as site:
            self.db.chmod(0)
            self.assertEqual(ctl_in_vain(site, "list", *WITHOUT_PRIVILEGES)[0], 4)
            self.refused(site)

    def test_read_only(self):
        """It could judge by such a store, but the history would be lost."""
        with self.site() as site:
            self.db.chmod(0o440)
            self.assertEqual(ctl_in_vain(site, "enrol bob", *WITHOUT_PRIVILEGES)[0], 4)
            self.refused(site)

    def test_directory_read_only(self):
        with self.site() as site:
            self.db.parent.chmod(0o555)
            self.refused(site)

    def test_directory_closed(self):
        with self.site() as site:
            self.db.parent.chmod(0)
            self.refused(site)

    def test_of_somebody_else(self):
        """Obstacle by obstacle, who obeys gets through."""
        with self.site() as site:
            command = shutil.copy(program("CLIENTIDCTL"), site.dir)  # to where nobody may go
            (site.dir / "clientid.conf").chmod(0o644)
            bind = [*NOBODY, command, "--config", site.dir / "clientid.conf", "bind", "bob", "UUID", "-"]
            key = f"{site.dir}/clientid.key"
            for mended in (f"chgrp \\w+ {key} && chmod g\\+r {key}", f"chown \\w+ {self.db.parent}/",
                           rf"chown \w+ {self.db}\*"):
                line = run_in_vain(site, bind)[1]
                self.assertRegex(line, rf"; run this as its owner, or mend it with: {mended}$")
                mend(line)
            self.assertIn("bound", run(*bind, text=site.token("tablet")))


if __name__ == "__main__":
    run_tests(require_setpriv)
