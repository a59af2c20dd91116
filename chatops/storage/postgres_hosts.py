"""Connecting to whichever of several hosts takes writes, also when the first of them is switched off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

NEXT: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TargetServerAttributeNotMatched,
)
"""A host that cannot serve us now; another one may."""


async def connect(dsn: None = None, /, *, host: Sequence[str], port: Sequence[int], **given: Any) -> asyncpg.Connection:
    """Connect to the first host that serves us. Each gets the whole `timeout` to answer. Raise asyncpg's errors and OSError.

    asyncpg gives that time to all hosts together: one that swallows packets would use it up, and the next never be asked.
    `dsn` is what a pool of asyncpg's puts first.
    """
    places = list(zip(host, port, strict=True))
    for name, number in places[:-1]:
        try:
            return await asyncpg.connect(dsn, host=name, port=number, **given)
        except NEXT:
            continue
    name, number = places[-1]
    return await asyncpg.connect(dsn, host=name, port=number, **given)
