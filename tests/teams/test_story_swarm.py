"""The main job on Teams, through the real server: three people at their clients, from question to solution."""

from __future__ import annotations

from pathlib import Path

import pytest

from teams_simulator import TeamsSimulator
from teams_story import answer, clicks, comes_in, house, until

pytestmark = pytest.mark.timeout(60)


async def test_a_swarm_by_three_people(tmp_path: Path, simulator: TeamsSimulator) -> None:
    """From a channel into a group chat, with somebody who is only in their personal chat; clicks are answered in band."""
    async with house(tmp_path / "house", simulator, outside=["tobias"]) as home:
        grace, tobias, katrin, lobby = home.grace, home.tobias, home.katrin, home.lobby
        asked = await grace.says("swarm open demo:1001 refund loops skills=webhooks", lobby, to_bot=True)
        opened = await grace.sees("SW-1 is open", lobby)
        assert opened.thread == asked.id
        room = await home.room("SW-1 refund loops")
        card = await grace.sees("SW-1 · refund loops", room)
        assert "asked: Tobias Rösler" in card.text

        # The invitation finds him where nobody has written before, in his language.
        letter = await tobias.sees("Grace Whitfield bittet Sie um Hilfe: refund loops")
        told = await clicks(tobias, "Ich helfe", letter)
        assert "Sie sind dabei. Danke!" in answer(told)
        await comes_in(tobias, room)
        briefing = await tobias.sees("Der Raum steht Ihnen jetzt offen.")
        assert "Grace Whitfield (zuständig) · Tobias Rösler" in briefing.text
        await clicks(katrin, "Join", opened, lobby)
        await comes_in(katrin, room)
        await katrin.sees("Notiz am Ticket ✓")

        # A German asks in the room, whose language is that of who opened it. The card of the question is edited.
        await tobias.says("!frage Welcher Anbieter?", room)
        question = await grace.sees("Q1 · Welcher Anbieter?", room)
        await grace.says("!answer the new one", room)
        answered = await tobias.sees("Grace Whitfield: the new one", room)
        assert answered.id == question.id

        proposed = await tobias.says("!lösung Sperre lösen, Lauf wiederholen", room)
        proposal = await grace.sees("Tobias Rösler proposes a solution", room)
        assert int(proposal.id) > int(proposed.id)
        living = await grace.sees("Grace Whitfield: finish, if “Sperre lösen, Lauf wiederholen” is it", room)
        assert living.id == card.id
        assert "Tobias Rösler, Katrin Vogel" in living.text

        done = await clicks(grace, "Done", proposal, room)
        assert answer(done) == "SW-1 is closed. Thank you, Tobias Rösler, Katrin Vogel!"
        await until(lambda: "(closed)" in room.name, "the room closed")
        assert "Solved" in str(room.post(card.id).activity)
        page = await home.case("1001", "Grace Whitfield opened SW-1: refund loops", "SW-1 is closed after")
        assert "Together: Grace Whitfield, Tobias Rösler, Katrin Vogel." in page
        assert home.chats("SW-") == [room]


@pytest.mark.faults
async def test_threads_stay_threads(tmp_path: Path, simulator: TeamsSimulator) -> None:
    """What is asked in a channel's thread is answered there; posts of their own begin threads of their own."""
    async with house(tmp_path / "house", simulator) as home:
        grace, katrin, lobby = home.grace, home.katrin, home.lobby
        root = await grace.says("the job runs every night", lobby)
        await katrin.says("swarm list", lobby, to_bot=True, thread=root.id)
        listed = await katrin.sees("Keine Schwärme", lobby)
        await grace.says("swarm list", lobby, to_bot=True)
        other = await grace.sees("No swarms", lobby)
        assert listed.thread == root.id != other.thread

        # Talk that nobody addresses to the server is let pass, also when an edit makes a command of it.
        talk = await grace.says("hello", lobby, thread=root.id)
        await simulator.people.edit(grace.user, lobby, talk.id, "!swarm open demo:1001 refund loops")
        await grace.says("swarm list", lobby, to_bot=True, thread=root.id)
        await until(lambda: len([one for one in grace.bot_said(lobby) if one.thread == root.id]) == 2, "the answer")
        assert home.chats("SW-") == []


@pytest.mark.faults
async def test_a_case_in_german(tmp_path: Path, simulator: TeamsSimulator) -> None:
    """Opened, answered and finished in German, in words and in everything the server says to her."""
    async with house(tmp_path / "house", simulator) as home:
        katrin, tobias = home.katrin, home.tobias
        await katrin.says("schwarm öffnen demo:1013 Erstattung hängt können=webhooks")
        await katrin.sees("ist offen")
        room = await home.room("SW-1")
        letter = await tobias.sees("Katrin Vogel bittet Sie um Hilfe: Erstattung hängt")
        await clicks(tobias, "Ich helfe", letter)
        await comes_in(tobias, room)
        living = await katrin.sees("Katrin Vogel (zuständig) · Tobias Rösler", room)
        told = await clicks(tobias, "Lösung", living, room, text="Sperre lösen")
        assert told.taken
        proposal = await katrin.sees("schlägt eine Lösung vor", room)
        done = await clicks(katrin, "Abschließen", proposal, room)
        assert answer(done) == "SW-1 ist geschlossen. Danke, Tobias Rösler!"
        await home.case("1013", "SW-1")
