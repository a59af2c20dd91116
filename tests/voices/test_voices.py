"""Ideas, feedback and advice, through the whole engine."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core.journal import AuditRecord
from chatops.core.message import Identity, Person
from chatops.ports.roster import Pod
from chatops.swarm.plugin import SwarmPlugin
from chatops.testing.clock import ManualClock
from chatops.testing.context import plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.stage import Stage
from chatops.testing.tickets import FakeTickets
from chatops.voices.plugin import VoicesPlugin
from chatops.voices.sheets import harmless, sheet


class House:
    """Lea leads a pod with a room, in which Olga and Ben are; Gus is a guest."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        tickets = FakeTickets("cases", clock=self.clock)
        tickets.add_person("olga", "Olga")
        tickets.add_ticket("Card charged twice", owner="olga")
        directory = FakeDirectory()
        directory.add_pod(Pod(id="one", name="One", lead="lea", members=("lea", "olga", "ben"), room="fake:pod-one"))
        for id_, role in (("lea", "pod_lead"), ("olga", "agent"), ("ben", "agent"), ("zoe", "agent"), ("gus", "guest")):
            identities = (Identity(network="fake", id=id_), Identity(network="cases", id=id_))
            directory.add(Person(id=id_, name=id_.title(), roles=frozenset({role}), identities=identities))
        context = plugin_context(
            {"products": {"checkout": "fake:product"}}, clock=self.clock, people=directory, tickets=(tickets,)
        )
        swarm = SwarmPlugin(plugin_context(clock=self.clock, people=directory, tickets=(tickets,)))
        self.voices = VoicesPlugin(context)
        self.stage = Stage(plugins=(swarm, self.voices), directory=directory, clock=self.clock, systems=("cases",))
        for room in ("pod-one", "product"):
            self.stage.network.room(room)

    def read(self, room: str) -> str:
        """Return everything posted in a room."""
        return "\n".join(one.body.plain for one in self.stage.network.posted if one.ref.room.id == room)


async def test_ideas_are_told_together_once_a_week_and_wait_for_the_lead() -> None:
    """Kept at once, told on Monday; the lead takes one up and who had it hears of it."""
    house = House()
    async with house.stage as stage:
        said = await stage.says("olga", "idea one template for refunds that loop")
        assert "IDEA-1 is kept for One" in said[0].body.plain
        await stage.says("ben", "idea list", room="general")
        assert house.read("pod-one") == ""
        await stage.wait(timedelta(days=8).total_seconds())
        assert house.read("pod-one").count("1 idea for One") == 1
        await stage.wait(timedelta(days=7).total_seconds())
        assert house.read("pod-one").count("1 idea for One") == 1
        refused = await stage.says("olga", "idea take IDEA-1")
        assert "That is for" in refused[0].body.plain
        await stage.says("lea", "idea take IDEA-1 from next week on")
        assert "Lea takes up your idea IDEA-1" in house.read("direct-olga")
        again = await stage.says("lea", "idea drop IDEA-1")
        assert "has its answer already" in again[0].body.plain
        assert "0 ideas for One" in (await stage.says("ben", "idea list"))[0].body.plain


async def test_who_is_in_no_pod_says_whom_an_idea_is_for() -> None:
    """The refusal says how."""
    house = House()
    async with house.stage as stage:
        assert "say whom it is for" in (await stage.says("zoe", "idea a shared calendar"))[0].body.plain
        assert "kept for One" in (await stage.says("zoe", "idea a shared calendar pod=one"))[0].body.plain
        assert "There is no pod two" in (await stage.says("zoe", "idea x pod=two"))[0].body.plain


async def test_feedback_remembers_the_swarm_and_reaches_the_products_room() -> None:
    """Said in a swarm's room; listed; told once a week; as CSV for the asker alone."""
    house = House()
    async with house.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        room = next(one.ref.id for one in stage.network.rooms.values() if one.title.startswith("SW-1"))
        await stage.says("olga", 'feedback product:Checkout "=HYPERLINK(1) says nothing"', room=room)
        await stage.says("ben", "feedback product:search slow")
        listed = (await stage.says("ben", "feedback list product:checkout"))[0].body.plain
        assert "1 comment about checkout" in listed
        assert "slow" not in listed
        exported = await stage.says("ben", "feedback list product:checkout csv")
        assert exported[0].ref.room.id == "direct-ben"
        assert '"\'=HYPERLINK(1) says nothing","SW-1","Olga"' in exported[0].body.plain
        await stage.wait(timedelta(days=8).total_seconds())
        assert house.read("product").count("1 comment about checkout") == 1
        wrong = (await stage.says("ben", "feedback checkout slow"))[0].body.plain
        assert "Say about which product" in wrong


async def test_advice_reaches_one_person_and_no_room_and_no_audit() -> None:
    """Ben reads it; the swarm's room does not; the audit knows that it happened, not what was said."""
    house = House()
    async with house.stage as stage:
        await stage.says("olga", "swarm open cases:1001 refund loops")
        room = next(one.ref.id for one in stage.network.rooms.values() if one.title.startswith("SW-1"))
        before = house.read(room)
        await stage.says("olga", "coach ben ask which browser first", room=room)
        assert "ask which browser first" in house.read("direct-ben")
        assert house.read(room) == before
        assert "Ben has it, and nobody else." in house.read("direct-olga")
        entries = [
            stage.codec.decode_as(AuditRecord, entry.payload)
            for entry in await stage.store.entries("audit:swarm:1")
            if entry.payload
        ]
        (record,) = [one for one in entries if one.command == "coach"]
        assert record.arguments == "coach"


@pytest.mark.parametrize(
    ("who", "line", "answer"),
    [
        ("zoe", "coach ben hi", "in the room of a swarm they are in"),
        ("lea", "coach lea hi", "talking to yourself"),
        ("lea", "coach gus hi", "for members of the house"),
        ("lea", "coach nobody hi", "Nobody is called nobody"),
    ],
)
async def test_who_may_not_be_coached_by_whom(who: str, line: str, answer: str) -> None:
    """Outside swarms only leads and managers coach; nobody coaches themselves or guests."""
    house = House()
    async with house.stage as stage:
        assert answer in (await stage.says(who, line))[0].body.plain
        assert house.read("direct-ben") == ""


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_no_cell_of_a_table_is_ever_a_formula(rows: list[tuple[str, str]]) -> None:
    """Whatever people write; and it reads back as written, but for apostrophes."""
    read = list(csv.reader(io.StringIO(sheet(("a", "b"), rows), newline="")))
    for cells, row in zip(read[1:], rows, strict=False):
        assert [cell.replace("'", "") for cell in cells] == [own.replace("'", "") for own in row]
    for _a, cell in rows:
        assert harmless(cell).lstrip()[:1] not in {"=", "+", "-", "@"}


@settings(max_examples=50)
@given(st.lists(st.text(alphabet=';"=+-@ a\n\t,'), min_size=2, max_size=2))
def test_no_cell_is_a_formula_where_semicolons_part_cells(row: list[str]) -> None:
    """As in German and Dutch spreadsheets, which cut a comma's table at other places."""
    for sign in ";\t":
        for cells in csv.reader(io.StringIO(sheet(("a", "b"), [row]), newline=""), delimiter=sign):
            assert not [cell for cell in cells if cell.lstrip(" ")[:1] in {"=", "+", "-", "@"}]
