"""A site for one test: the built shim with accounts, certificate, store, and if wanted a real Postfix.

    from system.site import Site            # with tests/ in sys.path; plain "site" is Python's own

    with Site(["refuse-at = after-auth"], backend="postfix") as site:
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        connection = site.connect("tls")

The accounts alice and bob exist, with the passwords in site.passwords; more come as accounts={name: password}.
Everything lies in a temporary directory and listens on loopback; nothing outlives the `with`. Leaving it
fails when the shim does not end with status 0 on SIGTERM, when a sanitizer spoke up, when a password or a
token stands in the log of the shim or a token reached the back end, or when, with backend "none", the shim
connected to it for a client all the same: a trap listens there.
The programs come from the environment: SHIM, CLIENTIDCTL, and SASL_PLUGIN_DIR, where libclientid.so is.
"""
import base64
import contextlib
import os
import pathlib
import re
import secrets
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import uuid

from . import builds
from .postfix import Postfix
from .settings import overridden
from .trap import Trap
from .waiting import Skip, free_port, wait_until

NAME = "shim.test"  # the host name of the shim, and the realm of its accounts

SASL = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb clientid
canon_user_plugin: clientid
sasldb_path: {dir}/sasldb
mech_list: PLAIN SCRAM-SHA-256
"""

CLIENTID = """\
store = sqlite:{dir}/clientid.db
key-file = {dir}/clientid.key
default-realm = {name}
"""

SHIM = """\
listen = 127.0.0.1:{starttls} starttls
listen = 127.0.0.1:{tls} tls
hostname = {name}
tls-certificate = {dir}/cert.pem
tls-key = {dir}/key.pem
clientid = on
auth = shim
clientid-config = {dir}/clientid.conf
sasl-config = clientid-shim
mechanisms = PLAIN LOGIN SCRAM-SHA-256
verdict-socket = {dir}/verdict
handover = xclient
backend = smtp://127.0.0.1:{backend}
failure-delay = 0
log = stderr
log-level = debug
"""


class SiteError(Exception):
    """The site could not be set up, or did not end as it should."""


class Site:
    def __init__(self, config=(), backend="none", accounts=None, postfix=None, sasl=(), store=None, host=None):
        """`backend` is "none", "postfix", or makes another server for the site; it stands in site.postfix then.

        `postfix` holds more arguments for the Postfix behind it; {site} in them is our directory. `store` is the URL of
        another one than a file there. The programs run on the `host`, if it is another one (network.py).
        """
        self.config, self.backend, self.postfix_arguments = list(config), backend, postfix or {}
        self.sasl = list(sasl)
        self.site = [f"store = {store}"] if store else []
        self.passwords = {name: secrets.token_urlsafe(12) for name in ("alice", "bob")}
        self.tokens = {}    # of CLIENTID, by the name of a device
        self.encoded = {}   # other forms of both as they were sent, with a name for each
        self.accounts = {**self.passwords, **(accounts or {})}
        self.ports = {"starttls": free_port(), "tls": free_port()}
        self.postfix = self.trap = self.shim = None
        self.environment = dict(os.environ)
        self.passed = ()  # descriptors that the shim inherits
        self.host = host or contextlib.nullcontext()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.dir = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clientid-")))
            self.dir.chmod(0o711)  # Postfix must reach its part
            self._write("clientid.conf", overridden(CLIENTID, self.site))
            self.make_certificate()
            self._make_sasl()
            self.ctl("init")
            if callable(self.backend):
                self.postfix = stack.enter_context(self.backend(self))
            elif self.backend == "postfix":
                self.postfix = stack.enter_context(self._postfix())
            else:
                self.trap = stack.enter_context(Trap())
            stack.callback(self._kill)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind, *_):
        with self._stack:
            complaints = self._stop()
        if complaints and kind is None:
            raise SiteError("; ".join(complaints))
        if complaints:
            print("and at its end:", *complaints, sep="\n  ")

    def token(self, device):
        """The token of a device, made up when it is first named."""
        return self.tokens.setdefault(device, str(uuid.uuid4()))

    def secrets(self):
        """Every secret in every form, with the name to print instead."""
        return {**self.encoded, **{value: f"{{password:{name}}}" for name, value in self.passwords.items()},
                **{value: f"{{token:{name}}}" for name, value in self.tokens.items()}}

    def mask(self, text):
        """The text as it may be printed."""
        for secret, name in sorted(self.secrets().items(), key=lambda item: -len(item[0])):
            text = text.replace(secret, name)
        return text

    def ctl(self, arguments, text="", statuses=(0,)):
        """Run clientidctl; the arguments are split as a shell does, and the status must be one of these."""
        with self.host:
            return run(program("CLIENTIDCTL"), "--config", self.dir / "clientid.conf", *shlex.split(arguments),
                       text=text, env=self.environment, statuses=statuses)

    def start(self, *prefix):
        """Start the shim; apart from entering, so that clientidctl can prepare the store before.

        A prefix is a command that becomes the shim."""
        self.configure()
        with self.host:
            with open(self.dir / "shim.log", "wb") as log:
                self.shim = subprocess.Popen([*prefix, program("SHIM"), "--config", self.dir / "shim.conf"],
                                             env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             pass_fds=self.passed)
            listens = wait_until(lambda: self.shim.poll() is not None or all(map(listening, self.ports.values())), 20)
        if not listens:
            raise SiteError("the shim does not listen:\n" + self.mask(self.log()))
        if self.shim.poll() is not None:
            raise SiteError(f"the shim ended with {self.shim.returncode}:\n{self.mask(self.log())}")

    def configure(self, *lines):
        """Write shim.conf, with these lines beside those the site was made with."""
        backend = (self.postfix or self.trap).port
        self._write("shim.conf", overridden(overridden(SHIM, self.config), lines), backend=backend, **self.ports)

    def reload(self):
        """Have the shim read its configuration and its keys again."""
        seen = self.log().count("reload")
        if self.trap:
            self.trap.asked += 1
        self.shim.send_signal(signal.SIGHUP)
        if not wait_until(lambda: self.log().count("reload") > seen, 20) or "reload-failure" in self.log():
            raise SiteError("the shim does not read its configuration again:\n" + self.mask(self.log()))

    def connect(self, listener, source=None):
        """A connection as a client makes it: encrypted from the first octet where the listener is tls."""
        connection = socket.create_connection(("127.0.0.1", self.ports[listener]), timeout=10,
                                              source_address=source and (source, 0))
        return self.encrypt(connection) if listener == "tls" else connection

    def trust(self):
        """What a client needs to believe the shim."""
        return ssl.create_default_context(cafile=self.dir / "cert.pem")

    def encrypt(self, connection):
        return self.trust().wrap_socket(connection, server_hostname=NAME)

    def plain(self, name, password):
        """The PLAIN message in base64, masked from now on wherever it is printed."""
        encoded = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
        self.encoded[encoded] = f"{{plain:{name}}}"
        return encoded

    def log(self):
        """What the shim said on standard error so far."""
        path = self.dir / "shim.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _write(self, name, template, **values):
        (self.dir / name).write_text(template.format(dir=self.dir, name=NAME, **values))

    def _postfix(self):
        more = {name: text.replace("{site}", str(self.dir)) for name, text in self.postfix_arguments.items()}
        return Postfix(self.dir / "postfix", self.dir / "sasldb", **more)

    def make_certificate(self):
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", self.dir / "key.pem", "-out", self.dir / "cert.pem", "-days", "2",
            "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}")

    def _make_sasl(self):
        """Accounts, configuration, and a plugin directory in which our plugin is the built one."""
        for name, password in self.accounts.items():
            run("saslpasswd2", "-p", "-c", "-f", self.dir / "sasldb", "-u", NAME, name, text=password)
        for name in ("sasl", "plugins"):
            (self.dir / name).mkdir()
        self._write("sasl/clientid-shim.conf", overridden(SASL, self.sasl))
        self.add_plugins(self.dir / "plugins", program("SASL_PLUGIN_DIR"))
        self.environment.update(SASL_PATH=str(self.dir / "plugins"), SASL_CONF_PATH=str(self.dir / "sasl"))

    @staticmethod
    def add_plugins(directory, built=None):
        """The plugins of the system; ours from where it was built, or not at all."""
        libdir = run("pkg-config", "--variable=libdir", "libsasl2").strip()
        plugins = [p for p in pathlib.Path(libdir, "sasl2").glob("*.so") if not p.name.startswith("libclientid")]
        for plugin in plugins:
            (directory / plugin.name).symlink_to(plugin)
        if built:
            # A copy, for a server that has become another user may not get at the directory of the build.
            shutil.copy(pathlib.Path(built) / "libclientid.so", directory)

    def _stop(self):
        """Stop the shim; what there is to complain about."""
        complaints = []
        if self.shim and self.shim.poll() is None:
            self.shim.send_signal(signal.SIGTERM)
            try:
                self.shim.wait(20)
            except subprocess.TimeoutExpired:
                complaints.append("the shim did not stop on SIGTERM")
        if self.shim and self.shim.poll():
            complaints.append(f"the shim ended with status {self.shim.returncode}")
        if re.search(r"\w+Sanitizer\b|runtime error:", self.log()):
            complaints.append("a sanitizer spoke up in the shim")
        log = self.log()
        complaints += [f"the log of the shim shows {name}" for value, name in self.secrets().items() if value in log]
        heard = self.postfix.log() + "".join(self.postfix.messages()) if self.postfix else ""
        complaints += [f"the back end heard {{token:{name}}}" for name, token in self.tokens.items() if token in heard]
        if self.trap and self.trap.sprung():
            complaints.append("the shim connected to its back end")
        return complaints

    def _kill(self):
        if self.shim and self.shim.poll() is None:
            self.shim.kill()
            self.shim.wait()


def program(variable):
    if variable not in os.environ:
        raise SiteError(f"set {variable} in the environment to what was built")
    return os.environ[variable]


def prefer_plain_build():
    """From here on the shim is that of the build without sanitizers, if there is one."""
    shim = builds.plain("clientid-shim")
    if shim:
        os.environ.update(SHIM=shim, SASL_PLUGIN_DIR=os.environ["FOREIGN_PLUGIN_DIR"])


def run(*command, text="", env=None, statuses=(0,)):
    if not shutil.which(command[0]):
        raise Skip(f"there is no {command[0]} here")
    done = subprocess.run(command, input=text, capture_output=True, text=True, env=env)
    if done.returncode not in statuses:
        raise SiteError(f"{' '.join(map(str, command))}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
