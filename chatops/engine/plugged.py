"""Effects that plugins perform, as the outbox sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from chatops.core.clock import Clock
from chatops.core.effects import Effect
from chatops.engine.bounded import Bounded, DeadlinePassed, Raised
from chatops.engine.performing import Performance, Performer
from chatops.errors import Unreachable
from chatops.hookspecs import EffectPerformer
from chatops.ports.store import ClaimedPost

EffectT = TypeVar("EffectT", bound=Effect)


class Plugged:
    """A plugin's performer, with a deadline. It keeps its promise about keys, so what took too long is tried again."""

    def __init__(
        self, performer: EffectPerformer, *, clock: Clock, deadline: float, probe: Callable[[str], None]
    ) -> None:
        self._performer = performer
        self._bounded = Bounded(clock)
        self._deadline = deadline
        self._probe = probe

    async def __call__(self, row: ClaimedPost, effect: Effect) -> Performance:
        """Perform it."""
        self._probe("before-send")
        outcome = await self._bounded.run(self._perform(effect, row.key), self._deadline, name=f"effect {row.kind}")
        self._probe("after-send")
        if isinstance(outcome, Raised):
            if isinstance(outcome.error, DeadlinePassed):
                raise Unreachable(str(outcome.error)) from outcome.error
            raise outcome.error
        return outcome.value

    async def _perform(self, effect: Effect, key: str) -> Performance:
        performed = await self._performer.perform(effect, key)
        return Performance(remote=performed.result)


def typed(perform: Callable[[ClaimedPost, EffectT], object]) -> Performer:
    """Return a performer of one type of effect; the outbox looks performers up by that type."""
    return cast(Performer, perform)
