"""Random people in a thread: a light swarm never says two things at once, and what is over stays over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chatops.errors import Refusal
from chatops.swarm.light import (
    SILENCE,
    LightSwarm,
    Stage,
    converted,
    passed,
    posed,
    replied,
    silent,
    solved,
    taken_back,
)
from swarms import AT

person = st.sampled_from(("olga", "anna", "ben", "max"))


class Light(RuleBasedStateMachine):
    """The model alone: any order of transitions, legal or not."""

    def __init__(self) -> None:
        super().__init__()
        self.at = AT
        self.light = posed(
            LightSwarm(
                id="1",
                question="which one?",
                by="olga",
                asked=("olga", "anna", "ben"),
                wanted="anna ben",
                at=AT,
                last=AT,
                target="remote:console:lobby",
                place="console:lobby",
                thread="m1",
            )
        )

    def go(self, move: Callable[[], LightSwarm]) -> None:
        """Try a move; what is over stays as it is."""
        before = self.light
        try:
            self.light = move()
        except Refusal:
            return
        assert before.going or self.light == before

    @rule(who=person, text=st.sampled_from(["", "so"]))
    def answer(self, who: str, text: str) -> None:
        """Somebody answers."""
        self.go(lambda: replied(self.light, who, text, self.at))

    @rule(who=person)
    def pass_on(self, who: str) -> None:
        """It is not their field."""
        self.go(lambda: passed(self.light, who, self.at))

    @rule()
    def solve(self) -> None:
        """It helped."""
        self.go(lambda: solved(self.light, self.at))

    @rule()
    def take_back(self) -> None:
        """It is not needed any more."""
        self.go(lambda: taken_back(self.light, self.at))

    @rule()
    def grow(self) -> None:
        """It becomes a swarm."""
        self.go(lambda: converted(self.light, "7", self.at))

    @rule(hours=st.integers(1, 80))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self.at += timedelta(hours=hours)
        self.go(lambda: silent(self.light, self.at))

    @invariant()
    def nothing_is_broken(self) -> None:
        """Found as open only while it goes on, asks nobody about their own question, ends after silence and not before."""
        light = self.light
        found_by = {name for name, _value in light.keys()}  # noqa: SIM118 - a method of ours, not of a dict
        assert ("open" in found_by, "ended" in found_by) == (light.going, not light.going)
        assert light.by not in light.asked
        assert (light.state is Stage.CONVERTED) == (light.swarm is not None)
        if light.state is Stage.SOLVED:
            assert any(reply.by != light.by for reply in light.replies)
        if light.state is Stage.LAPSED:
            assert self.at - light.last >= SILENCE
        assert not any(light.waits_for(one) for one in (*light.passed, *(reply.by for reply in light.replies)))


TestLight = Light.TestCase
TestLight.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
