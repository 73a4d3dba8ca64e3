"""TLS as clients see it: which certificate they get, resumption, what is refused, and their own certificate as a device.

The clients are openssl s_client, and Python's ssl under smtplib.
"""
import os
import pathlib
import re
import smtplib
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.site import NAME, Site, program, run
from system.waiting import run_tests

SOURCE = pathlib.Path(os.environ.get("SRCDIR", "."))
KEYS = {"rsa": ("rsa:2048",), "ecdsa": ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")}
VERSIONS = ("-tls1_2", "-tls1_3")
OTHER = "mail.other.test"
REFUSED = (535, b"5.7.8 Authentication credentials invalid")


def make_certificate(directory, stem, name, key="ecdsa", issuer=None):
    """STEM.pem and STEM-key.pem, self-signed or issued by another such pair."""
    by = ("-CA", directory / f"{issuer}.pem", "-CAkey", directory / f"{issuer}-key.pem") if issuer else ()
    run("openssl", "req", "-x509", "-newkey", *KEYS[key], "-nodes", "-keyout", directory / f"{stem}-key.pem",
        "-out", directory / f"{stem}.pem", "-days", "2", "-subj", f"/CN={stem}",
        "-addext", f"subjectAltName=DNS:{name}", *by)


class TlsTest(unittest.TestCase):
    def site(self, *config):
        return self.enterContext(Site(config))

    def s_client(self, site, *arguments, text="quit\n", listener="tls"):
        """What openssl s_client says; it ends when the server closes the connection."""
        starttls = ("-starttls", "smtp") if listener == "starttls" else ()
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{site.ports[listener]}", "-crlf",
                               "-ign_eof", *starttls, *arguments],
                              input=text, capture_output=True, text=True, timeout=30, cwd=site.dir)
        return done.stdout + done.stderr


