"""What a task is. Pure values; the transitions are in `moves`.

::

    open ──▶ acked ──▶ in_progress
      │        │            │
      └────────┼────────────┤
               ▼            ▼
            dropped ◀──▶  done      (reopened: acked again)

That its time is over is something that happens to a task, not a state it is in.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from chatops.core.frozen import Aggregate, Instant
from chatops.core.message import MessageRef, Person

PREFIX = "T"
"""`T-12`."""


class State(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    """Whoever is to do it has not said yes."""
    ACKED = "acked"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DROPPED = "dropped"


LIVE = frozenset({State.OPEN, State.ACKED, State.IN_PROGRESS})
"""Somebody still has to do something."""


class Task(Aggregate, frozen=True, kw_only=True):
    """Something to be done by one person, or by whoever of a pod takes it."""

    kind: ClassVar[str] = "task"

    text: str
    state: State = State.OPEN
    author: str
    assignee: str | None = None
    """None while nobody of the pod has taken it."""
    pod: str = ""
    """The pod it was offered to."""
    offered: tuple[str, ...] = ()
    """Ids of the people who got it to choose from."""
    subject: str | None = None
    """The aggregate it belongs to, as `kind:id`."""
    about: str = ""
    """What people call that: `SW-12`."""
    lane: str
    place: str | None = None
    """Where its card stands for everybody: a post target."""
    thread: str | None = None
    private: bool = False
    """What it belongs to is not for everybody."""
    noted: bool = False
    """The ticket of what it belongs to hears of it."""
    created_at: Instant
    due: Instant | None = None
    acked_at: Instant | None = None
    expired_at: Instant | None = None
    """When its time was over with nobody done; empty again once there is another time."""
    ended_at: Instant | None = None
    ended_by: str | None = None
    because: str = ""
    """Why it was dropped."""
    source: str = ""
    """The message it was made of; see `source_key`."""

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by what it belongs to and was made of; while somebody has to do something, by people and pod too."""
        found: set[tuple[str, str]] = set()
        if self.subject is not None:
            found.add(("subject", self.subject[:200]))
        if self.source:
            found.add(("source", self.source))
        if self.live:
            found.add(("author", self.author))
            if self.assignee is not None:
                found.add(("assignee", self.assignee))
            else:
                found.add(("pod", self.pod[:200]))
        return frozenset(found)

    @property
    def name(self) -> str:
        """What people call it: `T-12`."""
        return f"{PREFIX}-{self.id}"

    @property
    def live(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in LIVE

    def concerns(self, person: Person) -> bool:
        """Whether it is somebody's own: they gave it, have it, or may take it."""
        return person.id in {self.author, self.assignee, *self.offered}

    def visible_to(self, person: Person, at: datetime) -> bool:
        """Whether somebody may know of it at a time."""
        return self.shown_to(person)

    def shown_to(self, person: Person) -> bool:
        """Whether somebody may know of it: whom it concerns, and the house unless it belongs to something private."""
        return self.concerns(person) or not (self.private or "guest" in person.roles)


def source_key(message: MessageRef) -> str:
    """Return what a task made of a message is found by."""
    return hashlib.sha256(f"{message.room}\0{message.id}".encode(errors="surrogatepass")).hexdigest()[:40]


def expiry_series(task: str) -> str:
    """Return the timer series of a task's time."""
    return f"task:{task}/expires"


def ack_series(task: str) -> str:
    """Return the timer series of the word that a task was not answered."""
    return f"task:{task}/unanswered"
