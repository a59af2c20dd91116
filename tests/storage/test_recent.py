"""What SQLite's store knows by heart is never older than what is committed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core.commit import Commit, Put, Stored
from chatops.ports.store import ClaimedEvent
from chatops.storage.lanes import Taken
from chatops.storage.recent import LONGEST, FreshEvents, RecentAggregates
from chatops.testing.clock import ManualClock

KEY = ("thing", "1")


def stored(version: int) -> Stored:
    """Return the thing as of a version."""
    return Stored(kind="thing", id="1", version=version, body=f"v{version}")


def put(version: int) -> Commit:
    """Return the commit that makes it that version."""
    return Commit(seq=1, lane="l", fence=1, puts=(Put(kind="thing", id="1", expected=version - 1, body=f"v{version}"),))


@given(st.lists(st.sampled_from(["ask", "read", "commit", "doubt", "clear"]), max_size=40))
@settings(max_examples=50)
def test_what_is_remembered_is_what_is_committed(steps: list[str]) -> None:
    """Whatever the order of questions, answers and commits: a known thing is the newest, however old an answer is."""
    recent, version, asked = RecentAggregates(), 1, 1
    for step in steps:
        match step:
            case "ask":
                recent.ask(KEY)
                asked = version
            case "read":
                recent.read(KEY, stored(asked))
            case "commit":
                version += 1
                recent.committed(put(version))
            case "doubt":
                recent.doubt([KEY])
            case _:
                recent.clear()
        if KEY in recent:
            assert recent[KEY] == stored(version)


def test_what_is_not_there_is_known_until_it_is_made() -> None:
    """That nothing has an id is remembered, too; a commit that makes it puts an end to that."""
    recent = RecentAggregates()
    recent.ask(KEY)
    recent.read(KEY, None)
    assert KEY in recent
    assert recent[KEY] is None
    recent.committed(Commit(seq=1, lane="l", fence=1, ensures=(Put(kind="thing", id="1", expected=0, body="x"),)))
    assert KEY not in recent


def test_long_bodies_are_read_each_time() -> None:
    """What would take much memory is not remembered, and neither is what it replaced."""
    recent = RecentAggregates()
    recent.committed(put(1))
    long = Put(kind="thing", id="1", expected=1, body="x" * (LONGEST + 1))
    recent.committed(Commit(seq=1, lane="l", fence=1, puts=(long,)))
    assert KEY not in recent


def event(seq: int, body: str = "{}") -> ClaimedEvent:
    """Return an event nobody has a claim on."""
    return ClaimedEvent(
        seq=seq,
        key=f"k{seq}",
        lane="l",
        kind="thing",
        body=body,
        cause=f"k{seq}",
        room=None,
        accepted_at=ManualClock().now(),
        attempts=0,
        fence=0,
    )


def test_fresh_events_are_given_out_once_with_their_fence() -> None:
    """The first to claim one gets it as it was accepted; whoever claims it again has to read it."""
    fresh = FreshEvents()
    fresh.accepted([event(1), event(2, "x" * (LONGEST + 1))])
    taken = [Taken(id=1, fence=7), Taken(id=2, fence=8), Taken(id=3, fence=9)]
    assert {seq: one.fence for seq, one in fresh.take(taken).items()} == {1: 7}
    assert fresh.take(taken) == {}
