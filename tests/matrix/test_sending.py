"""What the bot says, as people's clients get it from a real homeserver."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from chatops.core.message import Identity, Message, MessageRef, RoomRef
from chatops.errors import Forbidden, Invalid, Missing, RateLimited, Unreachable
from chatops.ports.chat import Line, Outgoing, RenderedButton, RoomSpec
from chatops.testing.conformance.chat_stage import Heard
from chatops.testing.records import MemoryRecords
from matrix_bot import NETWORK, speaking
from matrix_ears import until
from matrix_network.plugin import MatrixNetwork
from matrix_people import MatrixPerson, Person, Raw
from matrix_wire import Watched
from synapse_server import Login, OwnSynapse, Synapse


def said(text: str, **more: Any) -> Outgoing:
    """A plain post."""
    return Outgoing(text=(Line(text=text),), **more)


def card(title: str, *icons: str) -> Outgoing:
    """A card with a button for each icon."""
    buttons = tuple(RenderedButton(ref=f"ref {icon}", label=icon, command=f"do {icon}", icon=icon) for icon in icons)
    return Outgoing(title=title, buttons=buttons)


@dataclass
class Talk:
    """Anna and the bot in a room."""

    anna: MatrixPerson
    bot: MatrixPerson
    plugin: MatrixNetwork
    wire: Watched
    room: RoomRef

    async def post(self, body: Outgoing, key: str = "k", thread: str | None = None) -> MessageRef:
        """Post."""
        return await self.plugin.network.post(self.room, body, key=key, thread=thread)

    async def edit(self, ref: MessageRef, body: Outgoing, key: str) -> None:
        """Edit."""
        await self.plugin.network.edit(ref, body, key=key)

    async def shown(self) -> list[Raw]:
        """The messages in the room, oldest first."""
        return [event for event in await self.anna.messages(self.room.id) if event["type"] == "m.room.message"]

    async def event(self, ref: MessageRef) -> Raw:
        """One event's content."""
        content: Raw = (await self.anna.event(self.room.id, ref.id))["content"]
        return content

    def ref(self, event: str) -> MessageRef:
        """A message in the room."""
        return MessageRef(room=self.room, id=event)


@pytest.fixture
async def talk(synapse: Synapse, person: Person, bot: Login) -> AsyncIterator[Talk]:
    """Anna has invited the bot into a room of hers."""
    anna = await person("anna")
    async with aiohttp.ClientSession() as http, speaking(synapse.url, bot) as plugin:
        us = MatrixPerson(http, synapse.url, bot)
        room = await anna.create_room([bot.user])
        await us.join(room)
        yield Talk(anna, us, plugin, Watched(plugin.homeserver), RoomRef(network=NETWORK, id=room))


