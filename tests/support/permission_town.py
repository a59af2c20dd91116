"""A whole server with somebody in every role and in every relation to something, in every kind of room.

Nothing the matrix asks changes anything: what is refused changes nothing by itself, and what is allowed is asked for as a
dry run, which runs the whole command and drops what it would have done. So one town serves for all questions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chatops.app import OWN
from chatops.core.access import Relation, Relations
from chatops.core.commit import Commit
from chatops.core.frozen import Frozen, replace
from chatops.core.journal import AuditRecord
from chatops.core.message import Identity, Person
from chatops.core.table import CommandTable
from chatops.engine.dead_letters import DeadLetters
from chatops.engine.help import HelpCommands
from chatops.engine.running import run_performer
from chatops.engine.second_thoughts import SecondThoughts
from chatops.engine.settings import EngineSettings
from chatops.engine.ticket_effects import TICKET_EFFECTS
from chatops.engine.ticket_performing import ticket_performers
from chatops.plugins import Loading, Registry
from chatops.ports.roster import Pod, Profile
from chatops.swarm.model import Swarm
from chatops.testing.clock import ManualClock
from chatops.testing.context import plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.memory_store import MemoryStore
from chatops.testing.network import Posted
from chatops.testing.records import MemoryRecords
from chatops.testing.stage import Stage
from chatops.testing.tickets import FakeTickets
from permission_table import Line
from swarm_bench import CATALOGUES, Tickets

ROLES = {
    "gus": "guest",
    "stan": "staff",
    "ann": "agent",
    "exa": "expert",
    "paul": "pod_lead",
    "max": "manager",
    "ada": "admin",
}
"""People who are nothing to anything, one for each role."""

RELATED = {
    "olga": "agent",
    "otto": "agent",
    "prisca": "agent",
    "pat": "staff",
    "gina": "guest",
    "ivy": "staff",
    "inga": "guest",
    "ron": "staff",
    "tess": "staff",
    "toby": "staff",
    "lars": "staff",
    "cora": "staff",
    "pia": "pod_lead",
    "pete": "staff",
    "anders": "staff",
}
"""People who are something to something; what they are says `TO`."""

TO: dict[str, dict[str, set[str]]] = {
    "swarm:1": {
        "owner": {"olga"},
        "participant": {"olga", "pat", "gina"},
        "colleague": {"olga", "pat"},
        "invitee": {"pat", "gina", "ivy", "inga"},
        "receiver": {"ron"},
        "owner_of_other": {"otto"},
        "viewer": {"gina", "inga", "staff"},
    },
    "swarm:2": {"owner": {"otto"}, "participant": {"otto"}, "colleague": {"otto"}, "viewer": {"staff"}},
    "swarm:3": {
        "owner": {"prisca"},
        "participant": {"prisca", "pete"},
        "colleague": {"prisca", "pete"},
        "invitee": {"pete"},
        "viewer": {"prisca", "pete"},
    },
    "task:1": {"assignee": {"tess"}, "author": {"toby"}, "viewer": {"staff"}},
    "task:2": {"offered": {"pia", "pete", "tess"}, "author": {"toby"}, "viewer": {"staff"}},
    "task:3": {"assignee": {"gina"}, "author": {"pat"}, "owner": {"olga"}, "viewer": {"staff", "gina"}},
    "light:1": {"owner": {"lars"}, "participant": {"staff"}, "viewer": {"staff"}},
    "callback:1": {"owner": {"cora", "olga"}, "viewer": {"staff"}},
    "profile:tess": {"their_lead": {"pia"}, "viewer": {"everybody"}},
    "idea:1": {"its_lead": {"pia"}, "viewer": {"everybody"}},
}
"""The relations, by thing. `viewer`: who may know of it; `staff` is everybody but guests."""

CASES = {"swarm:1": "demo:1001", "swarm:2": "demo:1002", "swarm:3": "demo:1003"}


class Place(Frozen, frozen=True, kw_only=True):
    """Somewhere to say something."""

    name: str
    about: str = ""
    """The swarm whose room it is."""
    direct: bool = False
    thread: bool = False


PLACES = (
    Place(name="lobby"),
    Place(name="direct chat", direct=True),
    Place(name="room of SW-1, with guests", about="swarm:1"),
    Place(name="room of SW-2", about="swarm:2"),
    Place(name="room of SW-3, private", about="swarm:3"),
    Place(name="thread of ASK-1", thread=True),
)


class Watched(MemoryStore):
    """A store that shows what was written."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.commits: list[Commit] = []

    async def commit(self, commit: Commit) -> None:
        """Write, and keep what was written."""
        await super().commit(commit)
        self.commits.append(commit)


