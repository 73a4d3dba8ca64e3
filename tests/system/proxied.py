"""Clients at any address: they come through a load balancer whose PROXY header the shim believes.

    proxied(site)                                        # before site.start()
    reply = log_in_from(site, "192.0.2.7", "phone")
    with logged_in_from(site, "192.0.2.7", "phone") as reply: ...   # and the session stays open
"""
import contextlib
import smtplib

from .site import NAME
from .waiting import free_port


def proxied(site):
    site.ports["proxied"] = free_port()
    site.config += [f"listen = 127.0.0.1:{site.ports['starttls']} starttls",
                    f"listen = 127.0.0.1:{site.ports['tls']} tls",
                    f"listen = 127.0.0.1:{site.ports['proxied']} starttls proxy-protocol", "trusted-proxies = 127.0.0.1"]


class Balancer(smtplib.SMTP):
    def __init__(self, address, port):
        self._header = f"PROXY TCP4 {address} 127.0.0.1 49152 587\r\n".encode()
        super().__init__("127.0.0.1", port, timeout=30)

    def _get_socket(self, *arguments):
        connection = super()._get_socket(*arguments)
        connection.sendall(self._header)
        return connection


@contextlib.contextmanager
def logged_in_from(site, address, device=None, account="alice", password=None, kind="UUID"):
    """The reply to AUTH, while the session is open. Without a password given, it is the right one."""
    with Balancer(address, site.ports["proxied"]) as client:
        client._host = NAME  # the name that smtplib believes to have connected to
        client.starttls(context=site.trust())
        client.ehlo()
        if device:
            client.docmd("CLIENTID", f"{kind} {site.token(device)}")
        yield client.docmd("AUTH", "PLAIN " + site.plain(account, password or site.passwords[account]))


def log_in_from(site, *arguments, **options):
    with logged_in_from(site, *arguments, **options) as reply:
        return reply