class TestPosts:
    """New messages."""

    async def test_a_plain_post_is_one_request(self, talk: Talk) -> None:
        """And one event, with the words as they are."""
        ref = await talk.post(said("a <b>\n  c"))

        assert [request.partition(" ")[0] for request in talk.wire.asked] == ["PUT"]
        assert await talk.event(ref) == {"msgtype": "m.notice", "body": "a <b>\n  c", "m.mentions": {}}

    async def test_an_answer_that_was_lost_is_not_said_twice(self, talk: Talk) -> None:
        """The same key is the same event, reactions and all."""
        talk.wire.lose_answer_to = "/send/"
        with pytest.raises(Unreachable):
            await talk.post(card("A card", "✅", "⏰"))
        ref = await talk.post(card("A card", "✅", "⏰"))

        assert [event["event_id"] for event in await talk.shown()] == [ref.id]

    async def test_limited_among_the_buttons_the_rest_comes_later(self, talk: Talk) -> None:
        """The post is tried again with its key, and only what is missing is added."""
        talk.wire.refusals["m.reaction"] = RateLimited("slow down", retry_after=1.0)
        with pytest.raises(RateLimited):
            await talk.post(card("A card", "✅", "⏰"))
        await talk.post(card("A card", "✅", "⏰"))
        events = await talk.anna.messages(talk.room.id)

        assert [event["content"]["m.relates_to"]["key"] for event in events if event["type"] == "m.reaction"] == [
            "✅",
            "⏰",
        ]
        assert len(await talk.shown()) == 1

    async def test_who_is_notified_is_mentioned(self, talk: Talk) -> None:
        """And the homeserver rings: it counts a highlight for her, and none for what mentions nobody."""
        await talk.post(said("nobody"), "1")
        await talk.post(said("Anna!", notify=(Identity(network=NETWORK, id=talk.anna.id),)), "2")
        sync = await talk.anna.call("GET", "/sync", query={"timeout": "0"})

        assert sync["rooms"]["join"][talk.room.id]["unread_notifications"]["highlight_count"] == 1

    async def test_a_direct_chat_rings_and_needs_no_prefix(self, talk: Talk) -> None:
        """Notices would come unnoticed."""
        direct = await talk.plugin.network.direct_room(Identity(network=NETWORK, id=talk.anna.id), key="d")
        await talk.anna.join(direct.id)
        ref = await talk.plugin.network.post(direct, card("A card", "✅"), key="1")
        content = (await talk.anna.event(direct.id, ref.id))["content"]
        rung = (await talk.anna.call("GET", "/notifications"))["notifications"]

        assert (content["msgtype"], content["body"]) == ("m.text", "A card\n✅ ✅: `do ✅`")
        assert ref.id in {each["event"]["event_id"] for each in rung if "notify" in each["actions"]}

    async def test_where_we_may_not_write_is_forbidden_and_where_we_are_not_is_missing(self, talk: Talk) -> None:
        """Synapse says the same to both."""
        muted = await talk.anna.create_room([talk.bot.id], power_level_content_override={"events_default": 50})
        await talk.bot.join(muted)
        invited = await talk.anna.create_room([talk.bot.id])
        with pytest.raises(Forbidden):
            await talk.plugin.network.post(RoomRef(network=NETWORK, id=muted), said("x"), key="1")
        await talk.anna.kick(muted, talk.bot.id)
        for room in (muted, invited, "!nowhere", "nonsense"):
            with pytest.raises(Missing):
                await talk.plugin.network.post(RoomRef(network=NETWORK, id=room), said("x"), key="2")


class TestThreads:
    """Answers beside the room."""

    async def test_a_reply_in_a_thread_names_its_root(self, talk: Talk) -> None:
        """Also when the message named is itself a reply in it; older clients see a reply to that."""
        root = await talk.anna.say(talk.room.id, "root")
        inside = await talk.anna.say(talk.room.id, "inside", thread=root)
        for named, key in ((root, "1"), (inside, "2"), (inside, "3")):
            ref = await talk.post(said("answer"), key, thread=named)
            assert (await talk.event(ref))["m.relates_to"] == {
                "rel_type": "m.thread",
                "event_id": root,
                "is_falling_back": True,
                "m.in_reply_to": {"event_id": named},
            }

    async def test_a_message_stays_in_its_thread_when_it_is_edited(self, talk: Talk) -> None:
        """Who mends a typing error while waiting gets the answer all the same, and where they asked."""
        heard = Heard()
        listening = asyncio.ensure_future(talk.plugin.network.run(heard))
        try:
            await until(lambda: NETWORK in heard.checkpoints, task=listening)
            root = await talk.anna.say(talk.room.id, "root")
            asked = await talk.anna.say(talk.room.id, "!help", thread=root)
            await talk.anna.edit(talk.room.id, asked, "!help me")
            await until(lambda: any(isinstance(each, Message) and each.edited for each in heard.bodies()))
            ref = await talk.post(said("answer"), thread=asked)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
        assert (await talk.event(ref))["m.relates_to"]["event_id"] == root

    async def test_a_thread_on_nothing_is_missing(self, talk: Talk) -> None:
        """Nothing is posted."""
        with pytest.raises(Missing):
            await talk.post(said("answer"), thread="$nothing")
        assert await talk.shown() == []


