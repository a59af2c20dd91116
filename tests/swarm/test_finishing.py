"""Questions, solutions, rest, and the end of a swarm."""

from __future__ import annotations

import pytest

from chatops.core.message import Card
from chatops.engine.ticket_effects import DraftArticle
from chatops.errors import Impossible, NotAllowed, NotFound
from chatops.ports.tickets import Audience, Status
from chatops.swarm.model import State
from swarm_bench import Bench, button, words


async def opened() -> Bench:
    """Return a bench with one open swarm in which anna is."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("anna", "swarm join SW-1")
    return bench


async def test_a_question_stands_in_the_room_until_it_is_answered() -> None:
    """Its own card, with a button and a form; the answer replaces it; elsewhere a line says it went through."""
    bench = await opened()
    elsewhere = await bench.do("anna", "swarm question SW-1 which provider?")
    assert words(elsewhere) == "Q1 is on the list of SW-1."
    [card] = [said for said in await bench.room() if words(said).startswith("Q1")]
    await bench.press("olga", card, "Answer", text="the new one")
    answered = [words(said) for said in await bench.room() if words(said).startswith("Q1")][-1]
    assert answered == "Q1 · which provider?\nOlga O: the new one"


async def test_only_members_ask_answer_and_solve() -> None:
    """Somebody outside is refused."""
    bench = await opened()
    for line in ("question SW-1 why?", "answer SW-1 Q1 so", "solution SW-1 this", "leave SW-1", "brief SW-1"):
        with pytest.raises(NotAllowed):
            await bench.do("max", f"swarm {line}")


async def test_only_owner_and_pod_lead_finish() -> None:
    """Members propose; nobody unreachable blocks the room, so a pod lead can finish as well."""
    bench = await opened()
    for line in (
        "resolve SW-1 it works",
        "done SW-1 it works article=new",
        "cancel SW-1 because so",
        "hold SW-1 vendor",
    ):
        with pytest.raises(NotAllowed) as refusal:
            await bench.do("anna", f"swarm {line}")
        assert words(refusal.value.hint) == "Olga O owns SW-1."
    await bench.do("lea", "swarm done SW-1 it works article=new")
    assert (await bench.swarm()).state is State.CLOSED


async def test_step_by_step() -> None:
    """Hold, resume, resolve, close: each with its note and its card."""
    bench = await opened()
    await bench.do("olga", "hold customer", room="1")
    assert "waiting for the customer" in words((await bench.room())[-2]) + words((await bench.room())[-1])
    await bench.do("olga", "resume", room="1")
    assert (await bench.swarm()).state is State.ACTIVE
    with pytest.raises(Impossible, match="does not work now"):
        await bench.do("olga", "close article=new", room="1")
    resolved = await bench.do("olga", "resolve the lock is gone cause=lock", room="1")
    await bench.press("olga", resolved, "Close", article="none", because="typing mistake")
    swarm = await bench.swarm()
    assert (swarm.state, swarm.cause) == (State.CLOSED, "lock")
    notes = [comment.text for comment in await bench.tickets.comments(swarm.case.ref)]
    assert [note.split("\n")[0] for note in notes] == [
        "Olga O opened SW-1: refund loops",
        "SW-1 found what solves it.",
        "SW-1 is closed after 0 minutes.",
    ]
    assert "Knowledge: no article: typing mistake." in notes[2]


async def test_done_without_the_decision_is_refused_with_what_completes_it() -> None:
    """Close guard: the command offered works as it is."""
    bench = await opened()
    with pytest.raises(Impossible) as refusal:
        await bench.do("olga", "swarm done SW-1 released the lock")
    assert refusal.value.commands == ('swarm done SW-1 "released the lock" article=new',)
    assert (await bench.swarm()).state is State.ACTIVE
    await bench.do("olga", refusal.value.commands[0])
    assert (await bench.swarm()).state is State.CLOSED


async def test_bare_done_offers_the_one_form() -> None:
    """The form holds the proposal; submitted, it does everything."""
    bench = await opened()
    await bench.do("anna", "solution release the lock", room="1")
    form = await bench.do("olga", "done", room="1")
    fields = {field.name: field.value for field in button(form, "Done").form}
    assert fields == {
        "solution": "release the lock",
        "article": "new",
        "because": "",
        "solved": "yes",
        "reply": "",
        "cause": "",
        "kudos": "",
    }
    await bench.press("olga", form, "Done", because="Locks and loops", solved="no")
    swarm = await bench.swarm()
    assert swarm.state is State.CLOSED
    assert (await bench.tickets.get(swarm.case.ref)).status is Status.OPEN
    article = await bench.tickets.article("KB1")
    assert article.title == "Locks and loops"
    assert "Solution: release the lock" in article.text


async def test_an_article_that_helped_is_linked() -> None:
    """Its number is enough."""
    bench = await opened()
    bench.tickets.add_article("Locks", state="published")
    await bench.do("olga", "swarm done SW-1 released the lock article=KB1")
    assert bench.tickets.links == [("KB1", "1001")]


async def test_a_reply_is_seen_before_it_leaves_the_house() -> None:
    """Nothing reaches the customer before the one who sends it has seen to whom it goes."""
    bench = await opened()
    preview = await bench.do(
        "olga", 'swarm done SW-1 "released the lock" article=new reply="It works again. Sorry!"', direct=True
    )
    assert words(preview).startswith(
        "GOES TO the customer (customer)\nIt works again. Sorry!\nNothing has been sent yet."
    )
    case = (await bench.swarm()).case.ref
    assert (await bench.swarm()).state is State.ACTIVE
    assert all(comment.audience is Audience.INTERNAL for comment in await bench.tickets.comments(case))

    await bench.press("olga", preview, "Send and finish")

    public = [one.text for one in await bench.tickets.comments(case) if one.audience is Audience.PUBLIC]
    assert public == ["It works again. Sorry!"]
    assert (await bench.swarm()).state is State.CLOSED
    with pytest.raises(Impossible):
        await bench.do("olga", "swarm done SW-1 send")


async def test_what_is_wrong_is_said_before_the_customer_hears_anything() -> None:
    """A reply is not even shown while the rest is incomplete."""
    bench = await opened()
    with pytest.raises(Impossible, match="what becomes of"):
        await bench.do("olga", 'swarm done SW-1 "released the lock" reply="It works again"')


async def test_the_room_stays_until_the_ticket_has_answered() -> None:
    """The last card tells what became of the article; then the room closes, once."""
    bench = await opened()
    bench.refuse[DraftArticle] = "knowledge base is read-only"
    await bench.do("olga", "swarm done SW-1 released the lock article=new")
    assert "article failed: knowledge base is read-only" in words((await bench.room())[-1])
    assert "article failed" in await bench.heard("olga")
    assert bench.ledger["room.archive swarm:1/main"] == 1


async def test_the_time_box_is_told_once() -> None:
    """When it ends the room hears it; a swarm that is over hears nothing."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops timebox=60m")
    await bench.later(minutes=59)
    assert not [said for said in await bench.room() if "time for SW-1" in words(said)]
    await bench.later(minutes=2)
    assert len([said for said in await bench.room() if "The time for SW-1 is over" in words(said)]) == 1
    shown = words(await bench.do("max", "swarm show SW-1"))
    assert "time box over since" in shown
    assert "time box until" not in shown


