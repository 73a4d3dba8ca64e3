"""Devices that are learned, suspended and revoked, and messages that are sent, all at once, while somebody kills what
serves them; and what everybody was told.

An operation is the first AUTH of a device, one change by clientidctl, or one message. It was

  acknowledged  by 235, by status 0, or by 250 behind the end of the message: then it holds;
  refused       by any other answer: then it does not;
  in doubt      without an answer: then it may hold or not. Two answers leave it in doubt as well, for who gives them
                cannot know: 454 or status 4, where the database died and may have committed before; and 451 behind the
                end of a message, where the back end died and may have taken it before (RFC 1047).

A message of which the end was not sent is not there, and none is there twice, or in part.
"""
import collections
import concurrent.futures
import contextlib
import itertools
import json
import random
import re
import subprocess
import threading

from .client import connected
from .site import NAME, program

HOLDS, NOT, MAYBE = "holds", "does not hold", "may hold"
LOST = (451, b"4.4.2 Connection to the mail server lost, try again later")
STATE_AFTER = {"bind": "active", "suspend": "suspended", "resume": "active", "revoke": "revoked"}
NONE = "none"  # the state of a binding that is not there

Enrolment = collections.namedtuple("Enrolment", "account expected")


class Device:
    """One that an operator changes, and the states that it may be in."""

    def __init__(self, account, kind):
        self.account, self.kind, self.states = account, kind, {NONE}


