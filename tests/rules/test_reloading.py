"""Rules read again while servers run: all of them go by what was read last, and faults change nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from chatops.ports.tickets import Priority
from chatops.rules.files import parsed
from chatops.rules.plugin import RulesPlugin
from chatops.testing.context import plugin_context
from chatops.testing.stage import Stage
from rules_house import RULES, RulesHouse

OTHER = """
pod = "one"

[[rules]]
name = "late"
when.sla_left = "< 1h"
pod = "two"
swarm = "offer"

[[rules]]
name = "urgent"
when.priority = "urgent"
pod = "two"
swarm = "offer"
question = "Read again"
"""


def house(now: str | None, *, start: str = RULES) -> RulesHouse:
    """Return a house that started with some rules, and whose file says `now`."""
    told = RulesHouse(start)
    told.file = now
    return told


async def says(stage: Stage, who: str, line: str) -> str:
    """Return everything that is answered to somebody alone."""
    return "\n".join([reply.text for reply in await stage.calls(who, line)])


async def test_what_is_read_again_holds_from_now_on() -> None:
    """The answer names what is new, changed and gone; the next look goes by it, and so does whoever asks."""
    told = house(OTHER)
    async with told.stage as stage:
        answer = await says(stage, "mia", "rules reload")
        for line in ("2 rules are in force", "New: urgent", "Changed: late", "Gone: vip-now", "On every server"):
            assert line in answer
        assert "urgent: to two, a swarm is offered" in await says(stage, "olga", "rules list")
        case = await told.case("Card charged twice", customer=told.vip, priority=Priority.URGENT)
        assert "✓ urgent" in await says(stage, "olga", f"rules explain {case}")
        assert "Goes to Two" in await says(stage, "mia", "rules test priority=urgent")
        await stage.advance(timedelta(minutes=1))
        assert "SW-1" not in told.read("direct-lea")
        assert "Card charged twice" in told.read("pod-two")
        assert "No rule is different" in await says(stage, "mia", "rules reload")


async def test_rules_come_to_a_house_that_had_none_and_go_again() -> None:
    """Nobody looked at cases before; from then on it is done, until the file is empty."""
    told = house(OTHER, start="")
    async with told.stage as stage:
        await told.case("before", customer=told.vip, priority=Priority.URGENT)
        await stage.advance(timedelta(minutes=2))
        assert told.read("pod-two") == ""
        assert "New: late, urgent" in (await says(stage, "mia", "rules reload")).replace(" and ", ", ")
        await stage.advance(timedelta(minutes=1))
        assert "before" in told.read("pod-two")
        told.file = ""
        assert "0 rules are in force" in await says(stage, "mia", "rules reload")
        await told.case("after", customer=told.vip, priority=Priority.URGENT)
        await stage.advance(timedelta(minutes=2))
        assert "after" not in told.read("pod-two")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OTHER.replace('"offer"\nquestion', '"offered"\nquestion'), "rules.toml: line 14"),
        (
            OTHER.replace('pod = "two"\nswarm = "offer"\n\n', 'pod = "tow"\nswarm = "offer"\n\n'),
            "rules.toml: line 7 (late): pod",
        ),
        (OTHER + "x = ]\n", "line 16"),
        ("\x00", "rules.toml"),
        ("# " + "x" * 200_000, "more than 200000 letters"),
    ],
)
async def test_a_file_with_faults_changes_nothing(text: str, said: str) -> None:
    """Whatever is wrong, the rules stay as they are, and the answer says which line it is, but not the folder."""
    told = house(text)
    async with told.stage as stage:
        before = await says(stage, "olga", "rules list")
        answer = await says(stage, "mia", "rules reload")
        assert "The rules stay as they are" in answer
        assert said in answer
        assert "somewhere" not in answer
        assert await says(stage, "olga", "rules list") == before


async def test_a_file_that_is_gone_or_unnamed_changes_nothing() -> None:
    """Both are said; without a file in the settings, how to name one."""
    told = house(None)
    async with told.stage as stage:
        assert "rules.toml cannot be read" in await says(stage, "mia", "rules reload")
        assert "vip-now" in await says(stage, "olga", "rules list")
    unnamed = RulesPlugin(plugin_context(name="own"))
    async with Stage(plugins=(unnamed,), directory=told.stage.directory) as stage:
        assert "There is no file with rules" in await says(stage, "mia", "rules reload")


async def test_who_may() -> None:
    """Managers and admins; the others change nothing."""
    told = house(OTHER)
    async with told.stage as stage:
        for who in ("olga", "anna", "lea"):
            assert "That is for" in await says(stage, who, "rules reload")
        assert "vip-now" in await says(stage, "olga", "rules list")


async def test_every_replica_takes_them_on_and_one_that_starts_later_has_read_its_own() -> None:
    """A server that was there before goes by what another one has read again; one that starts goes by its file."""
    told = house(OTHER)
    early = _replica(told, RULES)
    async with told.stage as stage:
        await stage.advance(timedelta(minutes=1))
        await says(stage, "mia", "rules reload")
        await stage.advance(timedelta(minutes=1))
        kept = stage.store
    for other, rule in ((early, "urgent"), (_replica(told, '[[rules]]\nname = "own"\npod = "one"\n'), "own")):
        stage = Stage(
            plugins=(other,), store=kept, clock=told.clock, directory=told.stage.directory, systems=("cases",)
        )
        async with stage:
            (answer,) = await stage.calls("olga", "rules list", key=rule)
            assert f". {rule}: " in answer.text


def _replica(told: RulesHouse, rules: str) -> RulesPlugin:
    context = plugin_context(name="own", clock=told.clock, people=told.stage.directory, tickets=(told.tickets,))
    return RulesPlugin(context, parsed(rules, Path("rules.toml")))
