"""What Prometheus, and who asks whether the shim is well, are told: of real clients, Postfix and a store."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.mechanisms import REFUSED, plain
from system.monitored import Monitor
from system.postfix import require_postfix
from system.site import NAME, Site, program
from system.waiting import run_tests, wait_until

EXAMPLES = pathlib.Path(os.environ.get("SRCDIR", ".")) / "shim/etc"
PROMTOOL = shutil.which("promtool") or pathlib.Path(os.environ.get("PROMETHEUS_ROOT") or "/", "usr/bin/promtool")
NOT_OURS = {"up"}


def promtool(*arguments, text=None):
    return subprocess.run([PROMTOOL, *arguments], input=text, capture_output=True, text=True)


def names_in(expression):
    """The metrics of an expression: what is neither in quotes or braces, nor a function or a keyword."""
    bare = re.sub(r'"[^"]*"', "", expression)
    return set(re.findall(r"\b(?:clientid|process)_[a-z_]+\b|\bup\b", bare))


class MetricsTest(unittest.TestCase):
    def start(self, *config, backend="postfix", bind=True, status=200, **more):
        monitor = Monitor()
        site = self.enterContext(Site([*monitor.config, *config], backend=backend, **more))
        site.ctl("policy set mode=enforce")
        if bind:
            site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        monitor.wait("/readyz", status)
        # Those who looked whether it listens have gone.
        self.assertTrue(monitor.comes_to("clientid_connections_open", 0))
        return site, monitor


class Numbers(MetricsTest):
    def test_connections_and_handshakes(self):
        # One thread takes clients in their order: when these have gone, so has who looked whether it listens.
        site, monitor = self.start("max-connections-per-address = 2", "workers = 1")
        for listener in ("starttls", "tls"):
            site.connect(listener).close()
        self.assertTrue(monitor.comes_to("clientid_connections_open", 0))
        before = monitor.samples()
        failed = before['clientid_tls_handshakes_total{result="failed"}']
        with connected(site):
            self.assertEqual(monitor.value("clientid_connections_open"), 1)
            with site.connect("starttls") as waiting, site.connect("starttls") as refused:
                self.assertEqual(waiting.recv(4), b"220 ")
                self.assertEqual(refused.recv(4), b"421 ")
        self.assertTrue(monitor.comes_to("clientid_connections_open", 0))
        context = site.trust()
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # a session that is there when the handshake is over
        with socket.create_connection(("127.0.0.1", site.ports["tls"])) as plain_socket:
            with context.wrap_socket(plain_socket, server_hostname=NAME) as first:
                first.recv(100)
                session = first.session
        with socket.create_connection(("127.0.0.1", site.ports["tls"])) as plain_socket:
            with context.wrap_socket(plain_socket, server_hostname=NAME, session=session) as second:
                self.assertTrue(second.session_reused)
        with socket.create_connection(("127.0.0.1", site.ports["tls"])) as plain_socket:
            plain_socket.sendall(b"EHLO client.test\r\n")
            with contextlib.suppress(ConnectionResetError):  # what it has not read by then resets the connection
                while plain_socket.recv(1000):
                    pass
        self.assertTrue(monitor.comes_to('clientid_tls_handshakes_total{result="failed"}', failed + 1))
        samples = monitor.samples()
        full = 'clientid_tls_handshakes_total{result="full"}'
        self.assertEqual(samples[full] - before[full], 2)
        self.assertEqual(samples['clientid_tls_handshakes_total{result="resumed"}'], 1)
        self.assertEqual(samples["clientid_connections_total"] - before["clientid_connections_total"], 6)
        self.assertEqual(samples['clientid_connections_refused_total{limit="max-connections-per-address"}'], 1)
        self.assertEqual(samples['clientid_connections_refused_total{limit="max-connections"}'], 0)

    def test_all_connections(self):
        site, monitor = self.start("max-connections = 1", "workers = 1")
        refusals = 'clientid_connections_refused_total{limit="max-connections"}'
        # Who looked whether it listens came before these, and was let in or refused before them.
        for listener in ("starttls", "tls"):
            with socket.create_connection(("127.0.0.1", site.ports[listener])) as probe:
                probe.shutdown(socket.SHUT_WR)
                while probe.recv(1000):
                    pass
            self.assertTrue(monitor.comes_to("clientid_connections_open", 0))
        before = monitor.value(refusals)
        with connected(site), site.connect("starttls") as refused:
            self.assertEqual(refused.recv(4), b"421 ")
        self.assertEqual(monitor.value(refusals), before + 1)
        self.assertEqual(monitor.value("clientid_connections_limit"), 1)

    def test_auth(self):
        site, monitor = self.start("max-connections-per-device = 1")
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, "wrong"), REFUSED)
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            self.assertEqual(monitor.value("clientid_sessions_open"), 1)
            with connected(site, "phone") as second:
                self.assertEqual(plain(second, site, site.passwords["alice"])[0], 454)
        with connected(site, "stolen") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"]), REFUSED)
        self.assertTrue(monitor.comes_to("clientid_sessions_open", 0))
        samples = monitor.samples()
        outcomes = {name: samples[f'clientid_auth_attempts_total{{outcome="{name}"}}'] for name in (
            "authenticated", "enrolled", "quarantined", "refused", "failed", "unavailable")}
        self.assertEqual(outcomes, {"authenticated": 1, "enrolled": 0, "quarantined": 0, "refused": 1, "failed": 1,
                                    "unavailable": 1})
        verdicts = {name: number for name, number in samples.items() if name.startswith("clientid_auth_verdicts_")}
        self.assertEqual(verdicts, {'clientid_auth_verdicts_total{verdict="allow",reason="bound"}': 3,
                                    'clientid_auth_verdicts_total{verdict="refuse",reason="unbound"}': 1})
        self.assertEqual(samples["clientid_auth_duration_seconds_count"], 4)
        self.assertEqual(samples['clientid_auth_duration_seconds_bucket{le="+Inf"}'], 4)
        self.assertGreater(samples["clientid_auth_duration_seconds_sum"], 0)
        self.assertEqual(samples['clientid_connections_refused_total{limit="max-connections-per-device"}'], 1)
        self.assertEqual((samples["clientid_auth_workers"], samples["clientid_auth_queue_limit"]), (4, 256))
        # What is being written is in the queue no more.
        self.assertTrue(wait_until(lambda: monitor.value("clientid_ledger_write_duration_seconds_count") > 0))
        self.assertTrue(monitor.comes_to("clientid_ledger_queue_length", 0))
        self.assertEqual(monitor.value("clientid_ledger_lost_total"), 0)

    def test_a_delay_is_not_counted(self):
        site, monitor = self.start("failure-delay = 2s")
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, "wrong"), REFUSED)
        self.assertLess(monitor.value("clientid_auth_duration_seconds_sum"), 2)

    def test_bindings(self):
        site, monitor = self.start(bind=False)
        for state in ("active", "pending", "suspended", "revoked"):
            self.assertEqual(monitor.value(f'clientid_bindings{{state="{state}"}}'), 0)
        site.ctl("bind alice UUID -", site.token("phone"))
        site.ctl("bind alice UUID -", site.token("laptop"))
        site.ctl("bind bob UUID -", site.token("lost"))
        site.ctl(f"revoke bob UUID -", site.token("lost"))
        # It is not read again at once.
        self.assertEqual(monitor.value('clientid_bindings{state="active"}'), 0)
        self.assertTrue(wait_until(lambda: monitor.value('clientid_bindings{state="active"}') == 2, 30))
        self.assertEqual(monitor.value('clientid_bindings{state="revoked"}'), 1)

    def test_back_end(self):
        site, monitor = self.start()
        self.assertEqual(monitor.value('clientid_backend_connections_total{result="answered"}'), 1)
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            self.assertEqual(client.mail("alice@" + NAME)[0], 250)
            self.assertEqual(monitor.value('clientid_backend_connections_total{result="answered"}'), 2)
            site.postfix.stop()
            self.assertEqual(client.rcpt("bob@" + NAME)[0], 451)
            self.assertEqual(monitor.value("clientid_backend_lost_total"), 1)
            self.assertEqual(client.mail("alice@" + NAME)[0], 451)
        samples = monitor.samples()
        self.assertEqual(samples['clientid_backend_connections_total{result="failed"}'], 1)
        self.assertEqual((samples["clientid_backends"], samples["clientid_backends_working"]), (1, 0))

    def test_nothing_of_a_client_is_a_label(self):
        site, monitor = self.start("password-check = backend", "handover = none", "mechanisms = PLAIN")
        hostile = 'mallory"} 1\nclientid_forged 1\n'
        for name in ("alice", hostile):
            with connected(site, "phone") as client:
                client.docmd("EHLO", "hostile.test")
                client.docmd("AUTH", "PLAIN " + site.plain(name, "wrong"))
        text = monitor.scrape()
        for word in ("alice", "mallory", "forged", "hostile", "127.0.0.1", "uuid", site.token("phone"), str(site.dir)):
            self.assertNotIn(word, text)
        labels = {label for name in monitor.samples() for label in re.findall(r'([a-z]+)="', name)}
        self.assertEqual(labels, {"le", "limit", "openssl", "outcome", "reason", "result", "state", "verdict",
                                  "version"})


class Health(MetricsTest):
    def test_all_is_well(self):
        _, monitor = self.start()
        self.assertEqual(monitor.ask("/healthz")[::2], (200, "ok\n"))
        self.assertEqual(monitor.ask("/readyz")[::2], (200, "ready\n"))

    def test_no_back_end(self):
        site, monitor = self.start()
        site.postfix.stop()
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            self.assertEqual(client.mail("alice@" + NAME)[0], 451)
        self.assertEqual(monitor.ask("/readyz")[::2], (503, "no back end answers\n"))
        self.assertEqual(monitor.status("/healthz"), 200)
        # Nobody comes who would find out that it is back.
        site.postfix.start()
        monitor.wait("/readyz")

    def test_no_store(self):
        site, monitor = self.start()
        self.assertEqual(monitor.status("/readyz"), 200)
        (site.dir / "clientid.db").rename(site.dir / "gone.db")
        self.assertTrue(wait_until(lambda: monitor.status("/readyz") == 503, 30))
        self.assertEqual(monitor.ask("/readyz")[2], "the store cannot be read\n")
        samples = monitor.samples()
        self.assertEqual(samples["clientid_store_readable"], 0)
        self.assertGreater(samples["clientid_store_failures_total"], 0)
        self.assertEqual(samples['clientid_bindings{state="active"}'], 1)
        (site.dir / "gone.db").rename(site.dir / "clientid.db")
        self.assertTrue(wait_until(lambda: monitor.status("/readyz") == 200, 30))

    def test_while_it_ends(self):
        site, monitor = self.start()
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
            self.assertEqual(client.mail("alice@" + NAME)[0], 250)
            site.shim.terminate()
            self.assertTrue(wait_until(lambda: monitor.status("/readyz") == 503))
            self.assertEqual(monitor.ask("/readyz")[2], "clients are not taken\n")
            self.assertEqual(monitor.status("/healthz"), 200)
            self.assertEqual(client.rset()[0], 250)
            client.close()
        self.assertEqual(site.shim.wait(20), 0)


class Http(MetricsTest):
    @classmethod
    def setUpClass(cls):
        cls.monitor = Monitor()
        cls.site = cls.enterClassContext(Site(cls.monitor.config))
        cls.site.start()
        cls.monitor.wait()

    def say(self, octets):
        with socket.create_connection(("127.0.0.1", self.monitor.port), timeout=20) as connection:
            connection.sendall(octets)
            try:
                return b"".join(iter(lambda: connection.recv(65536), b""))
            except ConnectionResetError:
                return b""

    def test_pages(self):
        status, headers, body = self.monitor.ask("/metrics")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        self.assertEqual(int(headers["Content-Length"]), len(body))
        self.assertEqual(self.monitor.status("/"), 404)
        self.assertEqual(self.monitor.status("/metrics/"), 404)

    def test_head_has_no_body(self):
        answer = self.say(b"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertRegex(answer, rb"^HTTP/1\.1 200 ")
        self.assertRegex(answer, rb"(?i)content-length: 3\r\n")
        self.assertTrue(answer.endswith(b"\r\n\r\n"))

    def test_other_methods(self):
        status, headers, _ = self.monitor.ask("/metrics", "DELETE")
        self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"))

    def test_old_clients(self):
        self.assertRegex(self.say(b"GET /healthz HTTP/1.0\r\n\r\n"), rb"^HTTP/1\.0 200 ")

    def test_what_is_no_request(self):
        for octets in (b"EHLO x\r\n\r\n", b"\0" * 100, b"\x16\x03\x01\x02\x00\x01" * 50, b"GET / HTTP/1.1\r\nX: " +
                       b"x" * 100000, b"GET /" + b"x" * 100000):
            with self.subTest(octets=octets[:20]):
                self.assertEqual(self.say(octets), b"")
        self.assertEqual(self.monitor.status("/healthz"), 200)

    def test_who_says_nothing_keeps_nobody_out(self):
        with_nothing = [socket.create_connection(("127.0.0.1", self.monitor.port), timeout=30) for _ in range(16)]
        for connection in with_nothing:
            self.addCleanup(connection.close)
        self.assertEqual(self.say(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), b"")
        self.assertEqual(with_nothing[0].recv(1), b"")
        self.assertTrue(wait_until(lambda: self.say(b"GET /healthz HTTP/1.0\r\n\r\n").endswith(b"ok\n"), 20))


class Address(unittest.TestCase):
    def error(self, value):
        with Site() as site:
            site.configure(f"metrics = {value}")
            done = subprocess.run([program("SHIM"), "--config", site.dir / "shim.conf"], capture_output=True, text=True,
                                  env=site.environment, timeout=20)
            return done.returncode, done.stderr

    def test_the_world_must_be_meant(self):
        status, text = self.error("0.0.0.0:9587")
        self.assertEqual(status, 2)
        self.assertRegex(text, r"^clientid-shim: \S+shim\.conf:\d+: metrics: cannot be \"0\.0\.0\.0:9587\"; it takes a "
                               r"loopback ADDRESS:PORT such as 127\.0\.0\.1:9587, or any other with the word public "
                               r"behind it\n$")

    def test_an_address_that_is_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            status, text = self.error(f"127.0.0.1:{port}")
        self.assertEqual(status, 2)
        self.assertEqual(text, f"clientid-shim: metrics: cannot listen on 127.0.0.1:{port}: Address already in use\n")

    def test_public(self):
        monitor = Monitor()
        with Site([f"metrics = 0.0.0.0:{monitor.port} public"]) as site:
            site.start()
            monitor.wait()


@unittest.skipUnless(pathlib.Path(PROMTOOL).exists(), "promtool of Prometheus is not installed")
class Prometheus(MetricsTest):
    def test_rules(self):
        done = promtool("check", "rules", EXAMPLES / "clientid-shim.rules.yml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = promtool("test", "rules", pathlib.Path(__file__).with_name("rules_test.yml"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_metrics(self):
        site, monitor = self.start()
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
        done = promtool("check", "metrics", text=monitor.scrape())
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


class Examples(MetricsTest):
    """Every metric that they name is one that the shim shows."""

    def test_names(self):
        rules = (EXAMPLES / "clientid-shim.rules.yml").read_text()
        dashboard = json.loads((EXAMPLES / "clientid-shim.dashboard.json").read_text())
        expressions = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
        expressions += re.findall(r"^ +expr: ([^|\n].*|\|\n(?: {10}.*\n)+)", rules, re.M)
        self.assertEqual(len(expressions), rules.count("expr:") +
                         sum(len(panel["targets"]) for panel in dashboard["panels"]))
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                expressions.append(variable["definition"])
        site, monitor = self.start()
        with connected(site, "stolen") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"]), REFUSED)
        shown = {name.partition("{")[0] for name in monitor.samples()} | NOT_OURS
        described = set(re.findall(r"^# TYPE (\S+)", monitor.scrape(), re.M))
        for expression in expressions:
            with self.subTest(expression=expression):
                self.assertTrue(names_in(expression))
                self.assertLessEqual(names_in(expression), shown)
        # And each that is shown is of use to somebody, and explained.
        used = {re.sub("_(bucket|sum|count)$", "", name) for each in expressions for name in names_in(each)}
        self.assertEqual(described - used, set())
        manual = (EXAMPLES.parents[1] / "man/clientid-shim.8").read_text()
        self.assertEqual(set(re.findall(r"^\.It Li ((?:clientid|process)_\w+)", manual, re.M)), described)

    def test_words_of_labels(self):
        """A value that a rule or the dashboard compares with is one that there is."""
        _, monitor = self.start()
        known = set(re.findall(r'="([^"]*)"', monitor.scrape())) | {"refuse", "clientid-shim", "$instance"}
        text = (EXAMPLES / "clientid-shim.rules.yml").read_text()
        text += (EXAMPLES / "clientid-shim.dashboard.json").read_text().replace('\\"', '"')
        for values in re.findall(r'[{,][a-z]+=~?"([^"]*)"', text):
            self.assertLessEqual(set(values.split("|")), known)


if __name__ == "__main__":
    run_tests(require_postfix)
