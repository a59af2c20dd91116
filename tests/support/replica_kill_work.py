"""What replicas do while they are killed: each event counts in its lane, and tells the outside world once."""

from __future__ import annotations

import json
from typing import Any

from chatops.core.commit import Commit, InboxRow, OutboxRow, Put
from chatops.core.journal import NewEntry
from chatops.ports.store import ClaimedEvent, Store

STEP, FACT = "kill.step", "kill.fact"
"""Kinds of events: those accepted, and those that some of them give rise to."""

COUNT = "kill.count"
"""The kind of the aggregates that count."""

GROUPS = 8
"""Lanes that facts are told to, and counts that many lanes write."""

SHARING, TELLING = 3, 7
"""Of ten rounds, those whose events also write a count of many lanes, and those that tell a fact to another lane."""

SAYING = 2
"""Of so many rounds one has events that leave something to be sent."""


def lane(number: int) -> str:
    """Return the name of a lane."""
    return f"lane-{number:03}"


def step(number: int, turn: int) -> InboxRow:
    """Return the event of a lane in a round."""
    key = f"{lane(number)}/{turn:03}"
    body = json.dumps({"group": number % GROUPS, "turn": turn})
    return InboxRow(key=key, lane=lane(number), kind=STEP, body=body, cause=key)


def shared(group: int) -> str:
    """Return the name of a count that many lanes write."""
    return f"shared-{group}"


def total(group: int) -> str:
    """Return the lane that facts are told to."""
    return f"total-{group}"


async def unit(store: Store, event: ClaimedEvent, life: str) -> Commit:
    """Return what an event makes true. In its lane it relies on its turn, in what many lanes write on what it reads."""
    told = json.loads(event.body)
    counts = []
    if event.kind == FACT:
        counts.append(_counted(event.lane, await _read(store, event.lane)))
    else:
        counts.append(_counted(event.lane, told["turn"]))
        if told["turn"] % 10 == SHARING:
            counts.append(_counted(shared(told["group"]), await _read(store, shared(told["group"]))))
    payload = json.dumps({"key": event.key, "fence": event.fence, "life": life})
    return Commit(
        seq=event.seq,
        lane=event.lane,
        fence=event.fence,
        puts=tuple(counts),
        entries=(NewEntry(chain=event.lane, kind="note", payload=payload, salt="5a17" * 8),),
        outbox=(_post(event),) if event.kind == STEP and told["turn"] % SAYING == 0 else (),
        emitted=(_fact(event, told),) if event.kind == STEP and told["turn"] % 10 == TELLING else (),
    )


async def _read(store: Store, name: str) -> int:
    stored = await store.get(COUNT, name)
    return stored.version if stored is not None else 0


def _counted(name: str, before: int) -> Put:
    return Put(kind=COUNT, id=name, expected=before, body=json.dumps({"count": before + 1}))


def _post(event: ClaimedEvent) -> OutboxRow:
    return OutboxRow(
        key=f"{event.key}/out", target=event.lane, kind="kill.say", body=event.body, cause=event.key, lane=event.lane
    )


def _fact(event: ClaimedEvent, told: dict[str, Any]) -> InboxRow:
    key = f"{event.key}/fact"
    return InboxRow(key=key, lane=total(told["group"]), kind=FACT, body=event.body, cause=event.key)
