"""The support engineer's Monday, from the first look to the last word, in English and in German."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from chatops.core.text import _, said
from chatops.ports.tickets import Priority, Status
from monday import Monday
from whole_house import LANGUAGES


@pytest.fixture(params=LANGUAGES)
def monday(request: pytest.FixtureRequest, tmp_path: Path) -> Monday:
    """Return that Monday, in one language."""
    return Monday(request.param, tmp_path)


async def opened(monday: Monday) -> str:
    """Let Olga open her swarm, and Ben come; return its room."""
    await monday.says(
        "olga",
        'swarm open demo:1001 "refund loops" skills=billing tried="restarted the job"',
        'schwarm öffnen demo:1001 "refund loops" skills=billing versucht="den Job neu gestartet"',
    )
    await monday.presses("anna", _("Not now"))
    await monday.presses("ben", _("I’ll help"))
    return monday.room_of("SW-1")


async def test_the_morning(monday: Monday) -> None:
    """What runs out, what is mine, what waits: three looks, each the most pressing first."""
    async with monday.stage:
        await monday.begin()
        needed = await monday.alone("olga", "me", "ich")
        assert monday.words(_("Clocks")) in needed
        assert needed.index("demo:1001") < needed.index("demo:1002")
        mine = await monday.alone("olga", "case list mine sort=sla", "fall liste meine sortiert=sla")
        assert "Card charged twice" in mine
        assert "demo:1003" not in mine
        waiting = await monday.alone("olga", "queue show", "schlange zeigen")
        assert "Cannot log in" in waiting
        assert monday.words(_("nobody yet")) in waiting


async def test_a_case_is_looked_at_from_all_sides(monday: Monday) -> None:
    """The case, what happened to it, what belongs to it, who the customer is; no question leaves the chat."""
    async with monday.stage:
        await monday.begin()
        case = await monday.alone("olga", "case show demo:1001", "fall zeigen demo:1001")
        assert "ACME Ltd (Key account)" in case
        shown = monday.stage.network.posted[-1].body.buttons
        assert [one.command.split()[0] for one in shown] == ["swarm", "note", "reply", "swarm"]
        assert "1001" in await monday.alone("olga", "case history demo:1001", "fall verlauf demo:1001")
        related = await monday.alone("olga", "case related demo:1001", "fall verwandt demo:1001")
        assert "Cannot log in" in related
        customer = await monday.alone("olga", "customer show ACME Ltd", "kunde zeigen ACME Ltd")
        assert "Key account" in customer


async def test_a_colleague_knows(monday: Monday) -> None:
    """Asked in a thread, answered by a button, thanked by a button; nobody is told a thing twice."""
    async with monday.stage:
        await monday.begin()
        await monday.says(
            "olga", 'swarm ask max "which provider has ACME?"', 'schwarm fragen max "welchen Anbieter hat ACME?"'
        )
        await monday.presses("max", _("Answer"), fields={"text": "the new one"})
        assert monday.direct("max").count(monday.words(_("Your answer is with them. Thank you!"))) == 1
        assert "the new one" in monday.direct("olga")
        assert "the new one" in await monday.alone("olga", "swarm show ASK-1", "schwarm zeigen ASK-1")
        await monday.presses("olga", _("That helped"))
        helped = _(
            "{who}: your answer to “{question}” helped. Thank you!",
            who="Olga",
            question=said(monday.said("which provider has ACME?", "welchen Anbieter hat ACME?")),
        )
        assert monday.words(helped) in monday.direct("max")


async def test_a_call_is_promised_and_made(monday: Monday) -> None:
    """`in=90m` is a time like any other; she is reminded before it, and again when it is due."""
    async with monday.stage as stage:
        await monday.begin()
        await monday.alone(
            "olga", "case callback demo:1001 in=90m charges", "fall rückruf demo:1001 in=90m Abbuchungen"
        )
        assert "CB-1" in await monday.alone("olga", "me", "ich")
        await stage.advance(timedelta(minutes=89))
        assert monday.words(_("Soon: call back")) in monday.direct("olga")
        await stage.advance(timedelta(minutes=1))
        assert monday.words(_("Now: call back")) in monday.direct("olga")
        await monday.alone("olga", "callback done CB-1", "rückruf erledigt CB-1")
        assert "CB-1" not in await monday.alone("olga", "me", "ich")


async def test_a_note_and_the_priority(monday: Monday) -> None:
    """One card each; why it is urgent stands on the case, and is not told twice."""
    async with monday.stage:
        case = await monday.begin()
        await monday.alone(
            "olga", "note demo:1001 they switched banks", "notiz demo:1001 sie haben die Bank gewechselt"
        )
        told = await monday.alone(
            "olga",
            'case priority demo:1001 urgent because "their till is down"',
            'fall priorität demo:1001 dringend weil "their till is down"',
        )
        assert told.count("their till is down") == 1
        assert "their till is down" in await monday.notes(case)
        assert (await monday.now(case)).priority is Priority.URGENT


async def test_a_swarm_is_opened_and_finds_its_people(monday: Monday) -> None:
    """What may help stands there at once; people are found with reasons; one says no, the next comes, one learns."""
    async with monday.stage:
        await monday.begin()
        room = await opened(monday)
        assert "KB1" in monday.read(room)
        assert "You said not now" not in monday.direct("ben")
        assert monday.members(room) == {"olga", "ben"}
        found = await monday.says("olga", "swarm find skill:billing", "schwarm finden skill:billing", room=room)
        assert "billing 5" in found
        assert "Kim" in found
        assert "swarm invite SW-1 anna" in [one.command for one in monday.stage.network.posted[-1].body.buttons]
        await monday.says("kim", "swarm join SW-1 learner", "schwarm beitreten SW-1 lernend")
        assert monday.members(room) == {"olga", "ben", "kim"}
        assert monday.words(_("learning: {people}", people="Kim")) in monday.read(room)


async def test_what_is_said_becomes_what_is_known(monday: Monday) -> None:
    """A task is given and done; messages become steps by a reaction and by a reply; the article grows from them."""
    async with monday.stage as stage:
        await monday.begin()
        room = await opened(monday)
        await monday.says(
            "olga", 'task add @ben "read the log" in=20m', 'aufgabe hinzufügen @ben "read the log" in=20m', room=room
        )
        assert monday.direct("ben").count("read the log") == 1
        await monday.presses("ben", _("Got it"))
        await stage.says("ben", "stop the job, release the lock", room=room, addressed=False)
        await stage.reacts("olga", "💡", monday.last_said(room))
        await stage.says("ben", "start it again", room=room, addressed=False)
        await monday.says("olga", "step", "schritt", room=room, reply_to=monday.last_said(room).id)
        log = stage.network.file("till.log", b"it hangs at 09:14")
        await stage.says("ben", "", room=room, addressed=False, files=(log,))
        await monday.says("olga", "case attach", "fall anhängen", room=room, reply_to=monday.last_said(room).id)
        ((_case, kept),) = monday.tickets.extras.uploads
        assert (kept.name, kept.content) == ("till.log", b"it hangs at 09:14")
        await monday.says("ben", "swarm question which provider?", "schwarm frage which provider?", room=room)
        await monday.presses("olga", _("Answer"), fields={"text": "the new one"})
        await monday.says("ben", "task done", "aufgabe fertig", room=room)
        happened = await monday.says("olga", "timeline show", "verlauf zeigen", room=room)
        assert "T-1" in happened
        assert "which provider?" in happened
        draft = await monday.says("olga", "kb draft", "wissen entwurf", room=room)
        for words in ("1. stop the job, release the lock", "2. start it again", "which provider?", "the new one"):
            assert words in draft


async def test_it_rests_while_the_customer_has_to_act(monday: Monday) -> None:
    """The ticket waits and its clock with it; the card says no time it does not know, and knows it again afterwards."""
    async with monday.stage:
        case = await monday.begin()
        room = await opened(monday)
        due = _("case due by {time}", time=_("…"))
        beginning = monday.words(due).partition("…")[0]
        assert beginning in monday.read(room)
        await monday.says("olga", "swarm hold customer until=12:00", "schwarm pausieren kunde bis=12:00", room=room)
        assert (await monday.now(case)).status is Status.WAITING
        card = await monday.says("olga", "swarm show", "schwarm zeigen", room=room)
        assert beginning not in card
        assert "12:00" in card
        await monday.says("olga", "swarm resume", "schwarm fortsetzen", room=room)
        assert (await monday.now(case)).status is Status.OPEN
        assert beginning in await monday.says("olga", "swarm show", "schwarm zeigen", room=room)


async def test_the_customer_hears_what_olga_has_seen(monday: Monday) -> None:
    """The letter is shown with its recipient on top and goes only after her yes, in the customer's language."""
    async with monday.stage:
        case = await monday.begin()
        room = await opened(monday)
        seen = await monday.says(
            "olga",
            "reply customer template=refund amount=42 until=2026-03-09",
            "antwort kunde vorlage=refund amount=42 until=2026-03-09",
            room=room,
        )
        assert seen.splitlines()[0] == monday.words(_("GOES TO {name} (customer)", name="RUTH CALLOWAY"))
        assert monday.said("by 9 March 2026", "bis 9. März 2026") in seen
        assert "Ruth Calloway" not in await monday.notes(case)
        await monday.says("olga", "yes", "ja", room=room)
        assert monday.said("Dear Ruth Calloway", "Guten Tag Ruth Calloway") in await monday.notes(case)


