"""A certificate authority of a test's own, and the certificates that it issues."""
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]


class Authority:
    def __init__(self, directory):
        directory.mkdir()
        self.dir, self.certificate = directory, directory / "ca.pem"
        openssl("req", "-x509", *KEY, "-keyout", directory / "ca.key", "-out", self.certificate, "-subj", "/CN=Test CA")

    def issue(self, names):
        """Key and certificate in one file, for names such as "DNS:localhost,IP:127.0.0.1"."""
        issued = self.dir / "issued.pem"
        openssl("req", "-x509", *KEY, "-CA", self.certificate, "-CAkey", self.dir / "ca.key",
                "-keyout", self.dir / "issued.key", "-out", self.dir / "issued.crt", "-subj", "/CN=issued",
                "-addext", f"subjectAltName={names}", "-addext", "basicConstraints=critical,CA:FALSE")
        issued.touch(mode=0o600)
        issued.write_bytes((self.dir / "issued.key").read_bytes() + (self.dir / "issued.crt").read_bytes())
        return issued


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
