"""Behind a load balancer and in front of a real Postfix: XCLIENT speaks of the client, not of the balancer."""
import pathlib
import re
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.postfix import require_postfix
from system.site import NAME, Site
from system.waiting import free_port, run_tests, wait_until


class ProxiedRelayTest(unittest.TestCase):
    def setUp(self):
        self.site = self.enterContext(Site(["trusted-proxies = 127.0.0.1"], backend="postfix"))
        self.site.ports["proxied"] = free_port()
        # Only a connection that begins with a header gets an answer.
        self.site.config += [f"listen = 127.0.0.1:{self.site.ports[kind]} {kind}" for kind in ("starttls", "tls")]
        self.site.config.append(f"listen = 127.0.0.1:{self.site.ports['proxied']} tls proxy-protocol")
        self.site.ctl("policy set mode=enforce")
        self.site.ctl("bind alice UUID -", self.site.token("phone"))
        self.site.start()

    def send(self, header):
        connection = self.enterContext(socket.create_connection(("127.0.0.1", self.site.ports["proxied"]), timeout=20))
        connection.sendall(header)
        with self.site.encrypt(connection) as encrypted, encrypted.makefile("rwb", buffering=0) as stream:
            def ask(line):
                stream.write(line.encode() + b"\r\n")
                return reply()

            def reply():
                line = stream.readline()
                while line[3:4] == b"-":
                    line = stream.readline()
                return line[:3].decode()

            said = [reply(), ask("EHLO client.test"), ask("CLIENTID UUID " + self.site.token("phone")),
                    ask("AUTH PLAIN " + self.site.plain("alice", self.site.passwords["alice"])),
                    ask(f"MAIL FROM:<alice@{NAME}>"), ask(f"RCPT TO:<bob@{NAME}>"), ask("DATA"),
                    ask("Subject: proxied\r\n\r\ntext\r\n."), ask("QUIT")]
        self.assertEqual(said, ["220", "250", "250", "235", "250", "250", "354", "250", "221"])

    def test_xclient(self):
        self.send(b"PROXY TCP4 192.0.2.7 198.51.100.1 49152 465\r\n")
        self.assertTrue(wait_until(lambda: len(self.site.postfix.messages()) == 1))
        said = re.search(r": (XCLIENT .*)", self.site.postfix.log())[1].split()
        self.assertLess({"ADDR=192.0.2.7", "PORT=49152"}, set(said))
        self.assertIn("from client.test (unknown [192.0.2.7])", self.site.postfix.messages()[0])


if __name__ == "__main__":
    run_tests(require_postfix)
