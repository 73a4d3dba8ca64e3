"""Every mechanism crossed with every way to check a password, and how alice logs in by each.

    with site_with("saslauthd") as site:
        site.start()
        for mechanism in MECHANISMS["saslauthd"]:
            reply = log_in(site, mechanism, "phone")
"""
import base64
import contextlib

from .client import connected
from .saslauthd import Saslauthd
from .scram import Scram
from .site import Site

ACCEPTED = (235, b"2.7.0 Authentication successful")
REFUSED = (535, b"5.7.8 Authentication credentials invalid")
UNAVAILABLE = (454, b"4.7.0 Temporary authentication failure")

# The daemon alone knows the passwords.
SASLAUTHD = ["pwcheck_method: saslauthd", "saslauthd_path: {dir}/saslauthd/run/mux", "sasldb_path: {dir}/nobody"]


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


# Who checks the password, and the mechanisms that can work so: SCRAM needs the password itself, not a daemon's opinion.
MECHANISMS = {"sasldb": [plain, login, scram], "saslauthd": [plain, login]}
# As the history names them: the session makes PLAIN of LOGIN.
NAMES = {plain: "PLAIN", login: "PLAIN", scram: "SCRAM-SHA-256"}


@contextlib.contextmanager
def site_with(method, config=()):
    if method == "sasldb":
        with Site(config) as site:
            yield site
    else:
        with Site(config, sasl=SASLAUTHD) as site, Saslauthd(site.dir / "saslauthd", site.dir / "sasldb"):
            yield site


def log_in(site, mechanism, device=None, password=None):
    """The reply to AUTH of alice on a connection of its own; without a password given, with the right one."""
    with connected(site, device) as client:
        return mechanism(client, site, password or site.passwords["alice"])
