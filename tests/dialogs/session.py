"""The client of a dialogue: plays its steps against a site, and says where the server did something else."""
import pathlib
import re
import socket
import ssl

from placeholders import expanded, unescaped
from system.waiting import wait_until

GONE = (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


class Mismatch(Exception):
    """The server did something else than the dialogue says."""


class Session:
    def __init__(self, site):
        self.site, self.transcript, self.socket = site, [], None
        self.source, self.beside = None, []

    def connect(self, listener):
        self.listener, self.unsent, self.buffer, self.reply = listener, b"", b"", []
        self.socket = self.site.connect(listener, self.source)

    def play(self, word, argument):
        if not word.startswith("S"):
            self.transcript.append(f"{word} {argument}".rstrip())
        STEPS[word](self, argument)

    def close(self):
        for connection in [*self.beside, *filter(None, [self.socket])]:
            connection.close()

    # What the client does.

    def queue(self, text):
        self.unsent += (expanded(text, self.site) + "\r\n").encode("latin-1")

    def send(self, text):
        self.queue(text)
        self._flush()

    def send_raw(self, text):
        self.unsent += expanded(unescaped(text), self.site).encode("latin-1")
        self._flush()
        # Or the next write could reach the server together with this one, and nothing would have been cut.
        wait_until(self._taken)

    def start_tls(self, _):
        if self.buffer:
            raise Mismatch("expected the TLS handshake, got more of the clear text")
        self.socket = self.site.encrypt(self.socket)

    def again(self, _):
        self.socket.close()
        self.connect(self.listener)

    def open_beside(self, _):
        self.beside.append(self.socket)
        self.connect(self.listener)

    def come_from(self, address):
        self.source = address

    def _flush(self):
        data, self.unsent = self.unsent, b""
        try:
            self.socket.sendall(data)
        except GONE:
            pass  # what the server said before it left is for the next step

    def _taken(self):
        """Whether the server has read all that was sent, or is gone."""
        ports = [f"{port:04X}" for port in (self.site.ports[self.listener], self.socket.getsockname()[1])]
        for row in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, _, queues, *_ = row.split()
            if [local[-4:], remote[-4:]] == ports:
                return int(queues.partition(":")[2], 16) == 0
        return True

    # What the server does.

    def expect(self, regex, called=None):
        line = self._line()
        if line is None or not re.fullmatch(regex, line):
            raise Mismatch(f"expected {called or regex}, got {'the end of the connection' if line is None else line}")
        return line

    def expect_exactly(self, text):
        line = self._line()
        if line != text:
            raise Mismatch(f"expected {text}, got {'the end of the connection' if line is None else line}")

    def expect_maybe(self, regex):
        line = self._line()
        if line is not None and not re.fullmatch(regex, line):
            self.transcript.pop()
            self.buffer = line.encode("latin-1") + b"\r\n" + self.buffer

    def expect_reply(self, code):
        self.reply = [self.expect(f"(?:{code})(?:[ -].*)?", f"a reply {code}")]
        while self.reply[-1][3:4] == "-":
            self.reply.append(self.expect(f"{self.reply[0][:3]}(?:[ -].*)?", "one code in all of the reply"))

    def has(self, regex):
        if not self._in_reply(regex):
            raise Mismatch(f"expected {regex} in the reply")

    def has_not(self, regex):
        if self._in_reply(regex):
            raise Mismatch(f"expected no {regex} in the reply")

    def closed(self, _):
        line = self._line()
        if line is not None:
            raise Mismatch(f"expected the end of the connection, got {line}")

    def _in_reply(self, regex):
        return any(re.fullmatch(regex, line[4:], re.I) for line in self.reply)

    def _line(self):
        """The next line of the server, without CRLF; None once it closed the connection."""
        while b"\r\n" not in self.buffer:
            more = self._receive()
            if not more and self.buffer:
                raise Mismatch(f"got half a line: {self.buffer!r}")
            if not more:
                return None
            self.buffer += more
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        line = line.decode("latin-1")
        self.transcript.append(f"S: {line}")
        if re.search(r"[\r\n\0]", line):
            raise Mismatch(f"got CR, LF or NUL within a line: {line!r}")
        return line

    def _receive(self):
        try:
            return self.socket.recv(65536)
        except GONE:
            return b""
        except socket.timeout:
            raise Mismatch("got nothing for 10 seconds") from None

    # What the operator does, and sees.

    def ctl(self, line, statuses=(0,)):
        arguments, _, text = line.partition(" <<< ")
        return self.site.ctl(expanded(arguments, self.site), expanded(text, self.site), statuses)

    def wait(self, argument):
        line, _, regex = argument.rpartition(" => ")
        printed = [""]

        def matches():
            printed[0] = self.ctl(line, (0, 1))
            return re.search(regex, printed[0], re.M)
        if not wait_until(matches):
            raise Mismatch(f"expected {regex} of clientidctl, which prints in the end:\n{printed[0]}")

    def reload(self, _):
        self.site.reload()

    # What the back end saw.

    def delivered(self, count):
        if not self.site.postfix.wait_for(messages=int(count)):
            raise Mismatch(f"expected {count} messages and no open session, "
                           f"got {len(self.site.postfix.messages())} messages in 10 seconds")

    def message(self, regex):
        if not any(re.search(regex, text, re.M) for text in self.site.postfix.messages()):
            raise Mismatch(f"expected a message with {regex}")

    def logged(self, regex):
        if not wait_until(lambda: re.search(regex, self.site.postfix.log())):
            raise Mismatch(f"expected {regex} in the log of the back end")

    def not_logged(self, regex):
        found = re.search(f".*(?:{regex}).*", self.site.postfix.log())
        if found:
            raise Mismatch(f"expected no {regex} in the log of the back end, got {found[0]}")


STEPS = {
    "C:": Session.send, "C+:": Session.queue, "C<:": Session.send_raw, "TLS": Session.start_tls, "AGAIN": Session.again,
    "BESIDE": Session.open_beside, "FROM": Session.come_from, "CTL": Session.ctl, "WAIT": Session.wait,
    "RELOAD": Session.reload,
    "S:": Session.expect_exactly, "S~:": Session.expect, "S?:": Session.expect_maybe, "S*:": Session.expect_reply,
    "HAS": Session.has, "HAS-NOT": Session.has_not, "CLOSED": Session.closed,
    "DELIVERED": Session.delivered, "MESSAGE": Session.message,
    "LOGGED": Session.logged, "NOT-LOGGED": Session.not_logged,
}
REGEXES = ("S~:", "S?:", "S*:", "HAS", "HAS-NOT", "MESSAGE", "LOGGED", "NOT-LOGGED")
OF_BACKEND = ("DELIVERED", "MESSAGE", "LOGGED", "NOT-LOGGED")
