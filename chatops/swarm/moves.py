"""Transitions of a swarm: pure functions from a swarm to the next, or `Impossible` with what would work instead.

Invitations have their own in `asking`, handing over in `passing`, coming back and merging in `returning`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime
from typing import Literal

from chatops.core.frozen import Frozen, replace
from chatops.core.rooms import room_target
from chatops.core.text import Code, Text, _, to_type
from chatops.errors import BadArgument, Impossible, NotFound
from chatops.swarm.model import (
    LIVE,
    PREFIX,
    Asked,
    Case,
    Decision,
    Finish,
    Invitation,
    Member,
    Place,
    Question,
    Solution,
    State,
    Swarm,
    Write,
)

LEARNER_SEATS = 3
"""People who may listen and learn in one swarm at a time."""


class Request(Frozen, frozen=True, kw_only=True):
    """Help wanted."""

    case: Case
    question: str
    tried: str = ""
    skills: tuple[str, ...] = ()
    private: bool = False


def worded(request: Request) -> None:
    """Make sure that the help needed is named. Raise BadArgument with what would work."""
    if not request.question.strip():
        message = _("Say what help you need, in a few words.")
        raise BadArgument(message, hint=like(f"swarm open {request.case.ref} …"))


def opened(
    id: str,
    request: Request,
    *,
    owner: str,
    by: str,
    at: datetime,
    place: Place,
    origin: str,
    ends_at: datetime | None = None,
    locale: str = "en",
) -> Swarm:
    """Return a new swarm with its owner, and who opened it, in it. Raise BadArgument when no help is named."""
    worded(request)
    return Swarm(
        id=id,
        state=State.REQUESTED,
        case=request.case,
        question=request.question.strip(),
        tried=request.tried.strip(),
        skills=request.skills,
        owner=owner,
        opened_by=by,
        opened_at=at,
        origin=origin,
        private=request.private,
        locale=locale,
        places=(place,),
        ends_at=ends_at,
        members=tuple(Member(person=person, since=at) for person in dict.fromkeys((owner, by))),
    )


def joined(swarm: Swarm, person: str, at: datetime, *, learner: bool = False, guest: bool = False) -> Swarm:
    """Take somebody in. `asking.came` is for people who may have been asked."""
    _live(swarm)
    present = swarm.member(person)
    if present is not None and (learner or not present.learner):
        raise Impossible(_("You are in {swarm} already.", swarm=swarm.name))
    if learner:
        _seat(swarm)
    before = next((member for member in swarm.members if member.person == person), None)
    member = Member(
        person=person,
        since=at if present is None else present.since,
        learner=learner,
        guest=guest,
        until=None if present is None else present.until,
        stays=1 if before is None else before.stays + (present is None),
    )
    others = tuple(one for one in swarm.members if one.person != person)
    state = State.ACTIVE if swarm.state is State.REQUESTED and not learner else swarm.state
    return replace(swarm, members=(*others, member), state=state)


def left(swarm: Swarm, person: str, at: datetime) -> Swarm:
    """Let somebody go. The owner stays as long as people work on it."""
    _not_over(swarm)
    member = swarm.member(person)
    if member is None:
        raise Impossible(_("You are not in {swarm}.", swarm=swarm.name))
    if person == swarm.owner:
        raise Impossible(
            _("You own {swarm}; somebody has to see it through.", swarm=swarm.name),
            hint=_("Finish it, or hand it over: {command}", command=to_type(f"swarm handover {swarm.name} …")),
            commands=(f"swarm done {swarm.name}", f"swarm cancel {swarm.name}"),
        )
    return replace(
        swarm,
        members=tuple(_gone(swarm, one, at) if one.person == person else one for one in swarm.members),
        invitations=tuple(
            replace(one, state=Asked.LEFT)
            if one.person == person and one.state in {Asked.ACCEPTED, Asked.JOINED}
            else one
            for one in swarm.invitations
        ),
    )


def _gone(swarm: Swarm, member: Member, at: datetime) -> Member:
    # A room it had to leave counts as well: guests are in there until the server can take them out.
    rooms = (place.room or place.lost for place in swarm.places)
    return replace(member, left=at, still_in=tuple(room for room in rooms if room) if member.guest else ())


def out_of(swarm: Swarm, person: str, room: str) -> Swarm:
    """Note that somebody who has left can no longer read a room."""
    return replace(
        swarm,
        members=tuple(
            replace(one, still_in=tuple(held for held in one.still_in if held != room))
            if one.person == person and room in one.still_in
            else one
            for one in swarm.members
        ),
        inside=tuple(one for one in swarm.inside if (one.person, one.room) != (person, room)),
    )


def asked(swarm: Swarm, by: str, text: str, at: datetime, *, blocking: bool = False) -> Swarm:
    """Put a question on the list."""
    _live(swarm)
    question = Question(number=len(swarm.questions) + 1, by=by, at=at, text=_words(text), blocking=blocking)
    return replace(swarm, questions=(*swarm.questions, question))


def answered(swarm: Swarm, number: int, by: str, text: str, at: datetime) -> Swarm:
    """Answer a question. A later answer replaces an earlier one."""
    _live(swarm)
    if not 1 <= number <= len(swarm.questions):
        first = next(iter(swarm.open_questions), None)
        raise NotFound(
            _("{swarm} has no question {question}.", swarm=swarm.name, question=f"Q{number}"),
            hint=None if first is None else like(f"swarm answer {swarm.name} Q{first.number} …"),
            commands=(f"swarm show {swarm.name}",),
        )
    words = _words(text)
    return replace(
        swarm,
        questions=tuple(
            replace(one, answer=words, answered_by=by, answered_at=at) if one.number == number else one
            for one in swarm.questions
        ),
    )


def proposed(swarm: Swarm, by: str, text: str, at: datetime) -> Swarm:
    """Say what solves it. The newest proposal stands. Who came to learn asks; to propose they come in to help."""
    _live(swarm)
    member = swarm.member(by)
    if member is not None and member.learner:
        raise Impossible(
            _("You came to learn; ask as much as you like."),
            hint=_("To help, come in as a helper."),
            commands=(f"swarm join {swarm.name}",),
        )
    return replace(swarm, solution=Solution(by=by, at=at, text=_words(text)))


def held(swarm: Swarm, waiting_for: str, until: datetime | None = None) -> Swarm:
    """Rest until somebody outside has done their part, or until a time."""
    if swarm.state not in {State.REQUESTED, State.ACTIVE}:
        raise wrong_state(swarm)
    return replace(swarm, state=State.ON_HOLD, waiting_for=waiting_for, waits_until=until, rested=swarm.rested + 1)


def resumed(swarm: Swarm) -> Swarm:
    """Go on."""
    if swarm.state is not State.ON_HOLD:
        raise wrong_state(swarm)
    helped = any(member.person != swarm.opened_by for member in swarm.helpers)
    return replace(swarm, state=State.ACTIVE if helped else State.REQUESTED, waiting_for="", waits_until=None)


def resolved(swarm: Swarm, by: str, solution: str, at: datetime, *, cause: str = "") -> Swarm:
    """The problem is gone. Needs a solution, given now or proposed before, and no blocking question open."""
    _live(swarm)
    blocking = [question for question in swarm.open_questions if question.blocking]
    if blocking:
        first = blocking[0]
        raise Impossible(
            _("{question} has to be answered first: {text}", question=f"Q{first.number}", text=first.text),
            hint=like(f"swarm answer {swarm.name} Q{first.number} …"),
        )
    if not solution.strip() and swarm.solution is None:
        raise Impossible(
            _("What solved it? Nobody has said so yet."),
            hint=like(f"swarm resolve {swarm.name} …"),
            commands=(f"swarm done {swarm.name}",),
        )
    found = Solution(by=by, at=at, text=solution.strip()) if solution.strip() else swarm.solution
    return replace(
        spent(swarm),
        state=State.RESOLVED,
        solution=found,
        cause=cause or swarm.cause,
        resolved_at=at,
        waiting_for="",
        waits_until=None,
    )


def decided(
    swarm: Swarm,
    by: str,
    article: Literal["linked", "draft", "none"] | None,
    words: str,
    at: datetime,
    *,
    command: str = "",
) -> Decision:
    """Return the knowledge decision. Raise Impossible when it is missing or incomplete; `command` would complete it."""
    close = command or f"swarm close {swarm.name}"
    if article is None:
        raise Impossible(
            _("Before {swarm} closes: what becomes of what you learned?", swarm=swarm.name),
            hint=_(
                "Draft an article, link one ({link}), or say why none is needed ({none}).",
                link=Code(code="article=KB12"),
                none=Code(code='article=none because="…"'),
            ),
            commands=(f"{close} article=new",),
        )
    if article == "linked" and not words.strip() and swarm.helped:
        words = swarm.helped[-1]
    if article == "linked" and not words.strip():
        raise Impossible(_("Which article helped?"), hint=like(f"{close} article=KB12"))
    if article == "none" and not words.strip():
        raise Impossible(_("Why is no article needed?"), hint=like(f'{close} article=none because="…"'))
    title = words.strip() or (swarm.draft.title or swarm.case.subject if article == "draft" else "")
    return Decision(article=article, words=title, by=by, at=at)


def closed(swarm: Swarm, decision: Decision) -> Swarm:
    """Put it away: the problem is gone and the knowledge decision is made."""
    if swarm.state is not State.RESOLVED:
        raise wrong_state(swarm)
    return replace(
        swarm,
        state=State.CLOSED,
        decision=decision,
        ended_at=decision.at,
        ended_by=decision.by,
        finish=None,
        invitations=_let_off(swarm),
    )


def cancelled(swarm: Swarm, by: str, because: str, at: datetime) -> Swarm:
    """End it without a solution. Needs a reason."""
    if swarm.state not in LIVE:
        raise wrong_state(swarm)
    if not because.strip():
        raise Impossible(_("Say why, so that nobody wonders later."), hint=like(f"swarm cancel {swarm.name} because …"))
    return replace(
        spent(swarm),
        state=State.CANCELLED,
        cancelled_because=because.strip(),
        ended_at=at,
        ended_by=by,
        finish=None,
        waiting_for="",
        waits_until=None,
    )


def prepared(swarm: Swarm, finish: Finish) -> Swarm:
    """Remember a filled-in `done` until its reply may be sent."""
    return replace(swarm, finish=finish)


def placed(swarm: Swarm, room: str, *, target: str) -> Swarm:
    """One of its rooms is open, or the swarm stays at `target` because the room cannot be had."""
    return replace(
        swarm,
        places=tuple(
            place
            if place.room != room
            else replace(place, state="open")
            if place.target == target
            else Place(target=target, state="open")
            for place in swarm.places
        ),
    )


def displaced(swarm: Swarm, room: str, *, target: str) -> Swarm:
    """One of its rooms has put the server out: the swarm goes on at `target`."""
    return replace(
        swarm,
        places=tuple(
            Place(target=target, state="open", lost=room) if place.room == room else place for place in swarm.places
        ),
    )


def returned(swarm: Swarm, room: str) -> Swarm:
    """The server has been let into the room again: the swarm moves back."""
    return replace(
        swarm,
        places=tuple(
            Place(target=room_target(room), room=room, state="open") if place.lost == room else place
            for place in swarm.places
        ),
    )


def time_is_up(swarm: Swarm) -> Swarm:
    """Return the swarm after its time box has ended."""
    return replace(swarm, time_up=True)


def written(swarm: Swarm, write: Write) -> Swarm:
    """Remember something written to the ticket, or what became of it. A write once done stays done."""
    known = {one.name: one for one in swarm.writes}
    if write.name in known and known[write.name].state == "done":
        return swarm
    return replace(swarm, writes=tuple({**known, write.name: write}.values()))


def fingerprint(question: str) -> str:
    """Return what makes two questions the same: letters and digits, whatever the case, spacing or punctuation."""
    folded = unicodedata.normalize("NFKC", question).casefold()
    words = "".join(char if char.isalnum() else " " for char in folded).split()
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32]


def spent(swarm: Swarm) -> Swarm:
    """Return the swarm with everything that waits for somebody's answer taken back."""
    return replace(
        swarm,
        invitations=_let_off(swarm),
        calls=tuple(replace(call, candidates=()) for call in swarm.calls),
        handovers=tuple(replace(one, state="withdrawn") if one.open else one for one in swarm.handovers),
        merge_asked=None,
    )


