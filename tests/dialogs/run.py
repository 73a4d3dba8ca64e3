#!/usr/bin/env python3
"""Run a dialogue with the built shim.

    run.py FILE...             with SHIM, CLIENTIDCTL, SASL_PLUGIN_DIR in the environment (see ../system/site.py)
    run.py --parse FILE...     only read the files, and print their steps

A dialogue is one SMTP session (or some, one after another), line by line:

    # A second CLIENTID is refused.
    # config: max-errors = 5
    # ctl: bind alice UUID - <<< {token:phone}
    S*: 220
    C: EHLO client.test
    S*: 250
    HAS CLIENTID
    C+: CLIENTID UUID {token:phone}
    C: CLIENTID UUID {token:phone}
    S: 250 OK
    S~: 503 .*

The first line is its title. More headers, each repeatable where that makes sense:

    # config: KEY = VALUE      a line of shim.conf, in place of those of the same key
    # ctl: ARGUMENTS [<<< TEXT]    clientidctl, before the shim starts, with TEXT as its standard input
    # account: NAME PASSWORD   an account besides alice and bob
    # listen: tls|starttls     where the client connects (tls)
    # backend: none|postfix    whether a real Postfix stands behind the shim (none)

The steps; `#` begins a comment here too:

    C: text         the client sends the text and CRLF
    C+: text        the same, in one write with the next step that sends
    C<: text        the client sends the text as it is, with \\r \\n \\t \\\\ \\xHH
    S: line         the server sends this line
    S~: regex       the server sends a line that matches the whole expression
    S?: regex       it may send such a line; if it sends another, that stays for the next step
    S*: regex       the server sends a complete reply with such a code
    HAS regex       a line of that reply, without its code, matches, whatever its case
    HAS-NOT regex   none does
    TLS             both start TLS
    CLOSED          the server closes the connection and says nothing before
    AGAIN           the client closes the connection, and opens another one
    BESIDE          the client opens another connection, and the one before stays open to the end of the dialogue
    FROM address    whence the connections after this one come; any of 127.0.0.0/8
    CTL arguments [<<< text]            clientidctl at this point; its status must be 0
    WAIT arguments [<<< text] => regex  until what clientidctl prints matches somewhere, for what the shim writes
                    behind its replies: counts, open sessions, history; its status must be 0, or 1 as of check
    RELOAD          the shim reads its configuration and its keys again
    DELIVERED n     all sessions over, n messages are in the mailbox behind the back end
    MESSAGE regex   matches somewhere in one of them; ^ and $ stand at lines
    LOGGED regex    matches in the log of the back end, which shows every command it hears
    NOT-LOGGED regex   does not; let a LOGGED or DELIVERED go before, for the log to be complete

In what is sent, from the inside out: {password:alice}, {token:NAME} (made up at first use), {b64:text} with
the escapes of C<, {plain:alice} = {b64:\\x00alice\\x00{password:alice}}, {plain:alice:wrong} with another password,
{x:200} = 200 times x. The status is 0, 1 for a failure, 2 for a wrong file, 77 where something is missing on this
machine. Passwords and made-up tokens are printed by these names only.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from session import OF_BACKEND, REGEXES, STEPS, Mismatch, Session  # noqa: E402
from system.site import Site, SiteError  # noqa: E402
from system.waiting import Skip  # noqa: E402

CHOICES = {"listen": ("tls", "starttls"), "backend": ("none", "postfix")}  # the default first


class Dialogue:
    """A file, read: its title, headers, and steps as (line number, word, argument)."""

    def __init__(self, path):
        self.path, self.title, self.steps = path, "", []
        self.headers = {name: [] for name in ("config", "ctl", "account", *CHOICES)}
        for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
            try:
                self._read(number, line)
            except (ValueError, re.error) as error:
                raise ValueError(f"{path}:{number}: {error}") from None
        self.listen, self.backend = ((self.headers[name] or values)[0] for name, values in CHOICES.items())

    def _read(self, number, line):
        header = re.fullmatch(r"# (\w+): +(.+)", line)
        if line != line.rstrip():
            raise ValueError("white space at the end of the line; C<: can show it")
        if number == 1:
            self.title = line.lstrip("# ")
        elif header and header[1] in self.headers:
            self._read_header(*header.groups())
        elif line and not line.startswith("#"):
            self._read_step(number, *line.partition(" ")[::2])

    def _read_header(self, name, value):
        if self.steps:
            raise ValueError("a header among the steps")
        if value not in CHOICES.get(name, (value,)):
            raise ValueError(f"{name} is one of: {', '.join(CHOICES[name])}")
        self.headers[name].append(value)

    def _read_step(self, number, word, argument):
        if word not in STEPS:
            raise ValueError(f"unknown step: {word}")
        if word in REGEXES:
            re.compile(argument)
        if word == "WAIT":
            re.compile(argument.rpartition(" => ")[2] or "(")
        if word in OF_BACKEND and "postfix" not in self.headers["backend"]:
            raise ValueError(f"{word} needs the header `# backend: postfix`")
        self.steps.append((number, word, argument))


def run(dialogue):
    """True where the server kept to the dialogue; otherwise says where it did not."""
    accounts = dict(line.split() for line in dialogue.headers["account"])
    with Site(dialogue.headers["config"], dialogue.backend, accounts) as site:
        session, number = Session(site), 0
        for line in dialogue.headers["ctl"]:
            session.ctl(line)
        site.start()
        try:
            session.connect(dialogue.listen)
            for number, word, argument in dialogue.steps:
                session.play(word, argument)
        except (Mismatch, OSError) as error:
            print(site.mask("\n".join([*session.transcript, f"{dialogue.path}:{number}: {error}", "",
                                       "The log of the shim ends with:", site.log()[-4000:]])))
            return False
        finally:
            session.close()
    return True


def status_of(dialogue):
    """Run it, and say how it went: an exit status."""
    try:
        status, outcome = (0, "passed") if run(dialogue) else (1, "FAILED")
    except Skip as skip:
        status, outcome = 77, f"skipped, {skip}"
    except SiteError as error:
        status, outcome = 1, f"FAILED, {error}"
    print(f"{dialogue.path}: {outcome}: {dialogue.title}", flush=True)
    return status


def main(arguments):
    try:
        dialogues = [Dialogue(path) for path in arguments if path != "--parse"]
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    if "--parse" in arguments:
        for dialogue in dialogues:
            print(f"{dialogue.path}: {dialogue.title}", *("  %3d %s %s" % step for step in dialogue.steps), sep="\n")
        return 0
    statuses = {status_of(dialogue) for dialogue in dialogues}
    return next((status for status in (1, 77) if status in statuses), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
