"""What people did reaches the server: each once, in order, also across a crash."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from chatops.errors import StoreUnavailable
from chatops.ports.chat import Accept
from console_network.store import Store

_PAUSE = 1.0
"""Seconds between tries while the server's database is away."""


async def hand_over(store: Store, accept: Accept, pause: Callable[[float], Awaitable[None]]) -> None:
    """Hand over until cancelled. Among replicas, each does: what one did not come to, another hands over.

    An entry and its happening are on disk together before anybody is told. A happening is forgotten only when it was
    accepted; handed over a second time after a crash, it carries the same key.
    """
    while True:
        store.happened.clear()
        try:
            waiting = await store.waiting()
            if waiting:
                await accept([(happening.key, happening.body) for happening in waiting])
                await store.handed_over(waiting)
                continue
        except StoreUnavailable:
            await pause(_PAUSE)
            continue
        await store.idle(pause)
