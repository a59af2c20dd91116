"""What was seen lately, and is found again without asking."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Remembers so many values; the one not used for longest is forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[K, V] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """Return what is remembered under a key, or None."""
        value = self._kept.pop(key, None)
        if value is not None:
            self._kept[key] = value
        return value

    def drop(self, key: K) -> None:
        """Forget a value. Harmless when there is none."""
        self._kept.pop(key, None)

    def put(self, key: K, value: V) -> None:
        """Remember a value, in place of the one before."""
        self._kept.pop(key, None)
        self._kept[key] = value
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]