class Certificates(TlsTest):
    def setUp(self):
        lines = [line for stem in ("cert", "other-rsa", "other-ecdsa", "wild")
                 for line in (f"tls-certificate = {{dir}}/{stem}.pem",
                              f"tls-key = {{dir}}/{'key' if stem == 'cert' else stem + '-key'}.pem")]
        self.running = self.site(*lines)
        for stem, name, key in (("other-rsa", OTHER, "rsa"), ("other-ecdsa", OTHER, "ecdsa"),
                                ("wild", "*.wild.test", "ecdsa")):
            make_certificate(self.running.dir, stem, name, key)
        self.running.start()

    def subject(self, *arguments, listener="tls"):
        return re.search(r"^subject=CN ?= ?(\S+)$", self.s_client(self.running, *arguments, listener=listener), re.M)[1]

    def test_by_name(self):
        for version in VERSIONS:
            for name, subject in ((NAME, NAME), ("a.wild.test", "wild"), ("a.b.wild.test", NAME), ("no.test", NAME)):
                with self.subTest(version=version, name=name):
                    self.assertEqual(self.subject(version, "-servername", name), subject)
            self.assertEqual(self.subject(version, "-noservername"), NAME)

    def test_by_name_behind_starttls(self):
        self.assertEqual(self.subject("-servername", "a.wild.test", listener="starttls"), "wild")

    def test_by_type_of_key(self):
        for version in VERSIONS:
            for signatures, subject in (("RSA-PSS+SHA256", "other-rsa"), ("ECDSA+SHA256", "other-ecdsa")):
                with self.subTest(version=version, signatures=signatures):
                    self.assertEqual(self.subject(version, "-servername", OTHER, "-sigalgs", signatures), subject)

    def test_resumption(self):
        for version in VERSIONS:
            for name in (NAME, OTHER):
                with self.subTest(version=version, name=name):
                    common = (version, "-servername", name)
                    self.assertIn("\nNew, ", self.s_client(self.running, *common, "-sess_out", "session"))
                    said = self.s_client(self.running, *common, "-sess_in", "session")
                    self.assertIn("\nReused, ", said)
                    self.assertIn("\n221 ", said)

    def test_resumption_under_another_name(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                self.s_client(self.running, version, "-servername", NAME, "-sess_out", "session")
                said = self.s_client(self.running, version, "-servername", OTHER, "-sess_in", "session")
                self.assertIn("\nReused, ", said)


class Refusals(TlsTest):
    def setUp(self):
        self.running = self.site()
        self.running.start()

    def test_tls_1_1(self):
        said = self.s_client(self.running, "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0")
        self.assertIn("alert protocol version", said)
        self.assertNotIn("\n220 ", said)

    def test_renegotiation(self):
        """The client asks for it at the letter R, and gives up where it is refused; its input must stay open."""
        client = self.enterContext(subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{self.running.ports['tls']}", "-tls1_2"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        self.addCleanup(client.kill)
        timer = threading.Timer(20, client.kill)
        timer.start()
        # The greeting in the middle of it would be a fault of its own.
        self.assertTrue(any(line.startswith("220 ") for line in client.stdout))
        client.stdin.write("R\n")
        client.stdin.flush()
        said = client.stdout.read()
        timer.cancel()
        self.assertIn("RENEGOTIATING", said)
        self.assertIn("no renegotiation", said)

    def test_protocol(self):
        said = self.s_client(self.running, "-alpn", "http/1.1")
        self.assertIn("alert no application protocol", said)
        said = self.s_client(self.running, "-alpn", "http/1.1,smtp")
        self.assertIn("ALPN protocol: smtp", said)
        self.assertIn("\n221 ", said)


class Configuration(TlsTest):
    def complaint(self, *lines):
        """The line with which the program ends, or the bad one of --check."""
        site = self.site()
        make_certificate(site.dir, "another", NAME)
        path = site.dir / "tls.conf"
        path.write_text("listen = 127.0.0.1:1 tls\nbackend = smtp://127.0.0.1:1\n"
                        f"clientid-config = {site.dir}/clientid.conf\n" + "\n".join(lines).format(dir=site.dir) + "\n")
        done = subprocess.run([program("SHIM"), "--config", path, "--check"], capture_output=True, text=True,
                              env=site.environment)
        self.assertEqual(done.returncode, 2)
        said = [line for line in (done.stdout + done.stderr).splitlines() if "tls-" in line]
        self.assertEqual(len(said), 1, done.stdout + done.stderr)
        return said[0].replace(str(site.dir), "DIR")

    def test_unequal_numbers(self):
        self.assertEqual(
            self.complaint("tls-certificate = {dir}/cert.pem", "tls-certificate = {dir}/another.pem",
                           "tls-key = {dir}/key.pem"),
            "clientid-shim: DIR/tls.conf: tls-key: there are 1 for 2 of tls-certificate; "
            "give one for each, in the same order")

    def test_other_order(self):
        said = self.complaint("tls-certificate = {dir}/another.pem", "tls-key = {dir}/key.pem")
        self.assertEqual(said, "bad   certificate DIR/another.pem: tls-key: cannot use DIR/key.pem: it is not the key "
                               "of DIR/another.pem; give certificates and keys in the same order")

    def test_authority(self):
        pair = ("tls-certificate = {dir}/cert.pem", "tls-key = {dir}/key.pem", "tls-client-ca = {dir}/none.pem")
        self.assertEqual(self.complaint(*pair, "tls-client-certificate = optional"),
                         "bad   TLS: tls-client-ca: cannot use DIR/none.pem: No such file or directory")
        self.assertIn("tls-client-ca: is of use with tls-client-certificate = optional alone", self.complaint(*pair))


class ClientCertificates(TlsTest):
    """X3: a certificate is a device."""

    def prepare(self, *config, ask="optional", issuer=None):
        """A site where the device "phone" is bound to alice, and no other."""
        site = self.site(f"tls-client-certificate = {ask}", *config)
        make_certificate(site.dir, "ca", "ca.test")
        make_certificate(site.dir, "phone", "phone.test", issuer=issuer)
        make_certificate(site.dir, "stranger", "stranger.test", key="rsa")
        site.tokens["certificate"] = self.token_of(site, "phone")
        site.ctl("policy set mode=enforce")
        site.ctl("bind alice TLS-CERT -", site.tokens["certificate"])
        site.start()
        return site

    def token_of(self, site, stem):
        """As the manual says."""
        page = (SOURCE / "man/clientid-shim.8").read_text()
        command = re.search(r"^openssl x509.*?(?= > token$)", page, re.M | re.S)[0]
        token = subprocess.run(["sh", "-c", command.replace("cert.pem", f"{stem}.pem")], cwd=site.dir, check=True,
                               capture_output=True, text=True).stdout.strip()
        self.assertRegex(token, "^[0-9a-f]{64}$")
        return token

    def client(self, site, stem=None, **more):
        context = site.trust()
        if stem:
            context.load_cert_chain(site.dir / f"{stem}.pem", site.dir / f"{stem}-key.pem")
        return self.enterContext(Client(site, context, **more))

    def login(self, client):
        site = client.site
        return client.docmd("AUTH", "PLAIN " + site.plain("alice", site.passwords["alice"]))

    def test_bound(self):
        site = self.prepare()
        client = self.client(site, "phone")
        self.assertEqual(self.login(client)[0], 235)
        self.assertRegex(site.log(), r"auth .*outcome=authenticated .*reason=bound .*type=tls-cert")

    def test_bound_behind_starttls(self):
        site = self.prepare()
        client = self.enterContext(smtplib.SMTP("127.0.0.1", site.ports["starttls"], "client.test", timeout=20))
        client._host = NAME  # the name that smtplib believes to have connected to
        context = site.trust()
        context.load_cert_chain(site.dir / "phone.pem", site.dir / "phone-key.pem")
        client.starttls(context=context)
        client.ehlo()
        client.site = site
        self.assertEqual(self.login(client)[0], 235)

    def test_others_are_refused(self):
        site = self.prepare()
        for stem in ("stranger", None):
            with self.subTest(certificate=stem):
                self.assertEqual(self.login(self.client(site, stem)), REFUSED)

    def test_nobody_is_asked(self):
        site = self.prepare(ask="no")
        self.assertEqual(self.login(self.client(site, "phone")), REFUSED)

    def test_resumption(self):
        site = self.prepare()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version):
                context = site.trust()
                context.minimum_version = context.maximum_version = version
                context.load_cert_chain(site.dir / "phone.pem", site.dir / "phone-key.pem")
                with Client(site, context) as first:
                    session = first.sock.session
                with Client(site, context, session) as again:
                    self.assertTrue(again.sock.session_reused)
                    self.assertEqual(self.login(again)[0], 235)

    def test_clientid_wins(self):
        site = self.prepare()
        site.ctl("bind alice UUID -", site.token("laptop"))
        for token, code in (("laptop", 235), ("unbound", 535)):
            client = self.client(site, "phone")
            self.assertEqual(client.docmd("CLIENTID", "UUID " + site.token(token)), (250, b"OK"))
            self.assertEqual(self.login(client)[0], code)

    def test_claim(self):
        """The hash of a certificate is no secret, and CLIENTID with it opens nothing."""
        site = self.prepare()
        for stem in ("stranger", None):
            client = self.client(site, stem)
            self.assertEqual(client.docmd("CLIENTID", "TLS-CERT " + site.tokens["certificate"]), (250, b"OK"))
            self.assertEqual(self.login(client), REFUSED)
        self.assertRegex(site.log(), r"auth .*outcome=refused .*reason=absent-refused")

    def test_authority(self):
        for issuer, code in (("ca", 235), (None, 535)):
            with self.subTest(issuer=issuer):
                site = self.prepare("tls-client-ca = {dir}/ca.pem", issuer=issuer)
                self.assertEqual(self.login(self.client(site, "phone"))[0], code)


class Client(smtplib.SMTP):
    """On the port that speaks TLS from the first octet."""

    def __init__(self, site, context, session=None):
        self.site, self.context, self.session = site, context, session
        super().__init__("127.0.0.1", site.ports["tls"], "client.test", timeout=20)
        self.ehlo()

    def _get_socket(self, host, port, timeout):
        connection = super()._get_socket(host, port, timeout)
        return self.context.wrap_socket(connection, server_hostname=NAME, session=self.session)


if __name__ == "__main__":
    run_tests()
