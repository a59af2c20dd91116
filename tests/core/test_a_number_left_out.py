"""Outside a room nobody says which swarm, task or idea: what is suggested has it in its place and keeps every word."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from chatops.core import values
from chatops.core.catalogue import Catalogues, Reader
from chatops.core.command import Command, Parameter, ReadContext
from chatops.core.lexer import tokens
from chatops.core.table import CommandTable
from chatops.core.text import Text
from chatops.errors import UsageError
from whole_house import Resident, WholeHouse

CONTEXT = ReadContext(now=datetime(2026, 3, 2, 8, tzinfo=UTC), locale="en")


@cache
def table() -> CommandTable:
    """Return every command of ours, as the server has them."""
    return WholeHouse("en", [Resident("anna", "expert")]).table


def about_something() -> list[Command]:
    """Return the commands whose first word names one of our things."""
    firsts = [(one, next((each for each in one.parameters if each.positional), None)) for one in table().commands]
    return [one for one, first in firsts if first is not None and first.id_of is not None and first.required]


def _said(parameter: Parameter) -> str:
    return "lock the door" if parameter.rest else values.sample(parameter, CONTEXT)


def refused(typed: str) -> UsageError:
    """Return why a line is not understood."""
    with pytest.raises(UsageError) as error:
        table().read(typed, CONTEXT)
    return error.value


def plain(text: Text) -> str:
    return Catalogues({}).plain(text, Reader())


def test_the_number_is_put_in_its_place_in_every_command() -> None:
    """Whatever follows it stays as typed, in the same order."""
    commands = about_something()
    assert len(commands) > 20
    lost = []
    for command in commands:
        first, *later = (one for one in command.parameters if one.positional)
        needed = [one for one in later if one.required or one.rest or one.many]
        if not needed:
            continue
        words = " ".join(_said(one) for one in needed)
        assert first.id_of is not None
        wanted = f"{command.words} {values.id_text(first.id_of, '12')} {words}"
        try:
            table().read(f"{command.words} {words}", CONTEXT)
        except UsageError as error:
            offered = error.commands
        else:
            continue  # `step add 3 more` can be read as it stands
        if [one.text for one in tokens(offered[0])] != [one.text for one in tokens(wanted)]:
            lost.append((command.words, words, offered))
    assert not lost


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("swarm handover anna", "swarm handover SW-12 anna"),
        ("step add stop the job", "step add SW-12 stop the job"),
        ("timeline edit 3 the customer called", "timeline edit SW-12 3 the customer called"),
        ("timeline edit the customer called", "timeline edit SW-12 3 the customer called"),
        ("step drop 3", "step drop SW-12 3"),
        ("swarm leave SX-12", "swarm leave SW-12"),
    ],
)
def test_nothing_typed_is_eaten(typed: str, meant: str) -> None:
    """What was typed stands behind the number; a number with a slip is put right."""
    assert refused(typed).commands[0] == meant


def test_what_is_missing_is_said_in_words() -> None:
    """Not by the name a parameter has in the code."""
    assert plain(refused("swarm handover").message) == "Something is missing: a number like `SW-12`."
