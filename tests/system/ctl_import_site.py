"""What the tests of clientidctl import have in common: two sites, and exports made up for them."""
import json
import re
import subprocess

from system.ctl_site import PROGRAM, SiteTest


class ImportSite(SiteTest):
    """Two sites with the same key: one that is exported, and `new`, into which it is imported."""

    def setUp(self):
        super().setUp()
        self.file = self.dir / "all.jsonl"
        self.old = self.db

    def new_site(self, name="new"):
        """From here on, commands are of another store, with the same key."""
        self.db = self.dir / f"{name}.db"
        self.make_store()
        self.ctl("init")

    def records(self, *options):
        return [json.loads(line) for line in self.ctl("export", "-", *options).out.splitlines()]

    def lines(self):
        """Of an export, but for its header, the changes to the store as such, and the end, which counts them."""
        def is_own(record):
            return record["record"] == "event" and re.match("store made|import from", record["detail"])
        return [record for record in self.records()[1:-1] if not is_own(record)]

    def write(self, *records, name="all.jsonl"):
        """An export of these records, with the header of this site."""
        path = self.dir / name
        header = self.records()[0]
        header["keys"] = header["keys"] or self.keys()
        end = {"record": "end", "records": len(records)}
        path.write_text("".join(json.dumps(each) + "\n" for each in (header, *records, end)))
        return path

    def keys(self):
        self.ctl("bind", "nobody", "UUID", self.token())
        keys = self.records()[0]["keys"]
        self.ctl("remove", str(self.sql_value("SELECT max(id) FROM binding")))
        return keys

    def binding(self, number=1, **fields):
        return {"record": "binding", "id": number, "account": "alice@example.com", "type": "uuid",
                "fingerprint": f"{number:064x}", "key_id": "1", "state": "active", "label": "phone",
                "created": "2026-01-02T03:04:05Z", "created_by": "learned", "last_seen": None, "last_peer": None,
                "expires": None, "uses": 0, "suspended_until": None, **fields}

    def event(self, second=1, **fields):
        return {"record": "event", "at": f"2026-01-02T03:04:{second:02}Z", "outcome": "failed",
                "account": "alice@example.com", "type": None, "fingerprint": None, "peer": "192.0.2.7",
                "network": "192.0.2.7/32", "service": "smtp", "verdict": "allow", "reason": "bound", "detail": "",
                **fields}

    def run_import(self, *arguments, text=b""):
        """Its status, and the lines on standard error, which may be several."""
        done = subprocess.run([PROGRAM, "--config", self.conf, "import", *arguments], input=text, capture_output=True,
                              timeout=60)
        return done.returncode, done.stderr.decode().splitlines()

    def count(self, table):
        return self.sql_value(f"SELECT count(*) FROM {table}")
