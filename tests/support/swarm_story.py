"""A company and a stage on which swarms are played through the whole engine."""

from __future__ import annotations

from pathlib import Path

from chatops.cases.plugin import CasesPlugin
from chatops.core.message import Identity, Person
from chatops.engine.ticket_effects import TICKET_EFFECTS
from chatops.engine.ticket_performing import ticket_performers
from chatops.hookspecs import PluginContext, Section
from chatops.people.plugin import PeoplePlugin
from chatops.ports.roster import Profile
from chatops.swarm.model import Swarm
from chatops.swarm.plugin import SwarmPlugin
from chatops.tasks.model import Task
from chatops.tasks.plugin import TasksPlugin
from chatops.testing.clock import ManualClock
from chatops.testing.directory import FakeDirectory
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from chatops.testing.stage import Stage
from chatops.testing.tickets import FakeTickets
from story_stores import story_store
from swarm_bench import CATALOGUES, NoWeb, Tickets


def company() -> FakeDirectory:
    """Return an owner, two experts and a pod lead."""
    directory = FakeDirectory()
    for id_, role, skills in (
        ("olga", "agent", {}),
        ("anna", "expert", {"billing": 5}),
        ("ben", "expert", {"billing": 4}),
        ("lea", "pod_lead", {}),
    ):
        identities = (Identity(network="fake", id=id_), Identity(network="cases", id=id_))
        person = Person(id=id_, name=id_.title(), roles=frozenset({role}), identities=identities)
        directory.add(person, Profile(skills=skills))
    return directory


class Story:
    """A stage with everything that swarms need."""

    ticket_system: type[FakeTickets] = FakeTickets

    def __init__(self, *more: object) -> None:
        """`more`: further plugins."""
        self.clock = ManualClock()
        self.tickets = self.ticket_system("cases", clock=self.clock)
        self.tickets.add_person("olga", "Olga")
        self.case = self.tickets.add_ticket("Card charged twice", owner="olga")
        systems = Tickets(self.tickets)
        directory = company()
        sections: list[Section] = []
        context = PluginContext(
            name="own",
            settings={},
            clock=self.clock,
            records=MemoryRecords(),
            secrets=MemorySecrets(),
            people=directory,
            tickets=systems,
            web=NoWeb(),  # type: ignore[arg-type]
            folder=Path(),
            sections=lambda: sections,
            prefixes=lambda: {"SW": Swarm.kind, "T": Task.kind},
        )
        swarm = SwarmPlugin(context)
        tasks = TasksPlugin(context)
        for plugin in (swarm, tasks):
            plugin.chatops_register_sections(sections.append)
        self.stage = Stage(
            plugins=(swarm, CasesPlugin(context), PeoplePlugin(context), tasks, *more),
            performers=ticket_performers(systems, CATALOGUES),
            bodies=TICKET_EFFECTS,
            directory=directory,
            clock=self.clock,
            store=story_store(self.clock),
            systems=("cases",),
        )

    async def notes(self) -> list[str]:
        """Return what stands on the case, oldest first."""
        return [comment.text for comment in await self.tickets.comments(self.case)]

    def read(self, room: str) -> str:
        """Return everything posted in a room, as people can read it."""
        network = self.stage.network
        return "\n".join(posted.body.plain for posted in network.posted if posted.ref.room.id == room)

    def swarm_room(self) -> str:
        """Return what the network calls the newest swarm's room."""
        return next(room.ref.id for room in reversed(self.stage.network.rooms.values()) if room.title.startswith("SW-"))

    def members(self) -> set[str]:
        """Return who is in that room."""
        return {member.id for member in self.stage.network.rooms[self.swarm_room()].members}
