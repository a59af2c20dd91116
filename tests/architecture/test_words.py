"""The server speaks of capabilities, never of a brand."""

from __future__ import annotations

import re

import pytest

from tree import ROOT

WORDS = (
    "matrix",
    "synapse",
    "mxid",
    "homeserver",
    "slack",
    "msteams",
    "microsoft",
    "botframework",
    "bot connector",
    "adaptive",
    "aadobjectid",
    "serviceurl",
    "salesforce",
    "sobject",
    "zendesk",
)
"""What only an adapter, its tests and its pages may say."""

MODULES = sorted((ROOT / "chatops").rglob("*.py"))


def words_in(text: str) -> set[str]:
    """Return which of the words a text contains, in any case and within longer names."""
    return set(re.findall("|".join(WORDS), text.lower()))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_of_the_server_names_a_vendor(module: object) -> None:
    """Neither in code nor in what is written about it."""
    assert words_in((ROOT / str(module)).read_text(encoding="utf-8")) == set()


def test_a_vendors_word_is_found() -> None:
    """Also inside a name."""
    assert words_in("if network == 'matrix-emea': sObject()") == {"matrix", "sobject"}
