"""Small forms: inputs of a card, the card of a modal, and reading what was filled in.

Source: Microsoft Learn, "Type-ahead search in Adaptive Cards" (`Data.Query`), "Use dialogs with cards"; schema 1.5.

Somebody is chosen by type-ahead in our directory. Such an input takes no words of its own; whoever is not found there can
be named by typing the command.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chatops.ports.chat import RenderedField
from teams_network.formatting import markdown, storable
from teams_network.words import Words, fill_in

PEOPLE = "people"
"""The dataset that people are looked up in."""

RESERVED = frozenset({"ref", "msteams"})
"""What stands in a button's data besides inputs."""

_APART = "#"
"""Sets apart inputs of one card that ask for the same. A card in which two have one id, be it in two forms, is blank on
phones (MicrosoftDocs/msteams-docs#7868, microsoft/AdaptiveCards#1852)."""


def form_card(
    title: str,
    fields: Sequence[RenderedField],
    data: Mapping[str, str],
    submit: str,
    *,
    words: Words | None = None,
    locale: str = "",
) -> dict[str, Any]:
    """Return the card of a modal, of a button or of a message extension. An empty title shows
    none, and without `submit` there is nothing to send.

    Modals know `Action.Submit` only (Learn, "Universal Actions": not in dialogs). What comes back is `data` with the
    inputs, to be read by `filled_in`. Without `words`, a client says in its own what is missing.
    """
    body = [heading(title)] if title else []
    card: dict[str, Any] = {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [*body, *inputs(fields, words=words, taken=set())],
    }
    if submit:
        card["actions"] = [
            {"type": "Action.Submit", "title": storable(submit), "style": "positive", "data": dict(data)}
        ]
    return card | ({"lang": locale.replace("_", "-").split("-")[0]} if locale else {})


def heading(title: str) -> dict[str, Any]:
    """Return a title, which screen readers know to be one."""
    return {
        "type": "TextBlock",
        "text": markdown(title.strip()),
        "style": "heading",
        "size": "medium",
        "weight": "bolder",
        "wrap": True,
    }


def inputs(fields: Sequence[RenderedField], *, words: Words | None, taken: set[str]) -> list[dict[str, Any]]:
    """Return the inputs of a form. `taken` holds the ids a card has already; theirs are added."""
    found = []
    for field in fields:
        element: dict[str, Any] = {"id": _id(field.name, taken)} | _KINDS[field.kind](field)
        if field.kind != "yesno":
            element["label"] = storable(field.label)
        if field.required and field.kind != "yesno":
            element["isRequired"] = True
            if words is not None:
                element["errorMessage"] = words(fill_in(storable(field.label)))
        found.append(element)
    return found


def filled_in(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what was filled in, by field. What is no text, and what is no input, is left out."""
    return {
        name.partition(_APART)[0]: value
        for name, value in data.items()
        if name not in RESERVED and isinstance(value, str)
    }


def _id(name: str, taken: set[str]) -> str:
    id_, count = name, 1
    while id_ in taken or id_ in RESERVED:
        count += 1
        id_ = f"{name}{_APART}{count}"
    taken.add(id_)
    return id_


def _line(field: RenderedField) -> dict[str, Any]:
    return {"type": "Input.Text"} | _value(field)


def _text(field: RenderedField) -> dict[str, Any]:
    return {"type": "Input.Text", "isMultiline": True} | _value(field)


def _choice(field: RenderedField) -> dict[str, Any]:
    choices = [{"title": storable(label), "value": value} for value, label in field.choices]
    return {"type": "Input.ChoiceSet", "style": "compact", "wrap": True, "choices": choices} | _value(field)


def _person(field: RenderedField) -> dict[str, Any]:
    # A value is shown only when it is among the choices.
    known = field.choices or (((field.value, field.value),) if field.value else ())
    return {
        "type": "Input.ChoiceSet",
        "style": "filtered",
        "choices": [{"title": storable(label), "value": value} for value, label in known],
        "choices.data": {"type": "Data.Query", "dataset": PEOPLE},
    } | _value(field)


def _yesno(field: RenderedField) -> dict[str, Any]:
    return {
        "type": "Input.Toggle",
        "title": storable(field.label),
        "valueOn": "yes",
        "valueOff": "no",
        "value": "yes" if field.value == "yes" else "no",
    }


def _value(field: RenderedField) -> dict[str, Any]:
    return {"value": storable(field.value)} if field.value else {}


_KINDS: Mapping[str, Callable[[RenderedField], dict[str, Any]]] = {
    "line": _line,
    "text": _text,
    "choice": _choice,
    "person": _person,
    "yesno": _yesno,
}
