"""What the history says of attempts to log in. It is written behind the replies, so it is waited for."""
import json

from .waiting import wait_until


class Outcomes:
    """Of the attempts that follow, after so many that were made already."""

    def __init__(self, site, before=0):
        self.site, self.before = site, before

    def wait_for(self, number):
        """So many of them in order, or what there is after a while."""
        wait_until(lambda: len(self._all()) >= self.before + number, 20)
        return self._all()[self.before:]

    def _all(self):
        return [event for event in json.loads(self.site.ctl("--json history")) if event["outcome"] != "changed"]
