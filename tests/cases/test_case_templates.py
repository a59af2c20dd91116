"""Gaps are filled with what belongs into them, or it is said what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.cases.files import read_macros, read_templates
from chatops.cases.templates import Template, filled, gaps, is_a, sample, wording
from chatops.errors import BadArgument, SettingsError

VALUES = st.text(min_size=1, max_size=40).filter(lambda text: bool(text.strip()))


@given(VALUES, VALUES)
@settings(max_examples=50)
def test_what_is_put_in_is_never_read_again(one: str, two: str) -> None:
    """Not even when it looks like a gap."""
    template = Template(name="t", text={"en": "<{a}|{b}|{a}>"})
    text = filled(template, "en", own={}, given={"a": one, "b": two}, again="x")
    assert text == f"<{one}|{two}|{one}>"
    assert filled(template, "de", own={}, given={"a": "{b}", "b": two}, again="x") == f"<{{b}}|{two}|{{b}}>"


@given(st.sets(st.sampled_from(["a", "b", "c"])))
def test_every_gap_left_is_named(given_names: set[str]) -> None:
    """With a command that has them all."""
    template = Template(name="t", text={"en": "{a} {b} {c}"})
    if given_names == {"a", "b", "c"}:
        return
    with pytest.raises(BadArgument) as refused:
        filled(template, "en", own={}, given=dict.fromkeys(given_names, "x"), again="reply")
    assert all(f"{name}=" in refused.value.commands[0] for name in {"a", "b", "c"} - given_names)


@given(st.text(max_size=200))
@settings(max_examples=50)
def test_any_text_has_gaps_or_none(text: str) -> None:
    """Each once, in order."""
    found = gaps(text)
    assert len(set(found)) == len(found)
    assert all(f"{{{name}}}" in text for name in found)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("number", ["3", "-2,5", "1000.00"], ["three", "1e5", ""]),
        ("date", ["2026-12-24", "24.12.2026"], ["2026-13-01", "31.02.2026", "soon"]),
        ("url", ["https://a.example/x"], ["javascript:alert(1)", "a.example"]),
    ],
)
def test_kinds_are_checked(kind: str, good: list[str], bad: list[str]) -> None:
    """And each has a sample that passes."""
    assert all(is_a(kind, value) for value in good)  # type: ignore[arg-type]
    assert not any(is_a(kind, value) for value in bad)  # type: ignore[arg-type]
    assert is_a(kind, sample(kind))  # type: ignore[arg-type]


def test_the_language_is_the_customers_else_english() -> None:
    """Regional variants count as their language."""
    template = Template(name="t", text={"en": "Hello", "de": "Hallo"})
    assert [wording(template, locale) for locale in ("de-AT", "de", "fr", "")] == ["Hallo", "Hallo", "Hello", "Hello"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[templates]]\nname = "A b"\n[templates.text]\nen = "x"', "is no name"),
        ('[[templates]]\nname = "a"\n[templates.text]\nen = "{until}"', "say in fields what until is"),
        ('[[templates]]\nname = "a"\n[templates.text]\nen = "{Until}"', "is no gap"),
        ('[[templates]]\nname = "a"\nfields = {x = "date"}\n[templates.text]\nen = "y"', "no text has the gap x"),
        ('[[templates]]\nname = "a"\n[templates.text]\nen = " "', "has no text"),
        ('[[templates]]\nname = "a"\nfields = {x = "colour"}\n[templates.text]\nen = "{x}"', "cannot be read"),
        ("[[templates", "cannot be read"),
    ],
)
def test_a_wrong_file_is_told_at_the_start(tmp_path: Path, text: str, said: str) -> None:
    """With its name and what to change."""
    file = tmp_path / "templates.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said):
        read_templates(file)


def test_a_macro_cannot_run_macros(tmp_path: Path) -> None:
    """Nor do nothing, nor be there twice."""
    file = tmp_path / "macros.toml"
    for steps, said in (('["macro run a"]', "cannot run macros"), ("[]", "no steps")):
        file.write_text(f'[[macros]]\nname = "a"\nsteps = {steps}')
        with pytest.raises(SettingsError, match=said):
            read_macros(file)
    file.write_text('[[macros]]\nname = "a"\nsteps = ["me"]\n' * 2)
    with pytest.raises(SettingsError, match="there twice"):
        read_macros(file)
    assert read_macros(None) == ()


def test_the_samples_can_be_read() -> None:
    """Those of the demo company and those to begin with are the same."""
    root = Path(__file__).parents[2]
    for name, read in (("templates", read_templates), ("macros", read_macros)):
        demo, sample_ = root / "chatops/demo/company" / f"{name}.toml", root / "config" / f"{name}.toml"
        assert read(demo)
        assert demo.read_text() == sample_.read_text()
