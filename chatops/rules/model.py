"""What a policy is: rules, each with conditions on a case and what follows when they hold. Pure values."""

from __future__ import annotations

from typing import Literal

from chatops.core.frozen import Frozen

Comparison = Literal["<", "<=", ">", ">="]
Step = Literal["none", "offer", "open"]
"""What a rule does about a swarm: nothing, put it to the pod as an offer, open it at once."""


class Limit(Frozen, frozen=True, kw_only=True):
    """A length of time compared with another: `< 2h`."""

    sign: Comparison
    seconds: int
    typed: str

    def holds(self, seconds: float) -> bool:
        """Whether `seconds` is on the right side."""
        match self.sign:
            case "<":
                return seconds < self.seconds
            case "<=":
                return seconds <= self.seconds
            case ">":
                return seconds > self.seconds
            case ">=":
                return seconds >= self.seconds


class Conditions(Frozen, frozen=True, kw_only=True):
    """What has to hold. One that is empty asks for nothing; of several words in one, any suffices.

    Words are compared without regard to case; `*` stands for any letters, `?` for one. There are no other patterns, so
    none can take long.
    """

    system: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    """Any tag of the case, or its queue."""
    queue: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    entitlement: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()
    """`known` in the directory, `unknown` there, or `none`."""
    text: tuple[str, ...] = ()
    """Words, or several in a row, of subject and description."""
    age: Limit | None = None
    sla_left: Limit | None = None
    """Time until the first running clock ends; below zero when one was missed."""
    weekday: tuple[int, ...] = ()
    """0 is Monday; as it is in `zone`."""
    time: tuple[str, str] | None = None
    """(from, to), `HH:MM` in `zone`; may run over midnight. The end does not belong to it."""
    zone: str = "UTC"


class Rule(Frozen, frozen=True, kw_only=True):
    """One rule."""

    name: str
    order: int
    """Smaller is looked at earlier."""
    when: Conditions = Conditions()
    unless: Conditions | None = None
    """Holds the rule back when all of it holds."""
    pod: str = ""
    """Id of the pod the case goes to; empty: that of its owner, else the policy's."""
    room: str = ""
    """`NETWORK:ID` of where it is said; empty: the pod's home room, else its lead's direct chat."""
    swarm: Step = "none"
    question: str = ""
    skills: tuple[str, ...] = ()
    timebox: int | None = None
    """Seconds."""
    invite: tuple[str, ...] = ()
    """Whom else to ask, as people write it: `anna`, `pod:emea-1`."""


class Policy(Frozen, frozen=True, kw_only=True):
    """All rules, in the order they are looked at."""

    rules: tuple[Rule, ...] = ()
    match: Literal["first", "all"] = "first"
    """Whether only the first rule that holds acts, or each."""
    pod: str = ""
    """Where a case goes that no rule gives a pod."""
    segments: tuple[str, ...] = ()
    """The segments there are; empty: not said."""
    gaps: Literal["found", "allowed"] = "found"
    """Whether `chatops test` complains of cases that nobody gets."""
