"""Handing a swarm over. The baton passes in two steps: offered with all that has to be known, and then accepted.

Whoever owns it owns it until somebody accepts. Here, and nowhere else in swarms, the case's owner is written: after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chatops.core.message import Button, Card, Person
from chatops.core.params import Selector
from chatops.core.rooms import direct_target
from chatops.core.text import Moment, Text, _, said
from chatops.core.unit import Unit
from chatops.engine.ticket_effects import AssignTicket
from chatops.errors import Ambiguous, Impossible, NotFound
from chatops.hookspecs import Listener
from chatops.ports.roster import Directory
from chatops.ports.tickets import UNSET, Ref
from chatops.swarm import passing
from chatops.swarm.buttons import show_button
from chatops.swarm.case_owner import believed_owner
from chatops.swarm.clocks import HandoverDue, HandoverLapses
from chatops.swarm.consequences import Consequences
from chatops.swarm.desk import PeopleDesk, the_swarm
from chatops.swarm.gate import allowed
from chatops.swarm.inviting import Inviting
from chatops.swarm.model import Asked, Swarm
from chatops.swarm.packet import first_awake, packet_card, packet_slot
from chatops.swarm.parts import Handover
from chatops.swarm.pressed import on_own_letter
from chatops.swarm.wording import DECLINED_WORDS, dotted, people, short
from chatops.tasks.cards import task_line
from chatops.tasks.model import Task


class Handing:
    """Offers, packets, and the answers to them."""

    def __init__(self, directory: Directory, consequences: Consequences) -> None:
        self._directory = directory
        self._people = PeopleDesk(directory)
        self._follow = consequences

    def listeners(self) -> tuple[Listener, ...]:
        """Return both timers."""
        return (
            Listener(name="swarm.handover_due", of=HandoverDue, handle=self.due),
            Listener(name="swarm.handover_lapses", of=HandoverLapses, handle=self.lapses),
        )

    async def offer(self, unit: Unit, id: str, who: Selector, why: str, *, at: datetime | None = None) -> None:
        """Offer the swarm to somebody, or to a pod; now or at a time. Raise Impossible for a time that is over."""
        before = await allowed(unit, id, self._follow.names)
        if at is not None and at <= unit.now:
            raise Impossible(
                _("{time} is over already.", time=Moment(at=at, style="datetime")),
                commands=(f"swarm handover {before.name} {who}",),
            )
        meant = self._people.meant(who, f"swarm handover {before.name} ", unit, before)
        to = [person.id for person in meant if not self._people.is_guest(person.id)]
        if not to:
            raise Impossible(
                _("Guests cannot own a swarm."), hint=_("Hand it to a member of the house."), commands=("me",)
            )
        wanted = self._follow.names(to[0]) if who.kind == "person" else str(who)
        after = passing.planned(
            before,
            by=unit.actor.id,
            to=to,
            wanted=wanted,
            at=at or unit.now,
            now=unit.now,
            why=why,
            awake=first_awake(to, self._directory, unit.now),
        )
        one = after.handovers[-1]
        unit.note(after, _("{who} offered it to {wanted}.", who=unit.actor.name, wanted=said(wanted)), tag="handover")
        after = self._follow.follow(unit, before, after)
        if one.state == "offered":
            await self._packets(unit, after, one)
        unit.undo_with(f"swarm handover {after.name} stop", after)
        unit.answer(self._offered(after, one))

    async def stop(self, unit: Unit, id: str) -> None:
        """Keep it after all."""
        before = await allowed(unit, id, self._follow.names)
        after = passing.withdrawn(before)
        unit.note(after, _("{who} keeps it after all.", who=unit.actor.name), tag="handover")
        self._follow.follow(unit, before, after)
        unit.answer(_("{swarm} stays with {owner}.", swarm=after.name, owner=self._follow.names(after.owner)))

    async def accept(self, unit: Unit, id: str, *, read: bool = False) -> None:
        """Take over what was offered. Who has not opened the packet gets to see it first; their next yes counts.

        `read`: the button on the packet says so.
        """
        before = await self._offered_to(unit, id, "swarm accept-handover")
        unit.require(before)
        me = unit.actor.id
        opened = passing.seen(before, me)
        one = opened.handover
        if one is None:
            raise passing.not_offered(before)
        if not read and opened != before:
            self._follow.follow(unit, before, opened)
            card = packet_card(opened, one, self._directory, self._follow.names, tasks=await self._tasks(unit, opened))
            unit.answer(card, private=True)
            return
        after = passing.accepted(opened, me, unit.now)
        words = _(
            "{swarm} passes from {old} to {new}.", swarm=after.name, old=self._name(before), new=self._name(after)
        )
        unit.note(after, words, tag="handover")
        after, told = await self._assign(unit, before, after)
        after = self._follow.follow(unit, before, after, briefed=me)
        self._follow.say(unit, after, words, notify=(before.owner,))
        unit.post(direct_target(before.owner), words, notify=(before.owner,))
        unit.answer(
            Card(
                title=_("{swarm} is yours now. Thank you!", swarm=after.name),
                text=told,
                tone="good",
                buttons=(show_button(after),),
            ),
            private=True,
        )

    async def decline(self, unit: Unit, id: str, why: str = "") -> None:
        """Say no; the owner stays and hears of it."""
        before = await self._offered_to(unit, id, "swarm decline-handover")
        unit.require(before)
        after = passing.declined(before, unit.actor.id)
        words = (
            _(
                "{who} cannot take {swarm} over: {why}",
                who=unit.actor.name,
                swarm=before.name,
                why=DECLINED_WORDS.get(why) or said(short(why)),
            )
            if why.strip()
            else _("{who} cannot take {swarm} over.", who=unit.actor.name, swarm=before.name)
        )
        unit.note(after, words, tag="handover")
        self._follow.follow(unit, before, after)
        self._stays(unit, after, words, over=after.handover is None)
        if not on_own_letter(unit):
            unit.answer(_("Thanks for telling. {owner} keeps it.", owner=self._name(after)), private=True)

    async def due(self, unit: Unit, body: HandoverDue) -> None:
        """Offer what was to be offered now."""
        before = await unit.get(Swarm, body.swarm)
        if before is None:
            return
        waiting = before.handover
        awake = first_awake(waiting.to, self._directory, unit.now) if waiting is not None else None
        after = passing.offered(before, body.handover, unit.now, awake=awake)
        one = after.handover
        if after == before or one is None:
            return
        unit.note(after, _("It is offered to {wanted} now.", wanted=said(one.wanted)), tag="handover")
        after = self._follow.follow(unit, before, after)
        await self._packets(unit, after, one)
        unit.post(direct_target(after.owner), self._offered(after, one))

    async def lapses(self, unit: Unit, body: HandoverLapses) -> None:
        """Tell the owner that nobody took over."""
        before = await unit.get(Swarm, body.swarm)
        if before is None:
            return
        after = passing.lapsed(before, body.handover)
        if after == before:
            return
        words = _("Nobody took {swarm} over in time.", swarm=after.name)
        unit.note(after, words, tag="handover")
        after = self._follow.follow(unit, before, after)
        self._stays(unit, after, words, over=True)

    async def waiting(self, unit: Unit) -> list[Swarm]:
        """Return the swarms that are offered to the asker."""
        me = unit.actor.id
        found = await unit.find(Swarm, receiver=me)
        return [swarm for swarm in found if swarm.handover is not None and swarm.handover.waits_for(me)]

    async def my_handovers(self, unit: Unit, person: Person) -> tuple[Text, ...]:
        """Return what `me` says of them."""
        found = []
        for swarm in await unit.glance(Swarm, receiver=person.id):
            one = swarm.handover
            if one is not None and one.lapses_at is not None and one.waits_for(person.id):
                found.append((one.lapses_at, one, swarm))
        return tuple(
            _(
                "{who} hands {swarm} over to you, until {time}: {question}",
                who=self._follow.names(one.by),
                swarm=swarm.name,
                time=Moment(at=at),
                question=said(short(swarm.question, 60)),
            )
            for at, one, swarm in sorted(found, key=lambda three: three[0])
        )

    # inside

    async def _offered_to(self, unit: Unit, id: str, verb: str) -> Swarm:
        if id:
            return await the_swarm(unit, id)
        found = await self.waiting(unit)
        if not found:
            raise NotFound(_("Nothing is handed over to you."), commands=("me",))
        if len(found) > 1:
            raise Ambiguous(_("Which one?"), commands=tuple(f"{verb} {swarm.name}" for swarm in found))
        return found[0]

    async def _tasks(self, unit: Unit, swarm: Swarm) -> tuple[Text, ...]:
        """Return what is still to be done in it, the next due first."""
        found = [one for one in await unit.glance(Task, subject=f"{Swarm.kind}:{swarm.id}") if one.live]
        found.sort(key=lambda one: (one.due is None, one.due or one.created_at))
        return tuple(task_line(one, self._follow.names) for one in found)

    async def _packets(self, unit: Unit, swarm: Swarm, one: Handover) -> None:
        tasks = await self._tasks(unit, swarm)
        for person in one.to:
            card = packet_card(swarm, one, self._directory, self._follow.names, tasks=tasks)
            unit.post(direct_target(person), card, slot=packet_slot(swarm, one), notify=(person,))

    def _offered(self, swarm: Swarm, one: Handover) -> Card:
        whom = people(one.to, self._follow.names)
        awake = first_awake(one.to, self._directory, one.at)
        asleep: Text | None = None
        if awake > one.at:
            time = Moment(at=awake, style="datetime")
            asleep = (
                _("{person} is not awake before {time}.", person=whom, time=time)
                if len(one.to) == 1
                else _("None of them is awake before {time}.", time=time)
            )
        stop = Button(label=_("Keep it"), command=f"swarm handover {swarm.name} stop", icon="✋")
        if one.state == "planned":
            return Card(
                title=_("{swarm} will be offered to {wanted}", swarm=swarm.name, wanted=said(one.wanted)),
                text=dotted(
                    _("At {time}, to {people}.", time=Moment(at=one.at, style="datetime"), people=whom), asleep
                ),
                footer=_("Until somebody accepts, {owner} owns it.", owner=self._name(swarm)),
                buttons=(stop,),
            )
        return Card(
            title=_("{swarm} is offered to {wanted}", swarm=swarm.name, wanted=said(one.wanted)),
            text=dotted(
                _("Asked: {people}.", people=whom),
                asleep,
                _("You hear by {time} at the latest.", time=Moment(at=one.lapses_at or one.at)),
            ),
            footer=_("Until somebody accepts, {owner} owns it.", owner=self._name(swarm)),
            buttons=(stop,),
        )

    def _stays(self, unit: Unit, swarm: Swarm, words: Text, *, over: bool) -> None:
        card = Card(
            title=words,
            text=_("You still own it.") if over else _("The others have not answered yet. Until then you own it."),
            tone="attention",
            buttons=(show_button(swarm),),
        )
        unit.post(direct_target(swarm.owner), card, notify=(swarm.owner,))

    async def _assign(self, unit: Unit, before: Swarm, swarm: Swarm) -> tuple[Swarm, Text]:
        """Write the new owner to the ticket, if the ticket system knows them; return what to tell them of it."""
        system = swarm.case.ref.system
        owner = self._account(swarm.owner, system)
        if owner is None:
            return swarm, _(
                "The ticket keeps its owner: {system} knows no account of yours. Ask an admin to link it.",
                system=said(system),
            )
        was = await believed_owner(unit, swarm.case.ref)
        if was is UNSET:
            # Of a case that we have never looked at nothing is believed, unless its owner is somebody we know.
            was = self._account(before.owner, system) or UNSET
        effect = AssignTicket(
            ticket=swarm.case.ref,
            acting_for=unit.actor.name,
            owner=owner,
            was=was,
        )
        number = len(swarm.handovers)
        return (
            self._follow.write(unit, swarm, f"owner/{number}", effect),
            _("The ticket {case} becomes yours as well.", case=str(swarm.case.ref)),
        )

    def _account(self, person: str, system: str) -> Ref | None:
        known = self._directory.by_id(person)
        own = next((one for one in (known.identities if known else ()) if one.network == system), None)
        return None if own is None else Ref(system=system, kind="person", id=own.id)

    def _name(self, swarm: Swarm) -> str:
        return self._follow.names(swarm.owner)


class Waiting:
    """Bare `accept` and `decline`: the one thing that waits for the asker, whatever it is."""

    def __init__(self, inviting: Inviting, handing: Handing) -> None:
        self._inviting = inviting
        self._handing = handing

    async def accept(self, unit: Unit, id: str) -> None:
        """Say yes to the invitation, or to what is handed over. Raise Ambiguous when both wait."""
        if await self._is_handover(unit, id, "accept"):
            await self._handing.accept(unit, id)
        else:
            await self._inviting.accept(unit, id)

    async def decline(self, unit: Unit, id: str, why: str, suggest: Selector | None) -> None:
        """Say no to either."""
        if await self._is_handover(unit, id, "decline"):
            await self._handing.decline(unit, id, why)
        else:
            await self._inviting.decline(unit, id, why, suggest)

    async def _is_handover(self, unit: Unit, id: str, verb: str) -> bool:
        me = unit.actor.id
        offered: Sequence[Swarm] = await self._handing.waiting(unit)
        invited = [one for one in await unit.find(Swarm, invitee=me) if one.as_of(unit.now).invited(me, Asked.SENT)]
        if id:
            return any(one.id == id for one in offered) and not any(one.id == id for one in invited)
        if offered and invited:
            raise Ambiguous(
                _("Several things wait for you. Which one?"),
                commands=(
                    *(f"swarm {verb}-handover {one.name}" for one in offered),
                    *(f"swarm {verb} {one.name}" for one in invited),
                ),
            )
        return bool(offered)
