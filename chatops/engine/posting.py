"""Posts: rendered for whoever reads there, new or in place of an older one, sent the same way however often it is tried."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import OutboxRow
from chatops.core.effects import Effect, Post
from chatops.core.frozen import Frozen, Instant, replace
from chatops.core.message import Card, MessageRef, RoomRef, Said
from chatops.core.text import Text
from chatops.engine.calls import Line, Lines
from chatops.engine.performing import NotYet, Performance
from chatops.engine.places import Place, Places
from chatops.engine.render import Audience, Renderer
from chatops.engine.router import fit
from chatops.engine.settings import EngineSettings
from chatops.engine.superseded import Superseded
from chatops.errors import Forbidden, Missing, OutcomeUnknown, Rejected, Unsupported
from chatops.ports.chat import Outgoing
from chatops.ports.store import ClaimedPost, Placed, Store

RENEWAL = 30.0
"""Seconds a post waits when a room of ours refuses it: being renewed looks like that, before we hear of it."""


class ShrinkCard(Effect, frozen=True, kw_only=True):
    """Leave one line where a card stood that has been posted again further down."""

    kind: ClassVar[str] = "post.shrink"

    to: str
    room: RoomRef
    message: str
    line: Text

    @property
    def target(self) -> str:
        """Where the card stood."""
        return self.to


class PinPost(Effect, frozen=True, kw_only=True):
    """Pin what has just been posted."""

    kind: ClassVar[str] = "post.pin"

    to: str
    room: RoomRef
    message: str

    @property
    def target(self) -> str:
        """Where it stands."""
        return self.to


class Plan(Frozen, frozen=True, kw_only=True):
    """How a row is going to be sent."""

    do: Literal["post", "edit"]
    room: RoomRef
    key: str
    message: str | None = None
    """For `edit`: which message."""
    shrink: str | None = None
    """For `post`: the message that shrinks to a line."""
    refused_at: Instant | None = None
    """When a room of ours first said no; it may be about to go on as another one."""


class Posting:
    """Performs `Post`, and the small things that follow from it."""

    def __init__(
        self,
        *,
        store: Store,
        codec: Codec,
        clock: Clock,
        lines: Lines,
        places: Places,
        renderer: Renderer,
        superseded: Superseded,
        settings: EngineSettings,
    ) -> None:
        self._store = store
        self._codec = codec
        self._clock = clock
        self._lines = lines
        self._places = places
        self._renderer = renderer
        self._superseded = superseded
        self._settings = settings

    async def post(self, row: ClaimedPost, post: Post) -> Performance:
        """Post or edit."""
        if post.to.startswith("call:"):
            return Performance()
        plan = None if row.plan is None else msgspec.json.decode(row.plan, type=Plan)
        if plan is not None:
            # First of all: whatever else postponed the row would hide that it had been cut off.
            self._certain(row, plan)
        place = await self._places.find(post.to, row, network=post.network, reader=post.reader)
        if plan is not None and _renewed(post, plan, place):
            plan = Plan(do="post", room=place.room, key=plan.key)
            await self._keep(row, plan)
        if plan is None:
            line = self._lines[place.room.network]
            plan = await self._planned(row, post, place, line)
            if plan.do == "edit" and not post.notify and self._outdated(row):
                return Performance(remote=plan.message)
            if not self._foreseeable(post, line):
                await self._keep(row, plan)
        try:
            return await self._as_planned(row, post, plan, place)
        except (Forbidden, Missing) as refusal:
            await self._bide(row, post, plan, refusal)
            raise

    async def _as_planned(self, row: ClaimedPost, post: Post, plan: Plan, place: Place) -> Performance:
        line = self._lines[plan.room.network]
        outgoing = self._rendered(post.said, place, line, post.notify)
        if plan.do == "edit" and plan.message is not None:
            old = MessageRef(room=plan.room, id=plan.message)
            if await self._edited(line, old, outgoing, plan.key, bulk=row.bulk):
                self._sent(row)
                return Performance(remote=plan.message)
            plan = Plan(do="post", room=place.room, key=fit(f"{row.key}~again"))
            await self._keep(row, plan)
        return await self._new(row, post, plan, line, outgoing)

    async def _bide(self, row: ClaimedPost, post: Post, plan: Plan, refusal: Forbidden | Missing) -> None:
        """Raise NotYet while a room of ours that says no may still turn out to have been renewed.

        A direct chat that says no is asked for again: its person may have left it, or have another by now.
        """
        if not post.to.startswith(("room:", "person:")):
            return
        self._places.forget_direct(plan.room)
        now = self._clock.now()
        if plan.refused_at is None:
            plan = replace(plan, refused_at=now)
            await self._keep(row, plan)
        since = now - (plan.refused_at or now)
        if since.total_seconds() < RENEWAL:
            raise NotYet(RENEWAL / 6, str(refusal)) from refusal

    async def shrink(self, row: ClaimedPost, effect: ShrinkCard) -> Performance:
        """Replace the old card by its line, which need not stay pinned. A card that is gone needs none."""
        line = self._lines[effect.room.network]
        place = await self._places.find(effect.to, row, network=effect.room.network)
        outgoing = self._rendered(effect.line, place, line, ())
        old = MessageRef(room=effect.room, id=effect.message)
        try:
            await self._edited(line, old, outgoing, row.key, bulk=row.bulk)
            if line.network.capabilities.pins:
                await line.write(
                    str(old.room), lambda: line.network.unpin(old, key=row.key), bulk=row.bulk, repeatable=True
                )
        except (Rejected, Unsupported):
            return Performance()
        return Performance(remote=effect.message)

    async def pin(self, row: ClaimedPost, effect: PinPost) -> Performance:
        """Pin a message. One that is gone, or may not be pinned, stays as it is."""
        line = self._lines[effect.room.network]
        message = MessageRef(room=effect.room, id=effect.message)
        try:
            await line.write(
                str(effect.room), lambda: line.network.pin(message, key=row.key), bulk=row.bulk, repeatable=True
            )
        except (Rejected, Unsupported):
            return Performance()
        return Performance(remote=effect.message)

    async def _edited(self, line: Line, old: MessageRef, outgoing: Outgoing, key: str, *, bulk: bool) -> bool:
        """Edit; False when the message is gone."""
        try:
            await line.write(
                str(old.room), lambda: line.network.edit(old, outgoing, key=key), bulk=bulk, repeatable=True
            )
        except Missing:
            return False
        return True

    async def _new(self, row: ClaimedPost, post: Post, plan: Plan, line: Line, outgoing: Outgoing) -> Performance:
        thread = post.thread if line.network.capabilities.threads else None
        newest = await self._store.messages(str(plan.room), limit=1) if post.slot else ()
        sent = await line.write(
            str(plan.room),
            lambda: line.network.post(plan.room, outgoing, key=plan.key, thread=thread),
            bulk=row.bulk,
        )
        self._sent(row)
        follow_up = []
        if post.pin and line.network.capabilities.pins:
            pinned = PinPost(to=post.to, room=plan.room, message=sent.id)
            follow_up.append(self._row(row, pinned, "pin"))
        if plan.shrink is not None:
            shrunk = ShrinkCard(to=post.to, room=plan.room, message=plan.shrink, line=_line(post))
            follow_up.append(self._row(row, shrunk, "shrink"))
        placed = None
        if post.slot is not None:
            placed = Placed(
                target=row.target,
                slot=post.slot,
                remote=sent.id,
                room=str(plan.room),
                outbox_id=row.id,
                inbox_seq=newest[-1].seq if newest else 0,
            )
        return Performance(remote=sent.id, placed=placed, follow_up=tuple(follow_up))

    async def _planned(self, row: ClaimedPost, post: Post, place: Place, line: Line) -> Plan:
        placed = await self._store.placed(row.target, post.slot) if post.slot is not None else None
        if placed is None or placed.room != str(place.room) or not line.network.capabilities.edits:
            return Plan(do="post", room=place.room, key=row.key)
        if post.anew or (post.resurface and await self._store.scrolled(placed) >= self._settings.resurface_after):
            return Plan(do="post", room=place.room, key=row.key, shrink=placed.remote)
        return Plan(do="edit", room=place.room, key=row.key, message=placed.remote)

    def _certain(self, row: ClaimedPost, plan: Plan) -> None:
        """Raise OutcomeUnknown when an attempt was cut off that may have posted, and a repetition would double it."""
        if row.resumed and plan.do == "post" and not self._lines[plan.room.network].network.capabilities.native_keys:
            message = "an earlier attempt was cut off"
            raise OutcomeUnknown(message)

    def _foreseeable(self, post: Post, line: Line) -> bool:
        """Whether another attempt would come to the same plan by itself, so that it need not be kept."""
        return post.slot is None and not post.to.startswith("person:") and line.network.capabilities.native_keys

    async def _keep(self, row: ClaimedPost, plan: Plan) -> None:
        await self._store.plan(row.id, row.fence, msgspec.json.encode(plan).decode())

    def _outdated(self, row: ClaimedPost) -> bool:
        return row.slot is not None and self._superseded(row.target, row.slot, row.key)

    def _sent(self, row: ClaimedPost) -> None:
        if row.slot is not None:
            self._superseded.sent(row.target, row.slot, row.key)

    def _rendered(self, what: Said, place: Place, line: Line, notify: tuple[str, ...]) -> Outgoing:
        name = line.network.name
        pinged = {
            person: identity for person in notify if (identity := self._places.identity(person, name)) is not None
        }
        audience = Audience(
            reader=place.reader, notify=tuple(pinged.values()), max_text=line.network.capabilities.max_text
        )
        return self._renderer(what, audience, now=self._clock.now(), identity=pinged.get)

    def _row(self, row: ClaimedPost, effect: ShrinkCard | PinPost, what: str) -> OutboxRow:
        return OutboxRow(
            key=fit(f"{row.key}~{what}"),
            target=row.target,
            kind=effect.kind,
            body=self._codec.encode(effect),
            cause=row.cause,
            lane=row.lane,
            bulk=row.bulk,
        )


def _renewed(post: Post, plan: Plan, place: Place) -> bool:
    """Whether a room of ours, or a direct chat that said no, has become another one since the post was planned."""
    refused = post.to.startswith("person:") and plan.refused_at is not None
    return (refused or post.to.startswith("room:")) and plan.room != place.room


def _line(post: Post) -> Text:
    if isinstance(post.said, Card):
        return post.said.shrunk or post.said.title
    return post.said if isinstance(post.said, Text) else post.said.message
