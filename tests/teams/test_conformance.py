"""Teams keeps what every chat network promises."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

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
