"""A line becomes tokens, whatever is in it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.lexer import fold, fold_bare, prepared, quote, tokens

NASTY = st.text(alphabet=st.sampled_from(list("ab=„“”«»\"'-—,ß \n\u00a0\u200b\ufffd")), max_size=60)


@pytest.mark.parametrize(
    "line", ['"two words"', "„two words“", "„two words”", "“two words”", "«two words»", '„two words"', "»two words«"]
)
def test_quotes_of_four_kinds_hold_words_together(line: str) -> None:
    """However a keyboard or a text program writes quotes, what stands between them is one token."""
    assert [(token.text, token.quoted) for token in tokens(line)] == [("two words", True)]


@pytest.mark.parametrize("line", ['say "hello', "5“ disk", "it's", '"a"b', "«open"])
def test_an_unclosed_quote_is_a_character(line: str) -> None:
    """What is never closed is part of its word."""
    assert " ".join(token.text for token in tokens(line)) == line


def test_an_option_holds_its_quoted_value() -> None:
    """`key="two words"` is one token with key and value."""
    (token,) = tokens('tried="two words"')

    assert (token.key, token.value, token.quoted) == ("tried", "two words", False)


def test_an_equals_sign_behind_no_word_is_text() -> None:
    """`1=2` and `=x` have no key."""
    assert [token.key for token in tokens("1=2 =x a-b=c --d=e")] == ["", "", "a-b", "d"]


def test_words_end_at_any_white_space() -> None:
    """Line ends, tabs and non-breaking spaces separate words."""
    assert [token.text for token in tokens(prepared(" a\u00a0b\u202fc\nd\te "))] == ["a", "b", "c", "d", "e"]


def test_a_long_dash_before_a_word_is_two_hyphens() -> None:
    """`—dry-run`, as phones write it, is `--dry-run`; a dash between words stays."""
    assert prepared("a —dry-run – b—c") == "a --dry-run – b—c"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("ÖFFNEN", "öffnen"),
        ("oeffnen", "öffnen"),
        ("SCHLIESSEN", "schließen"),
        ("Café", "cafe"),
        ("o\u0308ffnen", "öffnen"),
    ],
)
def test_words_are_compared_without_case_and_accents(typed: str, written: str) -> None:
    """Umlauts may be written out, ß as ss, accents left out."""
    assert fold(typed) == fold(written)


def test_dots_may_be_left_out() -> None:
    """The bare form drops the dots instead of writing the e."""
    assert fold_bare("öffnen") == "offnen"


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_letters_are_compared_as_beside_others(word: str) -> None:
    """ASCII takes a shorter way to the same end: a letter behind it that takes the longer one changes nothing."""
    assert fold(f"{word}ä") == f"{fold(word)}ae"
    assert fold_bare(f"{word}ä") == f"{fold_bare(word)}a"


@given(NASTY)
def test_tokens_lie_in_order_and_cover_every_word(line: str) -> None:
    """No character but white space is lost, none is in two tokens."""
    found = tokens(line)
    covered = "".join(line[token.start : token.end] for token in found)

    assert all(before.end <= after.start for before, after in pairwise(found))
    assert "".join(covered.split()) == "".join(line.split())


@given(st.text(alphabet=st.sampled_from(list("ab „“”«»\"'\n=-")), max_size=40))
def test_quoting_is_undone_by_the_lexer(text: str) -> None:
    """What `quote` wraps comes back whole; only where every kind of quote occurs do double ones become apostrophes."""
    (token,) = tokens(quote(text))

    assert token.quoted
    assert token.text.replace("'", "") == text.translate(dict.fromkeys(map(ord, "\"“”'"), "")) or token.text == text


@pytest.mark.parametrize("line", ['"a ' * 20_000, "„a " * 20_000, 'k="a ' * 13_000, "«" * 65_536, "a=" * 32_768])
def test_the_longest_message_is_read_in_one_pass(line: str) -> None:
    """64 KiB of quotes that are never closed take no longer than other text (a second pass per quote would time out)."""
    assert tokens(line)
