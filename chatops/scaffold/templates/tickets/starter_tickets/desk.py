"""A stand-in for the ticket system itself, in memory. Put the client of the real one in its place.

It speaks its own words (`state`, `urgency`), gives every change a new revision, and takes a write with a key once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """A case."""

    number: int
    subject: str
    text: str
    state: str = "fresh"
    urgency: int = 3
    """1 is the most urgent; 0: nobody has said."""
    owner: str | None = None
    team: str | None = None
    requester: str | None = None
    labels: tuple[str, ...] = ()
    source: str = ""
    revision: int = 1
    made: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Remark:
    """Something written on a case."""

    number: int
    text: str
    public: bool
    author: str
    at: datetime


class Desk:
    """The ticket system."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self.rows: dict[int, Row] = {}
        self.remarks: dict[int, list[Remark]] = {}
        self.people: dict[str, tuple[str, str]] = {}
        """Id → name and e-mail address."""
        self.teams: dict[str, str] = {}
        self._done: dict[str, object] = {}

    def once(self, key: str, work: Callable[[], T]) -> T:
        """Do `work`, or return what it came to when it was done before with this key."""
        if key not in self._done:
            self._done[key] = work()
        done: T = self._done[key]  # type: ignore[assignment]  # what is kept under a key is what its work returned
        return done

    def add(self, row: Row) -> Row:
        """Make a case."""
        number = 1001 + len(self.rows)
        made = replace(row, number=number, made=self._now(), changed=self._now())
        self.rows[number], self.remarks[number] = made, []
        return made

    def change(self, row: Row) -> Row:
        """Write a case; its revision grows."""
        changed = replace(row, revision=row.revision + 1, changed=self._now())
        self.rows[row.number] = changed
        return changed

    def remark(self, number: int, text: str, author: str, *, public: bool) -> Remark:
        """Write on a case."""
        written = Remark(len(self.remarks[number]) + 1, text, public, author, self._now())
        self.remarks[number].append(written)
        return written
