"""What the server posts is read as meant by matrix-js-sdk, a client library nobody here wrote."""

from __future__ import annotations

from js_reader import js_reader
from matrix_people import Person


async def test_the_client_reads_what_the_specification_says(person: Person) -> None:
    """Edits, threads, mentions, reactions and pins of plain requests are understood, live and from the first sync."""
    bot, anna, ben = await person("chatops"), await person("anna"), await person("ben")
    room = await bot.create_room(invite=[anna.id, ben.id], name="Swarm 1", topic="Payments down")
    await ben.join(room)
    async with js_reader(anna, room) as live:
        card = await bot.say(room, "Severity 1", html="<h4>Severity 1</h4>")
        reply = await bot.say(room, "Looking", thread=card, mentions=[anna.id])
        await ben.react(room, card, "👀")
        await bot.edit(room, card, "Severity 2")
        await bot.put_state(room, "m.room.pinned_events", {"pinned": [card]})
        last = await bot.say(room, "done")
        seen_live = await live.read(until=last)
    async with js_reader(anna, room) as late:
        seen_late = await late.read(until=last)

    for seen in (seen_live, seen_late):
        assert seen.room.name == "Swarm 1"
        assert seen.room.topic == "Payments down"
        assert seen.room.pinned == (card,)
        assert seen.room.members == {bot.id: "join", anna.id: "join", ben.id: "join"}
        shown, answer = seen.message(card), seen.message(reply)
        assert (shown.text, shown.edited, shown.starts_thread, shown.in_thread) == ("Severity 2", True, True, False)
        assert shown.reactions == {"👀": (ben.id,)}
        assert not shown.highlights_me
        assert (answer.text, answer.thread, answer.in_thread) == ("Looking", card, True)
        assert (answer.mentions, answer.highlights_me) == ((anna.id,), True)
        assert not seen.message(last).in_thread
