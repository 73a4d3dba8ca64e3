"""What clientidctl asks on a terminal."""
import os
import pathlib
import pty
import select
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import DONE, PROGRAM, RULE, SiteTest


class TerminalTest(SiteTest):
    def talk(self, arguments, prompt, answer):
        """Answer the prompt on a terminal; gives the status and all that it showed."""
        master, slave = pty.openpty()
        process = subprocess.Popen([PROGRAM, "--config", self.conf, *arguments], stdin=slave, stdout=slave,
                                   stderr=slave)
        os.close(slave)
        shown, answered = b"", False
        deadline = time.monotonic() + 30
        try:
            while time.monotonic() < deadline:
                try:
                    if select.select([master], [], [], 0.2)[0]:
                        shown += os.read(master, 4096)
                except OSError:  # the other side is closed
                    break
                if prompt in shown and not answered:
                    answered = True
                    os.write(master, answer)
            process.wait(timeout=20)
        finally:
            process.kill()
            process.wait()
            os.close(master)
        return process.returncode, shown

    def test_token_is_not_echoed(self):
        token = self.token()
        status, shown = self.talk(["bind", "alice", "UUID", "-"], b"Token: ", token.encode() + b"\n")
        self.assertFalse(token.encode() in shown, "the terminal shows the token")
        self.assertEqual(status, DONE)
        self.assertIn(b"binding 1: bound", shown)

    def test_remove_asks(self):
        self.bind(), self.bind()
        status, shown = self.talk(["remove", "1", "2"], b"Remove 2 bindings?", b"n\n")
        self.assertEqual((status, len(self.json("list"))), (RULE, 2))
        status, shown = self.talk(["remove", "1", "2"], b"Remove 2 bindings?", b"y\n")
        self.assertEqual((status, len(self.json("list"))), (DONE, 0))


if __name__ == "__main__":
    unittest.main()
