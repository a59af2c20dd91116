"""The main job on a real homeserver, through the real server: three people at their clients, from question to solution."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix_people import Person, Refused
from matrix_story import house
from synapse_server import Login

pytestmark = pytest.mark.timeout(60)


async def test_a_swarm_by_three_people(tmp_path: Path, person: Person, bot: Login) -> None:
    """Reactions are the buttons, threads stay threads, each reads alone in their own language; the case knows the end."""
    async with house(tmp_path / "house", person, bot) as home:
        grace, tobias, katrin = home.grace, home.tobias, home.katrin
        await grace.asks(home.lobby, "!swarm open demo:1001 refund loops skills=webhooks", "SW-1 is open")
        room = await grace.comes_into("SW-1")
        card = await grace.reads(room, "SW-1 · refund loops", "asked: Tobias Rösler")
        assert "`!swarm invite SW-1 …`" in card.text

        chat = await tobias.chat(home.bot)
        letter = await tobias.reads(chat, "Grace Whitfield bittet Sie um Hilfe: refund loops")
        assert letter.mentions == (tobias.id,)
        await tobias.presses(chat, letter, "Ich helfe")
        await tobias.reads(chat, "Sie sind dabei. Danke!")
        assert await tobias.comes_into("SW-1") == room
        await katrin.presses(home.lobby, await katrin.reads(home.lobby, "SW-1 is open"), "Join")
        assert await katrin.comes_into("SW-1") == room
        await grace.reads(room, "SW-1 · refund loops", "Tobias Rösler, Katrin Vogel")

        # A German asks in the room, whose language is that of who opened it; the answer reaches him.
        asked = await tobias.asks(room, "!frage Welcher Anbieter?", "Q1 · Welcher Anbieter?", "Tobias Rösler asks")
        await grace.says(room, "!answer the new one")
        await tobias.reads(room, "Q1 · Welcher Anbieter?", "Grace Whitfield: the new one")
        assert tobias.rooms[room].messages[asked.id].mentions == (tobias.id,)

        # What is asked in a thread is answered there.
        root = await grace.says(room, "the job runs every night")
        shown = await katrin.asks(room, "!zeigen", "SW-1 · refund loops", thread=root)
        question = await katrin.asks(room, "!question who deployed last?", "Q2 · who deployed last?", thread=root)
        await tobias.says(room, "!antwort Q2 Marcus", thread=root)
        await katrin.reads(room, "Q2", "Tobias Rösler: Marcus")
        assert {shown.thread, question.thread} == {root}

        proposal = await tobias.asks(room, "!lösung Sperre lösen, Lauf wiederholen", "proposes a solution", "Sperre")
        assert proposal.mentions == (grace.id,)
        await grace.presses(room, await grace.reads(room, "proposes a solution"), "Done")
        await grace.presses(room, await grace.reads(room, "Finish SW-1"), "Finish, and draft an article")
        await grace.reads(room, "SW-1 is closed. Thank you, Tobias Rösler, Katrin Vogel!")
        last = await grace.reads(room, "Solved: Sperre lösen", "ticket status ✓", "article KB9 ✓", "Ended:")
        assert grace.rooms[room].pinned == (last.id,)
        assert last.buttons == {}

        page = await home.written("1001", "Grace Whitfield opened SW-1: refund loops", "SW-1 is closed after")
        assert "Together: Grace Whitfield, Tobias Rösler, Katrin Vogel." in page
        for seat in home.seats.values():
            await seat.sees(room, lambda seen: seen.levels.get("events_default") == 100, "that it is closed")
            with pytest.raises(Refused) as closed:
                await seat.says(room, "one more thing")
            assert closed.value.code == "M_FORBIDDEN"


@pytest.mark.faults
async def test_who_comes_and_goes_by_themselves(tmp_path: Path, person: Person, bot: Login) -> None:
    """Knocking, being let in by a colleague, leaving, being put out by the owner: the swarm follows."""
    async with house(tmp_path / "house", person, bot) as home:
        grace, tobias, katrin = home.grace, home.tobias, home.katrin
        room = await home.swarm()

        await tobias.person.knock(room)
        await tobias.comes_into("SW-1")
        briefing = await tobias.reads(await tobias.chat(home.bot), "SW-1 · refund loops")
        assert "Wer: Grace Whitfield (zuständig) · Tobias Rösler" in briefing.text

        await grace.person.invite(room, katrin.id)
        await katrin.comes_into("SW-1")
        await grace.reads(room, "SW-1 · refund loops", "Tobias Rösler, Katrin Vogel")
        await katrin.person.leave(room)
        await grace.sees(room, lambda seen: seen.members[katrin.id] == "leave", "Katrin leave")
        await grace.until(
            lambda: "Katrin" not in grace.rooms[room].shown("SW-1 · refund loops"), "the card without her"
        )

        await grace.asks(room, "!swarm show", "Grace Whitfield (owner) · Tobias Rösler")
        await katrin.asks(home.lobby, "!swarm join SW-1", "Sie sind in SW-1 dabei.")
        assert await katrin.comes_into("SW-1") == room


@pytest.mark.faults
async def test_a_private_swarm(tmp_path: Path, person: Person, bot: Login) -> None:
    """Nobody who was not asked hears of it or comes in, and the owner is told of attempts."""
    async with house(tmp_path / "house", person, bot) as home:
        grace, tobias, katrin = home.grace, home.tobias, home.katrin
        await grace.says(home.lobby, '!swarm open demo:1001 "refund loops" private')
        chat = await grace.chat(home.bot)
        await grace.reads(chat, "SW-1 is open: refund loops")
        room = await grace.comes_into("SW-1")
        await katrin.asks(home.lobby, "!swarm list", "Keine Schwärme")
        assert "is open" not in katrin.rooms[home.lobby].text()

        with pytest.raises(Refused):
            await tobias.person.knock(room)
        await tobias.asks(home.lobby, "!swarm join SW-1", "Den Schwarm SW-1 gibt es nicht.")
        with pytest.raises(Refused):
            await grace.person.invite(room, tobias.id)
        await grace.asks(room, "!swarm invite tobias you know the webhooks", "Asked: Tobias Rösler")
        tobias_chat = await tobias.chat(home.bot)
        letter = await tobias.reads(tobias_chat, "bittet Sie um Hilfe", "you know the webhooks")
        await tobias.presses(tobias_chat, letter, "Ich helfe")
        assert await tobias.comes_into("SW-1") == room
        await tobias.asks(room, "!lösung die Sperre lösen", "proposes a solution", "die Sperre lösen")


@pytest.mark.faults
async def test_somebody_says_not_now(tmp_path: Path, person: Person, bot: Login) -> None:
    """By a reaction, or in German; who asked is told in the room's card, and others are offered."""
    async with house(tmp_path / "house", person, bot) as home:
        grace, tobias, katrin = home.grace, home.tobias, home.katrin
        room = await home.swarm()
        pill = f'!swarm invite <a href="https://matrix.to/#/{tobias.id}">Tobi 🦊</a>: you know webhooks'
        await grace.says(room, "!swarm invite Tobi 🦊: you know webhooks", html=pill, mentions=[tobias.id])
        chat = await tobias.chat(home.bot)
        await tobias.presses(chat, await tobias.reads(chat, "bittet Sie um Hilfe"), "Jetzt nicht")
        await tobias.reads(chat, "Sie haben abgesagt")
        told = await grace.reads(await grace.chat(home.bot), "SW-1: nobody is left to ask (Tobias Rösler)")
        assert told.mentions == (grace.id,)

        await grace.says(room, f"!invite {katrin.id} payments", mentions=[katrin.id])
        katrin_chat = await katrin.chat(home.bot)
        await katrin.reads(katrin_chat, "bittet Sie um Hilfe", "payments")
        await katrin.says(katrin_chat, "ablehnen feierabend")
        await grace.reads(await grace.chat(home.bot), "nobody is left to ask", "Katrin Vogel: off shift")
