"""Advisory locks: they make the order of numbers the order of commits, and "does not exist" something that stays so.

A sequence gives out numbers before the rows are visible: without a lock, event 6 of a lane could be seen and handled before
event 5 is. Whoever adds rows to a lane or target holds its lock until the commit. All locks of a transaction are taken at
once, in one order, before anything else: they never deadlock among themselves.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable

from chatops.storage.postgres_pool import Connection

BUCKETS = 1024
"""Lanes, and targets, share so many locks: a broadcast to thousands of rooms must not fill the server's lock table."""

_LANES, _TARGETS = 0, BUCKETS
_KEYS = "keys"

_TAKE = """
SELECT CASE WHEN alone THEN pg_advisory_xact_lock(name) ELSE pg_advisory_xact_lock_shared(name) END
FROM unnest($1::bigint[], $2::bool[]) AS wanted (name, alone)
"""


class Locks:
    """The locks one transaction needs."""

    def __init__(self) -> None:
        self._wanted: dict[int, bool] = {}

    def lanes(self, names: Iterable[str]) -> Locks:
        """Add the locks for new events in lanes."""
        return self._line(_LANES, names)

    def targets(self, names: Iterable[str]) -> Locks:
        """Add the locks for new rows to targets."""
        return self._line(_TARGETS, names)

    def own(self, space: str, names: Iterable[str]) -> Locks:
        """Add locks by full name, for writing."""
        self._wanted.update((_name(space, name), True) for name in names)
        return self

    def share(self, space: str, names: Iterable[str]) -> Locks:
        """Add locks by full name, for reading."""
        for name in names:
            self._wanted.setdefault(_name(space, name), False)
        return self

    def purging(self) -> Locks:
        """Add the lock for moving keys of rows to where spent ones are: nobody adds a row meanwhile."""
        return self.own(_KEYS, [""])

    def _line(self, start: int, names: Iterable[str]) -> Locks:
        buckets = {start + zlib.crc32(name.encode()) % BUCKETS for name in names}
        self._wanted.update((bucket, True) for bucket in buckets)
        return self.share(_KEYS, [""]) if buckets else self

    async def take(self, connection: Connection) -> None:
        """Wait for all of them; they are held until the transaction ends."""
        if self._wanted:
            names = sorted(self._wanted)
            await connection.execute(_TAKE, names, [self._wanted[name] for name in names])


def alive(incarnation: int) -> int:
    """Return the number of the lock that a process holds as long as it lives."""
    return _name("alive", str(incarnation))


def _name(space: str, name: str) -> int:
    digest = hashlib.blake2b(f"{space}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
