"""Sentences that are translated when they are read, not when they are written.

`_("{who} joined", who=...)` makes a lazy `Text`; the sender renders it in the reader's language and time zone.
Arguments are data: whatever they contain, they never become a placeholder, a link, a mention or markup.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from chatops.core.frozen import Frozen, Instant


class Moment(Frozen, frozen=True, kw_only=True, tag="moment"):
    """A point in time, shown in the reader's zone and always with the zone's name."""

    at: Instant
    style: Literal["time", "date", "datetime", "ago"] = "time"


class Span(Frozen, frozen=True, kw_only=True, tag="span"):
    """A length of time, in whole seconds, shown in words."""

    seconds: int


class Code(Frozen, frozen=True, kw_only=True, tag="code"):
    """A command, an id: shown as typed, never translated."""

    code: str
    command: bool = False
    """True for a command to type: where commands begin with a prefix, it is shown with it."""


class Mention(Frozen, frozen=True, kw_only=True, tag="mention"):
    """A person. Networks make it an effective mention only in posts that list the person in `notify`."""

    person: str
    name: str


class Text(Frozen, frozen=True, kw_only=True, tag="text"):
    """A sentence of ours with its arguments, not yet in any language. An empty `msgid` shows nothing."""

    msgid: str
    plural: str | None = None
    count: int | None = None
    args: dict[str, str | int | Text | Moment | Span | Code | Mention] = {}
    verbatim: bool = False
    """True for data (a ticket's subject, what a person wrote): shown as it is, never looked up."""


Arg = str | int | Text | Moment | Span | Code | Mention


def _(msgid: str, **args: Arg | timedelta) -> Text:
    """Return a lazy sentence. `msgid` is English, with `{name}` placeholders for `args`."""
    return Text(msgid=msgid, args={name: _arg(value) for name, value in args.items()})


def _n(singular: str, plural: str, count: int, **args: Arg | timedelta) -> Text:
    """Return a lazy sentence that depends on `count`, which is also the argument `{count}`."""
    return Text(
        msgid=singular,
        plural=plural,
        count=count,
        args={"count": count, **{name: _arg(value) for name, value in args.items()}},
    )


def to_type(command: str) -> Code:
    """Return a command for people to type, as they must type it wherever they read it."""
    return Code(code=command, command=True)


def said(data: str) -> Text:
    """Return people's or foreign systems' own words: data, never translated, never markup."""
    return Text(msgid=data, verbatim=True)


def lines(*texts: Text) -> Text:
    """Return `texts` one below the other."""
    return Text(
        msgid="\n".join(f"{{t{n}}}" for n in range(len(texts))),
        args={f"t{n}": text for n, text in enumerate(texts)},
        verbatim=True,
    )


def listed(*texts: Arg) -> Text:
    """Return `texts` in one line, separated by commas."""
    return Text(
        msgid=", ".join(f"{{t{n}}}" for n in range(len(texts))),
        args={f"t{n}": text for n, text in enumerate(texts)},
        verbatim=True,
    )


def _arg(value: Arg | timedelta) -> Arg:
    return Span(seconds=int(value.total_seconds())) if isinstance(value, timedelta) else value
