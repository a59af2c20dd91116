"""A bench for swarms: real commands, real units, the store in memory, a fake ticket system; no engine, no network.

Everything a unit asks for outside is performed at once and its receipt delivered, so that a test reads as a conversation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chatops.cases.commands import CaseCommands
from chatops.cases.model import Recent
from chatops.core.access import Relations
from chatops.core.actions import Action
from chatops.core.catalogue import Catalogues, Reader
from chatops.core.codec import Codec
from chatops.core.command import Call, ReadContext, declared
from chatops.core.commit import InboxRow
from chatops.core.effects import ROOM_EFFECTS, ArchiveRoom, Effect, InviteToRoom, OpenRoom, Post, RemoveFromRoom
from chatops.core.events import EffectSettled, Event, TimerFired
from chatops.core.frozen import Body, replace
from chatops.core.journal import AuditRecord, TimelineNote
from chatops.core.message import Button, Card, CommandCall, Identity, Person, Refused, RoomRef, Said
from chatops.core.rooms import Room, direct_target, remote_target, room_target
from chatops.core.table import CommandTable
from chatops.core.text import Text
from chatops.core.unit import Origin, Unit
from chatops.engine.asking import people
from chatops.engine.confirming import Confirmation
from chatops.engine.ticket_asked import AskedAssign
from chatops.engine.ticket_effects import TICKET_EFFECTS
from chatops.engine.ticket_events import TICKET_EVENTS
from chatops.engine.ticket_performing import ticket_performers
from chatops.errors import NotAllowed, PortError
from chatops.hookspecs import Listener, PluginContext
from chatops.people.changes import BODIES as PEOPLE_BODIES
from chatops.people.commands import PeopleCommands
from chatops.people.directory import Member, PeopleDirectory, Pod
from chatops.ports.roster import Profile
from chatops.ports.store import Mark
from chatops.swarm.model import Swarm
from chatops.swarm.plugin import BODIES, RELATIONS, SwarmPlugin
from chatops.testing.clock import ManualClock
from chatops.testing.memory_store import MemoryStore
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from chatops.testing.tickets import FakeTickets

START = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
"""A Tuesday; 14:00 in Berlin, 02:00 in Auckland."""

LOBBY = RoomRef(network="console", id="lobby")
CATALOGUES = Catalogues({})


def _person(id_: str, name: str, *roles: str, zone: str = "Europe/Berlin", **profile: Any) -> Member:
    identities = (Identity(network="console", id=id_), Identity(network="fake", id=f"t-{id_}"))
    person = Person(id=id_, name=name, roles=frozenset(roles), zone=zone, identities=identities)
    return Member(person=person, profile=Profile(**profile))


def company() -> PeopleDirectory:
    """Return everybody. Jan sleeps in Auckland when the day starts here."""
    night = {"quiet_from": "22:00", "quiet_to": "07:00"}
    return PeopleDirectory(
        (
            _person("olga", "Olga O", "agent"),
            _person("lea", "Lea L", "pod_lead", pods=("emea",)),
            _person("anna", "Anna A", "expert", skills={"billing": 5}),
            _person("ben", "Ben B", "expert", skills={"billing": 4}),
            _person("cem", "Cem C", "expert", skills={"billing": 3, "linux": 2}),
            _person("jan", "Jan J", "expert", zone="Pacific/Auckland", skills={"billing": 2}, **night),
            _person("max", "Max M", "agent"),
            _person("gus", "Gus G", "guest"),
        ),
        (Pod(id="emea", lead="lea", members=("lea", "olga", "anna")),),
    )


class Tickets:
    """The one connected system."""

    def __init__(self, system: FakeTickets) -> None:
        self._system = system

    def names(self) -> tuple[str, ...]:
        """Return its name."""
        return (self._system.name,)

    def system(self, name: str) -> FakeTickets:
        """Return it. Raise KeyError for any other."""
        return {self._system.name: self._system}[name]


class NoWeb:
    """Swarms bring no pages."""


def words(said: Said | None, now: datetime = START) -> str:
    """Return everything somebody reads, as plain text in English."""
    reader = Reader(zone="UTC")

    def plain(text: Text | None) -> str:
        return "" if text is None else CATALOGUES.plain(text, reader, now=now)

    if said is None or isinstance(said, Text):
        return plain(said)
    if isinstance(said, Refused):
        return " ".join((plain(said.message), plain(said.hint), *said.commands))
    parts = [plain(said.title), plain(said.text)]
    parts += [f"{plain(fact.label)}: {plain(fact.value)}" for fact in said.facts]
    if said.table is not None:
        parts += [" | ".join(plain(cell) for cell in row) for row in (said.table.head, *said.table.rows)]
    parts.append(plain(said.footer))
    return "\n".join(part for part in parts if part)


def button(said: Said, label: str) -> Button:
    """Return the button of that label."""
    assert isinstance(said, Card)
    return next(one for one in said.buttons if CATALOGUES.plain(one.label, Reader()) == label)


class Bench:
    """Swarms, cases and people's commands, with the world around them."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.directory = company()
        self.tickets = FakeTickets(clock=self.clock)
        for id_ in ("olga", "anna", "lea"):
            self.tickets.add_person(f"t-{id_}", id_.title())
        self.tickets.add_person("t-stranger", "Stranger")
        self.tickets.add_ticket("Card charged twice", owner="t-olga")
        self.tickets.add_ticket("Nobody knows my owner", owner="t-stranger")
        self.tickets.add_ticket("Nobody owns me")
        self.store = MemoryStore(clock=self.clock)
        self.refuse: dict[type[Effect], str] = {}
        """Effects that fail for good, with the reason."""
        self.ledger: Counter[str] = Counter()
        """What was performed outside, by target."""
        systems = Tickets(self.tickets)
        context = PluginContext(
            name="swarm",
            settings={},
            clock=self.clock,
            records=MemoryRecords(),
            secrets=MemorySecrets(),
            people=self.directory,
            tickets=systems,
            web=NoWeb(),  # type: ignore[arg-type]
            folder=Path(),
        )
        plugin = SwarmPlugin(context)
        self.relations = Relations()
        for relation in RELATIONS:
            self.relations.publish(relation)
        sources: list[object] = [CaseCommands(self.directory, systems)]
        plugin.chatops_register_commands(sources.append)
        listeners: list[Listener] = []
        plugin.chatops_register_listeners(listeners.append)
        self.listeners: dict[type[Body], list[Listener]] = {}
        for listener in listeners:
            self.listeners.setdefault(listener.of, []).append(listener)
        self.sections: list[Any] = []
        plugin.chatops_register_sections(self.sections.append)
        sources.append(
            PeopleCommands(self.directory, sections=lambda: self.sections, prefixes=lambda: {"SW": Swarm.kind})
        )
        self.table = CommandTable(
            command for source in sources for command in declared(source, relations=self.relations, plugin="swarm")
        )
        self.codec = Codec(
            (
                *BODIES,
                *PEOPLE_BODIES,
                *ROOM_EFFECTS,
                *TICKET_EFFECTS,
                *TICKET_EVENTS,
                AskedAssign,
                Recent,
                Action,
                Room,
                TimelineNote,
                AuditRecord,
                TimerFired,
                EffectSettled,
                CommandCall,
                Confirmation,
            )
        )
        performers = list(ticket_performers(systems, CATALOGUES))
        plugin.chatops_register_effects(performers.append)
        self._performers = {one.of: one.perform for one in performers}
        self._number = 0

    # people speak

    async def do(
        self,
        person: str,
        line: str,
        *,
        room: str | None = None,
        direct: bool = False,
        fields: Mapping[str, str] | None = None,
    ) -> Said:
        """Let somebody give a command; return the answer once everything has settled. Raise the refusal it meets."""
        answers = [
            post.said for post in await self.posts(person, line, room=room, direct=direct, fields=fields) if post.reply
        ]
        return answers[-1] if answers else Text(msgid="")

    async def posts(
        self,
        person: str,
        line: str,
        *,
        room: str | None = None,
        direct: bool = False,
        fields: Mapping[str, str] | None = None,
    ) -> list[Post]:
        """Let somebody give a command; return everything it said to anybody."""
        self._number += 1
        who = self.directory.by_id(person)
        assert who is not None, person
        origin, lane, subject = await self._place(person, room, direct=direct)
        noun, _colon, id_ = (subject or "").partition(":")
        context = ReadContext(now=self.clock.now(), zone=who.zone, noun=noun or None, id=id_ or None, systems=("fake",))
        call = self.table.bind(line, fields, context) if fields else self.table.read(line, context)
        body = CommandCall(person=person, text=line, at=self.clock.now())
        key = f"test/{self._number}"
        row = InboxRow(key=key, lane=lane, kind=CommandCall.kind, body=self.codec.encode(body), cause=key)
        await self.store.accept_many([row])
        said = await self._drain(call, who, origin)
        await self.settle()
        return said

    async def press(self, person: str, said: Said, label: str, **fields: str) -> Said:
        """Let somebody press a button of a card in a direct chat, its form filled in."""
        pressed = button(said, label)
        given = {field.name: fields.get(field.name, field.value) for field in pressed.form}
        return await self.do(person, pressed.command, direct=True, fields=given)

    # the world answers

    async def settle(self) -> None:
        """Perform what is to be performed and deliver every receipt, until nothing is left."""
        while rows := await self.store.claim_posts(
            limit=50, now=self.clock.now(), lease=timedelta(minutes=1), bulk=False
        ):
            for row in rows:
                effect = self.codec.decode(row.kind, row.body)
                assert isinstance(effect, Effect)
                state, result, reason = await self._perform(effect, row.key)
                receipt = None
                if not isinstance(effect, Post):
                    settled = EffectSettled(
                        key=row.key, effect_kind=row.kind, effect=row.body, state=state, result=result, reason=reason
                    )
                    receipt = InboxRow(
                        key=f"settled:{row.key}",
                        lane=row.lane,
                        kind=EffectSettled.kind,
                        body=self.codec.encode(settled),
                        cause=row.cause,
                    )
                await self.store.mark(
                    Mark(
                        id=row.id,
                        fence=row.fence,
                        state="sent" if state == "done" else "failed",
                        remote=result,
                        receipt=receipt,
                    )
                )
            await self._drain()

    async def later(self, **span: int) -> None:
        """Let time pass; due timers fire and everything settles."""
        self.clock.advance(timedelta(**span))
        while await self.store.fire_due(self.clock.now()):
            await self._drain()
            await self.settle()

    async def tell(self, fact: Body, lane: str) -> None:
        """Let something happen that nobody commanded; everything settles."""
        self._number += 1
        key = f"told/{self._number}"
        row = InboxRow(key=key, lane=lane, kind=fact.kind, body=self.codec.encode(fact), cause=key)
        await self.store.accept_many([row])
        await self._drain()
        await self.settle()

    # what is true

    async def swarm(self, id: str = "1") -> Swarm:
        """Return a swarm as stored."""
        stored = await self.store.get(Swarm.kind, id)
        assert stored is not None
        return self.codec.decode_as(Swarm, stored.body)

    async def said_to(self, target: str) -> list[Said]:
        """Return everything ever posted to a target, oldest first."""
        return [
            self.codec.decode_as(Post, row.body).said
            for row in await self.store.sent(limit=100_000)
            if row.kind == Post.kind and row.target == target
        ]

    async def room(self, id: str = "1") -> list[Said]:
        """Return everything said in a swarm's own room."""
        return await self.said_to(room_target(f"swarm:{id}/main"))

    async def heard(self, person: str) -> str:
        """Return everything somebody was told alone."""
        return "\n".join(words(said) for said in await self.said_to(direct_target(person)))

    async def timeline(self, id: str = "1") -> list[str]:
        """Return a swarm's timeline in words."""
        entries = await self.store.entries(f"timeline:swarm:{id}")
        return [words(self.codec.decode_as(TimelineNote, entry.payload or "").text) for entry in entries]

    # inside

    async def _place(self, person: str, room: str | None, *, direct: bool) -> tuple[Origin, str, str | None]:
        if direct:
            chat = RoomRef(network="console", id=f"dm-{person}")
            return Origin(target=direct_target(person), remote=chat, direct=True), f"room:{chat}", None
        if room is None:
            return Origin(target=remote_target(LOBBY), remote=LOBBY), f"room:{LOBBY}", None
        stored = await self.store.get(Room.kind, f"swarm:{room}/main")
        assert stored is not None
        logical = self.codec.decode_as(Room, stored.body)
        remote = RoomRef(network="console", id=logical.id)
        return Origin(target=room_target(logical.id), room=logical, remote=remote), logical.lane, logical.subject

    async def _drain(
        self, call: Call | None = None, who: Person | None = None, origin: Origin | None = None
    ) -> list[Post]:
        said: list[Post] = []
        now = self.clock.now()
        while claimed := await self.store.claim_events(limit=20, now=now, lease=timedelta(minutes=1)):
            for one in claimed:
                body = self.codec.decode(one.kind, one.body)
                event = Event(
                    seq=one.seq,
                    key=one.key,
                    lane=one.lane,
                    body=body,
                    cause=one.cause,
                    accepted_at=one.accepted_at,
                    fence=one.fence,
                )
                mine = isinstance(body, CommandCall) and call is not None
                unit = self._unit(event, who if mine else None, origin if mine else None, call if mine else None)
                try:
                    if mine and call is not None and who is not None:
                        await self._command(unit, call, who)
                    else:
                        await self._listen(unit, body)
                except Exception:
                    await self.store.commit(self._unit(event, None, None, None).commit())
                    raise
                await self.store.commit(replace(unit.commit(), emitted=self._facts(unit)))
                said += [effect for _key, effect in unit.effects if isinstance(effect, Post)]
        return said

    def _unit(self, event: Event, who: Person | None, origin: Origin | None, call: Call | None) -> Unit:
        return Unit(
            event=event,
            facts=self.store,
            codec=self.codec,
            now=self.clock.now(),
            secret=b"s" * 32,
            relations=self.relations,
            actor=who,
            origin=origin,
            who=call.command.who if call else None,
        )

    def _facts(self, unit: Unit) -> tuple[InboxRow, ...]:
        """Return what the unit tells, for those who listen."""
        return tuple(
            InboxRow(
                key=f"{unit.event.key}/fact/{number}",
                lane=lane or unit.event.lane,
                kind=fact.kind,
                body=self.codec.encode(fact),
                cause=unit.event.cause,
            )
            for number, (fact, lane) in enumerate(unit.emitted)
            if type(fact) in self.listeners
        )

    async def _command(self, unit: Unit, call: Call, who: Person) -> None:
        allowed = call.command.who.by_role(who)
        if not allowed and not call.command.who.relations:
            raise NotAllowed(unit.denial(call.command.who))
        await call.command.handler(unit, **people(call, self.directory))
        assert allowed or unit.required, f"{call.command.words} never asked who may"

    async def _listen(self, unit: Unit, body: Body) -> None:
        inner = body
        if isinstance(body, TimerFired):
            inner = self.codec.decode(body.body_kind, body.body)
        elif isinstance(body, EffectSettled):
            inner = self.codec.decode(body.effect_kind, body.effect)
        for listener in self.listeners.get(type(inner), ()):
            await listener.handle(unit, inner)

    async def _perform(self, effect: Effect, key: str) -> tuple[Any, str | None, str | None]:
        if type(effect) in self.refuse:
            return "failed", None, self.refuse[type(effect)]
        match effect:
            case Post():
                return "done", None, None
            case OpenRoom() | ArchiveRoom():
                self.ledger[f"{effect.kind} {effect.room}"] += 1
                return "done", effect.room, None
            case InviteToRoom() | RemoveFromRoom():
                self.ledger[f"{effect.kind} {effect.room} {effect.person}"] += 1
                return "done", effect.person, None
            case _:
                try:
                    performed = await self._performers[type(effect)](effect, key)
                except PortError as error:
                    return "failed", None, str(error)
                self.ledger[f"{effect.kind} {key}"] += 1
                return "done", performed.result, None
