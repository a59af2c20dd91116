"""A whole server on a stage: people speak, time passes at a word, and what was answered is there to look at.

::

    async with Stage(commands=[SwarmCommands(service)], people=[person("anna", "agent")]) as stage:
        posts = await stage.says("anna", "swarm open demo:1001 refund loops", room="general")
        assert "SW-1" in posts[0].body.plain

It knows no domain: commands, listeners, bodies and whole plugins are given to it.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, ClassVar, Self

from chatops.core.access import Relation, Relations
from chatops.core.catalogue import Catalogues
from chatops.core.codec import Codec
from chatops.core.command import Command, declared
from chatops.core.commit import InboxRow
from chatops.core.frozen import Aggregate, Body
from chatops.core.journal import AuditRecord, audit_chain
from chatops.core.message import CommandCall, File, Identity, MessageRef, Person, Reaction
from chatops.core.rooms import Room
from chatops.core.table import CommandTable
from chatops.core.unit import Unit
from chatops.engine.commands import Table
from chatops.engine.confirming import asks_first
from chatops.engine.engine import Engine, no_probe
from chatops.engine.meter import Meter
from chatops.engine.reply import Reply
from chatops.engine.second_thoughts import SecondThoughts
from chatops.engine.settings import EngineSettings
from chatops.hookspecs import EffectPerformer, Listener
from chatops.ports.chat import ChatNetwork
from chatops.ports.store import Store
from chatops.testing.clock import ManualClock
from chatops.testing.directory import FakeDirectory
from chatops.testing.memory_store import MemoryStore
from chatops.testing.network import FakeNetwork, Posted

SECRET = b"a secret for buttons in tests, 32 bytes or more"

TURNS = 200
"""Turns of the event loop without any progress after which only the clock can help."""


class Given(Body, frozen=True, kw_only=True):
    """Aggregates that a test wants to be there."""

    kind: ClassVar[str] = "stage.given"

    number: int


class ManualWake:
    """Rings when a test lets time pass."""

    def __init__(self) -> None:
        self._ring: Callable[[], None] | None = None

    def start(self, ring: Callable[[], None]) -> None:
        """Remember whom to ring."""
        self._ring = ring

    def stop(self) -> None:
        """Ring no more."""
        self._ring = None

    def ring(self) -> None:
        """Ring now."""
        if self._ring is not None:
            self._ring()


class Stage:
    """Store, clock, network, directory and engine, put together for one test."""

    def __init__(  # noqa: PLR0913 - everything that makes a server, by name
        self,
        *,
        commands: Iterable[object] = (),
        listeners: Iterable[Listener] = (),
        performers: Iterable[EffectPerformer] = (),
        bodies: Iterable[type[Body]] = (),
        relations: Iterable[Relation] = (),
        plugins: Iterable[object] = (),
        people: Iterable[Person] = (),
        directory: FakeDirectory | None = None,
        store: Store | None = None,
        clock: ManualClock | None = None,
        network: FakeNetwork | None = None,
        networks: Iterable[ChatNetwork] = (),
        table: Table | None = None,
        systems: Sequence[str] = (),
        settings: EngineSettings | None = None,
        catalogues: Catalogues | None = None,
        probe: Callable[[str], None] | None = None,
        meter: Meter | None = None,
        patience: float = 2.0,
    ) -> None:
        """Build everything; `start` (or `async with`) opens the store and starts the engine.

        `patience`: with a store other than `MemoryStore`, real seconds that `settle` waits for a part that is stuck.
        """
        self.clock = clock or ManualClock()
        self.store = store or MemoryStore(clock=self.clock)
        self.network = network or FakeNetwork(clock=self.clock)
        self.directory = directory or FakeDirectory()
        for one in people:
            self.directory.add(one)
        self.wake = ManualWake()
        self._networks = (self.network, *networks)
        self._registered = _Registered(commands, listeners, performers, bodies, relations)
        for plugin in plugins:
            self._registered.plug(plugin)
        self._table = table
        self._systems = systems
        self._settings = settings or EngineSettings()
        self._catalogues = catalogues or Catalogues({})
        self._probe = probe
        self._meter = meter
        self._patience = patience
        self._numbers = itertools.count(1)
        self._given: dict[int, tuple[Aggregate, ...]] = {}
        self.engine = self._engine()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the store and start the engine."""
        await self.store.open()
        await self.engine.start()
        await self.settle()

    async def stop(self) -> None:
        """Stop the engine and close the store."""
        await self.engine.stop()
        await self.store.close()

    async def restart(self, *, away: timedelta = timedelta()) -> None:
        """Stop, let time pass with nobody there, and start a new engine on the same store."""
        await self.stop()
        self.clock.advance(away)
        self.engine = self._engine()
        await self.start()

    # what people do

    async def says(
        self,
        who: str,
        text: str,
        *,
        room: str = "general",
        addressed: bool = True,
        direct: bool = False,
        thread: str | None = None,
        reply_to: str | None = None,
        edited: bool = False,
        automated: bool = False,
        files: Sequence[File] = (),
    ) -> list[Posted]:
        """Let somebody write, wait until all is settled, and return what was posted anew because of it."""
        before = len(self.network.posted)
        await self.network.say(
            self.identity(who),
            text,
            room,
            addressed=addressed,
            direct=direct,
            thread=thread,
            reply_to=reply_to,
            edited=edited,
            automated=automated,
            files=files,
        )
        await self.settle()
        return self.network.posted[before:]

    async def reacts(self, who: str, emoji: str, message: MessageRef, *, removed: bool = False) -> list[Posted]:
        """Let somebody put a reaction on a message, or take it back; return what was posted."""
        before = len(self.network.posted)
        reaction = Reaction(ref=message, sender=self.identity(who), emoji=emoji, at=self.clock.now(), removed=removed)
        await self.network.deliver((f"r{next(self._numbers)}", reaction))
        await self.settle()
        return self.network.posted[before:]

    async def presses(
        self, who: str, button: str, *, room: str | None = None, fields: dict[str, str] | None = None
    ) -> list[Posted]:
        """Let somebody press the newest button with that label, command or reference; return what was posted."""
        before = len(self.network.posted)
        ref, place = self._button(button)
        await self.network.press(self.identity(who), ref, room or place or "general", fields=fields)
        await self.settle()
        return self.network.posted[before:]

    async def calls(
        self,
        who: str,
        text: str,
        *,
        room: str | None = None,
        key: str | None = None,
        dry_run: bool = False,
        confirmed: bool = False,
    ) -> tuple[Reply, ...]:
        """Let somebody call a command by API; return the answers. Nothing when it has not settled."""
        key = key or f"call-{next(self._numbers)}"
        call = CommandCall(person=who, text=text, at=self.clock.now(), room=room, dry_run=dry_run, confirmed=confirmed)
        await self.engine.call(call, key)
        await self.settle()
        settlement = await self.engine.settled(key, 0)
        return () if settlement is None else self.engine.replies(settlement, who)

    async def redacts(self, ref: MessageRef) -> None:
        """Let a message be deleted."""
        await self.network.redact(ref)
        await self.settle()

    # what the test does

    async def given(self, *aggregates: Aggregate) -> None:
        """Store aggregates, as a command would have."""
        number = next(self._numbers)
        self._given[number] = aggregates
        key = f"given:{number}"
        body = self.codec.encode(Given(number=number))
        await self.store.accept_many([InboxRow(key=key, lane="stage", kind=Given.kind, body=body, cause=key)])
        self.engine.ring()
        await self.settle()

    async def room(self, logical: str, *, remote: str, subject: str | None = None, **more: Any) -> Room:
        """Store an open logical room that stands for `remote` on the fake network."""
        self.network.room(remote)
        room = Room(
            id=logical,
            network=self.network.name,
            lane=more.pop("lane", f"lane:{logical}"),
            subject=subject,
            remote=remote,
            state="open",
            **more,
        )
        await self.given(room)
        return room

    async def advance(self, by: timedelta) -> None:
        """Let time pass in a running server: every timer fires when it is due."""
        until = self.clock.now() + by
        while (due := await self.store.next_due()) is not None and due <= until:
            await self._leap(max(due - self.clock.now(), timedelta()))
        await self._leap(until - self.clock.now())

    async def advance_seconds(self, seconds: float) -> None:
        """Let seconds pass."""
        await self.advance(timedelta(seconds=seconds))

    async def wait(self, seconds: float) -> None:
        """Let time pass in one leap, without asking the store when the next timer is due."""
        await self._leap(timedelta(seconds=seconds))

    async def settle(self) -> None:
        """Return when nothing is left to do, or when only the clock could bring anything forward."""
        quiet = stuck = 0
        last = self._progress()
        while quiet < TURNS // 10:
            await asyncio.sleep(0)
            quiet = quiet + 1 if self.engine.quiet else 0
            now = self._progress()
            stuck, last = (stuck + 1, last) if now == last else (0, now)
            if stuck > TURNS and not self.engine.quiet and not await self._unstuck(last):
                return

    async def audit(self, lane: str) -> list[str]:
        """Return the outcomes in a lane's audit, oldest first, as `command → outcome`."""
        records = [
            self.codec.decode_as(AuditRecord, entry.payload)
            for entry in await self.store.entries(audit_chain(lane))
            if entry.payload is not None
        ]
        return [f"{record.command} → {record.outcome}" for record in records]

    def identity(self, who: str) -> Identity:
        """Return somebody's identity on the fake network; for a stranger, one that nobody has."""
        known = self.directory.by_id(who)
        own = (i for i in known.identities if i.network == self.network.name) if known else iter(())
        return next(own, Identity(network=self.network.name, id=who))

    # inside

    def _progress(self) -> tuple[int, ...]:
        engine = self.engine
        return (engine.inbox.handled, len(self.network.calls), len(self.network.posted))

    async def _unstuck(self, last: tuple[int, ...]) -> bool:
        """Give a store with threads of its own some real time. False when nothing came of it."""
        if isinstance(self.store, MemoryStore):
            return False
        for _turn in range(int(self._patience / 0.005)):
            await asyncio.sleep(0.005)
            if self.engine.quiet or self._progress() != last:
                return True
        return False

    async def _leap(self, by: timedelta) -> None:
        self.clock.advance(by)
        self.wake.ring()
        self.engine.ring()
        await self.settle()

    def _button(self, wanted: str) -> tuple[str, str | None]:
        for posted in reversed(self.network.posted):
            for button in posted.body.buttons:
                if wanted in {button.label, button.command, button.ref}:
                    return button.ref, posted.ref.room.id
        return wanted, None

    def _engine(self) -> Engine:
        relations = Relations()
        for relation in self._registered.relations:
            relations.publish(relation)
        commands: list[Command] = []
        for source in self._registered.commands:
            if isinstance(source, Command):
                commands.append(source)
            else:
                commands.extend(declared(source, relations=relations, plugin="stage"))
        if any(asks_first(one) for one in commands) and not any(one.words == "confirm" for one in commands):
            commands.extend(declared(SecondThoughts(), relations=relations, plugin="stage"))
        self.codec = Codec(self._registered.bodies)
        return Engine(
            store=self.store,
            codec=self.codec,
            catalogues=self._catalogues,
            directory=self.directory,
            networks=self._networks,
            table=self._table or CommandTable(commands),
            relations=relations,
            listeners=(Listener(name="stage.given", of=Given, handle=self._give), *self._registered.listeners),
            performers=self._registered.performers,
            systems=self._systems,
            secret=SECRET,
            settings=self._settings,
            clock=self.clock,
            wake=self.wake,
            chance=lambda: 1.0,
            probe=self._probe or no_probe,
            meter=self._meter,
        )

    async def _give(self, unit: Unit, given: Given) -> None:
        for aggregate in self._given[given.number]:
            await unit.get(type(aggregate), aggregate.id)
            unit.put(aggregate)


