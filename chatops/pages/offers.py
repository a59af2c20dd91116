"""What a swarm's page offers its reader: what they may do, and can do now. The commands are those of the chat."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from chatops.core.access import effective
from chatops.core.command import Command
from chatops.core.frozen import Aggregate, Frozen, replace
from chatops.core.message import Button, Field, Person
from chatops.core.text import Text, _, said
from chatops.swarm.buttons import (
    close_button,
    done_button,
    invite_button,
    join_button,
    question_button,
    solution_button,
)
from chatops.swarm.merging import MERGE, merge_button
from chatops.swarm.model import PREFIX, Asked, State, Swarm
from chatops.swarm.moves import LEARNER_SEATS
from chatops.swarm.returning import REOPENABLE, REOPENS_FOR, takes_back
from chatops.swarm.wording import Names

Allowed = Callable[[Person, Aggregate], Sequence[Command]]
"""What somebody may do where all is about one thing, as `help` there shows it."""

WHY = Field(name="why", label=_("Why?"))


class Offered(Frozen, frozen=True, kw_only=True):
    """Buttons, the important ones first."""

    first: tuple[Button, ...] = ()
    more: tuple[Button, ...] = ()
    """What is done once in a while, behind one button."""


class Offers:
    """Knows what to offer. What is pressed is checked again when it is done."""

    def __init__(self, allowed: Allowed, names: Names) -> None:
        self._allowed = allowed
        self._names = names

    def of(
        self,
        swarm: Swarm,
        person: Person,
        now: datetime,
        *,
        thanked: Collection[str] = (),
        coming: Iterable[Swarm] = (),
    ) -> Offered:
        """Return what a member of the house can do with a swarm; nothing, if they only look through broken glass.

        `thanked`: whom they have thanked for it already. `coming`: the swarms that somebody wants to end in this one.
        """
        swarm = swarm.as_of(now)
        if swarm.looked_into_by(person):
            return Offered()
        may = [command.words for command in self._allowed(person, swarm)]
        if swarm.live:
            first, more = self._live(swarm, person, thanked)
            first = [*_agreeing(swarm, person, coming, now), *first]
        else:
            first, more = self._over(swarm, person, now, thanked)
        return Offered(first=_one_stands_out(_permitted(first, may)), more=_permitted(more, may))

    def to_helpers(self, swarm: Swarm, person: Person, helper: str) -> tuple[Button, ...]:
        """Return the answers to somebody's offer of help."""
        may = [command.words for command in self._allowed(person, swarm)]
        buttons = (
            Button(label=_("Let in"), command=f"swarm take-in {swarm.name} {helper}", style="primary"),
            Button(label=_("No, thank you"), command=f"swarm turn-down {swarm.name} {helper}"),
        )
        return _permitted(buttons, may) if swarm.live else ()

    def _live(self, swarm: Swarm, person: Person, thanked: Collection[str]) -> tuple[list[Button], list[Button]]:
        inside = swarm.member(person.id)
        first = _waiting_for(swarm, person)
        if swarm.state is State.ON_HOLD:
            first.append(Button(label=_("Resume"), command=f"swarm resume {swarm.name}", style="primary"))
        if inside is None and not swarm.invited(person.id, Asked.SENT, Asked.ACCEPTED):
            first.append(join_button(swarm))
        if inside is not None:
            first.append(question_button(swarm))
        if inside is not None and not inside.learner:
            first.append(solution_button(swarm))
        first += [invite_button(swarm), done_button(swarm)]
        more = [] if swarm.state is State.ON_HOLD else [_hold(swarm)]
        if swarm.handover is not None:
            first.append(_keep(swarm))
        else:
            more.append(_handover(swarm))
        more += [_merge(swarm), _resolve(swarm)]
        more += self._thanks(swarm, person, thanked)
        others = [one.person for one in swarm.present if one.person not in {swarm.owner, person.id}]
        if others:
            more.append(self._release(swarm, others))
        if inside is None:
            more += _outside(swarm, person)
        more.append(_cancel(swarm))
        if inside is not None and person.id != swarm.owner:
            more.append(_leave(swarm))
        return first, more

    def _over(
        self, swarm: Swarm, person: Person, now: datetime, thanked: Collection[str]
    ) -> tuple[list[Button], list[Button]]:
        ended = swarm.ended_at or swarm.resolved_at or swarm.opened_at
        first = [close_button(swarm)] if swarm.state is State.RESOLVED else []
        if swarm.state in REOPENABLE and now - ended <= REOPENS_FOR:
            first.append(_reopen(swarm, person))
        return first + self._thanks(swarm, person, thanked), []

    def _thanks(self, swarm: Swarm, person: Person, thanked: Collection[str]) -> list[Button]:
        """Return the button that thanks a colleague; what it was for may be internal, so guests are not on it."""
        passed_over = {person.id, *thanked}
        people = dict.fromkeys(one.person for one in swarm.members if not one.guest and one.person not in passed_over)
        if not people:
            return []
        form = (
            self._choice("person", people),
            Field(name="text", label=_("What for?"), kind="text", required=True),
        )
        return [Button(label=_("Thank somebody"), command=f"kudos swarm={swarm.name}", form=form)]

    def _release(self, swarm: Swarm, people: Iterable[str]) -> Button:
        return Button(
            label=_("Let somebody go"), command=f"swarm release {swarm.name}", form=(self._choice("person", people),)
        )

    def _choice(self, name: str, people: Iterable[str]) -> Field:
        choices = tuple((one, said(self._names(one))) for one in people)
        return Field(name=name, label=_("Whom?"), kind="choice", choices=choices, required=True)


