"""What follows when a swarm becomes another: rooms, invitations, timers, notes on the ticket, the living card.

Every use case makes one transition and hands both swarms over; so what is promised (one room, each helper let in once, one
note when it opens) follows from the difference of two values and from nothing else. Effects carry names, so that each
happens once for ever, however often a handler runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chatops.core.effects import ArchiveRoom, InviteToRoom, OpenRoom, RemoveFromRoom, Timer
from chatops.core.frozen import replace
from chatops.core.message import Card, Said
from chatops.core.rooms import Room, direct_target
from chatops.core.text import Text, _, said
from chatops.core.unit import Unit
from chatops.engine.ticket_effects import AddNote, DraftArticle, LinkArticle, TicketEffect
from chatops.ports.roster import Directory
from chatops.swarm.asked import tell_asked
from chatops.swarm.cards import card_for, room_card
from chatops.swarm.clocks import InvitationExpires, invitation_series
from chatops.swarm.letters import exhausted_card, invitation_card, question_card, suggestion_card, welcome_card
from chatops.swarm.model import Asked, Call, Invitation, Member, Place, State, Swarm, Write, case_key, lane
from chatops.swarm.moves import fingerprint, out_of, written
from chatops.swarm.notes import article_text, ticket_note
from chatops.swarm.packet import settled_packet
from chatops.swarm.similar import remember
from chatops.swarm.suggestions import show_found
from chatops.swarm.telling import tell
from chatops.swarm.waking import wake
from chatops.swarm.wording import Names, short

TOGETHER = timedelta(minutes=1)
"""Calls that run out of candidates within this are told of on one card."""


def claim_name(swarm: Swarm) -> str:
    """Return the claim that keeps a second swarm on the same case and question away."""
    return f"swarm-open:{case_key(swarm.case.ref)}:{fingerprint(swarm.question)}"[:255]


class Consequences:
    """Puts a swarm into a unit, with everything that follows from how it changed."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    @property
    def names(self) -> Names:
        """How people are called."""
        return self._name

    def opened(self, unit: Unit, swarm: Swarm, *, network: str) -> Swarm:
        """Put a new swarm, and open its rooms on `network`."""
        unit.claim(claim_name(swarm), f"swarm:{swarm.id}")
        for place in swarm.places:
            if place.room is not None:
                self.open_room(unit, swarm, place.room, network)
        nothing = replace(swarm, members=(), calls=(), invitations=(), ends_at=None)
        return self.follow(unit, nothing, swarm, new=True)

    def follow(
        self,
        unit: Unit,
        before: Swarm,
        after: Swarm,
        *,
        new: bool = False,
        told: frozenset[str] = frozenset(),
        briefed: str = "",
    ) -> Swarm:
        """Put `after` and whatever its difference from `before` asks for; return it with its write-backs noted.

        `told`: ids of the people whom the answer to their command tells that nobody is left to ask. `briefed`: id of the
        person whose answer is the card they would be sent as they come in.
        """
        after = self._write_back(unit, before, after, new=new)
        unit.put(after)
        self._invitations(unit, before, after, told)
        tell_asked(unit, before, after)
        self._members(unit, before, after, new=new, briefed=briefed)
        self._questions(unit, before, after)
        show_found(unit, before, after)
        remember(unit, before, after)
        if before.live and not after.live:
            for name in (claim_name(after), *(one.claim for one in after.absorbed if one.claim)):
                unit.release(name)
        wake(unit, before, after)
        settled_packet(unit, before, after, self._name)
        tell(unit, before, after, new=new, by=self._who(unit) or after.owner)
        self._card(unit, before, after, new=new)
        if finished(after) and not finished(before):
            for place in after.places:
                if place.room is not None:
                    unit.effect(ArchiveRoom(room=place.room), key=f"swarm:{after.id}/archive/{place.room}")
        return after

    def say(
        self,
        unit: Unit,
        swarm: Swarm,
        words: Said,
        *,
        slot: str | None = None,
        notify: tuple[str, ...] = (),
        resurface: bool = False,
    ) -> bool:
        """Say something in every room of the swarm; return whether that answered the command where it was given.

        Where the command was given, it is said in the same thread.
        """
        here = unit.origin.target if unit.origin is not None else None
        for place in swarm.places:
            answers = unit.origin is not None and place.target == here
            thread = unit.origin.thread if unit.origin is not None and answers else None
            unit.post(place.target, words, slot=slot, notify=notify, reply=answers, resurface=resurface, thread=thread)
        return any(place.target == here for place in swarm.places)

    def write(self, unit: Unit, swarm: Swarm, name: str, effect: TicketEffect) -> Swarm:
        """Write something to the ticket, once, and remember to look what becomes of it; once more after each reopening."""
        name = f"{name}/{swarm.reopened + 1}" if swarm.reopened else name
        unit.effect(effect, key=f"swarm:{swarm.id}/{name}")
        return written(swarm, Write(name=name))

    def _name(self, person: str) -> str:
        known = self._directory.by_id(person)
        return known.name if known is not None else person

    def _guest(self, person: str) -> bool:
        known = self._directory.by_id(person)
        return known is None or "guest" in known.roles

    # rooms

    def open_room(self, unit: Unit, swarm: Swarm, room: str, network: str) -> None:
        """Open a room of the swarm's own, with everybody who is in it."""
        title = f"{swarm.name} {short(swarm.question, 50)}"
        opener = self._directory.by_id(swarm.opened_by)
        unit.put(
            Room(
                id=room,
                network=network,
                lane=lane(swarm.id),
                subject=f"{Swarm.kind}:{swarm.id}",
                title=title,
                locale=swarm.locale,
                zone=opener.zone if opener else "UTC",
                private=swarm.private,
            )
        )
        unit.effect(
            OpenRoom(
                room=room,
                network=network,
                title=said(title),
                # Guests read topics too: nothing of the case stands here.
                topic=said(short(swarm.question, 200)),
                members=tuple(member.person for member in swarm.as_of(unit.now).present),
                private=swarm.private,
                locale=swarm.locale,
            ),
            key=f"swarm:{swarm.id}/open/{room}",
        )

    def _card(self, unit: Unit, before: Swarm, after: Swarm, *, new: bool) -> None:
        # What people do brings the card back into view; what machines report changes it where it stands.
        resurface = self.actor(unit) is not None
        known = {place.target for place in before.places}
        for place in after.places:
            card, own = self._card_of(after, place), place.room is not None
            if new or before.places != after.places or card != room_card(before, self._name, own=own):
                # Where the swarm comes back to, an old card stands far above.
                anew = not new and place.target not in known
                unit.post(place.target, card, slot=_card_slot(after), pin=True, resurface=resurface, anew=anew)

    def _card_of(self, swarm: Swarm, place: Place) -> Card:
        return room_card(swarm, self._name, own=place.room is not None)

    def card_again(self, unit: Unit, swarm: Swarm, room: str) -> None:
        """Post the living card anew in one of the swarm's rooms."""
        for place in swarm.places:
            if place.room == room:
                unit.post(place.target, self._card_of(swarm, place), slot=_card_slot(swarm), pin=True, anew=True)

    def let_in_again(self, unit: Unit, swarm: Swarm, room: str) -> None:
        """Bring a room in line with who is in the swarm and who has left it."""
        for member in swarm.members:
            key = f"swarm:{swarm.id}/again/{member.person}/{unit.event.seq}/{room}"
            effect = InviteToRoom if member.left is None else RemoveFromRoom
            unit.effect(effect(room=room, person=member.person), key=key)

    def card_gone(self, unit: Unit, swarm: Swarm, target: str, words: Text) -> None:
        """Leave a line where the living card stood."""
        unit.post(target, words, slot=_card_slot(swarm))

    def out(self, unit: Unit, swarm: Swarm, person: str, room: str) -> None:
        """Note that somebody who has left is out of a room: without guests in it, its card shows the case again."""
        after = out_of(swarm, person, room)
        if after == swarm:
            return
        if finished(swarm):
            unit.put(after)  # its rooms are closed, and take no card
        else:
            self.follow(unit, swarm, after)

    # people

    def _members(self, unit: Unit, before: Swarm, after: Swarm, *, new: bool, briefed: str) -> None:
        was = {member.person: member for member in before.present}
        for member in after.present:
            if member.person in was:
                continue
            if new:
                if member.person == after.owner != after.opened_by:
                    unit.post(direct_target(member.person), welcome_card(after, self._name, after.opened_by))
                elif member.person != after.opened_by:
                    unit.post(direct_target(member.person), self.briefing(after, member.person))
                continue
            for room in _rooms(after):
                key = f"swarm:{after.id}/join/{member.person}/{member.stays}/{room}"
                unit.effect(InviteToRoom(room=room, person=member.person), key=key)
            if member.person != briefed:
                unit.post(direct_target(member.person), self.briefing(after, member.person))
        for person, member in was.items():
            if after.member(person) is None:
                for room in _rooms(after):
                    key = leave_key(after, member, room)
                    unit.effect(RemoveFromRoom(room=room, person=person), key=key)

    def briefing(self, swarm: Swarm, person: str) -> Card:
        """Return the card for somebody who has just come in."""
        return card_for(swarm, self._name, guest=self._guest(person), reader=person)

    def _invitations(self, unit: Unit, before: Swarm, after: Swarm, told: frozenset[str]) -> None:
        was = {one.number: one for one in before.invitations}
        for one in after.invitations:
            old = was.get(one.number)
            if one.state is (old.state if old else None):
                continue
            if one.state is Asked.SUGGESTED:
                unit.post(direct_target(after.owner), suggestion_card(after, one, self._name))
                continue
            if old is not None and old.state in {Asked.SUGGESTED, Asked.ACCEPTED, Asked.JOINED}:
                continue
            self._letter(unit, after, one)
        tired = {call.number for call in before.calls if call.exhausted}
        exhausted = [call for call in after.calls if call.exhausted and call.number not in tired]
        if exhausted and after.live:
            self._exhausted(unit, after, exhausted, told)

    def _letter(self, unit: Unit, swarm: Swarm, one: Invitation) -> None:
        series = invitation_series(swarm.id, one.number)
        card = invitation_card(swarm, one, self._name)
        waiting = one.state is Asked.SENT
        unit.post(direct_target(one.person), card, slot=series, notify=(one.person,) if waiting else ())
        if waiting and one.expires_at is not None:
            unit.note(swarm, _("{person} was asked.", person=self._name(one.person)), tag="invited")
            body = InvitationExpires(swarm=swarm.id, invitation=one.number)
            unit.arm(Timer(series=series, lane=lane(swarm.id), body=body, due=one.expires_at.isoformat()))
        else:
            unit.disarm(series)

    def _exhausted(self, unit: Unit, swarm: Swarm, calls: Sequence[Call], told: frozenset[str]) -> None:
        """Tell owner and askers. What runs out within a minute stands on one card."""
        together = [call for call in swarm.calls if call in calls or _just_ran_out(swarm, call, unit.now)]
        since = min(_ran_out(swarm, call) or unit.now for call in together)
        for person in dict.fromkeys((swarm.owner, *(call.by for call in calls))):
            own = [call for call in together if person in {swarm.owner, call.by}]
            if swarm.member(person) and person not in told:
                card = exhausted_card(swarm, own, self._name)
                slot = f"swarm:{swarm.id}/exhausted/{int(since.timestamp())}"
                unit.post(direct_target(person), card, slot=slot, notify=(person,))

    def _questions(self, unit: Unit, before: Swarm, after: Swarm) -> None:
        was = {question.number: question for question in before.questions}
        for question in after.questions:
            ended = before.live and not after.live and question.answer is None
            if question != was.get(question.number) or ended:
                slot = f"swarm:{after.id}/question/{question.number}"
                asker = (question.by,) if question.answered_by not in {None, question.by} else ()
                card = question_card(after, question, self._name)
                self.say(unit, after, card, slot=slot, notify=asker, resurface=question.answer is not None)

    # the ticket

    def _write_back(self, unit: Unit, before: Swarm, after: Swarm, *, new: bool) -> Swarm:
        state = None if before.state is after.state and not new else after.state
        name = (
            {
                State.REQUESTED: "note/opened" if new else None,
                State.RESOLVED: "note/resolved",
                State.CLOSED: "note/closed",
                State.CANCELLED: "note/cancelled",
                State.MERGED: "note/merged",
            }.get(state)
            if state is not None
            else None
        )
        actor = self.actor(unit)
        if name is not None:
            text = ticket_note(before, after, self._name)
            after = self.write(
                unit, after, name, AddNote(ticket=after.case.ref, acting_for=actor, text=text, locale=after.locale)
            )
            if after.state in {State.RESOLVED, State.CLOSED}:
                after = self._linked(unit, before, after, actor)
        if after.decision is not None and before.decision is None:
            after = self._article(unit, after, actor)
        return after

    def _linked(self, unit: Unit, before: Swarm, after: Swarm, actor: str | None) -> Swarm:
        """Write what solved it on the cases of the swarms that ended in this one, once."""
        if not before.live:
            return after
        text = ticket_note(before, after, self._name)
        for one in after.absorbed:
            note = AddNote(ticket=one.case, acting_for=actor, text=text, locale=after.locale)
            after = self.write(unit, after, f"note/linked-{one.swarm}", note)
        return after

    def _article(self, unit: Unit, swarm: Swarm, actor: str | None) -> Swarm:
        decision = swarm.decision
        if decision is None or decision.article == "none":
            return swarm
        if decision.article == "linked":
            link = LinkArticle(ticket=swarm.case.ref, acting_for=actor, article=decision.words)
            return self.write(unit, swarm, "article", link)
        draft = DraftArticle(
            ticket=swarm.case.ref,
            acting_for=actor,
            title=short(decision.words, 120),
            text=article_text(swarm),
            locale=swarm.locale,
        )
        return self.write(unit, swarm, "article", draft)

    def actor(self, unit: Unit) -> str | None:
        """Return the name of the person behind the event, or None."""
        who = self._who(unit)
        return None if who is None else unit.actor.name

    def _who(self, unit: Unit) -> str | None:
        try:
            return unit.actor.id
        except LookupError:
            return None


