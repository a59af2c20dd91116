"""Receiving from a real homeserver: nothing old, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio

import pytest

from chatops import Body
from chatops.core.frozen import replace
from chatops.core.message import Message
from chatops.errors import AuthExpired
from matrix_ears import NETWORK, Ears, room_with, until
from matrix_people import Person
from matrix_proxy import MatrixProxy, answer
from synapse_server import Login, OwnSynapse, Synapse


async def test_what_people_say_is_heard_once_and_in_order(synapse: Synapse, person: Person) -> None:
    """Under their event ids, with who, where and when."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        ids = [await anna.say(room, f"{n}") for n in range(20)]
        await ears.hears_text("19")
    assert [key for key, _body in ears.heard.events] == ids
    assert ears.texts() == [f"{n}" for n in range(20)]
    first = ears.of(Message)[0]
    assert (first.sender.id, first.ref.room.id, first.ref.id) == (anna.id, room, ids[0])


async def test_a_first_start_executes_nothing_old(synapse: Synapse, person: Person) -> None:
    """Fifty commands stand in the room; only what comes after is heard."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    for n in range(50):
        await anna.say(room, f"!old {n}")
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        await anna.say(room, "!new")
        await ears.hears_text("new")
    assert ears.texts() == ["new"]


async def test_a_repeated_first_start_executes_nothing_old(own_synapse: OwnSynapse, person: Person) -> None:
    """Also where the homeserver answers a repeated first sync from its cache: a crash before anything was stored."""
    server = await asyncio.to_thread(lambda: own_synapse(sync_cache=True))
    anna, robot = await person("anna", on=server), await person("chatops", on=server)
    room = await room_with(anna, robot)
    async with Ears(server.url, robot.login).listening():
        pass
    await anna.say(room, "!old")
    ears = Ears(server.url, robot.login)
    async with ears.listening():
        await anna.say(room, "!new")
        await ears.hears_text("new")
    assert ears.texts() == ["new"]


async def test_a_restart_goes_on_where_it_stopped(synapse: Synapse, person: Person) -> None:
    """What was said meanwhile is heard, once."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        await anna.say(room, "before")
        await ears.hears_text("before")
    for n in range(3):
        await anna.say(room, f"meanwhile {n}")
    async with ears.listening():
        await ears.hears_text("meanwhile 2")
    assert ears.texts() == ["before", "meanwhile 0", "meanwhile 1", "meanwhile 2"]
    keys = [key for batch in ears.heard.batches for key, _body in batch]
    assert len(keys) == len(set(keys))


async def test_what_the_store_refuses_comes_again_unchanged(synapse: Synapse, person: Person) -> None:
    """Before what was said later."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        ears.heard.refusals = 2
        await anna.say(room, "one")
        await ears.heard.refused.wait()
        await anna.say(room, "two")
        await ears.hears_text("two")
    assert ears.texts() == ["one", "two"]


async def test_a_revoked_token_ends_it(synapse: Synapse, person: Person, proxy: MatrixProxy) -> None:
    """At once, with two requests at most: never in a loop."""
    anna, robot = await person("anna"), await person("chatops")
    await room_with(anna, robot)
    ears = Ears(proxy.url, robot.login)
    task = asyncio.ensure_future(ears.run())
    await until(lambda: NETWORK in ears.heard.checkpoints, task=task)
    before = len(proxy.seen)
    await robot.call("POST", "/logout")
    with pytest.raises(AuthExpired):
        await asyncio.wait_for(task, 10)
    assert len(proxy.seen) - before <= 2


@pytest.mark.faults
async def test_a_server_that_was_away_is_found_again(own_synapse: OwnSynapse, person: Person) -> None:
    """Killed and started again: what is said then is heard, once."""
    server = await asyncio.to_thread(own_synapse)
    anna, robot = await person("anna", on=server), await person("chatops", on=server)
    room = await room_with(anna, robot)
    ears = Ears(server.url, robot.login)
    async with ears.listening():
        await anna.say(room, "before")
        await ears.hears_text("before")
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await anna.say(room, "after")
        await ears.hears_text("after")
    assert ears.texts() == ["before", "after"]


async def test_a_hung_server_is_noticed_when_it_wakes(own_synapse: OwnSynapse, person: Person) -> None:
    """Within five seconds."""
    server = await asyncio.to_thread(own_synapse)
    anna, robot = await person("anna", on=server), await person("chatops", on=server)
    room = await room_with(anna, robot)
    ears = Ears(server.url, robot.login)
    async with ears.listening():
        server.pause()
        said = asyncio.ensure_future(anna.say(room, "good morning"))
        await asyncio.sleep(2)
        server.resume()
        await said
        async with asyncio.timeout(5):
            await ears.hears_text("good morning")
    assert ears.texts() == ["good morning"]


async def test_who_answers_at_once_is_not_asked_all_the_time(synapse: Synapse, bot: Login, proxy: MatrixProxy) -> None:
    """Once a second, when nothing happens and the homeserver, or what stands before it, does not wait."""
    ears = Ears(proxy.url, bot)
    async with ears.listening():
        pass
    token = ears.heard.checkpoints[NETWORK].partition(" ")[2]
    proxy.plan(answer(200, {"next_batch": token}), times=1000, path="/sync")
    begun = len(proxy.asked("/sync"))
    async with ears.listening():
        await until(lambda: len(proxy.asked("/sync")) == begun + 3)
    first, _second, third = (seen.at for seen in proxy.asked("/sync")[begun:])
    assert third - first > 1.9


async def test_another_account_begins_anew(synapse: Synapse, person: Person) -> None:
    """While the server runs: its own words are not a stranger's, and what it was not there for is not its business."""
    anna, robot, other = await person("anna"), await person("chatops"), await person("other")
    room = await room_with(anna, robot, other)
    ears = Ears(synapse.url, robot.login)
    async with ears.listening():
        await anna.say(room, "one")
        await ears.hears_text("one")
        assert ears.current is not None
        kept = await ears.current.kept()
        assert kept is not None
        login = other.login
        await ears.current.begin(replace(kept, user=login.user, device=login.device, access_token=login.token))
        await anna.say(room, "two")
        await until(lambda: ears.heard.checkpoints[NETWORK].startswith(other.id))
        await other.say(room, "three")
        await anna.say(room, "four")
        await ears.hears_text("four")
    assert ears.texts() == ["one", "four"]


async def test_nothing_is_asked_of_the_store_when_nothing_happens(synapse: Synapse, bot: Login) -> None:
    """An account in no room only takes its token."""
    ears = Ears(synapse.url, bot)
    async with ears.listening():
        pass
    empty: list[tuple[tuple[str, Body], ...]] = [()]
    assert ears.heard.batches == empty


async def test_an_answer_nested_as_deep_as_can_be_is_read(synapse: Synapse, person: Person, proxy: MatrixProxy) -> None:
    """Nobody stalls us with a message of brackets."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    ears = Ears(proxy.url, robot.login)
    async with ears.listening():
        depth = 960
        brackets = f'{{"next_batch": "s1", "rooms": {"[" * depth}{"]" * depth}}}'
        proxy.plan(answer(200, brackets), path="/sync")
        await anna.say(room, "one")
        await until(lambda: ears.heard.checkpoints[NETWORK].endswith(" s1"))
