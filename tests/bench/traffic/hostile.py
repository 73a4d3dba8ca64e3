"""Clients that want to get in, or to break something. What they send has `hostile` or TEST_NET in it, which must not be
seen behind the shim.
"""
import contextlib
import os
import random
import socket
import struct

from system.cut_off import SESSIONS, cut, cuts_of

from .good import authenticated, encrypted
from .raw import PATIENCE, Raw

TEST_NET = "192.0.2."  # RFC 5737: of nobody
REFUSALS = ("500", "501", "502", "503", "504", "530", "421")
CUTS = [each for session in SESSIONS.values() for each in cuts_of(session)]
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 500  # of a handshake, as far as it comes
BODY = "Subject: outer\r\n\r\nouter{}MAIL FROM:<hostile@shim.test>\r\nRCPT TO:<sink@sink.test>\r\nDATA\r\n" \
       "Subject: inner\r\n\r\ninner\r\n.\r\n"
# What is no end of a message, and what some server took for one.
ENDS = ("\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\n\n.\n\n", "\r\r\n.\r\r\n", "\n.\r", "\r.\n")


def clear(site, listener="starttls"):
    """Without TLS, which the listener `tls` does not speak."""
    return Raw(socket.create_connection(("127.0.0.1", site.ports[listener]), PATIENCE, (site.stranger(), 0)))


def random_octets(site):
    with clear(site) as client:
        client.hear("220")
        client.say(os.urandom(5000))
        client.hear_end(*REFUSALS)


def random_octets_for_tls(site):
    with clear(site, "tls") as client:
        client.say(os.urandom(5000))
        client.hear_end()


def random_octets_within_tls(site):
    with encrypted(site, site.stranger()) as client:
        client.say(os.urandom(5000))
        client.hear_end(*REFUSALS)


def long_line(site):
    with encrypted(site, site.stranger()) as client:
        client.say(b"NOOP " + b"x" * random.choice((2042, 5000, 200_000)) + b"\r\n", "500")
        client.hear_end()


def line_without_end(site):
    with clear(site) as client:
        client.hear("220")
        client.say(b"EHLO " + b"x" * 100_000, "500")
        client.hear_end()


def long_line_of_auth(site):
    with encrypted(site, site.stranger()) as client:
        client.say(b"AUTH PLAIN\r\n", "334")
        client.say(b"QUFB" * 4000 + b"\r\n", "500")
        client.hear_end()


def smuggled_message(site):
    with authenticated(site) as client:
        client.say(b"MAIL FROM:<hostile@shim.test>\r\n", "250")
        client.say(b"RCPT TO:<sink@sink.test>\r\n", "250")
        client.say(b"DATA\r\n", "354")
        client.say(BODY.format(random.choice(ENDS)).encode(), "554")
        client.hear_end()


def smuggled_command(site):
    with encrypted(site, site.stranger()) as client:
        end = random.choice((b"\n", b"\r", b"\r\r\n", b"\0\r\n"))
        client.say(b"NOOP" + end + b"MAIL FROM:<hostile@shim.test>\r\n", "500")
        client.hear_end()


def injected_behind_starttls(site):
    with clear(site) as client:
        client.hear("220")
        client.say(b"EHLO client.test\r\n", "250")
        client.say(b"STARTTLS\r\n" + random.choice((b"NOOP\r\n", b"EHLO hostile.test\r\nCLIENTID UUID x\r\n", b"NO")))
        client.hear_end("220")


def half_a_handshake(site):
    with clear(site, random.choice(("tls", "starttls"))) as client:
        if client.connection.getpeername()[1] == site.ports["starttls"]:
            client.hear("220")
            client.say(b"EHLO client.test\r\n", "250")
            client.say(b"STARTTLS\r\n", "220")
        client.say(HELLO[:random.randrange(len(HELLO))])
        leave(client)


def cut_off(site):
    cut(site, *random.choice(CUTS))


def xclient(site):
    with encrypted(site, site.stranger()) as client:
        for verb in (f"XCLIENT ADDR={TEST_NET}66 LOGIN=alice@shim.test", f"XFORWARD ADDR={TEST_NET}66", "xclient LOGIN=alice"):
            client.say(verb.encode() + b"\r\n", "500")
        client.say(b"MAIL FROM:<hostile@shim.test>\r\n", "530")
        client.say(b"QUIT\r\n", "221")


def xclient_behind_auth(site):
    with authenticated(site) as client:
        client.say(f"NOOP\r\nXCLIENT ADDR={TEST_NET}66 LOGIN=hostile@shim.test\r\nXFORWARD ADDR={TEST_NET}66\r\n".encode(), "250")
        client.hear("500")
        client.hear("500")
        client.say(b"MAIL FROM:<alice@shim.test>\r\n", "250")
        client.say(f"XCLIENT LOGIN=hostile@shim.test ADDR={TEST_NET}66\r\n".encode(), "500")
        client.say(b"QUIT\r\n", "221")


def proxy_header(site):
    with clear(site) as client:
        client.hear("220")
        client.say(f"PROXY TCP4 {TEST_NET}1 {TEST_NET}2 1000 587\r\n".encode(), "500")
        client.say(b"QUIT\r\n", "221")


def proxy_header_in_binary(site):
    with clear(site, random.choice(("tls", "starttls"))) as client:
        client.say(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x01\xc0\0\x02\x02\x03\xe8\x02\x4b")
        if client.connection.getpeername()[1] == site.ports["starttls"]:
            client.hear("220")
            client.hear_end(*REFUSALS)
        else:
            leave(client)


def nonsense(site):
    """As many errors as a session may have."""
    with clear(site) as client:
        client.hear("220")
        client.say(b"GET / HTTP/1.1\r\nHost: hostile.test\r\n" + b"NONSENSE\r\n" * 20)
        client.hear_end("500", "501", "421")


def out_of_order(site):
    with clear(site) as client:
        client.hear("220")
        client.say(b"AUTH PLAIN AGhvc3RpbGUAaG9zdGlsZQ==\r\n", "503", "530")
        client.say(b"MAIL FROM:<hostile@shim.test>\r\n", "503", "530")
        client.say(b"CLIENTID UUID x\r\n", "500")
        client.say(b"EHLO client.test\r\n", "250")
        client.say(b"STARTTLS now\r\n", "501")
        client.say(b"BDAT 99999999999 LAST\r\n", "501", "530")
        leave(client)


def malformed_auth(site):
    with encrypted(site, site.stranger()) as client:
        client.say(b"CLIENTID UUID " + b"x" * 129 + b"\r\n", "501")
        client.say(b"AUTH PLAIN =A=\r\n", "501")
        client.say(b"CLIENTID UUID x\r\n", "503")
        client.say(b"AUTH PLAIN\r\n", "334")
        client.say(b"*\r\n", "501")
        client.say(b"AUTH NONSENSE\r\n", "504")
        client.say(b"AUTH SCRAM-SHA-256 bixh\r\n", "501", "535")
        client.say(b"BDAT 5\r\n12345", "530")
        client.hear_end()


def leave(client):
    """As a cable that is pulled, or by a close."""
    if random.random() < 0.5:
        with contextlib.suppress(OSError):
            client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


ALL = (random_octets, random_octets_for_tls, random_octets_within_tls, long_line, line_without_end, long_line_of_auth,
       smuggled_message, smuggled_command, injected_behind_starttls, half_a_handshake, cut_off, xclient,
       xclient_behind_auth, proxy_header, proxy_header_in_binary, nonsense, out_of_order, malformed_auth)
