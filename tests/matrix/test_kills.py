"""A server on a real homeserver, killed at ten of its steps: nothing is lost, doubled or out of order."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matrix_kill_ledger import Ledger
from matrix_kill_points import ANY_MOMENT
from matrix_kill_run import Killed, kill
from matrix_people import Raw

STEPS = ("accept", "sync", "create", "after-commit", "gap", "card", "after-send", "reinvite", "invite", ANY_MOMENT)
"""In an order that brings the homeserver's own kills to steps that need nothing special to happen."""

STORIES = 3
COMMANDS = 80


@pytest.mark.timeout(300)
async def test_ten_kills(tmp_path: Path) -> None:
    """Of the server, and two of the homeserver, with four swarms; judged by what the homeserver holds."""
    killed = await kill(tmp_path, steps=STEPS, stories=STORIES, commands=COMMANDS, seed=20)

    assert set(STEPS) - set(killed.deaths) <= {"reinvite"}  # now and then nobody is left to be invited
    assert killed.deaths.total() == len(STEPS)
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


def room(killed: Killed, name: str) -> Raw:
    """Return the room whose name ends so."""
    return next(each for each in killed.rooms if named(each).endswith(name))


def named(each: Raw) -> str:
    """Return what a room is called."""
    return next((event["content"]["name"] for event in each["state"] if event["type"] == "m.room.name"), "")


def said(killed: Killed, name: str, part: str) -> list[Raw]:
    """Return what the server said in a room."""
    ours = (event for event in room(killed, name)["events"] if event["sender"] == killed.found["bot"])
    return [event for event in ours if part in event["content"].get("body", "")]


def chat(killed: Killed, part: str) -> tuple[Raw, Raw]:
    """Return a direct chat in which the server said something, and that."""
    for each in killed.rooms:
        for event in each["events"]:
            if not named(each) and part in event["content"].get("body", ""):
                return each, event
    raise LookupError(part)


def state(each: Raw, kind: str, key: str = "") -> Any:
    """Return the content of a state event."""
    return next(event["content"] for event in each["state"] if (event["type"], event["state_key"]) == (kind, key))


def seed(killed: Killed) -> tuple[Raw, Raw]:
    """Return a room and a reaction of the server in it."""
    for each in killed.rooms:
        for event in each["events"]:
            if event["type"] == "m.reaction" and event["sender"] == killed.found["bot"] and event["content"]:
                return each, event
    raise LookupError


def lose_a_reply(killed: Killed) -> None:
    room(killed, "support")["events"].remove(said(killed, "support", " is number ")[3])


def double_a_reply(killed: Killed) -> None:
    room(killed, "general")["events"].append(said(killed, "general", " is number ")[3])


def swap_replies(killed: Killed) -> None:
    first, second = said(killed, "support", " is number ")[:2]
    first["content"], second["content"] = second["content"], first["content"]


def lose_a_command(killed: Killed) -> None:
    events = room(killed, "support")["events"]
    name = said(killed, "support", " is number ")[2]["content"]["body"].split()[0]
    events[:] = [event for event in events if f"{name}" not in event["content"].get("body", "")]


def count_twice(killed: Killed) -> None:
    reply = said(killed, "support", " is number ")[-1]
    reply["content"] = {**reply["content"], "body": reply["content"]["body"].replace("number ", "number 1")}


def miscount(killed: Killed) -> None:
    killed.found["total"] = "1 altogether."


def lose_a_bell(killed: Killed) -> None:
    where, event = chat(killed, " has rung.")
    where["events"].remove(event)


def double_a_bell(killed: Killed) -> None:
    where, event = chat(killed, " has rung.")
    where["events"].append(event)


def lose_a_refusal(killed: Killed) -> None:
    where, event = chat(killed, "has already done this")
    where["events"].remove(event)


def double_a_room(killed: Killed) -> None:
    killed.rooms.append({**room(killed, "story-1001"), "id": "!another"})


def double_a_chat(killed: Killed) -> None:
    killed.rooms.append({**chat(killed, " has rung.")[0], "id": "!another"})


def pin_twice(killed: Killed) -> None:
    state(room(killed, "story-1002"), "m.room.pinned_events")["pinned"].append("$another")


def unpin(killed: Killed) -> None:
    state(room(killed, "story-1002"), "m.room.pinned_events")["pinned"].clear()


def post_a_card_twice(killed: Killed) -> None:
    each = room(killed, "story-1003")
    card = next(event for event in reversed(each["events"]) if "Solved: " in event["content"].get("body", ""))
    each["events"].append({**card, "event_id": "$another", "content": card["content"]["m.new_content"]})


def lose_the_last_edit(killed: Killed) -> None:
    each = room(killed, "story-1003")
    each["events"].remove(next(e for e in reversed(each["events"]) if "Solved: " in e["content"].get("body", "")))


def invite_twice(killed: Killed) -> None:
    events = room(killed, "story-1002")["events"]
    events.append(next(event for event in events if event["content"].get("membership") == "invite"))


def forget_to_invite(killed: Killed) -> None:
    events = room(killed, "hall")["events"]
    events.remove(next(event for event in events if event["content"].get("membership") == "invite"))


def reinvite_twice(killed: Killed) -> None:
    (after, *_more) = killed.found["told"]["moves"].values()
    events = next(each for each in killed.rooms if each["id"] == after)["events"]
    events += [event for event in events if event["content"].get("membership") == "invite"]


def seed_twice(killed: Killed) -> None:
    where, event = seed(killed)
    where["events"].append(event)


def lose_a_seed(killed: Killed) -> None:
    where, event = seed(killed)
    where["events"].remove(event)


def leave_a_room_open(killed: Killed) -> None:
    state(room(killed, "story-1002"), "m.room.power_levels")["events_default"] = 0


def give_up_a_post(killed: Killed) -> None:
    killed.found["unsent"].append("post: failed")


SPOILS = (
    lose_a_reply,
    double_a_reply,
    swap_replies,
    lose_a_command,
    count_twice,
    miscount,
    lose_a_bell,
    double_a_bell,
    lose_a_refusal,
    double_a_room,
    double_a_chat,
    pin_twice,
    unpin,
    post_a_card_twice,
    lose_the_last_edit,
    invite_twice,
    forget_to_invite,
    reinvite_twice,
    seed_twice,
    lose_a_seed,
    leave_a_room_open,
    give_up_a_post,
)
