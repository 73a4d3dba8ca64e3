"""A client that has come as far as AUTH: encrypted, greeted, and with the identity of a device where it has one."""
import smtplib

from .site import NAME


def connected(site, device=None, timeout=30, context=None, **more):
    """It closes at the end of a `with`. `context` is what it believes of TLS, `more` is for smtplib."""
    with site.host:
        client = smtplib.SMTP("127.0.0.1", site.ports["starttls"], "client.test", timeout=timeout, **more)
    try:
        client._host = NAME  # the name that smtplib believes to have connected to
        client.starttls(context=context or site.trust())
        client.ehlo()
        if device:
            client.docmd("CLIENTID", "UUID " + site.token(device))
    except BaseException:
        client.close()
        raise
    return client
