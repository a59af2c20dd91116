"""The real homeserver the tests use, and the people on it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from matrix_people import Person, Refused
from synapse_server import Login, OwnSynapse, Synapse, interpreter
from tree import ROOT


async def test_what_people_do_is_what_others_see(person: Person, synapse: Synapse, bot: Login) -> None:
    """A room of two: what one says, edits, reacts to and takes back is in the other's timeline, oldest first."""
    anna, ben = await person("anna"), await person("ben")
    assert bot.user.endswith(f":{synapse.server_name}")
    room = await anna.create_room(invite=[ben.id], name="Support")
    await ben.join(room)
    first = await anna.say(room, "The shop is down", mentions=[ben.id])
    answer = await ben.say(room, "Looking", thread=first, html="<b>Looking</b>")
    await anna.edit(room, first, "The shop is slow")
    eyes = await ben.react(room, first, "👀")
    await ben.redact(room, eyes)
    events = await ben.messages(room)
    said = [event["content"].get("body") for event in events if event["type"] == "m.room.message"]
    assert said == ["The shop is down", "Looking", "* The shop is slow"]
    assert (await anna.event(room, eyes))["content"] == {}
    assert (await anna.sees(room, lambda event: event["event_id"] == answer))["sender"] == ben.id
    assert (await anna.members(room))[ben.id] == "join"


async def test_more_messages_than_a_page(person: Person) -> None:
    """All pages of a long timeline are read."""
    anna = await person("anna")
    room = await anna.create_room()
    ids = await asyncio.gather(*(anna.say(room, str(number)) for number in range(105)))
    events = await anna.messages(room)
    assert events[0]["type"] == "m.room.create"
    assert {event["event_id"] for event in events if event["type"] == "m.room.message"} == set(ids)


async def test_who_goes_and_comes(person: Person) -> None:
    """Kicks, bans, knocks and upgrades do what they say, and a refusal names its code."""
    anna, ben = await person("anna"), await person("ben")
    rules = {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": "knock"}}
    room = await anna.create_room(invite=[ben.id], room_version="11", initial_state=[rules])
    await ben.join(room)
    await anna.kick(room, ben.id)
    await ben.knock(room)
    assert (await anna.members(room))[ben.id] == "knock"
    await anna.invite(room, ben.id)
    await ben.join(room)
    newer = await anna.upgrade(room, "12")
    assert any(event["type"] == "m.room.tombstone" for event in await ben.state(room))
    await anna.ban(newer, ben.id)
    assert (await anna.members(newer))[ben.id] == "ban"
    with pytest.raises(Refused) as refused:
        await ben.kick(room, anna.id)
    assert refused.value.code == "M_FORBIDDEN"


async def test_a_homeserver_of_ones_own(person: Person, own_synapse: OwnSynapse) -> None:
    """It may be killed, paused and restarted: same port, same people, same rooms."""
    own = own_synapse()
    anna = await person("anna", on=own)
    room = await anna.create_room(name="Support")
    await asyncio.to_thread(own.kill)
    assert not own.answers()
    await asyncio.to_thread(own.start)
    await anna.say(room, "still here")
    own.pause()
    assert own.running
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await anna.say(room, "nobody listens")
    own.resume()
    await anna.say(room, "again")


async def test_rate_limits_are_there_when_asked_for(person: Person, own_synapse: OwnSynapse) -> None:
    """With the defaults of Synapse some ten messages in a row are let through."""
    anna = await person("anna", on=own_synapse(rate_limits=True))
    room = await anna.create_room()
    for number in range(9):
        await anna.say(room, str(number))
    with pytest.raises(Refused) as refused:
        await asyncio.gather(*(anna.say(room, "more") for _ in range(3)))
    assert refused.value.code == "M_LIMIT_EXCEEDED"


HOLDER = """
import sys
from pathlib import Path
from synapse_shared import shared
with shared(Path(sys.argv[1])) as server:
    print(server.port, flush=True)
    sys.stdin.readline()
"""


def test_one_homeserver_ends_with_the_last_that_holds_it(tmp_path: Path) -> None:
    """Processes of one run get the same homeserver; it outlives the one that started it and ends with the last."""
    first, second = _holder(tmp_path), _holder(tmp_path)
    port, same = _line(first), _line(second)
    assert port == same
    server = Synapse(tmp_path, port=int(port))
    first.kill()
    first.communicate()
    assert server.answers()
    second.communicate()
    give_up = time.monotonic() + 10
    while server.answers() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not server.answers()


def _holder(base: Path) -> subprocess.Popen[str]:
    interpreter()
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(base)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT / "tests/support",
    )


def _line(holder: subprocess.Popen[str]) -> str:
    assert holder.stdout is not None
    return holder.stdout.readline().strip()
