"""What a swarm is. Pure values; the transitions are in `moves` and `asking`, the invariants in `rules`.

::

    requested ──▶ active ◀──▶ on_hold
        │            │           │
        │            └─────┬─────┘
        ├──────────────────┤
        ▼                  ▼
    cancelled          resolved ──▶ closed

A live one may end as `merged` in another; what is resolved, closed or cancelled may be reopened for two weeks. A case is
only ever referenced here: nothing in a swarm can say who owns the case.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar, Literal

from chatops.core.frozen import Aggregate, Frozen, Instant, replace
from chatops.core.message import Person
from chatops.core.text import Text
from chatops.ports.tickets import Ref, Status
from chatops.swarm.captured import Draft, Found, Kept
from chatops.swarm.parts import USUAL_STAY, Absorbed, Glass, Handover, Inside, Offer

PREFIX = "SW"
"""`SW-12`."""


class State(StrEnum):
    """Where a swarm stands."""

    REQUESTED = "requested"
    """Help is asked for; nobody but the owner's side has come yet."""
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    """The problem is gone; the knowledge decision is still to be made."""
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"
    """It ended in another swarm."""


LIVE = frozenset({State.REQUESTED, State.ACTIVE, State.ON_HOLD})
"""People still work on it."""

OVER = frozenset({State.CLOSED, State.CANCELLED, State.MERGED})
"""Nothing more happens."""


class Case(Frozen, frozen=True, kw_only=True):
    """The case a swarm gathers around, as it was when the swarm opened. Its owner is not copied."""

    ref: Ref
    subject: str
    customer: str = ""
    segment: str = ""
    words: str = ""
    """What the customer wrote, cut when it is very long."""
    due: Instant | None = None
    """When the first running SLA clock ends."""


class Member(Frozen, frozen=True, kw_only=True):
    """Somebody who is, or was, in the swarm."""

    person: str
    since: Instant
    left: Instant | None = None
    learner: bool = False
    guest: bool = False
    until: Instant | None = None
    """When the time of a guest is over; without one it is after a week."""
    stays: int = 1
    """How many times they have come."""
    still_in: tuple[str, ...] = ()
    """The swarm's own rooms that a guest who has left may still read: the network has not taken them out yet."""

    def over(self, at: datetime) -> bool:
        """Whether the time of a guest is over, be they out by then or not."""
        return self.guest and (self.until or self.since + USUAL_STAY) <= at


class Asked(StrEnum):
    """Where an invitation stands."""

    SUGGESTED = "suggested"
    SENT = "sent"
    ACCEPTED = "accepted"
    """Said yes; the room has not let them in yet."""
    JOINED = "joined"
    LEFT = "left"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


COUNTS_AS_ASKED = frozenset({Asked.SENT, Asked.ACCEPTED, Asked.JOINED, Asked.DECLINED, Asked.EXPIRED})
"""Who was asked and answered, or let it pass, is not asked a second time; who was quicker than can be."""


class Invitation(Frozen, frozen=True, kw_only=True):
    """One person asked for help, once."""

    number: int
    call: int
    person: str
    state: Asked
    sent_at: Instant | None = None
    expires_at: Instant | None = None
    reason: str = ""
    """Why it was declined."""
    quiet: bool = False
    """Sent into the person's quiet hours; only a page may be."""
    guest: bool = False

    def lapsed(self, at: datetime) -> bool:
        """Whether a guest's time to answer is over, be it told to them or not."""
        return self.guest and self.state is Asked.SENT and self.expires_at is not None and self.expires_at <= at


class Skip(Frozen, frozen=True, kw_only=True):
    """Somebody who was not asked, and why."""

    person: str
    reason: Text
    asleep: bool = False
    """A page would reach them."""
    as_guest: bool = False
    """They could be asked if named as a guest."""


class Call(Frozen, frozen=True, kw_only=True):
    """One search for one helper: the best are asked, the first to accept comes, then the next are tried."""

    number: int
    by: str
    wanted: str
    """The selectors as typed: `skill:billing`."""
    why: str = ""
    ask: int = 1
    """How many are asked at once."""
    wait: int
    """Seconds an invitation stands."""
    page: bool = False
    candidates: tuple[str, ...] = ()
    """Who is still to be asked, best first."""
    skipped: tuple[Skip, ...] = ()
    filled_by: str | None = None
    exhausted: bool = False


class Question(Frozen, frozen=True, kw_only=True):
    """A question to the swarm: `Q3`."""

    number: int
    by: str
    at: Instant
    text: str
    blocking: bool = False
    """The swarm cannot be resolved before it is answered."""
    answer: str | None = None
    answered_by: str | None = None
    answered_at: Instant | None = None


class Solution(Frozen, frozen=True, kw_only=True):
    """What somebody says solves it."""

    by: str
    at: Instant
    text: str


