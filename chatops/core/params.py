"""The types a command's parameters may have. The reader (`chatops.core.grammar`) turns words into these."""

from __future__ import annotations

from typing import Annotated, Literal

from chatops.core.frozen import Frozen, Instant


class RestOfLine(Frozen, frozen=True, kw_only=True):
    """Marks the positional parameter that takes everything left, quotes not needed."""


class IdOf(Frozen, frozen=True, kw_only=True):
    """Marks a parameter naming one of our own aggregates: `SW-12`, or implied by the room it is said in."""

    kind: str
    prefix: str


class Many(Frozen, frozen=True, kw_only=True):
    """Marks an option that may be repeated, or hold several values separated by commas."""


Rest = Annotated[str, RestOfLine()]


class Duration(Frozen, frozen=True, kw_only=True):
    """`20m`, `2h`, `3d`, or business hours: `4bh`."""

    seconds: int
    business: bool = False

    def __str__(self) -> str:
        """As it is typed. Business time is written in whole hours."""
        if self.business:
            return f"{self.seconds // 3600}bh"
        amounts = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
        rest, parts = self.seconds, []
        for length, unit in amounts:
            count, rest = divmod(rest, length)
            parts += [f"{count}{unit}"] if count else []
        return "".join(parts) or "0m"


class When(Frozen, frozen=True, kw_only=True):
    """A time the speaker named, already an instant, with the zone it was meant in."""

    at: Instant
    zone: str


class Until(When, frozen=True, kw_only=True):
    """The end of something, named like any time; a day alone (`friday`, `bis Freitag`) is over with its last minute."""


class TicketName(Frozen, frozen=True, kw_only=True):
    """A ticket as somebody names it: `demo:1001`, a bare number when only one system is connected, or its URL."""

    typed: str
    system: str | None = None
    """None when the words leave the ticket system open (a URL, a bare number)."""
    id: str = ""


class Selector(Frozen, frozen=True, kw_only=True):
    """Somebody, or whoever fits: `anna`, `@anna`, `skill:billing>=3`, `pod:emea-1`, `role:manager`, `dept:legal`."""

    kind: Literal["person", "skill", "pod", "role", "dept", "oncall", "guest"]
    value: str
    minimum: int = 0
    """For skills: the least level."""

    def __str__(self) -> str:
        least = f">={self.minimum}" if self.minimum else ""
        return self.value if self.kind == "person" else f"{self.kind}:{self.value}{least}"
