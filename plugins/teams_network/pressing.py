"""A click on a button of ours: what it carries, checked. Whether the reference means anything, the core knows.

An `Action.Execute` arrives as an invoke `adaptiveCard/action` with `value.action`; its fallback `Action.Submit` as a
message that has a `value` and no text; both hold what was filled in beside our own data (Microsoft Learn, "Universal
Actions for Adaptive Cards" and "Type of cards").
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from chatops import Frozen
from chatops.core.message import ButtonPress, Identity, clean
from teams_network.activity import Activity
from teams_network.forms import RESERVED
from teams_network.ids import id_or_none, is_id
from teams_network.place import Place

REF = "ref"
"""What a button's data call its reference."""

MOST_FIELDS = 50
LONGEST_FIELD = 20_000
"""Characters of what is filled in."""


class Data(Frozen, frozen=True, kw_only=True):
    """What a button brings."""

    ref: str
    fields: dict[str, str] = {}


class _Action(msgspec.Struct):
    verb: str = ""
    data: object = None


class _Value(msgspec.Struct):
    action: _Action


def press(activity: Activity, value: object, place: Place, presser: Identity, at: datetime) -> ButtonPress | None:
    """Return the press that data of a card say, or None when they are no button's of ours."""
    data = data_of(value)
    if data is None:
        return None
    return ButtonPress(
        room=place.room,
        presser=presser,
        action=data.ref,
        at=at,
        fields=data.fields,
        message=id_or_none(activity.reply_to_id),
        thread=place.thread,
    )


def executed(value: object) -> object:
    """Return the data of an `adaptiveCard/action` invoke whose verb is ours, else None."""
    try:
        action = msgspec.convert(value, _Value).action
    except msgspec.ValidationError:
        return None
    return action.data if action.verb == "press" else None


def ref_of(value: object) -> str | None:
    """Return the reference in a button's data, or None."""
    return id_or_none(value.get(REF)) if isinstance(value, Mapping) else None


def data_of(value: object) -> Data | None:
    """Return the reference and what was filled in; None when there is no reference, or too much of anything."""
    ref = ref_of(value)
    if ref is None or not isinstance(value, Mapping):
        return None
    fields: dict[str, str] = {}
    for name, told in value.items():
        if name in RESERVED:
            continue
        text = _text(told)
        if text is None or not is_id(name):
            return None
        # A number behind the name sets apart inputs of one card that ask for the same.
        fields[name.partition("#")[0]] = text
    return Data(ref=ref, fields=fields) if len(fields) <= MOST_FIELDS else None


def _text(told: object) -> str | None:
    """Return an input's value as text. Number inputs may bring numbers, toggles truth, empty ones nothing."""
    if told is None:
        return ""
    if isinstance(told, bool):
        return "true" if told else "false"
    if isinstance(told, int | float):
        return str(told)
    if isinstance(told, str) and len(told) <= LONGEST_FIELD:
        return clean(told)[0]
    return None
