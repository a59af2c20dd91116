"""A light swarm: one question to one or a few people, answered where it was asked, without a room. Pure.

::

    open ──▶ answered ──▶ solved
      │          │
      └────┬─────┘
           ▼
    converted | lapsed | withdrawn
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from chatops.core.frozen import Aggregate, Frozen, Instant, replace
from chatops.core.rooms import direct_target
from chatops.core.text import _
from chatops.errors import Impossible
from chatops.swarm.model import Swarm, month
from chatops.swarm.moves import like

ASK_PREFIX = "ASK"
"""`ASK-3`."""

SILENCE = timedelta(days=3)
"""Without a word for so long, it ends by itself."""


class Stage(StrEnum):
    """Where a light swarm stands."""

    OPEN = "open"
    ANSWERED = "answered"
    SOLVED = "solved"
    CONVERTED = "converted"
    """It goes on as a swarm."""
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


GOING = frozenset({Stage.OPEN, Stage.ANSWERED})


class Reply(Frozen, frozen=True, kw_only=True):
    """What somebody answered."""

    by: str
    text: str
    at: Instant


class LightSwarm(Aggregate, frozen=True, kw_only=True):
    """One question, whom it is put to, and what they said."""

    kind: ClassVar[str] = "light_swarm"

    state: Stage = Stage.OPEN
    question: str
    by: str
    asked: tuple[str, ...]
    """Ids of the people asked."""
    wanted: str
    """The selectors as typed: `skill:billing`."""
    at: Instant
    target: str
    """Where it was asked, as a post target; a direct chat when nobody else reads there."""
    place: str | None = None
    """The remote room it was asked in; None for a call from elsewhere."""
    thread: str | None = None
    """The message its thread starts with."""
    replies: tuple[Reply, ...] = ()
    passed: tuple[str, ...] = ()
    """Who said that it is not for them."""
    last: Instant
    """When somebody last said something."""
    swarm: str | None = None
    """Id of the swarm it became."""
    locale: str = "en"

    def keys(self) -> frozenset[tuple[str, str]]:
        """Found, while it goes on, by who asked, who is asked, and its thread; after that by each of them and the month."""
        if not self.going:
            return frozenset(("ended", f"{one}/{month(self.last)}") for one in (self.by, *self.asked))
        found = {("open", "yes"), ("asker", self.by)}
        found.update(("asked", person) for person in self.asked if person not in self.passed)
        if self.thread is not None and self.place is not None:
            found.add(("thread", thread_key(self.place, self.thread)))
        return frozenset(found)

    @property
    def name(self) -> str:
        """What people call it: `ASK-3`."""
        return f"{ASK_PREFIX}-{self.id}"

    @property
    def alone(self) -> bool:
        """Whether it was asked where nobody else reads: then it is known to those only whom it concerns."""
        return self.target == direct_target(self.by)

    @property
    def within(self) -> str | None:
        """Id of the swarm in whose room it was asked, if it was in one."""
        kind, _colon, room = self.target.removeprefix("room:").partition(":")
        return room.partition("/")[0] if kind == Swarm.kind else None

    @property
    def going(self) -> bool:
        """Whether an answer is still of use."""
        return self.state in GOING

    def waits_for(self, person: str) -> bool:
        """Whether somebody is asked and has said nothing yet."""
        said = {reply.by for reply in self.replies} | set(self.passed)
        return self.going and person in self.asked and person not in said

    def concerns(self, person: str) -> bool:
        """Whether somebody asks or is asked."""
        return person == self.by or person in self.asked


def thread_key(place: str, thread: str) -> str:
    """Return the key of a thread."""
    return f"{place}/{thread}"[-200:]


def posed(light: LightSwarm) -> LightSwarm:
    """Return a new one, once it says something and asks somebody other than its asker. Raise Impossible."""
    if not light.question.strip():
        raise Impossible(_("What do you want to know?"), hint=like(f"swarm ask {light.wanted} …"))
    asked = tuple(one for one in dict.fromkeys(light.asked) if one != light.by)
    if not asked:
        raise Impossible(_("That would be asking yourself."), hint=like("swarm ask skill:billing …"))
    return replace(light, question=light.question.strip(), asked=asked)


def replied(light: LightSwarm, by: str, text: str, at: datetime) -> LightSwarm:
    """Take an answer in. Anybody who knows may answer; the asker says whether it helped."""
    _going(light)
    if not text.strip():
        raise Impossible(_("Some words are missing."), hint=like(f"swarm answer {light.name} …"))
    state = light.state if by == light.by else Stage.ANSWERED
    reply = Reply(by=by, text=text.strip(), at=at)
    return replace(light, state=state, replies=(*light.replies, reply), last=at)


def passed(light: LightSwarm, by: str, at: datetime) -> LightSwarm:
    """Somebody asked cannot help."""
    _going(light)
    if by not in light.asked or by in light.passed:
        raise Impossible(_("You are not asked in {light}.", light=light.name))
    return replace(light, passed=(*light.passed, by), last=at)


def solved(light: LightSwarm, at: datetime) -> LightSwarm:
    """It helped."""
    _going(light)
    if not any(reply.by != light.by for reply in light.replies):
        raise Impossible(
            _("Nobody has answered {light} yet.", light=light.name),
            hint=_("If you need no answer any more, take it back."),
            commands=(f"swarm unask {light.name}",),
        )
    return replace(light, state=Stage.SOLVED, last=at)


def taken_back(light: LightSwarm, at: datetime) -> LightSwarm:
    """No answer is needed any more."""
    _going(light)
    return replace(light, state=Stage.WITHDRAWN, last=at)


def converted(light: LightSwarm, swarm: str, at: datetime) -> LightSwarm:
    """It goes on as a swarm."""
    _going(light)
    return replace(light, state=Stage.CONVERTED, swarm=swarm, last=at)


def silent(light: LightSwarm, now: datetime) -> LightSwarm:
    """Nobody has said anything for long. Changes nothing when somebody has, or when it is over."""
    if not light.going or now - light.last < SILENCE:
        return light
    return replace(light, state=Stage.LAPSED)


def _going(light: LightSwarm) -> None:
    if light.going:
        return
    if light.swarm is not None:
        raise Impossible(
            _("{light} goes on as {swarm}.", light=light.name, swarm=f"SW-{light.swarm}"),
            commands=(f"swarm join SW-{light.swarm}", f"swarm show SW-{light.swarm}"),
        )
    raise Impossible(_("{light} is over.", light=light.name), hint=like("swarm ask …"))
