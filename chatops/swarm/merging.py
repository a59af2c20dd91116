"""A swarm that comes back, and two that become one: what their rooms, people, tickets and clocks learn of it."""

from __future__ import annotations

from chatops.core.frozen import replace
from chatops.core.message import Button, Card
from chatops.core.rooms import Room, direct_target, room_target
from chatops.core.text import Text, _, lines, said
from chatops.core.unit import Unit
from chatops.engine.ticket_effects import AddNote, SetStatus
from chatops.errors import Impossible, NotAllowed
from chatops.ports.roster import Directory
from chatops.ports.tickets import Status, TicketSystems
from chatops.swarm.already import already_on_it, on_it
from chatops.swarm.buttons import join_button, show_button
from chatops.swarm.consequences import Consequences, claim_name, finished
from chatops.swarm.desk import more_than_a_look, reason, the_swarm
from chatops.swarm.gate import allowed, check
from chatops.swarm.model import Place, Swarm, lane
from chatops.swarm.off_hold import OffHold
from chatops.swarm.returning import merged, reopened, takes_back
from chatops.swarm.wording import case_line, short
from chatops.tasks.desk import TaskDesk
from chatops.tasks.following import Following
from chatops.tasks.model import Task

MERGE = _("Merge")


def merge_button(kept: Swarm, other: Swarm, label: Text = MERGE) -> Button:
    """Return the button that lets `other` end in `kept`."""
    return Button(label=label, command=f"swarm merge {kept.name} {other.name}", style="primary", icon="🔗")


