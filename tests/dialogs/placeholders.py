"""What stands in braces in a dialogue, and the escapes; run.py says what there is."""
import base64
import re

PLACEHOLDER = re.compile(r"\{(password|token|b64|plain|x):([^{}]*)\}")
ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([rnt\\]))")


def unescaped(text):
    """\\r \\n \\t \\\\ \\xHH as the characters that they mean."""
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else "\r\n\t\\"["rnt\\".index(match[2])], text)


def expanded(text, site):
    """The text with every placeholder replaced, from the inside out."""
    found = True
    while found:
        text, found = PLACEHOLDER.subn(lambda match: VALUES[match[1]](match[2], site), text)
    return text


def plain(argument, site):
    user, _, password = argument.partition(":")
    return b64(f"\\x00{user}\\x00{password or site.passwords[user]}", site)


def b64(argument, site):
    """Base64; of a secret it is one itself."""
    encoded = base64.b64encode(unescaped(argument).encode("latin-1")).decode()
    if site.mask(argument) != argument:
        site.encoded[encoded] = f"{{b64:{site.mask(argument)}}}"
    return encoded


VALUES = {
    "password": lambda user, site: site.passwords[user],
    "token": lambda device, site: site.token(device),
    "plain": plain,
    "b64": b64,
    "x": lambda count, _: "x" * int(count),
}
