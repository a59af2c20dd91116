from chatops.testing.context import plugin_context
from chatops.testing.stage import Stage, person
from shared_runbooks import SharedRunbooks


async def test_what_one_notes_another_finds_even_after_a_restart() -> None:
    people = [person("anna", "agent"), person("ben", "expert")]
    async with Stage(plugins=[SharedRunbooks(plugin_context())], people=people) as stage:
        await stage.says("anna", "runbook set refunds https://wiki.example/refunds")
        await stage.restart()
        posts = await stage.says("ben", "runbook show refunds")
        assert posts[0].body.plain == "https://wiki.example/refunds, says Anna."


async def test_the_latest_word_counts() -> None:
    async with Stage(plugins=[SharedRunbooks(plugin_context())], people=[person("anna", "agent")]) as stage:
        await stage.says("anna", "runbook set refunds https://wiki.example/old")
        await stage.says("anna", "runbook set refunds https://wiki.example/new")
        posts = await stage.says("anna", "runbook show refunds")
        assert posts[0].body.plain.startswith("https://wiki.example/new")
