"""What shim/demo.sh shows: four clients, of which one is the bound device. Status 0 if all went as it should.

Tokens and passwords are masked in the transcripts, as everywhere.
"""
import os
import pathlib
import smtplib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from system.outcomes import Outcomes
from system.site import NAME, Site
from system.waiting import Skip

REFUSED = (535, b"5.7.8 Authentication credentials invalid")
MESSAGE = "From: alice@{0}\r\nTo: bob@{0}\r\nSubject: from a bound device\r\n\r\nThis went through the shim.\r\n"


class Client(smtplib.SMTP):
    """smtplib with its transcript: CLIENTID is one docmd() away."""

    def __init__(self, site):
        self.site = site
        super().__init__("127.0.0.1", site.ports["starttls"], local_hostname="client.example.net", timeout=20)
        # smtplib checks the certificate against the name it believes to have connected to.
        self._host = NAME

    def send(self, data):
        text = data if isinstance(data, str) else data.decode()
        self._show("C", text)
        super().send(data)

    def getreply(self):
        code, text = super().getreply()
        self._show("S", f"{code} " + text.decode())
        return code, text

    def _show(self, who, text):
        for line in text.rstrip("\r\n").split("\n"):
            print(f"    {who}: {self.site.mask(line.rstrip())}")


def attempt(site, token, password):
    """One session up to AUTH; the client and the reply."""
    client = Client(site)
    client.ehlo_or_helo_if_needed()
    client.starttls(context=site.trust())
    client.ehlo()
    if token:
        client.docmd("CLIENTID", "UUID " + token)
    reply = client.docmd("AUTH", "PLAIN " + site.plain("alice", password))
    return client, reply


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: expected {wanted}, got {got}")


def refused(site, title, token, password):
    print(f"\n{title}: refused")
    client, reply = attempt(site, token, password)
    expect(title, reply, REFUSED)
    client.quit()


def delivered(site, token):
    print("\nThe bound device: delivered")
    client, reply = attempt(site, token, site.passwords["alice"])
    expect("the bound device", reply[0], 235)
    client.sendmail("alice@" + NAME, ["bob@" + NAME], MESSAGE.format(NAME))
    client.quit()
    expect("messages in the Maildir", site.postfix.wait_for(messages=1), True)
    print("\nThe message in the Maildir of bob:")
    for line in site.postfix.messages()[0].splitlines():
        print("    " + site.mask(line))


def keep(site):
    print(f"""
Everything stays up until you press Ctrl-C.
  STARTTLS at 127.0.0.1:{site.ports['starttls']}, TLS at 127.0.0.1:{site.ports['tls']}, user alice, certificate {site.dir}/cert.pem
  The password of alice is in {site.dir}/alice.password, the token of her device in {site.dir}/alice.token.
  swaks --server 127.0.0.1 --port {site.ports['starttls']} --tls --auth PLAIN --auth-user alice --from alice@{NAME} --to bob@{NAME}
      asks for the password, and is refused: it has no CLIENTID.
  openssl s_client -quiet -crlf -starttls smtp -connect 127.0.0.1:{site.ports['starttls']}
      then EHLO x, CLIENTID UUID TOKEN, AUTH LOGIN, ...
  {os.environ['CLIENTIDCTL']} --config {site.dir}/clientid.conf list
  {os.environ['CLIENTIDCTL']} --config {site.dir}/clientid.conf history --since 1h""", flush=True)
    for name, text in (("password", site.passwords["alice"]), ("token", site.tokens["phone"])):
        path = site.dir / f"alice.{name}"
        path.touch(mode=0o600)
        path.write_text(text + "\n")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print("\nstopping")


def main():
    with Site(["log-level = info"], backend="postfix") as site:
        site.ctl("policy set mode=enforce")
        site.ctl("bind alice UUID - --label phone", site.token("phone"))
        site.start()
        print("A device is bound to the account alice:")
        for line in site.ctl("list").splitlines():
            print("    " + line)
        delivered(site, site.token("phone"))
        refused(site, "Another device", site.token("stranger"), site.passwords["alice"])
        refused(site, "No identity", None, site.passwords["alice"])
        refused(site, "The bound device with a wrong password", site.token("phone"), "wrong")
        expect("messages in the Maildir at the end", site.postfix.wait_for(messages=1), True)
        outcomes = [event["outcome"] for event in Outcomes(site).wait_for(4)]
        expect("outcomes in the history", sorted(outcomes), ["authenticated", "failed", "refused", "refused"])
        print("\nWhat the operator sees:")
        for line in site.ctl("history").splitlines():
            print("    " + line)
        if sys.argv[1:] == ["--keep"]:
            keep(site)
    print("\nAll as it should be.")


try:
    main()
except Skip as reason:
    print(f"skipped: {reason}")
    sys.exit(77)
