"""A company, a ticket system and a stage on which the commands on cases are played through the whole engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chatops.cases.plugin import CasesPlugin
from chatops.core.frozen import replace
from chatops.core.message import Identity, Person
from chatops.engine.file_performing import file_performers
from chatops.engine.running import run_performer
from chatops.engine.ticket_effects import TICKET_EFFECTS
from chatops.engine.ticket_performing import ticket_performers
from chatops.hookspecs import PluginContext, Section
from chatops.people.plugin import PeoplePlugin
from chatops.ports.chat import Capabilities
from chatops.ports.roster import Profile
from chatops.ports.ticket_extras import Duty, RelatedRecord
from chatops.ports.tickets import NewTicket, Priority, Ref, Ticket, WriteContext
from chatops.rooms.plugin import RoomsPlugin
from chatops.swarm.model import Swarm
from chatops.swarm.plugin import SwarmPlugin
from chatops.testing.clock import ManualClock
from chatops.testing.directory import FakeDirectory
from chatops.testing.network import EVERYTHING as CHAT
from chatops.testing.network import FakeNetwork, Posted
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from chatops.testing.stage import Stage
from chatops.testing.tickets import EVERYTHING, FakeTickets
from swarm_bench import CATALOGUES, NoWeb, Tickets

TEMPLATES = """
[[templates]]
name = "refund"
title = "The money is on its way back"
reply = true
tags = ["refund", "charged"]
fields = { amount = "number", until = "date" }
[templates.text]
en = "Dear {customer}, we pay back {amount} by {until}. {agent}"
de = "Guten Tag {customer}, wir erstatten {amount} bis {until}. {agent}"

[[templates]]
name = "handed-on"
fields = { next = "text" }
[templates.text]
en = "Next: {next}. Questions to {agent}."
"""

MACROS = """
[[macros]]
name = "waiting"
title = "Wait for the customer"
steps = ["note {case} waiting for the customer", "case status {case} pending"]

[[macros]]
name = "out"
title = "Say sorry"
steps = ["note {case} about to say sorry", "reply customer {case} We are sorry.", "case status {case} pending"]
"""

PEOPLE = (
    ("olga", "agent", ("emea",)),
    ("max", "agent", ("emea",)),
    ("anna", "expert", ()),
    ("lea", "pod_lead", ("emea",)),
    ("mia", "manager", ()),
    ("gus", "guest", ()),
)


class CaseStory:
    """A stage with swarms, cases and people. Olga owns the first case, of ACME."""

    def __init__(self, folder: Path, *, capabilities: Any = EVERYTHING, chat: Capabilities = CHAT) -> None:
        (folder / "templates.toml").write_text(TEMPLATES)
        (folder / "macros.toml").write_text(MACROS)
        self.clock = ManualClock()
        self.tickets = FakeTickets("demo", clock=self.clock, capabilities=capabilities)
        directory = FakeDirectory()
        for id_, role, pods in PEOPLE:
            identities = [Identity(network="fake", id=id_)]
            if id_ not in {"mia", "gus"}:
                self.tickets.add_person(id_, id_.title())
                identities.append(Identity(network="demo", id=id_))
            person = Person(id=id_, name=id_.title(), roles=frozenset({role}), identities=tuple(identities))
            directory.add(person, Profile(pods=pods))
        self.acme = self.tickets.add_customer("acme", "ACME Ltd", segment="Key account")
        self.tickets.extras.duties["acme"] = (Duty(name="Tell their security office", within=4 * 3600),)
        self.tickets.extras.orders["acme"] = (RelatedRecord(kind="order", name="A-17", detail="42 jackets"),)
        systems = Tickets(self.tickets)
        sections: list[Section] = []
        context = PluginContext(
            name="own",
            settings={"templates": folder / "templates.toml", "macros": folder / "macros.toml"},
            clock=self.clock,
            records=MemoryRecords(),
            secrets=MemorySecrets(),
            people=directory,
            tickets=systems,
            web=NoWeb(),  # type: ignore[arg-type]
            folder=folder,
            sections=lambda: sections,
            prefixes=lambda: {"SW": Swarm.kind, "CB": "callback"},
            members=lambda room: self.stage.engine.present(room),  # noqa: PLW0108 - the stage is built later
            networks=lambda: {"fake": self.stage.network.capabilities},
        )
        swarm = SwarmPlugin(replace(context, settings={}))
        cases = CasesPlugin(context)
        for plugin in (swarm, cases):
            plugin.chatops_register_sections(sections.append)
        self.stage = Stage(
            plugins=(swarm, cases, PeoplePlugin(context), RoomsPlugin(replace(context, settings={}))),
            performers=(
                *ticket_performers(systems, CATALOGUES),
                *file_performers(systems, lambda name: self.stage.network if name == "fake" else None),
                run_performer(lambda: self.stage.engine, self.clock),
            ),
            bodies=TICKET_EFFECTS,
            directory=directory,
            clock=self.clock,
            network=FakeNetwork(clock=self.clock, capabilities=chat),
            systems=("demo",),
        )

    async def case(
        self, subject: str, *, owner: str | None = "olga", customer: bool = True, priority: Priority = Priority.NORMAL
    ) -> Ref:
        """Put a case in."""
        requester = Ref(system="demo", kind="person", id="ruth")
        if "ruth" not in {one.ref.id for one in await self.tickets.people()}:
            self.tickets.add_person("ruth", "Ruth Calloway", side="customer")
        new = NewTicket(
            subject=subject,
            owner=Ref(system="demo", kind="person", id=owner) if owner else None,
            customer=self.acme if customer else None,
            requester=requester if customer else None,
            priority=priority,
        )
        return (await self.tickets.create(new, WriteContext(key=f"given:{subject}"))).ref

    async def now(self, case: Ref) -> Ticket:
        """Return a case as it is."""
        return await self.tickets.get(case)

    async def says(self, who: str, text: str, **more: Any) -> str:
        """Let somebody write; return everything that stands in chat now because of it, edits included."""
        posts = await self.stage.says(who, text, **more)
        return self.standing(posts)

    def standing(self, posts: list[Posted]) -> str:
        """Return posts as they read now."""
        return "\n".join(post.body.plain for post in posts)
