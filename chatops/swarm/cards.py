"""The cards of a swarm. Short: a heading, at most four lines, at most four buttons.

Two layouts. Members of the house see all of it; as soon as a guest is in a swarm, its rooms, and whatever a guest is told
alone, show the guest layout: the question, who is there, what comes next. Nothing of case, customer, attempts, solution.
"""

from __future__ import annotations

from chatops.core.frozen import replace
from chatops.core.message import Card, Fact
from chatops.core.text import Moment, Text, _, _n, said
from chatops.swarm.buttons import (
    buttons,
    done_button,
    invite_button,
    join_button,
    own_buttons,
    question_button,
    room_buttons,
)
from chatops.swarm.model import PREFIX, Asked, State, Swarm
from chatops.swarm.moves import STATE_WORDS
from chatops.swarm.similar import KINDS, shown_words
from chatops.swarm.steps import clock, next_line, question_line
from chatops.swarm.wording import Names, case_line, decision_line, dotted, people, short, write_backs


def room_card(swarm: Swarm, names: Names, *, own: bool = True) -> Card:
    """Return the living card of the swarm's own rooms, or of another where it had to stay."""
    return guest_card(swarm, names) if swarm.has_guests else house_card(swarm, names, own=own)


def house_card(swarm: Swarm, names: Names, *, own: bool = False) -> Card:
    """Return the card as members of the house see it; in the swarm's `own` room everybody has joined."""
    title = _("{swarm} · {question}", swarm=swarm.name, question=said(short(swarm.question)))
    case = Fact(label=_("Case"), value=dotted(case_line(swarm.case), write_backs(swarm)))
    who = Fact(label=_("Who"), value=who_line(swarm, names))
    if swarm.over:
        return Card(
            title=title,
            facts=(case, *_outcome(swarm), who, Fact(label=_("Ended"), value=_ended(swarm))),
            tone="good" if swarm.state is State.CLOSED else "plain",
            shrunk=_shrunk(swarm),
        )
    middle = _outcome(swarm) or _known(swarm)
    return Card(
        title=title,
        facts=(case, *middle, who, Fact(label=_("Next"), value=next_line(swarm, names))),
        buttons=room_buttons(swarm) if own else buttons(swarm),
        tone="attention" if any(write.state == "failed" for write in swarm.writes) else "plain",
        shrunk=_shrunk(swarm),
    )


def guest_card(swarm: Swarm, names: Names) -> Card:
    """Return the card as guests see it."""
    facts = [Fact(label=_("Who"), value=people((member.person for member in swarm.present), names))]
    if swarm.live:
        facts.append(Fact(label=_("Next"), value=dotted(question_line(swarm), clock(swarm, guest=True))))
    return Card(
        title=_("{swarm} · {question}", swarm=swarm.name, question=said(short(swarm.question))),
        text=None if swarm.live else _("This swarm has ended. Thank you for your help."),
        facts=tuple(fact for fact in facts if fact.value.msgid),
        buttons=(question_button(swarm),) if swarm.live else (),
        shrunk=_shrunk(swarm),
    )


def card_for(swarm: Swarm, names: Names, *, guest: bool, reader: str = "") -> Card:
    """Return the card for one reader, with the buttons of use to them."""
    if guest:
        return guest_card(swarm, names)
    card = house_card(swarm, names)
    return replace(card, buttons=own_buttons(swarm, reader)) if card.buttons and swarm.member(reader) else card


def opened_card(swarm: Swarm, names: Names, *, unowned: bool, others: bool = False) -> Card:
    """Return what the opener is told: where, and who is asked.

    `unowned`: nobody here owns the case. `others`: it is said where others read it, who may come in.
    """
    facts = [
        Fact(label=_("Case"), value=case_line(swarm.case)),
        Fact(label=_("Who"), value=who_line(swarm, names)),
        Fact(label=_("Next"), value=next_line(swarm, names)),
    ]
    if unowned:
        facts[0] = Fact(label=_("Case"), value=_("the directory knows no owner of it; you own the swarm"))
    return Card(
        title=_("{swarm} is open: {question}", swarm=swarm.name, question=said(short(swarm.question))),
        facts=tuple(facts),
        tone="good",
        footer=_("Its own room is opening; you are invited.")
        if any(place.room for place in swarm.places)
        else _("It meets in the pod’s home room."),
        buttons=(*((join_button(swarm),) if others else ()), invite_button(swarm), done_button(swarm)),
    )


def who_line(swarm: Swarm, names: Names) -> Text:
    """Return owner, helpers, and who is asked."""
    helpers = [member.person for member in swarm.helpers if member.left is None]
    learners = [member.person for member in swarm.present if member.learner]
    waiting = [one for one in swarm.invitations if one.state is Asked.SENT]
    return dotted(
        _("{owner} (owner)", owner=names(swarm.owner)),
        people(helpers, names) if helpers else None,
        _("learning: {people}", people=people(learners, names)) if learners else None,
        _("asked: {people}", people=people((one.person for one in waiting), names)) if waiting else None,
    )


def _known(swarm: Swarm) -> tuple[Fact, ...]:
    """Return the one line with what is known before there is a solution: what was found, else what was tried."""
    first = {one.kind: one for one in reversed(swarm.found)}
    if first:
        best = [said(f"{first[kind].id} ({shown_words(first[kind])})") for kind in KINDS if kind in first]
        return (Fact(label=_("May help"), value=dotted(*best)),)
    return (Fact(label=_("Tried"), value=said(short(swarm.tried))),) if swarm.tried else ()


def _outcome(swarm: Swarm) -> tuple[Fact, ...]:
    if swarm.state is State.CANCELLED:
        return (Fact(label=_("Cancelled"), value=said(short(swarm.cancelled_because))),)
    if swarm.state in {State.RESOLVED, State.CLOSED} and swarm.solution is not None:
        return (Fact(label=_("Solved"), value=said(short(swarm.solution.text))),)
    return ()


def _ended(swarm: Swarm) -> Text:
    ended = swarm.ended_at or swarm.opened_at
    took = _("{time}, after {length}", time=Moment(at=ended, style="datetime"), length=ended - swarm.opened_at)
    if swarm.merged_into is not None:
        return dotted(took, _("goes on as {swarm}", swarm=f"{PREFIX}-{swarm.merged_into}"))
    if swarm.state is State.CLOSED and swarm.resolved_at == ended:
        # How long it took to solve it says the same.
        took = _("{time}", time=Moment(at=ended, style="datetime"))
    return dotted(took, decision_line(swarm.decision) if swarm.decision else None, stats_line(swarm))


def stats_line(swarm: Swarm) -> Text | None:
    """Return how a closed swarm went: how long until it was solved, how many came, how often it changed hands."""
    if swarm.state is not State.CLOSED or swarm.resolved_at is None:
        return None
    passed = sum(one.state in {"accepted", "reassigned"} for one in swarm.handovers)
    return dotted(
        _("solved in {length}", length=swarm.resolved_at - swarm.opened_at),
        _n("{count} expert", "{count} experts", len(swarm.helpers)),
        _n("{count} hand-off", "{count} hand-offs", passed) if passed else _("0 hand-offs"),
    )


def _shrunk(swarm: Swarm) -> Text:
    return _("{swarm} · {state} · the card is further down", swarm=swarm.name, state=STATE_WORDS[swarm.state])
