"""What was given up can be seen and tried again, by admins only."""

from __future__ import annotations

import re

from chatops.core.command import command
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.engine.dead_letters import DeadLetters
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
        for words in ("admin dead list", "admin dead replay E-000000"):
            assert "That is for" in (await stage.says("anna", words))[0].body.plain
