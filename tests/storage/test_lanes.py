"""The line in memory hands out what a plain model says, whatever happens in whatever order."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chatops.errors import StaleUnit
from chatops.storage.lanes import Lanes, Open
from chatops.testing.clock import START

LEASE = timedelta(seconds=30)


class LanesMachine(RuleBasedStateMachine):
    """Rows come, are claimed, done, put back, expire; the model looks at all rows each time."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes: Lanes[str] = Lanes()
        self.lanes.start(1)
        self.now = START
        self.rows: dict[int, Open[str]] = {}
        self.claims: dict[str, tuple[int, int, datetime]] = {}
        self.fences: list[int] = []
        self.gone: list[int] = []

    def free_heads(self, tags: str) -> dict[str, int]:
        heads: dict[str, int] = {}
        for lane in {row.lane for row in self.rows.values()}:
            claim = self.claims.get(lane)
            head = self.rows[min(id_ for id_, row in self.rows.items() if row.lane == lane)]
            busy = claim is not None and claim[2] > self.now
            rests = head.not_before is not None and head.not_before > self.now
            if not busy and not rests and head.tag in tags:
                heads[lane] = head.id
        return heads

    @rule(lane=st.sampled_from("abc"), tag=st.sampled_from("xy"), wait=st.sampled_from([None, 0, 20, 60]))
    def add(self, lane: str, tag: str, wait: int | None) -> None:
        id_ = max([*self.rows, *self.gone], default=0) + 1
        at = None if wait is None else self.now + timedelta(seconds=wait)
        self.rows[id_] = Open(id=id_, lane=lane, tag=tag, not_before=at)
        self.lanes.add(self.rows[id_])
        self.lanes.add(self.rows[id_])

    @precondition(lambda self: self.gone)
    @rule(data=st.data(), lane=st.sampled_from("abc"))
    def replay(self, data: st.DataObject, lane: str) -> None:
        """A row given up comes back, before newer ones."""
        id_ = data.draw(st.sampled_from(self.gone))
        self.gone.remove(id_)
        self.rows[id_] = Open(id=id_, lane=lane, tag="x")
        self.lanes.add(self.rows[id_])

    @rule(limit=st.integers(0, 4), tags=st.sampled_from(["x", "y", "xy"]))
    def take(self, limit: int, tags: str) -> None:
        heads = self.free_heads(tags)
        taken = self.lanes.take(limit=limit, now=self.now, lease=LEASE, wanted=lambda tag: tag in tags)
        assert len(taken) == min(limit, len(heads))
        for claim in taken:
            lane = self.rows[claim.id].lane
            assert heads[lane] == claim.id
            self.claims[lane] = (claim.id, claim.fence, self.now + LEASE)
            self.fences.append(claim.fence)
        assert self.fences == sorted(set(self.fences))

    @rule(seconds=st.sampled_from([1, 10, 30, 60]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), what=st.sampled_from(["done", "again", "later", "let go", "renew"]))
    def end(self, data: st.DataObject, what: str) -> None:
        """A worker ends a claim, or keeps it; one that nobody took over meanwhile may be late."""
        lane = data.draw(st.sampled_from(sorted(self.claims)))
        id_, fence, until = self.claims[lane]
        if until <= self.now:
            return
        if what == "renew":
            assert self.lanes.renew(id_, fence, self.now + LEASE)
            self.claims[lane] = (id_, fence, self.now + LEASE)
            return
        ran = self.lanes.hold(id_, fence)
        assert ran == until
        if what == "let go":
            self.lanes.let_go(id_, fence, ran)
            return
        del self.claims[lane]
        if what == "done":
            self.lanes.done(id_)
            del self.rows[id_]
            self.gone.append(id_)
        else:
            at = self.now + timedelta(seconds=20) if what == "later" else None
            self.lanes.again(id_, at)
            row = self.rows[id_]
            self.rows[id_] = Open(id=id_, lane=row.lane, tag=row.tag, not_before=at)

    @rule()
    def the_database_is_asked_again(self) -> None:
        self.lanes.reconcile(list(self.rows.values()))

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def the_database_knows_better(self, data: st.DataObject) -> None:
        """A row turns out to be done; who works on it finds out."""
        id_ = data.draw(st.sampled_from(sorted(self.rows)))
        row = self.rows.pop(id_)
        self.gone.append(id_)
        self.lanes.reconcile(list(self.rows.values()))
        claim = self.claims.get(row.lane)
        if claim is not None and claim[0] == id_:
            del self.claims[row.lane]
            with pytest.raises(StaleUnit):
                self.lanes.hold(id_, claim[1])

    @invariant()
    def nothing_is_lost(self) -> None:
        assert len(self.lanes) == len(self.rows)


TestLanes = LanesMachine.TestCase
TestLanes.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


def test_holding_keeps_a_claim_from_running_out() -> None:
    """While the outcome is being written nobody else gets the row, however long that takes."""
    lanes: Lanes[None] = Lanes()
    lanes.add(Open(id=1, lane="a", tag=None))
    (claim,) = lanes.take(limit=1, now=START, lease=LEASE)
    until = lanes.hold(claim.id, claim.fence)

    assert not lanes.take(limit=1, now=START + 10 * LEASE, lease=LEASE)
    lanes.let_go(claim.id, claim.fence, until)
    assert [again.id for again in lanes.take(limit=1, now=START + 10 * LEASE, lease=LEASE)] == [1]


def test_longest_waiting_first() -> None:
    """Lanes take turns: one with much to do does not keep the others waiting."""
    lanes: Lanes[None] = Lanes()
    for n in range(1, 10):
        lanes.add(Open(id=n, lane="busy", tag=None))
    lanes.add(Open(id=10, lane="quiet", tag=None))
    served = []
    for _ in range(2):
        (claim,) = lanes.take(limit=1, now=START, lease=LEASE)
        served.append(claim.id)
        lanes.done(claim.id)
    assert served == [1, 10]
