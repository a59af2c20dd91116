"""What has been done already, by key, for the writes Matrix has no transaction ids for."""

from __future__ import annotations

import hashlib

from chatops.ports.records import Records, Write


class Once:
    """Results by key, kept in the plugin's records."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def result(self, key: str) -> str | None:
        """Return what a finished write came to, or None when it has not been finished."""
        record = await self._records.get("done", _digest(key))
        return None if record is None else str(record.body["result"])

    async def done(self, key: str, result: str = "") -> None:
        """Remember that a write has happened."""
        await self._records.write(Write(kind="done", id=_digest(key), body={"result": result}))


def transaction(key: str, part: str = "") -> str:
    """Return a transaction id for a key: the same for the same key, at most 64 characters.

    Synapse remembers transaction ids for 24 hours (`_cleanup_old_transaction_ids`), also over its restarts.
    """
    return _digest(f"{key}\0{part}" if part else key)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
