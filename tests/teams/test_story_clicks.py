"""Clicks through the real server: each has at most one effect, whoever sends it and however often."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from teams_simulator import TeamsSimulator
from teams_story import answer, clicks, comes_in, house, reference, sends

pytestmark = pytest.mark.timeout(60)


async def test_two_people_race_for_one_button(tmp_path: Path, simulator: TeamsSimulator) -> None:
    """One of them finishes the swarm, the other is told that it is closed; the case has one end."""
    async with house(tmp_path / "house", simulator) as home:
        grace, katrin = home.grace, home.katrin
        _opened, room = await home.swarm(katrin)
        await katrin.says("!solution unlock it", room)
        proposal = await grace.sees("proposes a solution", room)
        told = await asyncio.gather(*(clicks(one, "Done", proposal, room) for one in (grace, katrin)))

        words = sorted(answer(one) for one in told)
        assert words[0].startswith("SW-1 is closed. Thank you, Katrin Vogel!")
        assert words[1].startswith("SW-1 is closed; that does not work now.")
        page = await home.case("1001", "SW-1 is closed after")
        assert page.count("SW-1 is closed after") == 1
        await grace.sees("is closed. Thank you", room)
        said = [post for post in room.standing() if "is closed. Thank you" in str(post.activity)]
        assert len(said) == 1


@pytest.mark.faults
async def test_a_click_again_and_after_a_power_cut(tmp_path: Path, simulator: TeamsSimulator) -> None:
    """The second is told so; a card from before the cut goes on working; what nobody gave out does nothing."""
    async with house(tmp_path / "house", simulator, outside=["tobias"]) as home:
        tobias, katrin, lobby = home.tobias, home.katrin, home.lobby
        opened, room = await home.swarm(words="swarm open demo:1001 refund loops skills=webhooks")
        letter = await tobias.sees("bittet Sie um Hilfe")
        ref = reference(tobias, "Ich helfe", letter)
        assert "Sie sind dabei. Danke!" in answer(await sends(tobias, ref, letter))
        assert answer(await sends(tobias, ref, letter)) == "Sie sind schon in SW-1 dabei."
        await comes_in(tobias, room)

        await home.again(kill=True)
        assert answer(await sends(tobias, ref, letter)) == "Sie sind schon in SW-1 dabei."
        forged = answer(await sends(katrin, "a" * 26, opened, lobby))
        assert forged == "Diese Schaltfläche funktioniert nicht mehr.\nDer getippte Befehl funktioniert."
        assert katrin.user not in room.people
        joined = answer(await clicks(katrin, "Join", opened, lobby))
        assert joined == "Sie sind in SW-1 dabei. Der Raum steht Ihnen jetzt offen."
        await comes_in(katrin, room)
        assert [user.name for user in room.people].count("Tobias Rösler") == 1


@pytest.mark.faults
async def test_an_old_client(tmp_path: Path, simulator: TeamsSimulator) -> None:
    """A client that knows only the older buttons brings a click as a message; it does the same."""
    async with house(tmp_path / "house", simulator) as home:
        opened, room = await home.swarm()
        ref = reference(home.katrin, "Join", opened, home.lobby)
        await home.katrin.presses(ref, opened.id, home.lobby, old_client=True)
        await comes_in(home.katrin, room)