class Decision(Frozen, frozen=True, kw_only=True):
    """What becomes of the knowledge gained."""

    article: Literal["linked", "draft", "none"]
    words: str
    """The linked article's number, the new one's title, or why there is none."""
    by: str
    at: Instant


class Write(Frozen, frozen=True, kw_only=True):
    """Something written back to the ticket system, and what became of it."""

    name: str
    """Unique in the swarm: `note/opened`, `article`, `status`, `reply`."""
    state: Literal["waiting", "done", "failed", "unknown"] = "waiting"
    result: str | None = None
    reason: str | None = None


class Place(Frozen, frozen=True, kw_only=True):
    """A room of the swarm. Every one of them hears everything."""

    target: str
    """Where posts go: `room:swarm:12/main`, or wherever the swarm had to stay."""
    room: str | None = None
    """The logical room, when it is the swarm's own."""
    state: Literal["opening", "open"] = "opening"
    lost: str | None = None
    """The logical room of the swarm's own that it had to leave; it moves back when the server is let in again."""


class Finish(Frozen, frozen=True, kw_only=True):
    """A filled-in `done`, waiting for the word to send its reply to the customer."""

    by: str
    solution: str
    article: str
    because: str
    solved: bool
    reply: str
    cause: str
    kudos: tuple[str, ...] = ()
    """Ids of the people to thank by name."""
    recipient: str = ""
    """Whom the reply was shown to go to."""
    ref: str = ""
    """Name of the preview."""
    shown_to: str = ""
    shown_at: Instant | None = None


