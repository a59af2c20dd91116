"""Opening a room once per key, over crashes: each step is written down before it is asked for, and when it is done.

A step found asked for but not done may have happened. It is looked for before it is repeated; what is found must belong to
no other opening (a claim in the records, made together with the step). When it is not found, it may still be under way at
Teams: for `SETTLED` seconds it is neither taken as done nor repeated. When nobody can look (a permission is missing), it is
never repeated: two rooms for one key would be worse than none, and the opening says what to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from chatops import Clock, Frozen, replace
from chatops.errors import Conflict, OutcomeUnknown, PortError, RateLimited, Rejected, Unreachable
from chatops.ports.records import Records, Write
from teams_network.opening import CLAIM, KIND, Opening, Step, opening_of
from teams_network.own_rooms import Form
from teams_network.record_names import name_of

log = structlog.get_logger("teams")

SETTLED = 30.0
"""Seconds after which what was asked for and cannot be found has not happened: twice as long as a request may take."""

ENOUGH = 10.0
"""Seconds of one attempt after which no step is begun that must happen once: the engine waits 30 for all, a request takes
15 of them, and a step given up before it was sent would count as one that may have happened."""

KEPT = timedelta(days=60)
"""How long openings are remembered: twice as long as the engine keeps what it does."""

_PAGE = 200


class Look(Frozen, frozen=True, kw_only=True):
    """How to find out whether a step happened."""

    find: Callable[[datetime], Awaitable[Sequence[str]]]
    """(when it was asked for) → results it may have had, the likeliest first. Raises Rejected when nobody can look."""
    otherwise: str
    """What people can do when nobody can look."""


class Run:
    """One attempt at an opening. Every step is written down; another replica at the same opening is a Conflict."""

    def __init__(
        self, records: Records, clock: Clock, opening: Opening, version: int, *, settled: float, began: float
    ) -> None:
        """`began`: monotonic seconds."""
        self._records = records
        self._clock = clock
        self._version = version
        self._settled = timedelta(seconds=settled)
        self._began = began
        self.opening = opening

    async def begin(self) -> None:
        """Count the attempt."""
        await self._put(replace(self.opening, tries=self.opening.tries + 1))

    def result(self, name: str) -> str | None:
        """Return what a step came to, or None when it is not done."""
        step = self.opening.step(name)
        return step.result if step is not None and step.state == "done" else None

    async def once(self, name: str, act: Callable[[], Awaitable[str]], look: Look) -> str:
        """Do a step unless it is done; return its result, which names what was made in its last word.

        Raise OutcomeUnknown while it may be under way, Rejected when nobody can tell, RateLimited when this attempt has
        taken long enough, or what `act` raises.
        """
        before = self.opening.step(name)
        if before is not None and before.state == "done":
            return before.result
        if before is not None:
            found = await self._found(before, look)
            if found is not None:
                return found
        await self._ask(name)
        return await self._acted(name, act)

    async def again(self, name: str, act: Callable[[], Awaitable[str]]) -> str:
        """Do a step that may be repeated, unless it is done; return its result."""
        done = self.result(name)
        if done is not None:
            return done
        try:
            result = await act()
        except PortError as error:
            await self._put(replace(self.opening, problem=str(error)))
            raise
        await self._put(self._done(name, result))
        return result

    async def at_most_once(self, name: str, act: Callable[[], Awaitable[str]]) -> str:
        """Try a step that the room does without; return its result, or nothing when it failed or was cut off."""
        before = self.opening.step(name)
        if before is not None:
            return before.result
        await self._ask(name)
        try:
            result = await act()
        except PortError as error:
            log.warning("a room goes without", opening=self.opening.id, step=name, why=str(error))
            result = ""
        await self._put(self._done(name, result))
        return result

    async def finish(self, room: str) -> None:
        """The room is open."""
        await self._put(replace(self.opening, room=room, problem=""))

    async def _ask(self, name: str) -> None:
        """Write down that a step is asked for."""
        if self._clock.monotonic() - self._began >= ENOUGH:
            message = f"the opening goes on in a moment ({name})"
            await self._put(replace(self.opening, problem=message))
            raise RateLimited(message, retry_after=0.1)
        await self._put(self.opening.with_step(Step(name=name, state="asked", at=self._clock.now())))

    async def _acted(self, name: str, act: Callable[[], Awaitable[str]]) -> str:
        try:
            result = await act()
        except OutcomeUnknown as error:
            await self._put(replace(self.opening, problem=str(error)))
            raise
        except PortError as error:
            await self._put(self.opening.without(name, str(error)))
            raise
        await self._put(self._done(name, result), claim=result)
        return result

    async def _found(self, step: Step, look: Look) -> str | None:
        """Return what a step that may have happened has made, or None when it surely has not."""
        try:
            candidates = await look.find(step.at)
        except Rejected as error:
            message = f"whether an earlier attempt made the room is not known: {error} {look.otherwise}"
            await self._put(replace(self.opening, problem=message))
            raise Rejected(message, code="unknown") from error
        for candidate in candidates:
            try:
                await self._put(self._done(step.name, candidate), claim=candidate)
            except Conflict:
                continue
            log.info("what an earlier attempt made was found", opening=self.opening.id, step=step.name)
            return candidate
        if self._clock.now() < step.at + self._settled:
            message = f"an earlier attempt may still be under way ({step.name})"
            await self._put(replace(self.opening, problem=message))
            raise OutcomeUnknown(message)
        return None

    def _done(self, name: str, result: str) -> Opening:
        before = self.opening.step(name)
        at = self._clock.now() if before is None else before.at
        return self.opening.with_step(Step(name=name, state="done", at=at, result=result))

    async def _put(self, opening: Opening, *, claim: str = "") -> None:
        """Write it down. Raise Conflict when what is claimed is another opening's, Unreachable when we are not alone."""
        writes = [
            Write(
                kind=KIND,
                id=opening.id,
                body=msgspec.to_builtins(opening),
                columns=opening.columns,
                expected=self._version,
            )
        ]
        if claim:
            place, _space, thing = claim.rpartition(" ")
            body = {"opening": opening.id, "thing": thing, "at": self._clock.now().isoformat()}
            columns = {"place": name_of(place)}
            writes.append(Write(kind=CLAIM, id=name_of(thing), body=body, columns=columns, expected=0))
        try:
            self._version, *_claims = await self._records.write(*writes)
        except Conflict as error:
            now = await self._records.get(KIND, opening.id)
            if (0 if now is None else now.version) == self._version:
                raise
            message = "another replica is opening that room"
            raise Unreachable(message) from error
        self.opening = opening


