"""Cards as a client handles them: what can be pressed, what can be filled in, and what is sent then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from teams_world import Raw

CARD = "application/vnd.microsoft.card.adaptive"


@dataclass(frozen=True)
class Pressable:
    """A button with the inputs that go with it: the card's, and those of the card shown around it."""

    action: Raw
    inputs: tuple[Raw, ...]
    opened_by: str = ""
    """What stands on the button that shows the card it is on."""

    @property
    def title(self) -> str:
        """What stands on it."""
        return str(self.action.get("title", ""))

    @property
    def data(self) -> Raw:
        """What it carries."""
        data = self.action.get("data")
        return data if isinstance(data, dict) else {}

    def filled(self, fields: Mapping[str, str]) -> Raw:
        """Return the data with what somebody filled in, what they left alone as it stood."""
        values = {one["id"]: str(one["value"]) for one in self.inputs if one.get("value") not in {None, ""}}
        values |= {
            one["id"]: str(one.get("valueOff", "false"))
            for one in self.inputs
            if one["type"] == "Input.Toggle" and one["id"] not in values
        }
        values |= {self._input(name): value for name, value in fields.items()}
        missing = [one["id"] for one in self.inputs if one.get("isRequired") and not values.get(one["id"])]
        if missing:
            message = f"the client does not send this: {missing} is required"
            raise LookupError(message)
        return {**self.data, **values}

    def _input(self, name: str) -> str:
        """Return the id of the input of that name: a `#` with something behind it tells apart those of one name."""
        found = [str(one["id"]) for one in self.inputs]
        for id in reversed(found):
            if name in {id, id.partition("#")[0]}:
                return id
        message = f"there is no input {name!r} with this button; there are {found}"
        raise LookupError(message)


def cards(activity: Raw) -> list[Raw]:
    """Return the Adaptive Cards of a message."""
    attached = activity.get("attachments") or []
    return [one["content"] for one in attached if one.get("contentType") == CARD]


def pressables(card: Raw) -> Iterator[Pressable]:
    """Yield every button of a card, with those of cards it can show."""
    yield from _of(card, ())


def inputs(element: object) -> Iterator[Raw]:
    """Yield the inputs of a card or a part of one, not of cards that its buttons show."""
    if isinstance(element, list):
        for one in element:
            yield from inputs(one)
    elif isinstance(element, dict):
        if str(element.get("type", "")).startswith("Input."):
            yield element
        for name in ("body", "items", "columns", "rows", "cells"):
            yield from inputs(element.get(name))


def elements(card: Raw) -> Iterator[Raw]:
    """Yield every element of a card in the order it is read, buttons last."""
    stack: list[object] = [card]
    while stack:
        one = stack.pop()
        if isinstance(one, list):
            stack += reversed(one)
        elif isinstance(one, dict):
            yield one
            for name in ("actions", "inlines", "facts", "cells", "rows", "columns", "items", "body"):
                if isinstance(one.get(name), list):
                    stack += reversed(one[name])


def find(card: Raw, ref: str) -> Pressable:
    """Return the button whose data carries `ref`, or with that title, or behind the one with that title.

    Raise LookupError.
    """
    found = [*pressables(card)]
    for one in found:
        if ref in {one.data.get("ref"), one.title, one.opened_by}:
            return one
    message = f"no button {ref!r}; there are {[(one.title, one.data.get('ref')) for one in found]}"
    raise LookupError(message)


def as_old(action: Raw) -> Raw | None:
    """Return what a client without Action.Execute shows in its place, or None."""
    fallback = action.get("fallback")
    return fallback if isinstance(fallback, dict) else None


def _of(card: Raw, around: tuple[Raw, ...], opened_by: str = "") -> Iterator[Pressable]:
    own = (*around, *inputs(card))
    for action in _actions(card):
        if action["type"] == "Action.ShowCard":
            yield from _of(action["card"], own, str(action.get("title", "")))
        elif action["type"] in {"Action.Execute", "Action.Submit"}:
            inside = own if action.get("associatedInputs") != "none" else ()
            yield Pressable(action=action, inputs=inside, opened_by=opened_by)


def _actions(element: object) -> Iterator[Raw]:
    if isinstance(element, list):
        for one in element:
            yield from _actions(one)
    elif isinstance(element, dict):
        if isinstance(element.get("selectAction"), dict):
            yield element["selectAction"]
        for name in ("body", "items", "columns", "rows", "cells"):
            yield from _actions(element.get(name))
        yield from element.get("actions") or ()
