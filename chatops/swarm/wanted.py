"""What rules want of swarms: opened in the name of the case's owner or the pod's lead, or offered to the pod.

Nobody stands behind these swarms at the moment they begin, so nobody can be told that something is wrong with the words of a
rule: what cannot be found is left out and said in the timeline. A case that people are on already is left to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

import structlog

from chatops.core.frozen import Aggregate, Body
from chatops.core.lexer import quote
from chatops.core.message import Button, Card, Person
from chatops.core.params import Duration, Selector
from chatops.core.rooms import direct_target
from chatops.core.text import Moment, Text, _, _n, lines, said
from chatops.core.unit import Unit
from chatops.core.values import selector as read_selector
from chatops.errors import Refusal
from chatops.hookspecs import Listener
from chatops.people.needs import read_wanted
from chatops.ports.roster import Directory, Pod
from chatops.ports.tickets import TicketSystems
from chatops.rules.facts import SwarmsOffered, SwarmWanted, Wish
from chatops.swarm.already import goes_on_in
from chatops.swarm.asking import called
from chatops.swarm.consequences import Consequences, main_place
from chatops.swarm.desk import MOST_CANDIDATES, PeopleDesk
from chatops.swarm.facts import SwarmOpened
from chatops.swarm.finding import Finder
from chatops.swarm.model import Case, Swarm, case_key, main_room
from chatops.swarm.moves import Request, opened
from chatops.swarm.opening import SwarmSettings
from chatops.swarm.wording import dotted, short

ONE_BY_ONE = 3
"""Cases offered at once that get a card each; more are told of on one."""
NAMED = 8
"""Cases named on that one."""

log = structlog.get_logger("chatops.swarm")


class Offered(Aggregate, frozen=True, kw_only=True):
    """A case was offered to a pod, on a card that can be changed. `id` is the case as people write it: `demo:1001`."""

    kind: ClassVar[str] = "swarm.offered"

    target: str


WANTED_BODIES: tuple[type[Body], ...] = (Offered,)


class WantedSwarms:
    """Hears what rules want, and does it."""

    def __init__(
        self, directory: Directory, tickets: TicketSystems, consequences: Consequences, settings: SwarmSettings
    ) -> None:
        self._directory = directory
        self._tickets = tickets
        self._follow = consequences
        self._settings = settings
        self._people = PeopleDesk(directory)
        self._finder = Finder(directory)

    def listeners(self) -> tuple[Listener, ...]:
        """Return all of them."""
        return (
            Listener(name="swarm.wanted", of=SwarmWanted, handle=self.wanted),
            Listener(name="swarm.offered", of=SwarmsOffered, handle=self.offered),
            Listener(name="swarm.offer_taken", of=SwarmOpened, handle=self.taken),
        )

    async def wanted(self, unit: Unit, body: SwarmWanted) -> None:
        """Open a swarm, unless people are on the case already."""
        wish, pod = body.wish, self._pod(body.pod)
        if await _live(unit, wish):
            return
        owner = self._directory.by_id(wish.case.owner) or self._in_charge(pod)
        opener = self._in_charge(pod) or owner
        if owner is None or opener is None:
            self._nobody(unit, pod, (wish,), body.pod)
            return
        target = self._target(pod, body.room)
        swarm = await self._begun(unit, wish, owner, opener, target)
        asked, unmet = await self._asked(unit, swarm, wish)
        words = _("The rule {rule} opened it: {question}", rule=said(wish.rule), question=said(wish.question))
        unit.note(asked, words, tag="opened")
        for missing in unmet:
            unit.note(asked, _("Nobody fits {who}, as the rule wants it.", who=said(missing)), tag="opened")
        self._follow.opened(unit, asked, network=self._network(opener))
        if target is not None:
            unit.post(target, _opened_card(asked, wish))

    async def offered(self, unit: Unit, body: SwarmsOffered) -> None:
        """Put cases to a pod: one card each, or one for all when many come at once."""
        pod = self._pod(body.pod)
        open_ = [wish for wish in body.wishes if not await _live(unit, wish)]
        wishes = tuple({wish.case.ref: wish for wish in open_}.values())
        target = self._target(pod, body.room)
        if not wishes:
            return
        if target is None:
            self._nobody(unit, pod, wishes, body.pod)
        elif len(wishes) > ONE_BY_ONE:
            unit.post(target, _summary(wishes, _called(pod, body.pod)))
        else:
            for wish in wishes:
                await unit.get(Offered, str(wish.case.ref))
                unit.put(Offered(id=str(wish.case.ref), target=target))
                unit.post(target, _offer_card(wish, _called(pod, body.pod)), slot=offer_slot(str(wish.case.ref)))

    async def taken(self, unit: Unit, fact: SwarmOpened) -> None:
        """A swarm is open: an offer of its case asks nobody any more."""
        offer = await unit.get(Offered, fact.case)
        if offer is None or not offer.target or fact.private:
            return
        words = _("{swarm} is on {case}.", swarm=f"SW-{fact.swarm}", case=fact.case)
        unit.post(offer.target, words, slot=offer_slot(fact.case))
        unit.put(Offered(id=fact.case, target=""))

    # inside

    async def _begun(self, unit: Unit, wish: Wish, owner: Person, opener: Person, target: str | None) -> Swarm:
        case = wish.case
        id_ = str(await unit.next_number("swarm"))
        return opened(
            id_,
            Request(
                case=Case(
                    ref=case.ref, subject=case.subject, customer=case.customer, segment=case.segment, due=case.due
                ),
                question=wish.question,
                skills=wish.skills,
            ),
            owner=owner.id,
            by=opener.id,
            at=unit.now,
            place=main_place(main_room(id_)),
            origin=target or direct_target(owner.id),
            ends_at=None if wish.timebox is None else unit.now + timedelta(seconds=wish.timebox),
            locale=opener.locale,
        )

    async def _asked(self, unit: Unit, swarm: Swarm, wish: Wish) -> tuple[Swarm, Sequence[str]]:
        """Ask the best for each skill, and whom else the rule names; return what nobody fits."""
        unmet: list[str] = []
        for words in (*(_skill(skill) for skill in wish.skills), *wish.invite):
            try:
                people = await self._candidates(unit, words)
            except Refusal:
                people = ()
            if not people:
                unmet.append(words)
                continue
            look = await self._people.look(unit, people)
            swarm = called(
                swarm,
                by=swarm.opened_by,
                wanted=words,
                candidates=people,
                look=look,
                at=unit.now,
                wait=self._settings.wait,
            )
        return swarm, unmet

    async def _candidates(self, unit: Unit, words: str) -> tuple[str, ...]:
        selector: Selector = read_selector(words)
        if selector.kind == "skill":
            wanted = read_wanted([words], self._directory)
            return tuple((await self._finder.ranked(unit, wanted)).order[:MOST_CANDIDATES])
        return tuple(person.id for person in self._people.meant(selector, "rules list", None))

    def _pod(self, id: str) -> Pod | None:
        return self._directory.pod(id) if id else None

    def _in_charge(self, pod: Pod | None) -> Person | None:
        """Return who answers for a pod: its lead, else the first of its members who is no guest."""
        if pod is None:
            return None
        known = [self._directory.by_id(id_) for id_ in ((pod.lead,) if pod.lead else pod.members)]
        return next((person for person in known if person is not None and "guest" not in person.roles), None)

    def _target(self, pod: Pod | None, room: str) -> str | None:
        room = room or (pod.room if pod is not None else "")
        if room:
            return f"remote:{room}"
        person = self._in_charge(pod)
        return None if person is None else direct_target(person.id)

    def _network(self, opener: Person) -> str:
        systems = set(self._tickets.names())
        chats = [identity.network for identity in opener.identities if identity.network not in systems]
        return self._settings.network or next(iter(chats), "")

    def _nobody(self, unit: Unit, pod: Pod | None, wishes: Sequence[Wish], named: str) -> None:
        """Tell the managers that a rule's case reaches nobody."""
        log.warning("a rule's case reaches nobody", pod=named, cases=[str(wish.case.ref) for wish in wishes])
        told = [person for person in self._directory.everybody() if person.roles & {"manager", "admin"}]
        for person in told:
            unit.post(direct_target(person.id), _summary(wishes, _called(pod, named) or _("nobody")))


