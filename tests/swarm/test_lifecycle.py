"""Rest, offers, learners, release, coming back, growing together, kudos."""

from __future__ import annotations

import pytest

from chatops.core.command import ReadContext
from chatops.errors import BadArgument, Impossible, NotAllowed
from chatops.ports.tickets import Status, TicketPatch, WriteContext
from chatops.swarm.model import State
from chatops.swarm.praise import Kudos
from swarm_bench import Bench, words


async def opened() -> Bench:
    """Return a bench with one open swarm of olga's in which anna helps."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("anna", "swarm join SW-1")
    return bench


async def status(bench: Bench) -> Status:
    """Return the case's status."""
    return (await bench.tickets.get((await bench.swarm()).case.ref)).status


# rest


@pytest.mark.parametrize(("whom", "there"), [("customer", Status.WAITING), ("vendor", Status.ON_HOLD)])
async def test_the_ticket_rests_as_well(whom: str, there: Status) -> None:
    """For whom is said in the ticket's own words; going on opens it again."""
    bench = await opened()
    held = await bench.do("olga", f"swarm hold SW-1 waiting={whom}")
    assert "The ticket is set to" in words(held)
    assert await status(bench) is there
    await bench.do("olga", "swarm resume SW-1")
    assert await status(bench) is Status.OPEN
    await bench.do("olga", f"swarm hold SW-1 {whom}")
    assert await status(bench) is there


async def test_it_goes_on_by_itself() -> None:
    """At the time named; the room hears it."""
    bench = await opened()
    await bench.do("olga", "swarm hold SW-1 customer until=16:00")
    await bench.later(hours=2, minutes=1)
    assert (await bench.swarm()).state is State.ACTIVE
    assert await status(bench) is Status.OPEN
    assert "The time given to the customer is over" in "\n".join([words(said) for said in await bench.room()])
    with pytest.raises(Impossible, match="is over already"):
        await bench.do("olga", 'swarm hold SW-1 customer until="2020-01-01 09:00"')


async def test_without_an_end_the_owner_is_asked_every_day() -> None:
    """Until it goes on; afterwards nobody is asked."""
    bench = await opened()
    await bench.do("olga", "swarm hold SW-1 vendor")
    await bench.later(hours=25)
    await bench.later(hours=25)
    assert (await bench.heard("olga")).count("still rests") == 2
    await bench.do("olga", "swarm resume SW-1")
    await bench.later(hours=50)
    assert (await bench.heard("olga")).count("still rests") == 2


# offers, learners, release


async def test_help_is_offered_once_and_taken_in() -> None:
    """The owner gets the offer with both answers; who is taken in is in the room."""
    bench = await opened()
    await bench.do("max", "swarm offer SW-1 I saw this before")
    offer = next(card for card in await bench.said_to("person:olga") if "offers help" in words(card))
    assert "I saw this before" in words(offer)
    with pytest.raises(Impossible, match="before"):
        await bench.do("max", "swarm offer SW-1 really")
    await bench.press("olga", offer, "Take in")
    assert (await bench.swarm()).member("max") is not None
    with pytest.raises(Impossible, match="already"):
        await bench.do("max", "swarm offer SW-1 again")


async def test_an_offer_may_be_turned_down_kindly() -> None:
    """Who offered is thanked, and does not offer again; guests and strangers to a private one cannot."""
    bench = await opened()
    await bench.do("max", "swarm offer SW-1 I saw this before")
    offer = next(card for card in await bench.said_to("person:olga") if "offers help" in words(card))
    await bench.press("olga", offer, "No, thanks")
    assert "Olga O thanks you for your offer" in await bench.heard("max")
    assert (await bench.swarm()).member("max") is None
    with pytest.raises(Impossible):
        await bench.do("max", "swarm offer SW-1 please")
    with pytest.raises(NotAllowed):
        await bench.do("gus", "swarm offer SW-1 me too")


