"""What the server does on a network: once per key, and as honestly as the capabilities say."""

from __future__ import annotations

import asyncio

import pytest

from chatops.core.message import Identity, MessageRef, RoomRef
from chatops.errors import Missing, Rejected, Unsupported
from chatops.ports.chat import RoomSpec
from chatops.testing.conformance.chat_stage import ChatStage, Heard, fresh, sentence

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[click](javascript:alert(1)) **bold** `code` @everyone @room",
    "{{ 7 * 7 }} {% raw %} ${x} %s {0}",
    "right \u202eto left, zero\u200bwidth",
)


class Acting:
    """Posts, edits, pins and rooms."""

    async def test_posts_appear_in_order_and_in_the_right_room(self, stage: ChatStage, heard: Heard) -> None:
        """The reference names the room they stand in."""
        words = [fresh() for _n in range(5)]
        refs = [await stage.network.post(stage.room, sentence(word), key=fresh()) for word in words]
        assert all(ref.room == stage.room for ref in refs)
        shown = [one for one in await stage.history(stage.room) if one.ours]
        assert [one.text for one in shown] == words
        assert [one.id for one in shown] == [ref.id for ref in refs]

    async def test_posts_in_a_thread_stand_there(self, stage: ChatStage, heard: Heard) -> None:
        """Also when the message named is itself a reply."""
        if not stage.network.capabilities.threads:
            pytest.skip("the network has no threads")
        root = await stage.say(stage.ann, stage.room, "the root")
        await stage.network.post(stage.room, sentence("inside"), key=fresh(), thread=root.id)
        [shown] = [one for one in await stage.history(stage.room) if one.ours]
        assert (shown.text, shown.thread) == ("inside", root.id)

    @pytest.mark.parametrize("text", HOSTILE)
    async def test_text_is_data(self, stage: ChatStage, heard: Heard, text: str) -> None:
        """What people read is what was said, character by character."""
        await stage.network.post(stage.room, sentence(text), key=fresh())
        assert [one.text for one in await stage.history(stage.room)] == [text]

    async def test_a_key_writes_once(self, stage: ChatStage, heard: Heard) -> None:
        """The second call returns what the first did, even at the same time."""
        if not stage.network.capabilities.native_keys:
            pytest.skip("the network has no keys")
        key = fresh()
        refs = await asyncio.gather(
            *(stage.network.post(stage.room, sentence("once"), key=key) for _n in range(3)),
        )
        assert len(set(refs)) == 1
        assert len(await stage.history(stage.room)) == 1

    async def test_an_edit_replaces_in_place(self, stage: ChatStage, heard: Heard) -> None:
        """Repeating an older edit's key changes nothing."""
        network = stage.network
        ref = await network.post(stage.room, sentence("first"), key=fresh())
        await network.post(stage.room, sentence("after it"), key=fresh())
        if not network.capabilities.edits:
            with pytest.raises(Unsupported):
                await network.edit(ref, sentence("second"), key=fresh())
            return
        key = fresh()
        await network.edit(ref, sentence("second"), key=key)
        await network.edit(ref, sentence("third"), key=fresh())
        if network.capabilities.native_keys:
            await network.edit(ref, sentence("second"), key=key)
        assert [one.text for one in await stage.history(stage.room)] == ["third", "after it"]

    async def test_an_edit_of_nothing_is_missing(self, stage: ChatStage, heard: Heard) -> None:
        """So that the server can post anew."""
        if not stage.network.capabilities.edits:
            pytest.skip("the network has no edits")
        with pytest.raises(Missing):
            await stage.network.edit(MessageRef(room=stage.room, id=fresh()), sentence("x"), key=fresh())

    async def test_pinning_twice_is_harmless(self, stage: ChatStage, heard: Heard) -> None:
        """It stays pinned, once."""
        ref = await stage.network.post(stage.room, sentence("important"), key=fresh())
        if not stage.network.capabilities.pins:
            with pytest.raises(Unsupported):
                await stage.network.pin(ref, key=fresh())
            return
        await stage.network.pin(ref, key=fresh())
        await stage.network.pin(ref, key=fresh())
        assert list(await stage.pinned(stage.room)) == [ref.id]

    async def test_unpinning_leaves_the_others(self, stage: ChatStage, heard: Heard) -> None:
        """Twice is harmless."""
        if not stage.network.capabilities.pins:
            pytest.skip("the network has no pins")
        one = await stage.network.post(stage.room, sentence("one"), key=fresh())
        two = await stage.network.post(stage.room, sentence("two"), key=fresh())
        for ref in (one, two):
            await stage.network.pin(ref, key=fresh())
        for _time in range(2):
            await stage.network.unpin(one, key=fresh())
        assert list(await stage.pinned(stage.room)) == [two.id]

    async def test_a_room_opens_with_its_members(self, stage: ChatStage, heard: Heard) -> None:
        """Once per key; ourselves are not counted."""
        network = stage.network
        spec = RoomSpec(title="Refund loops", topic="demo:1001", members=(stage.ann,))
        if not network.capabilities.open_rooms:
            with pytest.raises(Unsupported):
                await network.open_room(spec, key=fresh())
            return
        key = fresh()
        room = await network.open_room(spec, key=key)
        assert list(await network.members(room)) == [stage.ann]
        assert await stage.may_write(stage.ann, room)
        if network.capabilities.native_keys:
            assert await network.open_room(spec, key=key) == room
        assert await network.open_room(spec, key=fresh()) != room

    async def test_a_private_room_is_closed_to_others(self, stage: ChatStage, heard: Heard) -> None:
        """Until they are invited."""
        network = stage.network
        if not (network.capabilities.open_rooms and network.capabilities.private_rooms):
            pytest.skip("the network has no private rooms")
        room = await network.open_room(RoomSpec(title="Private", members=(stage.ann,), private=True), key=fresh())
        assert not await stage.may_write(stage.ben, room)
        await network.invite(room, stage.ben, key=fresh())
        assert await stage.may_write(stage.ben, room)

    async def test_inviting_and_removing_twice_is_harmless(self, stage: ChatStage, heard: Heard) -> None:
        """Members are who is in, each once."""
        network = stage.network
        if not network.capabilities.open_rooms:
            pytest.skip("the network opens no rooms")
        room = await network.open_room(RoomSpec(title="A room", members=(stage.ann,)), key=fresh())
        for _n in range(2):
            await network.invite(room, stage.ben, key=fresh())
        assert sorted(map(str, await network.members(room))) == sorted([str(stage.ann), str(stage.ben)])
        for _n in range(2):
            await network.remove(room, stage.ben, key=fresh())
        assert list(await network.members(room)) == [stage.ann]

    async def test_a_repeated_invitation_does_not_bring_back_who_left(self, stage: ChatStage, heard: Heard) -> None:
        """The key says that it has happened."""
        network = stage.network
        if not (network.capabilities.open_rooms and network.capabilities.native_keys):
            pytest.skip("the network has no keys")
        room = await network.open_room(RoomSpec(title="A room", members=(stage.ann,)), key=fresh())
        key = fresh()
        await network.invite(room, stage.ben, key=key)
        await network.remove(room, stage.ben, key=fresh())
        await network.invite(room, stage.ben, key=key)
        assert list(await network.members(room)) == [stage.ann]

    async def test_an_archived_room_takes_nothing_more(self, stage: ChatStage, heard: Heard) -> None:
        """It can still be read; closing it twice is harmless."""
        network = stage.network
        if not network.capabilities.open_rooms:
            pytest.skip("the network opens no rooms")
        room = await network.open_room(RoomSpec(title="A room", members=(stage.ann,)), key=fresh())
        ref = await stage.say(stage.ann, room, "before")
        for _n in range(2):
            await network.archive_room(room, key=fresh())
        assert not await stage.may_write(stage.ann, room)
        assert await network.read(ref) is not None

    async def test_there_is_one_direct_chat_with_somebody(self, stage: ChatStage, heard: Heard) -> None:
        """Whatever the key."""
        if not stage.network.capabilities.direct_rooms:
            with pytest.raises(Unsupported):
                await stage.network.direct_room(stage.ann, key=fresh())
            return
        first = await stage.network.direct_room(stage.ann, key=fresh())
        assert await stage.network.direct_room(stage.ann, key=fresh()) == first
        assert await stage.network.direct_room(stage.ben, key=fresh()) != first
        assert list(await stage.network.members(first)) == [stage.ann]

    async def test_a_message_can_be_read_again(self, stage: ChatStage, heard: Heard) -> None:
        """By its reference; one that is not there is None."""
        ref = await stage.say(stage.ann, stage.room, "read me")
        message = await stage.network.read(ref)
        assert message is not None
        assert (message.ref, message.sender, message.text) == (ref, stage.ann, "read me")
        assert await stage.network.read(MessageRef(room=stage.room, id=fresh())) is None

    async def test_what_is_not_there_is_missing(self, stage: ChatStage, heard: Heard) -> None:
        """A room of another network is not there either."""
        network = stage.network
        for room in (RoomRef(network=network.name, id=fresh()), RoomRef(network=fresh(), id=stage.room.id)):
            with pytest.raises(Missing):
                await network.post(room, sentence("x"), key=fresh())
            with pytest.raises(Missing):
                await network.members(room)
            with pytest.raises(Rejected if network.capabilities.open_rooms else (Rejected, Unsupported)):
                await network.invite(room, stage.ann, key=fresh())

    async def test_check_never_raises(self, stage: ChatStage, heard: Heard) -> None:
        """Every result says what it looked at."""
        results = await stage.network.check()
        assert results
        assert all(result.name for result in results)

    async def test_name_and_capabilities_never_change(self, stage: ChatStage, heard: Heard) -> None:
        """The core asks once."""
        before = (stage.network.name, stage.network.capabilities)
        await stage.network.post(stage.room, sentence("x"), key=fresh())
        assert (stage.network.name, stage.network.capabilities) == before
        assert Identity(network=before[0], id="x").network == stage.ann.network
