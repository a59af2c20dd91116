"""The way in from people's clients to what the core is told, signed, judged and served by the production web server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
import pytest

from chatops.core.message import Message, Person, TurnedAway
from chatops.testing.directory import FakeDirectory
from teams_entrance import Accepting, answered
from teams_people import TeamsPerson, hired
from teams_simulator import TeamsSimulator
from teams_stage import served
from teams_world import Conversation


@dataclass
class Town:
    """Two people in a chat and in a channel, and what the core hears."""

    simulator: TeamsSimulator
    accept: Accepting
    ann: TeamsPerson
    ben: TeamsPerson
    chat: Conversation
    channel: Conversation

    @property
    def said(self) -> list[Message]:
        """Messages, oldest first."""
        return [body for body in self.accept.bodies if isinstance(body, Message)]


@pytest.fixture
async def town(simulator: TeamsSimulator) -> AsyncIterator[Town]:
    """Everybody is there, and the door is open."""
    ann, ben = hired(simulator, "Ann Keller", "Ben Okafor")
    directory = FakeDirectory(
        [
            Person(id="ann", name="Ann Keller", identities=(ann.identity,)),
            Person(id="ben", name="Ben Okafor", identities=(ben.identity,)),
        ]
    )
    team = simulator.world.team("Support", [ann.user, ben.user])
    channel = simulator.world.channel(team, "refunds")
    chat = simulator.world.group_chat([ann.user, ben.user])
    accept = Accepting()
    async with served(simulator, people=directory) as plugin:
        running = asyncio.ensure_future(plugin.network.run(accept))
        await asyncio.sleep(0)
        await simulator.people.install(team, ann.user)
        await simulator.people.install(chat, ann.user)
        accept.events.clear()
        yield Town(simulator, accept, ann, ben, chat, channel)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_mention_with_two_people_in_two_lines(town: Town) -> None:
    """What is typed in a client arrives as it was meant."""
    post = await town.ann.says(
        "@chatops swarm invite @Ben Okafor\nfor A & B", town.chat, to_bot=True, mentions=(town.ben,)
    )

    (found,) = town.said
    assert (found.text, found.addressed) == ("swarm invite @ben\nfor A & B", True)
    assert (found.mentions, found.ref.id, found.sender) == ((town.ben.identity,), post.id, town.ann.identity)


async def test_an_answer_that_quotes_in_a_channel(town: Town) -> None:
    """In its thread, without the quotation."""
    post = await town.ann.says("!help", town.channel)
    answer = await town.ben.says("why?", town.channel, thread=post.id, quotes=post.id)

    asked, found = town.said
    assert (asked.thread, asked.addressed) == (post.id, True)
    assert (found.text, found.thread, found.reply_to, found.addressed) == ("why?", post.id, post.id, False)
    assert found.ref.id == answer.id


async def test_an_action_on_somebody_elses_message(town: Town) -> None:
    """A form with its words, and then a command in its thread."""
    acts = town.simulator.people
    post = await town.ben.says("the lock is gone", town.channel)
    town.accept.events.clear()
    town.accept.answer = [answered("It is a step now.")]

    form = await acts.choose_action(town.ann.user, town.channel, "step", message=post.id)
    done = await acts.submit_action(town.ann.user, town.channel, "step", {"text": "the lock is gone"}, message=post.id)

    assert form.answer is not None
    assert form.answer["task"]["value"]["card"]["content"]["body"][0]["value"] == "the lock is gone"
    assert done.answer == {"task": {"type": "message", "value": "It is a step now."}}
    (found,) = town.said
    assert (found.text, found.thread, found.reply_to) == ('step add "the lock is gone"', post.id, post.id)
    assert (found.sender, found.addressed) == (town.ann.identity, True)


async def test_people_are_found_from_the_box_one_writes_in(town: Town) -> None:
    """By those we know."""
    found = await town.simulator.people.query(town.ann.user, town.chat, "people", "oka")

    assert found.answer is not None
    (one,) = found.answer["composeExtension"]["attachments"]
    assert one["preview"]["content"]["title"] == "Ben Okafor"


async def test_a_redelivery_is_the_same_event(town: Town) -> None:
    """What was not taken comes again under the key it had."""
    town.accept.down = True
    post = await town.ann.says("!help", town.chat)
    assert not town.said
    town.accept.down = False

    await town.simulator.redeliver()

    ((key, _body),) = town.accept.events
    assert key == f"m/{town.chat.id}/{post.id}"


async def test_an_unsigned_request_in_somebodys_name_is_refused_and_told(town: Town) -> None:
    """With 401, without an effect, without a call outside, and with a record of who was named."""
    activity = town.simulator.activities.message(
        town.chat,
        town.ann.user,
        town.simulator.world.write(town.chat, town.ann.user.id, {"text": "!help", "entities": []}),
    )
    calls = len(town.simulator.calls)

    async with aiohttp.ClientSession() as session:
        for headers in ({}, {"Authorization": "Bearer x.y.z"}):
            async with session.post(town.simulator.bot.endpoint, data=json.dumps(activity), headers=headers) as answer:
                assert (answer.status, await answer.read()) == (401, b"")

    told = [body for body in town.accept.bodies if isinstance(body, TurnedAway)]
    assert [(one.claimed, one.address) for one in told] == [(town.ann.identity, "127.0.0.1")] * 2
    assert not town.said
    assert len(town.simulator.calls) == calls
