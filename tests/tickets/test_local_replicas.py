"""Two replicas of the local ticket system on the same records."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from chatops.ports.tickets import Audience, NewTicket, WriteContext
from chatops.testing.records import MemoryRecords
from local_desk import LocalDesk, local_desk


@pytest.fixture
def desks(tmp_path: Path) -> tuple[LocalDesk, LocalDesk]:
    """Both, with nothing sown yet."""
    records = MemoryRecords()
    return local_desk(tmp_path, records=records), local_desk(tmp_path, records=records)


async def test_cases_have_numbers_of_their_own(desks: tuple[LocalDesk, LocalDesk]) -> None:
    """Also when both begin by sowing the seed at the same time."""
    made = await asyncio.gather(
        *(
            desk.plugin.system.create(NewTicket(subject=f"{n}"), WriteContext(key=f"{n}"))
            for n, desk in enumerate(desks * 10)
        )
    )
    assert len({ticket.ref.id for ticket in made}) == 20


async def test_one_key_makes_one_case(desks: tuple[LocalDesk, LocalDesk]) -> None:
    """Whichever replica is asked, and however often."""
    made = await asyncio.gather(
        *(desk.plugin.system.create(NewTicket(subject="once"), WriteContext(key="k")) for desk in desks * 3)
    )
    assert len({ticket.ref.id for ticket in made}) == 1


async def test_both_comment_on_one_case(desks: tuple[LocalDesk, LocalDesk]) -> None:
    """No comment gets lost, and each has a number of its own."""
    one, _two = desks
    case = await one.plugin.system.create(NewTicket(subject="busy"), WriteContext(key="k"))
    await asyncio.gather(
        *(
            desk.plugin.system.comment(case.ref, f"words {n}", Audience.INTERNAL, WriteContext(key=f"c{n}"))
            for n, desk in enumerate(desks * 5)
        )
    )
    comments = await one.plugin.system.comments(case.ref, limit=50)
    assert sorted(comment.text for comment in comments) == [f"words {n}" for n in range(10)]
