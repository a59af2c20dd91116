"""A house with rules: two pods, their people, a ticket system, and the whole engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chatops.cases.plugin import CasesPlugin
from chatops.core.frozen import replace
from chatops.core.message import Identity, Person
from chatops.engine.ticket_effects import TICKET_EFFECTS
from chatops.engine.ticket_performing import ticket_performers
from chatops.ports.roster import Pod, Profile
from chatops.ports.tickets import NewTicket, Priority, Ref, WriteContext
from chatops.rules.files import parsed
from chatops.rules.plugin import RulesPlugin
from chatops.swarm.plugin import SwarmPlugin
from chatops.testing.clock import ManualClock
from chatops.testing.context import plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.stage import Stage
from chatops.testing.tickets import FakeTickets
from story_stores import story_store
from swarm_bench import CATALOGUES, Tickets

RULES = """
zone = "Europe/Amsterdam"

[[rules]]
name = "vip-now"
when = { priority = "urgent", segment = "vip" }
pod = "one"
swarm = "open"
question = "A VIP waits"
skills = "billing"
timebox = "60m"

[[rules]]
name = "late"
when.sla_left = "< 2h"
pod = "two"
swarm = "offer"
question = "Little time left"
"""


class RulesHouse:
    """Olga owns cases; Lea leads pod `one`, Max pod `two`, which has a room; Anna and Ben know billing."""

    def __init__(
        self,
        rules: str = RULES,
        *,
        page: int = 100,
        probe: Callable[[str], None] | None = None,
    ) -> None:
        self.clock = ManualClock()
        self.file: str | None = None
        """What the file says now; None: there is none."""
        self.tickets = FakeTickets("cases", clock=self.clock)
        self.tickets.add_person("olga", "Olga")
        self.tickets.add_person("pat", "Pat")
        self.vip = self.tickets.add_customer("c1", "Northwind", segment="vip")
        self.plain = self.tickets.add_customer("c2", "Corner shop", segment="small")
        systems = Tickets(self.tickets)
        directory = FakeDirectory()
        directory.add_pod(Pod(id="one", name="One", lead="lea"))
        directory.add_pod(Pod(id="two", name="Two", lead="max", room="fake:pod-two"))
        for id_, role, skills in (
            ("olga", "agent", {}),
            ("anna", "expert", {"billing": 5}),
            ("ben", "expert", {"billing": 4}),
            ("lea", "pod_lead", {}),
            ("max", "pod_lead", {}),
            ("mia", "manager", {}),
        ):
            identities = (Identity(network="fake", id=id_), Identity(network="cases", id=id_))
            person = Person(id=id_, name=id_.title(), roles=frozenset({role}), identities=identities)
            directory.add(person, Profile(skills=skills))
        policy = parsed(rules, Path("rules.toml"), ("one", "two"))
        context = plugin_context(name="own", clock=self.clock, people=directory, tickets=(self.tickets,))
        told = replace(
            context,
            settings={
                "scan": 60,
                "most": 2,
                "page": page,
                "file": Path("/somewhere/rules.toml"),
                "pods": ("one", "two"),
            },
        )
        self.stage = Stage(
            plugins=(SwarmPlugin(context), CasesPlugin(context), RulesPlugin(told, policy, text_of=self._text)),
            performers=ticket_performers(systems, CATALOGUES),
            bodies=TICKET_EFFECTS,
            directory=directory,
            clock=self.clock,
            store=story_store(self.clock),
            systems=("cases",),
            probe=probe,
        )
        self.stage.network.room("pod-two")

    async def case(
        self, subject: str, *, customer: Ref | None = None, priority: Priority = Priority.NORMAL, owner: str = ""
    ) -> Ref:
        """Put a case in."""
        new = NewTicket(
            subject=subject,
            customer=customer or self.plain,
            priority=priority,
            owner=Ref(system="cases", kind="person", id=owner, key=owner) if owner else None,
        )
        return (await self.tickets.create(new, WriteContext(key=subject))).ref

    def read(self, room: str) -> str:
        """Return everything posted in a room, as people can read it."""
        return "\n".join(one.body.plain for one in self.stage.network.posted if one.ref.room.id == room)

    async def _text(self, _file: Path) -> str:
        if self.file is None:
            raise FileNotFoundError
        return self.file
