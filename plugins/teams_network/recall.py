"""What was last read from the records, for as long as nobody says that it has changed."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

from chatops import Frozen
from chatops.ports.signals import Signals

FrozenT = TypeVar("FrozenT", bound=Frozen)

MOST = 10_000
"""Values remembered."""


class Recall:
    """Values by kind and name, the least used forgotten first. A signal says which to read again."""

    def __init__(self, signals: Signals, *, topic: str, most: int = MOST) -> None:
        self._signals = signals
        self._topic = topic
        self._most = most
        self._values: OrderedDict[tuple[str, str], Frozen] = OrderedDict()
        self._changes = 0
        signals.listen(topic, self._heard, missed=self._missed)

    def get(self, kind: str, name: str, of: type[FrozenT]) -> FrozenT | None:
        """Return a value, or None when it has to be read."""
        value = self._values.get((kind, name))
        if not isinstance(value, of):
            return None
        self._values.move_to_end((kind, name))
        return value

    def asked(self) -> int:
        """Return what to hand to `put` with what is read from now on."""
        return self._changes

    def put(self, kind: str, name: str, value: Frozen, asked: int) -> None:
        """Remember what was read, unless something has changed since it was asked for."""
        if asked != self._changes:
            return
        self._values[kind, name] = value
        self._values.move_to_end((kind, name))
        while len(self._values) > self._most:
            self._values.popitem(last=False)

    async def changed(self, kind: str, name: str) -> int:
        """Tell everybody that a value was written; return what `asked` would."""
        self._forget((kind, name))
        await self._signals.send(self._topic, f"{kind} {name}")
        return self._changes

    def _heard(self, text: str) -> None:
        kind, _space, name = text.partition(" ")
        self._forget((kind, name))

    def _forget(self, key: tuple[str, str]) -> None:
        self._changes += 1
        self._values.pop(key, None)

    def _missed(self) -> None:
        self._changes += 1
        self._values.clear()