class Merging:
    """Reopens and merges."""

    def __init__(self, directory: Directory, tickets: TicketSystems, consequences: Consequences) -> None:
        self._follow = consequences
        self._off_hold = OffHold(tickets, consequences)
        self._tasks = Following(TaskDesk(directory))

    async def reopen(self, unit: Unit, id: str, because: str) -> None:
        """Go on with what was over, in its room if it is still open, else in a new one. Raise Impossible."""
        before = await allowed(unit, id, self._follow.names)
        await self._refuse_second(unit, before)
        given, by = reason(because), unit.actor.id
        after = reopened(before, given, unit.now, places=before.places, by=by)
        mistake = not given and takes_back(before, by)
        why = _("cancelled by mistake") if mistake else said(given)
        shown = why if mistake else said(short(given, 200))
        rooms = self._rooms(before) if finished(before) else {}
        after = replace(after, places=tuple(rooms.get(place.room or "", place) for place in after.places))
        unit.note(after, _("{who} reopened it: {reason}", who=unit.actor.name, reason=why), tag="reopened")
        unit.claim(claim_name(after), f"swarm:{after.id}")
        for old, place in rooms.items():
            room = await unit.get(Room, old)
            if room is not None and place.room is not None:
                self._follow.open_room(unit, after, place.room, room.network)
        after = self._ticket(unit, after, why)
        after = self._follow.follow(unit, before, after)
        for member in after.as_of(unit.now).present:
            if member.person != unit.actor.id:
                unit.post(direct_target(member.person), self._back(after, shown, guest=member.guest))
        where = _("A new room is opening; you are invited.") if rooms else _("It goes on where it was.")
        card = Card(
            title=_("{swarm} is open again", swarm=after.name),
            text=lines(shown, where),
            footer=_("The article about it stays; at the end you decide anew.")
            if any(one.article != "none" for one in after.earlier)
            else None,
            buttons=(show_button(after),),
        )
        unit.answer(card, private=after.has_guests)

    async def merge(self, unit: Unit, id: str, other_id: str) -> None:
        """Let the other swarm end in this one. Whoever owns only one of them asks the other's owner first."""
        kept = await the_swarm(unit, id)
        other = await the_swarm(unit, other_id)
        more_than_a_look(unit, kept, other)
        agreed = self._agreed(unit, kept, other)
        after, end = merged(kept, other, unit.actor.id, unit.now, claim=claim_name(other))
        if not agreed:
            self._ask(unit, kept, other)
            return
        claims = [claim_name(other), *(one.claim for one in other.absorbed if one.claim)]
        words = _("{other} ended here: {question}", other=end.name, question=said(end.question))
        unit.note(after, words, tag="merged")
        unit.note(end, _("It goes on as {swarm}.", swarm=after.name), tag="merged")
        after = self._follow.write(
            unit,
            after,
            f"note/with-{end.id}",
            AddNote(
                ticket=after.case.ref,
                acting_for=unit.actor.name,
                text=_("{other} on {case} goes on here.", other=end.name, case=str(end.case.ref)),
                locale=after.locale,
            ),
        )
        end = await self._off_hold.give_back(unit, other, end)
        self._follow.follow(unit, other, end)
        after = self._follow.follow(unit, kept, after)
        await self._move_tasks(unit, end, after)
        for claim in dict.fromkeys(claims):
            unit.release(claim)
            unit.claim(claim, f"swarm:{after.id}")
        self._follow.say(unit, end, self._redirected(after, end))
        card = self._came(after, end)
        if not self._follow.say(unit, after, card):
            unit.answer(card)
        for member in end.as_of(unit.now).present:
            if member.guest:
                thanks = _("{swarm} has ended. Thank you for your help!", swarm=end.name)
                unit.post(direct_target(member.person), thanks)

    # inside

    async def _move_tasks(self, unit: Unit, end: Swarm, kept: Swarm) -> None:
        """Let what is still to be done belong to the swarm that goes on; its cards stand there."""
        for task in await unit.find(Task, subject=f"{Swarm.kind}:{end.id}"):
            if task.live:
                moved = replace(
                    task,
                    subject=f"{Swarm.kind}:{kept.id}",
                    about=kept.name,
                    lane=lane(kept.id),
                    place=kept.places[0].target,
                    thread=None,
                )
                await self._tasks.follow(unit, task, moved)

    def _rooms(self, swarm: Swarm) -> dict[str, Place]:
        """Return the new rooms in place of the closed ones, by the old ones' names."""
        return {
            place.room: Place(
                target=room_target(f"swarm:{swarm.id}/main-{swarm.reopened + 2}"),
                room=f"swarm:{swarm.id}/main-{swarm.reopened + 2}",
            )
            for place in swarm.places
            if place.room is not None
        }

    def _ticket(self, unit: Unit, swarm: Swarm, why: Text) -> Swarm:
        note = AddNote(
            ticket=swarm.case.ref,
            acting_for=unit.actor.name,
            text=_("{swarm} is open again: {reason}", swarm=swarm.name, reason=why),
            locale=swarm.locale,
        )
        swarm = self._follow.write(unit, swarm, "note/reopened", note)
        if not any(write.name.startswith("status") for write in swarm.writes):
            return swarm
        status = SetStatus(ticket=swarm.case.ref, acting_for=unit.actor.name, status=Status.OPEN)
        return self._follow.write(unit, swarm, "status/reopened", status)

    def _back(self, swarm: Swarm, why: Text, *, guest: bool) -> Card:
        return Card(
            title=_("{swarm} is open again: {question}", swarm=swarm.name, question=said(short(swarm.question))),
            text=None if guest else why,
            footer=_("You were in it. If you cannot help this time, leave it."),
            buttons=(Button(label=_("Leave"), command=f"swarm leave {swarm.name}", icon="👋"),),
        )

    async def _refuse_second(self, unit: Unit, swarm: Swarm) -> None:
        other = await on_it(unit, swarm.case.ref, swarm.question)
        if other is not None and other.id != swarm.id:
            raise already_on_it(unit, other)

    def _agreed(self, unit: Unit, kept: Swarm, other: Swarm) -> bool:
        try:
            unit.require(kept)
        except NotAllowed:
            check(unit, other, self._follow.names)
        if "pod_lead" in unit.actor.roles:
            return True
        asked = other.merge_asked
        word = {unit.actor.id}
        if asked is not None and asked[0] == kept.id:
            word.add(asked[1])
        return {kept.owner, other.owner} <= word

    def _ask(self, unit: Unit, kept: Swarm, other: Swarm) -> None:
        theirs = other if unit.actor.id == kept.owner else kept
        if other.merge_asked == (kept.id, unit.actor.id):
            raise Impossible(
                _("{owner} has been asked already.", owner=self._follow.names(theirs.owner)),
                commands=(f"swarm show {theirs.name}",),
            )
        self._follow.follow(unit, other, replace(other, merge_asked=(kept.id, unit.actor.id)))
        card = Card(
            title=_(
                "{who} wants to merge {other} into {swarm}", who=unit.actor.name, other=other.name, swarm=kept.name
            ),
            text=lines(said(short(other.question)), said(short(kept.question))),
            tone="attention",
            footer=_("People, questions and the case of {other} go along; it ends.", other=other.name),
            buttons=(merge_button(kept, other), show_button(other)),
        )
        unit.post(direct_target(theirs.owner), card, notify=(theirs.owner,))
        unit.answer(_("{owner} is asked to agree.", owner=self._follow.names(theirs.owner)))

    def _redirected(self, kept: Swarm, end: Swarm) -> Card | Text:
        if end.has_guests:
            return _("{swarm} has ended. Thank you for your help!", swarm=end.name)
        return Card(
            title=_("{other} ends here; it goes on in {swarm}", other=end.name, swarm=kept.name),
            text=_("Whoever was in it is invited to the room there."),
            buttons=(join_button(kept), show_button(kept)),
        )

    def _came(self, kept: Swarm, end: Swarm) -> Card | Text:
        if kept.has_guests:
            return _("{other} goes on here.", other=end.name)
        return Card(
            title=_("{other} goes on here: {question}", other=end.name, question=said(short(end.question))),
            text=lines(case_line(end.case), _("Its people and questions came along; its clocks are counted here.")),
        )
