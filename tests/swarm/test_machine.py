"""Random people give random commands: no invariant ever breaks, and the outbox holds exactly what was promised.

Once on the pure model, once through real commands, units, the store in memory and a ticket system.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chatops.core.frozen import replace
from chatops.core.message import Person
from chatops.errors import Refusal
from chatops.ports.tickets import Ref, TicketPatch, WriteContext
from chatops.swarm import moves, passing
from chatops.swarm.asking import Candidate, accepted, arrived, called, came, declined, expired, suggested
from chatops.swarm.availability import availability
from chatops.swarm.case_owner import OwnersLook
from chatops.swarm.model import Asked, State, Swarm
from chatops.swarm.plugin import RELATIONS
from chatops.swarm.returning import merged, reopened
from chatops.swarm.rules import invariants
from swarm_bench import Bench
from swarms import AT, fresh, look

pytestmark = pytest.mark.timeout(120)  # thousands of steps, on a busy machine

PEOPLE = ("olga", "lea", "anna", "ben", "cem", "jan", "max")
ASLEEP = frozenset({"jan"})
person = st.sampled_from(PEOPLE)


class PureSwarm(RuleBasedStateMachine):
    """The model alone: any order of transitions, legal or not."""

    def __init__(self) -> None:
        super().__init__()
        self.swarm = fresh()
        self.case = self.swarm.case
        self.at = AT
        self.look = look(**{id_: Candidate(person=id_, quiet=True, local_time="02:00") for id_ in ASLEEP})

    def go(self, after: Swarm, *, given: str = "") -> None:
        """Take the next swarm; an end is final. `given`: to whom the case was given outside."""
        assert not self.swarm.over or after.state is self.swarm.state or after.reopened == self.swarm.reopened + 1
        # I2: the owner changes by an acceptance of what was offered and read, and else only with the case.
        if given:
            assert after.owner == given
        elif after.owner != self.swarm.owner:
            one = self.swarm.handover
            assert one is not None
            assert after.owner in one.seen
            assert after.handovers[-1].accepted_by == after.owner
        self.swarm = after
        self.at += timedelta(seconds=1)

    @rule(who=st.lists(person, min_size=1, unique=True), ask=st.integers(1, 3), page=st.booleans())
    def invite(self, who: list[str], ask: int, page: bool) -> None:  # noqa: FBT001 - Hypothesis names it
        """Somebody is looked for."""
        self._try(
            lambda: called(
                self.swarm,
                by="olga",
                wanted="x",
                candidates=tuple(who),
                look=self.look,
                at=self.at,
                ask=ask,
                wait=60,
                page=page,
            )
        )

    @rule(who=person)
    def accept(self, who: str) -> None:
        """Somebody says yes."""
        self._try(lambda: accepted(self.swarm, who, self.at))

    @rule(who=person)
    def decline(self, who: str) -> None:
        """Somebody says no."""
        self._try(lambda: declined(self.swarm, who, "busy", self.look, self.at))

    @rule(number=st.integers(1, 9))
    def expire(self, number: int) -> None:
        """Time is up, maybe for nobody."""
        self._try(lambda: expired(self.swarm, number, self.look, self.at))

    @rule(who=person)
    def arrive(self, who: str) -> None:
        """The room lets somebody in."""
        self._try(lambda: arrived(self.swarm, who))

    @rule(who=person)
    def join(self, who: str) -> None:
        """Somebody comes."""
        self._try(lambda: came(self.swarm, who, self.at))

    @rule(who=person)
    def leave(self, who: str) -> None:
        """Somebody goes."""
        self._try(lambda: moves.left(self.swarm, who, self.at))

    @rule(who=person)
    def suggest(self, who: str) -> None:
        """Somebody is put forward."""
        self._try(lambda: suggested(self.swarm, who, by="max", why=""))

    @rule(who=person, blocking=st.booleans())
    def question(self, who: str, blocking: bool) -> None:  # noqa: FBT001 - Hypothesis names it
        """Somebody asks."""
        self._try(lambda: moves.asked(self.swarm, who, "why?", self.at, blocking=blocking))

    @rule(number=st.integers(1, 4))
    def answer(self, number: int) -> None:
        """Somebody answers."""
        self._try(lambda: moves.answered(self.swarm, number, "ben", "so", self.at))

    @rule()
    def hold(self) -> None:
        """It rests."""
        self._try(lambda: moves.held(self.swarm, "customer"))

    @rule()
    def resume(self) -> None:
        """It goes on."""
        self._try(lambda: moves.resumed(self.swarm))

    @rule(to=st.lists(person, min_size=1, max_size=3), later=st.sampled_from([0, 0, 600]))
    def hand_over(self, to: list[str], later: int) -> None:
        """It is offered to others, now or later."""
        at = self.at + timedelta(seconds=later)
        self._try(lambda: passing.planned(self.swarm, by=self.swarm.owner, to=to, wanted="x", at=at, now=self.at))

    @rule(number=st.integers(1, 3), lapse=st.booleans())
    def time_passes(self, number: int, lapse: bool) -> None:  # noqa: FBT001 - Hypothesis names it
        """What was planned is offered, what is offered lapses."""
        if lapse:
            self._try(lambda: passing.lapsed(self.swarm, number))
        else:
            self._try(lambda: passing.offered(self.swarm, number, self.at))

    @rule(who=person, read=st.booleans(), answer=st.sampled_from([passing.declined, None, None, None]))
    def answer_handover(self, who: str, read: bool, answer: object) -> None:  # noqa: FBT001 - Hypothesis names it
        """Somebody reads, declines or takes over."""
        if read:
            self._try(lambda: passing.seen(self.swarm, who))
        if answer is None:
            self._try(lambda: passing.accepted(self.swarm, who, self.at))
        else:
            self._try(lambda: passing.declined(self.swarm, who))

    @rule(who=person)
    def give_away(self, who: str) -> None:
        """The case is given to somebody outside."""
        if who != self.swarm.owner:
            self._try(lambda: passing.reassigned(self.swarm, who, wanted=who, now=self.at), given=who)

    @rule()
    def keep(self) -> None:
        """The owner keeps it after all."""
        self._try(lambda: passing.withdrawn(self.swarm))

    @rule(who=person)
    def learn(self, who: str) -> None:
        """Somebody comes to learn."""
        self._try(lambda: came(self.swarm, who, self.at, learner=True))

    @rule(because=st.sampled_from(["", "again"]))
    def reopen(self, because: str) -> None:
        """It was not over after all."""
        self._try(lambda: reopened(self.swarm, because, self.at, places=self.swarm.places))

    @rule()
    def absorb(self) -> None:
        """Another swarm ends in it."""
        other = replace(
            accepted(
                called(
                    replace(fresh(), id="9"),
                    by="olga",
                    wanted="x",
                    candidates=("max",),
                    look=look(),
                    at=self.at,
                    wait=60,
                ),
                "max",
                self.at,
            ),
            owner="max",
        )
        self._try(lambda: merged(self.swarm, other, "lea", self.at, claim="c")[0])

    @rule(text=st.sampled_from(["", "it works"]))
    def resolve(self, text: str) -> None:
        """It is solved."""
        self._try(lambda: moves.resolved(self.swarm, "olga", text, self.at))

    @rule()
    def close(self) -> None:
        """It is put away."""
        self._try(lambda: moves.closed(self.swarm, moves.decided(self.swarm, "olga", "none", "no use", self.at)))

    @rule(because=st.sampled_from(["", "by phone"]))
    @precondition(lambda self: len(self.swarm.members) > 3)
    def cancel(self, because: str) -> None:
        """It was never one; not too early, or the others have nothing to do."""
        self._try(lambda: moves.cancelled(self.swarm, "olga", because, self.at))

    @invariant()
    def nothing_is_broken(self) -> None:
        """All of them, and I1 and I4 besides."""
        assert invariants(self.swarm) == []
        assert self.swarm.case.ref == self.case.ref
        paged = {call.number for call in self.swarm.calls if call.page}
        sent = [one for one in self.swarm.invitations if one.state is not Asked.SUGGESTED and one.sent_at]
        assert not [one for one in sent if one.person in ASLEEP and one.call not in paged]

    def _try(self, move: object, *, given: str = "") -> None:
        assert callable(move)
        try:
            after = move()
        except Refusal:
            return
        assert isinstance(after, Swarm)
        self.go(after, given=given)


class WholeSwarm(RuleBasedStateMachine):
    """Everything but the engine: what people type, what the units commit, what the world is asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.bench = Bench()
        self.came: Counter[str] = Counter()
        """How often each has come after the opening."""
        self.done = 0
        self.given = 0
        self.there = "t-olga"
        """Who owns the case in the ticket system."""
        self._do("olga", "swarm open fake:1001 refund loops")

    def teardown(self) -> None:
        """Close the loop."""
        self.runner.close()

    @rule(who=person, whom=person, page=st.sampled_from(["", " page"]))
    def invite(self, who: str, whom: str, page: str) -> None:
        """Ask somebody by name."""
        self._do(who, f"swarm invite SW-1 {whom}{page}")

    @rule(ask=st.integers(1, 3))
    def search(self, ask: int) -> None:
        """Ask the best of a skill."""
        self._do("olga", f"swarm invite SW-1 skill:billing ask={ask} wait=3m")

    @rule(who=person, verb=st.sampled_from(["accept", "join"]))
    def come(self, who: str, verb: str) -> None:
        """Come by invitation or without. To accept may mean a handover, which is shown to be read first."""
        before = self.swarm
        if self._do(who, f"swarm {verb} SW-1") and before.handover is None:
            assert self.swarm.member(who) is not None
        self.came[who] += before.member(who) is None and self.swarm.member(who) is not None

    @rule(who=person)
    def decline(self, who: str) -> None:
        """Say no."""
        self._do(who, "swarm decline SW-1 busy")

    @rule(who=person)
    def leave(self, who: str) -> None:
        """Go."""
        self._do(who, "swarm leave SW-1")

    @rule(minutes=st.integers(1, 12))
    def wait(self, minutes: int) -> None:
        """Let invitations expire."""
        self.runner.run(self.bench.later(minutes=minutes))

    @rule(who=person, line=st.sampled_from(["question SW-1 why?", "answer SW-1 Q1 so", "solution SW-1 this"]))
    def work(self, who: str, line: str) -> None:
        """Ask, answer, propose."""
        self._do(who, f"swarm {line}")

    @rule(who=person, line=st.sampled_from(["hold SW-1 customer", "resume SW-1", "resolve SW-1 it works"]))
    def rest(self, who: str, line: str) -> None:
        """Rest, go on, resolve."""
        self._do(who, f"swarm {line}")

    @rule(who=person, whom=person, at=st.sampled_from(["", "", " at=14:05"]))
    def hand_over(self, who: str, whom: str, at: str) -> None:
        """Offer it to somebody."""
        self._do(who, f"swarm handover SW-1 {whom}{at}")

    @rule(
        who=person, line=st.sampled_from(["accept-handover SW-1", "accept-handover SW-1 read", "decline-handover SW-1"])
    )
    def answer_handover(self, who: str, line: str) -> None:
        """Take over, or not. Only then the case has another owner."""
        before = self.swarm
        self._do(who, f"swarm {line}")
        after = self.swarm
        if after.owner != before.owner:
            assert before.handover is not None
            assert before.handover.waits_for(who)
            if who in {"olga", "anna", "lea"}:
                self.there = f"t-{who}"
            self.came[who] += before.member(who) is None

    @rule(to=st.sampled_from(["t-olga", "t-anna", "t-lea", "t-stranger"]))
    def give_away(self, to: str) -> None:
        """Somebody gives the case away in the ticket system, and we find out."""
        before = self.swarm
        self.given += 1
        owner = Ref(system="fake", kind="person", id=to)
        write = WriteContext(key=f"given/{self.given}")
        self.runner.run(self.bench.tickets.update(before.case.ref, TicketPatch(owner=owner), write))
        self.runner.run(self.bench.tell(OwnersLook(system="fake"), "swarm:owners:fake"))
        moved, self.there = to != self.there, to
        after = self.swarm
        if before.live and moved and to != "t-stranger":
            assert after.owner == to.removeprefix("t-")
        if after.owner != before.owner:
            self.came[after.owner] += before.member(after.owner) is None

    @rule(who=person, line=st.sampled_from(["close SW-1 article=new", 'done SW-1 "it works" article=new']))
    @precondition(lambda self: len(self.came) > 1)
    def finish(self, who: str, line: str) -> None:
        """Close, or all at once."""
        self.done += self._do(who, f"swarm {line}")

    @rule(who=person)
    @precondition(lambda self: len(self.came) > 3)
    def cancel(self, who: str) -> None:
        """Cancel."""
        self._do(who, "swarm cancel SW-1 because it stopped")

    @invariant()
    def nothing_is_broken(self) -> None:
        """The model's invariants; the case's owner is who accepted it last, if the system knows them, or got it there."""
        swarm = self.swarm
        assert invariants(swarm) == []
        ticket = self.runner.run(self.bench.tickets.get(swarm.case.ref))
        assert ticket.owner is not None
        taken = [one.accepted_by for one in swarm.handovers if one.state in {"accepted", "reassigned"}]
        assert ticket.owner.ref.id == self.there
        owners = [one for one in PEOPLE if RELATIONS[0].holds(swarm, Person(id=one, name=one))]
        assert owners == [taken[-1] if taken else "olga"]

    @invariant()
    def nobody_is_woken(self) -> None:
        """I4: asked without a page only while it is day where they are."""
        pages = {call.number for call in self.swarm.calls if call.page}
        for one in self.swarm.invitations:
            if one.sent_at is not None and one.call not in pages:
                who = self.bench.directory.by_id(one.person)
                assert who is not None
                assert not availability(self.bench.directory.profile(who.id), who.zone, one.sent_at).quiet

    @invariant()
    def the_ledger_is_as_promised(self) -> None:
        """One room, each coming let in once, one note at the opening, one article at the end, closed once."""
        swarm, ledger = self.swarm, self.bench.ledger
        assert ledger["room.open swarm:1/main"] == 1
        assert ledger["ticket.note swarm:1/note/opened"] == 1
        for who in PEOPLE:
            assert ledger[f"room.invite swarm:1/main {who}"] == self.came[who]
        assert ledger["ticket.article.draft swarm:1/article"] == self.done
        assert self.done == (swarm.state is State.CLOSED)
        assert ledger["room.archive swarm:1/main"] == swarm.over
        assert sum(ledger[key] for key in ledger if key.startswith("ticket.note")) == len(
            [write for write in swarm.writes if write.name.startswith("note/")]
        )
        assert max(ledger.values()) <= max(1, *self.came.values(), 1)
        timers = self.runner.run(self.bench.store.depths()).timers
        waiting = sum(one.state is Asked.SENT for one in swarm.invitations)
        assert timers == waiting + (swarm.state is State.ON_HOLD) + (swarm.handover is not None)

    @property
    def swarm(self) -> Swarm:
        """The swarm as stored."""
        return self.runner.run(self.bench.swarm())

    def _do(self, who: str, line: str) -> bool:
        try:
            self.runner.run(self.bench.do(who, line))
        except Refusal:
            return False
        return True


TestPureSwarm = PureSwarm.TestCase
TestPureSwarm.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestWholeSwarm = WholeSwarm.TestCase
TestWholeSwarm.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
