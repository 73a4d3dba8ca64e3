"""A client of SCRAM-SHA-256 (RFC 5802, RFC 7677), with channel binding or without."""
import base64
import hashlib
import hmac
import secrets


def encode(text):
    return base64.b64encode(text.encode()).decode()


def decode(text):
    return base64.b64decode(text).decode()


def digest(key, text):
    return hmac.digest(key, text.encode(), "sha256")


def fields(message):
    """{"r": nonce, "s": salt, ...} of a message in base64."""
    return dict(field.split("=", 1) for field in decode(message).split(","))


def channel_binding(connection, name):
    """The octets of this binding for an ssl.SSLSocket; Python knows no tls-exporter."""
    if name == "tls-server-end-point":  # our certificates are signed with SHA-256
        return hashlib.sha256(connection.getpeercert(binary_form=True)).digest()
    return connection.get_channel_binding(name)


class Scram:
    def __init__(self, name, password, flag="n", binding=b"", act_for=""):
        """`flag` is "n", "y", or "p=tls-unique" and the like, whose octets are `binding`."""
        self.password, self.nonce = password, secrets.token_urlsafe(18)
        self.bare = f"n={name},r={self.nonce}"
        self.header, self.binding = flag + "," + (act_for and "a=" + act_for) + ",", binding

    def first(self):
        return encode(self.header + self.bare)

    def final(self, challenge):
        """The answer to the challenge of the server; both in base64."""
        server = fields(challenge)
        if not server["r"].startswith(self.nonce):
            raise ValueError("the server answers with a nonce of its own")
        salted = hashlib.pbkdf2_hmac("sha256", self.password.encode(), base64.b64decode(server["s"]), int(server["i"]))
        client_key = digest(salted, "Client Key")
        bound = base64.b64encode(self.header.encode() + self.binding).decode()
        without_proof = f"c={bound},r={server['r']}"
        signed = ",".join([self.bare, decode(challenge), without_proof])
        signature = digest(hashlib.sha256(client_key).digest(), signed)
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        self.server_signature = digest(digest(salted, "Server Key"), signed)
        return encode(f"{without_proof},p={base64.b64encode(proof).decode()}")

    def believes(self, answer):
        """Did the server prove that it knows the password as well?"""
        return base64.b64decode(answer) == b"v=" + base64.b64encode(self.server_signature)
