"""Threats: reading memory - a password that stands where it does not belong, in a configuration or on a command line, is
repeated by no error; which says all the same where the fault is.
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.site import program

SECRET = "hors3battery"
URI = f"postgresql://clientid:{SECRET}@db.example.com/clientid"
USAGE = 2


class OptionSecretsTest(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def refusal(self, name, file, content, *options):
        """What the program says of this file and these options, behind its name and that of the file."""
        path = self.dir / file
        path.write_text(content)
        command = [program(name), "--config", path, *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stdout), (USAGE, ""))
        self.assertNotIn(SECRET, done.stderr)
        self.assertRegex(done.stderr, r"\A[^\n]+\n\Z")
        return done.stderr.rstrip("\n").partition(": ")[2].removeprefix(f"{path}:")

    def ctl(self, content, *options):
        return self.refusal("CLIENTIDCTL", "clientid.conf", content, *options, "list")

    def shim(self, content, *options):
        return self.refusal("SHIM", "shim.conf", content, *options)

    def test_lines_that_are_no_pairs(self):
        for refusal in (self.ctl, self.shim):
            self.assertEqual(refusal(f"# one\n{URI}\n"), "2: is no line of the form KEY = VALUE")
            self.assertEqual(refusal(f"{SECRET}\n"), "1: is no line of the form KEY = VALUE")
            self.assertEqual(refusal(f"[{URI}]\n"), "1: there are no sections; remove this line")
        self.assertEqual(self.ctl(f"store {URI}\n"), "1: store: is no line of the form KEY = VALUE")
        self.assertEqual(self.shim(f"backend smtp://clientid:{SECRET}@127.0.0.1:25\n"),
                         "1: backend: is no line of the form KEY = VALUE")

    def test_a_url_in_two_lines(self):
        self.assertEqual(self.ctl(f"store = postgresql://\n  clientid:{SECRET}@db.example.com/clientid?sslmode=require\n"),
                         "2: no such key; see the manual page for those there are")

    def test_unknown_keys(self):
        advice = "no such key; see the manual page for those there are"
        self.assertEqual(self.ctl(f"stoer = {URI}\n"), f"1: stoer: {advice}")
        self.assertEqual(self.shim(f"handover-password = {SECRET}\n"), f"1: handover-password: {advice}")

    def test_values(self):
        self.assertEqual(self.shim(f"backend = smtp://clientid:{SECRET}@127.0.0.1:25\n").partition(";")[0],
                         "1: backend: is no address of a back end")
        self.assertEqual(self.shim("", "--backend", f"smtp://clientid:{SECRET}@127.0.0.1:25").partition(";")[0],
                         "--backend: is no address of a back end")
        complete = "listen = 127.0.0.1:0 tls\nbackend = smtp://127.0.0.1:25\ntls-certificate = x\ntls-key = x\n"
        self.assertEqual(self.shim(f"{complete}alert-command = curl --user me:{SECRET} https://alerts.example.com\n"),
                         " alert-command: it takes PROGRAM [ARGUMENT ...], the path from the root on")

    def test_options(self):
        for refusal, advice in ((self.ctl, "; see clientidctl list --help"), (self.shim, "; see clientid-shim --help")):
            self.assertEqual(refusal("", f"--stoer={URI}"), f'there is no such option "stoer"{advice}')
            self.assertEqual(refusal("", f"--{SECRET}"), f"there is no such option{advice}")
            self.assertEqual(refusal("", f"--{URI}"), f"there is no such option{advice}")
            self.assertEqual(refusal("", f"--json={SECRET}").partition(";")[0], "--json: takes no value")
        self.assertEqual(self.ctl("", f"--key-file={SECRET}", f"--key-file={SECRET}"), "--key-file: is given twice")
        self.assertEqual(self.shim("", f"-x{SECRET}"), 'there is no such option "x"; see clientid-shim --help')
        self.assertEqual(self.shim("", "--workers", "2", SECRET),
                         "a word stands there that belongs to no option; see clientid-shim --help")


if __name__ == "__main__":
    unittest.main()
