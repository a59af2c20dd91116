"""Help that comes unasked, and people who are let go."""

from __future__ import annotations

from datetime import datetime

from chatops.core.frozen import replace
from chatops.core.message import Button, Card, Person
from chatops.core.rooms import direct_target
from chatops.core.text import Text, _, said
from chatops.core.unit import Unit
from chatops.errors import Impossible
from chatops.ports.roster import Directory
from chatops.swarm import moves
from chatops.swarm.consequences import Consequences
from chatops.swarm.desk import more_than_a_look, the_swarm
from chatops.swarm.gate import allowed, elsewhere
from chatops.swarm.inviting import Inviting
from chatops.swarm.model import Asked, Swarm
from chatops.swarm.parts import Offer
from chatops.swarm.wording import short


def offered(swarm: Swarm, offer: Offer) -> Swarm:
    """Return the swarm with an offer of help. Nobody offers twice, and members propose instead. Raise Impossible."""
    if not swarm.live:
        raise moves.wrong_state(swarm)
    if not offer.text.strip():
        raise Impossible(_("Say what you know, in a few words."), hint=moves.like(f"swarm offer {swarm.name} …"))
    if swarm.member(offer.person):
        raise Impossible(
            _("You are in {swarm} already.", swarm=swarm.name), hint=moves.like(f"swarm solution {swarm.name} …")
        )
    if swarm.invited(offer.person, Asked.SENT):
        raise Impossible(
            _("You are asked into {swarm} already.", swarm=swarm.name), commands=(f"swarm accept {swarm.name}",)
        )
    if any(one.person == offer.person for one in swarm.offers):
        raise Impossible(
            _("You have offered your help to {swarm} before; its owner knows.", swarm=swarm.name),
            commands=(f"swarm show {swarm.name}",),
        )
    return replace(swarm, offers=(*swarm.offers, replace(offer, text=offer.text.strip())))


def answered(swarm: Swarm, person: str, *, taken: bool) -> Swarm:
    """Return the swarm with the offer of a person answered. Raise Impossible when none waits."""
    if not swarm.live:
        raise moves.wrong_state(swarm)
    if not any(one.person == person and one.state == "waiting" for one in swarm.offers):
        raise Impossible(
            _("No offer of theirs waits in {swarm}.", swarm=swarm.name), commands=(f"swarm show {swarm.name}",)
        )
    return replace(
        swarm,
        offers=tuple(
            replace(one, state="taken" if taken else "declined") if one.person == person else one
            for one in swarm.offers
        ),
    )


def let_go(swarm: Swarm, person: Person, at: datetime) -> Swarm:
    """Return the swarm without somebody: gone when they are in it, no longer asked when they are asked."""
    if swarm.member(person.id):
        return moves.left(swarm, person.id, at)
    if not swarm.invited(person.id, Asked.SENT, Asked.SUGGESTED):
        raise Impossible(
            _("{person} is not in {swarm}.", person=person.name, swarm=swarm.name),
            commands=(f"swarm show {swarm.name}",),
        )
    return replace(
        swarm,
        invitations=tuple(
            replace(one, state=Asked.WITHDRAWN)
            if one.person == person.id and one.state in {Asked.SENT, Asked.SUGGESTED}
            else one
            for one in swarm.invitations
        ),
        calls=tuple(
            replace(call, candidates=())
            if any(one.call == call.number and one.person == person.id for one in swarm.invitations)
            else call
            for call in swarm.calls
        ),
    )


class Offering:
    """Offers of help, and the owner's answers; people let go."""

    def __init__(self, directory: Directory, consequences: Consequences, inviting: Inviting) -> None:
        self._directory = directory
        self._follow = consequences
        self._inviting = inviting

    async def offer(self, unit: Unit, id: str, text: str) -> None:
        """Tell the owner that the asker could help."""
        before = await the_swarm(unit, id)
        unit.require(before)
        more_than_a_look(unit, before)
        after = offered(before, Offer(person=unit.actor.id, text=text, at=unit.now))
        unit.note(after, _("{who} offered help: {text}", who=unit.actor.name, text=said(text)), tag="offered")
        self._follow.follow(unit, before, after)
        unit.post(direct_target(after.owner), self._card(after, after.offers[-1]), slot=_slot(after, unit.actor.id))
        owner = self._follow.names(after.owner)
        unit.answer(_("Thank you! {owner} hears of it and answers.", owner=owner), private=True)

    async def take_in(self, unit: Unit, id: str, person: Person) -> None:
        """Let somebody come in who has offered their help."""
        before = await allowed(unit, id, self._follow.names)
        after = answered(before, person.id, taken=True)
        if after.member(person.id) is None:
            unit.put(after)
            after = self._inviting.take_in(unit, after, person)
        else:
            self._follow.follow(unit, before, after)
        words = _("{person} is in {swarm}.", person=person.name, swarm=after.name)
        self._settle(unit, after, person, words)
        elsewhere(unit, after, words)

    async def turn_down(self, unit: Unit, id: str, person: Person) -> None:
        """Thank somebody whose help is not needed."""
        before = await allowed(unit, id, self._follow.names)
        after = answered(before, person.id, taken=False)
        unit.note(after, _("The offer of {person} was not needed.", person=person.name), tag="offered")
        self._follow.follow(unit, before, after)
        self._settle(unit, after, person, _("{person} was thanked.", person=person.name))
        thanks = _(
            "{owner} thanks you for your offer; {swarm} has what it needs.",
            owner=self._follow.names(after.owner),
            swarm=after.name,
        )
        unit.post(direct_target(person.id), thanks)
        unit.answer(_("{person} is thanked.", person=person.name), private=True)

    async def release(self, unit: Unit, id: str, person: Person) -> None:
        """Let somebody go who is not needed any more."""
        before = await allowed(unit, id, self._follow.names)
        if person.id == before.owner:
            raise Impossible(
                _("{person} owns {swarm}.", person=person.name, swarm=before.name),
                hint=moves.like(f"swarm handover {before.name} …"),
            )
        after = let_go(before, person, unit.now)
        unit.note(after, _("{who} let {person} go.", who=unit.actor.name, person=person.name), tag="left")
        after = self._follow.follow(unit, before, after)
        if before.member(person.id) and person.id != unit.actor.id:
            thanks = _(
                "{who} has let you go from {swarm}. Thank you for your help!", who=unit.actor.name, swarm=after.name
            )
            unit.post(direct_target(person.id), thanks)
        unit.answer(_("{person} is free again.", person=person.name), private=after.has_guests)

    def _card(self, swarm: Swarm, offer: Offer) -> Card:
        person = self._follow.names(offer.person)
        return Card(
            title=_("{person} offers help with {swarm}", person=person, swarm=swarm.name),
            text=said(short(offer.text, 300)),
            buttons=(
                Button(
                    label=_("Take in"),
                    command=f"swarm take-in {swarm.name} @{offer.person}",
                    style="primary",
                    icon="🙋",
                ),
                Button(label=_("No, thanks"), command=f"swarm turn-down {swarm.name} @{offer.person}", icon="🙏"),
            ),
        )

    def _settle(self, unit: Unit, swarm: Swarm, person: Person, words: Text) -> None:
        card = Card(
            title=_("{person} offers help with {swarm}", person=person.name, swarm=swarm.name),
            text=words,
        )
        unit.post(direct_target(swarm.owner), card, slot=_slot(swarm, person.id))


def _slot(swarm: Swarm, person: str) -> str:
    return f"swarm:{swarm.id}/offer/{person}"
