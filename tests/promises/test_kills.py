"""A server killed at every step: nothing is lost, nothing happens twice, nothing is out of order."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kill_ledger import Ledger
from kill_run import ALL, Killed, kill

COMMANDS, STORIES = 300, 4

Found = dict[str, Any]


@pytest.mark.timeout(180)
def test_thirteen_kills(tmp_path: Path) -> None:
    """On two hundred conversations with four swarms among them; judged by the console and the tickets, not by us.

    Once at each step of the engine, once at any moment, and once after each kind of thing done outside.
    """
    killed = kill(tmp_path, kills=len(ALL), stories=STORIES, at_least=COMMANDS, seed=20)

    assert set(killed.steps) == set(ALL)
    assert killed.commands >= COMMANDS
    Ledger(killed.found).judge(killed.commands, stories=STORIES)
    assert (killed.verified.code, killed.verified.out) == (0, "The journals are whole.\n")
    would_notice(killed)


def would_notice(killed: Killed) -> None:
    """The judgement is worth something: it finds each single thing lost, doubled or out of order."""
    for spoil in (lose_an_answer, double_an_answer, swap_answers, lose_a_command, double_a_bell, miscount):
        assert blames(spoil, killed), spoil.__name__
    for spoil in (double_a_room, double_a_note, lose_a_note, double_an_article, lose_a_member, double_a_letter):
        assert blames(spoil, killed), spoil.__name__


def blames(spoil: Callable[[Found], None], killed: Killed) -> bool:
    found = copy.deepcopy(killed.found)
    spoil(found)
    try:
        Ledger(found).judge(killed.commands, stories=STORIES)
    except AssertionError:
        return True
    return False


def entries(found: Found, part: str) -> list[Found]:
    return [entry for entry in found["entries"] if part in (entry.get("said") or {"plain": entry.get("text")})["plain"]]


def lose_an_answer(found: Found) -> None:
    found["entries"].remove(entries(found, " is number ")[7])


def double_an_answer(found: Found) -> None:
    found["entries"].append(entries(found, " is number ")[7])


def swap_answers(found: Found) -> None:
    first, second = [entry for entry in entries(found, " is number ") if entry["room"] == "d-agent-1"][:2]
    first["said"], second["said"] = second["said"], first["said"]


def lose_a_command(found: Found) -> None:
    found["entries"].remove(entries(found, "count c")[7])


def double_a_bell(found: Found) -> None:
    found["entries"].append(entries(found, " has rung.")[0])


def miscount(found: Found) -> None:
    found["total"] = f"{COMMANDS - 1} altogether."


def double_a_room(found: Found) -> None:
    found["rooms"].append(next(room for room in found["rooms"] if room["id"].startswith("r")))


def double_a_note(found: Found) -> None:
    found["comments"]["1001"].append(found["comments"]["1001"][-1])


def lose_a_note(found: Found) -> None:
    del found["comments"]["1002"][-2]


def double_an_article(found: Found) -> None:
    found["articles"]["KB99"] = "story-1003 article"


def lose_a_member(found: Found) -> None:
    next(room for room in found["rooms"] if room["id"].startswith("r"))["members"].pop()


def double_a_letter(found: Found) -> None:
    found["entries"].append(entries(found, "You are in. Thank you!")[0])
