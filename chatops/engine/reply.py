"""What came of a command, for whoever asked by API or command line: words in their language, the card as plain data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.codec import Codec
from chatops.core.effects import Post
from chatops.core.frozen import Frozen
from chatops.core.message import Refused
from chatops.engine.render import Audience, Renderer, plain_of
from chatops.ports.store import OutboxState, Sent, Settlement

MOST_TEXT = 1_000_000
"""Bytes of one reply."""


class Reply(Frozen, frozen=True, kw_only=True):
    """One answer."""

    room: str
    """Where it was said, as a post target; `call:KEY` for what only the caller gets."""
    text: str
    """All of it as plain text."""
    card: dict[str, Any]
    """The post as neutral data: title, text, facts, table, buttons with the commands behind them."""
    state: OutboxState
    error: str | None = None
    """The stable code when it says no: `not_found`, `not_allowed` …"""
    message: str | None = None
    hint: str | None = None
    commands: tuple[str, ...] = ()
    """Commands that would work."""


class Replies:
    """Reads the answers out of a settlement."""

    def __init__(self, *, codec: Codec, catalogues: Catalogues) -> None:
        self._codec = codec
        self._catalogues = catalogues
        self._renderer = Renderer(catalogues)

    def __call__(self, settlement: Settlement, reader: Reader, *, now: datetime) -> tuple[Reply, ...]:
        """Return all answers, in the order they were given."""
        return tuple(
            self._reply(sent, reader, now) for sent in settlement.sent if sent.reply and sent.kind == Post.kind
        )

    def _reply(self, sent: Sent, reader: Reader, now: datetime) -> Reply:
        post = self._codec.decode_as(Post, sent.body)
        outgoing = self._renderer(
            post.said, Audience(reader=reader, max_text=MOST_TEXT), now=now, identity=lambda _person: None
        )
        refused = post.said if isinstance(post.said, Refused) else None
        return Reply(
            room=post.to,
            text=plain_of(outgoing),
            card=msgspec.to_builtins(outgoing),
            state=sent.state,
            error=refused.code if refused else None,
            message=self._catalogues.plain(refused.message, reader, now=now) if refused else None,
            hint=self._catalogues.plain(refused.hint, reader, now=now) if refused and refused.hint else None,
            commands=refused.commands if refused else (),
        )
