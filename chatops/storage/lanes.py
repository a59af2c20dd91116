"""Which open row of each lane comes next, and who works on it: kept in memory by the one process that has the database.

The inbox has its lanes here, the outbox its targets. The database stays the truth about what is open; leases and fences
live only here, and fences grow over restarts because each starts from a new epoch.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from chatops.errors import StaleUnit

EPOCH = 1 << 32
"""Fences one start of the program can give out."""

TagT = TypeVar("TagT", bound=Hashable)

_FENCE = "fence"
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Open(Generic[TagT]):
    """A row that is still to be dealt with. Rows of one `tag` are taken by the same workers."""

    id: int
    lane: str
    tag: TagT
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A head that has been claimed."""

    id: int
    fence: int


@dataclass(slots=True)
class _Claim:
    id: int
    fence: int
    until: datetime


@dataclass(slots=True)
class _Lane:
    waiting: list[int] = field(default_factory=list)
    """Heap of the ids that nobody works on."""
    claim: _Claim | None = None
    line: dict[str, int] | None = None
    """The line of ready lanes it stands in."""


class Lanes(Generic[TagT]):
    """Hands out the oldest open row of each lane, one at a time per lane, longest waiting lane first."""

    def __init__(self) -> None:
        self._rows: dict[int, Open[TagT]] = {}
        self._lanes: dict[str, _Lane] = {}
        self._ready: dict[TagT, dict[str, int]] = {}
        self._turn = itertools.count()
        self._later: list[tuple[datetime, str]] = []
        self._epoch = 0
        self._fences = itertools.count(1)

    def start(self, epoch: int) -> None:
        """Give out the fences of `epoch` from now on. Harmless when it has been said before."""
        if epoch != self._epoch:
            self._epoch = epoch
            self._fences = itertools.count(epoch * EPOCH + 1)

    def add(self, row: Open[TagT]) -> None:
        """Put a row in line. One that is there already stays as it is."""
        if row.id in self._rows:
            return
        self._rows[row.id] = row
        lane = self._lanes.setdefault(row.lane, _Lane())
        heapq.heappush(lane.waiting, row.id)
        if lane.waiting[0] == row.id:
            self._settle(row.lane, lane)

    def take(
        self, *, limit: int, now: datetime, lease: timedelta, wanted: Callable[[TagT], bool] | None = None
    ) -> list[Taken]:
        """Claim up to `limit` heads whose tag is `wanted` and whose time has come."""
        self._wake(now)
        lines = [line for tag, line in self._ready.items() if line and (wanted is None or wanted(tag))]
        turns = heapq.merge(*([(turn, name) for name, turn in line.items()] for line in lines))
        names = [name for _turn, name in itertools.islice(turns, max(limit, 0))]
        return [self._claim(name, now + lease) for name in names]

    def renew(self, id: int, fence: int, until: datetime) -> bool:
        """Keep a claim until then. False when it is no longer held."""
        claim = self._held(id, fence)
        if claim is None:
            return False
        claim.until = until
        self._later_for(self._rows[id].lane, until)
        return True

    def hold(self, id: int, fence: int) -> datetime:
        """Keep a claim from running out while its outcome is being written; return until when it ran.

        Raise StaleUnit when it is no longer held. Followed by `done`, `again` or `let_go`.
        """
        claim = self._held(id, fence)
        if claim is None:
            raise StaleUnit(_FENCE, str(id))
        ran_until, claim.until = claim.until, _NEVER
        return ran_until

    def let_go(self, id: int, fence: int, until: datetime) -> None:
        """End `hold` with nothing written: the claim runs until `until` again."""
        self.renew(id, fence, until)

    def done(self, id: int) -> None:
        """Take a row out of the line; the next of its lane may go."""
        row = self._rows.pop(id, None)
        if row is None:
            return
        lane = self._lanes[row.lane]
        if lane.claim is not None and lane.claim.id == id:
            lane.claim = None
        else:
            lane.waiting.remove(id)
            heapq.heapify(lane.waiting)
        self._settle(row.lane, lane)

    def again(self, id: int, not_before: datetime | None) -> None:
        """End a claim; the row stays the head of its lane and rests until `not_before`."""
        row = self._rows.get(id)
        if row is None:
            return
        lane = self._lanes[row.lane]
        if lane.claim is not None and lane.claim.id == id:
            lane.claim = None
            heapq.heappush(lane.waiting, id)
        self._rows[id] = Open(id=id, lane=row.lane, not_before=not_before, tag=row.tag)
        self._settle(row.lane, lane)

    def reconcile(self, rows: Iterable[Open[TagT]]) -> None:
        """Make the line what the database says it is; claims on rows that are still open stay."""
        present = {row.id: row for row in rows}
        for gone in self._rows.keys() - present.keys():
            self.done(gone)
        for row in present.values():
            self.add(row)

    def next_time(self) -> datetime | None:
        """Return when a row may become claimable by time alone."""
        return self._later[0][0] if self._later else None

    def __len__(self) -> int:
        return len(self._rows)

    # inside

    def _held(self, id_: int, fence: int) -> _Claim | None:
        row = self._rows.get(id_)
        claim = None if row is None else self._lanes[row.lane].claim
        return claim if claim is not None and (claim.id, claim.fence) == (id_, fence) else None

    def _claim(self, name: str, until: datetime) -> Taken:
        lane = self._lanes[name]
        claim = _Claim(id=heapq.heappop(lane.waiting), fence=next(self._fences), until=until)
        lane.claim = claim
        self._settle(name, lane)
        return Taken(id=claim.id, fence=claim.fence)

    def _settle(self, name: str, lane: _Lane, now: datetime | None = None) -> None:
        """Put a lane where its head belongs: among the ready, among the later, or nowhere."""
        if lane.line is not None:
            del lane.line[name]
            lane.line = None
        if lane.claim is not None:
            self._later_for(name, lane.claim.until)
        elif lane.waiting:
            head = self._rows[lane.waiting[0]]
            if head.not_before is not None and (now is None or head.not_before > now):
                self._later_for(name, head.not_before)
            else:
                lane.line = self._ready.setdefault(head.tag, {})
                lane.line[name] = next(self._turn)
        else:
            del self._lanes[name]

    def _later_for(self, name: str, at: datetime) -> None:
        if at != _NEVER:
            heapq.heappush(self._later, (at, name))

    def _wake(self, now: datetime) -> None:
        while self._later and self._later[0][0] <= now:
            name = heapq.heappop(self._later)[1]
            lane = self._lanes.get(name)
            if lane is None or lane.line is not None:
                continue
            if lane.claim is not None:
                if lane.claim.until > now:
                    continue
                heapq.heappush(lane.waiting, lane.claim.id)
                lane.claim = None
            self._settle(name, lane, now)
