"""What a room is told about being watched."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.message import Card, Fact, Table
from chatops.core.text import Moment, Text, _, _n, said, to_type
from chatops.rooms.model import Watch
from chatops.rooms.readers import Reading


def begun(days: int, reading: Reading | None) -> Card:
    """Return what the room reads when it is watched from now on."""
    return Card(
        title=_("This room is watched from now on"),
        text=_meaning(days),
        facts=_cases(reading),
        footer=_("{show} says this again, {end} ends it.", show=to_type("room show"), end=to_type("room unwatch")),
    )


def ended(days: int) -> Text:
    """Return what the room reads when that is over."""
    return _(
        "This room is watched no more: I read only what is said to me. What I kept until now is deleted after {days} days.",
        days=days,
    )


def shown(watch: Watch, days: int, reading: Reading | None, by: str, *, inside: bool) -> Card:
    """Return what is so in a watched room. `inside`: only members of the house read it; nobody else learns a name."""
    facts = [Fact(label=_("Since"), value=_since(watch)), *_cases(reading)]
    if inside:
        facts.append(Fact(label=_("Wanted by"), value=said(by) if by else _("the settings")))
    return Card(
        title=_("This room is watched"),
        text=_meaning(days),
        facts=tuple(facts),
        footer=_("A pod lead, a manager or an admin ends it: {end}.", end=to_type("room unwatch")),
    )


def listing(watches: Sequence[Watch], names: Sequence[str]) -> Card:
    """Return all rooms that are watched; `names`: who wanted each, empty for the settings."""
    return Card(
        title=_n("{count} room is watched", "{count} rooms are watched", len(watches)),
        table=Table(
            head=(_("Room"), _("Since"), _("Wanted by")),
            rows=tuple(
                (said(called(watch)), _since(watch), said(name) if name else _("the settings"))
                for watch, name in zip(watches, names, strict=True)
            ),
        ),
        footer=_("{end} ends it.", end=to_type("room unwatch ROOM")),
    )


def called(watch: Watch) -> str:
    """Return what a room is called in lists, and may be called in commands."""
    return watch.name or watch.where


def _since(watch: Watch) -> Text:
    return _("{time}", time=Moment(at=watch.since, style="datetime"))


def _meaning(days: int) -> Text:
    return _(
        "I read what is said here, also what is not said to me, and keep it for {days} days. "
        "When somebody names a case, I show it in the thread.",
        days=days,
    )


def _cases(reading: Reading | None) -> tuple[Fact, ...]:
    if reading is None:
        words = _("not shown: I cannot see who reads here")
    elif reading.inside:
        words = _("shown, as far as everybody in here may see them")
    else:
        words = _n(
            "not shown while {count} guest or account that I do not know is in here",
            "not shown while {count} guests or accounts that I do not know are in here",
            reading.others,
        )
    return (Fact(label=_("Cases"), value=words),)