class Heard(Frozen, frozen=True, kw_only=True):
    """What came of one thing said."""

    outcome: str
    posts: tuple[Posted, ...]
    changed: tuple[str, ...]
    """What was stored anew, as `kind:id`."""
    elsewhere: tuple[str, ...]
    """Where else something was said or done, as targets and kinds of effects."""

    @property
    def text(self) -> str:
        """All of it, as read."""
        return "\n".join(post.body.plain for post in self.posts)


class Town:
    """The server, its people, and what goes on between them."""

    def __init__(self, folder: Path = Path()) -> None:
        self.clock = ManualClock()
        self.tickets = FakeTickets("demo", clock=self.clock)
        self.directory = FakeDirectory()
        self.people = ROLES | RELATED
        self.thread = ""
        for id_, role in self.people.items():
            self._settle_in(id_, role)
        members = ("pia", "pete", "tess")
        self.directory.add_pod(Pod(id="emea", name="EMEA", lead="pia", members=members))
        for owner in ("olga", "otto", "prisca", "cora"):
            self.tickets.add_ticket(f"Refund loops for {owner}", owner=owner)
        self.tickets.add_customer("acme", "Acme")
        self.relations = Relations()
        self.store = Watched(clock=self.clock)
        registry = self._loaded(folder)
        self.table = CommandTable(registry.commands)
        self.stage = Stage(
            commands=registry.commands,
            listeners=registry.listeners,
            performers=(
                *ticket_performers(Tickets(self.tickets), CATALOGUES),
                run_performer(lambda: self.stage.engine, self.clock),
                *registry.performers,
            ),
            bodies=(*TICKET_EFFECTS, *registry.bodies.values()),
            relations=self.published,
            directory=self.directory,
            clock=self.clock,
            store=self.store,
            systems=("demo",),
            settings=EngineSettings(flood_burst=1_000_000, flood_per_second=1_000_000.0),
            table=self.table,
        )

    async def start(self) -> None:
        """Let everything happen that the relations are about."""
        await self.stage.start()
        says = self.stage.says
        for owner, case, more in (("olga", 1001, ""), ("otto", 1002, ""), ("prisca", 1003, " private")):
            await says(owner, f'swarm open demo:{case} "refund loops"{more}')
        for owner, swarm, who in (("olga", 1, "pat"), ("olga", 1, "guest:gina"), ("prisca", 3, "pete")):
            await says(owner, f"swarm invite SW-{swarm} {who}")
            await says(who.removeprefix("guest:"), f"swarm accept SW-{swarm}")
        for who in ("ivy", "guest:inga"):
            await says("olga", f"swarm invite SW-1 {who}")
        for owner, swarm in (("olga", 1), ("otto", 2), ("prisca", 3)):
            room = self.room(f"swarm:{swarm}")
            for words in ("question which provider is it?", "timeline add it began at noon", "step add stop the job"):
                await says(owner, words, room=room)
            await says(owner, "decision add we refund by hand", room=room)
        await says("olga", "swarm handover SW-1 ron")
        await says("toby", 'task add @tess "look into the log"')
        await says("toby", 'task add pod:emea "call the customer"')
        await says("pat", 'task add @gina "look into your log"', room=self.room("swarm:1"))
        asked = await says("lars", 'swarm ask anders "which provider is it?"')
        self.thread = asked[0].ref.id
        await says("cora", "case callback demo:1001 at=23:00 the refund")
        await says("pete", "idea one template for refunds")

    async def stop(self) -> None:
        """Close it."""
        await self.stage.stop()

    def room(self, about: str) -> str:
        """Return what the network calls the room of a swarm."""
        name = f"SW-{about.partition(':')[2]} "
        return next(room.ref.id for room in self.stage.network.rooms.values() if room.title.startswith(name))

    def person(self, who: str) -> Person:
        """Return somebody."""
        found = self.directory.by_id(who)
        assert found is not None
        return found

    async def swarm(self, about: str) -> Swarm | None:
        """Return a swarm as stored; None for none."""
        stored = await self.store.get(*about.split(":")) if about else None
        return None if stored is None else self.stage.codec.decode_as(Swarm, stored.body)

    async def hears(self, who: str, words: str, place: Place) -> Heard:
        """Let somebody say something somewhere; return all that came of it."""
        before = len(self.store.commits)
        where = self.room(place.about) if place.about else f"direct-{who}" if place.direct else "general"
        thread = self.thread if place.thread else None
        posts = await self.stage.says(who, words, room=where, direct=place.direct, thread=thread)
        commits = self.store.commits[before:]
        records = [
            self.stage.codec.decode_as(AuditRecord, entry.payload)
            for commit in commits
            for entry in commit.entries
            if entry.kind == AuditRecord.kind
        ]
        return Heard(
            outcome=records[0].outcome if len(records) == 1 else f"{len(records)} audit records",
            posts=tuple(posts),
            changed=tuple(f"{put.kind}:{put.id}" for commit in commits for put in commit.puts if put.kind != "room"),
            elsewhere=tuple(
                f"{row.kind} {row.target}"
                for commit in commits
                for row in commit.outbox
                if row.kind != "post" or not row.reply
            ),
        )

    def words(self, line: Line, place: Place) -> str:
        """Return the command as it is said there."""
        swarm = f"SW-{place.about.partition(':')[2]}" if place.about else "SW-1"
        said = line.say.format(
            swarm="" if place.about else swarm,
            case="" if place.about else CASES["swarm:1"],
            task="T-3" if place.about == "swarm:1" else "T-1",
        )
        return f"{line.words} {said}".strip()

    def thing(self, line: Line, place: Place) -> str:
        """Return what the command is about there, as `TO` calls it; empty when it is about nothing."""
        about = place.about or "swarm:1"
        if line.of == "task":
            return "task:2" if "T-2" in line.say else "task:3" if place.about == "swarm:1" else "task:1"
        if line.of == "room":
            return place.about
        if line.of == "case" and "{case}" not in line.say:
            return "swarm:1"
        return {
            "swarm": about,
            "case": about,
            "light": "light:1",
            "callback": "callback:1",
            "profile": "profile:tess",
            "idea": "idea:1",
        }.get(line.of, "")

    def roles(self, who: str) -> frozenset[str]:
        """Return somebody's roles, with what they imply."""
        role = self.people[who]
        return frozenset({"anyone", role} | (set() if role == "guest" else {"staff"}))

    def is_to(self, who: str, thing: str) -> frozenset[str]:
        """Return what somebody is to a thing."""
        groups = {who, "everybody", *({"staff"} if self.people[who] != "guest" else set())}
        return frozenset(name for name, people in TO.get(thing, {}).items() if people & groups)

    # inside

    def _settle_in(self, id_: str, role: str) -> None:
        identities = [Identity(network="fake", id=id_)]
        if role != "guest":
            identities.append(Identity(network="demo", id=id_))
            self.tickets.add_person(id_, id_.title())
        roles = frozenset({role}) if role != "staff" else frozenset()
        person = Person(id=id_, name=id_.title(), roles=roles, identities=tuple(identities))
        in_emea = ("emea",) if id_ in {"pia", "pete", "tess"} else ()
        self.directory.add(person, Profile(pods=in_emea, max_load=9))

    def _loaded(self, folder: Path) -> Any:
        loading = Loading()
        registry: Registry
        context = plugin_context(clock=self.clock, people=self.directory, tickets=(self.tickets,), folder=folder)
        for name, feature in OWN.items():
            own = replace(
                context,
                name=name,
                records=MemoryRecords(),
                sections=lambda: sorted(registry.sections, key=lambda section: section.order),
                prefixes=lambda: {
                    mark.prefix: mark.kind
                    for command in registry.commands
                    for parameter in command.parameters
                    if (mark := parameter.id_of) is not None
                },
                commands=lambda: frozenset(command.words for command in registry.commands),
            )
            loading.add(name, feature(own))
        loading.add("dead_letters", DeadLetters(self.store))
        loading.add("second_thoughts", SecondThoughts())
        loading.add("help", HelpCommands(lambda: self.table, loading.relations))
        registry = loading.collect()
        self.published: list[Relation] = []
        for plugin in registry.plugins.values():
            hook = getattr(plugin, "chatops_register_relations", None)
            if hook is not None:
                hook(register=self.published.append)
        return registry
