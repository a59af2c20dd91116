"""What a swarm hears: its timers, and what became of its effects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from chatops.core.effects import InviteToRoom, OpenRoom
from chatops.core.events import EffectSettled, PostFailed
from chatops.core.message import Button, Card
from chatops.core.rooms import direct_target
from chatops.core.text import Text, _, said
from chatops.core.unit import Unit
from chatops.engine.ticket_effects import TICKET_EFFECTS, AssignTicket, SetStatus, TicketEffect
from chatops.hookspecs import Listener
from chatops.ports.roster import Directory
from chatops.swarm.asking import arrived, expired
from chatops.swarm.buttons import done_button
from chatops.swarm.clocks import InvitationExpires, TimeboxEnds, invitation_series
from chatops.swarm.consequences import Consequences
from chatops.swarm.desk import PeopleDesk
from chatops.swarm.displaced import refuge
from chatops.swarm.model import Asked, Swarm, Write
from chatops.swarm.moves import placed, time_is_up, written
from chatops.swarm.wording import short, write_line

_REASON = 300
"""Letters of a network's refusal that people read: what they can do about it stands at its end."""


class SwarmListeners:
    """Reacts to time and to the outside world. What is late, or about a swarm that is over, changes nothing."""

    def __init__(
        self, directory: Directory, consequences: Consequences, due: Callable[[Swarm], Awaitable[Swarm]]
    ) -> None:
        """`due` returns a swarm with when its case is due now."""
        self._people = PeopleDesk(directory)
        self._follow = consequences
        self._due = due

    def listeners(self) -> tuple[Listener, ...]:
        """Return all of them."""
        return (
            Listener(name="swarm.invitation_expires", of=InvitationExpires, handle=self.invitation_expires),
            Listener(name="swarm.timebox_ends", of=TimeboxEnds, handle=self.timebox_ends),
            Listener(name="swarm.room_open", of=OpenRoom, handle=self.room_settled),
            Listener(name="swarm.let_in", of=InviteToRoom, handle=self.let_in),
            Listener(name="swarm.not_told", of=PostFailed, handle=self.not_told),
            *(Listener(name=f"swarm.{of.kind}", of=of, handle=self.written) for of in TICKET_EFFECTS),
        )

    async def invitation_expires(self, unit: Unit, body: InvitationExpires) -> None:
        """Ask the next candidate."""
        before = await unit.get(Swarm, body.swarm)
        if before is None:
            return
        one = next((one for one in before.invitations if one.number == body.invitation), None)
        if one is None or one.state is not Asked.SENT:
            return
        after = expired(before, one.number, await self._people.look_ahead(unit, before, one.call), unit.now)
        name = self._follow.names(one.person)
        unit.note(after, _("{person} did not answer in time.", person=name), tag="expired")
        self._follow.follow(unit, before, after)

    async def timebox_ends(self, unit: Unit, body: TimeboxEnds) -> None:
        """Tell the rooms that the time is over."""
        before = await unit.get(Swarm, body.swarm)
        if before is None or not before.live:
            return
        swarm = time_is_up(before)
        unit.note(swarm, _("The time box ended."), tag="timebox")
        card = Card(
            title=_("The time for {swarm} is over", swarm=swarm.name),
            text=_("Finish it, rest, or go on and say why."),
            tone="attention",
            buttons=()
            if swarm.has_guests
            else (
                done_button(swarm),
                Button(label=_("Wait for the customer"), command=f"swarm hold {swarm.name} customer", icon="⏸️"),
            ),
        )
        self._follow.follow(unit, before, swarm)
        self._follow.say(unit, swarm, card, notify=(swarm.owner,))

    async def room_settled(self, unit: Unit, effect: OpenRoom) -> None:
        """A room is open, or the swarm stays where it began."""
        settled = _settled(unit)
        swarm = await self._of(unit, settled)
        if swarm is None:
            return
        if settled.state == "done":
            self._follow.follow(unit, swarm, placed(swarm, effect.room, target=effect.target))
            return
        reason = said(short(settled.reason or "?", _REASON))
        target = await refuge(unit, swarm, effect.room)
        after = placed(swarm, effect.room, target=target)
        unit.note(after, _("Its room could not be opened: {reason}", reason=reason), tag="room")
        words = _(
            "The room for {swarm} could not be opened ({reason}). It goes on here.", swarm=after.name, reason=reason
        )
        self._follow.follow(unit, swarm, after)
        self._follow.say(unit, after, words)
        if target != direct_target(after.owner):
            self._to(unit, after.owner, words)

    async def let_in(self, unit: Unit, effect: InviteToRoom) -> None:
        """Somebody may enter the room, or cannot."""
        settled = _settled(unit)
        swarm = await self._of(unit, settled)
        if swarm is None or swarm.member(effect.person) is None:
            return
        if all(place.room != effect.room for place in swarm.places):
            return  # there is no room to enter any more; that has been told
        if settled.state == "done":
            after = arrived(swarm, effect.person)
            if after != swarm:
                self._follow.follow(unit, swarm, after)
            return
        words = _(
            "{person} could not be let into the room of {swarm}: {reason}",
            person=self._follow.names(effect.person),
            swarm=swarm.name,
            reason=said(short(settled.reason or "?", _REASON)),
        )
        unit.note(swarm, words, tag="room")
        for person in dict.fromkeys((swarm.owner, effect.person)):
            self._to(unit, person, words)

    async def not_told(self, unit: Unit, failed: PostFailed) -> None:
        """An invitation did not reach whom it asks: the owner learns why. It stands, should they hear of it otherwise."""
        kind, _colon, person = failed.target.partition(":")
        if kind != "person" or failed.state != "failed" or not failed.slot:
            return
        for swarm in await unit.find(Swarm, invitee=person):
            asked = any(
                one.person == person and invitation_series(swarm.id, one.number) == failed.slot
                for one in swarm.invitations
                if one.state is Asked.SENT
            )
            if asked:
                words = _(
                    "{person} was asked into {swarm}, but could not be told: {reason}",
                    person=self._follow.names(person),
                    swarm=swarm.name,
                    reason=said(short(failed.reason or "?", _REASON)),
                )
                unit.note(swarm, words, tag="invited")
                self._to(unit, swarm.owner, words)

    async def written(self, unit: Unit, effect: TicketEffect) -> None:
        """Something was written to the ticket, or was not: the card shows it, the owner is told of a failure."""
        settled = _settled(unit)
        swarm = await self._of(unit, settled)
        if swarm is None:
            return
        name = settled.key.partition("/")[2]
        write = Write(name=name, state=settled.state, result=settled.result, reason=settled.reason)
        after = written(swarm, write)
        if settled.state != "done":
            words = write_line(write)
            unit.note(after, words, tag="ticket")
            if not isinstance(effect, AssignTicket):  # told by whoever follows the case
                self._to(unit, after.owner, not_written(after, words))
        elif isinstance(effect, SetStatus):
            after = await self._due(after)
        self._follow.follow(unit, swarm, after)

    async def _of(self, unit: Unit, settled: EffectSettled) -> Swarm | None:
        kind, _colon, rest = settled.key.partition("/")[0].partition(":")
        return await unit.get(Swarm, rest) if kind == Swarm.kind and rest else None

    def _to(self, unit: Unit, person: str, words: Text | Card) -> None:
        unit.post(direct_target(person), words, notify=(person,))


def _settled(unit: Unit) -> EffectSettled:
    body = unit.event.body
    if not isinstance(body, EffectSettled):
        message = f"{body.kind} tells of no effect"
        raise TypeError(message)
    return body


def not_written(swarm: Swarm, words: Text) -> Card:
    """Return the card that tells the owner what did not get onto the ticket."""
    return Card(
        title=_("{swarm}: {what}", swarm=swarm.name, what=words),
        text=_("Please do it in the ticket system by hand: {case}.", case=str(swarm.case.ref)),
        tone="attention",
    )
