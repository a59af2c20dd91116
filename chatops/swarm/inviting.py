"""Asking people into a swarm, and their answers."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.frozen import Frozen, replace
from chatops.core.icons import numbered
from chatops.core.message import Card, Person
from chatops.core.params import Duration, Selector
from chatops.core.rooms import direct_target
from chatops.core.text import Moment, Text, _, lines, said
from chatops.core.unit import Unit
from chatops.errors import Impossible
from chatops.ports.roster import Directory
from chatops.swarm.asking import called, came, declined, hindrance, suggested
from chatops.swarm.consequences import Consequences
from chatops.swarm.desk import (
    MOST_CANDIDATES,
    PeopleDesk,
    limited,
    more_than_a_look,
    nobody_fits,
    the_invited,
    the_swarm,
    with_surnames,
)
from chatops.swarm.finding import Finder, asks_for, with_words
from chatops.swarm.letters import exhausted_card, skip_buttons, skip_lines
from chatops.swarm.model import Asked, Call, Swarm
from chatops.swarm.opening import SwarmSettings
from chatops.swarm.pressed import on_own_letter
from chatops.swarm.wording import DECLINED_WORDS, dotted, short


class _Wanted(Frozen, frozen=True, kw_only=True):
    """Who could fill one place."""

    words: str
    people: tuple[str, ...]
    guests: tuple[str, ...] = ()


class Inviting:
    """Invitations, from asking to answer."""

    def __init__(self, directory: Directory, consequences: Consequences, settings: SwarmSettings) -> None:
        self._directory = directory
        self._people = PeopleDesk(directory)
        self._finder = Finder(directory)
        self._follow = consequences
        self._settings = settings

    async def invite(
        self,
        unit: Unit,
        id: str,
        who: Sequence[Selector],
        why: str,
        *,
        ask: int | None,
        wait: Duration | None,
        page: bool,
    ) -> None:
        """Look for one helper per selector; with `ask`, for one among all of them, so many asked at once.

        Who is looked for by a skill is asked in the order of the ranking. Behind a skill, words that are skills or
        languages belong to it.

        Who is a member only suggests: the owner is asked to ask.
        """
        before = await the_swarm(unit, id)
        unit.require(before)
        who, why = with_surnames(who, why, self._directory)
        wanted, why = await self._wanted(unit, before, who, why, pooled=ask is not None)
        if self._may_ask(unit, before):
            after = before
            for places in wanted:
                after = called(
                    after,
                    by=unit.actor.id,
                    wanted=places.words,
                    candidates=places.people,
                    look=await self._people.look(unit, places.people, as_guest=places.guests),
                    at=unit.now,
                    why=why,
                    ask=max(ask or 1, 1),
                    wait=max(wait.seconds if wait is not None else self._settings.wait, 1),
                    page=page,
                )
            after = self._follow.follow(unit, before, after, told=frozenset({unit.actor.id}))
            self._tell(unit, before, after)
        else:
            await self._suggest(unit, before, wanted, why)

    async def accept(self, unit: Unit, id: str) -> None:
        """Say yes."""
        before = await the_invited(unit, id, "swarm accept")
        if before.invited(unit.actor.id) is not None:
            unit.require(before)
        await self._come(unit, before, accepting=True)

    async def join(self, unit: Unit, id: str, *, learner: bool) -> None:
        """Come in unasked."""
        before = await the_swarm(unit, id)
        unit.require(before)
        more_than_a_look(unit, before)
        await self._come(unit, before, learner=learner)

    async def decline(self, unit: Unit, id: str, why: str, suggest: Selector | None) -> None:
        """Say no; the next one is asked, and the owner hears of a better idea."""
        before = await the_invited(unit, id, "swarm decline")
        if before.invited(unit.actor.id) is not None:
            unit.require(before)
        me = unit.actor.id
        one = before.invited(me, Asked.SENT)
        number = one.call if one is not None else 0
        after = declined(before, me, why, await self._people.look_ahead(unit, before, number), unit.now)
        because = DECLINED_WORDS.get(why)
        declining = (
            _("{who} declined: {reason}.", who=unit.actor.name, reason=because)
            if because is not None
            else _("{who} declined.", who=unit.actor.name)
        )
        unit.note(after, declining, tag="declined")
        if suggest is not None:
            again = f"swarm decline {before.name} suggest="
            people = [person.id for person in self._people.meant(suggest, again, unit, before)]
            look = await self._people.look(unit, people)
            fit = [id_ for id_ in people if hindrance(after, look(id_), page=True) is None]
            for id_ in fit[:1]:
                after = suggested(after, id_, by=me, why="", guest=self._people.is_guest(id_))
        self._follow.follow(unit, before, after)
        if not on_own_letter(unit):
            unit.answer(_("Thanks for telling. {swarm} goes on without you.", swarm=before.name), private=True)

    def take_in(self, unit: Unit, before: Swarm, person: Person, *, learner: bool = False, briefed: str = "") -> Swarm:
        """Let somebody come in who may; return the swarm with them in it."""
        after = came(before, person.id, unit.now, learner=learner, guest=self._people.is_guest(person.id))
        unit.note(after, _("{who} came in.", who=person.name), tag="joined")
        return self._follow.follow(unit, before, after, briefed=briefed)

    # inside

    async def _come(self, unit: Unit, before: Swarm, *, accepting: bool = False, learner: bool = False) -> None:
        me = unit.actor.id
        if accepting and before.invited(me, Asked.SENT) is None:
            # Says why it is too late, or that they are in already.
            declined(before, me, "", await self._people.look(unit, ()), unit.now)
        # In their own chat they would be told three times over: the letter changes, the briefing comes, the answer.
        alone = unit.origin is not None and unit.origin.target == direct_target(me)
        after = self.take_in(unit, before, unit.actor, learner=learner, briefed=me if alone else "")
        place = _met(after)
        if alone:
            title = _("You are in {swarm}: {question}", swarm=after.name, question=said(short(after.question)))
            unit.answer(replace(self._follow.briefing(after, me), title=title, text=place))
        else:
            unit.answer(_("You are in {swarm}. {place}", swarm=after.name, place=place))

    async def _suggest(self, unit: Unit, before: Swarm, wanted: Sequence[_Wanted], why: str) -> None:
        after = before
        for places in wanted:
            look = await self._people.look(unit, places.people, as_guest=places.guests)
            fit = [id_ for id_ in places.people if hindrance(after, look(id_), page=True) is None]
            if not fit:
                raise Impossible(_("Nobody of {who} can be asked now.", who=said(places.words)))
            after = suggested(after, fit[0], by=unit.actor.id, why=why, guest=self._people.is_guest(fit[0]))
        unit.note(after, _("{who} suggested somebody.", who=unit.actor.name), tag="suggested")
        self._follow.follow(unit, before, after)
        unit.answer(_("Passed on to {owner}, who asks people in.", owner=self._follow.names(before.owner)))

    def _may_ask(self, unit: Unit, swarm: Swarm) -> bool:
        return swarm.owner == unit.actor.id or "pod_lead" in unit.actor.roles

    async def _wanted(
        self, unit: Unit, swarm: Swarm, who: Sequence[Selector], why: str, *, pooled: bool
    ) -> tuple[Sequence[_Wanted], str]:
        command = f"swarm invite {swarm.name} "
        found = []
        for selector in who:
            skilled = asks_for(selector, self._directory)
            if skilled is not None:
                if selector is who[-1]:
                    skilled, why = with_words(skilled, why, self._directory)
                words = " ".join((*(f"skill:{one}" for one in skilled.needs), *skilled.languages))
                ranking = await self._finder.ranked(unit, skilled)
                if not ranking.order:
                    raise nobody_fits(words, command)
                found.append(_Wanted(words=words, people=ranking.order[:MOST_CANDIDATES]))
                continue
            people = tuple(person.id for person in self._people.meant(selector, command, unit, swarm))
            guests = people if selector.kind == "guest" else ()
            one = selector.kind == "person" and len(people) == 1
            # What was typed says no more than they knew: part of a name becomes no whole one.
            words = self._follow.names(people[0]) if one and not limited(unit, swarm) else str(selector)
            found.append(_Wanted(words=words, people=people, guests=guests))
        if not pooled or len(found) == 1:
            return found, why
        together = _Wanted(
            words=", ".join(one.words for one in found),
            people=tuple(dict.fromkeys(person for one in found for person in one.people)),
            guests=tuple(person for one in found for person in one.guests),
        )
        return [together], why

    def _tell(self, unit: Unit, before: Swarm, after: Swarm) -> None:
        calls = after.calls[len(before.calls) :]
        numbers = {call.number for call in calls}
        sent = [one for one in after.invitations if one.call in numbers and one.state is Asked.SENT]
        if not sent:
            unit.answer(exhausted_card(after, calls, self._follow.names), private=after.has_guests)
            return
        asked = [
            _(
                "{person}, {time} there",
                person=self._follow.names(one.person),
                time=self._people.local_time(unit, one.person),
            )
            for one in sent
        ]
        text = [_("Asked: {people}.", people=dotted(*asked))]
        text += [line for call in calls for line in self._passed_over(call)]
        soonest = min(one.expires_at for one in sent if one.expires_at is not None)
        unit.answer(
            Card(
                title=_("{swarm}: help is asked for", swarm=after.name),
                text=lines(*text),
                footer=_("Without an answer by {time} the next one is asked.", time=Moment(at=soonest))
                if any(call.candidates for call in calls)
                else _("You hear by {time} at the latest.", time=Moment(at=soonest)),
                buttons=numbered(button for call in calls for button in skip_buttons(after, call, self._follow.names)),
            ),
            private=after.has_guests,
        )

    def _passed_over(self, call: Call) -> Sequence[Text]:
        return skip_lines(call, self._follow.names)


def _met(swarm: Swarm) -> Text:
    """Return where who has come in finds the others."""
    if any(place.room for place in swarm.places):
        return _("Its room lets you in now.")
    began = any(place.target == swarm.origin for place in swarm.places)
    return _("It goes on where it began.") if began else _("It meets in the pod’s home room.")
