"""Commands that are old, edited, deleted or clicked twice: what people see is done once, and nothing behind their backs."""

from __future__ import annotations

import asyncio

import pytest

from matrix_ears import room_with
from matrix_house import NETWORK, House, answered, answers, house_of, text, true_within
from matrix_network.marks import KEYCAPS
from matrix_people import Person, Refused
from synapse_server import OwnSynapse, Synapse

ONCE = KEYCAPS[1]
"""The second button of `tally buttons`."""

VERSIONS = pytest.mark.parametrize("version", ["11", "12"])


@VERSIONS
async def test_a_first_start_runs_nothing_old(synapse: Synapse, person: Person, version: str) -> None:
    """Fifty commands stand in the room, some of them edited; what comes after the start runs."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot, room_version=version)
    old = await asyncio.gather(*(anna.say(room, f"!tally raise {number}") for number in range(50)))
    await anna.edit(room, old[0], "!tally raise edited")
    async with house_of(synapse.url, robot.login, {"anna": anna}) as house:
        await anna.say(room, "!tally raise new")
        found = await answered(anna, room, robot.id, lambda found: len(found) == 1)
    assert found == ["new is 1"]
    assert house.tallies.runs == ["raise new"]


@pytest.mark.timeout(60)  # it starts a homeserver of its own
async def test_a_first_start_again_within_two_minutes_runs_nothing_old(own_synapse: OwnSynapse, person: Person) -> None:
    """Where the homeserver answers a repeated first sync from its cache; the first time nothing could be stored."""
    server = await asyncio.to_thread(lambda: own_synapse(sync_cache=True))
    anna, robot = await person("anna", on=server), await person("chatops", on=server)
    room = await room_with(anna, robot)
    async with house_of(server.url, robot.login, {"anna": anna}):
        pass
    await anna.say(room, "!tally raise old")
    async with house_of(server.url, robot.login, {"anna": anna}) as house:
        assert await house.store.checkpoint(NETWORK) is not None
        await anna.say(room, "!tally raise new")
        found = await answered(anna, room, robot.id, lambda found: len(found) == 1)
    assert found == ["new is 1"]
    assert house.tallies.runs == ["raise new"]


@VERSIONS
async def test_edits_never_run_and_what_is_deleted_in_time_does_not(
    synapse: Synapse, person: Person, version: str
) -> None:
    """Whether what was edited has run before or still waits its turn."""
    anna, robot = await person("anna"), await person("chatops")
    room, other = await room_with(anna, robot, room_version=version), await room_with(anna, robot)
    async with house_of(synapse.url, robot.login, {"anna": anna}) as house:
        done = await anna.say(room, "!tally echo done")
        await answered(anna, room, robot.id, lambda found: found == ["done"])
        house.tallies.gate.clear()
        await anna.say(room, "!tally slow")
        edited = await anna.say(room, "!tally echo first")
        deleted = await anna.say(room, "!tally raise deleted")
        await anna.edit(room, done, "!tally raise again")
        await anna.edit(room, edited, "!tally raise instead")
        await anna.redact(room, deleted)
        # Answered there, it has been heard here as well: all of it came before.
        await anna.say(other, "!tally quiet")
        await answered(anna, other, robot.id, bool)
        house.tallies.gate.set()
        await anna.say(room, "!tally echo end")
        found = await answered(anna, room, robot.id, lambda found: "end" in found)
    assert [word for word in found if word != "Done."] == ["done", "At last.", "first", "end"]
    assert house.tallies.runs == ["echo", "quiet", "echo", "echo"]


async def test_two_people_who_click_at_once_do_it_once(synapse: Synapse, person: Person) -> None:
    """Taking a click back undoes nothing, and clicking again does nothing more."""
    anna, ben, robot = await person("anna"), await person("ben"), await person("chatops")
    room = await room_with(anna, robot, ben)
    async with house_of(synapse.url, robot.login, {"anna": anna, "ben": ben}) as house:
        await anna.say(room, "!tally buttons")
        await answered(anna, room, robot.id, lambda found: len(found) == 1)
        card = next(event for event in await anna.messages(room) if "Buttons" in text(event))["event_id"]
        clicks = await asyncio.gather(anna.react(room, card, ONCE), ben.react(room, card, ONCE))
        await answered(anna, room, robot.id, lambda found: len(found) == 2)
        with pytest.raises(Refused) as twice:
            await anna.react(room, card, ONCE)
        assert twice.value.code == "M_DUPLICATE_ANNOTATION"
        await asyncio.gather(anna.redact(room, clicks[0]), ben.redact(room, clicks[1]))
        await anna.react(room, card, ONCE)
        await anna.say(room, "!tally echo end")
        found = await answered(anna, room, robot.id, lambda found: "end" in found)
        await true_within(5, lambda: house.engine.quiet)
    assert found[1:] == ["once is 1", "end"]
    assert house.tallies.runs == ["raise once", "echo"]


@VERSIONS
async def test_a_click_that_is_taken_back_at_once_does_it_once_at_most(
    synapse: Synapse, person: Person, version: str
) -> None:
    """While we are away: deleted before we see it, it has never been."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot, room_version=version)
    async with house_of(synapse.url, robot.login, {"anna": anna}) as house:
        await anna.say(room, "!tally buttons")
        await answered(anna, room, robot.id, lambda found: len(found) == 1)
        card = next(event for event in await anna.messages(room) if "Buttons" in text(event))["event_id"]
        await house.stop()
        await anna.redact(room, await anna.react(room, card, ONCE))
        await house.start()
        await anna.say(room, "!tally echo end")
        await answered(anna, room, robot.id, lambda found: "end" in found)
        await restarted(house)
        assert house.tallies.runs == ["echo"]
        assert (await answers(anna, room, to=robot.id))[1:] == ["end"]


async def restarted(house: House) -> None:
    """Stop and start: what was stored is not run again."""
    await house.stop()
    await house.start()
