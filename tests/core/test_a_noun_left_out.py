"""A verb said without its noun: what is offered holds everything that was said behind it."""

from __future__ import annotations

import pytest

from chatops.core.table import CommandTable
from chatops.errors import UnknownCommand
from sample_commands import context, server_commands

TABLE = CommandTable(server_commands())


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("answer ASK-1 the new one", "swarm answer ASK-1 the new one"),
        ("answer SW-12 Q1 the new one", "swarm answer SW-12 Q1 the new one"),
        ("hold SW-12 customer", "swarm hold SW-12 customer"),
        ("callback demo:1001 at=14:00 charges", "case callback demo:1001 at=14:00 charges"),
    ],
)
def test_nothing_is_lost(typed: str, offered: str) -> None:
    """The number above all: without it something else would be meant."""
    with pytest.raises(UnknownCommand) as caught:
        TABLE.read(typed, context())
    assert caught.value.commands[0] == offered
