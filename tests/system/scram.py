"""A client of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding."""
import base64
import hashlib
import hmac
import secrets


def encode(text):
    return base64.b64encode(text.encode()).decode()


def digest(key, text):
    return hmac.digest(key, text.encode(), "sha256")


class Scram:
    def __init__(self, name, password):
        self.password, self.nonce = password, secrets.token_urlsafe(18)
        self.bare = f"n={name},r={self.nonce}"

    def first(self):
        return encode("n,," + self.bare)

    def final(self, challenge):
        """The answer to the challenge of the server; both in base64."""
        challenge = base64.b64decode(challenge).decode()
        nonce, salt, iterations = (field[2:] for field in challenge.split(","))
        if not nonce.startswith(self.nonce):
            raise ValueError("the server answers with a nonce of its own")
        salted = hashlib.pbkdf2_hmac("sha256", self.password.encode(), base64.b64decode(salt), int(iterations))
        client_key = digest(salted, "Client Key")
        without_proof = f"c=biws,r={nonce}"
        signed = ",".join([self.bare, challenge, without_proof])
        signature = digest(hashlib.sha256(client_key).digest(), signed)
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        self.server_signature = digest(digest(salted, "Server Key"), signed)
        return encode(f"{without_proof},p={base64.b64encode(proof).decode()}")

    def believes(self, answer):
        """Did the server prove that it knows the password as well?"""
        return base64.b64decode(answer) == b"v=" + base64.b64encode(self.server_signature)
