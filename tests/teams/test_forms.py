"""Small forms in Teams."""

from __future__ import annotations

from typing import Any

from chatops.ports.chat import Outgoing, RenderedField
from teams_network.card import adaptive
from teams_network.forms import filled_in, form_card
from teams_posts import button, words
from teams_schema import judged

WHY = RenderedField(name="why", label="Why", kind="line", required=True, value="late")
FORM = (
    WHY,
    RenderedField(name="more", label="More", kind="text"),
    RenderedField(name="article", label="Article", kind="choice", choices=(("new", "a new one"), ("none", "none"))),
    RenderedField(name="solved", label="Solved", kind="yesno", value="yes"),
    RenderedField(name="who", label="Who", kind="person", value="anna"),
)


def opened(*forms: tuple[RenderedField, ...]) -> list[dict[str, Any]]:
    """The cards that buttons with these forms open."""
    buttons = tuple(button(f"B{n}", form=form, style="danger") for n, form in enumerate(forms))
    made = adaptive(Outgoing(title="x", buttons=buttons), accounts={}, words=words).card
    assert made is not None
    assert judged(made) == []
    assert {action["type"] for action in made["actions"]} == {"Action.ShowCard"}
    return [action["card"] for action in made["actions"]]


def test_each_kind_of_field_is_an_input() -> None:
    """With its label, and what stands in it."""
    (form,) = opened(FORM)

    assert form["body"] == [
        {
            "type": "Input.Text",
            "id": "why",
            "label": "Why",
            "value": "late",
            "isRequired": True,
            "errorMessage": "Please fill in: Why",
        },
        {"type": "Input.Text", "id": "more", "label": "More", "isMultiline": True},
        {
            "type": "Input.ChoiceSet",
            "id": "article",
            "label": "Article",
            "style": "compact",
            "wrap": True,
            "choices": [{"title": "a new one", "value": "new"}, {"title": "none", "value": "none"}],
        },
        {
            "type": "Input.Toggle",
            "id": "solved",
            "title": "Solved",
            "valueOn": "yes",
            "valueOff": "no",
            "value": "yes",
        },
        {
            "type": "Input.ChoiceSet",
            "id": "who",
            "label": "Who",
            "style": "filtered",
            "choices": [{"title": "anna", "value": "anna"}],
            "choices.data": {"type": "Data.Query", "dataset": "people"},
            "value": "anna",
        },
    ]


def test_a_form_is_sent_with_the_reference_and_its_inputs() -> None:
    """By an action that looks like the button that opened it."""
    (form,) = opened((WHY,))
    look = {"title": "Send", "style": "destructive", "data": {"ref": "ref-B0"}}

    assert form["actions"] == [
        {
            "type": "Action.Execute",
            "verb": "press",
            **look,
            "fallback": {"type": "Action.Submit", **look},
            "associatedInputs": "auto",
        }
    ]


def test_no_two_inputs_of_a_card_have_one_id() -> None:
    """And none is called as what a button carries; what is read is the field."""
    reserved = RenderedField(name="ref", label="Reference", kind="line")
    forms = opened((WHY,), (WHY, reserved), (WHY,))
    ids = [element["id"] for form in forms for element in form["body"]]

    assert ids == ["why", "why#2", "ref#2", "why#3"]
    assert filled_in({"ref": "r", "msteams": "x", "why#2": "late", "ref#2": "y", "odd": 3}) == {
        "why": "late",
        "ref": "y",
    }


def test_a_modal_is_a_card_of_its_own() -> None:
    """Sent by Submit, which is what modals know."""
    made = form_card("Invite", FORM, {"ref": "r"}, "Invite", words=words, locale="pt-BR")

    assert judged(made) == []
    assert made["body"][0]["text"] == "Invite"
    assert made["lang"] == "pt"
    assert made["actions"] == [{"type": "Action.Submit", "title": "Invite", "style": "positive", "data": {"ref": "r"}}]
    assert "errorMessage" not in form_card("", (WHY,), {}, "Send")["body"][0]
