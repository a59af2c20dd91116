"""Runs what a page shows: writes its files, types its commands, and compares what they say.

A fenced block whose first word is `console` holds commands after `$ ` and, below each, what it says. `…` stands for
anything within a line; a line of nothing else stands for any number of lines. `make demo` and `chatops run …` start a
server that stays until the page ends; its port is shown as 8080. Every other command is `chatops …`. A fenced block whose
second word is a file name, as in `toml people.toml`, is written into the folder the commands run in. Braces inside the
commands stay as they are; no shell reads them.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```[ ]*$", re.MULTILINE | re.DOTALL)
SHOWN_PORT = "8080"
STARTED = ("Stop with Ctrl-C", '"event": "serving"')
PATIENCE = 60


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    words: tuple[str, ...]
    """What stands behind the fence: the language, and perhaps a file."""
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """A command of a page and what the page says it answers."""

    typed: str
    shown: tuple[str, ...]
    line: int


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        yield Block(words=tuple(match[1].split()), text=match[2], line=text.count("\n", 0, match.start()) + 1)


def commands(block: Block) -> Iterator[Command]:
    """Yield the commands of a `console` block."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        typed, *shown = part.rstrip("\n").split("\n")
        yield Command(typed=typed, shown=tuple(line.rstrip() for line in shown if line.strip()), line=block.line)


def fits(shown: Sequence[str], said: str) -> bool:
    """Whether `said` is what a page shows. Empty lines do not count."""
    lines = (re.escape(line).replace("…", ".*") for line in shown)
    pattern = "".join(r"(?:[^\n]*\n)*" if line == ".*" else line + r"\n" for line in lines)
    told = "".join(f"{line.rstrip()}\n" for line in said.splitlines() if line.strip())
    return re.fullmatch(pattern, told) is not None


class Place:
    """A folder in which a reader follows a page, with the program at `.venv/bin/chatops` as in a clone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        (folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CHATOPS_")}
        # Without the environment's own programs, as for somebody who has not activated it.
        path = os.pathsep.join(
            part for part in kept.get("PATH", "").split(os.pathsep) if not (Path(part) / "chatops").exists()
        )
        self._environment = {**kept, "PATH": path, "CHATOPS_SERVER__PORT": "0"}
        self._port = ""

    def follow(self, page: Path) -> None:
        """Do all that a page says. Raise AssertionError at the first answer that is not the one shown."""
        with self._stack:
            for block in blocks(page):
                if block.words[:1] == ("console",):
                    for command in commands(block):
                        said = self._say(command.typed)
                        assert fits(command.shown, said), _difference(page, command, said)
                elif len(block.words) == 2 and "/" not in block.words[1]:
                    (self._folder / block.words[1]).write_text(block.text, encoding="utf-8")

    def _say(self, typed: str) -> str:
        program, *arguments = shlex.split(typed)
        if typed == "make demo":
            return self._start(["demo", "--port", "0"])
        assert program in {"chatops", ".venv/bin/chatops"}, f"a page may type chatops and make demo, not {typed}"
        if arguments[:1] == ["run"]:
            return self._start(arguments)
        with self._process(arguments) as process:
            out, _nothing = process.communicate(timeout=PATIENCE)
        return self._as_shown(out)

    def _start(self, arguments: Sequence[str]) -> str:
        """Start a server that ends with the page; return what it says until it serves."""
        process = self._stack.enter_context(self._server(arguments))
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if any(mark in line for mark in STARTED):
                break
        port = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert port is not None, f"chatops {' '.join(arguments)} did not start:\n{said}"
        self._port = port[1]
        return self._as_shown(said)

    @contextmanager
    def _server(self, arguments: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
        with self._process(arguments) as process:
            try:
                yield process
            finally:
                process.terminate()
                try:
                    process.communicate(timeout=PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()

    def _process(self, arguments: Sequence[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [".venv/bin/chatops", *arguments],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _as_shown(self, said: str) -> str:
        return said.replace(f":{self._port}", f":{SHOWN_PORT}") if self._port else said


def _difference(page: Path, command: Command, said: str) -> str:
    shown = "\n".join(command.shown)
    return f"{page.name}, block at line {command.line}: {command.typed}\nshown:\n{shown}\nsaid:\n{said}"