def offer_slot(case: str) -> str:
    """Return the slot of the card on which a case is offered."""
    return f"offer:{case}"


async def _live(unit: Unit, wish: Wish) -> bool:
    found = await unit.find(Swarm, case=case_key(wish.case.ref))
    return any([(await goes_on_in(unit, swarm)).live for swarm in found])


def _skill(skill: str) -> str:
    return skill if ":" in skill else f"skill:{skill}"


def _called(pod: Pod | None, named: str) -> Text:
    return said(pod.name or pod.id) if pod is not None else said(named)


def _open_command(wish: Wish) -> str:
    skills = f" skills={','.join(quote(skill) for skill in wish.skills)}" if wish.skills else ""
    timebox = f" timebox={Duration(seconds=wish.timebox)}" if wish.timebox is not None else ""
    return f"swarm open {wish.case.ref} {quote(wish.question)}{skills}{timebox}"


def _about(wish: Wish) -> Text:
    case = wish.case
    parts = [said(short(case.customer, 60))] if case.customer else []
    parts += [said(case.segment)] if case.segment else []
    parts += [_("priority {priority}", priority=said(case.priority))] if case.priority else []
    parts += [_("until {time}", time=Moment(at=case.due, style="datetime"))] if case.due is not None else []
    return dotted(*parts) if parts else _("No more is known of it.")