async def test_bare_done_means_the_one_i_own() -> None:
    """With none it says so."""
    bench = await opened()
    with pytest.raises(NotFound):
        await bench.do("anna", "done", direct=True)
    await bench.do("olga", 'done "released the lock" article=new', direct=True)
    assert (await bench.swarm()).state is State.CLOSED


async def test_show_list_and_brief() -> None:
    """The card for all, the table, and the briefing for one alone with what happened."""
    bench = await opened()
    await bench.do("anna", "question which provider?", room="1")
    assert words(await bench.do("max", "swarm show SW-1")).startswith("SW-1 · refund loops\nCase: fake:1001")
    listed = words(await bench.do("max", "swarm list"))
    assert "SW-1 refund loops · fake:1001 | active" in listed
    assert "1 swarm" in words(await bench.do("max", "swarm list case=fake:1001"))
    assert "No swarms" in words(await bench.do("max", "swarm list mine"))
    await bench.do("anna", "brief", room="1")
    brief = await bench.heard("anna")
    assert "Olga O opened it: refund loops" in brief
    assert "Open: Q1" in brief


async def test_the_timeline_tells_the_story() -> None:
    """Every step, in words."""
    bench = await opened()
    await bench.do("anna", "question which provider?", room="1")
    await bench.do("olga", "answer Q1 the new one", room="1")
    await bench.do("anna", "solution release the lock", room="1")
    await bench.do("olga", 'done "released the lock" article=new', room="1")
    assert await bench.timeline() == [
        "Olga O opened it: refund loops",
        "Anna A came in.",
        "Anna A asked Q1: which provider?",
        "Olga O answered Q1: the new one",
        "Anna A proposed: release the lock",
        "Olga O resolved it: released the lock",
        "Olga O closed it.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "schwarm öffnen fake:1001 Erstattung hängt versucht=Neustart",
        "zwerm openen fake:1001 terugbetaling hangt geprobeerd=herstart",
        "schwarm open fake:1001 refund loops",
    ],
)
async def test_german_and_dutch_words(line: str) -> None:
    """Every noun and verb has its words."""
    bench = Bench()
    await bench.do("olga", line)
    assert (await bench.swarm()).live
    await bench.do("anna", "schwarm beitreten SW-1")
    await bench.do("anna", "zwerm vraag SW-1 welke?")
    await bench.do("olga", "schwarm antworten SW-1 Q1 diese")
    await bench.do("olga", 'schwarm fertig SW-1 "gelöst" artikel=neu')
    assert (await bench.swarm()).state is State.CLOSED


