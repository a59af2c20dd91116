"""What the house hears of a swarm, what is taken back, and what guests never read of it."""

from __future__ import annotations

from datetime import timedelta

from chatops.core.frozen import Body
from chatops.core.unit import Unit
from chatops.hookspecs import Listener, hookimpl
from chatops.swarm.facts import FACTS, HandoverAccepted, KudosGiven, SwarmClosed, SwarmFact, SwarmHeld
from chatops.swarm.model import State, Swarm
from swarm_bench import Bench, words
from swarm_story import Story


class Ears:
    """A plugin that hears every fact of swarms."""

    def __init__(self) -> None:
        self.heard: list[Body] = []

    @hookimpl
    def chatops_register_listeners(self, register: object) -> None:
        """Register one for each."""
        assert callable(register)
        for of in FACTS:
            register(Listener(name=f"ears.{of.kind}", of=of, handle=self._hear))

    async def _hear(self, _unit: Unit, fact: Body) -> None:
        self.heard.append(fact)


async def swarm(story: Story) -> Swarm:
    """Return the swarm as stored."""
    stored = await story.stage.store.get(Swarm.kind, "1")
    assert stored is not None
    return story.stage.codec.decode_as(Swarm, stored.body)


async def test_the_house_hears_every_turn_once() -> None:
    """In order, with ids only; nothing that anybody wrote stands in a fact."""
    ears = Ears()
    story = Story(ears)
    story.tickets.add_person("lea", "Lea")  # the case is given to her, and stays hers when it goes on again
    async with story.stage as stage:
        for who, line in (
            ("olga", "swarm open cases:1001 secretquestion"),
            ("anna", "swarm join SW-1"),
            ("olga", "swarm handover SW-1 lea"),
            ("lea", "swarm accept-handover SW-1 read"),
            ("lea", 'swarm done SW-1 "secretsolution" article=new kudos=anna'),
            ("lea", "swarm reopen SW-1 because secretreason"),
        ):
            await stage.says(who, line)
    kinds = [fact.kind.removeprefix("swarm.") for fact in ears.heard]
    assert sorted(kinds) == sorted(
        [
            "opened",
            "joined",
            "joined",
            "handover_accepted",
            "joined",
            "kudos_given",
            "resolved",
            "closed",
            "reopened",
        ]
    )
    assert not any("secret" in repr(fact) for fact in ears.heard)
    passed = next(fact for fact in ears.heard if isinstance(fact, HandoverAccepted))
    assert (passed.owner, passed.previous) == ("lea", "olga")
    closed = next(fact for fact in ears.heard if isinstance(fact, SwarmClosed))
    assert closed.helpers == ("olga", "anna")
    assert all(fact.case == "cases:1001" for fact in ears.heard if isinstance(fact, SwarmFact))
    assert [(fact.by, fact.person) for fact in ears.heard if isinstance(fact, KudosGiven)] == [("lea", "anna")]


async def test_the_house_hears_of_rests_of_who_leaves_and_of_what_came_to_nothing() -> None:
    """Whoever counts what is open by what they are told counts right."""
    ears = Ears()
    story = Story(ears)
    async with story.stage as stage:
        for who, line in (
            ("olga", "swarm open cases:1001 secretquestion"),
            ("anna", "swarm join SW-1"),
            ("olga", "swarm hold SW-1 vendor until=2h"),
        ):
            await stage.says(who, line)
        await stage.advance(timedelta(hours=3))
        for who, line in (("anna", "swarm leave SW-1"), ("lea", "swarm cancel SW-1 because secretreason")):
            await stage.says(who, line)
    told = [(fact.kind, getattr(fact, "person", "")) for fact in ears.heard if isinstance(fact, SwarmFact)]
    assert told[-5:] == [
        ("swarm.joined", "anna"),
        ("swarm.held", "olga"),
        ("swarm.resumed", "olga"),
        ("swarm.left", "anna"),
        ("swarm.cancelled", "lea"),
    ]
    held = next(fact for fact in ears.heard if isinstance(fact, SwarmHeld))
    assert (held.waiting, held.until) == ("vendor", held.at + timedelta(hours=2))
    assert not any("secret" in repr(fact) for fact in ears.heard)


async def test_a_rest_and_an_end_are_taken_back() -> None:
    """Also after the ticket system has answered, which changes the swarm though nobody did anything."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        await stage.says("olga", "swarm hold SW-1 customer")
        assert (await swarm(story)).state is State.ON_HOLD
        await stage.says("olga", "undo")
        assert (await swarm(story)).state is State.REQUESTED
        await stage.says("olga", "swarm cancel SW-1 because it stopped")
        back = await stage.says("olga", "undo")
        assert (await swarm(story)).live
        assert any("cancelled by mistake" in post.body.plain for post in back)
        await stage.says("olga", "swarm cancel SW-1 because it stopped")
        assert any("Say why" in post.body.plain for post in await stage.says("lea", "swarm reopen SW-1"))


async def test_a_rest_with_an_end_comes_back_with_its_end() -> None:
    """Going on is taken back to the very rest it was, the time at which it ends by itself included."""
    story = Story()
    async with story.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        await stage.says("olga", "swarm hold SW-1 vendor until=3h")
        until = (await swarm(story)).waits_until
        assert until is not None
        await stage.says("olga", "swarm resume SW-1")
        assert (await swarm(story)).waits_until is None
        await stage.says("olga", "undo")
        rests = await swarm(story)
        assert (rests.state, rests.waiting_for) == (State.ON_HOLD, "vendor")
        assert rests.waits_until == until.replace(microsecond=0)


async def test_a_guest_in_the_room_reads_nothing_of_all_that() -> None:
    """Rest, handing over, kudos, coming back: neither case nor attempts nor what solved it."""
    bench = Bench()
    await bench.do("olga", 'swarm open fake:1001 refund loops tried="secret attempt"')
    await bench.do("olga", "swarm invite SW-1 guest:gus")
    await bench.do("gus", "swarm accept SW-1")
    await bench.do("anna", "swarm join SW-1")
    before = len(await bench.room())
    for who, line in (
        ("olga", "hold customer"),
        ("olga", "resume"),
        ("max", "swarm offer SW-1 secret offer"),
        ("olga", "handover anna secret reason"),
        ("anna", "swarm accept-handover SW-1 read"),
        ("anna", "solution secret solution"),
        ("anna", 'done "secret solution" article=new because="secret title" kudos=olga'),
        ("anna", "swarm reopen SW-1 because secret reason"),
    ):
        await bench.do(who, line, room=None if line.startswith("swarm") else "1")
    told = await bench.heard("gus") + "".join(words(said) for said in (await bench.room())[before:])
    assert "Anna A thanks" in told
    for secret in ("secret", "Card charged twice", "fake:1001"):
        assert secret not in told
