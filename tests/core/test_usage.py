"""Help comes from the declarations, in twelve lines, in the reader's language, and only what the reader may do."""

from __future__ import annotations

from typing import ClassVar

import pytest

from chatops.core import usage
from chatops.core.access import ANYONE, ROLES, Relation, Relations
from chatops.core.catalogue import Catalogues, Reader
from chatops.core.command import Command
from chatops.core.frozen import Aggregate, replace
from chatops.core.message import Card, Person
from chatops.core.table import CommandTable
from chatops.core.text import Text, said
from chatops.engine.help import HelpCommands
from chatops.errors import UnknownCommand
from sample_commands import context, in_room, sample_table, server_commands

CATALOGUES = Catalogues({})
ANNA = Person(id="anna", name="Anna", roles=frozenset({"agent"}))
ADMIN = Person(id="ada", name="Ada", roles=frozenset({"agent", "admin", "manager", "pod_lead"}))
GUEST = Person(id="gus", name="Gus", roles=frozenset({"guest"}))
SERVER = CommandTable(server_commands())


def words(text: Text | None) -> str:
    return "" if text is None else CATALOGUES.plain(text, Reader())


def shown(card: Card) -> list[str]:
    """Return the lines of a card."""
    return [words(card.title), *words(card.text).splitlines(), *words(card.footer).splitlines()]


def helping(table: CommandTable) -> HelpCommands:
    relations = Relations()
    for name in sorted({name for one in table.commands for name in one.who.relations} - {ANYONE, *ROLES}):
        relations.publish(Relation(name=name, label=said(name), of=Thing, holds=lambda _thing, _person: False))
    return HelpCommands(lambda: table, relations)


class Thing(Aggregate, frozen=True, kw_only=True):
    """What people have relations to."""

    kind: ClassVar[str] = "thing"


def one(words: str, table: CommandTable | None = None) -> Command:
    return (table or sample_table()).command(words)


def test_the_usage_line_shows_what_is_needed() -> None:
    """Required without brackets, options with their keys, flags as words."""
    assert words(usage.line(one("swarm open"), "en")) == (
        "swarm open ‹case› ‹help needed› [tried=‹what you tried›] [skills=‹skills›…] [timebox=‹timebox›] [private]"
    )
    assert words(usage.line(one("swarm show"), "en")) == "swarm show [SW-…]"


def test_the_usage_line_speaks_the_askers_language() -> None:
    """Wording and keys of their language first; the command's own where there are none."""
    german = words(usage.line(one("swarm open"), "de-AT"))

    assert german.startswith("schwarm öffnen ")
    assert "[versucht=" in german
    assert german.endswith("[privat]")
    assert words(usage.line(one("swarm merge"), "de")).startswith("swarm merge")


@pytest.mark.parametrize("locale", ["en", "de", "nl"])
def test_examples_made_up_are_understood(locale: str) -> None:
    """Every command of the server has an example that works."""
    where = context(locale=locale)

    for command in SERVER.commands:
        assert SERVER.read(usage.example(command, where), where).command.words == command.words


@pytest.mark.parametrize("locale", ["en", "de", "nl"])
@pytest.mark.parametrize("person", [ANNA, ADMIN, GUEST], ids=lambda person: person.id)
def test_every_help_card_has_at_most_twelve_lines(locale: str, person: Person) -> None:
    """The overview, each noun, each command; what does not fit is on the next page."""
    explain = helping(SERVER)
    topics = ["", *(command.noun for command in SERVER.commands), *(command.words for command in SERVER.commands)]
    asker = Person(id=person.id, name=person.name, roles=person.roles, locale=locale)

    for topic in topics:
        try:
            card = explain.card(topic, asker, context(locale=locale))
        except UnknownCommand:
            assert not any(command.who.by_role(asker) for command in SERVER.commands if command.words == topic)
            continue
        assert len(shown(card)) <= usage.LINES, topic


def test_pages_show_everything_once() -> None:
    """Following `More` shows every verb of a noun, each once."""
    explain, seen, page, topic = helping(SERVER), [], 1, "swarm"
    while True:
        card = explain.card(topic, ADMIN, context(), page=page)
        seen += words(card.text).splitlines()
        if not card.buttons:
            break
        call = SERVER.read(card.buttons[0].command, context())
        page, topic = call.arguments["page"], str(call.arguments["topic"])  # type: ignore[assignment]

    expected = [command.words for command in SERVER.commands if command.noun == "swarm"]
    assert page > 1
    assert [line.split("`")[1] for line in seen] == expected


def test_help_shows_only_what_the_person_may_do() -> None:
    """A guest sees no command for agents; one that a relation allows is shown to everybody."""
    text = "\n".join(shown(helping(sample_table()).card("swarm", GUEST, context())))

    assert "swarm open" not in text
    assert "swarm cancel" in text


def test_help_names_commands_as_the_room_has_them() -> None:
    """Its sentences are in the room's language: commands in another would not fit them."""
    help_ = helping(sample_table())
    german = replace(ANNA, locale="de")

    assert shown(help_.card("swarm open", german, context(), locale="en")) == shown(
        help_.card("swarm open", ANNA, context())
    )
    assert shown(help_.card("swarm open", german, context())) != shown(help_.card("swarm open", ANNA, context()))


def test_help_of_a_noun_in_any_language() -> None:
    """`help schwarm` is `help swarm`."""
    explain = helping(sample_table())

    assert explain.card("schwarm", ANNA, context()) == explain.card("swarm", ANNA, context())


def test_help_of_a_command() -> None:
    """Summary, usage, parameters, examples, and who may."""
    explain = helping(sample_table())
    card = explain.card("swarm open", ANNA, context())

    assert explain.card("open", ANNA, in_room()) == card
    assert explain.card("schwarm öffnen", ANNA, context()) == card
    assert shown(card) == [
        "swarm open",
        "Open",
        "Usage: swarm open ‹case› ‹help needed› [tried=‹what you tried›] [skills=‹skills›…] [timebox=‹timebox›] [private]",
        "`help-needed`: help needed",
        "`tried=…`: what you tried",
        "`private`: only for its members",
        "`swarm open demo:1001 refund loops`",
        "For: agent",
    ]


def test_help_on_other_words_names_the_nearest() -> None:
    """And only what the person may use."""
    with pytest.raises(UnknownCommand) as unknown:
        helping(sample_table()).card("swarm opne", ANNA, context())

    assert unknown.value.commands[0] == "help swarm open"


def test_labels_are_texts_and_names_are_data() -> None:
    """A parameter without a label is called by its name, which is not translated."""
    open_ = one("swarm open")
    skills = next(parameter for parameter in open_.parameters if parameter.name == "skills")

    assert usage.name(skills) == said("skills")


def test_where_not_all_fits_options_go_before_what_the_usage_tells() -> None:
    """Every option of `swarm open` is explained; what stands without a name is seen in the usage."""
    told = "\n".join(shown(usage.of_command(SERVER.command("swarm open"), "en", said)))
    for option in ("ask=…", "tried=…", "skills=…", "timebox=…", "private", "room=…"):
        assert f"{option}: " in told.replace("`", "")
