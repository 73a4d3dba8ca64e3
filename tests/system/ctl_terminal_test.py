"""What clientidctl asks on a terminal."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.ctl_site import DONE, PROGRAM, RULE, SiteTest
from system.terminal import Terminal


class TerminalTest(SiteTest):
    def talk(self, arguments, prompt, answer):
        """Answer the prompt on a terminal; gives the status and all that it showed."""
        with Terminal([PROGRAM, "--config", self.conf, *arguments]) as terminal:
            terminal.until(lambda shown: prompt in shown)
            terminal.type(answer)
            shown = terminal.until(lambda _: False)
            return terminal.process.wait(timeout=20), shown

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
