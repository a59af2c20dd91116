"""A look at a ticket system takes a while; what has happened meanwhile is newer than what it has seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from chatops.core.commit import InboxRow
from chatops.engine.ticket_events import CaseReassigned, case_lane
from chatops.ports.tickets import Ref, Ticket, TicketPatch, WriteContext
from chatops.swarm.case_owner import CaseOwner
from chatops.swarm.model import Swarm, case_key
from chatops.testing.tickets import FakeTickets
from swarm_story import Story

QUARTER = timedelta(minutes=15)


class SlowTickets(FakeTickets):
    """Something happens between reading a case and telling of it."""

    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def get(self, ticket: Ref) -> Ticket:
        """Return a case as it was."""
        found = await super().get(ticket)
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        return found


class SlowStory(Story):
    """With such a system."""

    ticket_system = SlowTickets


async def test_what_was_given_away_during_a_look_is_not_given_back() -> None:
    """The look finds that it is out of date, and looks again."""
    story = SlowStory()
    tickets, case = story.tickets, story.case
    assert isinstance(tickets, SlowTickets)
    async with story.stage as stage:
        tickets.add_person("anna", "Anna")
        await stage.says("olga", "swarm open cases:1001 refund loops")
        await stage.advance(QUARTER)
        anna = Ref(system="cases", kind="person", id="anna")

        async def given() -> None:
            await tickets.update(case, TicketPatch(owner=anna), WriteContext(key="given"))
            fact = CaseReassigned(ticket=case, owner=anna, name="Anna")
            body = stage.codec.encode(fact)
            row = InboxRow(key="told", lane=case_lane(case), kind=fact.kind, body=body, cause="told")
            await stage.store.accept_many([row])
            stage.engine.ring()
            while await owner() != "anna":
                await stage.store.wait_settled("told", 1)

        async def owner() -> str:
            known = await stage.store.get(CaseOwner.kind, case_key(case))
            return "" if known is None else stage.codec.decode_as(CaseOwner, known.body).owner

        tickets.meanwhile = given
        await stage.advance(QUARTER)
        assert tickets.meanwhile is None
        assert await owner() == "anna"
        stored = await stage.store.get(Swarm.kind, "1")
        assert stored is not None
        assert stage.codec.decode_as(Swarm, stored.body).owner == "anna"
        assert story.read(story.swarm_room()).count("passes from") == 1
