"""What newcomers write, on a real homeserver: each gets an answer that helps, or a silence that is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix_people import Person
from matrix_story import house
from synapse_server import Login

pytestmark = pytest.mark.timeout(60)


@pytest.mark.faults
async def test_ways_to_speak_to_the_server(tmp_path: Path, person: Person, bot: Login) -> None:
    """By prefix or by name; its name alone is answered; slips of the finger are mended with a click."""
    async with house(tmp_path / "house", person, bot) as home:
        grace, lobby = home.grace, home.lobby
        name = home.bot.removeprefix("@").partition(":")[0]
        pill = f'<a href="https://matrix.to/#/{home.bot}">{name}</a>'
        await grace.asks(lobby, name, "Nothing was asked for.", "Try `!help`.", html=pill, mentions=[home.bot])
        await grace.asks(lobby, f"{name}: help", "What you can do", html=f"{pill}: help", mentions=[home.bot])
        await grace.asks(lobby, f"{home.bot} whoareyou", "There is no command `whoareyou`.")

        slip = await grace.asks(lobby, "!swarm lsit", "There is no command `swarm lsit`.")
        await grace.presses(lobby, slip, "!swarm list")
        await grace.reads(lobby, "No swarms", "`!swarm open demo:1001 …`")
        short = await grace.asks(lobby, "!open demo:1001 refund loops", "There is no command")
        assert "1️⃣ `!swarm open demo:1001 refund loops`" in short.text

        half = await grace.asks(lobby, "!swarm open 1001", "Say what help you need, in a few words.")
        assert "For example: `!swarm open demo:1001 …`" in half.text
        assert half.reactions == {}
        whole = await grace.asks(
            lobby, "!swarm open 1001 refund loops\nsince yesterday", "SW-1 is open: refund loops since yesterday"
        )
        room = await grace.comes_into("SW-1")
        card = await grace.reads(room, "SW-1 · refund loops")
        replied = await grace.asks(room, "!question which provider?", "Q1 · which provider?", reply_to=card.id)
        assert (whole.thread, replied.thread) == (None, None)


@pytest.mark.faults
async def test_what_is_left_alone(tmp_path: Path, person: Person, bot: Login) -> None:
    """Talk, talk about the server, pictures, emotes, and commands that come by an edit: nobody is interrupted."""
    async with house(tmp_path / "house", person, bot) as home:
        grace, lobby = home.grace, home.lobby
        name = home.bot.removeprefix("@").partition(":")[0]
        pill = f'<a href="https://matrix.to/#/{home.bot}">{name}</a>'
        for text in ("help", "hello?", "!", "!!!", f"is {name} down?"):
            await grace.says(lobby, text)
        about = f"can you ask {name}?"
        await grace.says(lobby, about, html=about.replace(name, pill), mentions=[home.bot])
        await grace.person.edit(lobby, await grace.says(lobby, "oh no"), "!swarm open demo:1001 refund loops")
        await grace.person.send(lobby, "m.room.message", {"msgtype": "m.emote", "body": "!help"})
        picture = {"msgtype": "m.image", "body": "shot.png", "url": "mxc://home.test/none"}
        await grace.person.send(lobby, "m.room.message", picture)
        await grace.hears_nothing(lobby, "No swarms", meanwhile="!swarm list")


async def test_alone_with_the_server(tmp_path: Path, person: Person, bot: Login) -> None:
    """No prefix is needed, everything is in the reader's language, and thanks are not met with guesses."""
    async with house(tmp_path / "house", person, bot) as home:
        tobias = home.tobias
        await tobias.says(home.lobby, "!ich")
        chat = await tobias.chat(home.bot)
        await tobias.reads(chat, "Auf Sie wartet gerade nichts.")
        await tobias.asks(chat, "hilfe", "Was Sie tun können", "`schwarm`: öffnen")
        await tobias.asks(chat, "!wer bin ich", "Sie sind Tobias Rösler")
        thanks = await tobias.asks(chat, "danke!", "Den Befehl `danke!` gibt es nicht.", "`help` zeigt, was es gibt.")
        assert thanks.reactions == {}
        refused = await tobias.asks(
            chat, "schwarm öffnen demo:1001 Hilfe", "Für demo:1001 ist Grace Whitfield zuständig"
        )
        assert refused.kind == "m.text"
        secret = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA", "session_id": "s", "device_id": "D"}
        await tobias.person.send(chat, "m.room.encrypted", {**secret, "sender_key": "k"})
        await tobias.reads(chat, "Das kann ich nicht lesen")
