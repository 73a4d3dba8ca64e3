"""Clients that are slow on purpose: every wait has an absolute end, which no octet puts off."""
import contextlib
import pathlib
import socket
import ssl
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import plain
from system.postfix import require_postfix
from system.site import NAME, Site
from system.waiting import run_tests

SHORT, LONG = 2, 60  # seconds: the deadline that is tested, and those that must not end the wait in its place
TIMEOUT = b"421 4.4.2 Timeout\r\n"
KEYS = ("greeting-timeout", "command-timeout", "data-timeout", "session-timeout")


class SlowClientTest(unittest.TestCase):
    def site(self, key, backend="none"):
        deadlines = [f"{each} = {SHORT if each == key else LONG}s" for each in KEYS]
        site = self.enterContext(Site(deadlines, backend=backend))
        site.start()
        return site

    def encrypted(self, site):
        connection = self.enterContext(contextlib.closing(site.connect("tls")))
        connection.settimeout(LONG / 2)
        self.assertTrue(connection.recv(100).startswith(b"220 "))
        return connection

    def say(self, connection, line):
        connection.sendall(line + b"\r\n")
        return connection.recv(1000)

    def check_ends(self, connection, octets, end=TIMEOUT):
        """Octet by octet, as long as somebody takes them: the end comes all the same, and in time."""
        begun = time.monotonic()
        stop = threading.Event()
        dripping = threading.Thread(target=self.drip, args=[connection, octets, stop])
        dripping.start()
        heard = b""
        try:
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                while more := connection.recv(1000):
                    heard += more
            took = time.monotonic() - begun
        finally:
            stop.set()
            dripping.join()
        self.assertEqual(heard, end)
        self.assertGreater(took, SHORT - 0.5)
        # The shim waits a moment for the client to leave as well.
        self.assertLess(took, SHORT + 8)

    @staticmethod
    def drip(connection, octets, stop):
        with contextlib.suppress(OSError):
            for octet in octets:
                if stop.wait(0.1):
                    return
                connection.sendall(bytes([octet]))

    def clear(self, site, listener):
        return self.enterContext(contextlib.closing(socket.create_connection(("127.0.0.1", site.ports[listener]), LONG / 2)))

    HELLO = b"\x16\x03\x01\x02\x00" + b"\x01\x00\x01\xfc\x03\x03" + b"x" * 500  # of a handshake, as far as it comes

    def test_handshake(self):
        site = self.site("greeting-timeout")
        for octets in (b"", self.HELLO):
            with self.subTest(octets=len(octets)):
                self.check_ends(self.clear(site, "tls"), octets, b"")

    def test_handshake_behind_starttls(self):
        site = self.site("greeting-timeout")
        for octets in (b"", self.HELLO):
            with self.subTest(octets=len(octets)):
                connection = self.clear(site, "starttls")
                connection.recv(100)
                self.say(connection, b"EHLO client.test")
                self.assertTrue(self.say(connection, b"STARTTLS").startswith(b"220 "))
                self.check_ends(connection, octets, b"")

    def test_command(self):
        site = self.site("command-timeout")
        for octets in (b"", b"EHLO " + b"x" * 1000):
            with self.subTest(octets=len(octets)):
                connection = self.encrypted(site)
                self.say(connection, b"EHLO client.test")
                self.check_ends(connection, octets)

    def test_auth(self):
        site = self.site("command-timeout")
        for auth in (b"AUTH PLAIN", b"AUTH LOGIN", b"AUTH SCRAM-SHA-256"):
            for octets in (b"", b"QUFB" * 1000):
                with self.subTest(auth=auth, octets=len(octets)):
                    connection = self.encrypted(site)
                    self.say(connection, b"EHLO client.test")
                    self.assertTrue(self.say(connection, auth).startswith(b"334 "))
                    self.check_ends(connection, octets)

    def test_message(self):
        """A message may take its time; a client that says nothing for long is cut off, and nothing is delivered."""
        site = self.site("data-timeout", backend="postfix")
        for start in ("DATA", "BDAT 1000"):
            with self.subTest(start=start):
                with connected(site) as client:
                    self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
                    self.assertEqual(client.docmd(f"MAIL FROM:<alice@{NAME}>")[0], 250)
                    self.assertEqual(client.docmd(f"RCPT TO:<bob@{NAME}>")[0], 250)
                    client.sock.sendall(f"{start}\r\n".encode())
                    if start == "DATA":
                        self.assertEqual(client.getreply()[0], 354)
                    client.sock.sendall(b"Subject: never whole\r\n")
                    self.check_ends(client.sock, b"")
                    client.close()
        self.assertTrue(site.postfix.wait_for(messages=0))


if __name__ == "__main__":
    run_tests(require_postfix)
