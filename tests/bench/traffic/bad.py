"""Clients whom the policy or the password refuses: mail programs all the same."""
import random

from system.client import connected
from system.mechanisms import REFUSED, login, plain, scram

from .raw import PATIENCE, Unexpected


def refused(site, device, mechanism, password):
    with connected(site, device, PATIENCE, source_address=(site.stranger(), 0)) as client:
        reply = mechanism(client, site, password)
        if reply != REFUSED:
            raise Unexpected(f"{mechanism.__name__} is answered with {reply}")


def wrong_password(site):
    refused(site, random.choice(site.devices), random.choice((plain, login, scram)), random.choice(site.guesses))


def wrong_password_of_a_bound_device(site):
    refused(site, "old phone", of("bob"), random.choice(site.guesses))


def unbound_device(site):
    refused(site, random.choice(site.devices), random.choice((plain, login, scram)), site.passwords["alice"])


def device_of_another(site):
    refused(site, "tablet", plain, site.passwords["alice"])


def no_identity(site):
    refused(site, None, random.choice((plain, login, scram)), site.passwords["alice"])


def unknown_account(site):
    refused(site, random.choice(site.devices), of(f"nobody{random.randrange(50)}"), random.choice(site.guesses))


def once_more(site):
    """As Thunderbird does: LOGIN behind a refused PLAIN, and then the user tries again."""
    with connected(site, random.choice(site.devices), PATIENCE, source_address=(site.stranger(), 0)) as client:
        for mechanism in (plain, login, plain, login):
            if (reply := mechanism(client, site, site.passwords["alice"])) != REFUSED:
                raise Unexpected(f"{mechanism.__name__} is answered with {reply}")


def of(account):
    """PLAIN for it."""
    def plain_of_account(client, site, password):
        return client.docmd("AUTH", "PLAIN " + site.plain(account, password))
    return plain_of_account


ALL = (wrong_password, wrong_password_of_a_bound_device, unbound_device, device_of_another, no_identity, unknown_account,
       once_more)
