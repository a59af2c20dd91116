"""People keep a list together: a whole server on a stage, without a network, a database or waiting."""

from __future__ import annotations

from chatops.testing.context import plugin_context
from chatops.testing.stage import Stage, person
from starter_commands.plugin import StarterCommands

PEOPLE = [person("anna", "agent"), person("ben", "expert"), person("gus", "guest")]


def stage(**settings: object) -> Stage:
    """Return a server with the plugin and three people."""
    return Stage(plugins=[StarterCommands(plugin_context(settings))], people=PEOPLE)


async def test_what_one_adds_another_reads() -> None:
    """Also after a restart of the server."""
    async with stage() as server:
        await server.says("anna", "startercommands add call the printer’s support")
        await server.restart()
        posts = await server.says("ben", "startercommands list")
        assert posts[0].body.plain == "1 thing:\n· call the printer’s support"


async def test_an_empty_list_says_so() -> None:
    """Nobody wonders whether it broke."""
    async with stage() as server:
        posts = await server.says("anna", "startercommands list")
        assert posts[0].body.plain == "There is nothing on the list."


async def test_the_list_keeps_as_many_lines_as_the_settings_say() -> None:
    """The oldest go."""
    async with stage(most=1) as server:
        for word in ("one", "two"):
            await server.says("anna", f"startercommands add {word}")
        posts = await server.says("anna", "startercommands list")
        assert posts[0].body.plain == "1 thing:\n· two"


async def test_guests_are_refused() -> None:
    """The list is the house's."""
    async with stage() as server:
        await server.says("anna", "startercommands add our margin is 40 %")
        posts = await server.says("gus", "startercommands list")
        assert "margin" not in posts[0].body.plain
