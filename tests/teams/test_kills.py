"""A server on Teams, killed at ten of its steps: nothing is lost, doubled or out of order, and what is not sure is told."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix_kill_points import ANY_MOMENT
from teams_kill_history import Line, Room
from teams_kill_ledger import Ledger
from teams_kill_run import Killed, kill

STEPS = (
    "accept",
    "create",
    "claim",
    "before-commit",
    "after-commit",
    "before-send",
    "say",
    "after-send",
    "before-mark",
)
"""In an order that brings the kills that need something to happen to times at which it does."""

STORIES = 2
COMMANDS = 80


@pytest.mark.timeout(200)
async def test_ten_kills(tmp_path: Path) -> None:
    """Of the server, with two swarms; judged by what stands in Teams, by a judge that finds whatever is spoilt."""
    steps = (*STEPS, ANY_MOMENT)
    killed = await kill(tmp_path, steps=steps, stories=STORIES, commands=COMMANDS, seed=20)

    assert killed.deaths.total() == len(steps)
    assert sum(len(said) for said in killed.found["told"]["commands"].values()) == COMMANDS
    assert any(times > 1 for times in killed.deliveries)
    Ledger(killed.found, killed.rooms).judge()
    assert (killed.verified.code, killed.verified.out) == (0, "The journals are whole.\n")
    for spoil in SPOILS:
        assert blames(spoil, killed), spoil.__name__


def blames(spoil: Callable[[Killed], None], killed: Killed) -> bool:
    """Whether the judgement finds what was spoilt."""
    spoilt = copy.deepcopy(killed)
    spoil(spoilt)
    try:
        Ledger(spoilt.found, spoilt.rooms).judge()
    except AssertionError:
        return True
    return False


def room(killed: Killed, name: str) -> Room:
    """Return the conversation whose name ends so."""
    return next(one for one in killed.rooms if one.name.endswith(name))


def said(killed: Killed, name: str, part: str) -> list[Line]:
    """Return what the server said there."""
    return [line for line in room(killed, name).lines if line.ours and part in line.text]


def lose_a_reply(killed: Killed) -> None:
    unsure = " ".join(body for _kind, _target, body in killed.found["unknown"].values())
    lost = next(line for line in said(killed, "support", " is number ") if line.text.split()[0] not in unsure)
    room(killed, "support").lines.remove(lost)


def double_a_reply(killed: Killed) -> None:
    room(killed, "general").lines.append(said(killed, "general", " is number ")[0])


def swap_replies(killed: Killed) -> None:
    first, second = said(killed, "general", " is number ")[:2]
    first.text, second.text = second.text, first.text


def answer_what_nobody_said(killed: Killed) -> None:
    said(killed, "support", " is number ")[0].text = "k9999 is number 1."


def miscount(killed: Killed) -> None:
    killed.found["total"] = "1 altogether."


def lose_a_command(killed: Killed) -> None:
    killed.found["told"]["commands"]["general"].pop()


def double_a_room(killed: Killed) -> None:
    killed.rooms.append(copy.deepcopy(room(killed, "story-1001")))


def lose_a_room(killed: Killed) -> None:
    killed.rooms.remove(room(killed, "story-1002"))


def leave_somebody_out(killed: Killed) -> None:
    room(killed, "story-1002").people.pop()


def let_a_stranger_in(killed: Killed) -> None:
    room(killed, "story-1001").people.append("lead-2")


def double_a_card(killed: Killed) -> None:
    where = room(killed, "story-1001")
    card = next(line for line in where.lines if line.ours)
    cut_off = sum('/card"' in body for _kind, _target, body in killed.found["unknown"].values())
    where.lines.extend([card] * (cut_off + 1))


def ring_twice(killed: Killed) -> None:
    where, line = next((one, line) for one in killed.rooms for line in one.lines if "has rung." in line.text)
    where.lines.append(line)


def hide_what_is_not_sure(killed: Killed) -> None:
    killed.found["unknown"]["a key"] = ["post", "person:agent-1", "{}"]


def give_something_up(killed: Killed) -> None:
    killed.found["failed"].append("post: failed")


def forget_an_event(killed: Killed) -> None:
    killed.found["dead"].append("message: dead")


def doubt_a_room(killed: Killed) -> None:
    killed.found["unknown"]["a key"] = ["room.open", "room:SW-1", "{}"]
    killed.found["uncertain"].append("a key")


SPOILS = (
    lose_a_reply,
    double_a_reply,
    swap_replies,
    answer_what_nobody_said,
    miscount,
    lose_a_command,
    double_a_room,
    lose_a_room,
    leave_somebody_out,
    let_a_stranger_in,
    double_a_card,
    ring_twice,
    hide_what_is_not_sure,
    give_something_up,
    forget_an_event,
    doubt_a_room,
)
