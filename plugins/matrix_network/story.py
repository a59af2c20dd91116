"""What a sync told, as what is handed over: events become facts, in order, with what had to be looked up."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from chatops import Body, Frozen, replace
from chatops.core.message import ButtonPress, MemberChange, Reaction, Redaction
from chatops.errors import Rejected
from matrix_network.answer import Answer, Said
from matrix_network.buttons import Buttons
from matrix_network.directs import Directs
from matrix_network.event import Event
from matrix_network.following import Following
from matrix_network.gap import Gaps
from matrix_network.ingest import Place, body_of, replacement_of, taken_back
from matrix_network.invites import Invites
from matrix_network.membership import disturbs

REACTIONS = 10_000
"""Reactions whose taking back is still recognised as such."""


class Story(Frozen, frozen=True, kw_only=True):
    """What one sync brought."""

    events: tuple[tuple[str, Body], ...] = ()
    token: str


class Telling:
    """Reads answers. Everything it does besides is harmless to repeat: an answer that failed is asked for again."""

    def __init__(
        self,
        *,
        gaps: Gaps,
        directs: Directs,
        buttons: Buttons,
        invites: Invites,
        following: Following,
        place: Place,
        spoken: Callable[[str], None],
    ) -> None:
        """`spoken` is called with each room that we have said something in ourselves."""
        self._gaps = gaps
        self._directs = directs
        self._buttons = buttons
        self._invites = invites
        self._following = following
        self._place = place
        self._spoken = spoken
        self._reactions: OrderedDict[str, Reaction | None] = OrderedDict()
        self._back: tuple[str, ...] = ()

    @property
    def me(self) -> str:
        """Our user id."""
        return self._place.me

    async def beginning(self, answer: Answer) -> Story:
        """Return nothing of what was before the very first start; only who waits for us to come is heard."""
        await self._invited(answer)
        return Story(token=answer.token)

    async def told(self, answer: Answer, *, since: str, now: datetime) -> Story:
        """Return what happened after `since`. Raise PortError or StoreError: ask again."""
        events: list[tuple[str, Body]] = []
        disturbed: list[tuple[str, str]] = []
        for said in answer.rooms:
            full = await self._gaps.filled(said, since=since, until=answer.token, now=now)
            await self._whereabouts(full)
            events += await self._room(full, disturbed)
        await self._invited(answer)
        # Last, because an answer that is asked for again must find the direct chats as they were.
        for room, event in disturbed:
            await self._directs.forget(room, by=event)
        changes = [body for _key, body in events if isinstance(body, MemberChange) and body.ourselves]
        out = {body.room.id: body.change != "joined" for body in changes}
        self._back = tuple(room for room, is_out in out.items() if not is_out)
        return Story(events=tuple(events), token=answer.token)

    async def accepted(self) -> None:
        """What was told last has been accepted. Raise StoreError: say so again."""
        for room in self._back:
            await self._following.is_back(room)
        self._back = ()

    async def _invited(self, answer: Answer) -> None:
        for invitation in answer.invitations:
            await self._invites.received(invitation)

    async def _whereabouts(self, said: Said) -> None:
        if said.left:
            await self._invites.gone(said.room)
            return
        await self._invites.came_in(said.room)
        await self._following.came_in(said.room)

    async def _room(self, said: Said, disturbed: list[tuple[str, str]]) -> list[tuple[str, Body]]:
        partner = await self._directs.user(said.room)
        if partner is None:
            partner = await self._directs.until(said.room, {event.id for event in said.events})
        place = replace(self._place, room=said.room, partner=partner)
        found: list[tuple[str, Body]] = []
        for event in said.events:
            if event.sender == place.me and event.type == "m.room.message":
                self._spoken(said.room)
            to = replacement_of(event)
            if to is not None:
                await self._following.closed(said.room, to, event)
                continue
            body = await self._body(event, place)
            if body is not None:
                found.append((event.id, body))
            if place.partner is not None and disturbs(event, partner=place.partner, me=place.me):
                disturbed.append((said.room, event.id))
                place = replace(place, partner=None)
        return found

    async def _body(self, event: Event, place: Place) -> Body | None:
        body = body_of(event, place)
        match body:
            case Reaction():
                return await self._reaction(event, body)
            case Redaction(ref=ref) if ref.id in self._reactions:
                reaction = self._reactions[ref.id]
                return None if reaction is None else taken_back(reaction, body.at)
            case MemberChange(ourselves=True, change="joined"):
                return body if self._following.was_put_out(place.room) else None
            case MemberChange(ourselves=True) if event.before == "join":
                # An invitation that another homeserver takes back comes without what was before it (Synapse: outliers).
                # We were never in that room, and the next invitation to it is judged like any other.
                await self._following.put_out(place.room)
        return body

    async def _reaction(self, event: Event, reaction: Reaction) -> Body:
        ref = reaction.ref
        try:
            action = await self._buttons.pressed(ref.room.id, ref.id, reaction.emoji)
        except Rejected:
            action = None  # the message is gone, or hidden from us: no button of ours
        self._reactions[event.id] = reaction if action is None else None
        if len(self._reactions) > REACTIONS:
            self._reactions.popitem(last=False)
        if action is None:
            return reaction
        return ButtonPress(room=ref.room, presser=reaction.sender, action=action, at=reaction.at, message=ref.id)
