"""Long posts in Teams: several activities, each within its budget, nothing lost."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.ports.chat import Line, Outgoing, RenderedButton, RenderedFact
from teams_network.card import Rendered
from teams_network.cutting import halves, shortened
from teams_network.fitting import BUDGET, fitted, fitted_in_one
from teams_posts import ACCOUNTS, PEOPLE, POSTS, button, said, words
from teams_schema import judged

ANNA = PEOPLE[0]


def parts(post: Outgoing, budget: int = BUDGET) -> tuple[Rendered, ...]:
    """The activities of a post."""
    made = fitted(post, accounts=ACCOUNTS, words=words, budget=budget)
    for each in made:
        raw = json.dumps(each.activity, ensure_ascii=False, separators=(",", ":"))
        assert len(raw.encode()) <= budget
        assert len(raw.encode("utf-16-le")) <= 2 * budget
    return made


def text_in(element: Any) -> str:
    """All words in what Teams shows, one after the other."""
    if isinstance(element, list):
        return " ".join(map(text_in, element))
    if not isinstance(element, dict):
        return ""
    own = [element[name] for name in ("text", "title", "value", "label") if isinstance(element.get(name), str)]
    if element.get("type") == "RichTextBlock":
        return "".join(run["text"] for run in element["inlines"])
    return " ".join([*own, *(text_in(value) for value in element.values())])


def read(made: tuple[Rendered, ...]) -> str:
    """All words of several activities."""
    return " ".join(text_in(each.card["body"]) if each.card else re.sub("<[^>]*>", " ", each.text) for each in made)


def actions(made: Rendered) -> list[str]:
    """The references of the buttons on a card."""
    assert made.card is not None
    return re.findall(
        r'"type": "Action.Execute", "verb": "press", [^}]*"data": \{"ref": "([^"]*)"', json.dumps(made.card)
    )


def numbered(count: int, length: int = 6) -> str:
    """So many words, no two alike."""
    return " ".join(f"w{n:0{length}}" for n in range(count))


def test_what_fits_is_one() -> None:
    """As it is."""
    assert len(parts(Outgoing(text=said("hello")))) == 1


def test_a_long_text_is_several_of_whole_words() -> None:
    """Cut between its words, in their order."""
    long = numbered(12_000)
    made = parts(Outgoing(text=said(long)))

    assert len(made) > 3
    assert read(made).split() == long.split()


def test_a_long_table_repeats_its_heading() -> None:
    """On each card, whose title counts them."""
    head = (said("Swarm"), said("What it is about"))
    rows = tuple((said(f"SW-{n}"), said(f"about{n} and so on and on and on")) for n in range(900))
    made = parts(Outgoing(title="Swarms", table=(head, *rows)))
    cards = [each.card for each in made if each.card is not None]

    assert len(cards) == len(made) > 2
    assert judged(cards[-1]) == []
    assert [card["body"][0]["text"] for card in cards] == [
        f"Swarms ({n} of {len(made)})" for n in range(1, len(made) + 1)
    ]
    assert all("What it is about" in text_in(card["body"][1]) for card in cards)
    assert set(re.findall(r"about\d+", read(made))) == {f"about{n}" for n in range(900)}


def test_buttons_are_on_the_first() -> None:
    """The one that is edited and answered to; what follows is there to be read."""
    post = Outgoing(title="x", text=said(numbered(8_000)), buttons=(button("Join"), button("Done")))
    made = parts(post)

    assert [actions(each) for each in made] == [["ref-Join", "ref-Done"], *[[]] * (len(made) - 1)]


def test_who_is_mentioned_is_told_once() -> None:
    """By the part that says so."""
    post = Outgoing(text=said(numbered(5_000), "\n", Line(text="x", style="mention", identity=ANNA)), notify=(ANNA,))
    made = parts(post)

    assert [len(each.entities) for each in made] == [*[0] * (len(made) - 1), 1]


def test_what_has_to_be_one_says_that_it_is_cut() -> None:
    """Edits and answers to a press: the beginning, with the buttons."""
    long = Outgoing(title="x", text=said(numbered(8_000)), buttons=(button("Join"),))
    made = fitted_in_one(long, accounts={}, words=words)
    sentence = fitted_in_one(Outgoing(text=said(numbered(8_000))), accounts={}, words=words)

    assert actions(made) == ["ref-Join"]
    assert text_in((made.card or {})["body"]).endswith("…")
    assert sentence.text.endswith(" …")
    assert max(len(json.dumps(each.activity, ensure_ascii=False)) for each in (made, sentence)) <= BUDGET


def test_buttons_of_no_size_at_all_are_spread_and_shortened() -> None:
    """Nobody wants sixty forms, but none is lost."""
    many = tuple(RenderedButton(ref=f"r{n}", label="long " * 100, command="x") for n in range(60))
    made = parts(Outgoing(title="x", buttons=many))

    assert [ref for each in made for ref in actions(each)] == [f"r{n}" for n in range(60)]


_long = st.one_of(
    st.integers(0, 400).map(numbered),
    st.lists(st.sampled_from(("👩‍👩‍👧", "🇩🇪", "e\u0301", "<&>", '"', "\n", " ", "wort")), max_size=200).map("".join),
)
_lines = st.lists(st.builds(Line, text=_long, style=st.sampled_from(("plain", "code"))), max_size=3).map(tuple)
LONG = st.builds(
    Outgoing,
    title=_long,
    text=_lines,
    facts=st.lists(st.builds(RenderedFact, label=st.text("ab", max_size=9), value=_lines), max_size=6).map(tuple),
    table=st.lists(st.tuples(_lines, _lines), max_size=6).map(tuple),
    footer=_lines,
    buttons=st.lists(st.builds(button, st.text("xyz ", max_size=9)), max_size=4).map(tuple),
)


def words_in(post: Outgoing) -> set[str]:
    """The numbered words of a post."""
    told = [post.title, *(line.text for line in (*post.text, *post.footer))]
    told += [line.text for fact in post.facts for line in fact.value]
    told += [line.text for row in post.table for cell in row for line in cell]
    return {word for text in told for word in re.findall(r"w\d{6}", text)}


@settings(deadline=None, max_examples=60)
@given(LONG, st.integers(4_000, 9_000))
def test_nothing_is_lost(post: Outgoing, budget: int) -> None:
    """Of any post, whatever the budget; each part within it."""
    made = parts(post, budget)

    assert words_in(post) <= set(re.findall(r"w\d{6}", read(made)))
    assert sum(len(actions(each)) for each in made if each.card) == len(post.buttons)


@settings(deadline=None, max_examples=60)
@given(POSTS)
def test_short_posts_are_one(post: Outgoing) -> None:
    """Of whatever they are made."""
    assert len(parts(post)) == 1


@pytest.mark.parametrize("whole", ["👩‍👩‍👧", "🇩🇪", "e\u0301", "👍🏽", "❤\ufe0f", "1\ufe0f\u20e3"])
def test_no_character_is_cut(whole: str) -> None:
    """However many code points it has."""
    text = whole * 9

    for at in range(1, len(text)):
        first, rest = halves(text, at)
        assert first + rest == text
        assert first
        assert len(first) % len(whole) == 0


@given(st.text(max_size=300), st.integers(1, 300))
def test_halves_are_the_whole(text: str, at: int) -> None:
    """And neither is empty when both could have something."""
    first, rest = halves(text, at)

    assert first + rest == text
    assert first or not text


def test_what_is_shortened_says_so() -> None:
    """Between words, where there are any."""
    assert shortened(" one two three ", 10) == "one two …"
    assert shortened("one", 3) == "one"
