"""A client that is no mail program: says octets as they are, and holds the server to what must come back.

    with Raw(site.connect("tls", source)) as client:
        client.hear("220")
        client.say(b"EHLO client.test\r\n", "250")
"""
import contextlib
import ssl

PATIENCE = 60  # seconds: more than the server may take for anything, on a machine that is busy
GONE = (BrokenPipeError, ConnectionResetError, ssl.SSLError)


class Unexpected(Exception):
    """The server did something else than it must."""


class Raw:
    def __init__(self, connection):
        connection.settimeout(PATIENCE)
        self.connection, self.heard = connection, b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def say(self, octets, *codes):
        """With codes, one of them must be the answer, which is returned."""
        # What the server said before it left is still to be heard.
        with contextlib.suppress(*GONE):
            self.connection.sendall(octets)
        return self.hear(*codes) if codes else None

    def hear(self, *codes):
        """The next reply, all of its lines; it must have one of these codes."""
        reply = self._reply()
        if reply[:3] not in codes:
            raise Unexpected(f"expected {' or '.join(codes)}, got {reply.strip() or 'the end of the connection'}")
        return reply

    def hear_end(self, *codes):
        """The end of the connection, and before it nothing but replies with these codes."""
        while reply := self._reply():
            if reply[:3] not in codes:
                raise Unexpected(f"expected the end of the connection, got {reply.strip()}")

    def _reply(self):
        """Empty where the server has left."""
        reply = b""
        while True:
            line = self._line()
            reply += line
            if not line or line[3:4] != b"-":
                return reply.decode("latin-1")

    def _line(self):
        while b"\r\n" not in self.heard:
            more = b""
            with contextlib.suppress(*GONE):
                more = self.connection.recv(65536)
            if not more:
                return b""
            self.heard += more
        line, _, self.heard = self.heard.partition(b"\r\n")
        return line + b"\r\n"
