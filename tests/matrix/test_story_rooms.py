"""What happens to a swarm's room on a real homeserver, and what was written while the server was away."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

import pytest

from matrix_people import Person
from matrix_story import house
from synapse_server import Login, OwnSynapse, Synapse

pytestmark = [pytest.mark.faults, pytest.mark.timeout(60)]


async def test_a_swarm_put_out_of_its_room_comes_back(tmp_path: Path, person: Person, own_synapse: OwnSynapse) -> None:
    """It goes on where it began, its owner hears who did it; invited again it moves back, with its card."""
    # From room version 12 on nobody can put out who made the room.
    own = await asyncio.to_thread(own_synapse, extra={"default_room_version": "11"})
    bot = await asyncio.to_thread(own.register, "chatops")
    async with house(tmp_path / "house", person, bot, on=own) as home:
        grace, tobias = home.grace, home.tobias
        room = await home.swarm(tobias)
        levels = {**tobias.rooms[room].levels, "users": {tobias.id: 100, bot.user: 50}}
        path = f"/_matrix/client/v3/rooms/{quote(room)}/state/m.room.power_levels/"
        await asyncio.to_thread(own.call, "PUT", path, levels, token=bot.token)
        await tobias.person.kick(room, bot.user)

        chat = await grace.chat(home.bot)
        told = await grace.reads(chat, "Tobias Rösler took me out of the room of SW-1.", "It goes on where it began.")
        assert told.mentions == (grace.id,)
        await grace.reads(home.lobby, "SW-1 · refund loops", "Tobias Rösler")
        asked = await tobias.asks(home.lobby, "!swarm question SW-1 which provider?", "Q1 · which provider?")

        await tobias.person.invite(room, bot.user)
        await tobias.reads(home.lobby, "SW-1 is back in its own room.")
        card = await tobias.reads(room, "SW-1 · refund loops", "Q1")
        await tobias.sees(room, lambda seen: card.id in seen.pinned, "the card pinned")
        await tobias.says(room, "!answer Q1 the new one")
        await tobias.reads(room, "Q1 · which provider?", "Tobias Rösler: the new one")
        assert asked.thread is None


async def test_a_renewed_room_has_everybody_and_the_card(
    tmp_path: Path, person: Person, synapse: Synapse, bot: Login
) -> None:
    """People are invited into the new one, and commands there are the swarm's."""
    async with house(tmp_path / "house", person, bot) as home:
        grace, tobias = home.grace, home.tobias
        room = await home.swarm(tobias)
        path = f"/_matrix/client/v3/rooms/{quote(room)}/upgrade"
        await asyncio.to_thread(synapse.call, "POST", path, {"new_version": "12"}, token=bot.token)
        await grace.sees(room, lambda seen: seen.replaced_by, "that it was replaced")

        renewed = await tobias.comes_into("SW-1")
        assert renewed == grace.rooms[room].replaced_by
        assert await grace.comes_into("SW-1") == renewed
        await tobias.reads(renewed, "The room was renewed. SW-1 goes on here.")
        card = await tobias.reads(renewed, "SW-1 · refund loops", "Grace Whitfield (owner) · Tobias Rösler")
        await tobias.sees(renewed, lambda seen: seen.pinned == (card.id,), "the card pinned, and nothing else")
        await tobias.asks(renewed, "!frage Welcher Anbieter?", "Q1 · Welcher Anbieter?")


async def test_what_was_written_while_the_server_was_away(tmp_path: Path, person: Person, bot: Login) -> None:
    """Nothing is done behind anybody's back: it is asked by a reaction, once; what was taken back is not asked."""
    async with house(tmp_path / "house", person, bot, engine="late_after = 0.5") as home:
        grace, katrin = home.grace, home.katrin
        await asyncio.to_thread(home.server.stop)
        await grace.says(home.lobby, "!swarm open demo:1001 refund loops")
        await katrin.person.redact(home.lobby, await katrin.says(home.lobby, "!swarm open demo:1002 all is lost"))
        await katrin.says(home.lobby, "!swarm list")
        await asyncio.to_thread(home.server.start)

        question = await grace.reads(
            home.lobby, "Grace Whitfield: swarm open demo:1001 refund loops", "while I was away. Run it now?"
        )
        await katrin.reads(home.lobby, "Keine Schwärme")
        assert "Katrin Vogel:" not in katrin.rooms[home.lobby].text()
        await grace.presses(home.lobby, question, "Run it now")
        await grace.reads(home.lobby, "SW-1 is open: refund loops")
        assert await grace.comes_into("SW-1")
