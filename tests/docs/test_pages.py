"""What the pages show is what happens: their commands are run, their code is that of files which are tested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from transcripts import Block, Place, blocks, fits
from tree import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


RUN_ELSEWHERE = {ROOT / "docs/tutorial/first-swarm.md"}


def with_blocks(language: str) -> list[Path]:
    pages = (page for page in PAGES if page not in RUN_ELSEWHERE)
    return [page for page in pages if any(block.words[:1] == (language,) for block in blocks(page))]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def readme_first(pages: list[Path]) -> list[Any]:
    """The README's commands are run each time, those of the other pages with the long tests."""
    return [page if page == ROOT / "README.md" else pytest.param(page, marks=pytest.mark.faults) for page in pages]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("page", readme_first(with_blocks("console")), ids=name)
def test_every_command_of_a_page_says_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    Place(tmp_path).follow(page)


@pytest.mark.parametrize("page", with_blocks("python"), ids=name)
def test_code_on_a_page_is_a_file_that_is_tested(page: Path) -> None:
    """The second word behind the fence names the file."""
    for block in blocks(page):
        if block.words[:1] == ("python",):
            (file,) = block.words[1:]
            assert file.startswith("tests/")
            assert block.text == (ROOT / file).read_text(encoding="utf-8"), file


def test_a_page_that_shows_something_else_is_found_out() -> None:
    """The comparison itself: a wrong word, a missing line and a line too many do not fit; `…` does."""
    said = "one two\n\nthree\nfour\n"
    assert fits(("one …", "three", "four"), said)
    assert fits(("one two", "…"), said)
    assert fits(("…",), "")
    assert not fits(("one", "three", "four"), said)
    assert not fits(("one two", "three"), said)
    assert not fits(("one two", "three", "four", "five"), said)


def test_the_first_page_shows_both_commands_first() -> None:
    """What it is, `make demo`, a swarm and `make test` come before anything else."""
    first = (ROOT / "README.md").read_text(encoding="utf-8").split("## Write a plugin")[0]
    for shown in ("make demo", "swarm open demo:1001 refund loops", "make test"):
        assert shown in first


def test_every_fence_has_a_language() -> None:
    """So that nothing that looks like a command escapes the tests by standing in a nameless block."""
    bare: list[tuple[str, Block]] = [
        (name(page), block)
        for page in PAGES
        if "reference" not in page.parts
        for block in blocks(page)
        if not block.words
    ]
    assert not bare
