"""What goes in and comes out, as JSON. Fields may be added; those that are there stay. Times are ISO 8601 in UTC."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chatops.core.frozen import Frozen, Instant

Short = Annotated[str, Meta(max_length=200)]
Limit = Annotated[int, Meta(ge=1, le=100)]


class Answer(Frozen, frozen=True, kw_only=True, omit_defaults=False):
    """Every field is there, whatever it holds."""


class Asking(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field nobody knows is refused."""


class Named(Answer, frozen=True, kw_only=True):
    """A person, by id and name."""

    id: str
    name: str


# commands


class CommandRequest(Asking, frozen=True, kw_only=True):
    """A command to run, with the rights of the token's person."""

    text: Annotated[str, Meta(min_length=1, max_length=16_384, description="As it would be typed in chat.")]
    room: Annotated[str | None, Meta(description="Room that gives the context: swarm:12/main.")] = None
    fields: Annotated[
        dict[str, Annotated[str, Meta(max_length=16_384)]],
        Meta(max_length=20, description="Values by parameter, never read as words of the command."),
    ] = {}
    dry_run: Annotated[bool, Meta(description="Only say what would happen.")] = False
    confirmed: Annotated[bool, Meta(description="Run it although it asks for confirmation.")] = False
    wait: Annotated[float, Meta(ge=0, le=60, description="Seconds to wait for the outcome.")] = 10.0


class Said(Answer, frozen=True, kw_only=True):
    """One thing the server said because of a command."""

    room: Annotated[str, Meta(description="Where it was said; call:… is for the caller alone.")]
    text: str
    card: Annotated[msgspec.Raw | None, Meta(description="The same as title, text, facts, table, buttons.")] = None


class Refusal(Answer, frozen=True, kw_only=True):
    """Why a command was refused."""

    code: Annotated[str, Meta(description="Stable, for programs.")]
    message: str
    hint: str = ""
    commands: Annotated[tuple[str, ...], Meta(description="Commands that would work.")] = ()


class Command(Answer, frozen=True, kw_only=True):
    """A command and what came of it."""

    id: str
    state: Literal["accepted", "done", "refused"]
    replies: tuple[Said, ...] = ()
    refusal: Refusal | None = None


# swarms


class SwarmQuery(Asking, frozen=True, kw_only=True):
    """Which swarms."""

    state: Annotated[
        Literal["open", "requested", "active", "on_hold", "resolved", "closed", "cancelled", "merged"],
        Meta(description="open: all that are not over."),
    ] = "open"
    mine: Annotated[bool, Meta(description="Only those the token's person is in.")] = False
    case: Annotated[Short | None, Meta(description="Only those around this case, in any state: demo:1001.")] = None
    cursor: Short | None = None
    limit: Limit = 50


class CaseName(Answer, frozen=True, kw_only=True):
    """The case of a swarm, as it was when the swarm opened."""

    system: str
    key: str
    subject: str
    customer: str = ""
    url: str | None = None


class SwarmSummary(Answer, frozen=True, kw_only=True):
    """A swarm in a list."""

    id: Annotated[str, Meta(description="As people say it: SW-12.")]
    state: str
    question: str
    case: CaseName
    owner: Named
    opened_at: Instant
    ended_at: Instant | None = None
    private: bool = False
    members: Annotated[int, Meta(description="People in it now.")] = 0
    open_questions: int = 0


class Swarms(Answer, frozen=True, kw_only=True):
    """Some swarms, newest first."""

    items: tuple[SwarmSummary, ...]
    next: Annotated[str | None, Meta(description="Short of the next page; null at the end.")] = None


class MemberView(Answer, frozen=True, kw_only=True):
    """Somebody who is in a swarm now."""

    id: str
    name: str
    since: Instant
    owner: bool = False
    learner: bool = False
    guest: bool = False


class QuestionView(Answer, frozen=True, kw_only=True):
    """A question to a swarm."""

    number: int
    by: Named
    at: Instant
    text: str
    blocking: bool = False
    answer: str | None = None
    answered_by: Named | None = None