def _offer_card(wish: Wish, pod: Text) -> Card:
    case = str(wish.case.ref)
    return Card(
        title=_("{case} for {pod}: {subject}", case=case, pod=pod, subject=said(short(wish.case.subject))),
        text=lines(_about(wish), _("Rule: {rule}", rule=said(wish.rule))),
        tone="attention",
        buttons=(
            Button(label=_("Open swarm"), command=_open_command(wish), style="primary", icon="🆘"),
            Button(label=_("Take"), command=f"case take {case}", icon="✋"),
            Button(label=_("Not now"), command=f"rules later {case}", icon="💤"),
        ),
    )


def _summary(wishes: Sequence[Wish], pod: Text) -> Card:
    named = [
        _("{case} {subject}", case=str(wish.case.ref), subject=said(short(wish.case.subject, 50)))
        for wish in wishes[:NAMED]
    ]
    if len(wishes) > NAMED:
        named.append(_("… and {count} more.", count=len(wishes) - NAMED))
    return Card(
        title=_n("{count} case waits for {pod}", "{count} cases wait for {pod}", len(wishes), pod=pod),
        text=lines(*named),
        tone="attention",
        buttons=tuple(
            Button(label=said(str(wish.case.ref)), command=f"case show {wish.case.ref}") for wish in wishes[:3]
        ),
    )


def _opened_card(swarm: Swarm, wish: Wish) -> Card:
    return Card(
        title=_(
            "{swarm} is open on {case}: {question}",
            swarm=swarm.name,
            case=str(wish.case.ref),
            question=said(short(swarm.question)),
        ),
        text=lines(_about(wish), _("Rule: {rule}", rule=said(wish.rule))),
        buttons=(
            Button(label=_("Join"), command=f"swarm join {swarm.name}", icon="🙋"),
            Button(label=_("Show"), command=f"swarm show {swarm.name}", icon="👀"),
        ),
    )
