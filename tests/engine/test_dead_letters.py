"""What was given up can be seen and tried again, by admins only."""

from __future__ import annotations

import re
from typing import ClassVar

from chatops.core.command import command
from chatops.core.effects import Effect
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.engine.dead_letters import DeadLetters
from chatops.errors import Rejected
from chatops.hookspecs import EffectPerformer, Performed
from chatops.testing.clock import ManualClock
from chatops.testing.memory_store import MemoryStore
from chatops.testing.stage import Stage, person


class Fragile:
    """Brings a command that works once it is mended."""

    def __init__(self) -> None:
        self.mended = False
        self.ran = 0

    @command("lift", who="staff", summary=_("Lift"))
    async def lift(self, unit: Unit) -> None:
        if not self.mended:
            message = "the crane is down"
            raise RuntimeError(message)
        self.ran += 1
        unit.answer(_("Lifted."))


def stage_with(fragile: Fragile) -> Stage:
    clock = ManualClock()
    store = MemoryStore(clock=clock)
    return Stage(
        commands=[fragile],
        plugins=[DeadLetters(store)],
        people=[person("ada", "admin"), person("anna", "staff")],
        clock=clock,
        store=store,
    )


async def test_a_mended_command_is_tried_again_by_its_reference() -> None:
    """Its answer comes where the question was, and the letter is gone."""
    fragile = Fragile()
    async with stage_with(fragile) as stage:
        failed = await stage.says("anna", "lift", room="yard")
        found = re.search(r"E-[0-9A-F]{6}", failed[0].body.plain)
        assert found is not None
        listed = await stage.says("ada", "admin dead list")
        assert found[0] in listed[0].body.plain
        assert "crane" not in listed[0].body.plain

        fragile.mended = True
        told = await stage.says("ada", f"admin dead replay {found[0].lower()}")

        assert {(post.ref.room.id, post.body.plain) for post in told} >= {("yard", "Lifted.")}
        assert fragile.ran == 1
        assert "Nothing was given up" in (await stage.says("ada", "admin dead list"))[0].body.plain


async def test_what_is_not_there_is_said_with_the_list_at_hand() -> None:
    async with stage_with(Fragile()) as stage:
        told = await stage.says("ada", "admin dead replay E-000000")
        assert "E-000000" in told[0].body.plain
        assert "admin dead list" in told[0].body.plain


async def test_nobody_but_an_admin_sees_or_tries_again() -> None:
    async with stage_with(Fragile()) as stage:
        for words in ("list", "show E-000000", "replay E-000000", "drop E-000000 sure"):
            assert "That is for" in (await stage.says("anna", f"admin dead {words}"))[0].body.plain


async def given_up(stage: Stage) -> str:
    """What somebody asked for and did not get; the reference."""
    failed = await stage.says("anna", "lift", room="yard")
    found = re.search(r"E-[0-9A-F]{6}", failed[0].body.plain)
    assert found is not None
    return found[0]


async def test_everything_an_operator_may_know_of_one() -> None:
    """Its reference, kind, conversation, times, tries and error; what trying again does; none of anybody's words."""
    async with stage_with(Fragile()) as stage:
        reference = await given_up(stage)

        (shown,) = await stage.says("ada", f"admin dead show {reference.lower()}")
        for part in (
            f"{reference} was given up",
            "RuntimeError",
            "Tries: 1",
            "Since",
            "message",
            "handled as if it came now",
        ):
            assert part in shown.body.plain
        assert "crane" not in shown.body.plain

        pressed = await stage.presses("ada", "Give up")
        assert f"Drop {reference}?" in pressed[0].body.plain


async def test_dropping_asks_first() -> None:
    """It says what will not happen, and does nothing before it is told to."""
    fragile = Fragile()
    async with stage_with(fragile) as stage:
        reference = await given_up(stage)

        (asked,) = await stage.says("ada", f"admin dead drop {reference}")
        assert "gets no other answer" in asked.body.plain
        assert f"admin dead drop {reference} sure" in asked.body.plain
        assert reference in (await stage.says("ada", "admin dead list"))[0].body.plain

        (dropped,) = await stage.says("ada", f"admin dead drop {reference} sure")
        assert f"`{reference}` is dropped" in dropped.body.plain
        assert "Nothing was given up" in (await stage.says("ada", "admin dead list"))[0].body.plain
        assert "called" in (await stage.says("ada", f"admin dead replay {reference}"))[0].body.plain

        fragile.mended = True
        await stage.settle()
        assert fragile.ran == 0


async def test_dropping_is_audited() -> None:
    """For whoever asks later why something never happened."""
    async with stage_with(Fragile()) as stage:
        reference = await given_up(stage)
        await stage.says("ada", f"admin dead drop {reference} sure")

        assert "admin dead drop → done" in await stage.audit("room:fake:general")


class Porter:
    """Brings a command with an effect that its system refuses for good."""

    @command("carry", who="staff", summary=_("Carry"))
    async def carry(self, unit: Unit) -> None:
        unit.effect(Carry())
        unit.answer(_("Carried."))

    async def perform(self, _effect: Carry, _key: str) -> Performed:
        message = "too heavy"
        raise Rejected(message)


class Carry(Effect, frozen=True, kw_only=True):
    """Something done elsewhere."""

    kind: ClassVar[str] = "test.carry"

    @property
    def target(self) -> str:
        return "crane:1"


async def test_an_effect_that_was_refused() -> None:
    """It is told where it was to go, and what dropping it leaves undone."""
    clock = ManualClock()
    store = MemoryStore(clock=clock)
    porter = Porter()
    async with Stage(
        commands=[porter],
        performers=[EffectPerformer(of=Carry, perform=porter.perform)],
        bodies=[Carry],
        plugins=[DeadLetters(store)],
        people=[person("ada", "admin"), person("anna", "staff")],
        clock=clock,
        store=store,
    ) as stage:
        await stage.says("anna", "carry", room="yard")
        (letter,) = await store.dead_letters()

        (shown,) = await stage.says("ada", f"admin dead show {letter.key}")
        assert "crane:1" in shown.body.plain
        assert "too heavy" in shown.body.plain
        assert "done once more" in shown.body.plain
        (asked,) = await stage.says("ada", f"admin dead drop {letter.key}")
        assert "nothing carries it out" in asked.body.plain
        await stage.says("ada", f"admin dead drop {letter.key} sure")
        assert not await store.dead_letters()
