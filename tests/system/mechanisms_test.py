"""Every mechanism with every way to check a password, through the shim."""
import base64
import contextlib
import pathlib
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.saslauthd import Saslauthd, require_saslauthd
from system.scram import Scram
from system.site import NAME, Site
from system.waiting import run_tests

REFUSED = (535, b"5.7.8 Authentication credentials invalid")


def plain(client, site, password):
    return client.docmd("AUTH", "PLAIN " + site.plain("alice", password))


def login(client, site, password):
    reply = client.docmd("AUTH", "LOGIN")
    for text in ("alice", password):
        if reply[0] == 334:
            reply = client.docmd(base64.b64encode(text.encode()).decode())
    return reply


def scram(client, site, password):
    conversation = Scram("alice", password)
    code, text = client.docmd("AUTH", "SCRAM-SHA-256 " + conversation.first())
    if code == 334:
        code, text = client.docmd(conversation.final(text))
    if code == 334:
        if not conversation.believes(text):
            raise AssertionError("the server did not prove that it knows the password")
        code, text = client.docmd("")
    return code, text


class MechanismsTest(unittest.TestCase):
    def check(self, mechanisms, site):
        site.ctl("policy set mode=enforce")
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        for mechanism in mechanisms:
            for device, password, accepted in (
                    ("phone", site.passwords["alice"], True),
                    ("stranger", site.passwords["alice"], False),
                    (None, site.passwords["alice"], False),
                    ("phone", "wrong", False),
                    ("stranger", "wrong", False)):
                with self.subTest(mechanism=mechanism.__name__, device=device, accepted=accepted):
                    with self.client(site) as client:
                        if device:
                            client.docmd("CLIENTID", "UUID " + site.token(device))
                        reply = mechanism(client, site, password)
                    if accepted:
                        self.assertEqual(reply[0], 235)
                    else:
                        self.assertEqual(reply, REFUSED)

    @staticmethod
    @contextlib.contextmanager
    def client(site):
        with smtplib.SMTP("127.0.0.1", site.ports["starttls"], timeout=20) as client:
            client._host = NAME  # the name that smtplib believes to have connected to
            client.starttls(context=site.trust())
            client.ehlo()
            yield client

    def test_sasldb(self):
        with Site() as site:
            self.check([plain, login, scram], site)

    def test_saslauthd(self):
        daemon = ["pwcheck_method: saslauthd", "saslauthd_path: {dir}/saslauthd/run/mux", "sasldb_path: {dir}/nobody"]
        with Site(sasl=daemon) as site, Saslauthd(site.dir / "saslauthd", site.dir / "sasldb"):
            self.check([plain, login], site)


if __name__ == "__main__":
    run_tests(require_saslauthd)
