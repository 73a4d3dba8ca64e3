"""Settings as the configuration files of both the shim and libsasl hold them: one a line."""
import re


def overridden(text, lines):
    """The text with these lines, in place of its lines of the same key."""
    keys = {key_of(line) for line in lines}
    return "".join(line + "\n" for line in [*(line for line in text.splitlines() if key_of(line) not in keys), *lines])


def key_of(line):
    return re.split("[=:]", line)[0].strip()
