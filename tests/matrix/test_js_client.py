"""What the server posts is read as meant by matrix-js-sdk, a client library nobody here wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from chatops.core.message import Identity, MessageRef, RoomRef
from chatops.ports.chat import ChatNetwork, Line, Outgoing, RenderedButton, RenderedFact, RoomSpec
from js_reader import js_reader
from matrix_bot import NETWORK, speaking
from matrix_people import MatrixPerson, Person
from synapse_server import Login, Synapse

EYES, DONE = "👀", "✅"


@pytest.fixture
async def chat(synapse: Synapse, bot: Login) -> AsyncIterator[ChatNetwork]:
    """The server's side, on the run's homeserver."""
    async with speaking(synapse.url, bot) as plugin:
        yield plugin.network


def who(person: MatrixPerson) -> Identity:
    """A person as the server knows them."""
    return Identity(network=NETWORK, id=person.id)


def card(state: str, *buttons: RenderedButton, mention: MatrixPerson | None = None) -> Outgoing:
    """A card of a swarm."""
    text = (Line(text=f"It is {state} <&> "), Line(text="swarm close", style="code"))
    named = () if mention is None else (Line(text=" Anna", style="mention", identity=who(mention)),)
    return Outgoing(
        title="Swarm 12 · refund loops",
        text=(*text, *named),
        facts=(RenderedFact(label="Owner", value=(Line(text="Anna"),)),),
        buttons=buttons,
        notify=() if mention is None else (who(mention),),
        plain=f"Swarm 12: it is {state}",
    )


def button(icon: str, label: str) -> RenderedButton:
    """A button with an icon."""
    return RenderedButton(ref=f"ref-{label}", label=label, command=f"swarm {label.lower()}", icon=icon)


async def opened(chat: ChatNetwork, *members: MatrixPerson) -> RoomRef:
    """A room the server has opened; the first member has not come in yet."""
    spec = RoomSpec(title="Swarm 12", topic="Refund loops", members=tuple(who(one) for one in members))
    room = await chat.open_room(spec, key="open")
    for one in members[1:]:
        await one.join(room.id)
    return room


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


async def test_a_room_of_ours(chat: ChatNetwork, bot: Login, person: Person) -> None:
    """Name, topic, who is in it and what is pinned are there for who accepts the invitation; closed, nobody may write."""
    anna, ben = await person("anna"), await person("ben")
    room = await opened(chat, anna, ben)
    message = await chat.post(room, card("open"), key="card")
    await chat.pin(message, key="pin")
    async with js_reader(anna, room.id) as client:
        seen = await client.read(until=message.id)
        await chat.archive_room(room, key="archive")
        last = await chat.post(room, Outgoing(text=(Line(text="Closed."),), plain="Closed."), key="closed")
        closed = await client.read(until=last.id)

    assert (seen.room.name, seen.room.topic, seen.room.pinned) == ("Swarm 12", "Refund loops", (message.id,))
    assert seen.room.members == {bot.user: "join", anna.id: "join", ben.id: "join"}
    assert (seen.room.may_write, closed.room.may_write) == (True, False)


async def test_a_card_is_edited_in_place(chat: ChatNetwork, bot: Login, person: Person) -> None:
    """There is one message with the newest text, in words and in HTML, and its buttons are the reactions of the server."""
    anna, ben = await person("anna"), await person("ben")
    room = await opened(chat, anna, ben)
    async with js_reader(anna, room.id) as live:
        message = await chat.post(room, card("open", button(EYES, "Take"), button(DONE, "Close")), key="card")
        await ben.react(room.id, message.id, EYES)
        await chat.edit(message, card("stuck", button(EYES, "Take")), key="first")
        await chat.edit(message, card("closed", button(EYES, "Take")), key="second")
        last = await chat.post(room, Outgoing(text=(Line(text="Done."),), plain="Done."), key="last")
        seen_live = await live.read(until=last.id)
    async with js_reader(anna, room.id) as late:
        seen_late = await late.read(until=last.id)

    for seen in (seen_live, seen_late):
        assert [one.id for one in seen.messages] == [message.id, last.id]
        shown, plain = seen.messages
        assert (shown.sender, shown.msgtype, shown.edited, plain.edited) == (bot.user, "m.notice", True, False)
        assert shown.text is not None
        assert "It is closed <&> `swarm close`" in shown.text
        assert shown.html is not None
        assert "It is closed &lt;&amp;&gt; <code>swarm close</code>" in shown.html
        assert "stuck" not in shown.text + shown.html
        assert shown.reactions == {EYES: tuple(sorted((bot.user, ben.id)))}
        assert plain.text == "Done."
        assert (shown.in_thread, plain.in_thread) == (False, False)


async def test_only_who_is_meant_is_notified(chat: ChatNetwork, person: Person) -> None:
    """A mention lights up for the person mentioned alone, also when the name of another stands in the text."""
    anna, ben = await person("anna"), await person("ben")
    room = await opened(chat, anna, ben)
    named = await chat.post(room, card("open", mention=anna), key="named")
    written = Outgoing(text=(Line(text=f"{anna.id} and {ben.id} and @room"),), plain="everybody's name")
    quoted = await chat.post(room, written, key="quoted")
    async with js_reader(anna, room.id) as hers:
        seen_by_anna = await hers.read(until=quoted.id)
    async with js_reader(ben, room.id) as his:
        seen_by_ben = await his.read(until=quoted.id)

    assert seen_by_anna.message(named.id).mentions == (anna.id,)
    assert seen_by_anna.message(named.id).highlights_me
    assert not seen_by_ben.message(named.id).highlights_me
    for seen in (seen_by_anna, seen_by_ben):
        assert all(one.mentions_said for one in seen.messages)
        assert not seen.message(quoted.id).highlights_me


async def test_threads(chat: ChatNetwork, person: Person) -> None:
    """What is posted into a thread is in it and nowhere else, whoever began it; its edits stay there as well."""
    anna, ben = await person("anna"), await person("ben")
    room = await opened(chat, anna, ben)
    async with js_reader(anna, room.id) as live:
        ours = await chat.post(room, card("open"), key="card")
        theirs = await ben.say(room.id, "A question")
        answer = await chat.post(room, card("asked"), key="answer", thread=theirs)
        remark = await ben.say(room.id, "A remark", thread=ours.id)
        more = await chat.post(room, card("remarked"), key="more", thread=ours.id)
        await chat.edit(MessageRef(room=room, id=answer.id), card("answered"), key="edit")
        last = await chat.post(room, Outgoing(text=(Line(text="Done."),), plain="Done."), key="last")
        seen_live = await live.read(until=last.id)
    async with js_reader(anna, room.id) as late:
        seen_late = await late.read(until=last.id)

    for seen in (seen_live, seen_late):
        threads = {one.id: one.thread for one in seen.messages if one.in_thread}
        assert threads == {answer.id: theirs, remark: ours.id, more.id: ours.id}
        assert {one.id for one in seen.messages if not one.in_thread} == {ours.id, theirs, last.id}
        assert "It is answered" in (seen.message(answer.id).text or "")
