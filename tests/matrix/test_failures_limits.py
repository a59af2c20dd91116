"""Homeservers that ask us to wait, and what is too large for them."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest

from chatops.core.command import command
from chatops.core.text import _, said
from chatops.core.unit import Unit
from matrix_ears import room_with
from matrix_house import House, answered, answers, house_of, true_within
from matrix_people import MatrixPerson, Person
from matrix_proxy import MatrixProxy, in_front_of, limited
from synapse_server import OwnSynapse, Synapse

pytestmark = pytest.mark.faults

SEND = "/send/m.room.message"
PER_SECOND = 1.0
BURST = 3


@pytest.mark.faults
@pytest.mark.timeout(60)  # it starts a homeserver of its own
async def test_synapses_own_limits_are_kept_to(own_synapse: OwnSynapse, person: Person) -> None:
    """An account without exemption says everything, in order, once, as fast as it may, and hardly ever too early."""
    limits = {"rc_message": {"per_second": PER_SECOND, "burst_count": BURST}}
    server = await asyncio.to_thread(lambda: own_synapse(rate_limits=True, extra=limits))
    anna, robot = await person("anna", on=server), await person("chatops", on=server)
    await exempt(anna, await person("admin", on=server, admin=True))
    room = await room_with(anna, robot)
    async with in_front_of(server.url) as proxy, house_of(proxy.url, robot.login, {"anna": anna}) as house:
        began = time.monotonic()
        for number in range(8):
            await anna.say(room, f"!tally echo {number}")
        await answered(anna, room, robot.id, lambda found: len(found) == 8)
        took = time.monotonic() - began
        await house.stop()
        found = await answers(anna, room, to=robot.id)
    assert found == [str(number) for number in range(8)]
    assert took > (8 - BURST - 1) / PER_SECOND
    # Each answer is refused once at most, and Synapse rounds what it tells by a little.
    assert len(proxy.asked(SEND, method="PUT")) <= 8 * 2 + 2


async def test_a_limit_in_one_room_holds_up_no_other(synapse: Synapse, person: Person, proxy: MatrixProxy) -> None:
    """The other is answered at once; in the limited room nothing is tried before its time, and the order stays."""
    anna, robot = await person("anna"), await person("chatops")
    busy, quiet = await room_with(anna, robot), await room_with(anna, robot)
    async with house_of(proxy.url, robot.login, {"anna": anna}):
        proxy.plan(limited(2000), times=2, path=f"{busy}{SEND}")
        for number in range(3):
            await anna.say(busy, f"!tally echo {number}")
        await true_within(5, lambda: bool(proxy.asked(f"{busy}{SEND}")))
        await anna.say(quiet, "!tally echo meanwhile")
        await answered(anna, quiet, robot.id, lambda found: found == ["meanwhile"])
        assert await answers(anna, busy, to=robot.id) == []
        found = await answered(anna, busy, robot.id, lambda found: len(found) == 3)
    assert found == ["0", "1", "2"]
    tried = [seen.at for seen in proxy.asked(f"{busy}{SEND}")]
    assert len(tried) == 5
    assert all(later - earlier >= 2.0 for earlier, later in pairwise(tried[:3]))


async def test_a_limited_sync_waits_as_long_as_it_is_told(synapse: Synapse, person: Person, proxy: MatrixProxy) -> None:
    """And asks again then, once; also when it is told no time at all it does not hurry."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    async with house_of(proxy.url, robot.login, {"anna": anna}):
        proxy.plan(limited(1500), path="/sync")
        proxy.plan(limited(0), times=2, path="/sync")
        asked = len(proxy.asked("/sync"))
        await anna.say(room, "!tally echo one")
        await anna.say(room, "!tally echo two")
        found = await answered(anna, room, robot.id, lambda found: len(found) == 2)
        await true_within(5, lambda: len(proxy.asked("/sync")) >= asked + 4)
    assert found == ["one", "two"]
    tried = [seen.at for seen in proxy.asked("/sync")][asked : asked + 4]
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses[0] >= 1.5
    assert min(pauses) >= 0.1


async def test_seventy_kilobytes_are_said(synapse: Synapse, person: Person, proxy: MatrixProxy) -> None:
    """The beginning in the room, all of it as a file; the homeserver is never sent what it would refuse."""
    anna, robot = await person("anna"), await person("chatops")
    room = await room_with(anna, robot)
    house = House(proxy.url, robot.login, {"anna": anna})
    house.extra.append(Talkative())
    await house.log_in()
    await house.start()
    try:
        await house.listens()
        await anna.say(room, "!tell everything")
        await answered(anna, room, robot.id, lambda found: len(found) == 2)
    finally:
        await house.stop()
    message, name = await answers(anna, room, to=robot.id)
    assert len(EVERYTHING) >= 70_000
    assert message.startswith(EVERYTHING[:1000])
    assert message.endswith("The whole text is attached.")
    assert name == "message.txt"
    (upload,) = proxy.asked("/upload")
    assert upload.body.decode() == EVERYTHING
    assert max(len(seen.body) for seen in proxy.asked(SEND)) < 60_000


EVERYTHING = "".join(f"{number} is a number, and <so> is {number + 1}.\n" for number in range(2100)).strip()


class Talkative:
    """Has much to say."""

    @command("tell everything", who="anyone", summary=_("Tell everything"))
    async def everything(self, unit: Unit) -> None:
        """Answer with 70 kB."""
        unit.answer(said(EVERYTHING))


async def exempt(who: MatrixPerson, admin: MatrixPerson) -> None:
    """Lift all limits for somebody, as `docs/how-to/matrix-bot.md` asks the homeserver's admin to do for the bot."""
    path = f"/_synapse/admin/v1/users/{who.id}/override_ratelimit"
    await admin.call("POST", path, {"messages_per_second": 0, "burst_count": 0})
