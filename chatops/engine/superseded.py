"""Which queued versions of a card nobody needs to see, because a newer one is queued behind them."""

from __future__ import annotations

from collections.abc import Iterable

from chatops.core.commit import OutboxRow


class Superseded:
    """Remembers, per slot, the posts that this process has queued. A hint only: forgetting everything is harmless."""

    def __init__(self) -> None:
        self._queued: dict[tuple[str, str], list[str]] = {}

    def learn(self, rows: Iterable[OutboxRow]) -> None:
        """Take note of what was committed."""
        for row in rows:
            if row.slot is not None:
                self._queued.setdefault((row.target, row.slot), []).append(row.key)

    def __call__(self, target: str, slot: str, key: str) -> bool:
        """Whether a newer post of the slot is known to be queued behind `key`."""
        queued = self._queued.get((target, slot), [])
        return key in queued and queued[-1] != key

    def sent(self, target: str, slot: str, key: str) -> None:
        """Forget `key` and what was queued before it."""
        queued = self._queued.get((target, slot), [])
        if key in queued:
            del queued[: queued.index(key) + 1]
        if not queued:
            self._queued.pop((target, slot), None)
