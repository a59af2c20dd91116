"""Who listens to what. A fact with several listeners becomes one event for each, so that one failing holds up no other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import ClassVar

from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.events import MAX_KEY, EffectSettled, Event, TimerFired
from chatops.core.frozen import Body, replace
from chatops.core.unit import Unit
from chatops.errors import PluginError
from chatops.hookspecs import Listener


class Emitted(Body, frozen=True, kw_only=True):
    """A fact on its way to one listener."""

    kind: ClassVar[str] = "emitted"

    listener: str
    fact_kind: str
    fact: str
    """As the codec wrote it."""


class Router:
    """The listeners of a running server, by the type they listen to. Two of one name are refused."""

    def __init__(self, codec: Codec, listeners: Iterable[Listener]) -> None:
        self._codec = codec
        self._by_name: dict[str, Listener] = {}
        self._by_type: dict[type[Body], list[Listener]] = {}
        for listener in listeners:
            if listener.name in self._by_name:
                message = f"two listeners are called {listener.name}"
                raise PluginError(message)
            self._by_name[listener.name] = listener
            self._by_type.setdefault(listener.of, []).append(listener)

    def open(self, body: Body) -> Body:
        """Return what listeners are given: a timer's own body, a settled effect's effect, a told fact; else `body`.

        Raise CodecError when what is inside cannot be read.
        """
        if isinstance(body, TimerFired):
            return self._codec.decode(body.body_kind, body.body)
        if isinstance(body, EffectSettled):
            return self._codec.decode(body.effect_kind, body.effect)
        return body

    def listeners(self, body: Body) -> tuple[Listener, ...]:
        """Return who handles `body`. Raise CodecError."""
        return tuple(self._by_type.get(type(self.open(body)), ()))

    def told(self, event: Event) -> tuple[Event, Listener | None]:
        """Return the event a listener was sent, unwrapped, and the listener; None when it is no longer registered."""
        if not isinstance(event.body, Emitted):
            message = f"{event.body.kind} is not on its way to one listener"
            raise TypeError(message)
        fact = self._codec.decode(event.body.fact_kind, event.body.fact)
        return replace(event, body=fact), self._by_name.get(event.body.listener)

    def fan_out(self, event: Event, body: Body, number: int | str, *, lane: str | None = None) -> tuple[InboxRow, ...]:
        """Return one row for each listener of `body`, the fact of `event` with this number."""
        fact = self._codec.encode(body)
        return tuple(
            InboxRow(
                key=fit(f"{event.key}>{number}@{listener.name}"),
                lane=lane or event.lane,
                kind=Emitted.kind,
                body=self._codec.encode(Emitted(listener=listener.name, fact_kind=body.kind, fact=fact)),
                cause=event.cause,
            )
            for listener in self.listeners(body)
        )

    def rows(self, unit: Unit) -> tuple[InboxRow, ...]:
        """Return the rows of everything a unit has told."""
        rows: list[InboxRow] = []
        for number, (fact, lane) in enumerate(unit.emitted):
            rows.extend(self.fan_out(unit.event, fact, number, lane=lane))
        return tuple(rows)


def fit(key: str) -> str:
    """Return `key`, or if it is too long to be stored a shorter one that is as unique."""
    if len(key) <= MAX_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"{key[: MAX_KEY - 41]}~{digest}"
