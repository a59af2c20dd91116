"""The messaging extension: actions from the menu of a message and from the box people write in.

`composeExtension/fetchTask` asks for the form, `composeExtension/submitAction` brings it back; both carry the message the
menu belongs to (`messagePayload`). Source: Microsoft Learn, "Create and send dialogs" and "Respond to the dialog submit
action" of message extensions, with payloads for chats, channels and threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chatops.core.message import Message
from chatops.core.text import _
from chatops.ports.chat import RenderedField
from teams_network import answers
from teams_network.actions import Action, Input, Unfilled, action_of, line
from teams_network.asked import Asked
from teams_network.forms import filled_in, form_card
from teams_network.ids import id_or_none, own_id
from teams_network.understanding import locale_of, zone_of
from teams_network.words import fill_in, send
from teams_network.written import of_html, plain_words

PREFILLED = 2_000
"""Characters of a message that are put into the form."""


class _Body(msgspec.Struct, rename="camel"):
    content_type: str | None = None
    content: str | None = None


class _Payload(msgspec.Struct, rename="camel"):
    id: str | None = None
    reply_to_id: str | None = None
    body: _Body | None = None


class _Value(msgspec.Struct, rename="camel"):
    command_id: str | None = None
    message_payload: _Payload | None = None
    data: Any = None


def thread_of(value: object) -> str | None:
    """Return the message whose thread an action on a channel's message belongs to, or None."""
    payload = _value(value).message_payload
    return None if payload is None else id_or_none(payload.reply_to_id) or id_or_none(payload.id)


def form(asked: Asked) -> answers.Told:
    """Answer a `composeExtension/fetchTask`."""
    value = _value(asked.activity.value)
    action = action_of(value.command_id)
    if action is None:
        return _unknown(asked)
    said = _words_of(value.message_payload)
    fields = [_field(one, asked, said if one.from_message else "") for one in action.inputs]
    card = form_card("", fields, {}, asked.words(send()), words=asked.words)
    return answers.dialog(asked.words(action.title), card)


async def filled(asked: Asked) -> answers.Told:
    """Answer a `composeExtension/submitAction`: run the command as whoever filled in the form. Raise StoreUnavailable."""
    value = _value(asked.activity.value)
    action = action_of(value.command_id)
    if action is None:
        return _unknown(asked)
    try:
        command = line(action, filled_in(value.data) if isinstance(value.data, Mapping) else {})
    except Unfilled as missing:
        return answers.last_words(asked.words(fill_in(_label(action, missing.field, asked))))
    payload = value.message_payload
    outcome = await asked.outcome(
        Message(
            ref=asked.place.message(own_id(asked.activity)),
            sender=asked.asker,
            text=command,
            at=asked.at,
            addressed=True,
            direct=asked.place.direct,
            thread=asked.place.thread,
            reply_to=None if payload is None else id_or_none(payload.id),
            locale=locale_of(asked.activity),
            zone=zone_of(asked.activity),
        )
    )
    return answers.last_words(outcome.said(asked.words))


def _value(raw: object) -> _Value:
    try:
        return msgspec.convert(raw, _Value)
    except msgspec.ValidationError:
        return _Value()


def _words_of(payload: _Payload | None) -> str:
    if payload is None or payload.body is None or not payload.body.content:
        return ""
    content = payload.body.content
    if payload.body.content_type == "html":
        content = plain_words(of_html(content, forwarded=True))
    return content.strip()[:PREFILLED]


def _field(one: Input, asked: Asked, said: str) -> RenderedField:
    field = one.field
    return RenderedField(
        name=field.name,
        label=asked.words(field.label),
        kind=field.kind,
        choices=tuple((value, asked.words(label)) for value, label in field.choices),
        required=field.required,
        value=said or field.value,
    )


def _label(action: Action, name: str, asked: Asked) -> str:
    return next(asked.words(one.field.label) for one in action.inputs if one.field.name == name)


def _unknown(asked: Asked) -> answers.Told:
    return answers.last_words(asked.words(_("I do not know that form.")))
