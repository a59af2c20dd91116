"""Teams keeps what every chat network promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from chatops.core.message import Message
from chatops.testing.conformance.chat import ChatNetworkSuite, ChatStage, Heard
from chatops.testing.conformance.chat_stage import fresh, sentence
from teams_simulator import TeamsSimulator
from teams_stage import teams_stage


class TestTeamsChannel(ChatNetworkSuite):
    """In a channel, where messages stand in threads."""

    @pytest.fixture
    async def stage(self, simulator: TeamsSimulator) -> AsyncIterator[ChatStage]:
        """Two people and the server, in one channel."""
        async with teams_stage(simulator) as stage:
            yield stage

    async def test_what_the_store_refused_is_taken_when_brought_again(
        self, stage: ChatStage, heard: Heard, simulator: TeamsSimulator
    ) -> None:
        """Once, though what was said later came before it."""
        heard.refusals = 1
        first = await stage.say(stage.ann, stage.room, "one")
        await stage.say(stage.ann, stage.room, "two")
        assert await simulator.redeliver() == 1
        assert await simulator.redeliver() == 0
        told = [body for body in heard.bodies() if isinstance(body, Message)]
        assert [message.text for message in told] == ["two", "one"]
        assert told[1].ref == first

    async def test_what_is_said_while_nobody_listens_is_brought_again(
        self, stage: ChatStage, simulator: TeamsSimulator
    ) -> None:
        """The door says to come later, and takes it then."""
        await stage.say(stage.ann, stage.room, "one")
        assert simulator.deliveries.log[-1].statuses == [503]
        heard = Heard()
        task = asyncio.ensure_future(stage.network.run(heard))
        await asyncio.sleep(0)
        await simulator.redeliver()
        [message] = await heard.until(bool)
        assert getattr(message, "text", "") == "one"
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def test_a_stranger_is_not_heard(self, stage: ChatStage, heard: Heard, simulator: TeamsSimulator) -> None:
        """Whoever they say they are; and no answer goes out."""
        await stage.say(stage.ann, stage.room, "help")
        activity = {**simulator.deliveries.log[-1].activity, "id": "1900000000000", "text": "!help"}
        before = len(simulator.calls)
        for token in ("", "made.up.token"):
            assert (await simulator.deliveries.forge(activity, token=token)).statuses == [401]
        assert [body for body in heard.bodies() if getattr(body, "text", "") == "!help"] == []
        assert simulator.calls[before:] == []

    async def test_one_key_for_one_activity(self, stage: ChatStage, heard: Heard, simulator: TeamsSimulator) -> None:
        """However often it is brought."""
        await stage.say(stage.ann, stage.room, "one")
        for _n in range(3):
            assert await simulator.deliveries.attempt(simulator.deliveries.log[-1]) == 200
        keys = {key for batch in heard.batches for key, _body in batch}
        assert (len(heard.batches), len(keys)) == (4, 1)


class TestTeamsGroupChat(ChatNetworkSuite):
    """In a group chat, which has no threads."""

    @pytest.fixture
    async def stage(self, simulator: TeamsSimulator) -> AsyncIterator[ChatStage]:
        """Two people and the server, in one group chat."""
        async with teams_stage(simulator, kind="groupChat") as stage:
            yield stage

    async def test_threads_and_replies_name_their_message(self, stage: ChatStage, heard: Heard) -> None:
        """A reply names what it quotes."""
        root = await stage.say(stage.ann, stage.room, "the root")
        await stage.say(stage.ben, stage.room, "about it", reply_to=root.id)
        bodies = await heard.until(lambda bodies: len(bodies) == 2)
        assert [getattr(body, "reply_to", "") for body in bodies] == [None, root.id]
        assert [getattr(body, "thread", "") for body in bodies] == [None, None]

    async def test_posts_in_a_thread_stand_there(self, stage: ChatStage, heard: Heard) -> None:
        """Below what is there: nothing is lost."""
        root = await stage.say(stage.ann, stage.room, "the root")
        await stage.network.post(stage.room, sentence("inside"), key=fresh(), thread=root.id)
        assert [one.text for one in await stage.history(stage.room)] == ["the root", "inside"]