def leave_key(swarm: Swarm, member: Member, room: str) -> str:
    """Return the name of taking a member out of a room, for this stay of theirs."""
    return f"swarm:{swarm.id}/leave/{member.person}/{member.stays}/{room}"


def finished(swarm: Swarm) -> bool:
    """Whether nothing more will be said, and its rooms close: the last card tells what became of the notes on the ticket."""
    return swarm.over and all(write.state != "waiting" for write in swarm.writes)


def _rooms(swarm: Swarm) -> tuple[str, ...]:
    return tuple(place.room for place in swarm.places if place.room is not None)


def _card_slot(swarm: Swarm) -> str:
    return f"swarm:{swarm.id}/card"


def _ran_out(swarm: Swarm, call: Call) -> datetime | None:
    """Return when the last invitation of a call expired, if one did."""
    own = (one for one in swarm.invitations if one.call == call.number and one.state is Asked.EXPIRED)
    return max((one.expires_at for one in own if one.expires_at is not None), default=None)


def _just_ran_out(swarm: Swarm, call: Call, now: datetime) -> bool:
    at = _ran_out(swarm, call)
    return call.exhausted and call.filled_by is None and at is not None and now - at < TOGETHER


def main_place(room: str) -> Place:
    """Return the swarm's own room, not open yet."""
    return Place(target=f"room:{room}", room=room)
