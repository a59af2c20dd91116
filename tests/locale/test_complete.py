"""Whoever reads German or Dutch reads all of it: every sentence in the code has its translation, compiled and shipped."""

from __future__ import annotations

import importlib.util
from types import ModuleType

from tree import ROOT


def translating() -> ModuleType:
    """Return scripts/translating.py, which is no part of the distribution."""
    spec = importlib.util.spec_from_file_location("translating_of_catalogues", ROOT / "scripts" / "translating.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_catalogues_are_complete() -> None:
    """Up to date with the code, all translated, none fuzzy, placeholders equal, compiled as written.

    After changing a sentence: `scripts/translations update`, translate what is empty, `scripts/translations compile`.
    """
    tool = translating()

    assert tool.Files(tool.ROOT).check() == []
    assert set(tool.LOCALES) == {"de", "nl"}


def test_the_catalogues_hold_sentences() -> None:
    """The list, which is that of the code, is not empty, so that the test above means something."""
    tool = translating()
    sentences = [message.id for message in tool.read(tool.Files(tool.ROOT).template, "en") if message.id]

    assert len(sentences) > 400
    assert len(sentences) == len(set(sentences))
