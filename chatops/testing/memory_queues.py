"""The two queues of `MemoryStore`: events by lane, posts by target. Heads first, one at a time."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from chatops.core.commit import InboxRow, OutboxRow, Outcome
from chatops.core.frozen import replace
from chatops.errors import StaleUnit
from chatops.ports.store import ClaimedEvent, ClaimedPost, Mark, OutboxState, Sent


@dataclass
class QueuedEvent:
    """An inbox row and where it stands."""

    seq: int
    row: InboxRow
    accepted_at: datetime
    state: str = "ready"
    attempts: int = 0
    not_before: datetime | None = None
    fence: int = 0
    lease: datetime | None = None
    error: str = ""
    ended_at: datetime | None = None

    def seen(self) -> ClaimedEvent:
        """Return it as the engine sees it."""
        return ClaimedEvent(
            seq=self.seq,
            key=self.row.key,
            lane=self.row.lane,
            kind=self.row.kind,
            body=self.row.body,
            cause=self.row.cause,
            room=self.row.room,
            accepted_at=self.accepted_at,
            attempts=self.attempts,
            fence=self.fence,
        )


@dataclass
class QueuedPost:
    """An outbox row and where it stands."""

    id: int
    row: OutboxRow
    created_at: datetime
    state: OutboxState = "ready"
    attempts: int = 0
    resumed: bool = False
    plan: str | None = None
    not_before: datetime | None = None
    fence: int = 0
    lease: datetime | None = None
    remote: str | None = None
    reason: str | None = None
    ended_at: datetime | None = None

    @property
    def waiting(self) -> bool:
        """Whether it is still to be sent."""
        return self.state in {"ready", "sending"}

    def seen(self) -> ClaimedPost:
        """Return it as the sender sees it."""
        return ClaimedPost(
            id=self.id,
            key=self.row.key,
            target=self.row.target,
            kind=self.row.kind,
            body=self.row.body,
            cause=self.row.cause,
            lane=self.row.lane,
            slot=self.row.slot,
            bulk=self.row.bulk,
            attempts=self.attempts,
            resumed=self.resumed,
            plan=self.plan,
            fence=self.fence,
            created_at=self.created_at,
        )

    def sent(self) -> Sent:
        """Return it as ledgers see it."""
        return Sent(
            id=self.id,
            key=self.row.key,
            target=self.row.target,
            kind=self.row.kind,
            body=self.row.body,
            cause=self.row.cause,
            reply=self.row.reply,
            state=self.state,
            remote=self.remote,
            reason=self.reason,
        )


class _Queues:
    """Numbers in order, by name; empty queues vanish."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[int]] = {}

    def add(self, name: str, number: int) -> None:
        queue = self._queues.setdefault(name, deque())
        queue.append(number)
        if len(queue) > 1 and number < queue[-2]:
            self._queues[name] = deque(sorted(queue))

    def drop(self, name: str, number: int) -> None:
        queue = self._queues[name]
        queue.remove(number)
        if not queue:
            del self._queues[name]

    def heads(self) -> Iterator[int]:
        return (queue[0] for queue in self._queues.values())


class MemoryInbox:
    """Events by lane."""

    def __init__(self) -> None:
        self.rows: dict[int, QueuedEvent] = {}
        self.keys: dict[str, int] = {}
        self._spent: dict[str, datetime] = {}
        self.lanes_ever: set[str] = set()
        self._lanes = _Queues()
        self._working: dict[str, QueuedEvent] = {}
        self._numbers = itertools.count(1)
        self._fences = itertools.count(1)

    def add(self, row: InboxRow, now: datetime) -> bool:
        """Queue an event; False when its key was seen before."""
        if self.taken(row.key):
            return False
        seq = next(self._numbers)
        self.rows[seq] = QueuedEvent(seq=seq, row=row, accepted_at=now, not_before=row.not_before)
        self.keys[row.key] = seq
        self.lanes_ever.add(row.lane)
        self._lanes.add(row.lane, seq)
        return True

    def claim(self, *, limit: int, now: datetime, until: datetime) -> Sequence[ClaimedEvent]:
        """Take heads of lanes that nobody works on and that need not wait."""
        free = [
            event
            for event in (self.rows[seq] for seq in self._lanes.heads())
            if (event.not_before is None or event.not_before <= now) and not self._busy(event.row.lane, now)
        ]
        free.sort(key=lambda event: event.seq)
        for event in free[: max(limit, 0)]:
            self._working[event.row.lane] = event
            event.fence = next(self._fences)
            event.lease = until
        return [event.seen() for event in free[: max(limit, 0)]]

    def _busy(self, lane: str, now: datetime) -> bool:
        """Whether somebody works in the lane, perhaps on an event behind one that was put back."""
        working = self._working.get(lane)
        return working is not None and working.lease is not None and working.lease > now

    def held(self, seq: int, fence: int) -> QueuedEvent | None:
        """Return the event if `fence` is still its claim."""
        event = self.rows.get(seq)
        if event is None or event.state != "ready" or event.fence != fence or event.lease is None:
            return None
        return event

    def end(self, event: QueuedEvent, outcome: Outcome, now: datetime) -> None:
        """Record what became of an event."""
        event.lease = None
        event.error = outcome.error or ""
        if outcome.state == "retry":
            event.attempts += 1
            event.not_before = outcome.not_before
            return
        event.state = outcome.state
        event.ended_at = now
        self._lanes.drop(event.row.lane, event.seq)

    def replay(self, key: str) -> bool:
        """Queue a dead event again, in its old place."""
        event = self.rows.get(self.keys.get(key, -1))
        if event is None or event.state != "dead":
            return False
        event.state, event.attempts, event.not_before, event.lease = "ready", 0, None, None
        self._lanes.add(event.row.lane, event.seq)
        return True

    def taken(self, key: str) -> bool:
        """Whether an event of that key was ever accepted, as far as is known."""
        return key in self.keys or key in self._spent

    def drop(self, key: str, now: datetime) -> bool:
        """Settle a dead event."""
        event = self.rows.get(self.keys.get(key, -1))
        if event is None or event.state != "dead":
            return False
        event.state, event.ended_at = "done", now
        return True

    def release(self) -> None:
        """End every claim."""
        for event in self.rows.values():
            event.lease = None

    def purge(self, before: datetime, now: datetime) -> int:
        """Forget what was done before; the keys stay taken."""
        old = [e for e in self.rows.values() if e.state == "done" and e.ended_at is not None and e.ended_at < before]
        for event in old:
            del self.rows[event.seq], self.keys[event.row.key]
            self._spent[event.row.key] = now
        return len(old)

    def forget_keys(self, before: datetime) -> int:
        """Give the keys free that were purged before."""
        return _forgotten(self._spent, before)


