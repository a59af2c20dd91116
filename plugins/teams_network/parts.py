"""Posts that became several messages, or whose place their id does not tell: what was sent, by key, kept in the records."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from chatops import Clock, Frozen
from chatops.ports.records import Record, Records, Write
from teams_network.record_names import name_of

KEPT = timedelta(days=60)
"""How long it is remembered: twice as long as the engine keeps what it sends."""

UNSURE = ""
"""In place of a message's id: it may have been sent."""

_KIND = "parts"

_PAGE = 200


class Parts(Frozen, frozen=True, kw_only=True):
    """What became of one post."""

    room: str
    place: str
    """The conversation the messages are in, with their thread."""
    ids: tuple[str, ...]
    """The first is the post's own. `UNSURE` where nobody knows."""
    key: str = ""
    """Digest of the key it was posted with."""
    at: str = ""


class PartsBook:
    """Raise StoreUnavailable where the records cannot be had."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def of(self, room: str, message: str) -> Parts | None:
        """Return what became of a post; None for one message in the place that its room tells."""
        return _value(await self._records.get(_KIND, name_of(room, message)))

    async def sent(self, room: str, key: str) -> Parts | None:
        """Return what was already sent with a key, or None."""
        for record in await self._records.find(_KIND, limit=1, newest=True, key=_digest(room, key)):
            return _value(record)
        return None

    async def keep(self, room: str, place: str, ids: Sequence[str], key: str | None = None) -> None:
        """Remember what was sent so far. `key` with the first time only."""
        name = name_of(room, ids[0])
        before = _value(await self._records.get(_KIND, name))
        digest = _digest(room, key) if key is not None else (before.key if before else "")
        parts = Parts(room=room, place=place, ids=tuple(ids), key=digest, at=self._clock.now().isoformat())
        body = msgspec.to_builtins(parts)
        await self._records.write(Write(kind=_KIND, id=name, body=body, columns={"key": digest}))

    async def prune(self) -> int:
        """Forget what was sent over `KEPT` ago; return how many posts that were."""
        before = self._clock.now() - KEPT
        gone = 0
        while True:
            oldest = await self._records.find(_KIND, limit=_PAGE)
            old = [record for record in oldest if _at(record) < before]
            for record in old:
                await self._records.delete(_KIND, record.id)
            gone += len(old)
            if len(old) < _PAGE:
                return gone


def _digest(room: str, key: str) -> str:
    return hashlib.sha256(f"{room}\0{key}".encode(errors="surrogatepass")).hexdigest()


def _value(record: Record | None) -> Parts | None:
    if record is None:
        return None
    try:
        return msgspec.convert(record.body, Parts)
    except msgspec.ValidationError:
        return None


def _at(record: Record) -> datetime:
    """Return when a post was last written down; one that does not say so is as old as can be."""
    try:
        return datetime.fromisoformat(record.body["at"])
    except (KeyError, TypeError, ValueError):
        return datetime.min.replace(tzinfo=UTC)
