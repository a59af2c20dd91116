"""What is written down of a room that is being opened: which steps were asked for, and which are done."""

from __future__ import annotations

from typing import Literal

import msgspec

from chatops import Frozen, Instant, replace
from chatops.ports.records import Record
from teams_network.own_rooms import Form

KIND, CLAIM = "opening", "claim"
"""Kinds of records: openings, and which opening a chat, channel or thread belongs to."""


class Step(Frozen, frozen=True, kw_only=True):
    """One thing that has to happen once."""

    name: str
    state: Literal["asked", "done"]
    """`asked`: whether it happened is only known when it is `done`, or somebody has looked."""
    at: Instant
    """When it was asked for."""
    result: str = ""


class Opening(Frozen, frozen=True, kw_only=True):
    """A room on its way. Nothing of it is secret; the title is what people called the room."""

    id: str
    form: Form
    title: str
    since: Instant
    steps: tuple[Step, ...] = ()
    room: str = ""
    """The room, once it is open."""
    problem: str = ""
    """Why it went no further last time."""
    tries: int = 0

    @property
    def mark(self) -> str:
        """What its channel is found by."""
        return f"chatops {self.id[:12]}"

    def step(self, name: str) -> Step | None:
        """Return a step, or None when it was never asked for."""
        return next((step for step in self.steps if step.name == name), None)

    def with_step(self, step: Step) -> Opening:
        """Return it with a step in place of the one of that name."""
        return replace(self, steps=(*(one for one in self.steps if one.name != step.name), step), problem="")

    def without(self, name: str, problem: str) -> Opening:
        """Return it as if a step had never been asked for, with the reason."""
        return replace(self, steps=tuple(one for one in self.steps if one.name != name), problem=problem)

    @property
    def columns(self) -> dict[str, str]:
        """What it is found by."""
        return {"state": "open" if not self.room else "done"}


def opening_of(record: Record) -> Opening | None:
    """Return what a record says, or None when it is of a shape we do not know."""
    try:
        return msgspec.convert(record.body, Opening)
    except msgspec.ValidationError:
        return None