class Swarm(Aggregate, frozen=True, kw_only=True):
    """People around one case, in one conversation (however many rooms it has)."""

    kind: ClassVar[str] = "swarm"

    state: State
    case: Case
    question: str
    """The help needed, in the asker's words."""
    tried: str = ""
    skills: tuple[str, ...] = ()
    owner: str
    """The one person who sees it through: the case's owner, or who opened it for a case nobody here owns."""
    opened_by: str
    opened_at: Instant
    origin: str
    """Target of the conversation it was opened in; the swarm stays there when no room can be had."""
    private: bool = False
    locale: str = "en"
    places: tuple[Place, ...]
    ends_at: Instant | None = None
    """When the time box ends."""
    time_up: bool = False
    """Whether it has ended, and everybody was told."""
    members: tuple[Member, ...]
    calls: tuple[Call, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    questions: tuple[Question, ...] = ()
    solution: Solution | None = None
    waiting_for: str = ""
    """While on hold."""
    waits_until: Instant | None = None
    """While on hold: when it goes on by itself."""
    status_before: Status | None = None
    """What the case's status was when it was put on hold last, if its system said."""
    rested: int = 0
    """How many times it has been put on hold."""
    cause: str = ""
    """Root-cause tag."""
    resolved_at: Instant | None = None
    decision: Decision | None = None
    ended_at: Instant | None = None
    ended_by: str | None = None
    cancelled_because: str = ""
    writes: tuple[Write, ...] = ()
    finish: Finish | None = None
    offers: tuple[Offer, ...] = ()
    handovers: tuple[Handover, ...] = ()
    merged_into: str | None = None
    """Id of the swarm it ended in."""
    merge_asked: tuple[str, str] | None = None
    """Id of the swarm it is to end in, and of the person who asked for that; the other owner has to agree."""
    absorbed: tuple[Absorbed, ...] = ()
    reopened: int = 0
    """How many times it was not over after all."""
    earlier: tuple[Decision, ...] = ()
    """The knowledge decisions made before it was reopened."""
    moments: tuple[Kept, ...] = ()
    """What people put on the timeline."""
    decisions: tuple[Kept, ...] = ()
    steps: tuple[Kept, ...] = ()
    """Of the solution, in the order in which they were kept."""
    draft: Draft = Draft()
    """What was written into the article draft by hand."""
    found: tuple[Found, ...] = ()
    """What may help."""
    inside: tuple[Inside, ...] = ()
    """Guests who came into its rooms by themselves and are not out yet."""
    glass: tuple[Glass, ...] = ()
    """Admins who may look into it, though it is private and nobody asked them in."""
    helped: tuple[str, ...] = ()
    """Numbers of the articles that did."""

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found by case; once over by the month it ended in (UTC).

        Before that as open, by who is in it, who is asked, and what somebody wants it to end in.
        """
        found = {("case", case_key(self.case.ref))}
        if self.ended_at is not None:
            found.add(("ended", month(self.ended_at)))
        if self.state not in OVER:
            found.add(("open", "yes"))
            found.update(("member", member.person) for member in self.present)
            found.update(("invitee", one.person) for one in self.invitations if one.state is Asked.SENT)
            if self.handover is not None:
                found.update(("receiver", one) for one in self.handover.to if self.handover.waits_for(one))
            if self.merge_asked is not None:
                found.add(("merging", self.merge_asked[0]))
        return frozenset(found)

    @property
    def name(self) -> str:
        """What people call it: `SW-12`."""
        return f"{PREFIX}-{self.id}"

    @property
    def live(self) -> bool:
        """Whether people still work on it."""
        return self.state in LIVE

    @property
    def over(self) -> bool:
        """Whether nothing more happens."""
        return self.state in OVER

    @property
    def present(self) -> tuple[Member, ...]:
        """Who is in it now."""
        return tuple(member for member in self.members if member.left is None)

    @property
    def has_guests(self) -> bool:
        """Whether a guest reads along, or may any moment: its rooms then show the guest layout only."""
        rooms = {place.room for place in self.places}
        return (
            any(member.guest for member in self.present)
            or any(one.guest and one.state in {Asked.SENT, Asked.ACCEPTED} for one in self.invitations)
            or any(not rooms.isdisjoint(member.still_in) for member in self.members)
            or any(one.room in rooms for one in self.inside)
        )

    @property
    def handover(self) -> Handover | None:
        """The handing over that is under way, if one is."""
        return next((one for one in reversed(self.handovers) if one.open), None)

    @property
    def helpers(self) -> tuple[Member, ...]:
        """Who is, or was, in it to help: neither its owner nor learners."""
        return tuple(member for member in self.members if member.person != self.owner and not member.learner)

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """Questions without an answer, oldest first."""
        return tuple(question for question in self.questions if question.answer is None)

    def member(self, person: str) -> Member | None:
        """Return somebody who is in it now."""
        return next((member for member in self.present if member.person == person), None)

    def invited(self, person: str, *states: Asked) -> Invitation | None:
        """Return the newest invitation of a person that stands in one of `states` (any, when none are given)."""
        for one in reversed(self.invitations):
            if one.person == person and (not states or one.state in states):
                return one
        return None

    def as_of(self, at: datetime) -> Swarm:
        """Return it as rights in it are judged at a time: without looks and guests whose time is over.

        It is for judging only. What is stored changes when the timers' events say so, with all that follows.
        """
        late = frozenset(one.person for one in self.present if one.person != self.owner and one.over(at))
        lapsed = any(one.lapsed(at) for one in self.invitations)
        if not late and not lapsed and all(one.until > at for one in self.glass):
            return self
        return replace(
            self,
            glass=tuple(one for one in self.glass if one.until > at),
            members=tuple(
                replace(one, left=at) if one.left is None and one.person in late else one for one in self.members
            ),
            invitations=tuple(_judged(one, late, at) for one in self.invitations),
        )

    def visible_to(self, person: Person, at: datetime) -> bool:
        """Whether a person may know of it: every member of the house, or of a private one who is in it or asked.

        An admin who has broken the glass may, too, for their hour; a guest for the time of their stay.
        """
        return self.as_of(at).shown_to(person)

    def open_to(self, person: Person, at: datetime) -> bool:
        """Whether a person may know of it, broken glass aside."""
        return replace(self, glass=()).visible_to(person, at)

    def shown_to(self, person: Person) -> bool:
        """Whether a person may know of it as it stands; for what is judged already (`as_of`)."""
        return self._lets_in(person) or self.looked_into_by(person)

    def looked_into_by(self, person: Person) -> bool:
        """Whether a person sees it, as it stands, only because they have broken the glass: that lets them look, no more."""
        broken = "admin" in person.roles and any(one.person == person.id for one in self.glass)
        return broken and not self._lets_in(person)

    def _lets_in(self, person: Person) -> bool:
        if self.member(person.id) or self.invited(person.id, Asked.SENT, Asked.ACCEPTED, Asked.JOINED):
            return True
        if self.handover is not None and self.handover.waits_for(person.id):
            return True
        return not self.private and "guest" not in person.roles


def _judged(one: Invitation, late: Collection[str], at: datetime) -> Invitation:
    if one.lapsed(at):
        return replace(one, state=Asked.EXPIRED)
    gone = one.person in late and one.state in {Asked.ACCEPTED, Asked.JOINED}
    return replace(one, state=Asked.LEFT) if gone else one


def case_key(ref: Ref) -> str:
    """Return the key a swarm is found by for its case."""
    return f"{ref.system}:{ref.id}"[:200]


def month(at: datetime) -> str:
    """Return the month a moment lies in (UTC): `2026-03`."""
    return f"{at.astimezone(UTC):%Y-%m}"


def lane(swarm: str) -> str:
    """Return the lane of a swarm."""
    return f"swarm:{swarm}"


def main_room(swarm: str) -> str:
    """Return the logical name of a swarm's first room."""
    return f"swarm:{swarm}/main"
