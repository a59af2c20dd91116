"""Every command in every state does what the table says, or is refused with a command that works."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatops.core.catalogue import Catalogues, Reader
from chatops.errors import BadArgument, Impossible, NotFound, Refusal
from chatops.swarm import moves
from chatops.swarm.asking import accepted, called, came, declined, suggested
from chatops.swarm.model import Decision, State, Swarm
from chatops.swarm.rules import invariants
from swarms import AT, STATES, asked, fresh, in_state, look

Move = Callable[[Swarm], Swarm]
NONE = Decision(article="none", words="no use", by="olga", at=AT)

MOVES: dict[str, Move] = {
    "join": lambda swarm: came(swarm, "ben", AT),
    "leave": lambda swarm: moves.left(swarm, "jan", AT),
    "invite": lambda swarm: called(swarm, by="olga", wanted="ben", candidates=("ben",), look=look(), at=AT, wait=60),
    "suggest": lambda swarm: suggested(swarm, "ben", by="jan", why=""),
    "question": lambda swarm: moves.asked(swarm, "jan", "which one?", AT),
    "solution": lambda swarm: moves.proposed(swarm, "jan", "try this", AT),
    "hold": lambda swarm: moves.held(swarm, "customer"),
    "resume": moves.resumed,
    "resolve": lambda swarm: moves.resolved(swarm, "olga", "released the lock", AT),
    "close": lambda swarm: moves.closed(swarm, NONE),
    "cancel": lambda swarm: moves.cancelled(swarm, "olga", "by phone", AT),
}

R, A, H, S, C, X = STATES
NO = None
TABLE: dict[str, tuple[State | None, ...]] = {
    # from:      requested active on_hold resolved closed cancelled
    "join": (A, A, H, NO, NO, NO),
    "leave": (NO, A, H, S, NO, NO),  # nobody but the owner is in a requested one
    "invite": (R, A, H, NO, NO, NO),
    "suggest": (R, A, H, NO, NO, NO),
    "question": (R, A, H, NO, NO, NO),
    "solution": (R, A, H, NO, NO, NO),
    "hold": (H, H, NO, NO, NO, NO),
    "resume": (NO, NO, A, NO, NO, NO),
    "resolve": (S, S, S, NO, NO, NO),
    "close": (NO, NO, NO, C, NO, NO),
    "cancel": (X, X, X, NO, NO, NO),
}


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("state", STATES)
def test_every_move_in_every_state(name: str, state: State) -> None:
    """A move leads where the table says and breaks no invariant, or is refused saying what would work."""
    before = in_state(state)
    expected = TABLE[name][STATES.index(state)]
    if expected is NO:
        with pytest.raises(Refusal) as refusal:
            MOVES[name](before)
        assert (refusal.value.commands or refusal.value.hint) or state is State.REQUESTED
        return
    after = MOVES[name](before)
    assert after.state is expected
    assert invariants(after) == []


def test_a_swarm_needs_words() -> None:
    """Opening without saying what help is needed is refused."""
    with pytest.raises(BadArgument, match="what help"):
        moves.opened(
            "1",
            moves.Request(case=fresh().case, question="  "),
            owner="olga",
            by="olga",
            at=AT,
            place=fresh().places[0],
            origin="",
        )


def test_the_owner_cannot_leave() -> None:
    """Somebody sees it through: the owner finishes or cancels."""
    with pytest.raises(Impossible) as refusal:
        moves.left(fresh(), "olga", AT)
    assert refusal.value.commands == ("swarm done SW-12", "swarm cancel SW-12")


def test_a_blocking_question_keeps_it_open() -> None:
    """Nothing is resolved before a blocking question is answered; an ordinary one does not matter."""
    swarm = moves.asked(fresh(), "jan", "is it safe?", AT, blocking=True)
    with pytest.raises(Impossible, match="answered first"):
        moves.resolved(swarm, "olga", "done", AT)
    answered = moves.answered(moves.asked(swarm, "jan", "which?", AT), 1, "olga", "yes", AT)
    assert moves.resolved(answered, "olga", "done", AT).state is State.RESOLVED


def test_an_answer_needs_its_question() -> None:
    """Q7 of a swarm with one question is not found, and the card is offered."""
    with pytest.raises(NotFound) as refusal:
        moves.answered(moves.asked(fresh(), "jan", "which?", AT), 7, "olga", "yes", AT)
    assert refusal.value.commands == ("swarm show SW-12",)


def test_resolving_takes_the_proposal() -> None:
    """Without words of its own, `resolve` takes the newest proposal; without either it is refused."""
    with pytest.raises(Impossible, match="What solved it"):
        moves.resolved(fresh(), "olga", " ", AT)
    solution = moves.resolved(moves.proposed(fresh(), "jan", "try this", AT), "olga", "", AT).solution
    assert solution is not None
    assert (solution.by, solution.text) == ("jan", "try this")


@pytest.mark.parametrize(("article", "words"), [(None, ""), ("linked", ""), ("none", " ")])
def test_no_closing_without_the_knowledge_decision(article: str | None, words: str) -> None:
    """The decision must be made, and complete: which article, or why none."""
    with pytest.raises(Impossible):
        moves.decided(in_state(State.RESOLVED), "olga", article, words, AT)  # type: ignore[arg-type]


def test_a_draft_without_title_is_called_like_the_case() -> None:
    """The title of a new article may be left out."""
    assert moves.decided(in_state(State.RESOLVED), "olga", "draft", "", AT).words == "Card charged twice"


def test_cancelling_needs_a_reason() -> None:
    """Nobody shall wonder later."""
    with pytest.raises(Impossible, match="Say why"):
        moves.cancelled(fresh(), "olga", "", AT)


def test_the_end_withdraws_who_is_still_asked() -> None:
    """Resolving and cancelling let everybody off who has not answered."""
    swarm = asked("anna", "ben", ask=2)
    for over in (moves.resolved(swarm, "olga", "done", AT), moves.cancelled(swarm, "olga", "by phone", AT)):
        assert {one.state.value for one in over.invitations} == {"withdrawn"}
        assert invariants(over) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Refund loops", "  refund   LOOPS!", True),
        ("Refund loops", "refund-loops", True),
        ("Refund loops", "refunds loop", False),
        ("Größe falsch", "größe FALSCH?", True),
    ],
)
def test_what_makes_two_questions_the_same(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a table
    """Case, spacing and punctuation do not matter; words do."""
    assert (moves.fingerprint(one) == moves.fingerprint(other)) is same


def test_refusals_read_well() -> None:
    """A refusal says the state in words."""
    with pytest.raises(Impossible) as refusal:
        moves.held(in_state(State.RESOLVED), "customer")
    said = Catalogues({}).plain(refusal.value.message, Reader())
    assert said == "SW-12 is resolved; that does not work now."
    assert refusal.value.commands == ("swarm close SW-12 article=new", "swarm show SW-12")


@pytest.mark.parametrize(
    "answer", [lambda swarm: accepted(swarm, "ben", AT), lambda s: declined(s, "ben", "", look(), AT)]
)
def test_accepting_and_declining_need_an_invitation(answer: Move) -> None:
    """Who was never asked is told so, and offered to join."""
    with pytest.raises(Impossible) as refusal:
        answer(fresh())
    assert refusal.value.commands == ("swarm join SW-12",)
