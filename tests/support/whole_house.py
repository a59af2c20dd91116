"""The whole house on a stage: every feature of ours, loaded as the server loads them, people in one language.

People say a line in English or in German, whichever they speak in this run of the story; what they read is compared with
the catalogue's words for the same text, so that a better translation changes no test.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from chatops.app import OWN
from chatops.core.access import Relation
from chatops.core.catalogue import Catalogues, Reader
from chatops.core.frozen import replace
from chatops.core.message import Identity, MessageRef, Person
from chatops.core.table import CommandTable
from chatops.core.text import Text
from chatops.engine.file_performing import file_performers
from chatops.engine.help import HelpCommands
from chatops.engine.running import run_performer
from chatops.engine.second_thoughts import SecondThoughts
from chatops.engine.settings import EngineSettings
from chatops.engine.ticket_effects import TICKET_EFFECTS
from chatops.engine.ticket_performing import ticket_performers
from chatops.plugins import Loading, Registry
from chatops.ports.roster import Pod, Profile
from chatops.ports.tickets import NewTicket, Priority, Ref, Ticket, WriteContext
from chatops.testing.clock import ManualClock
from chatops.testing.context import plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.network import Posted
from chatops.testing.records import MemoryRecords
from chatops.testing.stage import Stage
from chatops.testing.tickets import FakeTickets
from story_stores import story_store
from swarm_bench import Tickets

LANGUAGES = ("en", "de")
MONDAY = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
"""Half past eight in Berlin."""


@cache
def catalogues() -> Catalogues:
    """Return the catalogues as shipped."""
    return Catalogues.load()


class Resident:
    """Somebody of the house, as a story tells of them."""

    def __init__(self, id: str, role: str, *, zone: str = "Europe/Berlin", **profile: Any) -> None:
        self.id = id
        self.role = role
        self.zone = zone
        self.profile = Profile(**profile)

    def person(self, language: str) -> Person:
        """Return the person, who reads and writes `language`."""
        identities = [Identity(network="fake", id=self.id)]
        if self.role != "guest":
            identities.append(Identity(network="demo", id=self.id))
        return Person(
            id=self.id,
            name=self.id.title(),
            roles=frozenset({self.role}),
            locale=language,
            zone=self.zone,
            identities=tuple(identities),
        )


class WholeHouse:
    """A stage with all our features, a ticket system called `demo`, people and pods."""

    registry: Registry
    table: CommandTable
    stage: Stage

    def __init__(
        self,
        language: str,
        people: Sequence[Resident],
        pods: Sequence[Pod] = (),
        *,
        folder: Path = Path(),
        told: dict[str, dict[str, Any]] | None = None,
        now: datetime = MONDAY,
    ) -> None:
        """`told`: the settings' tables of our features, by name."""
        self.language = language
        self.clock = ManualClock(now)
        self.tickets = FakeTickets("demo", clock=self.clock)
        self.directory = FakeDirectory()
        for one in people:
            self.directory.add(one.person(language), one.profile)
            if one.role != "guest":
                self.tickets.add_person(one.id, one.id.title())
        for pod in pods:
            self.directory.add_pod(pod)
        systems = Tickets(self.tickets)
        loading = Loading()
        context = plugin_context(clock=self.clock, people=self.directory, tickets=(self.tickets,), folder=folder)
        for name, feature in OWN.items():
            own = replace(
                context,
                name=name,
                settings=(told or {}).get(name, {}),
                records=MemoryRecords(),
                sections=lambda: sorted(self.registry.sections, key=lambda section: section.order),
                prefixes=lambda: {
                    mark.prefix: mark.kind
                    for command in self.registry.commands
                    for parameter in command.parameters
                    if (mark := parameter.id_of) is not None
                },
                commands=lambda: frozenset(command.words for command in self.registry.commands),
                members=lambda room: self.stage.engine.present(room),  # noqa: PLW0108 - the stage is built later
            )
            loading.add(name, feature(own))
        loading.add("second_thoughts", SecondThoughts())
        loading.add("help", HelpCommands(lambda: self.table, loading.relations))
        self.registry = loading.collect()
        self.table = CommandTable(self.registry.commands)
        self.stage = Stage(
            commands=self.registry.commands,
            listeners=self.registry.listeners,
            performers=(
                *ticket_performers(systems, catalogues()),
                *file_performers(systems, lambda name: self.stage.network if name == "fake" else None),
                run_performer(lambda: self.stage.engine, self.clock),
                *self.registry.performers,
            ),
            bodies=(*TICKET_EFFECTS, *self.registry.bodies.values()),
            relations=_relations(self.registry),
            directory=self.directory,
            clock=self.clock,
            store=story_store(self.clock),
            systems=("demo",),
            settings=EngineSettings(locale=language, zone="Europe/Berlin"),
            catalogues=catalogues(),
            table=self.table,
        )

    # what people do

    async def says(self, who: str, en: str, de: str = "", **more: Any) -> str:
        """Let somebody say a line in the language of this run; return what was posted anew, as it reads now."""
        return self.reading(await self.stage.says(who, self.said(en, de), **more))

    async def alone(self, who: str, en: str, de: str = "") -> str:
        """Let somebody say a line to the server alone; return what was posted anew, as it reads now."""
        return await self.says(who, en, de, room=f"direct-{who}", direct=True)

    async def presses(self, who: str, label: Text, *, fields: dict[str, str] | None = None) -> str:
        """Let somebody press the newest button with these words; return what was posted anew, as it reads now."""
        return self.reading(await self.stage.presses(who, self.words(label), fields=fields))

    def said(self, en: str, de: str = "") -> str:
        """Return the line people say in this run."""
        return de if de and self.language == "de" else en

    # what people read

    def words(self, text: Text, *, zone: str = "Europe/Berlin") -> str:
        """Return what somebody reads where a text is shown."""
        return catalogues().plain(text, Reader(locale=self.language, zone=zone), now=self.clock.now())

    def reading(self, posts: Sequence[Posted]) -> str:
        """Return posts as they read now."""
        return "\n".join(post.body.plain for post in posts)

    def read(self, room: str) -> str:
        """Return everything that stands in a room."""
        return self.reading([one for one in self.stage.network.posted if one.ref.room.id == room])

    def direct(self, who: str) -> str:
        """Return everything somebody was told alone."""
        return self.read(f"direct-{who}")

    def last_said(self, room: str) -> MessageRef:
        """Return the newest message that somebody wrote in a room."""
        return next(ref for ref in reversed(self.stage.network.heard()) if ref.room.id == room)

    def room_of(self, swarm: str) -> str:
        """Return what the network calls a swarm's room."""
        rooms = self.stage.network.rooms.values()
        return next(room.ref.id for room in rooms if room.title.startswith(f"{swarm} "))

    def members(self, room: str) -> set[str]:
        """Return who is in a room."""
        return {member.id for member in self.stage.network.rooms[room].members}

    # the ticket system

    async def case(
        self,
        subject: str,
        *,
        owner: str = "",
        customer: Ref | None = None,
        requester: Ref | None = None,
        priority: Priority = Priority.NORMAL,
        text: str = "",
    ) -> Ref:
        """Put a case in."""
        new = NewTicket(
            subject=subject,
            description=text,
            owner=Ref(system="demo", kind="person", id=owner) if owner else None,
            customer=customer,
            requester=requester,
            priority=priority,
        )
        return (await self.tickets.create(new, WriteContext(key=f"given:{subject}"))).ref

    async def now(self, case: Ref) -> Ticket:
        """Return a case as it is in the ticket system."""
        return await self.tickets.get(case)

    async def notes(self, case: Ref) -> str:
        """Return what was written on a case, oldest first."""
        return "\n".join(comment.text for comment in await self.tickets.comments(case))


def _relations(registry: Registry) -> list[Relation]:
    found: list[Relation] = []
    for plugin in registry.plugins.values():
        hook = getattr(plugin, "chatops_register_relations", None)
        if hook is not None:
            hook(register=found.append)
    return found
