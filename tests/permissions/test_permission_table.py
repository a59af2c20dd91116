"""The table of permissions and the declarations of the commands say the same."""

from __future__ import annotations

import pytest

from chatops.app import App
from chatops.core.access import ANYONE, ROLES, Relation
from chatops.core.command import Command
from chatops.settings import Settings
from permission_table import Line, guests_can_be, lines

OF = {"swarm": "swarm", "task": "task", "light": "light_swarm", "callback": "callback", "idea": "voices.idea"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """Return the whole server, prepared but not started."""
    return App.prepare(Settings(demo=True), tmp_path_factory.mktemp("data"), listen=False)


@pytest.fixture
def commands(app: App) -> dict[str, Command]:
    """Return every command registered."""
    return {one.words: one for one in app.table.commands}


def test_every_command_has_a_line_and_every_line_a_command(commands: dict[str, Command]) -> None:
    """None is forgotten on either side."""
    assert sorted(commands) == sorted(lines())


@pytest.mark.parametrize("line", lines().values(), ids=lines())
def test_the_declaration_says_what_the_table_says(commands: dict[str, Command], line: Line) -> None:
    """Roles, relations, the thing, and whether it acts, leaves the house, or is nobody else's business."""
    one = commands[line.words]
    does = {"outward"} if one.outward else {"acts"} if one.acts else {"shows"}
    kinds = {parameter.id_of.kind for parameter in one.parameters if parameter.id_of is not None}

    assert (one.who.roles, one.who.relations) == (line.who, line.also)
    assert does | ({"secret"} if one.secret else set()) == line.does
    assert (one.among.roles | one.among.relations if one.among is not None else None) == line.among
    assert line.of not in OF or OF[line.of] in kinds


def test_names_in_the_table_are_known(app: App) -> None:
    """Every role is one, every relation is published."""
    known = app.table.commands
    relations = {name for one in known for name in one.who.relations} | guests_can_be()
    for line in lines().values():
        assert line.who <= {ANYONE, *ROLES}
        assert line.also <= relations
        assert line.where in {"anywhere", "swarm", "thread"}


def test_relations_of_guests_are_those_the_table_names(app: App) -> None:
    """What guests can be is told by the relations themselves."""
    published: list[Relation] = []
    for plugin in app.registry.plugins.values():
        hook = getattr(plugin, "chatops_register_relations", None)
        if hook is not None:
            hook(register=published.append)

    assert {relation.name for relation in published if relation.guests} == guests_can_be()
