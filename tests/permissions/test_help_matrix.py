"""Help lists exactly what would be allowed to this person here, and a bare `done` means what awaits them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from chatops.engine.help import HelpCommands
from permission_table import lines
from permission_town import PLACES, RELATED, ROLES, Place, Town

LOBBY, ALONE, ROOM, OTHER, PRIVATE, _THREAD = PLACES


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    """Return the town, in which everything has happened."""
    town = Town()
    await town.start()
    yield town
    await town.stop()


def listed(town: Town, who: str, place: Place) -> set[str]:
    """Return what the table lets help list: what is allowed about the room's swarm, and what could be about other things."""
    roles, relations = town.roles(who), town.is_to(who, place.about)
    found = set()
    for words, line in lines().items():
        here = "viewer" in relations and (line.of in {"swarm", "room"} or "{case}" in line.say)
        among = line.among if line.among is not None else line.who | line.also
        if line.could(roles) and (not here or among & (roles | relations)):
            found.add(words)
    return found


async def shown(town: Town, who: str, place: Place) -> set[str]:
    """Return what help really shows to somebody there, noun by noun and page by page."""
    found: set[str] = set()
    for noun in sorted({words.split()[0] for words in lines()}):
        for page in range(1, 9):
            heard = await town.hears(who, f"help {noun} page={page}", place)
            rows = [row for row in heard.text.splitlines() if not row.startswith("• ")]
            assert len(rows) <= 12, heard.text
            one = any(row.startswith("Usage: ") for row in rows)
            found |= {rows[0]} if one else {row.split("` – ")[0][1:] for row in rows if "` – " in row}
            if f"page={page + 1}" not in heard.text:
                break
    return found


async def test_help_lists_what_the_table_allows_whoever_asks_wherever(town: Town) -> None:
    """For everybody, in every kind of room: no command more and none less."""
    help_ = HelpCommands(lambda: town.table, town.relations)
    for relation in town.published:
        town.relations.publish(relation)
    for place in (LOBBY, ROOM, OTHER, PRIVATE):
        for who in (*ROLES, *RELATED):
            about = await town.swarm(place.about) if "viewer" in town.is_to(who, place.about) else None
            allowed = {one.words for one in help_.allowed(town.person(who), about)}
            assert allowed == listed(town, who, place), (who, place.name)


@pytest.mark.parametrize(
    ("who", "place"),
    [("gus", LOBBY), ("gina", ROOM), ("stan", ROOM), ("stan", PRIVATE), ("olga", ROOM), ("olga", ALONE)],
    ids=str,
)
async def test_help_says_in_chat_what_is_allowed_there(town: Town, who: str, place: Place) -> None:
    """The cards of all nouns together are the list, each of at most twelve lines."""
    assert await shown(town, who, place) == listed(town, who, place)


@pytest.mark.parametrize("who", ["gus", "stan", "ann", "paul", "ada", "olga", "gina"])
async def test_the_overview_has_twelve_lines_and_leads_to_every_noun(town: Town, who: str) -> None:
    """However many commands there are; what does not stand behind a noun is counted."""
    nouns: set[str] = set()
    for page in range(1, 9):
        heard = await town.hears(who, f"help page={page}", LOBBY)
        rows = [row for row in heard.text.splitlines() if not row.startswith("• ")]
        assert len(rows) <= 12
        nouns |= {code.split()[0] for row in rows[1:-1] for code in re.findall("`([^`]+)`", row.partition(":")[0])}
        if f"page={page + 1}" not in heard.text:
            break
    assert nouns == {words.split()[0] for words in listed(town, who, LOBBY)}


async def test_a_private_swarm_is_a_number_never_given(town: Town) -> None:
    """Outsiders, a pod lead too, read of it what they read of a number that nobody has."""
    for words in ("swarm show", "swarm close", "timeline show", "kb draft", "swarm join", "audit"):
        for who in ("stan", "paul", "ada"):
            hidden = await town.hears(who, f"{words} SW-3", LOBBY)
            missing = await town.hears(who, f"{words} SW-99", LOBBY)
            assert hidden.text.replace("SW-3", "SW-99") == missing.text
            assert hidden.outcome == missing.outcome


async def test_a_bare_done_means_what_awaits_the_asker(town: Town) -> None:
    """One thing: that; several: a button for each; nothing: a sentence that says so."""
    task = await town.hears("tess", "--dry-run done", LOBBY)
    swarm = await town.hears("otto", "done", LOBBY)
    nothing = await town.hears("stan", "done", ALONE)
    await town.hears("toby", 'task add @olga "look at it"', LOBBY)
    several = await town.hears("olga", "done", ALONE)

    assert task.outcome == "dry-run"
    assert "task:1" in task.text
    assert "Finish SW-2" in swarm.text
    assert (nothing.outcome, nothing.text.splitlines()[0]) == ("refused:not_found", "Nothing awaits that from you.")
    assert several.text.startswith("Which one?")
    buttons = [button.command for post in several.posts for button in post.body.buttons]
    assert buttons == ["swarm done SW-1", "task done T-4"]
