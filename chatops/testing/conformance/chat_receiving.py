"""What a network hands over, and what it never does."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from chatops.core.message import ButtonPress, Message, Reaction, Redaction
from chatops.errors import Unsupported
from chatops.testing.conformance.chat_stage import ChatStage, Heard, card_with_buttons, fresh, sentence


class Receiving:
    """`run`: everything people do, once, in order, in our own terms."""

    async def test_a_message_arrives_as_it_was_written(self, stage: ChatStage, heard: Heard) -> None:
        """Who, where, what and when, in references that lead back to it."""
        word = fresh()
        ref = await stage.say(stage.ann, stage.room, word)
        [message] = await heard.until(bool)
        assert isinstance(message, Message)
        assert (message.ref, message.sender, message.text) == (ref, stage.ann, word)
        assert message.ref.room.network == stage.network.name
        assert message.at.tzinfo is not None
        assert (message.edited, message.automated, message.direct) == (False, False, False)

    async def test_only_what_speaks_to_the_server_is_addressed(self, stage: ChatStage, heard: Heard) -> None:
        """The prefix is taken off; talk stays talk."""
        await stage.say(stage.ann, stage.room, f"{stage.prefix}help me")
        await stage.say(stage.ann, stage.room, "help me")
        command, talk = await heard.until(lambda bodies: len(bodies) == 2)
        assert isinstance(command, Message)
        assert isinstance(talk, Message)
        assert (command.addressed, command.text) == (True, "help me")
        assert not talk.addressed

    async def test_a_direct_chat_speaks_to_the_server(self, stage: ChatStage, heard: Heard) -> None:
        """Without any prefix."""
        if not stage.network.capabilities.direct_rooms:
            pytest.skip("the network has no direct chats")
        room = await stage.network.direct_room(stage.ann, key=fresh())
        await stage.say(stage.ann, room, "me")
        [message] = await heard.until(bool)
        assert isinstance(message, Message)
        assert (message.direct, message.addressed, message.text) == (True, True, "me")

    async def test_threads_and_replies_name_their_message(self, stage: ChatStage, heard: Heard) -> None:
        """The thread's first message, and the message replied to."""
        if not stage.network.capabilities.threads:
            pytest.skip("the network has no threads")
        root = await stage.say(stage.ann, stage.room, "the root")
        await stage.say(stage.ben, stage.room, "in the thread", thread=root.id)
        await stage.say(stage.ben, stage.room, "about it", reply_to=root.id)
        _root, inside, about = await heard.until(lambda bodies: len(bodies) == 3)
        assert isinstance(inside, Message)
        assert isinstance(about, Message)
        assert inside.thread == root.id
        assert about.reply_to == root.id

    async def test_messages_of_a_room_arrive_in_order(self, stage: ChatStage, heard: Heard) -> None:
        """Whoever writes them."""
        words = [f"{n} {fresh()}" for n in range(20)]
        for n, word in enumerate(words):
            await stage.say((stage.ann, stage.ben)[n % 2], stage.room, word)
        messages = await heard.until(lambda bodies: len(bodies) == len(words))
        assert [message.text for message in messages if isinstance(message, Message)] == words

    async def test_every_event_has_a_key_of_its_own(self, stage: ChatStage, heard: Heard) -> None:
        """Two messages with the same words are two events."""
        for _n in range(3):
            await stage.say(stage.ann, stage.room, "the same")
        await heard.until(lambda bodies: len(bodies) == 3)
        assert len({key for key, _body in heard.events}) == 3

    async def test_what_cannot_be_stored_is_replaced(self, stage: ChatStage, heard: Heard) -> None:
        """NUL becomes U+FFFD; everything else arrives as it is."""
        await stage.say(stage.ann, stage.room, "a\x00b — „ü“ 漢字 👩‍🔧 <b>&amp;</b>")
        [message] = await heard.until(bool)
        assert isinstance(message, Message)
        assert message.text == "a\ufffdb — „ü“ 漢字 👩‍🔧 <b>&amp;</b>"

    async def test_an_edit_never_arrives_as_a_new_command(self, stage: ChatStage, heard: Heard) -> None:
        """It is marked, or not reported at all."""
        ref = await stage.say(stage.ann, stage.room, "helo")
        await stage.edit(stage.ann, ref, f"{stage.prefix}help")
        await stage.say(stage.ann, stage.room, "the end")
        bodies = await heard.until(lambda bodies: getattr(bodies[-1], "text", "") == "the end" if bodies else False)
        about = [body for body in bodies if isinstance(body, Message) and body.ref == ref]
        assert not about[0].edited
        assert all(body.edited for body in about[1:])

    async def test_a_deleted_message_is_reported(self, stage: ChatStage, heard: Heard) -> None:
        """And cannot be read any more."""
        ref = await stage.say(stage.ann, stage.room, "wrong room")
        await stage.delete(stage.ann, ref)
        bodies = await heard.until(lambda bodies: any(isinstance(body, Redaction) for body in bodies))
        assert [body.ref for body in bodies if isinstance(body, Redaction)] == [ref]
        assert await stage.network.read(ref) is None

    async def test_a_pressed_button_brings_its_reference_and_form(self, stage: ChatStage, heard: Heard) -> None:
        """And who pressed it, where."""
        if not (stage.network.capabilities.buttons or stage.network.capabilities.reaction_buttons):
            pytest.skip("the network has no buttons")
        card, plain, asking = card_with_buttons()
        ref = await stage.network.post(stage.room, card, key=fresh())
        await stage.press(stage.ann, ref, plain, {})
        presses = [await heard.until(bool)]
        if stage.network.capabilities.forms:
            await stage.press(stage.ben, ref, asking, {"why": "she knows", "page": "yes"})
            presses.append((await heard.until(lambda bodies: len(bodies) == 2))[1:])
        first = presses[0][0]
        assert isinstance(first, ButtonPress)
        assert (first.room, first.presser, first.action, first.fields) == (stage.room, stage.ann, plain, {})
        for second in presses[1:]:
            assert isinstance(second[0], ButtonPress)
            assert (second[0].presser, second[0].action) == (stage.ben, asking)
            assert second[0].fields == {"why": "she knows", "page": "yes"}

    async def test_a_button_is_pressed_by_everybody_who_presses_it(self, stage: ChatStage, heard: Heard) -> None:
        """Each press once, under a key of its own."""
        if not (stage.network.capabilities.buttons or stage.network.capabilities.reaction_buttons):
            pytest.skip("the network has no buttons")
        card, plain, _asking = card_with_buttons()
        ref = await stage.network.post(stage.room, card, key=fresh())
        await asyncio.gather(*(stage.press(who, ref, plain, {}) for who in (stage.ann, stage.ben)))
        await stage.say(stage.ann, stage.room, "the end")
        bodies = await heard.until(lambda bodies: any(isinstance(body, Message) for body in bodies))
        presses = [body for body in bodies if isinstance(body, ButtonPress)]
        assert {body.presser for body in presses} == {stage.ann, stage.ben}
        assert [body.action for body in presses] == [plain, plain]

    async def test_reactions_are_reported_and_taken_back(self, stage: ChatStage, heard: Heard) -> None:
        """On anybody's message, where the network says so; else on ours."""
        if stage.network.capabilities.foreign_reactions:
            ref = await stage.say(stage.ben, stage.room, "look")
        elif stage.network.capabilities.reaction_buttons:
            ref = await stage.network.post(stage.room, sentence("look"), key=fresh())
        else:
            pytest.skip("the network reports no reactions")
        await stage.react(stage.ann, ref, "👀")
        await stage.react(stage.ann, ref, "👀")

        def both(bodies: list[object]) -> bool:
            return sum(isinstance(body, Reaction) for body in bodies) == 2

        reactions = [body for body in await heard.until(lambda bodies: both([*bodies])) if isinstance(body, Reaction)]
        assert [(body.ref, body.sender, body.emoji) for body in reactions] == [(ref, stage.ann, "👀")] * 2
        assert [body.removed for body in reactions] == [False, True]

    async def test_what_we_do_ourselves_never_comes_back(self, stage: ChatStage, heard: Heard) -> None:
        """Neither posts, edits, reactions nor pins."""
        network = stage.network
        ref = await network.post(stage.room, sentence(f"{stage.prefix}help"), key=fresh())
        if network.capabilities.edits:
            await network.edit(ref, sentence(f"{stage.prefix}me"), key=fresh())
        if network.capabilities.pins:
            await network.pin(ref, key=fresh())
        with suppress(Unsupported):
            await network.react(ref, "✅", key=fresh())
        await stage.say(stage.ann, stage.room, "the end")
        [only] = await heard.until(bool)
        assert isinstance(only, Message)
        assert only.text == "the end"

    async def test_what_the_store_refused_is_handed_over_again(self, stage: ChatStage, heard: Heard) -> None:
        """Under the same key, and before what came later."""
        if not stage.keeps:
            pytest.skip("the network keeps nothing")
        heard.refusals = 1
        await stage.say(stage.ann, stage.room, "one")
        await heard.refused.wait()
        await stage.say(stage.ann, stage.room, "two")
        while len(heard.bodies()) < 2:
            await stage.pass_time()
            await asyncio.sleep(0)
        messages = [body for body in heard.bodies() if isinstance(body, Message)]
        assert [message.text for message in messages] == ["one", "two"]

    async def test_what_happens_while_we_are_away_arrives_later(self, stage: ChatStage) -> None:
        """Once, and nothing older a second time."""
        if not stage.keeps:
            pytest.skip("the network keeps nothing")
        words = [fresh() for _n in range(3)]
        everything: list[str] = []
        checkpoints = stage.checkpoints
        for word in words:
            await stage.say(stage.ann, stage.room, word)
            heard = Heard(checkpoints)
            task = asyncio.ensure_future(stage.network.run(heard))
            await heard.until(bool)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            checkpoints = heard.checkpoints
            everything += [key for key, _body in heard.events]
            assert isinstance(heard.bodies()[-1], Message)
            assert getattr(heard.bodies()[-1], "text", "") == word
        assert len(set(everything)) == len(words)
