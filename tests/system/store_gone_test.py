"""While the store is gone nobody gets in and nobody is refused: 454, whoever asks. Once it is back all is as before."""
import itertools
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.mechanisms import ACCEPTED, MECHANISMS, REFUSED, UNAVAILABLE, log_in, plain, site_with
from system.outcomes import Outcomes
from system.refusing import start_in_vain
from system.saslauthd import require_saslauthd
from system.waiting import run_tests, wait_until


class StoreGoneTest(unittest.TestCase):
    def site(self, method="sasldb", mode="enforce"):
        site = self.enterContext(site_with(method))
        site.ctl(f"policy set mode={mode}")
        site.ctl("bind alice UUID -", site.token("phone"))
        self.db, self.away = site.dir / "clientid.db", site.dir / "away.db"
        return site

    def check_as_before(self, site, mechanisms):
        for mechanism in mechanisms:
            self.assertEqual(log_in(site, mechanism, "phone"), ACCEPTED)
            self.assertEqual(log_in(site, mechanism, "phone", "wrong"), REFUSED)
            self.assertEqual(log_in(site, mechanism, "stranger"), REFUSED)
            self.assertEqual(log_in(site, mechanism), REFUSED)

    def check_gone_and_back(self, method):
        site, mechanisms = self.site(method), MECHANISMS[method]
        site.start()
        self.check_as_before(site, mechanisms)
        outcomes = Outcomes(site, 4 * len(mechanisms))
        self.db.rename(self.away)
        attempts = list(itertools.product(mechanisms, ["phone", "stranger", None], [None, "wrong"]))
        for mechanism, device, password in attempts:
            with self.subTest(mechanism=mechanism.__name__, device=device, password=password):
                self.assertEqual(log_in(site, mechanism, device, password), UNAVAILABLE)
        self.assertIn("store-failure cause=", site.log())
        self.assertIn("does not exist", site.log())
        self.away.rename(self.db)
        self.check_as_before(site, mechanisms)
        events = outcomes.wait_for(len(attempts) + 4 * len(mechanisms))  # nothing of it is lost
        self.assertEqual([(event["outcome"], event["reason"]) for event in events[:len(attempts)]],
                         [("unavailable", "store-failure")] * len(attempts))
        self.assertEqual(len(events), len(attempts) + 4 * len(mechanisms))

    def test_sasldb(self):
        self.check_gone_and_back("sasldb")

    def test_saslauthd(self):
        self.check_gone_and_back("saslauthd")

    def test_made_anew(self):
        """Judged is by the new one, not by the old file that is still open."""
        site = self.site()
        site.start()
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)
        for path in site.dir.glob("clientid.db*"):
            path.unlink()
        self.assertEqual(log_in(site, plain, "phone"), UNAVAILABLE)
        site.ctl("init")
        site.ctl("policy set mode=enforce")
        self.assertEqual(log_in(site, plain, "phone"), REFUSED)
        site.ctl("bind alice UUID -", site.token("phone"))
        self.assertEqual(log_in(site, plain, "phone"), ACCEPTED)

    def test_at_start(self):
        site = self.site()
        self.db.rename(self.away)
        status, line = start_in_vain(site)
        self.assertEqual(status, 4)
        self.assertTrue(line.endswith(f"store sqlite:{self.db}: does not exist; `clientidctl init` makes it"), line)

    def test_where_the_operator_prefers_passwords_alone(self):
        """on-store-failure=allow counts as last read, also over a reload; before it was ever read, nobody gets in."""
        site = self.site()
        site.ctl("policy set on-store-failure=allow")
        site.start()
        # Its own look at the store, at the start, is over.
        self.assertTrue(wait_until(lambda: "listening" in site.log()))
        self.db.rename(self.away)
        self.assertEqual(log_in(site, plain, "phone"), UNAVAILABLE)
        self.away.rename(self.db)
        self.assertEqual(log_in(site, plain, "stranger"), REFUSED)
        self.db.rename(self.away)
        self.assertEqual(log_in(site, plain, "stranger"), ACCEPTED)
        self.assertEqual(log_in(site, plain, "stranger", "wrong"), REFUSED)
        site.reload()
        self.assertEqual(log_in(site, plain, "stranger"), ACCEPTED)
        self.away.rename(self.db)
        self.assertEqual(log_in(site, plain, "stranger"), REFUSED)


if __name__ == "__main__":
    run_tests(require_saslauthd)
