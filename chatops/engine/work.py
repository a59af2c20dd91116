"""What an event asks for, as the inbox sees it: something to try, and what to say when it does not work."""

from __future__ import annotations

from typing import Protocol

from chatops.core.commit import InboxRow
from chatops.core.events import Event
from chatops.core.frozen import replace
from chatops.core.message import RoomRef
from chatops.core.rooms import direct_target, own_lane, remote_target, room_target
from chatops.core.text import Code, Text, _
from chatops.core.unit import Unit
from chatops.engine.roombook import RoomBook
from chatops.engine.router import Router
from chatops.engine.units import Units
from chatops.errors import Refusal
from chatops.hookspecs import Listener


class Work(Protocol):
    """One event's work. `attempt` may be called several times, each time on fresh facts."""

    @property
    def event(self) -> Event:
        """The event."""
        ...

    @property
    def human(self) -> bool:
        """Whether a person waits for an answer."""
        ...

    @property
    def also(self) -> tuple[InboxRow, ...]:
        """Rows to accept with whatever becomes of the event."""
        ...

    async def attempt(self) -> Unit:
        """Do it, in a new unit."""
        ...

    def refused(self, refusal: Refusal) -> Unit:
        """Return a new unit that says no."""
        ...

    def failed(self, reference: str) -> Unit:
        """Return a new unit that says that something is broken."""
        ...


class ListenerWork:
    """One listener hears one fact."""

    human = False
    also: tuple[InboxRow, ...] = ()

    def __init__(
        self, event: Event, listener: Listener | None, *, units: Units, router: Router, rooms: RoomBook
    ) -> None:
        self.event = event
        self._listener = listener
        self._units = units
        self._router = router
        self._rooms = rooms

    async def attempt(self) -> Unit:
        """Call the listener. Without one there is nothing to do."""
        unit = self._units.new(self.event)
        if self._listener is not None:
            await self._listener.handle(unit, self._router.open(self.event.body))
        return unit

    def refused(self, refusal: Refusal) -> Unit:
        """Nobody asked, so nobody is answered."""
        return self._units.new(self.event)

    def failed(self, reference: str) -> Unit:
        """Tell the people in the room that belongs to the lane."""
        unit = self._units.new(replace(self.event, key=f"{self.event.key}!{reference}"))
        target = audience(self.event.lane, self._rooms)
        if target is not None:
            unit.post(target, broken(reference))
        return unit


class FanOutWork:
    """Several listeners hear one fact: an event for each."""

    human = False

    def __init__(self, event: Event, *, units: Units, router: Router) -> None:
        self.event = event
        self.also = router.fan_out(event, event.body, "each")
        self._units = units

    async def attempt(self) -> Unit:
        """Nothing beyond the rows."""
        return self._units.new(self.event)

    def refused(self, refusal: Refusal) -> Unit:
        """Nobody asked."""
        return self._units.new(self.event)

    def failed(self, reference: str) -> Unit:
        """Nobody can be told."""
        return self._units.new(self.event)


def audience(lane: str, rooms: RoomBook) -> str | None:
    """Return the post target of the people who live in a lane, if there are any."""
    room = rooms.of_lane(lane)
    if room is not None:
        return room_target(room.id)
    if lane.startswith("person:"):
        return direct_target(lane.removeprefix("person:"))
    kind, _colon, rest = lane.partition(":")
    network, _colon, remote = rest.partition(":")
    ref = RoomRef(network=network, id=remote)
    return remote_target(ref) if kind == "room" and remote and own_lane(ref) == lane else None


def broken(reference: str) -> Text:
    """Return the sentence for something automatic that was given up."""
    return _(
        "Something I do here by myself did not work and was stopped. Reference {reference}; the operators can see it.",
        reference=Code(code=reference),
    )
