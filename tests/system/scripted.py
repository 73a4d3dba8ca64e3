"""A back end that does what no real server does: answers garbage, nothing, too much, or what nobody asked for.

    with Site([...], backend=Scripted) as site:
        site.start()
        site.postfix.answer["MAIL"] = garbage       # the next MAIL, and it alone, is answered so
        connection = site.postfix.connections       # what each connection was told, in lines

Otherwise it is a plain mail server that takes every message. The states are "greeting", the verbs, "EHLO again" for
all but the first EHLO of a connection, "message" for the end of DATA, and "handshake" where it is to start TLS.
"""
import contextlib
import socket
import ssl
import threading
import time

ANSWERS = {
    "greeting": b"220 scripted ESMTP\r\n",
    "DATA": b"354 Go on\r\n",
    "message": b"250 2.0.0 Taken\r\n",
    "AUTH": b"235 2.7.0 Authentication successful\r\n",
    "XCLIENT": b"220 scripted ESMTP\r\n",
    "STARTTLS": b"220 2.0.0 Go on\r\n",
    "QUIT": b"221 2.0.0 Bye\r\n",
}
EHLO = b"250-scripted\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-XCLIENT ADDR PORT LOGIN\r\n250-AUTH PLAIN\r\n"


class Scripted:
    def __init__(self, site, context=None):
        """With an ssl.SSLContext it offers STARTTLS."""
        self.context = context
        self.answer = {}       # by state, what is to be done once: a function that gets the socket, and what was due
        self.connections = []  # the lines that each was told
        self.taken = []        # messages that came to their end

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1000)
        self.port = self.listener.getsockname()[1]
        self.accepting = threading.Thread(target=self._accept, daemon=True)
        self.accepting.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.accepting.join(10)

    def log(self):
        return "".join(line for lines in self.connections for line in lines)

    def messages(self):
        return self.taken

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection):
        heard = []
        self.connections.append(heard)
        with connection, contextlib.suppress(OSError, Gone):
            self._say(connection, "greeting", ANSWERS["greeting"])
            if not self._serve_until_tls(connection, heard, 0):
                return
            self._at(connection, "handshake", b"250 no TLS\r\n")
            with self.context.wrap_socket(connection, server_side=True) as encrypted:
                self._serve_until_tls(encrypted, heard, 1)

    def _serve_until_tls(self, connection, heard, greeted):
        """True where TLS is to begin. `greeted` is how often it heard EHLO before."""
        with connection.makefile("rb") as stream:
            for line in stream:
                heard.append(line.decode("latin-1"))
                verb = line.split(b" ")[0].strip().decode("latin-1").upper()
                greeted += verb == "EHLO"
                state = "EHLO again" if verb == "EHLO" and greeted > 1 else verb
                due = self._ehlo(connection) if verb == "EHLO" else ANSWERS.get(verb, b"250 2.0.0 OK\r\n")
                if verb == "BDAT":
                    heard.append(stream.read(int(line.split()[1])).decode("latin-1"))
                self._say(connection, state, due)
                if verb == "DATA":
                    self.taken.append(self._read_message(stream, heard))
                    self._say(connection, "message", ANSWERS["message"])
                if verb == "STARTTLS":
                    return True
                if verb == "QUIT":
                    return False
        return False

    def _ehlo(self, connection):
        offers_tls = self.context and not isinstance(connection, ssl.SSLSocket)
        return EHLO + (b"250-STARTTLS\r\n" if offers_tls else b"") + b"250 8BITMIME\r\n"

    @staticmethod
    def _read_message(stream, heard):
        lines = []
        for line in stream:
            heard.append(line.decode("latin-1"))
            if line == b".\r\n":
                return b"".join(lines).decode("latin-1")
            lines.append(line)
        raise Gone

    def _say(self, connection, state, due):
        if not self._at(connection, state, due):
            connection.sendall(due)

    def _at(self, connection, state, due):
        """True where something else is done in this state."""
        otherwise = self.answer.pop(state, None)
        if otherwise:
            otherwise(connection, due)
        return otherwise is not None


class Gone(Exception):
    """The shim, or the back end itself, has left."""


# --- What it may do instead ---

def garbage(connection, _):
    connection.sendall(b"\x16\x03\x01garbage\xff\x00\r\n")


def a_code_that_is_none(connection, _):
    connection.sendall(b"999 what\r\n")


def an_end_of_line_that_is_none(connection, due):
    connection.sendall(due.replace(b"\r\n", b"\n"))


def two_codes(connection, due):
    connection.sendall(b"299-first\r\n" + due)


def a_line_without_end(connection, _):
    connection.sendall(b"250 " + b"x" * 3000 + b"\r\n")


def lines_without_end(connection, due):
    connection.sendall((due[:3] + b"-more\r\n") * 1000)


def the_end(connection, _):
    connection.shutdown(socket.SHUT_RDWR)
    raise Gone


def nothing(connection, _):
    while connection.recv(1024):
        pass
    raise Gone


def an_octet_at_a_time(connection, due):
    """Always more of a reply, and never all of it."""
    connection.sendall(due[:3] + b"-")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def twice(connection, due):
    connection.sendall(due + due)


def with_more(octets):
    return lambda connection, due: connection.sendall(due + octets)
