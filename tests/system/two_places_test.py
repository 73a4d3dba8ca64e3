"""The same token from two places (U6.2.4), as a database of countries tells them."""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.alerted import AlertsSite
from system.mechanisms import ACCEPTED, REFUSED
from system.postfix import require_postfix
from system.waiting import Skip, run_tests, wait_until

MAKER = pathlib.Path(__file__).resolve().parents[1] / "unit/make_countries.pl"
GERMANY, GERMANY_ELSEWHERE = "192.0.2.7", "192.0.2.9"
AMERICA, FRANCE, NOWHERE = "198.51.100.7", "203.0.113.7", "127.1.2.3"


def require_writer():
    perl = shutil.which("perl")
    if not perl or subprocess.run([perl, "-MMaxMind::DB::Writer::Tree", "-e", "1"], capture_output=True).returncode:
        raise Skip("there is no MaxMind::DB::Writer (libmaxmind-db-writer-perl) here")


class TwoPlacesTest(AlertsSite):
    def two_countries(self, *settings, database="country"):
        places = self.enterContext(tempfile.NamedTemporaryFile(prefix="places-", suffix=".mmdb"))
        subprocess.run(["perl", MAKER, database, places.name], check=True)
        self.make_site(*settings, clientid=["geoip-database = " + places.name])
        self.bind()
        self.assertEqual(self.log_in(GERMANY), ACCEPTED)
        self.seen(GERMANY)

    def test_an_alert_and_no_more_without_a_setting(self):
        self.two_countries()
        self.assertEqual(self.log_in(AMERICA), ACCEPTED)
        alert = self.alert("location-conflict")
        self.assertEqual([alert[name] for name in ("type", "fingerprint", "peer", "reason", "count")],
                         ["uuid", self.fingerprint(), AMERICA, "bound", 1])
        self.assertRegex(alert["detail"], r"^in US, and \d+[sm] before in DE$")

    def test_refused_where_that_is_set(self):
        self.two_countries("two-places=refuse")
        self.assertEqual(self.log_in(AMERICA), REFUSED)
        self.assertEqual(self.alert("location-conflict")["reason"], "two-places")
        check = json.loads(self.site.ctl(f"--json check alice UUID - --peer {AMERICA}", self.site.token("phone"), (1,)))
        self.assertEqual(check["reason"], "two-places")
        self.assertRegex(check["rules"][-1]["saw"], r"^in US, and \d+[sm] before in DE, two-places=refuse$")
        self.assertEqual(self.log_in(GERMANY_ELSEWHERE), ACCEPTED, "another network of the same country")
        self.assertEqual(self.log_in(AMERICA, device="other"), ACCEPTED, "another device")
        # Of an address that the database does not know only open sessions tell something.
        self.assertTrue(wait_until(lambda: "no conflict" in self.site.ctl(
            f"check alice UUID - --peer {NOWHERE}", self.site.token("phone"), (0, 1))))
        self.assertEqual(self.log_in(NOWHERE), ACCEPTED)

    def test_off(self):
        self.two_countries("two-places=off")
        self.assertEqual(self.log_in(AMERICA), ACCEPTED)
        # One that comes after it would have.
        self.assertEqual(self.log_in(AMERICA, device="other"), ACCEPTED)
        self.alert("device-bound")
        self.assertEqual(self.alerts("location-conflict"), [])

    def test_a_journey_takes_its_time(self):
        self.two_countries("two-places=refuse", "travel-time=1h")
        self.assertEqual(self.log_in(FRANCE), REFUSED)
        self.site.ctl("policy set travel-time=10m")
        self.travelled(9 * 60)
        self.assertEqual(self.log_in(FRANCE), REFUSED)
        self.travelled(11 * 60)
        self.assertEqual(self.log_in(FRANCE), ACCEPTED)

    def test_distances_where_the_database_has_them(self):
        """878 km from Berlin to Paris: an hour by air. With a place known, travel-time does not count."""
        self.two_countries("two-places=refuse", "travel-time=1m", database="city")
        self.travelled(45 * 60)
        self.assertEqual(self.log_in(FRANCE), REFUSED)
        self.travelled(60 * 60)
        self.assertEqual(self.log_in(FRANCE), ACCEPTED)

    def travelled(self, seconds):
        """As if the device had been seen so long ago."""
        connection = sqlite3.connect(self.site.dir / "clientid.db", timeout=20)
        with connection:
            connection.execute("UPDATE binding SET last_seen = ?", (int(time.time()) - seconds,))
        connection.close()


if __name__ == "__main__":
    run_tests(require_postfix, require_writer)
