"""A client that has come as far as AUTH: encrypted, greeted, and with the identity of a device where it has one."""
import contextlib
import smtplib

from .site import NAME


@contextlib.contextmanager
def connected(site, device=None):
    with smtplib.SMTP("127.0.0.1", site.ports["starttls"], "client.test", timeout=30) as client:
        client._host = NAME  # the name that smtplib believes to have connected to
        client.starttls(context=site.trust())
        client.ehlo()
        if device:
            client.docmd("CLIENTID", "UUID " + site.token(device))
        yield client
