"""How rules are written in TOML: the tables as they stand, before they mean anything."""

from __future__ import annotations

import msgspec

Words = str | tuple[str, ...]
"""One word, or a list of which any suffices."""


class ConditionsRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A table `when` or `unless`."""

    system: Words = ()
    priority: Words = ()
    status: Words = ()
    segment: Words = ()
    country: Words = ()
    topic: Words = ()
    queue: Words = ()
    origin: Words = ()
    entitlement: Words = ()
    owner: Words = ()
    text: Words = ()
    age: str = ""
    sla_left: str = ""
    weekday: Words = ()
    time: str = ""
    zone: str = ""


class RuleRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One `[[rules]]` table."""

    name: str
    order: int | None = None
    when: ConditionsRow = ConditionsRow()
    unless: ConditionsRow | None = None
    pod: str = ""
    room: str = ""
    swarm: str = "none"
    question: str = ""
    skills: Words = ()
    timebox: str = ""
    invite: Words = ()


class PolicyRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What stands above the rules."""

    match: str = "first"
    zone: str = "UTC"
    pod: str = ""
    segments: Words = ()
    gaps: str = "found"


def several(given: Words) -> tuple[str, ...]:
    """Return one word or many as many."""
    return (given,) if isinstance(given, str) else given
