"""The tests of clientidctl, with the store in PostgreSQL."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import plain_program
from system.postgresql import require_built_with_it, require_postgresql, server_of
from system.waiting import run_tests, wait_until

HERE = pathlib.Path(__file__).resolve().parent

# Of import, what does not have to do with files alone.
SCRIPTS = {"bind": [], "block": [], "check": [], "edit": [], "export": [], "history": [],
           "import": ["ExportedTest", "ConflictTest", "KeyTest"], "import_csv": [], "key": [], "list": [], "purge": [],
           "settings": [], "states": [], "stats": [], "type": []}


class OnPostgresqlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server_of(cls)

    def check(self, script):
        name = f"ctl_{script}"
        # Its functions and errors have been seen by the sanitizers with the other engine; here it is the SQL.
        environment = {**os.environ, "CLIENTIDCTL": plain_program(), "CLIENTID_TEST_POSTGRESQL": self.server.url(name)}
        done = subprocess.run([sys.executable, HERE / f"{name}_test.py", *SCRIPTS[script]], env=environment,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # They really were there, and have left nothing.
        commits = f"SELECT xact_commit FROM pg_stat_database WHERE datname = '{name}'"
        self.assertTrue(wait_until(lambda: int(self.server.sql(commits)) > 20))
        self.assertEqual(self.server.sql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'ctl%'", name), "0")


for each in SCRIPTS:
    setattr(OnPostgresqlTest, f"test_{each}", lambda self, script=each: self.check(script))


if __name__ == "__main__":
    run_tests(require_postgresql, require_built_with_it)
