"""The form of a button, as a dialog: `task/fetch` asks for it, `task/submit` brings what was filled in.

The button's data carry its reference, and the form that was written into them when the card was made. Whoever forges a
form fills in their own only: which fields a command has, and who may run it, the core knows.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from chatops import Frozen
from chatops.core.text import _
from chatops.ports.chat import RenderedField
from teams_network import answers
from teams_network.asked import Asked
from teams_network.forms import form_card
from teams_network.pressing import REF, press, ref_of
from teams_network.words import send

MOST_FIELDS = 20
_LONGEST_TITLE = 100


class _Form(Frozen, frozen=True, kw_only=True):
    title: str = ""
    fields: tuple[RenderedField, ...] = ()


def fetched(asked: Asked) -> answers.Told:
    """Answer a `task/fetch`."""
    data = _data(asked)
    ref = ref_of(data)
    if ref is None or not isinstance(data, Mapping):
        return _unknown(asked)
    try:
        form = msgspec.convert(data.get("form") or {}, _Form)
    except msgspec.ValidationError:
        return _unknown(asked)
    if len(form.fields) > MOST_FIELDS:
        return _unknown(asked)
    title = form.title[:_LONGEST_TITLE]
    card = form_card("", form.fields, {REF: ref}, asked.words(send()), words=asked.words)
    return answers.dialog(title or asked.words(send()), card)


async def submitted(asked: Asked) -> answers.Told:
    """Answer a `task/submit`. Raise StoreUnavailable."""
    pressed = press(asked.activity, _data(asked), asked.place, asked.asker, asked.at)
    if pressed is None:
        return _unknown(asked)
    outcome = await asked.outcome(pressed)
    return answers.last_words(outcome.said(asked.words))


def _data(asked: Asked) -> object:
    value = asked.activity.value
    return value.get("data") if isinstance(value, Mapping) else None


def _unknown(asked: Asked) -> answers.Told:
    return answers.last_words(asked.words(_("I do not know that form.")))
