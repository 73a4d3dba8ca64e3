"""The numbered steps of README.md, "In front of Postfix, step by step", as they are written there.

Every block that is indented as code belongs to the text above it. Where that names files in backticks, the block is
what they hold, one behind the other with an empty line between; "master.cf" is added to. Else it is commands for a
shell. A block behind "Without systemd" is in place of the one before.
"""
import pathlib
import re
import subprocess

TITLE = "## In front of Postfix, step by step\n"
CODE = 8 * " "
MASTER_CF = pathlib.Path("/etc/postfix/master.cf")


class Step:
    def __init__(self, lines):
        """`texts` and `blocks` take turns, and a text comes first."""
        self.texts, self.blocks, last = [], [], None
        for line in lines:
            code = line.startswith(CODE) or not line and last is self.blocks
            parts = self.blocks if code else self.texts
            if not parts or parts is not last:
                parts.append("")
            parts[-1] += line.removeprefix(CODE) + "\n" if code else line.strip() + " "
            last = parts
        self.blocks = [block.strip("\n") + "\n" for block in self.blocks]

    def block(self, without_systemd=False):
        """The one that counts there, behind the text that it belongs to."""
        [pair] = [(text, block) for text, block in zip(self.texts, self.blocks)
                  if text.strip().endswith("Without systemd:") == (without_systemd and len(self.blocks) > 1)]
        return pair

    def follow(self, without_systemd=False, change=str):
        """Do what it says; what the commands print. `change` gets the block before."""
        text, block = self.block(without_systemd)
        block = change(block)
        files = re.findall(r"`(/etc/[^`]+)`", text)
        if "master.cf" in text:
            with MASTER_CF.open("a") as file:
                file.write("\n" + block)
            return ""
        if not files:
            return commands(block)
        contents = block.split("\n\n")
        if len(contents) != len(files):
            raise RuntimeError(f"{len(contents)} contents for {files}")
        for file, content in zip(map(pathlib.Path, files), contents):
            file.parent.mkdir(exist_ok=True)
            file.write_text(content.rstrip("\n") + "\n")
        return ""


def commands(text):
    """Run as a person types them: one after the other, and no further once one fails."""
    done = subprocess.run(["sh", "-e"], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"status {done.returncode} of:\n{text}{done.stdout}")
    return done.stdout


def steps(readme):
    """By their numbers, from 1."""
    section = pathlib.Path(readme).read_text().split(TITLE)[1].split("\n## ")[0]
    found = re.split(r"(?m)^(\d+)\. ", section)
    numbers = [int(number) for number in found[1::2]]
    if numbers != list(range(1, len(numbers) + 1)):
        raise RuntimeError(f"steps {numbers}")
    return {number: Step(text.splitlines()) for number, text in zip(numbers, found[2::2])}