async def test_learners_have_seats_of_their_own() -> None:
    """They do not count as help, ask but do not propose, and are few; coming in as a helper is always possible."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    for learner in ("ben", "cem", "max"):
        await bench.do(learner, "swarm join SW-1 as learner")
    swarm = await bench.swarm()
    assert swarm.state is State.REQUESTED
    assert "learning: Ben B, Cem C" in words(await bench.do("lea", "swarm show SW-1"))
    with pytest.raises(Impossible, match="seat"):
        await bench.do("anna", "swarm join SW-1 as learner")
    await bench.do("ben", "swarm question SW-1 why?")
    with pytest.raises(Impossible, match="came to learn"):
        await bench.do("ben", "swarm solution SW-1 this")
    await bench.do("ben", "swarm join SW-1")
    await bench.do("ben", "swarm solution SW-1 this")
    assert (await bench.swarm()).state is State.ACTIVE


async def test_people_are_let_go() -> None:
    """With thanks; the owner stays; whoever is only asked is asked no more."""
    bench = await opened()
    await bench.do("olga", "swarm invite SW-1 ben")
    await bench.do("olga", "swarm release SW-1 anna")
    await bench.do("lea", "swarm release SW-1 ben")
    swarm = await bench.swarm()
    assert [member.person for member in swarm.present] == ["olga"]
    assert bench.ledger["room.remove swarm:1/main anna"] == 1
    assert "Thank you for your help" in await bench.heard("anna")
    with pytest.raises(Impossible):
        await bench.do("ben", "swarm accept SW-1")
    with pytest.raises(Impossible, match="owns"):
        await bench.do("lea", "swarm release SW-1 olga")
    with pytest.raises(NotAllowed):
        await bench.do("max", "swarm release SW-1 olga")


# coming back


async def test_what_was_closed_comes_back() -> None:
    """In a new room with the same people; the article stays, what was thought to solve it counts as tried."""
    bench = await opened()
    await bench.do("olga", 'swarm done SW-1 "released the lock" article=new')
    assert await status(bench) is Status.RESOLVED
    await bench.later(days=13)
    await bench.do("olga", "swarm reopen SW-1 because it loops again")
    swarm = await bench.swarm()
    assert (swarm.state, swarm.tried, swarm.solution) == (State.ACTIVE, "released the lock", None)
    assert await status(bench) is Status.OPEN
    assert bench.ledger["room.open swarm:1/main-2"] == 1
    assert "it loops again" in await bench.heard("anna")
    assert [one.article for one in swarm.earlier] == ["draft"]
    await bench.do("olga", 'swarm done SW-1 "fixed the job" article=KB1')
    assert (await bench.swarm()).state is State.CLOSED
    notes = [comment.text.split("\n")[0] for comment in await bench.tickets.comments(swarm.case.ref)]
    assert notes[1:3] == ["SW-1 is closed after 0 minutes.", "SW-1 is open again: it loops again"]
    assert len(notes) == 4


async def test_only_so_long() -> None:
    """Two weeks; and never without a reason, nor beside another one on the same question."""
    bench = await opened()
    await bench.do("olga", 'swarm done SW-1 "released the lock" article=new')
    with pytest.raises(Impossible, match="why"):
        await bench.do("olga", "swarm reopen SW-1")
    case = (await bench.swarm()).case.ref
    await bench.tickets.update(case, TicketPatch(status=Status.OPEN), WriteContext(key="reopened"))
    await bench.do("olga", "swarm open fake:1001 refund loops")
    with pytest.raises(Impossible, match="is already on it"):
        await bench.do("olga", "swarm reopen SW-1 because again")
    await bench.do("olga", "swarm cancel SW-2 because so")
    await bench.later(days=15)
    with pytest.raises(Impossible, match="two weeks"):
        await bench.do("olga", "swarm reopen SW-1 because again")


# growing together


async def test_two_become_one() -> None:
    """People, questions and the case go along; the other ends, says where it goes on, and cannot be opened again."""
    bench = await opened()
    await bench.do("lea", "swarm open fake:1003 refunds stuck")
    await bench.do("ben", "swarm join SW-2")
    await bench.do("ben", "swarm question SW-2 which bank?")
    await bench.do("lea", "swarm merge SW-1 SW-2")
    kept, ended = await bench.swarm("1"), await bench.swarm("2")
    assert (ended.state, ended.merged_into) == (State.MERGED, "1")
    assert {member.person for member in kept.present} == {"olga", "anna", "lea", "ben"}
    assert [question.text for question in kept.questions] == ["which bank?"]
    assert bench.ledger["room.invite swarm:1/main ben"] == 1
    assert bench.ledger["room.archive swarm:2/main"] == 1
    assert "SW-2 ends here; it goes on in SW-1" in "\n".join([words(said) for said in await bench.room("2")])
    with pytest.raises(Impossible, match="ended in"):
        await bench.do("lea", "swarm resume SW-2")
    await bench.do("olga", 'swarm done SW-1 "released the lock" article=new')
    notes = [comment.text for comment in await bench.tickets.comments(ended.case.ref)]
    assert "Solution: released the lock" in notes[-1]


async def test_the_other_owner_agrees_first() -> None:
    """Who owns one of them only asks; the other's owner presses the button."""
    bench = await opened()
    await bench.do("lea", "swarm open fake:1003 refunds stuck")
    await bench.do("max", "swarm join SW-2")
    await bench.do("lea", "swarm handover SW-2 max")
    await bench.do("max", "swarm accept-handover SW-2 read")
    await bench.do("olga", "swarm merge SW-1 SW-2")
    assert (await bench.swarm("2")).live
    with pytest.raises(Impossible, match="asked already"):
        await bench.do("olga", "swarm merge SW-1 SW-2")
    asked = next(card for card in await bench.said_to("person:max") if "wants to merge SW-2" in words(card))
    await bench.press("max", asked, "Merge")
    assert (await bench.swarm("2")).merged_into == "1"
    with pytest.raises(NotAllowed):
        await bench.do("anna", "swarm merge SW-1 SW-2")