class TestEdits:
    """Changed messages."""

    async def test_clients_show_the_new_text_in_place(self, talk: Talk) -> None:
        """With new mentions told, and those before not again."""
        anna, ben = (Identity(network=NETWORK, id=id_) for id_ in (talk.anna.id, "@ben:home.test"))
        ref = await talk.post(said("first", notify=(anna,)), "1")
        await talk.edit(ref, said("second", notify=(anna, ben)), "2")
        edit = (await talk.shown())[-1]["content"]

        assert edit["body"] == "* second"
        assert edit["m.mentions"] == {"user_ids": [ben.id]}
        assert edit["m.new_content"]["m.mentions"] == {"user_ids": [anna.id, ben.id]}
        message = await talk.plugin.network.read(ref)
        assert message is not None
        assert (message.text, message.edited, message.automated) == ("second", True, True)
        assert message.mentions == (anna, ben)

    async def test_cut_off_anywhere_an_edit_ends_the_same(self, talk: Talk) -> None:
        """Buttons that are new are there, and those that are gone are not."""
        ref = await talk.post(card("one", "✅", "⏰"), "1")
        for part in ("m.reaction", "/redact/", "m.room.message"):
            talk.wire.lose_answer_to = part
            with pytest.raises(Unreachable):
                await talk.edit(ref, card("two", "⏰", "❌"), "2")
        await talk.edit(ref, card("two", "⏰", "❌"), "2")
        events = await talk.anna.messages(talk.room.id)

        keys = [
            event["content"]["m.relates_to"]["key"]
            for event in events
            if event["type"] == "m.reaction" and event["content"]
        ]
        assert keys == ["⏰", "❌"]
        assert len(await talk.shown()) == 2

    async def test_what_is_gone_is_missing_and_what_is_not_ours_forbidden(self, talk: Talk) -> None:
        """Synapse would take both edits."""
        ref = await talk.post(said("x"), "1")
        await talk.bot.redact(talk.room.id, ref.id)
        hers = talk.ref(await talk.anna.say(talk.room.id, "mine"))
        with pytest.raises(Missing):
            await talk.edit(ref, said("y"), "2")
        with pytest.raises(Forbidden):
            await talk.edit(hers, said("y"), "3")


class TestSize:
    """Long posts."""

    async def test_what_is_too_long_is_attached(self, talk: Talk) -> None:
        """The message holds the beginning and says so; all of it follows as a file, once per key."""
        text = "".join(f"line {n} <&> ü\n" for n in range(10_000))
        refs = {(await talk.post(said(text), thread=None)).id for _n in range(2)}
        message, file = await talk.shown()
        content = message["content"]

        assert refs == {message["event_id"]}
        assert content["body"].startswith("line 0 <&> ü\nline 1 ")
        assert content["body"].endswith("…\nThe whole text is attached.")
        assert file["content"]["msgtype"] == "m.file"
        assert await _downloaded(talk, file["content"]["url"]) == text
        assert file["content"]["info"] == {"mimetype": "text/plain", "size": len(text.encode())}

    async def test_the_file_stands_in_the_thread(self, talk: Talk) -> None:
        """As the message does."""
        root = await talk.anna.say(talk.room.id, "root")
        await talk.post(said("word " * 30_000), thread=root)
        _root, message, file = await talk.shown()

        assert file["content"]["m.relates_to"] == message["content"]["m.relates_to"]

    async def test_an_edit_is_shortened(self, talk: Talk) -> None:
        """It has no room for a file."""
        ref = await talk.post(said("short"), "1")
        await talk.edit(ref, said("word " * 40_000), "2")
        message = await talk.plugin.network.read(ref)

        assert message is not None
        assert message.text.endswith(" …")
        assert len(await talk.shown()) == 2

    async def test_a_homeserver_that_takes_less_gets_less(self, talk: Talk) -> None:
        """Down to a size that all take."""
        talk.wire.refusals["m.room.message"] = Invalid("too large", code="M_TOO_LARGE")
        await talk.post(said("word " * 7_000))
        message, file = await talk.shown()

        assert len(message["content"]["body"]) < 20_000
        assert file["content"]["msgtype"] == "m.file"


