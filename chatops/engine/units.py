"""Makes units of work and writes them."""

from __future__ import annotations

from collections.abc import Callable

from chatops.core.access import Relations, Who
from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import Commit, InboxRow, Outcome
from chatops.core.events import Event, TimerFired
from chatops.core.frozen import replace
from chatops.core.message import Person
from chatops.core.unit import Origin, Unit
from chatops.engine.roombook import RoomBook
from chatops.engine.router import Router
from chatops.engine.superseded import Superseded
from chatops.ports.store import Store


class Units:
    """Fresh units on committed facts, and their commits."""

    def __init__(
        self,
        *,
        store: Store,
        codec: Codec,
        clock: Clock,
        router: Router,
        rooms: RoomBook,
        relations: Relations,
        superseded: Superseded,
        secret: bytes,
        probe: Callable[[str], None],
        committed: Callable[[], None],
    ) -> None:
        self._store = store
        self._codec = codec
        self._clock = clock
        self._router = router
        self._rooms = rooms
        self._relations = relations
        self._superseded = superseded
        self._secret = secret
        self._probe = probe
        self._committed = committed

    def new(
        self,
        event: Event,
        *,
        actor: Person | None = None,
        origin: Origin | None = None,
        who: Who | None = None,
        dry_run: bool = False,
    ) -> Unit:
        """Return an empty unit for `event`. Whom a timer wakes is never told that its time has not come yet."""
        now = self._clock.now()
        if isinstance(event.body, TimerFired):  # another clock may have rung, the database's or another replica's
            now = max(now, event.body.due)
        return Unit(
            event=event,
            facts=self._store,
            codec=self._codec,
            now=now,
            secret=self._secret,
            relations=self._relations,
            actor=actor,
            origin=origin,
            who=who,
            dry_run=dry_run,
        )

    def prepared(self, unit: Unit, outcome: Outcome | None = None, also: tuple[InboxRow, ...] = ()) -> Commit:
        """Return what is to be written for `unit`. Raise CodecError when something in it cannot be."""
        return replace(unit.commit(outcome), emitted=self._router.rows(unit) + also)

    async def write(self, commit: Commit) -> None:
        """Write it. Raise StaleUnit or StoreUnavailable."""
        self._probe("before-commit")
        await self._store.commit(commit)
        self._rooms.learn(commit.puts)
        self._superseded.learn(commit.outbox)
        self._committed()
        self._probe("after-commit")
