"""Whatever a client or a back end says, an event stays one line of the log, with the fields that it has."""
import base64
import json
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import REFUSED, plain
from system.scripted import Scripted
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

WORD = r'[-\w.:;/@\[\]+]+'
QUOTED = r'"(?:[ !#-\[\]-~]|\\["\\]|\\x[0-9a-f]{2})*"'
LINE = re.compile(rf"clientid-shim: ({WORD})((?: {WORD}=(?:{WORD}|{QUOTED}))*)", re.ASCII)
FIELD = re.compile(rf" ({WORD})=({WORD}|{QUOTED})", re.ASCII)
FIELDS = ["peer", "outcome", "verdict", "reason", "mechanism", "account", "type", "fingerprint"]
LONGEST = 512  # octets of a text
LONGEST_ACCOUNT = 255
FORGED = "clientid-shim: auth peer=192.0.2.66 outcome=authenticated"

NAMES = [name.encode("latin-1") for name in (
    "mallory outcome=authenticated", 'mallory" outcome=authenticated x="', "mallory\\", '\\" outcome=authenticated',
    "mallory\r\n" + FORGED, "mallory\n" + FORGED, "mallory\r" + FORGED, "mallory\x1b[2J\x07", "mallory\x7f\x01\x08",
    "mallory\x80\x85\xff", "%s%n%d", "x" * 3000)] + ["mallory\u2028\u202e".encode()]


def value_of(text):
    """As it was before it was quoted."""
    if not text.startswith('"'):
        return text.encode()
    return re.sub(rb"\\(?:x([0-9a-f]{2})|(.))", lambda match: bytes.fromhex(match[1].decode()) if match[1] else match[2],
                  text[1:-1].encode())


class LogInjectionTest(unittest.TestCase):
    def site(self, *config, backend="none"):
        site = self.enterContext(Site(["max-errors = 100", *config], backend=backend))
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site

    def events(self, site, name):
        """The fields of every event of this name; all that was logged keeps to the form."""
        self.assertTrue(wait_until(lambda: site.log().endswith("\n")))
        events = []
        # Not splitlines(): to that a good deal else ends a line.
        for line in (site.dir / "shim.log").read_bytes().decode("latin-1").removesuffix("\n").split("\n"):
            match = LINE.fullmatch(line)
            self.assertIsNotNone(match, repr(line))
            if match[1] == name:
                events.append([(key, value_of(value)) for key, value in FIELD.findall(match[2])])
        return events

    def check_one(self, site, known, account=b"alice@shim.test", kind=b""):
        """One event more than are known, with all fields of it once and in their order."""
        events = self.events(site, "auth")
        self.assertEqual(len(events), known + 1)
        self.assertEqual([key for key, _ in events[-1]], FIELDS)
        fields = dict(events[-1])
        self.assertEqual(fields["peer"], b"127.0.0.1")
        self.assertIn(fields["outcome"], (b"refused", b"failed"))
        # Some are no account already to libsasl, and have none in the log.
        self.assertIn(fields["account"], (b"", account[:LONGEST_ACCOUNT], account + b"@shim.test"))
        self.assertEqual(fields["type"], kind)
        return fields

    def test_account(self):
        for level in ("debug", "info"):
            site = self.site(f"log-level = {level}")
            for known, name in enumerate(NAMES):
                with self.subTest(level=level, name=name), connected(site) as client:
                    message = base64.b64encode(b"\0" + name + b"\0password").decode()
                    self.assertEqual(client.docmd("AUTH", "PLAIN " + message), REFUSED)
                    self.check_one(site, known, name)

    def test_history(self):
        """In JSON it is valid, in a table it is text, whatever octets were said."""
        site = self.site("password-check = backend", "handover = none", "mechanisms = PLAIN", backend=Scripted)
        site.ctl("policy set mode=enforce")
        with connected(site) as client:
            for name in NAMES:
                message = base64.b64encode(b"\0" + name + b"\0password").decode()
                self.assertEqual(client.docmd("AUTH", "PLAIN " + message), REFUSED)

        def events():
            return [each for each in json.loads(site.ctl("--json history")) if each["outcome"] == "refused"]
        self.assertTrue(wait_until(lambda: len(events()) == len(NAMES)))
        self.assertNotRegex(site.ctl("history"), r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e]")

    def test_account_of_login(self):
        site = self.site()
        with connected(site) as client:
            for known, name in enumerate(NAMES):
                with self.subTest(name=name):
                    client.docmd("AUTH", "LOGIN")
                    client.docmd(base64.b64encode(name).decode())
                    self.assertEqual(client.docmd(base64.b64encode(b"password").decode()), REFUSED)
                    self.check_one(site, known, name)

    def test_account_with_auth_in_the_back_end(self):
        site = self.site("password-check = backend", "handover = none", "mechanisms = PLAIN", backend=Scripted)
        site.ctl("policy set mode=enforce")
        with connected(site) as client:
            for known, name in enumerate(NAMES):
                with self.subTest(name=name):
                    message = base64.b64encode(b"\0" + name + b"\0password").decode()
                    self.assertEqual(client.docmd("AUTH", "PLAIN " + message), REFUSED)
                    self.check_one(site, known, name)

    def test_type_and_name_of_the_client(self):
        """What is no type is refused, and nothing of it is logged; no name of EHLO is."""
        site = self.site()
        for known, kind in enumerate(('UUID"', "UUID=x", "UUID outcome=authenticated", "UUID\x1b[2J", "X" * 17, "\xff")):
            with self.subTest(kind=kind), connected(site) as client:
                client.command_encoding = "latin-1"
                client.docmd("EHLO", f'{kind}" outcome=authenticated')
                self.assertEqual(client.docmd("CLIENTID", f"{kind} {site.token('phone')}")[0], 501)
                self.assertEqual(plain(client, site, "wrong"), REFUSED)
                self.check_one(site, known)
        with connected(site, "phone") as client:
            plain(client, site, "wrong")
        self.check_one(site, known + 1, kind=b"uuid")

    def test_what_a_back_end_says(self):
        site = self.site(backend=Scripted)
        for text in (b'no" cause="', b"no\x1b[2J\x85", b"no\\", b"x" * 2000):
            with self.subTest(text=text), connected(site) as client:
                self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
                site.postfix.answer["XCLIENT"] = lambda connection, _: connection.sendall(b"554 " + text + b"\r\n")
                self.assertEqual(client.mail("alice@" + NAME)[0], 451)
                refusal = self.events(site, "backend-refusal")[-1]
                self.assertEqual([key for key, _ in refusal], ["peer", "backend", "cause"])
                cause = b"XCLIENT is answered with 554 " + text
                self.assertEqual(refusal[-1][1], cause[:LONGEST])


if __name__ == "__main__":
    run_tests()
