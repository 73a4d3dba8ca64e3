"""Clients that take their time, on purpose or not. The shim ends those that take too much."""
import socket
import time

from .good import ENVELOPE, MESSAGE, authenticated, encrypted
from .hostile import HELLO, clear

OCTETS = 200  # so many seconds at the most, if one is sent in each


def drip(client, octets):
    """One a second, as long as the server does not answer."""
    client.connection.settimeout(1)
    for octet in octets:
        client.say(bytes([octet]))
        try:
            return client.hear_end("421")
        except TimeoutError:
            continue
    raise TimeoutError(f"{len(octets)} octets in as many seconds, and no end")


def dripped_command(site):
    with encrypted(site, site.stranger()) as client:
        drip(client, b"NOOP " + b"x" * OCTETS)


def dripped_auth(site):
    with encrypted(site, site.stranger()) as client:
        client.say(b"AUTH PLAIN\r\n", "334")
        drip(client, b"QUFB" * OCTETS)


def dripped_handshake(site):
    with clear(site, "tls") as client:
        drip(client, HELLO)


def silent_from_the_start(site):
    with clear(site) as client:
        client.hear("220")
        client.hear("421")
        client.hear_end()


def silent_within_a_handshake(site):
    with clear(site) as client:
        client.hear("220")
        client.say(b"EHLO client.test\r\n", "250")
        client.say(b"STARTTLS\r\n", "220")
        client.hear_end()


def silent_behind_auth(site):
    with authenticated(site) as client:
        client.hear("421")
        client.hear_end()


def silent_within_a_message(site):
    with authenticated(site) as client:
        client.say(b"MAIL FROM:<hostile@shim.test>\r\n", "250")
        client.say(b"RCPT TO:<sink@sink.test>\r\n", "250")
        client.say(b"DATA\r\n", "354")
        client.say(b"Subject: held\r\n\r\n")
        client.hear("421")
        client.hear_end()


def deaf(site):
    """Asks and asks, and takes no answers."""
    with clear(site) as client:
        client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.hear("220")
        client.say(b"EHLO client.test\r\n" * 100_000)


def idle_and_back(site):
    """Good ones: they may be silent for so long."""
    with authenticated(site) as client:
        for _ in range(2):
            time.sleep(site.time_limit / 2)
            client.say(b"NOOP\r\n", "250")
        client.say(b"QUIT\r\n", "221")
    return 0


def slow_message(site):
    with authenticated(site) as client:
        client.say(ENVELOPE, "250")
        client.hear("250")
        client.say(b"DATA\r\n", "354")
        for line in MESSAGE.encode().splitlines(keepends=True):
            client.say(line)
            time.sleep(1)
        client.say(b".\r\n", "250")
        client.say(b"QUIT\r\n", "221")
    return 1


ALL = (dripped_command, dripped_auth, dripped_handshake, silent_from_the_start, silent_within_a_handshake,
       silent_behind_auth, silent_within_a_message, deaf, idle_and_back, slow_message)
