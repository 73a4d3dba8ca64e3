"""TLS towards the back end: a real Postfix behind smtps and STARTTLS is believed by its certificate, or not at all."""
import pathlib
import socket
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.authority import Authority
from system.client import connected
from system.postfix import Postfix, require_postfix
from system.site import NAME, Site, program
from system.waiting import run_tests

POSTFIX = """\
smtpd_tls_chain_files = {pem}
smtpd_tls_security_level = encrypt
smtpd_tls_wrappermode = {wrapped}
smtpd_tls_loglevel = 1
"""
MESSAGE = "Subject: by TLS\r\n\r\ntext\r\n"


class TlsSite(Site):
    """Behind it a Postfix with a certificate for these names, issued by site.authority."""

    def __init__(self, scheme, host="localhost", names="DNS:localhost", config=("backend-ca = {dir}/ca/ca.pem",),
                 encrypted=True, main=""):
        self.scheme, self.names, self.encrypted, self.main = scheme, names, encrypted, main
        config = [f"backend = {scheme}://{host}:{{backend}}", "handover = replay", "mechanisms = PLAIN", *config]
        super().__init__(config, backend=TlsSite.make_postfix)

    def make_postfix(self):
        self.authority = Authority(self.dir / "ca")
        if self.encrypted:
            self.main += POSTFIX.format(pem=self.authority.issue(self.names),
                                        wrapped="yes" if self.scheme == "smtps" else "no")
        return Postfix(self.dir / "postfix", self.dir / "sasldb", main=self.main)


class Injecting:
    """A back end that says more than it was asked before TLS begins, as somebody in between might."""

    def __init__(self, _):
        self.heard = []

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def log(self):
        return "".join(self.heard)

    def messages(self):
        return []

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rw", newline="", encoding="latin-1") as stream:
                for answer in ("220 injecting\r\n", "250-injecting\r\n250 STARTTLS\r\n",
                               "220 Go ahead\r\n250-injected\r\n250 AUTH PLAIN\r\n"):
                    stream.write(answer)
                    stream.flush()
                    self.heard.append(stream.readline())


class BackendTlsTest(unittest.TestCase):
    def site(self, *arguments, environment=None, **more):
        site = self.enterContext(TlsSite(*arguments, **more))
        if environment:
            site.environment.update(environment(site))
        site.start()
        return site

    def login(self, site):
        client = self.enterContext(connected(site, timeout=20))
        client.login("alice", site.passwords["alice"])
        return client

    def deliver(self, site):
        client = self.login(site)
        client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE)
        client.quit()
        self.assertTrue(site.postfix.wait_for(messages=1))
        self.assertIn("TLS connection established from", site.postfix.log())

    def check_refused(self, site, cause):
        self.assertEqual(self.login(site).mail("alice@" + NAME),
                         (451, b"4.4.1 No mail server available, try again later"))
        self.assertIn(f'cause="{cause}"', site.log())
        self.assertNotRegex(site.postfix.log(), r"(?i): < \S+: (auth|mail)")

    def test_implicit(self):
        self.deliver(self.site("smtps"))

    def test_starttls(self):
        site = self.site("smtp+starttls")
        self.deliver(site)
        self.assertRegex(site.postfix.log(), r"disconnect from \S+ ehlo=2 starttls=1 auth=1 ")

    def test_an_address_that_is_in_the_certificate(self):
        self.deliver(self.site("smtps", host="127.0.0.1", names="IP:127.0.0.1"))

    def test_the_authorities_of_the_system(self):
        self.deliver(self.site("smtps", config=(),
                               environment=lambda site: {"SSL_CERT_FILE": str(site.authority.certificate)}))

    def test_a_proxy_header_goes_before_tls(self):
        for scheme in ("smtps", "smtp+starttls"):
            with self.subTest(scheme=scheme):
                config = ["send-proxy-protocol = v2", "backend-ca = {dir}/ca/ca.pem"]
                self.deliver(self.site(scheme, config=config, main="smtpd_upstream_proxy_protocol = haproxy\n"))

    def test_an_unknown_authority(self):
        for scheme in ("smtps", "smtp+starttls"):
            with self.subTest(scheme=scheme):
                site = self.site(scheme, config=["backend-ca = {dir}/cert.pem"])
                self.check_refused(site, "TLS fails: certificate verify failed: unable to get local issuer certificate")

    def test_another_name(self):
        for scheme in ("smtps", "smtp+starttls"):
            with self.subTest(scheme=scheme):
                site = self.site(scheme, names="DNS:mail.example.com")
                self.check_refused(site, "TLS fails: certificate verify failed: hostname mismatch")

    def test_an_address_that_is_not_in_the_certificate(self):
        site = self.site("smtps", host="127.0.0.1", names="DNS:localhost,DNS:127.0.0.1")
        self.check_refused(site, "TLS fails: certificate verify failed: IP address mismatch")

    def test_no_starttls_offered(self):
        self.check_refused(self.site("smtp+starttls", encrypted=False), "it does not offer STARTTLS")

    def test_no_tls_at_all(self):
        self.check_refused(self.site("smtps", encrypted=False), "TLS fails: wrong version number")

    def test_check_says_what_is_wrong_with_each(self):
        site = self.site("smtps")
        url = f"smtps://localhost:{site.postfix.port}"
        self.assertEqual(self.check(site), [f"good  authorities {site.dir}/ca/ca.pem", f"good  back end {url}",
                                            f"good  handover to {url}"])
        self.assertEqual(self.check(site, "--backend-ca", site.dir / "cert.pem"),
                         [f"good  authorities {site.dir}/cert.pem",
                          f"bad   back end {url}: TLS fails: certificate verify failed: "
                          "unable to get local issuer certificate"])
        none = site.dir / "none"
        self.assertEqual(self.check(site, "--backend-ca", none),
                         [f"bad   authorities {none}: backend-ca: cannot use {none}: No such file or directory"])
        other = f"smtps://localhost:{site.ports['tls']}"
        self.assertEqual(self.check(site, "--backend", other),
                         [f"good  authorities {site.dir}/ca/ca.pem",
                          f"bad   back end {other}: TLS fails: certificate verify failed: self-signed certificate",
                          f"good  back end {url}", f"good  handover to {url}"])

    def check(self, site, *options):
        """The lines about the back end."""
        done = subprocess.run([program("SHIM"), "--config", site.dir / "shim.conf", "--check", *options],
                              env=site.environment, capture_output=True, text=True, timeout=20)
        lines = done.stdout.splitlines()
        self.assertEqual(done.returncode, 2 if any(line.startswith("bad") for line in lines) else 0, done.stderr)
        return lines[[line.split()[1] for line in lines].index("authorities"):]

    def test_threats_response_injection_before_tls(self):
        config = ["backend = smtp+starttls://127.0.0.1:{backend}", "backend-ca = {dir}/cert.pem", "handover = none"]
        site = self.enterContext(Site(config, backend=Injecting))
        site.start()
        self.check_refused(site, "more than a reply came before TLS")
        # No TLS is begun either: octets of a ClientHello would stand here.
        self.assertEqual(set(site.postfix.heard), {f"EHLO {NAME}\r\n", "STARTTLS\r\n", ""})


if __name__ == "__main__":
    run_tests(require_postfix)
