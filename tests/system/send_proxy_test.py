"""send-proxy-protocol: a real Postfix learns from the PROXY header who the client is and where it connected to."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.postfix import require_postfix
from system.site import NAME, Site
from system.waiting import run_tests, wait_until

POSTFIX = "smtpd_upstream_proxy_protocol = haproxy\nsmtpd_client_port_logging = yes\n"
CLIENT = "127.0.0.2"  # loopback all the same, and not the address from which the shim connects
MESSAGE = "Subject: through PROXY\r\n\r\ntext\r\n"


class SendProxyTest(unittest.TestCase):
    def site(self, version, *config):
        config = [f"send-proxy-protocol = {version}", "handover = replay", "mechanisms = PLAIN", *config]
        site = self.enterContext(Site(config, backend="postfix", postfix={"main": POSTFIX}))
        site.start()
        return site

    def deliver(self, site):
        """The client's port, once its message was delivered."""
        with connected(site, timeout=20, source_address=(CLIENT, 0)) as client:
            client.login("alice", site.passwords["alice"])
            port = client.sock.getsockname()[1]
            client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        self.assertTrue(wait_until(lambda: len(site.postfix.messages()) == 1))
        return port

    def check_version(self, version, destination):
        site = self.site(version)
        port = self.deliver(site)
        self.assertIn(f": connect from unknown[{CLIENT}]:{port}", site.postfix.log())
        self.assertIn(f"[{CLIENT}]", site.postfix.messages()[0])
        # Where the client connected to: smtpd tells it to nobody but its own log.
        self.assertIn(destination.format(site.ports["starttls"]), site.postfix.log())
        # The connection of our own at the start was taken as well.
        self.assertNotIn("backend-", site.log())

    def test_v1(self):
        self.check_version("v1", "haproxy_srvr_parse: port={}\n")

    def test_v2(self):
        self.check_version("v2", "smtp_server_addr=127.0.0.1 smtp_server_port={}\n")


if __name__ == "__main__":
    run_tests(require_postfix)
