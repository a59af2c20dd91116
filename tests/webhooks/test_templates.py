"""Values of a message in fixed words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.webhooks.templates import check, filled

MESSAGE = {"alert": {"name": "Disk", "labels": {"a.b": "x"}}, "list": [{"n": 1}, {"n": None}], "n": 2.5, "t": True}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{alert.name} is full", "Disk is full"),
        ("{list.0.n}/{n}/{t}", "1/2.5/true"),
        ("{list.1.n}{list.7.n}{gone}{alert.gone.more}{list.x}", ""),
        ("{{{alert.name}}}", "{Disk}"),
        ("{alert}", '{"name": "Disk", "labels": {"a.b": "x"}}'),
        ("{__class__.__mro__}", ""),
    ],
)
def test_places_are_filled(template: str, text: str) -> None:
    """By what stands there; nothing for what is not there."""
    check(template)
    assert filled(template, MESSAGE) == text


@pytest.mark.parametrize("template", ["{", "}", "{a b}", "{a!r}", "{a:>9}", "{}", "{{{", "{a[0]}"])
def test_a_brace_too_many_is_found_at_the_start(template: str) -> None:
    """Nothing of it is taken for words by accident."""
    with pytest.raises(ValueError, match="brace itself is doubled"):
        check(template)


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_a_value_is_never_read_as_a_template(text: str) -> None:
    """Whatever somebody outside writes stays as it is."""
    assert filled("{a}", {"a": text, "b": "secret"}) == text


def test_a_long_value_is_cut() -> None:
    """With a mark."""
    assert filled("{a}", {"a": "x" * 5000}) == "x" * 1999 + "…"
