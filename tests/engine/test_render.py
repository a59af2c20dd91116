"""What is said, rendered: one language, data apart from markup, never longer than the network takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.message import Button, Card, Fact, Field, Identity, Refused, Said, Table
from chatops.core.text import Code, Mention, _, said
from chatops.engine.render import Audience, Renderer
from chatops.ports.chat import Line, Outgoing
from chatops.testing.clock import START

ANNA = Identity(network="fake", id="anna")

CARD = Card(
    title=_("Swarm {id}", id="SW-1"),
    text=_("Ask {who}", who=Mention(person="anna", name="Anna")),
    facts=(Fact(label=_("Case"), value=said("<b>demo:1001</b>")),),
    table=Table(head=(_("Who"), _("Since")), rows=((said("Anna"), said("9:00")),)),
    buttons=(
        Button(label=_("Join"), command="swarm join SW-1", ref="r1", style="primary"),
        Button(
            label=_("Close"),
            command="swarm close SW-1",
            form=(Field(name="why", label=_("Why"), kind="choice", choices=(("a", _("Solved")),)),),
        ),
    ),
    footer=_("Ends at noon"),
)


def rendered(what: Said, *, most: int = 32_000) -> Outgoing:
    audience = Audience(reader=Reader(), max_text=most)
    return Renderer(Catalogues({}))(what, audience, now=START, identity={"anna": ANNA}.get)


def test_a_card() -> None:
    """Every part, and all of it once more in plain words with commands in place of buttons."""
    outgoing = rendered(CARD)

    assert outgoing.title == "Swarm SW-1"
    assert outgoing.text == (Line(text="Ask "), Line(text="Anna", style="mention", identity=ANNA))
    assert [button.ref for button in outgoing.buttons] == ["r1", ""]
    assert outgoing.buttons[1].form[0].choices == (("a", "Solved"),)
    assert outgoing.plain == (
        "Swarm SW-1\nAsk Anna\nCase: <b>demo:1001</b>\nWho · Since\nAnna · 9:00\n"
        "• Join: `swarm join SW-1`\n• Close: `swarm close SW-1 …`\nEnds at noon"
    )


def test_a_refusal() -> None:
    """What, then how."""
    outgoing = rendered(Refused(code="no", message=_("It is full."), hint=_("Try {it}.", it=Code(code="help"))))

    assert outgoing.plain == "It is full.\nTry `help`."
    assert outgoing.text[-2] == Line(text="help", style="code")


@pytest.mark.parametrize("most", [60, 200, 1000])
@given(words=st.text(max_size=3000), rows=st.integers(0, 40))
def test_nothing_is_longer_than_allowed(most: int, words: str, rows: int) -> None:
    """Tables lose rows first, then text is cut, and it says so."""
    card = Card(
        title=_("A title"),
        text=said(words.encode(errors="replace").decode()),
        table=Table(head=(_("Head"),), rows=tuple((said(f"row {number}"),) for number in range(rows))),
    )

    assert len(rendered(card, most=most).plain.encode()) <= most


def test_what_was_cut_is_marked() -> None:
    """Nobody takes half a sentence for the whole."""
    assert rendered(said("a" * 500), most=100).plain.endswith("…")
