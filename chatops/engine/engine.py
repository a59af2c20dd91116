"""The running parts, put together: start it, stop it, ask what came of something, ask how it is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from chatops.core.access import Relations
from chatops.core.actions import Action
from chatops.core.catalogue import Catalogues, Reader
from chatops.core.clock import Clock, SystemClock
from chatops.core.codec import Codec
from chatops.core.effects import ROOM_EFFECTS, ArchiveRoom, InviteToRoom, OpenRoom, Post, RemoveFromRoom
from chatops.core.events import EffectSettled, PostFailed, TimerFired
from chatops.core.frozen import Body, Frozen
from chatops.core.journal import AuditRecord, TimelineNote
from chatops.core.message import (
    ButtonPress,
    CommandCall,
    MemberChange,
    Message,
    Reaction,
    Redaction,
    RoomMoved,
    TurnedAway,
)
from chatops.core.rooms import Room, RoomFound, RoomLost, RoomRebound
from chatops.engine import turned_away
from chatops.engine.alarms import Alarms, NetworkBack, NetworkLost, NetworkState
from chatops.engine.answering import Answering
from chatops.engine.calls import Lines
from chatops.engine.commands import Parts, Table
from chatops.engine.confirming import Confirmation
from chatops.engine.courtesy import Courtesy
from chatops.engine.dispatcher import Dispatcher
from chatops.engine.flood import Flood
from chatops.engine.inbox import Inbox
from chatops.engine.intake import Intake
from chatops.engine.meter import Meter, NoMeter
from chatops.engine.networks import Networks
from chatops.engine.one_reader import OneReader
from chatops.engine.outage import Outage
from chatops.engine.outbox import Outbox
from chatops.engine.performing import Performer
from chatops.engine.places import Places
from chatops.engine.plugged import Plugged, typed
from chatops.engine.posting import PinPost, Posting, ShrinkCard
from chatops.engine.presence import Presence
from chatops.engine.quoting import Quoting
from chatops.engine.reacting import Marked
from chatops.engine.render import Renderer
from chatops.engine.reply import Replies, Reply
from chatops.engine.room_changes import RoomChanges
from chatops.engine.room_effects import RoomBinding, RoomEffects
from chatops.engine.roombook import RoomBook
from chatops.engine.router import Emitted, Router
from chatops.engine.seldom import Seldom
from chatops.engine.settings import EngineSettings
from chatops.engine.started import tell_started
from chatops.engine.superseded import Superseded
from chatops.engine.tasks import Tasks
from chatops.engine.ticket_events import TICKET_EVENTS
from chatops.engine.timers import SchedulerWake, Timers, Wake
from chatops.engine.undoing import Undoable
from chatops.engine.units import Units
from chatops.errors import PluginError, StoreUnavailable
from chatops.hookspecs import EffectPerformer, Listener
from chatops.ports.chat import Accept, ChatNetwork
from chatops.ports.roster import Directory
from chatops.ports.store import Settlement, Store

BODIES: tuple[type[Body], ...] = (
    *TICKET_EVENTS,
    Message, ButtonPress, Reaction, MemberChange, RoomMoved, Redaction, TurnedAway, CommandCall,
    TimerFired, EffectSettled, PostFailed, Emitted,
    *ROOM_EFFECTS, ShrinkCard, PinPost,
    NetworkLost, NetworkBack, NetworkState,
    Action, Marked, Confirmation, Undoable, Room, RoomLost, RoomFound, RoomRebound, TimelineNote, AuditRecord,
)  # fmt: skip
"""What the engine itself stores; it registers these with the codec."""


RECONNECT = "engine.reconnect"
"""The signal that somebody may have logged in."""

UNREADABLE_AGAIN = 3600.0
"""Seconds before a direct chat is told again that it cannot be read."""


class Health(Frozen, frozen=True, kw_only=True):
    """How one part is."""

    ok: bool
    detail: str = ""


def no_probe(step: str) -> None:
    """Let everything pass."""


class Engine:
    """Everything that runs. The store must be open before `start`; closing it after `stop` is the caller's."""

    def __init__(  # noqa: PLR0913 - every part once, by name
        self,
        *,
        store: Store,
        codec: Codec,
        catalogues: Catalogues,
        directory: Directory,
        networks: Sequence[ChatNetwork],
        table: Table,
        relations: Relations,
        listeners: Sequence[Listener] = (),
        performers: Sequence[EffectPerformer] = (),
        systems: Sequence[str] = (),
        secret: bytes,
        settings: EngineSettings | None = None,
        clock: Clock | None = None,
        wake: Wake | None = None,
        probe: Callable[[str], None] = no_probe,
        meter: Meter | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Put the parts together.

        `systems` are the names of the connected ticket systems. `secret` (32 bytes or more) makes button references.
        `probe` is called with the name of each step that a crash must not spoil: accept, claim, handler, before-commit,
        after-commit, before-send, after-send, before-mark. `chance` gives the jitter, 0 to 1.
        """
        for body in (*BODIES, *(one.of for one in listeners), *(one.of for one in performers)):
            codec.register(body)
        self.store = store
        self.clock = clock or SystemClock()
        self.settings = settings or EngineSettings()
        self._codec = codec
        self._listeners = tuple(listeners)
        self._directory = directory
        self._catalogues = catalogues
        self._replies = Replies(codec=codec, catalogues=catalogues)
        self._tasks = Tasks()
        self._pinged = self.clock.monotonic()
        self.rooms = RoomBook(codec, store, self.clock)
        self.outage = Outage(store, self.clock)
        meter = meter or NoMeter()
        lines = Lines(networks, clock=self.clock, settings=self.settings, probe=probe, meter=meter, store=store)
        self.present = Presence(lines, self.clock)
        alarms = Alarms(
            store=store,
            codec=codec,
            clock=self.clock,
            directory=directory,
            lines=lines,
            outage=self.outage,
            accepted=self.ring,
        )
        own_listeners = (
            *RoomBinding(store).listeners(),
            *RoomChanges(self.rooms).listeners(),
            *alarms.listeners(),
            *turned_away.listeners(),
        )
        router = Router(codec, (*own_listeners, *listeners))
        superseded = Superseded()
        units = Units(
            store=store,
            codec=codec,
            clock=self.clock,
            router=router,
            rooms=self.rooms,
            relations=relations,
            superseded=superseded,
            secret=secret,
            probe=probe,
            committed=self.ring,
        )
        courtesy = Courtesy(self.clock, self.settings)
        self.intake = Intake(
            store=store,
            codec=codec,
            clock=self.clock,
            directory=directory,
            rooms=self.rooms,
            probe=probe,
            accepted=self.ring,
            heard=lines.heard,
            courtesy=courtesy,
        )
        parts = Parts(
            table=table,
            directory=directory,
            rooms=self.rooms,
            intake=self.intake,
            store=store,
            codec=codec,
            units=units,
            quoting=Quoting(store, codec, directory, self.intake),
            systems=tuple(systems),
            late_after=self.settings.late_after,
            direct_chats=lambda name: (line := lines.get(name)) is not None and line.network.capabilities.direct_rooms,
        )
        self.inbox = Inbox(
            store=store,
            codec=codec,
            clock=self.clock,
            units=units,
            works=Dispatcher(
                parts=parts,
                router=router,
                flood=Flood(self.clock, self.settings),
                floods=Seldom(self.clock, self.settings.flood_window, store=store, topic="flood"),
                unreadable=Seldom(self.clock, UNREADABLE_AGAIN, store=store, topic="unreadable"),
            ),
            outage=self.outage,
            settings=self.settings,
            probe=probe,
            meter=meter,
            chance=chance,
        )
        places = Places(
            lines=lines,
            rooms=self.rooms,
            directory=directory,
            store=store,
            codec=codec,
            clock=self.clock,
            settings=self.settings,
        )
        self._answering = Answering(
            networks,
            store=store,
            clock=self.clock,
            codec=codec,
            catalogues=catalogues,
            places=places,
            settings=self.settings,
        )
        posting = Posting(
            store=store,
            codec=codec,
            clock=self.clock,
            lines=lines,
            places=places,
            renderer=Renderer(catalogues),
            superseded=superseded,
            settings=self.settings,
        )
        in_rooms = RoomEffects(lines=lines, places=places, catalogues=catalogues)
        own: dict[str, Performer] = {
            Post.kind: typed(posting.post),
            ShrinkCard.kind: typed(posting.shrink),
            PinPost.kind: typed(posting.pin),
            OpenRoom.kind: typed(in_rooms.open),
            InviteToRoom.kind: typed(in_rooms.invite),
            RemoveFromRoom.kind: typed(in_rooms.remove),
            ArchiveRoom.kind: typed(in_rooms.archive),
        }
        self.outbox = Outbox(
            store=store,
            codec=codec,
            clock=self.clock,
            performers=own | self._plugged(performers, own, probe),
            silent=frozenset({ShrinkCard.kind, PinPost.kind}),
            outage=self.outage,
            courtesy=courtesy,
            settings=self.settings,
            probe=probe,
            meter=meter,
            chance=chance,
        )
        self.timers = Timers(
            store=store,
            clock=self.clock,
            wake=wake or SchedulerWake(self.settings.timers),
            outage=self.outage,
            fired=self.ring,
        )
        readers = {
            network.name: OneReader(network.name, store=store, clock=self.clock, rooms=self.rooms)
            for network in networks
            if store.shared and network.capabilities.one_reader
        }
        self.networks = Networks(
            networks, accept_for=self.accept_for, clock=self.clock, alarms=alarms, lines=lines, readers=readers
        )

    async def start(self) -> None:
        """Take up all work."""
        await self.rooms.load()
        if self.store.shared:
            self._tasks.keep(self.rooms.follow, name="rooms", clock=self.clock)
            self.store.signals.listen(RECONNECT, lambda _text: self._reconnect(), missed=self._reconnect)
        for name, work in (
            ("inbox", self.inbox.run),
            ("leases", self.inbox.renew),
            ("outbox", partial(self.outbox.run, bulk=False)),
            ("broadcasts", partial(self.outbox.run, bulk=True)),
            ("timers", self.timers.run),
            ("heartbeat", self._heartbeat),
        ):
            self._tasks.keep(work, name=name, clock=self.clock)
        await tell_started(self.store, self._codec, self.clock, self._listeners)
        self.ring()
        self.networks.start()

    async def stop(self) -> None:
        """Take nothing new, let what is under way finish for a while, then end. Calling twice is harmless."""
        await self.networks.stop()
        try:
            async with asyncio.timeout(self.settings.drain):
                await self.inbox.drain()
                await self.outbox.drain()
        except TimeoutError:
            await self.inbox.cancel()
            await self.outbox.cancel()
        await self._tasks.cancel()
        await self.networks.close()

    def reconnect(self) -> None:
        """Try the networks again that had refused our credentials: somebody may have logged in. All replicas do."""
        self._reconnect()
        if self.store.shared:
            self._tasks.spawn(self.store.signals.send(RECONNECT, ""), name="reconnect")

    def ring(self) -> None:
        """Look at every queue now."""
        self.inbox.bell.ring()
        self.outbox.ring()

    @property
    def quiet(self) -> bool:
        """True when nothing is under way and nothing is known to wait."""
        return self.inbox.quiet and self.outbox.quiet and self.timers.bell.quiet

    def accept_for(self, network: str) -> Accept:
        """Return the function through which a network hands over what it received."""
        return self.intake.accept_for(network, self._answering)

    async def call(self, call: CommandCall, key: str) -> bool:
        """Accept a command that came by API or command line. False when `key` was accepted before."""
        return await self.intake.call(call, key)

    async def settled(self, key: str, at_most: float) -> Settlement | None:
        """Return what the event `key` led to, once all of it has happened; None if that takes over `at_most` seconds."""
        return await self._answering.settled(key, at_most)

    def replies(self, settlement: Settlement, person: str) -> tuple[Reply, ...]:
        """Return the answers in a settlement, in the person's language."""
        known = self._directory.by_id(person)
        reader = Reader(locale=known.locale, zone=known.zone) if known else Reader()
        return self._replies(settlement, reader, now=self.clock.now())

    def health(self) -> Mapping[str, Health]:
        """Return how each part is, judged by what it has done, not by its being there."""
        now, patience = self.clock.monotonic(), self.settings.heartbeat * 3

        def moving(since: float) -> Health:
            still = now - since
            return Health(
                ok=still <= patience, detail="" if still <= patience else f"no sign of life for {still:.0f} s"
            )

        health = {
            "store": moving(self._pinged) if self.outage.since is None else Health(ok=False, detail="does not answer"),
            "inbox": moving(self.inbox.beat),
            "outbox": moving(self.outbox.beat),
            "timers": moving(self.timers.beat),
        }
        for network in self.networks.names:
            ailment = self.networks.ailing.get(network)
            by = "standing by: another replica listens" if network in self.networks.standing_by else ""
            health[f"network {network}"] = Health(ok=ailment is None, detail=ailment or by)
        return health

    def _reconnect(self) -> None:
        self.networks.reconnect()
        self.ring()

    async def _heartbeat(self) -> None:
        while True:
            try:
                await self.store.ping()
            except StoreUnavailable:
                await self.outage.over()
            self._pinged = self.clock.monotonic()
            await self.clock.sleep(self.settings.heartbeat)

    def _plugged(
        self, performers: Sequence[EffectPerformer], own: Mapping[str, Performer], probe: Callable[[str], None]
    ) -> dict[str, Performer]:
        plugged: dict[str, Performer] = {}
        for performer in performers:
            kind = performer.of.kind
            if kind in own or kind in plugged:
                message = f"two performers for {kind}"
                raise PluginError(message)
            plugged[kind] = Plugged(performer, clock=self.clock, deadline=self.settings.send_deadline, probe=probe)
        return plugged
