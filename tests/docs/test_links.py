"""What the pages point to is there."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from chatops.hookspecs import ChatopsSpecs
from transcripts import FENCE
from tree import ROOT

PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part == "node_modules" for part in page.relative_to(ROOT).parts)
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:chatops|config|docs|plugins|scripts|tests)/[\w./-]+)`")
HOOKS = [name for name in vars(ChatopsSpecs) if name.startswith("chatops_")]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The anchors that headings get, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """Files and headings in them; addresses of other sites are not looked up."""
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _hash, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_named_in_the_text_is_there(page: Path) -> None:
    """`tests/promises/test_once.py` and the like: a file that moves takes its mention with it."""
    missing = [path for path in NAMED.findall(prose(page)) if not (ROOT / path).exists()]
    assert not missing


def test_every_page_of_the_documentation_is_in_its_index() -> None:
    """Nobody has to guess what else there is."""
    index = ROOT / "docs/README.md"
    linked = {(index.parent / link).resolve() for link in LINK.findall(prose(index))}
    assert {page for page in PAGES if page.is_relative_to(ROOT / "docs")} - {index} <= linked


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_in_the_reference_with_what_it_registers(hook: str) -> None:
    """With its argument, and the first sentence of its promise."""
    rows = (ROOT / "docs/reference/hooks.md").read_text(encoding="utf-8").splitlines()
    (row,) = (row for row in rows if f"`{hook}(register)`" in row)
    promise = inspect.getdoc(getattr(ChatopsSpecs, hook))
    assert promise is not None
    assert promise in row


def test_no_page_names_a_place_on_somebodys_machine() -> None:
    """Neither a home folder nor a path of whoever wrote it."""
    found = [
        name(page) for page in PAGES if re.search(r"(?<![\w.])/(home|root|Users|tmp|work)/", page.read_text("utf-8"))
    ]
    assert not found
