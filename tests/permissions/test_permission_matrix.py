"""Command × role × relation × room: the engine allows and refuses exactly what the table says.

The whole product is marked `faults`; what runs always leaves out cells that others stand for. A command about nothing takes
nothing from the room: the lobby stands for all, and the room with guests is tried beside it. Roles and relations are never
both needed (`Relations.holds` is an `or` of them): whoever holds a relation to the thing is tried where they hold it, and
of those who hold none, each role in the lobby, the ones that weigh in rooms. A direct chat is a lobby, for permissions,
and so is a thread except for commands on questions.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator

import pytest

from permission_table import Line, lines
from permission_town import PLACES, RELATED, ROLES, Heard, Place, Town


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    """Return the town, in which everything has happened."""
    town = Town()
    await town.start()
    yield town
    await town.stop()


def everywhere() -> Iterator[tuple[Line, Place, str]]:
    """Yield every cell."""
    for line in lines().values():
        for place in PLACES:
            for who in (*ROLES, *RELATED):
                yield line, place, who


def sampled(town: Town, line: Line, place: Place, who: str) -> bool:
    """Whether no other cell stands for this one."""
    if who in RELATED:
        held = town.is_to(who, town.thing(line, place)) - {"viewer"}
        return bool(held & (line.also | (line.fact or frozenset()))) and (not place.thread or line.of == "light")
    if place.name == "lobby":
        return True
    if not line.of:
        return place.about == "swarm:1" and who in {"gus", "stan"}
    return place.about in {"swarm:1", "swarm:3"} and who in {"gus", "stan", "paul", "max"}


def expected(town: Town, line: Line, who: str, place: Place) -> str:
    """Return what the table says: allowed, denied, or that the thing is not there for them."""
    roles, thing = town.roles(who), town.thing(line, place)
    relations = town.is_to(who, thing)
    if not line.could(roles):
        return "denied"
    if line.words == "link" and place.direct and roles & {"guest", "manager", "admin"}:
        return "denied"  # their accounts come from the configuration only; elsewhere everybody is sent to a direct chat
    if thing and "viewer" not in relations:
        if line.of != "room":
            return "unseen"
        return "denied" if line.among is not None or not line.may(roles, frozenset(), among=False) else "allowed"
    return "allowed" if line.may(roles, relations, among=bool(place.about)) else "denied"


async def found(town: Town, line: Line, who: str, place: Place, wanted: str) -> tuple[str, str]:
    """Return what the engine says, and what is wrong with how it says it."""
    words = town.words(line, place)
    heard = await town.hears(who, words if wanted != "allowed" else f"--dry-run {words}", place)
    if heard.outcome == "denied":
        return "denied", left_behind(heard)
    if heard.outcome.startswith("refused:") and wanted == "unseen":
        return "unseen", left_behind(heard)
    return "allowed", "" if heard.outcome.startswith(("dry-run", "refused", "done")) else heard.outcome


def left_behind(heard: Heard) -> str:
    """Return what a refusal has changed, or said to others; empty when it has done neither."""
    return " ".join((*heard.changed, *heard.elsewhere))


async def differences(town: Town, cells: Iterable[tuple[Line, Place, str]]) -> list[str]:
    """Return every cell in which engine and table differ."""
    wrong = []
    for line, place, who in cells:
        wanted = expected(town, line, who, place)
        got, amiss = await found(town, line, who, place, wanted)
        if got != wanted or amiss:
            wrong.append(f"{line.words}, {who}, {place.name}: {wanted}, but {got} {amiss}".strip())
    return wrong


@pytest.mark.parametrize("part", range(4))
async def test_the_matrix_without_what_other_cells_stand_for(town: Town, part: int) -> None:
    """Engine and table agree, cell by cell, and no refusal leaves anything behind."""
    cells = [cell for cell in everywhere() if sampled(town, *cell)]
    assert len(cells) > 2000
    assert await differences(town, cells[part::4]) == []


@pytest.mark.faults
@pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
async def test_the_whole_matrix(town: Town, place: Place) -> None:
    """The whole product, room by room."""
    assert await differences(town, (cell for cell in everywhere() if cell[1] == place)) == []
