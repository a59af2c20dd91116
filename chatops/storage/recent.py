"""What the one process that has the database knows by heart: aggregates as last committed, events just accepted.

Only for a store that no other process writes to. The database stays the truth: whatever is not known is read from it, and
a commit still compares versions with it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from chatops.core.commit import Commit, Stored
from chatops.ports.store import ClaimedEvent
from chatops.storage.lanes import Taken

MOST = 4096
"""Aggregates, and events, that are remembered."""

LONGEST = 16_384
"""Characters of a body that is remembered; longer ones are read each time."""

Key = tuple[str, str]


class RecentAggregates:
    """Aggregates by kind and id, those longest unused forgotten first. None stands for one that is known not to exist."""

    def __init__(self) -> None:
        self._known: OrderedDict[Key, Stored | None] = OrderedDict()
        self._asked: set[Key] = set()
        """What is being read and has not changed since the question was put."""

    def __contains__(self, key: Key) -> bool:
        return key in self._known

    def __getitem__(self, key: Key) -> Stored | None:
        self._known.move_to_end(key)
        return self._known[key]

    def ask(self, key: Key) -> None:
        """Say that the database is about to be asked."""
        self._asked.add(key)

    def read(self, key: Key, found: Stored | None) -> None:
        """Remember what was read, unless it has changed since `ask`."""
        if key in self._asked:
            self._keep(key, found)

    def committed(self, commit: Commit) -> None:
        """Remember what a commit has written."""
        for put in commit.puts:
            stored = Stored(kind=put.kind, id=put.id, version=put.expected + 1, body=put.body, keys=put.keys)
            self._keep((put.kind, put.id), stored)
        self.doubt((put.kind, put.id) for put in commit.ensures)

    def doubt(self, keys: Iterable[Key]) -> None:
        """Forget what a commit relied on or would have written: it failed, perhaps because of it."""
        for key in keys:
            self._known.pop(key, None)
            self._asked.discard(key)

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()
        self._asked.clear()

    def _keep(self, key: Key, found: Stored | None) -> None:
        self.doubt((key,))
        if found is not None and len(found.body) > LONGEST:
            return
        self._known[key] = found
        if len(self._known) > MOST:
            self._known.popitem(last=False)


class FreshEvents:
    """Events accepted by this process that nobody has worked on yet."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, ClaimedEvent] = OrderedDict()

    def accepted(self, events: Iterable[ClaimedEvent]) -> None:
        """Remember them."""
        for event in events:
            if len(event.body) <= LONGEST:
                self._known[event.seq] = event
        while len(self._known) > MOST:
            self._known.popitem(last=False)

    def take(self, taken: Sequence[Taken]) -> dict[int, ClaimedEvent]:
        """Return those of `taken` that are known, with their fences, and forget them: the next to ask reads."""
        known = ((claim, self._known.pop(claim.id, None)) for claim in taken)
        return {claim.id: _fenced(event, claim.fence) for claim, event in known if event is not None}

    def clear(self) -> None:
        """Forget everything."""
        self._known.clear()


def _fenced(event: ClaimedEvent, fence: int) -> ClaimedEvent:
    return ClaimedEvent(
        seq=event.seq,
        key=event.key,
        lane=event.lane,
        kind=event.kind,
        body=event.body,
        cause=event.cause,
        room=event.room,
        accepted_at=event.accepted_at,
        attempts=event.attempts,
        fence=fence,
    )