async def test_recent_swarms_are_listed_for_two_months() -> None:
    """Open ones, and those that ended this month or the last."""
    bench = await opened()
    await bench.do("olga", "swarm cancel SW-1 because it stopped")
    assert "No swarms" in words(await bench.do("max", "swarm list"))
    assert "SW-1" in words(await bench.do("max", "swarm list recent"))
    await bench.later(days=30)
    assert "SW-1" in words(await bench.do("max", "swarm list recent"))
    await bench.later(days=31)
    assert "No swarms" in words(await bench.do("max", "swarm list recent"))


@pytest.mark.parametrize(
    ("typed", "article", "words_"),
    [
        ("none because one off", "none", "one off"),
        ("none one off", "none", "one off"),
        ("keiner weil einmalig", "none", "einmalig"),
        ("new Refunds stop after a lock", "draft", "Refunds stop after a lock"),
        ("new", "draft", "Card charged twice"),
    ],
)
async def test_the_knowledge_decision_may_be_said_plainly(typed: str, article: str, words_: str) -> None:
    """`close none because …` is understood like `close article=none because="…"`."""
    bench = await opened()
    await bench.do("olga", "swarm resolve SW-1 released the lock")
    await bench.do("olga", f"swarm close SW-1 {typed}")
    decision = (await bench.swarm()).decision
    assert decision is not None
    assert (decision.article, decision.words) == (article, words_)


async def test_a_question_left_open_offers_no_answer_after_the_end() -> None:
    """Its card loses the button, so nobody types for nothing."""
    bench = await opened()
    await bench.do("ben", "swarm join SW-1")
    await bench.do("ben", "swarm question SW-1 which bank?")
    await bench.do("olga", "swarm resolve SW-1 released the lock")
    cards = [said for said in await bench.room() if isinstance(said, Card) and "which bank?" in words(said)]
    assert cards[-1].buttons == ()


async def test_after_the_end_the_way_on_is_named() -> None:
    """A swarm that is over cannot go on; a new one can."""
    bench = await opened()
    await bench.do("olga", "swarm cancel SW-1 because of a mistake")
    with pytest.raises(Impossible) as refusal:
        await bench.do("olga", "swarm resume SW-1")
    assert "swarm open fake:1001 …" in words(refusal.value.hint)
