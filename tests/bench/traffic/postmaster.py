"""What somebody does who runs the site, in turns, while the traffic goes on."""
import itertools
import threading

from system.client import connected
from system.mechanisms import REFUSED

from .bad import of
from .raw import PATIENCE, Unexpected


def look(site):
    for arguments in ("list bob", "history --since 1m", "sessions", "stats", "check alice --peer 192.0.2.7"):
        site.ctl(arguments, statuses=(0, 1))


def suspend_and_resume(site):
    """With the right password on a bound device, that is refused in between."""
    token = site.token("tablet")
    for command, code in (("suspend", 535), ("resume", 235)):
        site.ctl(f"{command} bob UUID -", token)
        with connected(site, "tablet", PATIENCE) as client:
            reply = of("bob")(client, site, site.passwords["bob"])
        if reply[0] != code or (code == 535 and reply != REFUSED):
            raise Unexpected(f"after {command} the device is answered with {reply}")


def purge(site):
    site.ctl("purge --older-than 5m --yes")


def reload(site):
    site.hang_up()


def renew_certificate(site):
    site.renew_certificate()
    site.hang_up()


ROUND = (look, suspend_and_resume, reload, look, purge, renew_certificate)


class Postmaster:
    def __init__(self, site, pause, report):
        """So many seconds between two things to do."""
        self.site, self.pause, self.report = site, pause, report
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._work)

    def start(self):
        self.thread.start()

    def stop(self):
        self.over.set()
        self.thread.join()

    def _work(self):
        for action in itertools.cycle(ROUND):
            if self.over.wait(self.pause):
                return
            try:
                action(self.site)
            except Exception as error:  # whatever it is, it did not work
                self.report(f"postmaster, {action.__name__}: {type(error).__name__}: {error}")
