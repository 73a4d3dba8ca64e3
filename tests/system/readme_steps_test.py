"""The numbered steps of README.md, executed as they stand there on a machine with a real Postfix: from nothing to
enforcement. Once with systemd's files and saslauthd, once without systemd and with passwords in sasldb.
"""
import pathlib
import re
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system import mail_host, private_root
from system.installed_tree import as_unit, install, require_tree
from system.readme_steps import steps
from system.waiting import run_tests, wait_until

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"
WANTED = pathlib.Path("/etc/systemd/system/multi-user.target.wants/clientid-shim.service")
PLAIN = "plain"  # the machine without systemd


def with_sasldb(block):
    """The other way that the text of step 2 tells of."""
    [text] = [text for text in steps(README)[2].texts if "with passwords in sasldb" in text]
    changed = block
    for key in ("pwcheck_method", "auxprop_plugin"):
        [value] = re.findall(rf"`({key}: [^`]+)`", text)
        changed = re.sub(rf"(?m)^{key}: .*$", value, changed)
    return changed


def without_start(block, plain):
    """Step 5, whose last command takes systemd: here it can only enable the unit. Without systemd the text below it
    replaces the command."""
    start = "systemctl enable --now clientid-shim\n"
    if not block.endswith(start):
        raise RuntimeError("step 5 does not end with the start of the service")
    return block.removesuffix(start) + ("" if plain else start.replace("--now ", ""))


class Steps(unittest.TestCase):
    def test_from_nothing_to_enforcement(self):
        plain = VARIANT == PLAIN
        host = mail_host.MailHost()
        install()
        step = steps(README)
        self.assertEqual(len(step), 8, "this test knows eight steps")

        step[1].follow()
        mail_host.run("postfix", "start")
        if plain:
            step[2].follow(change=with_sasldb)
        else:
            step[2].follow()
            host.start_saslauthd()
        step[3].follow()
        step[4].follow(without_systemd=plain)
        said = step[5].follow(change=lambda block: without_start(block, plain))
        self.assertRegex(said, r"(?m)^good  ")
        self.assertNotRegex(said, r"(?m)^bad")
        if plain:
            host.start_shim("clientid-shim")
        else:
            self.assertTrue(WANTED.is_symlink())
            host.start_shim(*as_unit())
        self.addCleanup(host.stop_shim)

        phone, tablet = str(uuid.uuid4()), str(uuid.uuid4())
        self.observed(host, step[6], phone)
        laptop = self.learned(host, step[7], phone)
        self.enforced(host, step[8], phone, laptop, tablet)

    def observed(self, host, step, phone):
        """Everybody is let in, and the history tells whom enforce would refuse."""
        self.assertEqual(host.login("alice", phone, send=True), 235)
        self.assertEqual(host.login("bob", send=True), 235)
        self.assertTrue(host.delivered(2), mail_host.LOG.read_text())
        self.recorded("bob", "absent-refused")
        said = step.follow()
        for reason, account in (("unbound", "alice"), ("absent-refused", "bob")):
            self.assertIn(f"`{reason}`", " ".join(step.texts), "README does not name this reason")
            self.assertRegex(said, rf"(?m)^.*\b{account}@example\.com\b.*\b{reason}\b")

    def learned(self, host, step, phone):
        """alice has two devices then, one of them with the token that is printed."""
        said = step.follow()
        [laptop] = re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", said)
        self.assertEqual(host.login("alice", phone), 235)
        self.assertEqual(host.login("alice", laptop), 235)
        self.assertEqual(host.login("bob"), 235)
        self.recorded("alice", "learned")
        listed = mail_host.run("clientidctl", "--quiet", "list", "alice")
        self.assertEqual(listed.count("active"), 2, listed)
        return laptop

    def recorded(self, account, reason):
        """The history is written beside the answers to AUTH, soon after them."""
        self.assertTrue(wait_until(lambda: reason in mail_host.run("clientidctl", "history", account)), reason)

    def enforced(self, host, step, phone, laptop, tablet):
        step.follow()
        self.assertEqual(host.login("alice", phone, send=True), 235)
        self.assertEqual(host.login("alice", laptop), 235)
        self.assertEqual(host.login("alice", tablet), 535)
        self.assertEqual(host.login("alice"), 535)
        self.assertEqual(host.login("bob", phone), 535)
        self.assertEqual(host.login("bob"), 535)
        self.assertTrue(host.delivered(3), mail_host.LOG.read_text())


if __name__ == "__main__":
    def inside():
        global VARIANT
        VARIANT = private_root.enter("systemd", PLAIN)

    run_tests(mail_host.require, require_tree, private_root.require, inside)
