"""What has been done already, by key, for the writes Matrix has no transaction ids for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from chatops.ports.records import Record, Records, Write

KEPT = timedelta(days=60)
"""How long a result is remembered: twice as long as the engine keeps what it sends, and the longest it tries."""

_PAGE = 200


class Once:
    """Results by key, kept in the plugin's records."""

    def __init__(self, records: Records, now: Callable[[], datetime]) -> None:
        self._records = records
        self._now = now

    async def result(self, key: str) -> str | None:
        """Return what a finished write came to, or None when it has not been finished."""
        record = await self._records.get("done", _digest(key))
        return None if record is None or "result" not in record.body else str(record.body["result"])

    async def began(self, key: str, standing: str) -> str:
        """Return how things stood when a write began: `standing`, or what an attempt that was cut off found."""
        record = await self._records.get("done", _digest(key))
        if record is not None:
            return str(record.body.get("began", standing))
        body = {"began": standing, "at": self._now().isoformat()}
        await self._records.write(Write(kind="done", id=_digest(key), body=body))
        return standing

    async def done(self, key: str, result: str = "") -> None:
        """Remember that a write has happened."""
        body = {"result": result, "at": self._now().isoformat()}
        await self._records.write(Write(kind="done", id=_digest(key), body=body))

    async def prune(self) -> int:
        """Forget what was done over `KEPT` ago; return how many results went."""
        before = self._now() - KEPT
        gone = 0
        while True:
            oldest = await self._records.find("done", limit=_PAGE)
            old = [record for record in oldest if _made(record) < before]
            for record in old:
                await self._records.delete("done", record.id)
            gone += len(old)
            if len(old) < _PAGE:
                return gone


def _made(record: Record) -> datetime:
    """Return when a result was written down; one that does not say so is as old as can be."""
    try:
        return datetime.fromisoformat(record.body["at"])
    except (KeyError, TypeError, ValueError):
        return datetime.min.replace(tzinfo=UTC)


def transaction(key: str, part: str = "") -> str:
    """Return a transaction id for a key: the same for the same key, at most 64 characters.

    Synapse remembers transaction ids for 24 hours (`_cleanup_old_transaction_ids`), also over its restarts.
    """
    return _digest(f"{key}\0{part}" if part else key)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
