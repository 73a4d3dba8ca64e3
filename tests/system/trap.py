"""Stands where the back end of a shim would be, in tests where no client may reach it.

The shim asks its back end what it announces (EHLO and QUIT), once at start, and once where it is told to read its
configuration again. Any other connection is a client's.
"""
import socket
import threading


class Trap:
    def __init__(self):
        self.connections, self.asked = 0, 1

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)

    def sprung(self):
        return self.connections > self.asked

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # closed
            self.connections += 1
            with connection, connection.makefile("rwb", buffering=0) as stream:
                stream.write(b"220 trap ESMTP\r\n")
                for line in stream:
                    stream.write(b"250 trap\r\n" if line.startswith(b"EHLO") else b"221 trap\r\n")
                    if line.startswith(b"QUIT"):
                        break
