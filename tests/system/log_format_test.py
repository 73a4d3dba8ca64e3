"""What the log says is the same in every form and place: text or JSON; on standard error, or in the journal."""
import base64
import datetime
import json
import pathlib
import signal
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.client import connected
from system.journald import Journald, require_journald
from system.mechanisms import REFUSED, plain
from system.postfix import require_postfix
from system.site import Site
from system.waiting import Skip, run_tests, wait_until

FIELDS = ["peer", "outcome", "verdict", "reason", "mechanism", "account", "type", "fingerprint"]
FORGED = 'mallory","outcome":"authenticated\r\nCLIENTID_PEER=192.0.2.66\nMESSAGE=auth peer=192.0.2.66\u2028\x1b[2J'
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def now():
    """In milliseconds, as the log has it."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def try_to_log_in(site, name, device=None):
    """Refused, by the password or by the name."""
    message = base64.b64encode(b"\0" + name.encode() + b"\0wrong").decode()
    with connected(site, device) as client:
        return client.docmd("AUTH", "PLAIN " + message)


class Json(unittest.TestCase):
    def objects(self, site):
        self.assertTrue(wait_until(lambda: site.log().endswith("\n")))
        text = (site.dir / "shim.log").read_bytes().decode("ascii")
        return [json.loads(line) for line in text.removesuffix("\n").split("\n")]

    def site(self, *config):
        site = self.enterContext(Site(["log-format = json", "max-errors = 100", *config]))
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start()
        return site

    def test_every_line_is_an_object(self):
        started = now()
        site = self.site("log-level = debug")
        self.assertEqual(try_to_log_in(site, "alice", "phone"), REFUSED)
        with connected(site, "phone") as client:
            self.assertEqual(plain(client, site, site.passwords["alice"])[0], 235)
        objects = self.objects(site)
        ended = now()
        for each in objects:
            self.assertEqual(list(each)[:3], ["time", "level", "event"])
            self.assertRegex(each["time"], f"^{TIME}$")
            self.assertTrue(started <= each["time"] <= ended, each["time"])
            self.assertIn(each["level"], ("error", "warning", "info", "debug"))
        failed, authenticated = [each for each in objects if each["event"] == "auth"]
        for each in (failed, authenticated):
            self.assertEqual(list(each)[3:], FIELDS)
            self.assertEqual((each["level"], each["peer"], each["account"], each["type"], each["reason"]),
                             ("info", "127.0.0.1", "alice@shim.test", "uuid", "bound"))
        self.assertEqual((failed["outcome"], authenticated["outcome"]), ("failed", "authenticated"))
        self.assertIn("debug", {each["level"] for each in objects})

    def test_names_stay_values(self):
        site = self.site()
        self.assertEqual(try_to_log_in(site, FORGED), REFUSED)
        self.assertEqual(try_to_log_in(site, "x" * 3000), REFUSED)
        forged, long = [each for each in self.objects(site) if each["event"] == "auth"]
        for each in (forged, long):
            self.assertEqual(list(each)[3:], FIELDS)
            self.assertEqual(each["peer"], "127.0.0.1")
            self.assertNotEqual(each["outcome"], "authenticated")

    def test_text_again_after_a_reload(self):
        site = self.enterContext(Site(["log-format = json"], backend="postfix"))
        site.start()
        site.configure("log-format = text")
        site.shim.send_signal(signal.SIGHUP)
        self.assertTrue(wait_until(lambda: "clientid-shim: reloaded\n" in site.log()))


class Journal(unittest.TestCase):
    def setUp(self):
        try:
            require_journald()
        except Skip as reason:
            self.skipTest(str(reason))

    def start(self, *config):
        journal = self.enterContext(Journald())
        site = self.enterContext(Site(["log = journal", *config]))
        site.ctl("bind alice UUID -", site.token("phone"))
        site.start(*journal.inside)
        if "without libsystemd" in site.log():
            self.skipTest("the shim was built without libsystemd")
        return journal, site

    def test_fields(self):
        journal, site = self.start()
        self.assertEqual(try_to_log_in(site, "alice", "phone"), REFUSED)
        [entry] = journal.entries("CLIENTID_EVENT=auth")
        fields = {key.removeprefix("CLIENTID_").lower(): value for key, value in entry.items()
                  if key.startswith("CLIENTID_")}
        self.assertEqual(sorted(fields), sorted(["event", *FIELDS]))
        self.assertEqual((fields["peer"], fields["outcome"], fields["account"], fields["reason"]),
                         ("127.0.0.1", "failed", "alice@shim.test", "bound"))
        self.assertEqual((entry["PRIORITY"], entry["_TRANSPORT"], entry["_PID"]),
                         ("6", "journal", str(site.shim.pid)))
        self.assertRegex(entry["MESSAGE"], r"^auth peer=127\.0\.0\.1 outcome=failed verdict=allow reason=bound ")
        self.assertEqual([each["CLIENTID_LISTEN"] for each in journal.entries("CLIENTID_EVENT=listening")],
                         [f"127.0.0.1:{site.ports[kind]} {kind}" for kind in ("starttls", "tls")])
        self.assertEqual(site.log(), "")

    def test_names_stay_values(self):
        journal, site = self.start("password-check = backend", "handover = none", "mechanisms = PLAIN")
        site.ctl("policy set mode=enforce")
        self.assertEqual(try_to_log_in(site, FORGED), REFUSED)
        [entry] = journal.entries("CLIENTID_EVENT=auth")
        self.assertEqual(entry["CLIENTID_PEER"], "127.0.0.1")
        self.assertEqual(entry["CLIENTID_OUTCOME"], "refused")
        account = entry["CLIENTID_ACCOUNT"]
        # What is not printable comes as a list of octets.
        self.assertEqual(bytes(account).decode() if isinstance(account, list) else account, FORGED)
        self.assertEqual(len(journal.entries()), len(journal.entries("_PID=" + str(site.shim.pid))))

    def test_json_is_the_message(self):
        journal, site = self.start("log-format = json")
        self.assertEqual(try_to_log_in(site, "alice", "phone"), REFUSED)
        [entry] = journal.entries("CLIENTID_EVENT=auth")
        self.assertEqual(json.loads(entry["MESSAGE"])["account"], "alice@shim.test")

    def test_no_journal_stops_nobody(self):
        """As on a machine without systemd."""
        with Site(["log = journal"]) as site:
            site.start("unshare", "--mount", "sh", "-c",
                       '[ ! -d /run/systemd ] || mount -t tmpfs tmpfs /run/systemd; exec "$@"', "sh")
            self.assertEqual(try_to_log_in(site, "alice"), REFUSED)


if __name__ == "__main__":
    run_tests(require_postfix)