class MemoryOutbox:
    """Posts by target."""

    def __init__(self) -> None:
        self.rows: dict[int, QueuedPost] = {}
        self._keys: dict[str, int] = {}
        self._spent: dict[str, datetime] = {}
        self._targets = _Queues()
        self._working: dict[str, QueuedPost] = {}
        self._numbers = itertools.count(1)
        self._fences = itertools.count(1)

    def add(self, row: OutboxRow, now: datetime) -> None:
        """Queue a post. A key seen before is dropped."""
        if row.key in self._keys or row.key in self._spent:
            return
        id_ = next(self._numbers)
        self.rows[id_] = QueuedPost(id=id_, row=row, created_at=now)
        self._keys[row.key] = id_
        self._targets.add(row.target, id_)

    def claim(
        self, *, limit: int, now: datetime, until: datetime, bulk: bool, kinds: Collection[str] | None
    ) -> Sequence[ClaimedPost]:
        """Take heads of targets that nobody sends to and that need not wait."""
        free = [
            post
            for post in (self.rows[id_] for id_ in self._targets.heads())
            if (bulk or not post.row.bulk)
            and (kinds is None or post.row.kind in kinds)
            and (post.not_before is None or post.not_before <= now)
            and not self._busy(post.row.target, now)
        ]
        free.sort(key=lambda post: post.id)
        return [self._take(post, until) for post in free[: max(limit, 0)]]

    def held(self, id_: int, fence: int) -> QueuedPost:
        """Return the post if `fence` is still its claim. Raise StaleUnit."""
        post = self.rows.get(id_)
        if post is None or post.state != "sending" or post.fence != fence or post.lease is None:
            raise StaleUnit("fence", str(id_))  # noqa: EM101 - a code, not a sentence
        return post

    def mark(self, mark: Mark, now: datetime) -> QueuedPost:
        """Record what became of a send."""
        post = self.held(mark.id, mark.fence)
        post.lease = None
        post.state = mark.state
        post.resumed = False
        post.remote = mark.remote or post.remote
        post.reason = mark.reason
        post.not_before = mark.not_before
        if mark.rewritten is not None:
            post.row = replace(post.row, body=mark.rewritten)
        if mark.state != "ready":
            post.ended_at = now
            self._targets.drop(post.row.target, post.id)
        return post

    def replay(self, key: str) -> bool:
        """Queue a dead post again, in its old place."""
        post = self.rows.get(self._keys.get(key, -1))
        if post is None or post.state not in {"dead", "failed", "unknown"}:
            return False
        post.state, post.attempts, post.not_before, post.lease = "ready", 0, None, None
        self._targets.add(post.row.target, post.id)
        return True

    def drop(self, key: str, now: datetime) -> bool:
        """Settle a dead post."""
        post = self.rows.get(self._keys.get(key, -1))
        if post is None or post.state not in {"dead", "failed", "unknown"}:
            return False
        post.state, post.ended_at = "dropped", now
        return True

    def resume(self) -> None:
        """Free what a dead process was sending."""
        for post in self.rows.values():
            if post.state == "sending":
                post.lease = None
                post.resumed = True

    def purge(self, before: datetime, now: datetime) -> int:
        """Forget what was sent before; the keys stay taken."""
        settled = (p for p in self.rows.values() if p.state in {"sent", "unknown", "dropped"})
        old = [p for p in settled if p.ended_at is not None and p.ended_at < before]
        for post in old:
            del self.rows[post.id], self._keys[post.row.key]
            self._spent[post.row.key] = now
        return len(old)

    def forget_keys(self, before: datetime) -> int:
        """Give the keys free that were purged before."""
        return _forgotten(self._spent, before)

    def _busy(self, target: str, now: datetime) -> bool:
        """Whether somebody sends to the target, perhaps a post behind one that was put back."""
        working = self._working.get(target)
        return working is not None and working.lease is not None and working.lease > now

    def _take(self, post: QueuedPost, until: datetime) -> ClaimedPost:
        self._working[post.row.target] = post
        # A row already `sending` is here because the lease of whoever sent it has run out.
        post.resumed = post.resumed or post.state == "sending"
        post.state, post.fence, post.lease = "sending", next(self._fences), until
        claimed = post.seen()
        post.attempts += 1
        return claimed


def _forgotten(spent: dict[str, datetime], before: datetime) -> int:
    old = [key for key, at in spent.items() if at < before]
    for key in old:
        del spent[key]
    return len(old)