class Load:
    def __init__(self, site, seed, commits_may_be_lost=False, back_end_may_die=False):
        """`commits_may_be_lost` and `back_end_may_die` say whether there are the two answers that leave in doubt."""
        self.site, self.seed = site, seed
        self.commits_may_be_lost, self.back_end_may_die = commits_may_be_lost, back_end_may_die
        self.context = site.trust()
        self.names = list(site.accounts)
        self.numbers = itertools.count()
        self.over = threading.Event()
        self.commands = []   # those of clientidctl that run
        self.enrolments, self.devices, self.messages = {}, [], {}
        self.changes = collections.Counter()
        self.problems = []   # found on the way
        self.kills = 0
        self.sender = self._kind("s")
        self._ctl("bind", "alice", self.sender)

    def run(self, seconds, victims):
        """The victims are functions, each of which kills something, and sees that it runs again."""
        workers = {"enrol": (self._enrol, 3), "operate": (self._operate, 2), "send": (self._send_messages, 3),
                   "kill": (lambda dice: self._kill(dice, victims), 1)}
        with concurrent.futures.ThreadPoolExecutor(sum(number for _, number in workers.values())) as threads:
            futures = [threads.submit(self._repeat, work, f"{self.seed} {name} {i}")
                       for name, (work, number) in workers.items() for i in range(number)]
            # Until the time is over, or one of them fails.
            concurrent.futures.wait(futures, seconds, concurrent.futures.FIRST_EXCEPTION)
            self.over.set()
        for future in futures:
            future.result()

    def _repeat(self, work, seed):
        dice = random.Random(seed)
        try:
            while not self.over.is_set():
                work(dice)
        finally:
            self.over.set()

    def _kill(self, dice, victims):
        if not self.over.wait(dice.uniform(0.02, 0.6)):
            dice.choice(victims)(dice)
            self.kills += 1

    def kill_command(self, dice):
        running = list(self.commands)
        if running:
            dice.choice(running).kill()

    # --- Devices ---

    def _kind(self, letter):
        """The type of a device that nobody else has: by it, it is found in the store."""
        return f"{letter}{next(self.numbers)}"

    def _token(self, kind):
        return f"{self.site.token('load')}-{kind}"

    @contextlib.contextmanager
    def _session(self, kind):
        """The client; nothing where nobody takes it. It may lose its connection at any time."""
        try:
            client = connected(self.site, timeout=60, context=self.context)
            client.docmd("CLIENTID", f"{kind} {self._token(kind)}")
        except OSError:
            self.over.wait(0.02)
            yield None
            return
        with contextlib.closing(client), contextlib.suppress(OSError):
            yield client

    def _authenticate(self, client, account, password):
        return client.docmd("AUTH", "PLAIN " + self.site.plain(account, password))[0]

    def _enrol(self, dice):
        kind, account, right = self._kind("e"), dice.choice(self.names), dice.random() < 0.8
        password = self.site.accounts[account] if right else "wrong"
        with self._session(kind) as client:
            if not client:
                return
            self.enrolments[kind] = Enrolment(account, MAYBE if right else NOT)
            code = self._authenticate(client, account, password)
            in_doubt = code == 454 and right and self.commits_may_be_lost
            self.enrolments[kind] = Enrolment(account, HOLDS if code == 235 else MAYBE if in_doubt else NOT)
            if code == (535 if right else 235):
                self.problems.append(f"{kind}: {code}, and its password was {'right' if right else 'wrong'}")

    # --- Operators ---

    def _operate(self, dice):
        """All that happens to one device, up to its end."""
        device = Device(dice.choice(self.names), self._kind("o"))
        self.devices.append(device)
        while not self.over.is_set() and device.states != {"revoked"}:
            if NONE in device.states:
                verb = "bind"
            elif "revoked" in device.states:
                verb = "revoke"
            else:
                verb, = dice.choices(["suspend", "resume", "revoke"], [4, 4, 1])
            self._change(device, verb)
            if len(device.states) == 1 and NONE not in device.states:
                self._check(device)

    def _change(self, device, verb):
        status = self._ctl(verb, device.account, device.kind)
        if status == 0:
            device.states = {STATE_AFTER[verb]}
            self.changes[f"change {HOLDS}"] += 1
        elif status == -9 or (status == 4 and self.commits_may_be_lost):
            device.states = device.states | {STATE_AFTER[verb]}
            self.changes[f"change {MAYBE}"] += 1
        elif status == 4:
            self.changes[f"change {NOT}"] += 1
        else:
            self.problems.append(f"{verb} {device.kind}, which is {device.states}: status {status}")

    def _ctl(self, verb, account, kind):
        process = subprocess.Popen([program("CLIENTIDCTL"), "--config", self.site.dir / "clientid.conf", verb, account,
                                    kind, "-"], env=self.site.environment, stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        self.commands.append(process)
        process.communicate(self._token(kind))
        self.commands.remove(process)
        return process.returncode

    def _check(self, device):
        """Whoever comes behind a change meets it."""
        state, = device.states
        with self._session(device.kind) as client:
            if not client:
                return
            code = self._authenticate(client, device.account, self.site.accounts[device.account])
            if code == (535 if state == "active" else 235):
                self.problems.append(f"{device.kind} is {state}, and AUTH was answered with {code}")

    # --- Messages ---

    def _send_messages(self, dice):
        """One session, until it is lost or has had enough."""
        with self._session(self.sender) as client:
            if not client or self._authenticate(client, "alice", self.site.accounts["alice"]) != 235:
                return
            for _ in range(dice.randrange(1, 20)):
                if self.over.is_set():
                    break
                self._send(client, dice)
            client.quit()

    def _send(self, client, dice):
        name = f"message {next(self.numbers)}"
        lines = dice.choice((1, 10, 300))
        text = (f"Subject: {name}\r\nLines: {lines}\r\n\r\n" + f"{name}\r\n" * lines).encode()
        self.messages[name] = NOT
        for command in (f"MAIL FROM:<alice@{NAME}>", f"RCPT TO:<bob@{NAME}>"):
            if client.docmd(command)[0] != 250:
                return
        if dice.random() < 0.3:
            said, end = b"BDAT %d LAST\r\n" % len(text) + text[:-1], text[-1:]
        elif client.docmd("DATA")[0] == 354:
            said, end = text, b".\r\n"
        else:
            return
        client.send(said)
        self.messages[name] = MAYBE
        client.send(end)
        reply = client.getreply()
        if reply[0] == 250:
            self.messages[name] = HOLDS
        elif reply != LOST or not self.back_end_may_die:
            self.messages[name] = NOT

    # --- Afterwards ---

    def compare(self, delivered):
        """What is not as everybody was told; `delivered` are the texts of all messages."""
        return [*self.problems, *self._compare_bindings(), *self._compare_messages(delivered)]

    def _compare_bindings(self):
        bound = {binding["type"]: binding for binding in json.loads(self.site.ctl("--json list"))}
        bound.pop(self.sender)
        for device in self.devices:
            state = bound.pop(device.kind, {"state": NONE})["state"]
            if state not in device.states:
                yield f"{device.kind} is {state}, and should be {device.states}"
        for kind, (account, expected) in self.enrolments.items():
            binding = bound.pop(kind, None)
            if expected == (NOT if binding else HOLDS):
                yield f"{kind} {expected}, and the store has {binding}"
            if binding and (binding["account"], binding["state"]) != (f"{account}@{NAME}", "active"):
                yield f"{kind} of {account} became {binding}"
        for kind in bound:
            yield f"nobody has bound {kind}"

    def _compare_messages(self, delivered):
        found = collections.Counter()
        for text in delivered:
            name = re.search(r"^Subject: (.*)$", text, re.M)[1]
            found[name] += 1
            if text.splitlines().count(name) != int(re.search(r"^Lines: (.*)$", text, re.M)[1]):
                yield f"{name} was delivered in part"
        for name, expected in self.messages.items():
            times = found.pop(name, 0)
            if times > 1 or expected == (NOT if times else HOLDS):
                yield f"{name} {expected}, and was delivered {times} times"
        for name in found:
            yield f"nobody has sent {name}"

    def counts(self):
        """How many operations there were of a kind and an end."""
        counts = collections.Counter(self.changes)
        counts.update(f"enrolment {enrolment.expected}" for enrolment in self.enrolments.values())
        counts.update(f"message {expected}" for expected in self.messages.values())
        return counts
