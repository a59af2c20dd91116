"""Writes under a few keys, in any order and any number, leave what each key's first write made."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.errors import Invalid
from chatops.ports.tickets import Audience, NewTicket, Status, TicketPatch, WriteContext
from chatops.testing.records import MemoryRecords
from local_desk import local_desk

NOWHERE = Path("/nonexistent")
"""Without a seed the system reads no file."""

KEYS = st.sampled_from(["a", "b", "c", "d"])
TEXTS = st.sampled_from(["one", "two", "three"])
STATUSES = st.sampled_from([Status.OPEN, Status.WAITING, Status.RESOLVED])


@settings(max_examples=60, deadline=None)
@given(writes=st.lists(st.tuples(KEYS, TEXTS), max_size=12), together=st.booleans())
def test_each_key_writes_one_comment(writes: list[tuple[str, str]], together: bool) -> None:  # noqa: FBT001
    """One after the other or all at once: as many comments as keys, with the first text of each."""

    async def scene() -> list[str]:
        system = local_desk(NOWHERE, seed=None, demo=False).plugin.system
        ticket = (await system.create(NewTicket(subject="x"), WriteContext(key="new"))).ref
        acts = (system.comment(ticket, text, Audience.INTERNAL, WriteContext(key=key)) for key, text in writes)
        if together:
            await asyncio.gather(*acts)
        else:
            for act in acts:
                await act
        return [comment.text for comment in await system.comments(ticket, limit=100)]

    firsts: dict[str, str] = {}
    for key, text in writes:
        firsts.setdefault(key, text)
    assert sorted(asyncio.run(scene())) == sorted(firsts.values())


@settings(max_examples=60, deadline=None)
@given(writes=st.lists(st.tuples(KEYS, STATUSES), min_size=1, max_size=12))
def test_a_late_repetition_changes_nothing(writes: list[tuple[str, Status]]) -> None:
    """The status is that of the last key that was new, also after a restart in between."""

    async def scene() -> Status:
        records = MemoryRecords()
        first = local_desk(NOWHERE, seed=None, records=records, demo=False).plugin.system
        ticket = (await first.create(NewTicket(subject="x"), WriteContext(key="new"))).ref
        for key, status in writes:
            restarted = local_desk(NOWHERE, seed=None, records=records, demo=False).plugin.system
            await restarted.update(ticket, TicketPatch(status=status), WriteContext(key=key))
        return (await first.get(ticket)).status

    seen: dict[str, Status] = {}
    for key, status in writes:
        seen.setdefault(key, status)
    assert asyncio.run(scene()) is list(seen.values())[-1]


async def test_a_key_is_for_one_thing(tmp_path: Path) -> None:
    """Using it for something else is a mistake, and is said to be one."""
    system = local_desk(tmp_path, seed=None).plugin.system
    context = WriteContext(key="k")
    ticket = (await system.create(NewTicket(subject="x"), context)).ref
    with pytest.raises(Invalid) as refused:
        await system.comment(ticket, "Hello", Audience.INTERNAL, context)
    assert "key" in refused.value.fields
    assert not await system.comments(ticket)