class Saga:
    """Openings, by key."""

    def __init__(self, records: Records, clock: Clock, *, settled: float = SETTLED) -> None:
        self._records = records
        self._clock = clock
        self._settled = settled

    async def begin(self, key: str, form: Form, title: str, *, began: float) -> Run:
        """Take an opening up, or begin it; the attempt began at `began`, monotonic. Raise Unreachable when another replica
        is at it, Rejected for one whose record cannot be read.

        An opening that was begun keeps its form, whatever the settings say now.
        """
        id = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
        record = await self._records.get(KIND, id)
        known = None if record is None else opening_of(record)
        if record is not None and known is None:
            # Another version of the server has written it: begun anew, it might become a second room.
            message = f"what was written down of the opening {id[:12]} cannot be read"
            raise Rejected(message, code="unknown")
        version = 0 if record is None else record.version
        opening = known or Opening(id=id, form=form, title=title, since=self._clock.now())
        run = Run(self._records, self._clock, opening, version, settled=self._settled, began=began)
        if not opening.room:
            await run.begin()
        return run

    async def half_done(self) -> Sequence[Opening]:
        """Return the openings that have no room yet, the oldest first."""
        return [opening async for opening in self._all("open")]

    async def prune(self) -> int:
        """Forget what was begun longer ago than `KEPT`; return how many openings that were."""
        before = self._clock.now() - KEPT
        old: list[Opening] = []
        for state in ("open", "done"):
            old += [opening async for opening in self._all(state) if opening.since < before]
        for opening in old:
            await self._records.delete(KIND, opening.id)
        return len(old)

    async def _all(self, state: str) -> AsyncIterator[Opening]:
        offset = 0
        while page := await self._records.find(KIND, limit=_PAGE, offset=offset, state=state):
            offset += len(page)
            for record in page:
                opening = opening_of(record)
                if opening is not None:
                    yield opening
