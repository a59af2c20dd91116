"""No word stands in a template around the catalogues."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chatops.core.text import Text
from chatops.pages import words
from chatops.ports.web import PARTS
from tree import ROOT

TEMPLATES = [*sorted((ROOT / "chatops/pages/templates").glob("*.html")), PARTS / "parts.html"]

NAMES = {"Chatops", "SW", "Q", "g", "s", "p", "c"}
"""The product, numbers of ours, and keys."""


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_words(template: Path) -> None:
    """What people read comes from `words`, in their language."""
    html = template.read_text(encoding="utf-8")
    html = re.sub(r"\{% block kind %\}[a-z]*", "", html)  # a class, not a word
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " ", html, flags=re.DOTALL)
    attributes = re.findall(r'(?:title|placeholder|aria-label|alt)="([^"]*)"', bare)
    text = re.sub(r"<[^>]*>", " ", bare)
    found = set(re.findall(r"[A-Za-z]+", re.sub(r"&[a-z]+;", " ", " ".join([text, *attributes]))))
    assert found <= NAMES


def test_every_word_is_used() -> None:
    """A word that no page shows is not translated for nothing."""
    used = " ".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    used += "".join((ROOT / f"chatops/pages/{name}.py").read_text() for name in ("swarm_page", "light_page", "routes"))
    missing = [name for name in words.WORDS if not re.search(rf't\.{name}\b|\["{name}"|"{name}"', used)]
    assert [name for name in missing if name not in {"open", "mine", "recent"}] == []
    assert all(isinstance(text, Text) for text in words.WORDS.values())
