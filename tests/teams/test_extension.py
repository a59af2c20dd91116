"""Actions on messages and forms to write with: each becomes a command of whoever fills them in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatops.core.message import Message
from teams_entrance import Accepting, Entrance, answered, identity
from teams_network.actions import ACTIONS, Unfilled, action_of, line
from teams_payloads import ANNA, CHANNEL, CHAT, PERSONAL, TENANT, Json, activity, chosen, installed, payload

INVOKE = "f:19ccc884-c792-35ef-2f40-d0ff43dcca71"


async def ask(raw: Json, accept: Accepting | None = None, entrance: Entrance | None = None) -> Any:
    """What is answered."""
    told = await (entrance or Entrance()).invokes(activity(raw), accept or Accepting())
    return json.loads(told.body)


async def commanded(raw: Json, entrance: Entrance | None = None) -> Message:
    """The message that is handed over."""
    accept = Accepting()
    await ask(raw, accept, entrance)
    ((key, body),) = accept.events
    assert key.startswith("i/")
    assert key.endswith(INVOKE)
    assert isinstance(body, Message)
    assert body.addressed
    return body


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: str(action.id))
async def test_each_action_has_a_form(action: Any) -> None:
    """With the fields it declares; those for the message's words hold them."""
    told = await ask(chosen(action.id, payload=payload("<p>the <b>lock</b> is gone &amp; away</p>")))

    value = told["task"]["value"]
    assert (told["task"]["type"], value["title"]) == ("continue", action.title.msgid)
    inputs = {element["id"]: element for element in value["card"]["content"]["body"]}
    assert set(inputs) == {one.field.name for one in action.inputs}
    filled = {one.field.name for one in action.inputs if one.from_message}
    assert {name for name, element in inputs.items() if element.get("value") == "the lock is gone & away"} == filled


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: str(action.id))
def test_teams_takes_what_is_declared(action: Any) -> None:
    """Lengths as in the manifest's schema; free text comes last, and nothing that may be left out before it."""
    assert len(action.id) <= 64
    assert len(action.title.msgid) <= 32
    assert len(action.description.msgid) <= 128
    texts = [one for one in action.inputs if one.stands == "text"]
    assert len(texts) <= 1
    words = [one for one in action.inputs if one.stands == "word"]
    assert all(one.field.required or one.field.kind == "choice" for one in words)


async def test_a_form_that_was_sent_is_a_command() -> None:
    """In the conversation and thread of the message it was called on, in answer to it."""
    on = payload("<p>x</p>", id="1772441800000", root="1772441000000")
    data = {"who": "@ben", "text": "restart it", "in": "30m", "msteams": {}, "other": "x"}

    found = await commanded(chosen("task", data=data, payload=on, where=CHANNEL))

    assert found.text == 'task add "@ben" in="30m" "restart it"'
    assert (found.ref.room.id, found.thread, found.reply_to) == (CHANNEL, "1772441000000", "1772441800000")
    assert (found.sender, found.locale, found.zone) == (identity(ANNA), "de-AT", "Europe/Vienna")


async def test_a_form_to_write_with_answers_nothing() -> None:
    """It is called from the box people write in."""
    data = {"case": "demo:1001", "help_needed": "refund loops", "skills": "billing", "private": "yes", "tried": " "}

    entrance = Entrance()
    await entrance.conversations.learn(activity(installed(PERSONAL)))

    chat = await commanded(chosen("swarm", data=data), entrance)
    personal = await commanded(chosen("swarm", data=data | {"private": "no"}, where=PERSONAL), entrance)

    assert chat.text == 'swarm open "demo:1001" skills="billing" --private "refund loops"'
    assert (chat.ref.room.id, chat.reply_to, chat.direct) == (CHAT, None, False)
    assert (personal.text.count("--private"), personal.direct) == (0, True)


async def test_a_chat_between_two_people_is_nobodys_chat_with_us() -> None:
    """Teams calls it personal, too: what is meant for one of them alone must not be said there, now or later."""
    entrance, raw = Entrance(), chosen("step", data={"text": "restarted"}, where=PERSONAL)
    await entrance.conversations.learn(activity(raw))

    found = await commanded(raw, entrance)

    assert (found.addressed, found.direct) == (True, False)
    contact = await entrance.conversations.contact(TENANT, ANNA["aadObjectId"])
    assert contact is not None
    assert (contact.account, contact.conversation) == (ANNA["id"], "")
    assert await entrance.conversations.known(PERSONAL) is None


async def test_a_choice_is_a_word() -> None:
    """One of those there are."""
    told = await commanded(chosen("declare", data={"severity": "sev1", "title": "checkout is down"}))

    assert told.text == 'incident declare sev1 "checkout is down"'


async def test_what_came_of_it_is_said_in_the_dialog() -> None:
    """Also that it may not be."""
    accept = Accepting()
    for answer, words in (
        ([answered("SW-1 is open.")], "SW-1 is open."),
        ([answered("x"), answered("You may not.", refused=True)], "You may not."),
        ([], "Done."),
        (None, "Working on it…"),
    ):
        accept.answer = answer
        told = await ask(chosen("step", data={"text": "restarted"}), accept)
        assert told == {"task": {"type": "message", "value": words}}


UNFILLED = [
    pytest.param("step", {}, "What was done", id="nothing"),
    pytest.param("step", {"text": "  "}, "What was done", id="spaces"),
    pytest.param("task", {"text": "x"}, "Who", id="nobody"),
    pytest.param("declare", {"title": "x", "severity": 'sev1 "; drop'}, "Severity", id="no choice"),
    pytest.param("step", {"text": 7}, "What was done", id="a number"),
]


@pytest.mark.parametrize(("action", "data", "label"), UNFILLED)
async def test_what_is_missing_is_said(action: str, data: Json, label: str) -> None:
    """Nothing is handed over."""
    accept = Accepting()

    told = await ask(chosen(action, data=data), accept)

    assert told == {"task": {"type": "message", "value": f"Please fill in: {label}"}}
    assert not accept.events


ODD = [
    chosen("unknown"),
    chosen("unknown", data={"text": "x"}),
    chosen("step") | {"value": None},
    chosen("step") | {"value": {"commandId": 7}},
    chosen("step") | {"value": {"commandId": "step", "messagePayload": "x"}},
]


@pytest.mark.parametrize("raw", ODD)
async def test_forms_nobody_knows_are_told_so(raw: Json) -> None:
    """Nothing fails."""
    told = await ask(raw)

    assert told["task"]["value"] == "I do not know that form."


async def test_what_was_passed_on_is_in_the_form() -> None:
    """It is why somebody opened the menu of that message."""
    passed_on = '<p>look</p><blockquote itemtype="http://schema.skype.com/Forward"><p>the lock is gone</p></blockquote>'

    told = await ask(chosen("step", payload=payload(passed_on)))

    (field,) = told["task"]["value"]["card"]["content"]["body"]
    assert field["value"] == "look\nthe lock is gone"


async def test_a_long_message_is_cut_in_the_form() -> None:
    """A dialog takes some 25 KB."""
    told = await ask(chosen("step", payload=payload("x" * 50_000, kind="text")))

    assert len(json.dumps(told)) < 10_000


def test_an_action_that_is_not_filled_in_is_no_command() -> None:
    """The name of the field is told."""
    action = action_of("swarm")
    assert action is not None

    with pytest.raises(Unfilled) as missing:
        line(action, {"case": "demo:1"})

    assert missing.value.field == "help_needed"
