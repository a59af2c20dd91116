"""A task's life, whatever people do to it in whatever order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chatops.core.frozen import replace
from chatops.errors import Impossible
from chatops.tasks import moves
from chatops.tasks.model import LIVE, State, Task

START = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
PEOPLE = st.sampled_from(("anna", "ben", "olga"))


class TaskLife(RuleBasedStateMachine):
    """Every move either leads to a state it may lead to, or says what would work and changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.silent = False
        self.task = Task(
            id="1", text="read the log", author="olga", pod="emea", lane="swarm:1", created_at=START, due=None
        )

    def _try(self, move: Callable[..., Task], *args: object) -> None:
        try:
            self.task = move(self.task, *args)
        except Impossible as refusal:
            self.silent = not (refusal.commands or refusal.hint)

    @rule(seconds=st.integers(min_value=0, max_value=7200))
    def time_passes(self, seconds: int) -> None:
        """Time over is an event: it changes no state."""
        self.now += timedelta(seconds=seconds)
        due = self.task.due
        if due is not None and due <= self.now and self.task.live:
            before = self.task.state
            self.task = moves.expired(self.task, self.now)
            assert self.task.state is before

    @rule(who=PEOPLE)
    def claim(self, who: str) -> None:
        """Somebody takes it."""
        self._try(moves.claimed, who, self.now)

    @rule(who=PEOPLE)
    def give(self, who: str) -> None:
        """Somebody else gets it."""
        self._try(moves.given, who)

    @rule()
    def ack(self) -> None:
        """Somebody says yes."""
        if self.task.assignee is not None:
            self._try(moves.acked, self.now)

    @rule()
    def start(self) -> None:
        """Somebody begins."""
        if self.task.assignee is not None:
            self._try(moves.started, self.now)

    @rule(seconds=st.integers(min_value=-60, max_value=3600))
    def retime(self, seconds: int) -> None:
        """It gets another time."""
        self._try(moves.retimed, self.now + timedelta(seconds=seconds), self.now)

    @rule(who=PEOPLE)
    def finish(self, who: str) -> None:
        """It is done."""
        self._try(moves.finished, who, self.now)

    @rule(who=PEOPLE, because=st.text(max_size=20))
    def drop(self, who: str, because: str) -> None:
        """It is not needed."""
        self._try(moves.dropped, who, self.now, because)

    @rule()
    def reopen(self) -> None:
        """It is needed after all."""
        self._try(moves.reopened)

    @invariant()
    def says_what_would_work(self) -> None:
        """No refusal leaves people alone."""
        assert not self.silent

    @invariant()
    def ends_once(self) -> None:
        """What is over has an end and who ended it; what is not has neither."""
        assert (self.task.ended_at is None) == self.task.live
        assert (self.task.ended_by is None) == self.task.live

    @invariant()
    def whoever_works_on_it_has_said_yes(self) -> None:
        """Nobody is at it, or has accepted it, without being its assignee and having said so."""
        if self.task.state in {State.ACKED, State.IN_PROGRESS}:
            assert self.task.assignee is not None
            assert self.task.acked_at is not None

    @invariant()
    def found_by_those_who_wait(self) -> None:
        """It is found by its people exactly while somebody has to do something."""
        names = set(dict(self.task.keys()))
        assert ("author" in names) == (self.task.state in LIVE)
        assert not {"assignee", "pod"} <= names

    @invariant()
    def a_yes_is_due_in_between(self) -> None:
        """A yes is asked for after now, within the hour, and only of who has not given one."""
        by = moves.answer_by(self.task, self.now)
        assert (by is None) or self.now < by <= self.now + moves.LATEST_ANSWER
        assert by is None or self.task.state is State.OPEN


TestTaskLife = TaskLife.TestCase
TestTaskLife.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_half_of_the_time_is_for_saying_yes() -> None:
    """Between a minute and an hour; nobody answers to themselves."""
    task = Task(id="1", text="x", author="olga", assignee="anna", lane="l", created_at=START)
    assert moves.answer_by(task, START) == START + timedelta(hours=1)
    for minutes, wait in ((10, 5), (1, 1), (60 * 48, 60)):
        timed = replace(task, due=START + timedelta(minutes=minutes))
        assert moves.answer_by(timed, START) == START + timedelta(minutes=wait)
    assert moves.answer_by(replace(task, author="anna"), START) is None
