"""Sentences are found, merged, compiled and checked; every file comes out the same twice."""

from __future__ import annotations

import gettext
import importlib.util
import io
from pathlib import Path
from types import ModuleType

import pytest

from tree import ROOT


def load() -> ModuleType:
    """Return scripts/translating.py, which is no part of the distribution."""
    spec = importlib.util.spec_from_file_location("translating", ROOT / "scripts" / "translating.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


translating = load()

SENTENCES = """
def f():
    _("{who} joined"), _("Good " "morning"), _n("{count} case", "{count} cases", 3), other("not this"), _(variable)
"""
GERMAN: dict[str, str | tuple[str, str]] = {
    "{who} joined": "{who} ist dabei",
    "Good morning": "Guten Morgen",
    "{count} case": ("{count} Fall", "{count} Fälle"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A source tree with three sentences in code, one in a template, all translated."""
    code = tmp_path / "chatops" / "cards.py"
    page = tmp_path / "plugins" / "console" / "templates" / "page.html"
    for path, content in ((code, SENTENCES), (page, '<p>{{ _("From a page") }}</p>')):
        path.parent.mkdir(parents=True)
        path.write_text(content)
    files = translating.Files(tmp_path)
    files.update()
    for locale in translating.LOCALES:
        translate(tmp_path, locale, {**GERMAN, "From a page": "Von einer Seite"})
    return tmp_path


def translate(
    root: Path, locale: str, words: dict[str, str | tuple[str, str]], flags: frozenset[str] = frozenset()
) -> None:
    """Fill in translations and compile."""
    files = translating.Files(root)
    sentences = translating.template(root)
    known = translating.read(files.translation(locale), locale)
    for message in sentences:
        first = message.id if isinstance(message.id, str) else message.id[0]
        if first in words:
            known.delete(message.id)  # adding alone would keep the string that is there
            known.add(message.id, words[first], flags=flags)
    files.translation(locale).write_bytes(translating.written(translating.merged(sentences, known, locale)))
    files.compile()


def test_sentences_are_found_in_code_and_pages(root: Path) -> None:
    """`_` and `_n`, literals joined; nothing else."""
    found = [message.id for message in translating.template(root) if message.id]

    assert found == ["Good morning", ("{count} case", "{count} cases"), "{who} joined", "From a page"]


def test_a_complete_tree_passes(root: Path) -> None:
    """Nothing to say when every sentence is translated and every file fresh."""
    assert translating.Files(root).check() == []


def test_compiled_catalogues_work(root: Path) -> None:
    """gettext reads them, plurals included."""
    file = translating.Files(root).translation("nl").with_suffix(".mo")
    catalogue = gettext.GNUTranslations(io.BytesIO(file.read_bytes()))

    assert catalogue.gettext("Good morning") == "Guten Morgen"
    assert catalogue.ngettext("{count} case", "{count} cases", 2) == "{count} Fälle"


def test_files_come_out_the_same_twice(root: Path) -> None:
    """No dates, no line numbers: moving code changes nothing."""
    folder = root / "chatops" / "locale"
    before = {path: path.read_bytes() for path in folder.rglob("chatops.*")}
    (root / "chatops" / "cards.py").write_text("\n\n\n" + SENTENCES)
    translating.Files(root).update()

    assert len(before) == 5
    assert {path: path.read_bytes() for path in folder.rglob("chatops.*")} == before


def test_a_new_sentence_is_missed_everywhere(root: Path) -> None:
    """The list is out of date, and no language has it."""
    (root / "chatops" / "more.py").write_text('_("Good night")')
    found = translating.Files(root).check()

    assert "chatops.pot is out of date: run scripts/translations update" in found
    assert [fault for fault in found if "Good night" in fault] == [
        "de: 'Good night' is not translated",
        "nl: 'Good night' is not translated",
    ]


def test_a_sentence_that_went_is_found(root: Path) -> None:
    """And `update` drops it."""
    (root / "chatops" / "cards.py").write_text('_("Good morning")')
    assert any("'{who} joined' is not in the code any more" in fault for fault in translating.Files(root).check())

    translating.Files(root).update()
    assert translating.Files(root).check() == []


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ({"{who} joined": "{wer} ist dabei"}, "has other placeholders"),
        ({"{who} joined": "jemand ist dabei"}, "has other placeholders"),
        ({"Good morning": "Guten {who}"}, "has other placeholders"),
        ({"{count} case": ("ein Fall", "{zahl} Fälle")}, "has other placeholders"),
        ({"{count} case": ("ein Fall", "")}, "is not translated"),
        ({"Good morning": ""}, "is not translated"),
    ],
)
def test_a_wrong_translation_is_found(root: Path, words: dict[str, str | tuple[str, str]], fault: str) -> None:
    """Missing, or with placeholders that the sentence does not have."""
    translate(root, "de", words)

    assert [found for found in translating.Files(root).check() if fault in found and found.startswith("de: ")]


def test_a_plural_may_say_its_number_in_words(root: Path) -> None:
    """`ein Fall` needs no `{count}`."""
    translate(root, "de", {"{count} case": ("ein Fall", "{count} Fälle")})

    assert translating.Files(root).check() == []


def test_fuzzy_is_not_good_enough(root: Path) -> None:
    """A translation marked fuzzy is neither passed nor compiled."""
    translate(root, "de", {"Good morning": "Guten Tag"}, frozenset({"fuzzy"}))

    assert any("is marked fuzzy" in fault for fault in translating.Files(root).check())
