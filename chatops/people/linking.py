"""Linking a second identity: begun by the known one, typed by the new one, confirmed by the known one, told to all."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import timedelta

from chatops.core.effects import Post
from chatops.core.frozen import replace
from chatops.core.message import ButtonPress, Card, Identity, Message, Person
from chatops.core.rooms import direct_target, remote_target
from chatops.core.text import Code, _, to_type
from chatops.core.unit import Unit
from chatops.errors import Ambiguous, Impossible, NotAllowed, NotFound, TooMany
from chatops.people.addresses import MAIL, Vouched, mailbox
from chatops.people.link_cards import code_card, over_card, question_card, told_card
from chatops.people.links import (
    KEEP_DAYS,
    MOST_STARTS,
    MOST_TRIES,
    MOST_WRONG,
    OPEN_FOR,
    SELECTOR,
    Account,
    IdentityChanged,
    LinkedIdentity,
    LinkOffer,
    LinkOver,
    LinkTries,
    link_id,
    linkable,
    new_code,
    read_code,
)
from chatops.ports.roster import Directory


class Linking:
    """The use cases. Whatever is wrong with a code, whoever types it learns nothing but that it does not work."""

    def __init__(self, directory: Directory, *, vouched: Vouched | None = None, keep_days: int = KEEP_DAYS) -> None:
        """`vouched`: the addresses that may be linked, by default none; `keep_days`: see `KEEP_DAYS`."""
        self._directory = directory
        self._vouched = vouched or Vouched()
        self._keep_days = keep_days

    async def start(self, unit: Unit) -> None:
        """Give somebody a code, in their direct chat. An older one of theirs is dead from then on."""
        person, known = unit.actor, account(unit)
        if known is None:
            raise Impossible(_("Please write {command} to me in our direct chat.", command=to_type("link")))
        self._may(person)
        starts = await self._tries(unit, "start", person.id)
        if len(starts.recent(unit.now)) >= MOST_STARTS:
            raise TooMany(_("Those were many codes in an hour. Please try again later."))
        for older in await unit.find(LinkOffer, person=person.id):
            unit.put(replace(older, state="dead"))
            _take_away(unit, older)
        code = await self._fresh(unit)
        offer = LinkOffer(
            id=code[:SELECTOR],
            person=person.id,
            seal=unit.seal("link", code),
            known=known,
            expires=unit.now + OPEN_FOR,
            keep_days=self._keep_days,
        )
        unit.put(offer)
        unit.put(starts.one_more(unit.now))
        shown = Post(
            to=remote_target(known.chat),
            said=code_card(code, offer),
            slot=_slot(offer),
            anew=True,
            reply=True,
            reader=person.id,
            secret=True,
        )
        unit.effect(shown)
        unit.wake(_slot(offer), LinkOver(offer=offer.id), OPEN_FOR)

    async def typed(self, unit: Unit, person: Person | None, typed: str) -> None:
        """Take a code from the identity that is to be added; `person`: whose it is already."""
        newcomer = account(unit)
        if newcomer is None:
            raise Impossible(_("A code is written in the new account’s direct chat with me, and nowhere else."))
        if person is not None:
            raise Impossible(
                _(
                    "This account is known already, as {name}. A code is written in the account to be added.",
                    name=person.name,
                ),
                hint=_("If somebody sent you a code: do not use it, and tell your administrators."),
            )
        self._mail(newcomer.identity)
        tries = await self._tries(unit, "wrong", str(mailbox(newcomer.identity)))
        if len(tries.recent(unit.now)) >= MOST_WRONG:
            raise TooMany(_("Those were too many wrong codes. Please try again in an hour."))
        code = read_code(typed)
        offer = await unit.get(LinkOffer, code[:SELECTOR]) if code else None
        right = hmac.compare_digest(unit.seal("link", code), offer.seal if offer is not None else unit.seal("none"))
        owner = None if offer is None else self._directory.by_id(offer.person)
        fit = offer is not None and offer.open(unit.now, "waiting") and owner is not None and linkable(owner)
        fit = fit and (owner is None or not self._of_another(newcomer.identity, owner.id))
        if offer is None or not (right and fit):
            self._wrong(unit, tries, offer if fit else None)
            return
        asked = replace(offer, state="typed", newcomer=newcomer, expires=unit.now + OPEN_FOR)
        unit.put(asked)
        _take_away(unit, offer)
        unit.post(remote_target(offer.known.chat), question_card(asked, newcomer.identity), reader=offer.person)
        unit.answer(_("Thank you. Now say in the chat where you got the code that it is you."))

    async def confirm(self, unit: Unit, ref: str) -> None:
        """Add the identity that typed the code: at the word of the one that asked for it."""
        offer, newcomer = await self._asked(unit, ref)
        self._may(unit.actor)
        self._mail(newcomer.identity)
        before = await unit.get(LinkedIdentity, link_id(newcomer.identity))
        taken = self._of_another(newcomer.identity, offer.person) or (before is not None and before.active)
        if self._directory.by_identity(newcomer.identity) is not None or taken:
            raise Impossible(_("This account is somebody’s already."))
        link = LinkedIdentity(
            id=link_id(newcomer.identity),
            number=int(unit.now.timestamp()) if before is None else before.number + 1,
            account=newcomer,
            person=offer.person,
            by=offer.known.identity,
            at=unit.now,
        )
        unit.put(link)
        unit.put(replace(offer, state="done"))
        unit.emit(IdentityChanged(link=link.id))
        undo = to_type(f"unlink {newcomer.identity.network}")
        told = told_card(
            _("This account now acts as {name}", name=unit.actor.name),
            newcomer.identity,
            _("Was that not you? Write {command} and tell your administrators.", command=undo),
        )
        self._tell(unit, told, newcomer)

    async def refuse(self, unit: Unit, ref: str) -> None:
        """Leave it: the code is dead, and the other account is told no more than that."""
        offer, newcomer = await self._asked(unit, ref)
        unit.put(replace(offer, state="dead"))
        unit.post(remote_target(newcomer.chat), _("It was not confirmed. This account stays unknown here."))
        unit.answer(
            _("Good that I asked. That account was not added; please tell your administrators who gave away the code.")
        )

    async def unlink(self, unit: Unit, typed: str) -> None:
        """Take a linked identity away, by its network or by all of its name."""
        own = await unit.find(LinkedIdentity, person=unit.actor.id)
        found = [one for one in own if typed.casefold() in _names(one.account.identity)]
        if not found:
            if any(typed.casefold() in _names(one) for one in unit.actor.identities):
                raise Impossible(
                    _("This identity comes from the configuration; only your administrators can take it away.")
                )
            raise NotFound(
                _("You have linked no identity {name}.", name=Code(code=typed)),
                commands=tuple(f"unlink {one.account.identity.network}" for one in own[:4]),
            )
        if len(found) > 1:
            raise Ambiguous(_("Which one?"), commands=tuple(f"unlink {one.account.identity}" for one in found))
        forget = unit.now + timedelta(days=self._keep_days)
        link = replace(found[0], active=False, number=found[0].number + 1, forget=forget)
        unit.put(link)
        unit.emit(IdentityChanged(link=link.id))
        hint = _("Was that not you? Tell your administrators at once.")
        told = told_card(_("This account no longer acts as {name}", name=unit.actor.name), link.account.identity, hint)
        self._tell(unit, told, link.account)

    async def over(self, unit: Unit, fact: LinkOver) -> None:
        """Take away a code that nobody has used in time."""
        offer = await unit.get(LinkOffer, fact.offer)
        if offer is not None and offer.state == "waiting" and unit.now >= offer.expires:
            unit.put(replace(offer, state="dead"))
            _take_away(unit, offer)

    def _tell(self, unit: Unit, card: Card, about: Account) -> None:
        """Tell every identity of the actor, and the one it is about."""
        others = [one for one in unit.actor.identities if one != about.identity]
        for network in dict.fromkeys(one.network for one in others):
            unit.effect(Post(to=direct_target(unit.actor.id), said=card, network=network))
        unit.post(remote_target(about.chat), card, reader=unit.actor.id)
        unit.answer(_("Done. All your accounts have been told."))

    def _wrong(self, unit: Unit, tries: LinkTries, aimed_at: LinkOffer | None) -> None:
        """Count a wrong code. Nothing is raised: what is counted must be stored."""
        unit.put(tries.one_more(unit.now))
        if aimed_at is not None:
            counted = replace(aimed_at, tries=aimed_at.tries + 1)
            dead = counted.tries >= MOST_TRIES
            unit.put(replace(counted, state="dead") if dead else counted)
            if dead:
                _take_away(unit, aimed_at)
                unit.post(
                    remote_target(aimed_at.known.chat),
                    _(
                        "Somebody tried wrong codes in place of yours; it is dead. {link} makes a new one.",
                        link=to_type("link"),
                    ),
                    reader=aimed_at.person,
                )
        unit.answer(
            _("This code does not work, or no longer. {link} in the known account makes one.", link=to_type("link"))
        )
        unit.outcome = "refused:wrong_code"

    async def _asked(self, unit: Unit, ref: str) -> tuple[LinkOffer, Account]:
        """Return the offer whose question waits for this very identity. Raise NotFound or NotAllowed."""
        offer = await unit.get(LinkOffer, ref.strip().upper())
        if offer is None or offer.person != unit.actor.id or offer.newcomer is None:
            raise NotFound(_("There is no such question for you."))
        if speaker(unit) != offer.known.identity:
            raise NotAllowed(_("Only the account that asked for the code can answer this."))
        if not offer.open(unit.now, "typed"):
            raise Impossible(_("This question is over."), hint=_("{link} makes a new code.", link=to_type("link")))
        return offer, offer.newcomer

    def _mail(self, identity: Identity) -> None:
        if not self._vouched.allows(identity):
            raise NotAllowed(_("E-mail addresses are not linked here."))

    def _of_another(self, identity: Identity, person: str) -> bool:
        """Whether the directory knows an address as somebody else's, be it no identity of theirs."""
        if identity.network not in MAIL:
            return False
        box = mailbox(identity)
        known = [one for name in (identity.id, box.id) for one in self._directory.named(name)]
        linked = self._directory.by_identity(replace(box, network=identity.network))
        return any(one.id != person for one in (*known, *([linked] if linked is not None else [])))

    def _may(self, person: Person) -> None:
        if not linkable(person):
            raise NotAllowed(_("Identities of managers, administrators and guests come from the configuration only."))

    async def _fresh(self, unit: Unit) -> str:
        """Return a code whose first characters no open offer has."""
        while True:
            code = new_code()
            taken = await unit.get(LinkOffer, code[:SELECTOR])
            if taken is None or taken.state in {"done", "dead"} or unit.now >= taken.expires + timedelta(hours=1):
                return code

    async def _tries(self, unit: Unit, what: str, whose: str) -> LinkTries:
        id_ = unit.seal("tries", what, whose)[:40]
        return await unit.get(LinkTries, id_) or LinkTries(id=id_)


def _slot(offer: LinkOffer) -> str:
    return f"link:{offer.id}"


def _take_away(unit: Unit, offer: LinkOffer) -> None:
    """Let a code that can no longer be used stand in no chat either."""
    unit.disarm(_slot(offer))
    if offer.state == "waiting":
        unit.post(remote_target(offer.known.chat), over_card(), slot=_slot(offer), reader=offer.person)


def speaker(unit: Unit) -> Identity | None:
    """Return the identity that said or pressed something; None for what came otherwise."""
    match unit.event.body:
        case Message(sender=sender):
            return sender
        case ButtonPress(presser=presser):
            return presser
        case _:
            return None


def account(unit: Unit) -> Account | None:
    """Return who speaks, if it is in a direct chat."""
    body = unit.event.body
    return Account(identity=body.sender, chat=body.ref.room) if isinstance(body, Message) and body.direct else None


def _names(identity: Identity) -> Sequence[str]:
    return (identity.network.casefold(), str(identity).casefold())
