"""Commands within sentences are shown as they must be typed where they are read."""

from __future__ import annotations

from datetime import UTC, datetime

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.message import Card, Fact
from chatops.core.text import Code, _, to_type
from chatops.engine.render import Audience, Renderer
from chatops.ports.chat import Outgoing, as_typed

NOW = datetime(2026, 3, 3, tzinfo=UTC)


def card() -> Outgoing:
    """A card that names an id and three commands."""
    said = Card(
        title=_("{id} rests", id=Code(code="SW-1")),
        text=_("{id} goes on with {command}.", id=Code(code="SW-1"), command=to_type("swarm resume SW-1")),
        facts=(Fact(label=_("Next"), value=_("find it: {command}", command=to_type("swarm solution …"))),),
        footer=_("{help} lists what there is.", help=to_type("help")),
    )
    return Renderer(Catalogues({}))(said, Audience(reader=Reader()), now=NOW, identity=lambda _person: None)


def test_a_room_shows_the_prefix_before_commands_only() -> None:
    """An id is code as well, but nobody types it alone."""
    shown = as_typed(card(), "!")
    assert "".join(line.text for line in shown.text) == "SW-1 goes on with !swarm resume SW-1."
    assert [line.text for line in shown.facts[0].value] == ["find it: ", "!swarm solution …"]
    assert [line.text for line in shown.footer] == ["!help", " lists what there is."]
    assert {line.style for line in (*shown.text, *shown.footer)} == {"code", "plain"}


def test_a_direct_chat_shows_commands_bare() -> None:
    """Nothing has to come before them there."""
    assert "".join(line.text for line in as_typed(card(), "").text) == "SW-1 goes on with swarm resume SW-1."


def test_plain_text_puts_commands_between_backquotes() -> None:
    """On the command line there is no prefix."""
    assert "`SW-1` goes on with `swarm resume SW-1`." in card().plain
