"""A swarm goes round the world: offered at the end of Berlin's day, taken over in Singapore's morning, taken up again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chatops.core.text import Moment, _
from chatops.ports.roster import Pod
from chatops.ports.tickets import Priority, Ref
from whole_house import LANGUAGES, Resident, WholeHouse

PEOPLE = (
    Resident("olga", "agent", pods=("emea",)),
    Resident("lea", "pod_lead", pods=("emea",)),
    Resident("mei", "agent", zone="Asia/Singapore", pods=("apac",), quiet_from="22:00", quiet_to="07:00"),
    Resident("jun", "agent", zone="Asia/Tokyo", pods=("apac",), quiet_from="22:00", quiet_to="08:00"),
)
PODS = (
    Pod(id="emea", name="EMEA", lead="lea", members=("lea", "olga")),
    Pod(id="apac", name="APAC", members=("mei", "jun"), zone="Asia/Singapore"),
)
HALF_PAST_FOUR = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
"""In Berlin; half past eleven at night in Singapore."""
MIDNIGHT = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
"""In Berlin; seven in the morning in Singapore, eight in Tokyo."""


@pytest.fixture(params=LANGUAGES)
def house(request: pytest.FixtureRequest) -> WholeHouse:
    """Return a house with people in Berlin, Singapore and Tokyo, in one language."""
    return WholeHouse(request.param, PEOPLE, PODS, now=HALF_PAST_FOUR)


async def offered(house: WholeHouse) -> tuple[Ref, str]:
    """Let Olga work until five and offer what is left; return the case and the room."""
    acme = house.tickets.add_customer("acme", "ACME Ltd", locale=house.language)
    case = await house.case("Checkout is down", owner="olga", customer=acme, priority=Priority.HIGH)
    await house.says("olga", "swarm open demo:1001 checkout is down", "schwarm öffnen demo:1001 checkout is down")
    room = house.room_of("SW-1")
    await house.says("olga", "swarm question in Asia too?", "schwarm frage in Asia too?", room=room)
    await house.says("olga", 'todo "send the log" in=20h', 'merken "send the log" in=20h', room=room)
    await house.says(
        "olga",
        "swarm handover pod:apac at=17:00 my day ends",
        "schwarm übergeben pod:apac um=17:00 my day ends",
        room=room,
    )
    await house.stage.advance(timedelta(minutes=30))
    return case, room


async def test_the_packet_waits_for_their_morning(house: WholeHouse) -> None:
    """Olga is told at once that they sleep; the packet says what is open, to be done, and who is awake at the breach."""
    async with house.stage:
        case, room = await offered(house)
        asleep = _("None of them is awake before {time}.", time=Moment(at=MIDNIGHT, style="datetime"))
        assert house.words(asleep) in house.read(room)
        packet = house.direct("mei")
        for words in ("checkout is down", "my day ends", "in Asia too?", "send the log", "Mei (07:30", "Jun (08:30"):
            assert words in packet
        await house.stage.advance(timedelta(hours=6, minutes=59))
        owner = (await house.now(case)).owner
        assert owner is not None
        assert owner.ref.id == "olga"
        assert "SW-1" in await house.alone("mei", "me", "ich")


async def test_the_first_to_accept_has_it(house: WholeHouse) -> None:
    """Mei takes over: only now the case changes its owner; Jun hears that she was quicker; Olga is let go."""
    async with house.stage as stage:
        case, room = await offered(house)
        await stage.advance(MIDNIGHT - house.clock.now())
        await house.presses("mei", _("I have read it, I take over"))
        owner = (await house.now(case)).owner
        assert owner is not None
        assert owner.ref.id == "mei"
        assert house.words(_("{who} was quicker and owns it now.", who="Mei")) in house.direct("jun")
        late = await house.alone("jun", "swarm accept-handover SW-1", "schwarm übernehmen SW-1")
        assert house.words(_("{swarm} is yours now. Thank you!", swarm="SW-1")) not in late
        assert house.words(
            _("{swarm} passes from {old} to {new}.", swarm="SW-1", old="Olga", new="Mei")
        ) in house.direct("olga")
        await house.says("mei", "swarm release olga", "schwarm entlassen olga", room=room)
        assert house.members(room) == {"mei"}
        brief = await house.says("mei", "swarm brief", "schwarm überblick", room=room)
        assert "in Asia too?" in brief


async def test_nobody_takes_it_in_time(house: WholeHouse) -> None:
    """An hour after the first of them woke it lapses; Olga owns it as before and is told."""
    async with house.stage as stage:
        case, _room = await offered(house)
        await stage.advance(MIDNIGHT + timedelta(hours=1) - house.clock.now())
        assert house.words(_("Nobody took {swarm} over in time.", swarm="SW-1")) in house.direct("olga")
        owner = (await house.now(case)).owner
        assert owner is not None
        assert owner.ref.id == "olga"


async def test_it_comes_back_and_grows_together_with_its_double(house: WholeHouse) -> None:
    """Over in the morning, reopened by its new owner the day after, and merged with a second case of the same trouble."""
    async with house.stage as stage:
        _case, room = await offered(house)
        await stage.advance(MIDNIGHT - house.clock.now())
        await house.presses("mei", _("I have read it, I take over"))
        await house.says(
            "mei",
            'swarm done "restarted" article=none because="only a restart"',
            'schwarm fertig "restarted" article=none weil="only a restart"',
            room=room,
        )
        assert stage.network.rooms[room].archived
        await stage.advance(timedelta(hours=24))
        again = await house.alone(
            "mei", "swarm reopen SW-1 because it is down again", "schwarm wiederöffnen SW-1 weil it is down again"
        )
        assert "it is down again" in again
        assert house.words(_("The article about it stays; at the end you decide anew.")) not in again
        await house.case("Checkout shows an error", owner="olga")
        await house.says("olga", "swarm open demo:1002 error at the till", "schwarm öffnen demo:1002 error at the till")
        await house.alone("mei", "swarm merge SW-1 SW-2", "schwarm zusammenführen SW-1 SW-2")
        await house.presses("olga", _("Merge"))
        assert house.stage.network.rooms[house.room_of("SW-2")].archived
        both = await house.alone("mei", "swarm show SW-1", "schwarm zeigen SW-1")
        assert "Olga" in both
