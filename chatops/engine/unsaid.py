"""What is taken out of stored events once they are handled: the words of secret commands, and what looks like a code."""

from __future__ import annotations

import re

from chatops.core.codec import Codec
from chatops.core.command import Command
from chatops.core.commit import InboxRow
from chatops.core.frozen import Body, replace
from chatops.core.message import ButtonPress, CommandCall, Message
from chatops.core.text import _, to_type
from chatops.engine.router import Emitted
from chatops.errors import Refusal, UsageError

LEFT_OUT = "…"

_LIKE_A_CODE = re.compile(r"\b[0-9A-Za-z]{5}[- ]?[0-9A-Za-z]{5}\b(?=\W*$)")
_SURELY = re.compile(r"\b(?=[0-9-]*[A-Za-z])(?=[0-9A-Za-z]*[-0-9]|[0-9A-Z]{10}\b)[0-9A-Za-z]{5}-?[0-9A-Za-z]{5}\b")
"""With a letter, and a digit or the dash in the middle, or in capitals: neither a word of a language nor a number."""


def audited(typed: str, command: Command | None) -> str:
    """Return what the audit keeps of what was typed: nothing of a secret, also when its command was misspelt."""
    if command is not None and command.secret:
        return command.words
    return typed if command is not None else _SURELY.sub(LEFT_OUT, _LIKE_A_CODE.sub(LEFT_OUT, typed))


def without_codes(body: Body) -> Body:
    """Return what was said to us alone without what looks like a code; anything else as it is."""
    return _stripped(body) if isinstance(body, Message) and body.direct else body


def kept(body: Body, command: Command | None) -> Body:
    """Return what the inbox keeps of an event that asked for `command`, or for nothing that we know."""
    if command is None:
        return _stripped(body)
    if not command.secret:
        return body
    words = f"{command.words} {LEFT_OUT}"
    match body:
        case Message():
            return replace(body, text=words)
        case CommandCall():
            return replace(body, text=words, fields={})
        case ButtonPress():
            return replace(body, fields={})
        case _:
            return body


def unrepeated(refusal: Refusal, body: Body, command: Command | None) -> Refusal:
    """Return a refusal that repeats no code: instead of what was not understood, only that it was not."""
    if command is not None or not isinstance(refusal, UsageError) or _stripped(body) == body:
        return refusal
    plain = Refusal(
        _("I did not understand this. What looks like a code is neither kept nor repeated."),
        hint=_("{help} lists what there is.", help=to_type("help")),
    )
    plain.code = refusal.code
    return plain


def _stripped(body: Body) -> Body:
    """Return what was said to us, also where others read, without what looks like a code."""
    if not isinstance(body, Message) or not (body.direct or body.addressed):
        return body
    return replace(body, text=_SURELY.sub(LEFT_OUT, body.text))


def retold(rows: tuple[InboxRow, ...], fact: str, codec: Codec) -> tuple[InboxRow, ...]:
    """Return rows on their way to listeners with another fact in them."""
    return tuple(
        replace(row, body=codec.encode(replace(codec.decode_as(Emitted, row.body), fact=fact)))
        if row.kind == Emitted.kind
        else row
        for row in rows
    )
