"""What comes in by a hook: kept first, then posted or run, once for each `webhook-id`.

The inbox is the memory of what came: its keys are unique for ever, so a message that comes again changes nothing, also
after a restart and among replicas.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

import msgspec

from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.frozen import Body, Instant
from chatops.core.message import CommandCall, RoomRef, clean
from chatops.core.rooms import remote_target
from chatops.core.text import said
from chatops.core.unit import Unit
from chatops.webhooks.endpoints import Hook
from chatops.webhooks.templates import filled

MAX_BODY = 64 * 1024
"""Longest message, in bytes."""


class HookReceived(Body, frozen=True, kw_only=True):
    """A hook received a message that its sender signed."""

    kind: ClassVar[str] = "hook.received"

    hook: str
    id: str
    """The sender's `webhook-id`."""
    message: str
    """JSON."""
    at: Instant


class Postings:
    """Posts what hooks receive."""

    def __init__(self, hooks: Sequence[Hook]) -> None:
        self._hooks = {hook.name: hook for hook in hooks}

    async def received(self, unit: Unit, message: HookReceived) -> None:
        """Post a message in its hook's room. Of a hook that the settings no longer name, nothing is posted."""
        hook = self._hooks.get(message.hook)
        if hook is None or not hook.room:
            return
        network, _colon, id_ = hook.room.partition(":")
        words, _cut = clean(filled(hook.template, msgspec.json.decode(message.message)))
        if words.strip():
            unit.post(remote_target(RoomRef(network=network, id=id_)), said(words))


def read_message(raw: bytes) -> object:
    """Return a message as plain values. Raise ValueError when it is no JSON object."""
    try:
        message = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        words = "the body is no JSON"
        raise ValueError(words) from error
    if not isinstance(message, dict):
        words = "the body is no JSON object"
        raise ValueError(words)  # noqa: TRY004 - like whatever else is wrong with it
    return message


def row_of(hook: Hook, id: str, raw: bytes, message: object, *, now: datetime, codec: Codec) -> InboxRow:
    """Return the one event of a message: its command, or that it was received."""
    digest = hashlib.sha256(id.encode()).hexdigest()[:40]
    key = f"hook:{hook.name}:{digest}"
    body: Body
    if hook.command:
        fields = {name: clean(filled(template, message))[0] for name, template in hook.fields.items()}
        body = CommandCall(person=hook.person, text=hook.command, at=now, via=f"hook {hook.name}", fields=fields)
        lane = f"person:{hook.person}"
    else:
        body = HookReceived(hook=hook.name, id=id, message=raw.decode(), at=now)
        lane = f"hook:{hook.name}"
    return InboxRow(key=key, lane=lane, kind=body.kind, body=codec.encode(body), cause=key)
