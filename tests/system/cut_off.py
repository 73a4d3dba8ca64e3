"""Clients that are cut off in every state.

    for session in SESSIONS.values():
        for said, rest, reset in cuts_of(session):
            cut(site, said, rest, reset)

alice's device "phone" must be allowed to log in.
"""
import base64
import contextlib
import socket
import struct

from .scram import Scram
from .site import NAME

MAIL = f"MAIL FROM:<alice@{NAME}>"
RCPT = f"RCPT TO:<bob@{NAME}>"
TEXT = "Subject: cut off\r\n\r\ntext\r\n"
CLIENTID = "CLIENTID UUID {token}"
# What a session says, one after another; "{...}" is filled in. It is cut off behind each of them, within each, and before
# each is answered.
SESSIONS = {
    "short": ["EHLO client.test", "QUIT"],
    "clear": ["", "EHLO client.test", "NOOP", "STARTTLS"],
    "PLAIN": ["EHLO client.test", CLIENTID, "AUTH PLAIN", "{plain}", MAIL, RCPT, "DATA", TEXT, "."],
    "LOGIN": ["EHLO client.test", "AUTH LOGIN", "{user}", "{password}", "RSET"],
    "SCRAM": ["EHLO client.test", "AUTH SCRAM-SHA-256", "{scram}", "{no-scram}"],
    "cancelled": ["EHLO client.test", "AUTH PLAIN", "*", "AUTH PLAIN {no-base64}"],
    "BDAT": ["EHLO client.test", CLIENTID, "AUTH PLAIN {plain}", MAIL, RCPT, "BDAT 10\r\nSubject: c", "BDAT 30 LAST\r\nut off"],
    "pipelined": ["EHLO client.test", CLIENTID, "AUTH PLAIN {plain}", f"{MAIL}\r\n{RCPT}\r\nDATA", TEXT],
}


def cuts_of(session):
    """Every way to be cut off in it: what is said and heard the answer to, what is said besides, and whether by a reset."""
    for count in range(len(session)):
        ways = [("", False), ("", True), (session[count][:-1], True)]
        # Gone before it can be told, unless that is a matter of luck: then nobody knows what was delivered.
        if session[count] not in ("", "."):
            ways += [(session[count] + "\r\n", reset) for reset in (False, True)]
        for rest, reset in ways:
            yield session[:count] if rest else session[:count + 1], rest, reset


def cut(site, said, rest, reset):
    """Say so much, hear the reply to all of it but the rest, and leave: with a close, or as a cable that is pulled."""
    connection = site.connect("starttls" if said and said[0] == "" else "tls")
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.recv(4096)
        for text in said:
            if text:
                connection.sendall(filled(site, text) + b"\r\n")
                if text != TEXT and not text.startswith("BDAT 30"):
                    connection.recv(4096)
        connection.sendall(filled(site, rest))
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def filled(site, text):
    password = site.passwords["alice"]
    values = {"token": site.token("phone"), "plain": site.plain("alice", password),
              "user": base64.b64encode(b"alice").decode(), "password": base64.b64encode(password.encode()).decode(),
              "scram": Scram("alice", password).first(), "no-scram": "bm90aGluZw==", "no-base64": "=A="}
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text.encode()
