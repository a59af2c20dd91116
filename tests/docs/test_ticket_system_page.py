"""The page about ticket systems: what it shows of the new plugin is in it, and what it names is the port's."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from chatops import errors
from chatops.ports import ticket_extras, tickets
from chatops.scaffold.making import Kind, make
from transcripts import blocks
from tree import ROOT

PAGE = ROOT / "docs/how-to/first-ticket-system.md"
TEXT = PAGE.read_text(encoding="utf-8")


def rows(first: str) -> list[list[str]]:
    """Return the cells of the table whose first heading is `first`."""
    _before, _found, after = TEXT.partition(f"| {first} |")
    lines = after.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_code_is_that_of_the_new_plugin(tmp_path: Path) -> None:
    """Each piece stands in the file it names, word for word."""
    make("our-desk", Kind.TICKETS, tmp_path)
    shown = [block for block in blocks(PAGE) if block.words[:1] == ("py",)]

    assert len(shown) >= 4
    for block in shown:
        assert block.text in (tmp_path / "our-desk" / block.words[1]).read_text(encoding="utf-8"), block.words[1]


def test_the_files_are_those_that_are_made(tmp_path: Path) -> None:
    """Every file of the table exists."""
    make("our-desk", Kind.TICKETS, tmp_path)
    for cells in rows("file"):
        assert (tmp_path / cells[0].strip("`")).is_file(), cells[0]


def test_the_abilities_are_the_ports() -> None:
    """Every capability beyond the locks and comments is in the table, with the protocol that goes with it."""
    named = {name for cells in rows("capability") for name in re.findall(r"`(\w+)`", cells[0])}
    protocols = {name for cells in rows("capability") for name in re.findall(r"`(\w+)`", cells[1])}
    own = {"internal_comments", "public_comments", "exact_lock", "native_keys", "comment_limit", "upload_limit"}

    assert named == {*tickets.TicketCapabilities.__struct_fields__} - own
    assert all(hasattr(tickets, name) or hasattr(ticket_extras, name) for name in protocols)


def test_the_errors_are_those_of_the_port() -> None:
    """All that it promises to raise, and no other."""
    promised = re.findall(r"\b[A-Z]\w+\b", inspect.getdoc(tickets.TicketSystem) or "")
    named = {name for cells in rows("raise") for name in re.findall(r"`(\w+)`", cells[0])}

    assert named == {name for name in promised if hasattr(errors, name)}


@pytest.mark.parametrize("method", re.findall(r"`(\w+)`", TEXT.partition("reads first: ")[2].partition(";")[0]))
def test_the_reads_are_methods_of_the_port(method: str) -> None:
    """By name."""
    assert hasattr(tickets.TicketSystem, method)
