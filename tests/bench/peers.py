"""The servers that are compared, each as a site would run it, on one core, with the same certificate.

    with Sink() as sink, Nginx(directory, sink) as peer:
        ... peer.port, peer.starttls_port, peer.pid
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(os.environ["SRCDIR"]) / "tests"))
from system.postfix import Postfix
from system.settings import overridden
from system.site import Site, program
from system.waiting import free_port, wait_until

SERVER_CORE, LOAD_CORE = "0", str(os.cpu_count() - 1)


def on_core(core, *command):
    return ["taskset", "-c", core, *map(str, command)]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """A process on a core, from `with` to its end."""

    def __init__(self, core, *command, ports, environment=None, log=subprocess.DEVNULL):
        self.command, self.ports = on_core(core, *command), ports
        self.environment, self.log = environment, log

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        env=self.environment)
        self.pid = self.process.pid
        if not wait_until(lambda: self.process.poll() is not None or all(map(listens, self.ports)), 20):
            raise SystemExit(f"{self.command} does not listen")
        if self.process.poll() is not None:
            raise SystemExit(f"{self.command} ended with {self.process.returncode}")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)


class Sink(Server):
    def __init__(self):
        self.port = free_port()
        super().__init__(LOAD_CORE, program("BENCH_DIR") + "/sink", self.port, ports=[self.port])


class Shim(Site):
    """Ours, with all that a site has on: policy enforce, history, counters, limits, a log in a file."""

    name = "clientid-shim"

    def __init__(self, sink=None, bindings=10_000, workers=1, name=name, judging=True, config=(), **more):
        """`config` wins; `more` is for the site, such as another back end than the sink."""
        # Some more than the load needs, so that no limit is met; what they cost is paid.
        usual = ["failure-delay = 1s", "log-level = info", f"workers = {workers}", "auth-workers = 2",
                 "mechanisms = PLAIN", *([f"backend = smtp://127.0.0.1:{sink.port}"] if sink else []),
                 "max-connections = 20000", "max-connections-per-address = 20000",
                 "max-connections-per-device = 20000", f"clientid = {'on' if judging else 'off'}"]
        super().__init__(overridden("\n".join(usual), config).splitlines(), **more)
        self.bindings, self.judging, self.name = bindings, judging, name
        self.cores = SERVER_CORE if workers == 1 else f"0-{workers - 1}"

    def __enter__(self):
        super().__enter__()
        self.ctl(f"policy set mode={'enforce' if self.judging else 'off'} device-sessions=none")
        self.ctl("bind alice UUID -", self.token("phone"))
        self.logins = self.dir / "logins"
        self.logins.touch(mode=0o600)
        identity = f" UUID {self.token('phone')}" if self.judging else ""
        self.logins.write_text(f"alice {self.passwords['alice']}{identity}\n")
        fill(self.dir / "clientid.db", self.bindings - 1)
        self.start("taskset", "-c", self.cores)
        self.port, self.starttls_port, self.pid = self.ports["tls"], self.ports["starttls"], self.shim.pid
        return self


def fill(store, count):
    """Bindings of accounts that do not log in, as a site has them."""
    import hashlib
    import sqlite3
    rows = ((f"user{i}@shim.test", hashlib.sha256(str(i).encode()).hexdigest()) for i in range(count))
    with sqlite3.connect(store) as connection:
        connection.executemany("INSERT INTO binding (account, type, fingerprint, key_id, state, label, created,"
                               " created_by, last_peer, uses) VALUES (?, 'uuid', ?, '1', 'active', '', 0, 'learned', '', 0)", rows)
    connection.close()


NGINX = """\
daemon off;
worker_processes 1;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
worker_rlimit_nofile 65536;
load_module /usr/lib/nginx/modules/ngx_mail_module.so;
events {{ worker_connections 30000; }}
mail {{
  server_name nginx.test;
  auth_http 127.0.0.1:{auth}/;
  xclient on;
  smtp_auth plain;
  smtp_capabilities PIPELINING 8BITMIME "SIZE 0";
  ssl_certificate {certificate};
  ssl_certificate_key {key};
  ssl_protocols TLSv1.3;
  server {{ listen 127.0.0.1:{tls} ssl; protocol smtp; }}
  server {{ listen 127.0.0.1:{starttls}; protocol smtp; starttls on; }}
}}
"""

NGINX_AUTH = """\
daemon off;
worker_processes 1;
pid {dir}/auth.pid;
error_log {dir}/auth-error.log;
events {{ worker_connections 30000; }}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{auth};
    location / {{
      add_header Auth-Status OK;
      add_header Auth-Server 127.0.0.1;
      add_header Auth-Port {backend};
      return 204;
    }}
  }}
}}
"""


class Nginx(Server):
    """Its mail proxy. The trivial auth_http runs on the other core, and its cost is not counted."""

    name = "nginx"

    def __init__(self, directory, sink, site):
        self.port, self.starttls_port, auth = free_port(), free_port(), free_port()
        values = {"dir": directory, "auth": auth, "tls": self.port, "starttls": self.starttls_port, "backend": sink.port,
                  "certificate": site.dir / "cert.pem", "key": site.dir / "key.pem"}
        for name, text in (("nginx.conf", NGINX), ("auth.conf", NGINX_AUTH)):
            (directory / name).write_text(text.format(**values))
        self.logins = site.logins
        self.auth = Server(LOAD_CORE, "nginx", "-c", directory / "auth.conf", ports=[auth])
        super().__init__(SERVER_CORE, "nginx", "-c", directory / "nginx.conf", ports=[self.port, self.starttls_port])

    def __enter__(self):
        self.auth.__enter__()
        return super().__enter__()

    def __exit__(self, *exception):
        super().__exit__(*exception)
        self.auth.__exit__(*exception)


HAPROXY = """\
global
  nbthread 1
  maxconn 8000
  ssl-default-bind-options ssl-min-ver TLSv1.3
