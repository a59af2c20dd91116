"""Resting until somebody outside has answered, and going on: the ticket says so, too."""

from __future__ import annotations

from datetime import UTC, datetime

from chatops.core.frozen import replace
from chatops.core.message import Button, Card
from chatops.core.rooms import direct_target
from chatops.core.text import Moment, Text, _, lines, to_type
from chatops.core.unit import Unit
from chatops.engine.ticket_effects import SetStatus
from chatops.errors import Impossible, PortError
from chatops.hookspecs import Listener
from chatops.ports.tickets import Clock, Status, Ticket, TicketSystems
from chatops.swarm import moves
from chatops.swarm.buttons import done_button, show_button
from chatops.swarm.clocks import RestEnds, rest_series
from chatops.swarm.consequences import Consequences
from chatops.swarm.gate import allowed
from chatops.swarm.model import State, Swarm
from chatops.swarm.turns import undoable
from chatops.swarm.waking import REMIND

WAITING_WORDS = {"customer": _("the customer"), "vendor": _("a vendor")}
_STATUS = {"customer": Status.WAITING, "vendor": Status.ON_HOLD}


class Resting:
    """Puts swarms on hold, wakes them, and asks whether they still have to rest."""

    def __init__(self, consequences: Consequences, tickets: TicketSystems) -> None:
        self._follow = consequences
        self._tickets = tickets

    def listeners(self) -> tuple[Listener, ...]:
        """Return all of them."""
        return (Listener(name="swarm.rest_ends", of=RestEnds, handle=self.rest_ends),)

    async def hold(self, unit: Unit, id: str, waiting_for: str, until: datetime | None = None) -> None:
        """Rest, until a time if one is named. Raise Impossible for a time that is over."""
        before = await allowed(unit, id, self._follow.names)
        if until is not None and until <= unit.now:
            raise Impossible(
                _("{time} is over already.", time=Moment(at=until, style="datetime")),
                commands=(f"swarm hold {before.name} {waiting_for}",),
            )
        # To rest nobody needs the ticket; what is said about its clocks does, and what it goes back to in the end.
        ticket = await self._read(before)
        clocks = () if ticket is None else tuple(ticket.clocks)
        after = replace(moves.held(before, waiting_for, until), status_before=None if ticket is None else ticket.status)
        unit.note(after, _("{who} put it on hold.", who=unit.actor.name), tag="hold")
        after = self._status(unit, after, _STATUS[waiting_for], f"status/hold/{after.rested}")
        after = self._follow.follow(unit, before, after)
        await undoable(unit, after, f"hold-{after.rested}", f"swarm resume {after.name}")
        unit.answer(
            Card(
                title=_("{swarm} rests, waiting for {whom}", swarm=after.name, whom=WAITING_WORDS[waiting_for]),
                text=None if after.has_guests else _effect(clocks, waiting_for),
                footer=_("It goes on by itself at {time}.", time=Moment(at=until, style="datetime"))
                if until is not None
                else _("Go on with {command}.", command=to_type(f"swarm resume {after.name}")),
                buttons=(_resume(after),),
            )
        )

    async def resume(self, unit: Unit, id: str) -> None:
        """Go on."""
        before = await allowed(unit, id, self._follow.names)
        after = self._go_on(unit, before)
        unit.note(after, _("{who} went on.", who=unit.actor.name), tag="resume")
        after = self._follow.follow(unit, before, after)
        await undoable(unit, after, f"resume-{after.rested}", _hold(before))
        unit.answer(
            _("{swarm} goes on.", swarm=after.name)
            if after.has_guests
            else _("{swarm} goes on. The ticket is set to open, so its clocks run again.", swarm=after.name)
        )

    async def rest_ends(self, unit: Unit, body: RestEnds) -> None:
        """Go on when the time is over; without one, ask the owner once a day."""
        before = await unit.get(Swarm, body.swarm)
        if before is None or before.state is not State.ON_HOLD or before.rested != body.rested:
            return
        whom = WAITING_WORDS[before.waiting_for]
        if before.waits_until is None:
            unit.wake(rest_series(before.id), body, REMIND)
            card = Card(
                title=_("{swarm} still rests, waiting for {whom}", swarm=before.name, whom=whom),
                text=_("You are asked again tomorrow."),
                buttons=(_resume(before),),
            )
            unit.post(direct_target(before.owner), card, slot=rest_series(before.id), notify=(before.owner,), anew=True)
            return
        ticket = await self._read(before)
        closed = ticket is not None and not ticket.open
        # Nobody stands behind this moment: what was closed meanwhile is not opened again by a clock.
        after = moves.resumed(before) if closed else self._go_on(unit, before)
        words = _("The time given to {whom} is over: {swarm} goes on.", whom=whom, swarm=after.name)
        unit.note(after, words, tag="resume")
        after = self._follow.follow(unit, before, after)
        self._follow.say(unit, after, words, notify=(after.owner,))
        if closed:
            card = Card(
                title=_("{case} is closed already.", case=str(after.case.ref)),
                text=lines(words),
                buttons=(done_button(after), show_button(after)),
            )
            unit.post(direct_target(after.owner), card, notify=(after.owner,))

    async def due_now(self, swarm: Swarm) -> Swarm:
        """Return the swarm with when its case is due now that it rests, or goes on; as it is when nobody can say."""
        clocks = await self._clocks(swarm) if swarm.live else None
        if clocks is None:
            return swarm
        dues = [clock.due for clock in clocks if clock.state in {"running", "breached"} and clock.due is not None]
        return replace(swarm, case=replace(swarm.case, due=min(dues) if dues else None))

    def _go_on(self, unit: Unit, before: Swarm) -> Swarm:
        return self._status(unit, moves.resumed(before), Status.OPEN, f"status/open/{before.rested}")

    def _status(self, unit: Unit, swarm: Swarm, status: Status, name: str) -> Swarm:
        actor = self._follow.actor(unit)
        return self._follow.write(unit, swarm, name, SetStatus(ticket=swarm.case.ref, acting_for=actor, status=status))

    async def _clocks(self, swarm: Swarm) -> tuple[Clock, ...] | None:
        """Return the case's clocks; None when the ticket system does not say."""
        ticket = await self._read(swarm)
        return None if ticket is None else tuple(ticket.clocks)

    async def _read(self, swarm: Swarm) -> Ticket | None:
        try:
            return await self._tickets.system(swarm.case.ref.system).get(swarm.case.ref)
        except (PortError, KeyError):
            return None


