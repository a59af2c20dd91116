"""The one way out: posts and effects, in order per target, tried until they happened, never blindly doubled."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.effects import Effect, Post
from chatops.core.events import EffectSettled, PostFailed
from chatops.core.frozen import replace
from chatops.core.text import said
from chatops.engine.bell import Bell
from chatops.engine.bounded import Raised, guarded
from chatops.engine.courtesy import Courtesy
from chatops.engine.inbox import backoff, new_reference
from chatops.engine.meter import Meter
from chatops.engine.outage import Outage
from chatops.engine.performing import Hopeless, NotYet, Performance, Performer, Silent
from chatops.engine.router import fit
from chatops.engine.settings import EngineSettings
from chatops.engine.tasks import Tasks
from chatops.engine.trace import trace_of
from chatops.engine.unsaid import LEFT_OUT
from chatops.errors import (
    AuthExpired,
    CodecError,
    OutcomeUnknown,
    PortError,
    RateLimited,
    StaleUnit,
    StoreUnavailable,
    Unreachable,
)
from chatops.ports.store import ClaimedPost, Mark, Store

log = structlog.get_logger("chatops.engine")


class Outbox:
    """Sends what is queued: broadcasts in a few places of their own, everything else beside them."""

    def __init__(  # noqa: PLR0913 - every part once, by name
        self,
        *,
        store: Store,
        codec: Codec,
        clock: Clock,
        performers: Mapping[str, Performer],
        silent: frozenset[str],
        outage: Outage,
        courtesy: Courtesy,
        settings: EngineSettings,
        probe: Callable[[str], None],
        meter: Meter,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._codec = codec
        self._clock = clock
        self._performers = performers
        self._silent = silent
        self._outage = outage
        self._courtesy = courtesy
        self._settings = settings
        self._probe = probe
        self._meter = meter
        self._chance = chance
        self._open = True
        self._sends = {False: Tasks(), True: Tasks()}
        self.bells = {False: Bell(), True: Bell()}
        self.beat = clock.monotonic()
        """Monotonic seconds of the last turn of the interactive loop."""

    @property
    def quiet(self) -> bool:
        """True when nothing is being sent and nothing is known to wait."""
        return all(bell.quiet for bell in self.bells.values()) and not any(self._sends.values())

    @property
    def in_hand(self) -> int:
        """Sends under way."""
        return sum(len(sends) for sends in self._sends.values())

    def ring(self) -> None:
        """Look at the queue again."""
        for bell in self.bells.values():
            bell.ring()

    async def run(self, *, bulk: bool) -> None:
        """Take and send until cancelled: broadcasts, or everything else."""
        bell = self.bells[bulk]
        while self._open:
            if not bulk:
                self.beat = self._clock.monotonic()
            try:
                claimed = await self._store.claim_posts(
                    limit=self._free(bulk=bulk),
                    now=self._clock.now(),
                    lease=timedelta(seconds=self._settings.send_lease),
                    bulk=bulk,
                )
            except StoreUnavailable:
                await self._outage.over()
                continue
            for row in claimed:
                if not row.bulk:  # which the loop for broadcasts is given, too, when it asks first
                    self._courtesy.somebody()
                self._sends[row.bulk].spawn(self._one(row), name=f"send {row.id}")
            if not claimed or not self._free(bulk=bulk):
                await bell.wait(lambda: self._store.wait_posts(self._settings.poll), self._poll)

    async def drain(self) -> None:
        """Take nothing new; return when everything under way has ended."""
        self._open = False
        self.ring()
        for sends in self._sends.values():
            await sends.drain()

    async def cancel(self) -> None:
        """Drop what is under way; it is taken up again, marked as cut off."""
        for sends in self._sends.values():
            await sends.cancel()

    def _free(self, *, bulk: bool) -> int:
        most = self._courtesy.broadcasts if bulk else self._settings.interactive_sends
        return max(0, most - len(self._sends[bulk]))

    async def _poll(self) -> None:
        await self._clock.sleep(self._settings.poll)

    async def _one(self, row: ClaimedPost) -> None:
        try:
            outcome = await guarded(self._performed(row))
            mark = self._lost(row, outcome.error) if isinstance(outcome, Raised) else outcome.value
            self._probe("before-mark")
            written = await guarded(self._write(mark))
            if isinstance(written, Raised):
                # What is to be stored with it cannot be: better given up where operators see it than sent for ever.
                await self._write(self._lost(row, written.error))
            waited = (self._clock.now() - row.created_at).total_seconds()
            self._meter.settled(row.kind, mark.state, bulk=row.bulk, seconds=waited, key=row.key, cause=row.cause)
        finally:
            self.ring()

    def _lost(self, row: ClaimedPost, error: BaseException) -> Mark:
        reference = new_reference()
        log.error("an effect failed", reference=reference, effect=row.key, kind=row.kind, trace=trace_of(error))
        return Mark(id=row.id, fence=row.fence, state="dead", reason=f"{reference} {type(error).__name__}")

    async def _performed(self, row: ClaimedPost) -> Mark:
        try:
            effect = self._codec.decode(row.kind, row.body)
        except CodecError:
            return self._ended(row, None, "dead", "it cannot be read")
        performer = self._performers.get(row.kind)
        if performer is None or not isinstance(effect, Effect):
            return self._ended(row, effect, "dead", f"nobody performs {row.kind}")
        outcome = await guarded(performer(row, effect))
        if isinstance(outcome, Raised):
            return self._judged(row, effect, outcome.error)
        return self._happened(row, effect, outcome.value)

    def _happened(self, row: ClaimedPost, effect: Effect, performance: Performance) -> Mark:
        receipt = None
        if not isinstance(effect, Post) and row.kind not in self._silent:
            receipt = self._receipt(row, "done", result=performance.remote)
        return Mark(
            id=row.id,
            fence=row.fence,
            state="sent",
            remote=performance.remote,
            placed=performance.placed,
            follow_up=performance.follow_up,
            receipt=receipt,
            rewritten=self._without_secret(effect),
        )

    def _judged(self, row: ClaimedPost, effect: Effect, error: BaseException) -> Mark:
        if (after := pause_of(error)) is not None:
            return self._again(row, after, reason_of(error))
        if isinstance(error, Unreachable | AuthExpired):
            return self._retried(row, effect, error)
        if isinstance(error, OutcomeUnknown):
            return self._ended(row, effect, "unknown", reason_of(error))
        if isinstance(error, PortError | Hopeless):
            return self._ended(row, effect, "failed", reason_of(error))
        reference = new_reference()
        log.error("an effect failed", reference=reference, effect=row.key, kind=row.kind, trace=trace_of(error))
        return self._ended(row, effect, "dead", f"{reference} {type(error).__name__}")

    def _retried(self, row: ClaimedPost, effect: Effect, error: BaseException) -> Mark:
        age = (self._clock.now() - row.created_at).total_seconds()
        if row.attempts + 1 >= self._settings.send_attempts and age >= self._settings.send_patience:
            return self._ended(row, effect, "dead", reason_of(error))
        after = error.after if isinstance(error, Silent) else backoff(row.attempts, self._settings, self._chance())
        return self._again(row, after, reason_of(error))

    def _again(self, row: ClaimedPost, after: float, reason: str) -> Mark:
        not_before = self._clock.now() + timedelta(seconds=after)
        return Mark(id=row.id, fence=row.fence, state="ready", not_before=not_before, reason=reason)

    def _ended(self, row: ClaimedPost, effect: object, state: str, reason: str) -> Mark:
        log.warning("not sent", effect=row.key, kind=row.kind, state=state, reason=reason)
        settled = "unknown" if state == "unknown" else "failed"
        receipt = None if row.kind in self._silent else self._receipt(row, settled, reason=reason)
        return Mark(
            id=row.id,
            fence=row.fence,
            state="unknown" if state == "unknown" else "dead" if state == "dead" else "failed",
            reason=reason,
            receipt=receipt,
            rewritten=self._without_secret(effect),
        )

    def _without_secret(self, effect: object) -> str | None:
        """Return what is kept of a post once its words have been sent or given up; None: all of it."""
        if not isinstance(effect, Post) or not effect.secret:
            return None
        return self._codec.encode(replace(effect, said=said(LEFT_OUT)))

    def _receipt(
        self, row: ClaimedPost, state: str, *, result: str | None = None, reason: str | None = None
    ) -> InboxRow:
        body: EffectSettled | PostFailed
        if row.kind == Post.kind:
            body = PostFailed(
                key=row.key,
                target=row.target,
                state="unknown" if state == "unknown" else "failed",
                reason=reason or "",
                slot=row.slot or "",
            )
        else:
            body = EffectSettled(
                key=row.key,
                effect_kind=row.kind,
                effect=row.body,
                state="done" if state == "done" else "unknown" if state == "unknown" else "failed",
                result=result,
                reason=reason,
            )
        return InboxRow(
            key=fit(f"settled:{row.key}"),
            lane=row.lane,
            kind=body.kind,
            body=self._codec.encode(body),
            cause=row.cause,
        )

    async def _write(self, mark: Mark) -> None:
        while True:
            try:
                await self._store.mark(mark)
            except StoreUnavailable:
                await self._outage.over()
                continue
            except StaleUnit:
                log.warning("a send was taken over by another worker", id=mark.id)
            return


def pause_of(error: BaseException) -> float | None:
    """Return the seconds to wait before trying again what is not at fault; None when something is."""
    match error:
        case NotYet():
            return error.after
        case RateLimited():
            return error.retry_after
        case StoreUnavailable() | StaleUnit():
            return 0.0
        case _:
            return None


def reason_of(error: BaseException) -> str:
    """Return what went wrong as operators read it: our word for it, and the foreign system's own code."""
    code = error.code if isinstance(error, PortError) else None
    return f"{type(error).__name__}: {error}" + (f" ({code})" if code else "")