class SwarmDetail(SwarmSummary, frozen=True, kw_only=True):
    """A swarm with all that its members know of it."""

    tried: str = ""
    skills: tuple[str, ...] = ()
    people: tuple[MemberView, ...] = ()
    questions: tuple[QuestionView, ...] = ()
    waiting_for: str = ""
    solution: str = ""
    cause: str = ""
    article: str = ""
    ends_at: Instant | None = None
    resolved_at: Instant | None = None


class TimelineQuery(Asking, frozen=True, kw_only=True):
    """Which part of a timeline."""

    cursor: Short | None = None
    limit: Limit = 50


class Moment(Answer, frozen=True, kw_only=True):
    """Something that happened."""

    number: int
    at: Instant
    tag: str
    text: Annotated[str, Meta(description="In the language of the token's person.")]
    by: Named | None = None


class Timeline(Answer, frozen=True, kw_only=True):
    """Part of a timeline, oldest first."""

    items: tuple[Moment, ...]
    next: str | None = None


# cases


class ClockView(Answer, frozen=True, kw_only=True):
    """An SLA clock."""

    name: str
    state: str
    due: Instant | None = None


class CaseView(Answer, frozen=True, kw_only=True):
    """A case as its ticket system has it now."""

    system: str
    key: str
    subject: str
    status: str
    vendor_status: str
    priority: str
    customer: str = ""
    segment: str = ""
    owner: str = ""
    owner_id: Annotated[str | None, Meta(description="Id in our directory, if it knows them.")] = None
    clocks: tuple[ClockView, ...] = ()
    tags: tuple[str, ...] = ()
    created_at: Instant
    updated_at: Instant
    url: str | None = None


# people


class PeopleQuery(Asking, frozen=True, kw_only=True):
    """Which people."""

    text: Annotated[Short | None, Meta(description="Name, id, handle or e-mail.")] = None
    cursor: Short | None = None
    limit: Limit = 50


class PersonView(Answer, frozen=True, kw_only=True):
    """A person, as far as the reader may know."""

    id: str
    name: str
    roles: tuple[str, ...] = ()
    zone: str = ""
    locale: str = ""
    department: str = ""
    pods: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    skills: dict[str, int] = {}
    email: str | None = None


class People(Answer, frozen=True, kw_only=True):
    """Some people, in order of their ids."""

    items: tuple[PersonView, ...]
    next: str | None = None


class Me(Answer, frozen=True, kw_only=True):
    """Whom the token speaks for, and what for."""

    person: PersonView
    token: str
    scopes: tuple[str, ...]
    expires_at: Instant | None = None
    used_on: date | None = None


# for operators


class DeadLettersQuery(Asking, frozen=True, kw_only=True):
    """How many."""

    limit: Limit = 50


class DeadLetterView(Answer, frozen=True, kw_only=True):
    """Something that was given up."""

    key: str
    reference: Annotated[str, Meta(description="What people were told: E-7F3A2C; else the key.")]
    kind: Literal["event", "effect"]
    what: str
    error: str
    tries: int
    since: Instant
    given_up_at: Instant
    conversation: str
    target: str = ""
    uncertain: Annotated[bool, Meta(description="It may have happened: tried again, it may happen twice.")] = False


class DeadLettersView(Answer, frozen=True, kw_only=True):
    """What was given up, newest first."""

    items: tuple[DeadLetterView, ...]


class WebhookView(Answer, frozen=True, kw_only=True):
    """A program that is told what happens."""

    name: str
    url: str
    events: tuple[str, ...]


class HookView(Answer, frozen=True, kw_only=True):
    """A program that may tell us something."""

    name: str
    does: Literal["posts", "runs"]


class Webhooks(Answer, frozen=True, kw_only=True):
    """What the settings declare. No secrets."""

    webhooks: tuple[WebhookView, ...]
    hooks: tuple[HookView, ...]


class HookMessage(Frozen, frozen=True, kw_only=True):
    """Any JSON object."""


class HookAnswer(Answer, frozen=True, kw_only=True):
    """It is kept; or it was before."""

    accepted: bool = True
    repeated: bool = False