def _let_off(swarm: Swarm) -> tuple[Invitation, ...]:
    return tuple(
        replace(one, state=Asked.WITHDRAWN) if one.state in {Asked.SENT, Asked.SUGGESTED} else one
        for one in swarm.invitations
    )


def _seat(swarm: Swarm) -> None:
    """Raise Impossible when every seat for learners is taken."""
    if sum(member.learner for member in swarm.present) >= LEARNER_SEATS:
        raise Impossible(
            _("Every seat for learners in {swarm} is taken ({count}).", swarm=swarm.name, count=LEARNER_SEATS),
            hint=_("If you can help, come in as a helper."),
            commands=(f"swarm join {swarm.name}",),
        )


def _words(text: str) -> str:
    if not text.strip():
        raise Impossible(_("Some words are missing."))
    return text.strip()


def _live(swarm: Swarm) -> None:
    if not swarm.live:
        raise wrong_state(swarm)


def _not_over(swarm: Swarm) -> None:
    if swarm.over:
        raise wrong_state(swarm)


STATE_WORDS = {
    State.REQUESTED: _("waiting for help"),
    State.ACTIVE: _("active"),
    State.ON_HOLD: _("on hold"),
    State.RESOLVED: _("resolved"),
    State.CLOSED: _("closed"),
    State.CANCELLED: _("cancelled"),
    State.MERGED: _("merged"),
}
"""How people read a state."""


