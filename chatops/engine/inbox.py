"""The hall: takes the heads of the lanes, lets each event be handled once, and keeps every promise about failures."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import Commit, Outcome
from chatops.core.events import Event, TimerFired
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.engine.bell import Bell
from chatops.engine.bounded import Bounded, DeadlinePassed, Raised, Returned, guarded
from chatops.engine.meter import Handled, Meter
from chatops.engine.outage import Outage
from chatops.engine.settings import EngineSettings
from chatops.engine.tasks import Tasks
from chatops.engine.trace import trace_of
from chatops.engine.units import Units
from chatops.engine.work import Work
from chatops.errors import CodecError, Refusal, StaleUnit, StoreUnavailable, TryLater
from chatops.ports.store import ClaimedEvent, Store

log = structlog.get_logger("chatops.engine")


class _Patience:
    """What is left of an event's time. Waiting for the database does not count."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._until = clock.monotonic() + seconds

    def left(self) -> float:
        return self._until - self._clock.monotonic()

    @contextmanager
    def suspended(self) -> Iterator[None]:
        since = self._clock.monotonic()
        yield
        self._until += self._clock.monotonic() - since


class Inbox:
    """Works on as many lanes at once as the settings allow, on one event of each."""

    def __init__(
        self,
        *,
        store: Store,
        codec: Codec,
        clock: Clock,
        units: Units,
        works: Callable[[Event], Work],
        outage: Outage,
        settings: EngineSettings,
        probe: Callable[[str], None],
        meter: Meter,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._codec = codec
        self._clock = clock
        self._units = units
        self._works = works
        self._outage = outage
        self._settings = settings
        self._probe = probe
        self._meter = meter
        self._chance = chance
        self._bounded = Bounded(clock)
        self._events = Tasks()
        self._claims: dict[int, ClaimedEvent] = {}
        self._open = True
        self.bell = Bell()
        self.beat = clock.monotonic()
        """Monotonic seconds of the loop's last turn."""
        self.handled = 0
        """Events finished since the start."""

    @property
    def quiet(self) -> bool:
        """True when nothing is under way and nothing is known to wait."""
        return self.bell.quiet and not self._events

    @property
    def in_hand(self) -> int:
        """Events under way, each in a lane of its own."""
        return len(self._claims)

    async def run(self) -> None:
        """Take and start events until cancelled."""
        while self._open:
            self.beat = self._clock.monotonic()
            free = self._settings.lanes - len(self._events)
            try:
                claimed = await self._store.claim_events(
                    limit=free, now=self._clock.now(), lease=timedelta(seconds=self._settings.lease)
                )
            except StoreUnavailable:
                await self._outage.over()
                continue
            for event in claimed:
                self._probe("claim")
                self._claims[event.seq] = event
                self._events.spawn(self._one(event), name=f"event {event.seq}")
            if not claimed or len(claimed) >= free:
                await self.bell.wait(lambda: self._store.wait_events(self._settings.poll), self._poll)

    async def renew(self) -> None:
        """Keep the claims of what is under way, until cancelled."""
        while True:
            await self._clock.sleep(self._settings.lease / 3)
            until = self._clock.now() + timedelta(seconds=self._settings.lease)
            for event in list(self._claims.values()):
                try:
                    await self._store.renew(event.seq, event.fence, until=until)
                except StoreUnavailable:
                    break

    async def drain(self) -> None:
        """Take nothing new; return when everything under way has ended."""
        self._open = False
        self.bell.ring()
        await self._events.drain()

    async def cancel(self) -> None:
        """Drop what is under way; the store gives it out again."""
        await self._events.cancel()

    async def _poll(self) -> None:
        await self._clock.sleep(self._settings.poll)

    async def _one(self, claimed: ClaimedEvent) -> None:
        try:
            outcome = await guarded(self._settle(claimed))
            if isinstance(outcome, Raised):
                await self._bury(claimed, outcome.error)
        finally:
            self._claims.pop(claimed.seq, None)
            self.handled += 1
            self.bell.ring()

    async def _settle(self, claimed: ClaimedEvent) -> None:
        try:
            work = self._works(self._event(claimed))
        except CodecError as error:
            await self._bury(claimed, error)
            return
        self._probe("handler")
        ended = await (self._serve(work) if work.human else self._process(work))
        self._count(claimed, ended, asked=work.human)
        if isinstance(work.event.body, TimerFired) and ended != "retried":
            self._meter.fired(work.event.body.late)

    async def _serve(self, work: Work) -> Handled:
        """Handle what a person waits for: answered in any case, never tried again by itself."""
        patience = self._patience()
        tries = 0
        while True:
            error = await self._attempt(work, patience)
            if error is None:
                return "done"
            if isinstance(error, Refusal):
                await self._finish(self._prepared(work, work.refused(error)))
                return "refused"
            if not isinstance(error, TryLater):
                await self._give_up(work, error)
                return "failed"
            tries += 1
            if tries > self._settings.human_retries or error.after >= patience.left():
                refusal = Refusal(error.message, hint=_("Please try again in a moment."))
                refusal.code = "try_later"
                await self._finish(self._prepared(work, work.refused(refusal)))
                return "refused"
            await self._clock.sleep(error.after)

    async def _process(self, work: Work) -> Handled:
        """Handle what nobody waits for: tried again later, then a dead letter."""
        error = await self._attempt(work, self._patience())
        if error is None:
            return "done"
        if work.event.attempts + 1 >= self._settings.attempts:
            await self._give_up(work, error)
            return "failed"
        wait = backoff(work.event.attempts, self._settings, self._chance())
        if isinstance(error, TryLater):
            wait = max(wait, error.after)
        reference = new_reference()
        log.warning("an event will be tried again", reference=reference, key=work.event.key, trace=trace_of(error))
        await self._finish(
            self._units.prepared(
                self._units.new(work.event),
                Outcome(
                    state="retry",
                    not_before=self._clock.now() + timedelta(seconds=wait),
                    error=f"{reference} {type(error).__name__}",
                ),
            )
        )
        return "retried"

    async def _attempt(self, work: Work, patience: _Patience) -> BaseException | None:
        """Handle the event and commit, on fresh facts as often as allowed; return what went wrong."""
        runs = 0
        while runs < self._settings.stale_runs:
            outcome = await self._bounded.run(self._prepare(work), patience.left(), name=work.event.key)
            if isinstance(outcome, Returned):
                try:
                    await self._finish(outcome.value)
                except StaleUnit:
                    runs += 1
                    continue
                return None
            if isinstance(outcome.error, StaleUnit):
                runs += 1
            elif isinstance(outcome.error, StoreUnavailable):
                with patience.suspended():
                    await self._outage.over()
            else:
                return outcome.error
        return TryLater(_("Too much is going on here at once."))

    def _patience(self) -> _Patience:
        return _Patience(self._clock, self._settings.deadline)

    async def _prepare(self, work: Work) -> Commit:
        return self._prepared(work, await work.attempt())

    def _prepared(self, work: Work, unit: Unit, outcome: Outcome | None = None) -> Commit:
        return self._units.prepared(unit, outcome, work.also)

    async def _finish(self, commit: Commit) -> None:
        """Write the commit, however long the database is away. A lost claim means that somebody else does it."""
        while True:
            try:
                await self._units.write(commit)
            except StoreUnavailable:
                await self._outage.over()
                continue
            except StaleUnit as stale:
                if stale.what != "fence":
                    raise
                log.warning("an event was taken over by another worker", seq=commit.seq)
            return

    async def _give_up(self, work: Work, error: BaseException) -> None:
        reference = new_reference()
        reason = "took too long" if isinstance(error, DeadlinePassed) else "failed"
        log.error(f"an event {reason}", reference=reference, key=work.event.key, trace=trace_of(error))  # noqa: G004 - two fixed words
        outcome = Outcome(state="dead", error=f"{reference} {type(error).__name__}")
        await self._finish(self._prepared(work, work.failed(reference), outcome))

    async def _bury(self, claimed: ClaimedEvent, error: BaseException) -> None:
        reference = new_reference()
        log.error("an event cannot be read", reference=reference, key=claimed.key, trace=trace_of(error))
        commit = Commit(
            seq=claimed.seq,
            lane=claimed.lane,
            fence=claimed.fence,
            outcome=Outcome(state="dead", error=f"{reference} {type(error).__name__}"),
        )
        await self._finish(commit)
        self._count(claimed, "failed", asked=False)

    def _count(self, claimed: ClaimedEvent, ended: Handled, *, asked: bool) -> None:
        seconds = (self._clock.now() - claimed.accepted_at).total_seconds()
        self._meter.handled(claimed.kind, ended, asked=asked, seconds=seconds, key=claimed.key, cause=claimed.cause)

    def _event(self, claimed: ClaimedEvent) -> Event:
        return Event(
            seq=claimed.seq,
            key=claimed.key,
            lane=claimed.lane,
            body=self._codec.decode(claimed.kind, claimed.body),
            cause=claimed.cause,
            accepted_at=claimed.accepted_at,
            attempts=claimed.attempts,
            room=claimed.room,
            fence=claimed.fence,
        )


def new_reference() -> str:
    """Return something short that people can read out and operators can find: `E-7F3A2C`."""
    return f"E-{secrets.token_hex(3).upper()}"


def backoff(tries: int, settings: EngineSettings, chance: float) -> float:
    """Return seconds to wait after `tries` earlier tries, between half and the whole of the doubled wait."""
    whole = min(settings.backoff * 2.0 ** min(tries, 32), settings.backoff_most)
    return whole * (0.5 + chance / 2)
