"""The case is given to somebody else outside: its swarm follows, and says so."""

from __future__ import annotations

import pytest

from chatops.engine.ticket_events import CaseReassigned, case_lane
from chatops.errors import PortError, Unreachable
from chatops.ports.tickets import Ref, TicketPatch, WriteContext
from chatops.swarm.case_owner import OwnersLook
from chatops.swarm.rules import invariants
from swarm_bench import Bench, words


async def opened(owner: str = "olga") -> Bench:
    """Return a bench with one open swarm in which max helps."""
    bench = Bench()
    await bench.do(owner, "swarm open fake:1001 refund loops")
    await bench.do("max", "swarm join SW-1")
    return bench


async def given(bench: Bench, to: str | None, *, looked: bool = True) -> None:
    """Let somebody in the ticket system give the case away; and let a look find out."""
    owner = None if to is None else Ref(system="fake", kind="person", id=to)
    key = f"given/{bench.ledger.total()}/{to}"
    await bench.tickets.update((await bench.swarm()).case.ref, TicketPatch(owner=owner), WriteContext(key=key))
    if looked:
        await look(bench)


async def look(bench: Bench) -> None:
    """Let a look go by."""
    await bench.tell(OwnersLook(system="fake"), "swarm:owners:fake")


async def read(bench: Bench) -> str:
    """Return all that was said in the room."""
    return "\n".join([words(said) for said in await bench.room()])


async def test_the_owner_follows_the_case() -> None:
    """Whoever has the case has the swarm and is in its room; the old and the new one, and all others, hear it. Once."""
    bench = await opened()
    await look(bench)
    assert (await bench.swarm()).owner == "olga"
    await given(bench, "t-anna")
    swarm = await bench.swarm()
    assert swarm.owner == "anna"
    assert swarm.member("olga") is not None
    assert not invariants(swarm)
    assert bench.ledger["room.invite swarm:1/main anna"] == 1
    assert "SW-1 passes from Olga O to Anna A." in await read(bench)
    assert "SW-1 is yours now." in await bench.heard("anna")
    assert "passes from Olga O" in await bench.heard("olga")
    told = len(await bench.room())
    await look(bench)
    assert len(await bench.room()) == told


async def test_who_cannot_own_it_has_the_lead_stand_in() -> None:
    """For an owner whom the directory does not know the pod's lead stands in, and it is said so."""
    bench = await opened()
    await given(bench, "t-stranger")
    assert (await bench.swarm()).owner == "lea"
    assert "belongs to Stranger now, who cannot own swarms here. Lea L stands in for them." in await read(bench)
    await given(bench, None)
    assert (await bench.swarm()).owner == "lea"
    assert "belongs to nobody in fake now. Lea L keeps SW-1." in await read(bench)
    await given(bench, "t-anna")
    assert (await bench.swarm()).owner == "anna"


async def test_guests_learn_nothing_of_the_case() -> None:
    """A room with guests hears who owns the swarm, and not whose the case is called."""
    bench = await opened()
    await bench.do("olga", "swarm invite SW-1 guest:gus")
    await bench.do("gus", "swarm accept SW-1")
    before = len(await bench.room())
    await given(bench, "t-stranger")
    await given(bench, None)
    said = "\n".join([words(one) for one in (await bench.room())[before:]])
    assert "SW-1 passes from Olga O to Lea L." in said
    assert "Stranger" not in said
    assert "fake" not in said


@pytest.mark.parametrize(("offered_to", "state"), [("anna", "reassigned"), ("ben", "withdrawn")])
async def test_a_handover_under_way_is_settled(offered_to: str, state: str) -> None:
    """What was offered to the new owner has come true; what was offered to somebody else is offered no more."""
    bench = await opened()
    await bench.do("olga", f"swarm handover SW-1 {offered_to}")
    await given(bench, "t-anna")
    swarm = await bench.swarm()
    assert (swarm.owner, swarm.handovers[0].state, swarm.handover) == ("anna", state, None)
    told = await bench.heard(offered_to)
    assert ("It is yours now." if offered_to == "anna" else "It is no longer offered.") in told
    await bench.later(hours=2)
    assert "in time" not in await read(bench)


async def test_what_was_given_away_meanwhile_is_not_taken_back() -> None:
    """A handover that nobody could know to be too late leaves the case to whom it was given; the room hears what works."""
    bench = await opened()
    await bench.do("olga", "swarm handover SW-1 anna")
    await given(bench, "t-lea", looked=False)
    await bench.do("anna", "swarm accept-handover SW-1 read")
    ticket = await bench.tickets.get((await bench.swarm()).case.ref)
    assert ticket.owner is not None
    assert ticket.owner.ref.id == "t-lea"
    assert (await bench.swarm()).owner == "lea"
    assert not invariants(await bench.swarm())
    said = await read(bench)
    assert "so Anna A does not get it" in said
    assert "swarm handover SW-1 @anna" in said
    await bench.do("lea", "swarm handover SW-1 @anna")
    await bench.do("anna", "swarm accept-handover SW-1 read")
    ticket = await bench.tickets.get((await bench.swarm()).case.ref)
    assert ticket.owner is not None
    assert (ticket.owner.ref.id, (await bench.swarm()).owner) == ("t-anna", "anna")
    assert "new owner of the ticket failed" not in await bench.heard("anna")


async def test_what_is_over_stays_whose_it_was() -> None:
    """An ended swarm does not follow its case."""
    bench = await opened()
    await bench.do("olga", "swarm cancel SW-1 because it stopped")
    await given(bench, "t-anna")
    assert (await bench.swarm()).owner == "olga"


@pytest.mark.parametrize("outage", [None, Unreachable("away")])
async def test_a_swarm_that_goes_on_again_belongs_to_whoever_has_its_case(outage: PortError | None) -> None:
    """A case given away while nobody worked on it takes its swarm along; also when its system is away just then."""
    bench = await opened()
    await bench.do("olga", "swarm cancel SW-1 because it stopped")
    await given(bench, "t-anna", looked=False)
    case = (await bench.swarm()).case.ref
    told = CaseReassigned(ticket=case, owner=Ref(system="fake", kind="person", id="t-anna"))
    await bench.tell(told, case_lane(case))
    if outage is not None:
        bench.tickets.fail(outage, when="always")
    await bench.do("olga", "swarm reopen SW-1 because it loops again")
    swarm = await bench.swarm()
    assert (swarm.live, swarm.owner) == (True, "anna")
    assert swarm.member("olga") is not None
    assert not invariants(swarm)
    assert "SW-1 is yours now." in await bench.heard("anna")


async def test_a_swarm_that_goes_on_again_stays_with_its_owner_else() -> None:
    """A case that is still theirs, or nobody's whom we know, changes nothing."""
    bench = await opened()
    await bench.do("olga", "swarm cancel SW-1 because it stopped")
    await bench.do("olga", "swarm reopen SW-1 because it loops again")
    assert (await bench.swarm()).owner == "olga"
    await bench.do("olga", "swarm cancel SW-1 because it stopped")
    await given(bench, "t-stranger", looked=False)
    await bench.do("olga", "swarm reopen SW-1 because it loops again")
    assert (await bench.swarm()).owner == "olga"
    assert "yours now" not in await bench.heard("lea")