class _Registered:
    """What commands, plugins and listeners a server has."""

    def __init__(
        self,
        commands: Iterable[object],
        listeners: Iterable[Listener],
        performers: Iterable[EffectPerformer],
        bodies: Iterable[type[Body]],
        relations: Iterable[Relation],
    ) -> None:
        self.commands = list(commands)
        self.listeners = list(listeners)
        self.performers = list(performers)
        self.bodies = list(bodies)
        self.relations = list(relations)

    def plug(self, plugin: object) -> None:
        """Call the hooks of a plugin that concern the engine."""
        hooks: dict[str, list[Any]] = {
            "chatops_register_bodies": self.bodies,
            "chatops_register_relations": self.relations,
            "chatops_register_commands": self.commands,
            "chatops_register_listeners": self.listeners,
            "chatops_register_effects": self.performers,
        }
        for name, registered in hooks.items():
            hook = getattr(plugin, name, None)
            if hook is not None:
                hook(register=registered.append)


def person(id_: str, *roles: str, name: str | None = None, network: str = "fake", **more: Any) -> Person:
    """Return somebody with an identity of the same id on the fake network."""
    return Person(
        id=id_,
        name=name or id_.capitalize(),
        roles=frozenset(roles),
        identities=(Identity(network=network, id=id_),),
        **more,
    )
