from chatops.testing.context import plugin_context
from chatops.testing.stage import Stage, person
from runbooks import Runbooks

SETTINGS = {"refunds": "https://wiki.example/refunds"}


async def test_the_address_is_told() -> None:
    async with Stage(plugins=[Runbooks(plugin_context(SETTINGS))], people=[person("anna", "agent")]) as stage:
        posts = await stage.says("anna", "runbook refunds")
        assert posts[0].body.plain == "refunds: https://wiki.example/refunds"


async def test_what_is_not_there_is_said_kindly() -> None:
    async with Stage(plugins=[Runbooks(plugin_context(SETTINGS))], people=[person("anna", "agent")]) as stage:
        posts = await stage.says("anna", "runbook returns")
        assert posts[0].body.plain == "There is no runbook for returns."


async def test_guests_are_refused() -> None:
    async with Stage(plugins=[Runbooks(plugin_context(SETTINGS))], people=[person("gus", "guest")]) as stage:
        posts = await stage.says("gus", "runbook refunds")
        assert "wiki.example" not in posts[0].body.plain