def wrong_state(swarm: Swarm) -> Impossible:
    """Return the refusal of what does not fit the state, with what does."""
    works = {
        State.REQUESTED: (f"swarm done {swarm.name}", f"swarm show {swarm.name}"),
        State.ACTIVE: (f"swarm done {swarm.name}", f"swarm show {swarm.name}"),
        State.ON_HOLD: (f"swarm resume {swarm.name}", f"swarm done {swarm.name}"),
        State.RESOLVED: (f"swarm close {swarm.name} article=new", f"swarm show {swarm.name}"),
    }.get(swarm.state, (f"swarm show {swarm.name}", "swarm list"))
    again = to_type(f"swarm open {swarm.case.ref} …")
    if swarm.state is State.MERGED:
        return Impossible(
            _("{swarm} ended in {other}; it goes on there.", swarm=swarm.name, other=f"{PREFIX}-{swarm.merged_into}"),
            commands=(f"swarm show {PREFIX}-{swarm.merged_into}",),
        )
    return Impossible(
        _("{swarm} is {state}; that does not work now.", swarm=swarm.name, state=STATE_WORDS[swarm.state]),
        hint=_(
            "If it comes back: {reopen}; two weeks later, open a new one: {command}",
            reopen=to_type(f"swarm reopen {swarm.name} because …"),
            command=again,
        )
        if swarm.over and not swarm.has_guests  # guests know no case
        else None,
        commands=works,
    )


def like(command: str) -> Text:
    """Return a hint: a command whose dots somebody fills in, so it is no button."""
    return _("For example: {command}", command=to_type(command))
