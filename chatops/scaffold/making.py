"""Makes a plugin of its own from a template: the template's names become the new one's, in files and in their names."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from chatops.errors import StartError

TEMPLATES = Path(__file__).parent / "templates"

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
MOST = 40
"""Letters of a name: it stands in front of what the plugin stores."""


class Kind(StrEnum):
    """What a plugin brings."""

    COMMANDS = "commands"
    NETWORK = "network"
    TICKETS = "tickets"


def make(name: str, kind: Kind, into: Path) -> Sequence[Path]:
    """Write a plugin called `name` into the folder `into`/`name`; return its files. Blocking.

    Raise StartError, saying what would work, when the name cannot be one or the folder is there already.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or len(name) > MOST:
        message = f"{name!r} cannot name a plugin: use small letters, digits and -, a letter first, as in lunch-list."
        raise StartError(message)
    folder = into / name
    if folder.exists():
        message = f"{folder} is there already; nothing was written. Choose another name, or another place with --into."
        raise StartError(message)
    words = _words(name, kind)
    made = []
    source = TEMPLATES / kind
    for template in sorted(path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        target = folder / _renamed(template.relative_to(source).as_posix(), words)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_renamed(template.read_text(encoding="utf-8"), words), encoding="utf-8")
        made.append(target)
    return made


def _words(name: str, kind: Kind) -> Mapping[str, str]:
    """Return the template's words with what they become, in the order they are to be replaced."""
    parts = re.split("[-_]", name)
    return {
        f"starter_{kind}": "_".join(parts),
        f"starter-{kind}": "-".join(parts),
        f"starter{kind}": "".join(parts),
        f"Starter{kind.capitalize()}": "".join(part.capitalize() for part in parts),
    }


def _renamed(text: str, words: Mapping[str, str]) -> str:
    for old, new in words.items():
        text = text.replace(old, new)
    return text
