"""Tells the listeners that the server has started: what recurs by itself is set going there, and anew after changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.frozen import Body, Instant
from chatops.hookspecs import Listener
from chatops.ports.store import Store


class ServerStarted(Body, frozen=True, kw_only=True):
    """A server, or one of several replicas, takes up its work. A timer armed on it replaces the one armed before."""

    kind: ClassVar[str] = "engine.started"

    at: Instant


async def tell_started(store: Store, codec: Codec, clock: Clock, listeners: Iterable[Listener]) -> None:
    """Store that we have started, if anybody listens. Raise StoreUnavailable."""
    if not any(listener.of is ServerStarted for listener in listeners):
        return
    started = ServerStarted(at=clock.now())
    key = f"{started.kind}:{started.at.isoformat()}"
    row = InboxRow(key=key, lane=started.kind, kind=started.kind, body=codec.encode(started), cause=key)
    await store.accept_many([row])