# kudos


async def kudos(bench: Bench, person: str) -> int:
    """Return how often somebody was thanked."""
    stored = await bench.store.get(Kudos.kind, person)
    return 0 if stored is None else bench.codec.decode_as(Kudos, stored.body).count


async def test_thanks_by_name() -> None:
    """Said in the room, counted; never to oneself, nor twice for one swarm."""
    bench = await opened()
    await bench.do("olga", "kudos anna found the lock", room="1")
    assert "👏 Olga O thanks Anna A: found the lock" in "\n".join([words(said) for said in await bench.room()])
    assert await kudos(bench, "anna") == 1
    with pytest.raises(Impossible, match="already"):
        await bench.do("olga", "kudos anna again", room="1")
    with pytest.raises(Impossible, match="somebody else"):
        await bench.do("olga", "kudos olga well done me", room="1")
    with pytest.raises(NotAllowed):
        await bench.do("gus", "kudos anna thanks")


async def test_who_likes_it_quiet_hears_it_alone() -> None:
    """Their wish goes before the room."""
    bench = await opened()
    await bench.do("anna", "kudos quiet")
    await bench.do("olga", 'swarm done SW-1 "released the lock" article=new kudos=anna')
    assert "👏 Olga O thanks you: released the lock" in await bench.heard("anna")
    assert "👏" not in "\n".join([words(said) for said in await bench.room()])
    assert "You were thanked 1 time" in words(await bench.do("anna", "kudos show"))


async def test_the_last_card_tells_how_it_went() -> None:
    """How long, how many, and that it never changed hands."""
    bench = await opened()
    await bench.later(minutes=30)
    await bench.do("olga", 'swarm done SW-1 "released the lock" article=new')
    assert "solved in 30 minutes · 1 expert · 0 hand-offs" in words((await bench.room())[-1])


