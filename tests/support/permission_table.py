"""The specification of permissions, read from its file, and what it says of one person and one thing."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from chatops.core.frozen import Frozen

FILE = Path(__file__).parents[1] / "permissions" / "permissions.toml"


class Line(Frozen, frozen=True, kw_only=True):
    """Who may give one command."""

    words: str
    who: frozenset[str]
    also: frozenset[str]
    of: str
    where: str
    does: frozenset[str]
    say: str
    fact: frozenset[str] | None
    among: frozenset[str] | None

    def could(self, roles: frozenset[str]) -> bool:
        """Whether somebody of these roles is listened to at all: by role, or by a relation they may have."""
        return bool(self.who & roles) or bool(self.also & (guests_can_be() if "guest" in roles else self.also))

    def may(self, roles: frozenset[str], relations: frozenset[str], *, among: bool) -> bool:
        """Whether somebody of these roles and with these relations to the thing may."""
        asked = self.among if among and self.among is not None else self.fact
        wanted = self.who | self.also if asked is None else asked
        return self.could(roles) and bool(wanted & (roles | relations))


@cache
def lines() -> dict[str, Line]:
    """Return the line of every command."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))["commands"]
    return {
        words: Line(
            words=words,
            who=names(line.pop("who")),
            also=names(line.pop("also", "")),
            of=line.pop("of", ""),
            where=line.pop("where"),
            does=frozenset(line.pop("does").split(", ")),
            say=line.pop("say"),
            fact=names(line.pop("fact")) if "fact" in line else None,
            among=names(line.pop("among")) if "among" in line else None,
            **line,
        )
        for words, line in found.items()
    }


@cache
def guests_can_be() -> frozenset[str]:
    """Return the relations that guests can have."""
    return names(tomllib.loads(FILE.read_text(encoding="utf-8"))["guests"]["can_be"])


def names(text: str) -> frozenset[str]:
    """Return the names in `a | b`."""
    return frozenset(name.strip() for name in text.split("|") if name.strip())
