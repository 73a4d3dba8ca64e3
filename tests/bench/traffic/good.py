"""Mail programs that a site is for. Each tells how many messages the server has taken from it."""
import random

from system.client import connected
from system.mechanisms import ACCEPTED, login, plain, scram

from .raw import PATIENCE, Raw, Unexpected

SENDER, RECEIVER = "good@shim.test", "sink@sink.test"
MESSAGE = "Subject: soak\r\n\r\n" + ("x" * 76 + "\r\n") * 20
ENVELOPE = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECEIVER}>\r\n".encode()


def logged_in(site):
    """As Thunderbird comes, by any of the mechanisms."""
    client = connected(site, "phone", PATIENCE)
    mechanism = random.choice((plain, login, scram))
    reply = mechanism(client, site, site.passwords["alice"])
    if reply != ACCEPTED:
        client.close()
        raise Unexpected(f"{mechanism.__name__} of the bound device is answered with {reply}")
    return client


def encrypted(site, source=None):
    """By TLS from the first octet, and behind EHLO."""
    client = Raw(site.connect("tls", source))
    client.hear("220")
    client.say(b"EHLO client.test\r\n", "250")
    return client


def authenticated(site):
    """The same, behind AUTH."""
    client = encrypted(site)
    client.say(f"CLIENTID UUID {site.token('phone')}\r\n".encode(), "250")
    client.say(f"AUTH PLAIN {site.plain('alice', site.passwords['alice'])}\r\n".encode(), "235")
    return client


def mail_program(site):
    with logged_in(site) as client:
        client.sendmail(SENDER, [RECEIVER], MESSAGE)
    return 1


def some_messages(site):
    with logged_in(site) as client:
        for _ in range(3):
            client.sendmail(SENDER, [RECEIVER], MESSAGE)
    return 3


def large_message(site):
    with logged_in(site) as client:
        client.sendmail(SENDER, [RECEIVER], MESSAGE + ("y" * 76 + "\r\n") * 10_000)
    return 1


def password_checked(site):
    logged_in(site).quit()
    return 0


def pipelined(site):
    with authenticated(site) as client:
        client.say(ENVELOPE + b"DATA\r\n", "250")
        client.hear("250")
        client.hear("354")
        client.say(MESSAGE.encode() + b".\r\n", "250")
        client.say(b"QUIT\r\n", "221")
    return 1


def chunked(site):
    with authenticated(site) as client:
        chunk = MESSAGE.encode()
        client.say(ENVELOPE + b"BDAT %d\r\n%sBDAT %d LAST\r\n%s" % (len(chunk), chunk, len(chunk), chunk), "250")
        for _ in range(3):
            client.hear("250")
        client.say(b"QUIT\r\n", "221")
    return 1


def thought_better(site):
    """RSET in the middle, and a recipient whom nobody takes."""
    with authenticated(site) as client:
        client.say(ENVELOPE + b"RSET\r\n", "250")
        client.hear("250")
        client.hear("250")
        client.say(b"MAIL FROM:<good@shim.test> NONSENSE=1\r\n", "501", "555")
        client.say(b"QUIT\r\n", "221")
    return 0


ALL = (mail_program, some_messages, large_message, password_checked, pipelined, chunked, thought_better)