defaults
  mode tcp
  timeout connect 10s
  timeout client 5m
  timeout server 5m
frontend submission
  bind 127.0.0.1:{tls} ssl crt {dir}/haproxy.pem
  default_backend sink
backend sink
  server sink 127.0.0.1:{backend}
"""


class Haproxy(Server):
    """TLS alone: it has no AUTH, which the back end behind it takes."""

    name = "haproxy"
    starttls_port = None

    def __init__(self, directory, sink, site):
        self.port, self.logins = free_port(), site.logins
        (directory / "haproxy.pem").write_text((site.dir / "cert.pem").read_text() + (site.dir / "key.pem").read_text())
        (directory / "haproxy.cfg").write_text(HAPROXY.format(dir=directory, tls=self.port, backend=sink.port))
        super().__init__(SERVER_CORE, "haproxy", "-f", directory / "haproxy.cfg", ports=[self.port])


POSTFIX_TLS = """
smtpd_tls_wrappermode = yes
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_protocols = >=TLSv1.3
smtpd_client_connection_count_limit = 0
default_process_limit = 300
default_transport = discard:
message_size_limit = 0
"""


class PostfixItself(Postfix):
    """smtpd with Cyrus SASL, TLS from the first octet; messages are thrown away."""

    name = "Postfix smtpd"
    starttls_port = None

    def __init__(self, directory, site):
        self.logins = site.logins
        shutil.copy(site.dir / "sasldb", directory / "sasldb")
        super().__init__(directory / "postfix", directory / "sasldb", smtpd="smtpd",
                         main=POSTFIX_TLS.format(certificate=site.dir / "cert.pem", key=site.dir / "key.pem"))

    def __enter__(self):
        super().__enter__()
        self.pid = self._master()
        subprocess.run(["taskset", "-a", "-c", "-p", SERVER_CORE, str(self.pid)], check=True, stdout=subprocess.DEVNULL)
        return self