class TestReactionsAndPins:
    """Small things beside messages."""

    async def test_a_reaction_put_twice_stands_once(self, talk: Talk) -> None:
        """Also with another key."""
        ref = talk.ref(await talk.anna.say(talk.room.id, "look"))
        for key in ("1", "1", "2"):
            await talk.plugin.network.react(ref, "👀", key=key)
        events = await talk.anna.messages(talk.room.id)

        assert [event["sender"] for event in events if event["type"] == "m.reaction"] == [talk.bot.id]
        with pytest.raises(Missing):
            await talk.plugin.network.react(talk.ref("$nothing"), "👀", key="3")

    async def test_pins_at_the_same_time_all_stay(self, talk: Talk) -> None:
        """A pin taken off stays off, though its key is tried again."""
        room = await talk.plugin.network.open_room(_spec(talk.anna), key="r")
        await talk.anna.join(room.id)
        refs = [await talk.plugin.network.post(room, said(str(n)), key=str(n)) for n in range(4)]
        await asyncio.gather(*(talk.plugin.network.pin(ref, key=ref.id) for ref in refs))
        assert sorted(await _pinned(talk.anna, room)) == sorted(ref.id for ref in refs)

        await talk.bot.put_state(room.id, "m.room.pinned_events", {"pinned": []})
        await talk.plugin.network.pin(refs[0], key=refs[0].id)
        assert await _pinned(talk.anna, room) == []

    async def test_a_message_that_is_gone_cannot_be_pinned(self, talk: Talk) -> None:
        """It would show as nothing."""
        ref = await talk.post(said("x"))
        await talk.bot.redact(talk.room.id, ref.id)
        with pytest.raises(Missing):
            await talk.plugin.network.pin(ref, key="1")


class TestReading:
    """Messages, looked up."""

    async def test_a_message_is_read_as_it_stands_now(self, talk: Talk) -> None:
        """Edited by its writer, with its prefix, in its thread; nothing when it was deleted."""
        root = await talk.anna.say(talk.room.id, "root")
        event = await talk.anna.say(talk.room.id, "!helo", thread=root, mentions=[talk.bot.id])
        await talk.anna.edit(talk.room.id, event, "!help")
        message = await talk.plugin.network.read(talk.ref(event))

        assert message is not None
        assert (message.text, message.thread, message.reply_to) == ("!help", root, None)
        assert (message.edited, message.automated, message.addressed) == (True, False, False)
        await talk.anna.redact(talk.room.id, event)
        assert await talk.plugin.network.read(talk.ref(event)) is None

    async def test_what_is_no_message_is_none(self, talk: Talk) -> None:
        """State, reactions, and rooms of other networks."""
        topic = await talk.anna.put_state(talk.room.id, "m.room.topic", {"topic": "x"})
        reaction = await talk.anna.react(talk.room.id, await talk.anna.say(talk.room.id, "x"), "👀")
        refs = [talk.ref(topic), talk.ref(reaction), MessageRef(room=RoomRef(network="other", id="!x"), id=reaction)]

        assert [await talk.plugin.network.read(ref) for ref in refs] == [None, None, None]


class TestCheck:
    """A quick look."""

    async def test_it_says_who_we_are(self, talk: Talk) -> None:
        """And where."""
        [result] = await talk.plugin.network.check()
        assert (result.ok, result.detail) == (True, f"{talk.bot.id} on {talk.anna.url}")

    async def test_it_never_raises(self, person: Person, own_synapse: OwnSynapse) -> None:
        """Not without a login, nor a homeserver."""
        server = own_synapse()
        async with speaking(server.url, server.register("bot"), records=MemoryRecords()) as plugin:
            server.stop()
            [silent] = await plugin.network.check()
            await plugin.session.forget()
            [nobody] = await plugin.network.check()

        assert (silent.ok, nobody.ok) == (False, False)
        assert nobody.fix == "chatops matrix login"


def _spec(anna: MatrixPerson) -> RoomSpec:
    return RoomSpec(title="A room", members=(Identity(network=NETWORK, id=anna.id),))


async def _pinned(anna: MatrixPerson, room: RoomRef) -> list[str]:
    for event in await anna.state(room.id):
        if event["type"] == "m.room.pinned_events":
            return list(event["content"]["pinned"])
    return []


async def _downloaded(talk: Talk, address: str) -> str:
    path = address.removeprefix("mxc://")
    headers = {"Authorization": f"Bearer {talk.anna.token}"}
    async with (
        aiohttp.ClientSession(talk.anna.url, headers=headers) as http,
        http.get(f"/_matrix/client/v1/media/download/{path}") as response,
    ):
        return await response.text()
