"""A stage with people's own commands: a manager, two pods with their leads, members and a guest."""

from __future__ import annotations

from pathlib import Path

from chatops.engine.second_thoughts import SecondThoughts
from chatops.hookspecs import PluginContext, Section
from chatops.people.plugin import PeoplePlugin
from chatops.ports.roster import Pod, Profile
from chatops.ports.store import Store
from chatops.testing.clock import ManualClock
from chatops.testing.directory import FakeDirectory
from chatops.testing.memory_store import MemoryStore
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from chatops.testing.stage import Stage, person
from chatops.testing.tickets import FakeTickets
from swarm_bench import NoWeb, Tickets


def folk() -> FakeDirectory:
    """Return everybody; Jan sleeps in Auckland when it is day in Berlin."""
    directory = FakeDirectory()
    directory.add(person("mona", "manager"), Profile())
    directory.add(person("lea", "agent", "pod_lead", zone="Europe/Berlin"), Profile(pods=("emea",)))
    directory.add(
        person("anna", "expert", zone="Europe/Berlin"),
        Profile(pods=("emea",), skills={"billing": 3}, languages=("de", "en")),
    )
    directory.add(
        person("jan", "expert", zone="Pacific/Auckland"),
        Profile(pods=("emea", "apac"), skills={"tax": 4}, quiet_from="22:00", quiet_to="07:00"),
    )
    directory.add(person("max", "agent"), Profile())
    directory.add(person("gus", "guest"), Profile(pods=("emea",)))
    directory.add_pod(
        Pod(
            id="emea",
            name="EMEA One",
            lead="lea",
            members=("lea", "anna", "jan", "gus"),
            zone="Europe/Berlin",
            location="nearshore",
            external=True,
            room="fake:emea",
            calendar="eu",
            skills=("billing", "sepa"),
        )
    )
    directory.add_pod(Pod(id="apac", name="APAC", members=("jan",)))
    return directory


class PeopleStage:
    """The stage, the directory on it, and what was read off it."""

    def __init__(self, *, clock: ManualClock | None = None, store: Store | None = None) -> None:
        self.clock = clock or ManualClock()
        self.directory = folk()
        sections: list[Section] = []
        context = PluginContext(
            name="people",
            settings={},
            clock=self.clock,
            records=MemoryRecords(),
            secrets=MemorySecrets(),
            people=self.directory,
            tickets=Tickets(FakeTickets(clock=self.clock)),
            web=NoWeb(),  # type: ignore[arg-type]
            folder=Path(),
            sections=lambda: sections,
        )
        plugin = PeoplePlugin(context)
        plugin.chatops_register_sections(sections.append)
        self.store = store or MemoryStore(clock=self.clock)
        self.stage = Stage(
            commands=(SecondThoughts(),),
            plugins=(plugin,),
            directory=self.directory,
            clock=self.clock,
            store=self.store,
        )

    async def asks(self, who: str, text: str) -> str:
        """Let somebody write to the server alone; return everything posted because of it, to whomever."""
        posts = await self.stage.says(who, text, room=f"dm-{who}", direct=True)
        return "\n".join(posted.body.plain for posted in posts)

    def told(self, who: str) -> str:
        """Return everything somebody can read alone, as it stands now."""
        network = self.stage.network
        return "\n".join(
            posted.body.plain for posted in network.posted if posted.ref.room.id in {f"dm-{who}", f"direct-{who}"}
        )
