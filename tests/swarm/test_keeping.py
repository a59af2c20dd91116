"""What people keep of a conversation, and the article that grows from it, as pure functions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.frozen import replace
from chatops.errors import Impossible, NotFound
from chatops.ports.tickets import Ref
from chatops.swarm import keeping
from chatops.swarm.captured import Draft
from chatops.swarm.drafting import article_of, written_out
from chatops.swarm.keeping import Shelf, kept, present, put_back, put_right, shelf, taken_out
from chatops.swarm.model import Case, Place, Solution, Swarm
from chatops.swarm.moves import Request, opened

AT = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
WORDS = st.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip()))
SHELVES: tuple[Shelf, ...] = ("moments", "decisions", "steps")


def a_swarm(*, words: str = "my card was charged twice") -> Swarm:
    """Return a swarm nobody has worked on yet."""
    case = Case(ref=Ref(system="cases", kind="ticket", id="1"), subject="Card charged twice", words=words)
    request = Request(case=case, question="why twice?", tried="turned it off and on")
    return opened("1", request, owner="olga", by="olga", at=AT, place=Place(target="room:r"), origin="room:r")


def read(swarm: Swarm) -> str:
    """Return the article draft as people read it."""
    return Catalogues({}).plain(written_out(article_of(swarm)), Reader())


@settings(max_examples=50, deadline=None)
@given(
    of=st.sampled_from(SHELVES),
    texts=st.lists(WORDS, max_size=8),
    drops=st.lists(st.integers(min_value=1, max_value=8), max_size=6),
)
def test_numbers_are_given_out_once_and_order_stays(of: Shelf, texts: list[str], drops: list[int]) -> None:
    """Whatever is dropped and put back, each thing keeps its number and its place, and nothing said is lost."""
    swarm = a_swarm()
    for n, text in enumerate(texts):
        swarm = kept(swarm, of, text, by="anna", kept_by="ben", at=AT + timedelta(minutes=n))
    for number in drops:
        if any(one.number == number for one in present(shelf(swarm, of))):
            swarm = taken_out(swarm, of, number)
        elif number <= len(texts):
            swarm = put_back(swarm, of, number)
        else:
            with pytest.raises(NotFound):
                taken_out(swarm, of, number)
    assert [one.number for one in shelf(swarm, of)] == list(range(1, len(texts) + 1))
    assert [one.text for one in shelf(swarm, of)] == [text.strip() for text in texts]
    gone = {number for number in drops if number <= len(texts) and drops.count(number) % 2}
    assert {one.number for one in shelf(swarm, of) if one.dropped} == gone


@settings(max_examples=50, deadline=None)
@given(steps=st.lists(WORDS, min_size=1, max_size=6, unique_by=str.strip), solution=WORDS, dropped=st.data())
def test_an_article_holds_what_was_kept_word_for_word(steps: list[str], solution: str, dropped: st.DataObject) -> None:
    """Each step that stays stands in the article, in order and as it was said; the customer's words come first."""
    swarm = a_swarm()
    for step in steps:
        swarm = kept(swarm, "steps", step, by="anna", kept_by="anna", at=AT)
    out = dropped.draw(st.integers(min_value=1, max_value=len(steps)))
    swarm = taken_out(swarm, "steps", out)
    swarm = replace(swarm, solution=Solution(by="anna", at=AT, text=solution))
    article = article_of(swarm)
    assert article.steps == tuple(step.strip() for n, step in enumerate(steps, 1) if n != out)
    assert article.problem == "my card was charged twice"
    text = read(swarm)
    assert text.startswith("Problem: my card was charged twice")
    places = [text.find(f"\n{number}. {step}") for number, step in enumerate(article.steps, 1)]
    assert -1 not in places
    assert places == sorted(places)


@settings(max_examples=25, deadline=None)
@given(problem=WORDS, environment=WORDS, cause=WORDS)
def test_what_is_written_by_hand_wins(problem: str, environment: str, cause: str) -> None:
    """A hand-written field stands in place of what the swarm knows, and is no longer missing."""
    draft = Draft(problem=problem, environment=environment, cause=cause)
    article = article_of(replace(a_swarm(), cause="guess", draft=draft))
    assert (article.problem, article.environment, article.cause) == (problem, environment, cause)
    assert [text.msgid for text in article.missing] == ["what solves it"]


def test_without_the_customers_words_the_asker_is_quoted() -> None:
    """The problem is in somebody's own words, always; the help asked for stands there once."""
    assert article_of(a_swarm(words="")).problem == "why twice?"
    assert article_of(a_swarm(words="")).asked == ""
    assert article_of(a_swarm()).asked == "why twice?"


def test_putting_right_keeps_what_it_said() -> None:
    """Every earlier version stays with the entry, oldest first."""
    swarm = kept(a_swarm(), "moments", "called", by="anna", kept_by="anna", at=AT)
    swarm = put_right(put_right(swarm, "moments", 1, "called back"), "moments", 1, "called back at noon")
    assert swarm.moments[0].text == "called back at noon"
    assert swarm.moments[0].earlier == ("called", "called back")
    with pytest.raises(Impossible):
        put_right(swarm, "moments", 1, " called back at noon ")


def test_nothing_is_kept_twice_or_empty() -> None:
    """The same words of the same moment are refused, and so are none."""
    swarm = kept(a_swarm(), "steps", "restart", by="anna", kept_by="anna", at=AT)
    for words in ("restart", " restart ", "", "   "):
        with pytest.raises(Impossible):
            kept(swarm, "steps", words, by="anna", kept_by="ben", at=AT)
    assert len(keeping.shelf(swarm, "steps")) == 1
