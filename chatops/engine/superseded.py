"""Which queued versions of a card nobody needs to see, because a newer one is queued behind them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from chatops.core.commit import OutboxRow

MOST = 100_000
"""Slots remembered."""

MOST_OF_ONE = 1_000
"""Posts of one slot remembered."""


class Superseded:
    """Remembers, per slot, the posts that this process has queued. A hint only: forgetting everything is harmless.

    So is not knowing what another replica has queued: then a version more is shown, in its order. What another replica has
    sent is only forgotten when there is too much of it.
    """

    def __init__(self) -> None:
        self._queued: OrderedDict[tuple[str, str], list[str]] = OrderedDict()

    def learn(self, rows: Iterable[OutboxRow]) -> None:
        """Take note of what was committed."""
        for row in rows:
            if row.slot is not None:
                queued = self._queued.setdefault((row.target, row.slot), [])
                queued.append(row.key)
                del queued[:-MOST_OF_ONE]
                self._queued.move_to_end((row.target, row.slot))
                if len(self._queued) > MOST:
                    self._queued.popitem(last=False)

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
