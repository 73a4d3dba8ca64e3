"""Behind a load balancer: the client is whom the PROXY header names, if the peer may say so."""
import contextlib
import json
import pathlib
import re
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.site import Site, listening
from system.waiting import free_port, run_tests, wait_until

V1 = b"PROXY TCP4 192.0.2.7 198.51.100.1 49152 587\r\n"
V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([192, 0, 2, 7, 198, 51, 100, 1]) + b"\xc0\x00\x02\x4b"


class ProxyProtocolTest(unittest.TestCase):
    def site(self, trusted="127.0.0.0/8", *config):
        site = self.enterContext(Site(config))
        self.clear, self.tls = free_port(), free_port()
        site.config += [f"listen = 127.0.0.1:{site.ports['starttls']} starttls",
                        f"listen = 127.0.0.1:{site.ports['tls']} tls",
                        f"listen = 127.0.0.1:{self.clear} starttls proxy-protocol",
                        f"listen = 127.0.0.1:{self.tls} tls proxy-protocol", f"trusted-proxies = {trusted}"]
        site.start()
        return site

    def connect(self, site, port):
        return self.enterContext(contextlib.closing(site.connect(port)))

    def peers(self, site):
        return [event["peer"] for event in json.loads(site.ctl("--json history")) if event["outcome"] == "failed"]

    def attempt(self, site, connection):
        file = connection.makefile("rwb", buffering=0)
        for line in ("EHLO x", "AUTH PLAIN " + site.plain("alice", "wrong")):
            file.write(line.encode() + b"\r\n")
            reply = file.readline()
            while reply[3:4] == b"-":
                reply = file.readline()
        self.assertEqual(reply[:3], b"535")

    def test_the_client_is_whom_the_header_names(self):
        site = self.site()
        site.ports.update(clear=self.clear)
        for header in (V1, V2):
            connection = self.connect(site, "clear")
            connection.sendall(header)
            self.assertEqual(connection.recv(4), b"220 ")
            connection.recv(1000)
            connection.sendall(b"EHLO x\r\nSTARTTLS\r\n")
            self.assertTrue(wait_until(lambda: b"Ready to start TLS" in connection.recv(4096)))
            with site.encrypt(connection) as encrypted:
                self.attempt(site, encrypted)
        self.assertTrue(wait_until(lambda: self.peers(site) == ["192.0.2.7"] * 2))

    def test_tls_begins_right_behind_the_header(self):
        site = self.site()
        site.ports.update(behind=self.tls)
        connection = self.connect(site, "behind")
        connection.sendall(V2)
        with site.encrypt(connection) as encrypted:
            encrypted.recv(1000)
            self.attempt(site, encrypted)
        self.assertTrue(wait_until(lambda: self.peers(site) == ["192.0.2.7"]))

    def test_a_connection_of_the_balancers_own(self):
        site = self.site()
        site.ports.update(clear=self.clear)
        for header in (b"PROXY UNKNOWN\r\n", b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"):
            connection = self.connect(site, "clear")
            connection.sendall(header)
            self.assertEqual(connection.recv(4), b"220 ")

    def test_a_command_may_follow_in_the_same_packet(self):
        site = self.site()
        site.ports.update(clear=self.clear)
        for header in (V1, V2):
            connection = self.connect(site, "clear")
            connection.sendall(header + b"EHLO x\r\nNOOP\r\n")
            self.assertIn(b"250 2.0.0 OK\r\n", self.until(connection, b"250 2.0.0 OK"))

    def test_the_cap_of_an_address_is_that_of_the_client(self):
        site = self.site("127.0.0.1", "max-connections-per-address = 1")
        site.ports.update(clear=self.clear)
        self.assertEqual(self.said_to(site, V1), b"220 ")
        self.assertEqual(self.said_to(site, V1.replace(b"2.7", b"2.8")), b"220 ")
        # The site itself was refused when it looked whether the shim listens: the next line is a second later.
        self.assertTrue(wait_until(lambda: self.said_to(site, V2) == b"421 "
                                   and "too-many-connections peer=192.0.2.7 " in site.log()))

    def test_a_header_that_comes_after_sigterm(self):
        site = self.site("127.0.0.1", "workers = 1")
        site.ports.update(clear=self.clear)
        late = self.connect(site, "clear")
        self.assertEqual(self.connect(site, "starttls").recv(4), b"220 ")
        site.shim.terminate()
        self.assertTrue(wait_until(lambda: not listening(self.clear)))
        late.sendall(V1)
        self.assertTrue(self.until(late, b"421").endswith(b"421 4.3.2 Service shutting down\r\n"))
        self.assertEqual(site.shim.wait(10), 0)

    def said_to(self, site, header):
        connection = self.connect(site, "clear")
        connection.sendall(header)
        return connection.recv(4)

    def test_threats_floods_unlisted_peers_are_a_line_a_second(self):
        site = self.site("192.0.2.0/24")
        site.ports.update(clear=self.clear)
        begun = time.monotonic()
        for _ in range(200):
            self.assertEqual(self.rest(self.connect(site, "clear")), b"")
        self.assertLessEqual(site.log().count("proxy-refused "), time.monotonic() - begun + 1)

    def test_a_balancer_that_looks_whether_we_are_there_is_not_logged(self):
        site = self.site()
        site.ports.update(clear=self.clear)
        self.hang_up_behind(site, b"")
        halves = 0

        def told():
            return [int(count) for count in
                    re.findall(r'proxy-refused peer=127\.0\.0\.1 cause="half a PROXY header" refused=(\d+)\n', site.log())]

        # The line of a later second counts all that were refused since the first one.
        while len(told()) < 2:
            self.hang_up_behind(site, V1[:9])
            halves += 1
        self.assertEqual(sum(told()), halves)

    def hang_up_behind(self, site, octets):
        connection = self.connect(site, "clear")
        connection.sendall(octets)
        connection.shutdown(socket.SHUT_WR)
        self.assertEqual(self.rest(connection), b"")

    def test_threats_proxy_injection_from_an_unlisted_peer(self):
        site = self.site("192.0.2.0/24")
        site.ports.update(clear=self.clear)
        connection = self.connect(site, "clear")
        connection.sendall(V1)
        self.assertEqual(self.rest(connection), b"")
        self.assertIn('proxy-refused peer=127.0.0.1 cause="not in trusted-proxies"', site.log())

    def test_threats_proxy_injection_where_none_is_wanted(self):
        """To any other address the header is a command like any other, and a wrong one."""
        site = self.site()
        connection = self.connect(site, "starttls")
        connection.sendall(V1)
        self.assertIn(b"\r\n500 ", self.until(connection, b"500"))

    def test_threats_proxy_injection_no_header(self):
        site = self.site("127.0.0.1", "greeting-timeout = 500ms")
        site.ports.update(clear=self.clear)
        for octets in (b"EHLO x\r\n", b"", V1[:20], b"PROXY TCP4 192.0.2.7 nonsense 1 2\r\n"):
            connection = self.connect(site, "clear")
            connection.sendall(octets)
            self.assertEqual(self.rest(connection), b"")

    @staticmethod
    def rest(connection):
        try:
            return connection.recv(1000)
        except ConnectionResetError:
            return b""

    @staticmethod
    def until(connection, mark):
        octets = b""
        while mark not in octets:
            more = connection.recv(1000)
            if not more:
                break
            octets += more
        return octets


if __name__ == "__main__":
    run_tests()