def _effect(clocks: tuple[Clock, ...], waiting_for: str) -> Text:
    """Return what resting does to the ticket and its clocks."""
    running = [clock for clock in clocks if clock.state == "running"]
    by_customer = waiting_for == "customer"
    status = _("The ticket is set to waiting for the customer.") if by_customer else _("The ticket is set to on hold.")
    if not running:
        return lines(status, _("No clock runs on it."))
    dues = [clock.due for clock in running if clock.due is not None]
    if not dues:
        pause = _("Its clock may pause until then.") if by_customer else _("Its clock may well run on.")
        return lines(status, pause)
    time = Moment(at=min(dues), style="datetime")
    pause = (
        _("Its clock may pause until then; so far it is due {time}.", time=time)
        if by_customer
        else _("Its clock may well run on: due {time}.", time=time)
    )
    return lines(status, pause)


def _hold(swarm: Swarm) -> str:
    """Return the command that lets it rest as it did."""
    words = f"swarm hold {swarm.name} {swarm.waiting_for}"
    if swarm.waits_until is None:
        return words
    return f"{words} until={swarm.waits_until.astimezone(UTC).replace(microsecond=0).isoformat()}"


def _resume(swarm: Swarm) -> Button:
    return Button(label=_("Resume"), command=f"swarm resume {swarm.name}", style="primary", icon="▶️")