async def test_the_swarms_of_a_pod() -> None:
    """By who is in them; a pod that nobody knows is refused."""
    bench = await opened()
    assert "SW-1 refund loops" in words(await bench.do("max", "swarm list pod:emea"))
    assert "No swarms" in words(await bench.do("lea", "swarm list mine"))


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("schwarm fragen anna welcher Anbieter?", "swarm ask"),
        ("zwerm vragen anna welke aanbieder?", "swarm ask"),
        ("schwarm geklärt ASK-1", "swarm solved"),
        ("schwarm pausieren SW-1 wartet=kunde bis=17:00", "swarm hold"),
        ("zwerm pauzeren SW-1 leverancier tot=17:00", "swarm hold"),
        ("schwarm übergeben SW-1 pod:emea um=17:00", "swarm handover"),
        ("zwerm overdragen SW-1 anna houden", "swarm handover"),
        ("schwarm übernehmen SW-1", "swarm accept-handover"),
        ("zwerm overnemen", "swarm accept-handover"),
        ("schwarm wiederöffnen SW-1 weil es wieder hängt", "swarm reopen"),
        ("zwerm heropenen SW-1 omdat het weer hangt", "swarm reopen"),
        ("schwarm zusammenführen SW-1 SW-9", "swarm merge"),
        ("swarm absorb SW-1 SW-9", "swarm merge"),
        ("schwarm anbieten SW-1 das kenne ich", "swarm offer"),
        ("zwerm vrijgeven SW-1 anna", "swarm release"),
        ("lob anna fürs Suchen", "kudos"),
        ("lof anna voor het zoeken", "kudos"),
    ],
)
async def test_in_german_and_dutch(line: str, meant: str) -> None:
    """Every command has its words."""
    bench = Bench()
    context = ReadContext(now=bench.clock.now(), zone="Europe/Berlin", systems=("fake",))
    assert bench.table.read(line, context).command.words == meant


async def test_what_is_missing_is_asked_for() -> None:
    """With commands that work."""
    bench = await opened()
    with pytest.raises(BadArgument) as refusal:
        await bench.do("olga", "swarm hold SW-1")
    await bench.do("olga", refusal.value.commands[0])
    assert (await bench.swarm()).state is State.ON_HOLD
    with pytest.raises(BadArgument, match="whom"):
        await bench.do("olga", "swarm handover SW-1")


# ends while it rests


@pytest.mark.parametrize(
    "end",
    [
        "swarm cancel SW-1 because the customer is gone",
        "swarm resolve SW-1 it went away",
        'swarm done SW-1 "it went away" article=none because="seen once" solved=no',
    ],
)
async def test_what_ends_while_it_rests_waits_for_nobody(end: str) -> None:
    """The ticket is taken off waiting, however the swarm ends; one that somebody has set otherwise stays as they set it."""
    bench = await opened()
    ref = (await bench.swarm()).case.ref
    await bench.tickets.update(ref, TicketPatch(status=Status.ON_HOLD), WriteContext(key="parked"))
    await bench.do("olga", "swarm hold SW-1 customer")
    assert await status(bench) is Status.WAITING
    await bench.do("olga", end)
    assert await status(bench) is Status.ON_HOLD

    bench = await opened()
    await bench.do("olga", "swarm hold SW-1 customer")
    await bench.tickets.update(ref, TicketPatch(status=Status.CLOSED), WriteContext(key="closed"))
    await bench.do("olga", end)
    assert await status(bench) is Status.CLOSED


async def test_what_is_merged_while_it_rests_waits_for_nobody() -> None:
    """The case of the one that ends is open again; a rest of another swarm on the same case counts on."""
    bench = await opened()
    await bench.do("lea", "swarm open fake:1003 refunds stuck")
    await bench.do("lea", "swarm hold SW-2 vendor")
    other = (await bench.swarm("2")).case.ref
    assert (await bench.tickets.get(other)).status is Status.ON_HOLD
    await bench.do("lea", "swarm merge SW-1 SW-2")
    assert (await bench.tickets.get(other)).status is Status.OPEN
    await bench.do("olga", "swarm open fake:1001 another question")
    await bench.do("olga", "swarm hold SW-1 customer")
    await bench.do("olga", "swarm hold SW-3 customer")
    await bench.do("olga", "swarm cancel SW-3 because not needed")
    assert await status(bench) is Status.WAITING
