"""A room on a real homeserver is watched: people there talk to each other, and what they name is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix_people import Person
from matrix_story import house
from synapse_server import Login, Synapse

pytestmark = [pytest.mark.faults, pytest.mark.timeout(60)]


async def test_a_room_of_theirs_is_watched(tmp_path: Path, person: Person, synapse: Synapse, bot: Login) -> None:
    """The room is told; a case named in it is shown in the thread, once; then that is over."""
    async with house(tmp_path / "house", person, bot) as home:
        grace, katrin = home.grace, home.katrin
        await grace.says(home.lobby, "is demo:1004 the same?")
        await katrin.says(home.lobby, "!room watch")
        # It is told in her language, German.
        await grace.reads(home.lobby, "!room unwatch", "30")
        named = await grace.says(home.lobby, "and demo:1004?")
        card = await katrin.reads(home.lobby, "demo:1004 ·")
        assert card.thread == named
        await katrin.says(home.lobby, "!room unwatch")
        await grace.says(home.lobby, "and demo:1005?")
        await katrin.asks(home.lobby, "!room show", "30")
        seen = katrin.rooms[home.lobby]
        assert seen.shown("demo:1005") == ""
        assert sum(one.text.startswith("demo:1004 ·") for one in seen.messages.values()) == 1