def _waiting_for(swarm: Swarm, person: Person) -> list[Button]:
    """Return the answers to what somebody is asked: to come, to take over, to agree."""
    found = []
    if swarm.handover is not None and swarm.handover.waits_for(person.id):
        seen = person.id in swarm.handover.seen
        # As in chat: the first press shows what is handed over, and the button below that takes it.
        label = _("Take over") if seen else _("Read and take over")
        found += [
            Button(label=label, command=f"swarm accept-handover {swarm.name}", style="primary"),
            Button(label=_("Not me"), command=f"swarm decline-handover {swarm.name}", form=(WHY,)),
        ]
    if swarm.invited(person.id, Asked.SENT) is not None:
        reasons = (
            ("busy", _("busy")),
            ("wrong-skill", _("not my field")),
            ("off-shift", _("off shift")),
            ("conflict", _("another reason")),
        )
        form = (
            Field(name="why", label=_("Why?"), kind="choice", choices=reasons),
            Field(name="suggest", label=_("Who could help instead?")),
        )
        found += [
            Button(label=_("I’ll help"), command=f"swarm accept {swarm.name}", style="primary"),
            Button(label=_("Decline"), command=f"swarm decline {swarm.name}", form=form),
        ]
    asked = swarm.merge_asked
    if asked is not None and (person.id == swarm.owner != asked[1] or "pod_lead" in effective(person)):
        into = f"{PREFIX}-{asked[0]}"
        label = _("Let it end in {swarm}", swarm=into)
        found.append(Button(label=label, command=f"swarm merge {into} {swarm.name}", style="primary"))
    return found


def _agreeing(kept: Swarm, person: Person, coming: Iterable[Swarm], now: datetime) -> list[Button]:
    """Return the answers of whoever is asked to let others end in theirs."""
    return [
        merge_button(
            kept,
            one,
            label=Text(msgid="{merge}: {other}", args={"merge": MERGE, "other": said(one.name)}, verbatim=True),
        )
        for one in coming
        if one.live
        and one.merge_asked is not None
        and one.merge_asked[0] == kept.id
        and (person.id == kept.owner != one.merge_asked[1] or "pod_lead" in effective(person))
        and one.open_to(person, now)
    ]


def _one_stands_out(buttons: Sequence[Button]) -> tuple[Button, ...]:
    """Return buttons of which the first important one alone looks so."""
    primary = [one for one in buttons if one.style == "primary"]
    return tuple(replace(one, style="plain") if one in primary[1:] else one for one in buttons)


def _hold(swarm: Swarm) -> Button:
    waiting = (("customer", _("the customer")), ("vendor", _("a vendor")))
    form = (
        Field(name="waiting", label=_("For whom?"), kind="choice", choices=waiting, required=True),
        Field(name="until", label=_("Until when? Like 17:00 or tomorrow 9:00")),
    )
    return Button(label=_("Put on hold"), command=f"swarm hold {swarm.name}", form=form)


def _handover(swarm: Swarm) -> Button:
    form = (
        Field(name="whom", label=_("To whom? A name, or pod:emea"), required=True),
        Field(name="why", label=_("A word to whoever takes over"), kind="text"),
        Field(name="at", label=_("When to offer it? Like 17:00; empty means now")),
    )
    return Button(label=_("Hand over"), command=f"swarm handover {swarm.name}", form=form)


def _keep(swarm: Swarm) -> Button:
    return Button(label=_("Keep it after all"), command=f"swarm handover {swarm.name} stop")


def _merge(swarm: Swarm) -> Button:
    form = (Field(name="other", label=_("Which swarm is to end here? Its number, like SW-9"), required=True),)
    return Button(label=_("Merge another into this"), command=f"swarm merge {swarm.name}", form=form)


def _resolve(swarm: Swarm) -> Button:
    proposal = swarm.solution.text if swarm.solution else ""
    form = (
        Field(name="text", label=_("What solved it"), kind="text", required=True, value=proposal),
        Field(name="cause", label=_("Root cause, one word"), value=swarm.cause),
    )
    return Button(label=_("Solved, close later"), command=f"swarm resolve {swarm.name}", form=form)


def _reopen(swarm: Swarm, person: Person) -> Button:
    form = (Field(name="because", label=_("Why?"), required=not takes_back(swarm, person.id)),)
    return Button(label=_("Reopen"), command=f"swarm reopen {swarm.name}", form=form)


def _cancel(swarm: Swarm) -> Button:
    form = (Field(name="because", label=_("Why?"), required=True),)
    return Button(label=_("Cancel the swarm"), command=f"swarm cancel {swarm.name}", form=form, style="danger")


def _leave(swarm: Swarm) -> Button:
    form = (Field(name="note", label=_("A word to those who stay")),)
    return Button(label=_("Leave"), command=f"swarm leave {swarm.name}", form=form)


def _outside(swarm: Swarm, person: Person) -> list[Button]:
    found = []
    if sum(one.learner for one in swarm.present) < LEARNER_SEATS:
        found.append(Button(label=_("Come in to learn"), command=f"swarm join {swarm.name} learner"))
    if not swarm.invited(person.id, Asked.SENT) and all(one.person != person.id for one in swarm.offers):
        form = (Field(name="text", label=_("What do you know about it?"), kind="text", required=True),)
        found.append(Button(label=_("Offer help"), command=f"swarm offer {swarm.name}", form=form))
    return found


def _permitted(buttons: Iterable[Button], may: Sequence[str]) -> tuple[Button, ...]:
    return tuple(one for one in buttons if any(f"{one.command} ".startswith(f"{words} ") for words in may))