async def test_it_is_finished_in_one_form(monday: Monday) -> None:
    """Ben proposes, Olga's form closes: ticket resolved, article drafted from the steps, everybody thanked by name."""
    async with monday.stage as stage:
        case = await monday.begin()
        room = await opened(monday)
        await monday.says("ben", "step add release the lock", "schritt hinzufügen release the lock", room=room)
        await monday.says("ben", "swarm solution run it again", "schwarm lösung run it again", room=room)
        await monday.says("olga", "done", "fertig", room=room)
        fields = {"solution": "run it again", "article": "new", "because": "Refund loops", "solved": "yes"}
        await monday.presses("olga", _("Done"), fields=fields)
        assert (await monday.now(case)).status is Status.RESOLVED
        assert monday.words(_("{swarm} is closed. Thank you, {people}!", swarm="SW-1", people="Ben")) in monday.read(
            room
        )
        article = await monday.tickets.article("KB2")
        assert article.state == "draft"
        assert "1. release the lock" in article.text
        assert stage.network.rooms[room].archived


async def test_the_end_of_the_day(monday: Monday) -> None:
    """Thanks, an idea, a word on a product; one thing too many is taken back; `me` says what tomorrow begins with."""
    async with monday.stage:
        await monday.begin()
        room = await opened(monday)
        await monday.says("olga", "kudos ben for finding the lock", "lob ben for finding the lock")
        assert "for finding the lock" in monday.read("general")
        thanked = f"{monday.words(_('Thanked'))}: 1 "
        assert thanked in await monday.alone("olga", "expert profile ben", "experte profil ben")
        await monday.alone("ben", "kudos quiet", "lob leise")
        assert thanked not in await monday.alone("olga", "expert profile ben", "experte profil ben")
        assert thanked in await monday.alone("ben", "expert profile", "experte profil")
        await monday.says("olga", 'todo "call the bank" in=2h', 'merken "call the bank" in=2h', room=room)
        assert "T-1" in await monday.alone("olga", "me", "ich")
        await monday.says("olga", "undo", "rückgängig", room=room)
        left = await monday.alone("olga", "me", "ich")
        assert "T-1" not in left
        assert "SW-1" in left
        assert "demo:1002" in left
        idea = await monday.alone("olga", "idea one template for loops", "idee eine Vorlage für Schleifen")
        assert "IDEA-1" in idea
        kept = await monday.alone(
            "olga", "feedback product:checkout no field", "rückmeldung product:checkout kein Feld"
        )
        assert monday.words(_("Kept for {product}. Thank you.", product=said("checkout"))) in kept
        assert "IDEA-1" in await monday.alone("lea", "me", "ich")


async def test_no_card_of_the_day_is_too_much(monday: Monday) -> None:
    """No post has more than four buttons, none says the same line twice, and no message comes twice in a row."""
    async with monday.stage:
        await monday.begin()
        room = await opened(monday)
        await monday.says("kim", "swarm join SW-1 learner", "schwarm beitreten SW-1 lernend")
        await monday.says("olga", 'task add @ben "read the log"', 'aufgabe hinzufügen @ben "read the log"', room=room)
        await monday.says("olga", "swarm hold customer", "schwarm pausieren kunde", room=room)
        await monday.says("olga", "swarm resume", "schwarm fortsetzen", room=room)
        await monday.says("olga", "done", "fertig", room=room)
        posted = monday.stage.network.posted
        assert max(len(one.body.buttons) for one in posted) <= 4
        for one in posted:
            lines = [line for line in one.body.plain.splitlines() if line.strip()]
            assert len(set(lines)) == len(lines), one.body.plain
        rooms = {one.ref.room.id for one in posted}
        for name in rooms:
            told = [one.body.plain for one in posted if one.ref.room.id == name]
            assert all(first != second for first, second in itertools.pairwise(told)), name
