"""What is answered in the same request: clicks, dialogs, and whatever else Teams may ask for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chatops.core.message import ButtonPress, RoomRef
from chatops.errors import StoreUnavailable
from chatops.ports.chat import Answered, Outgoing, RenderedButton
from teams_entrance import SETTINGS, Accepting, Entrance, answered, identity
from teams_payloads import ANNA, BEN, BOT, CHANNEL, CHAT, Json, activity, click, invoke

CARD = "1772441900000"
INVOKE = "f:19ccc884-c792-35ef-2f40-d0ff43dcca71"
HERE = RoomRef(network="teams", id=CHAT)
BUBBLE = "application/vnd.microsoft.activity.message"


async def ask(raw: Json, accept: Accepting | None = None, entrance: Entrance | None = None) -> Any:
    """What is answered."""
    told = await (entrance or Entrance()).invokes(activity(raw), accept or Accepting())
    return json.loads(told.body)


def bubble(words: str) -> Json:
    """Words at the card."""
    return {"statusCode": 200, "type": BUBBLE, "value": words}


async def test_a_click_is_handed_over() -> None:
    """With what was filled in, by whom, on which card; under a key of its own."""
    accept = Accepting()

    await ask(click("abc", more={"note": "soon", "msteams": {"x": 1}}), accept)

    ((key, body),) = accept.events
    assert key == f"i/{CHAT}/{ANNA['aadObjectId']}/{INVOKE}"
    assert isinstance(body, ButtonPress)
    assert body.presser == identity(ANNA)
    assert (body.room, body.message, body.thread) == (RoomRef(network="teams", id=CHAT), CARD, None)
    assert (body.action, body.fields) == ("abc", {"note": "soon"})
    assert accept.waited == [(key, SETTINGS.answer_within)]


async def test_the_card_is_shown_as_it_is_now() -> None:
    """The last that was said of it."""
    accept = Accepting()
    buttons = (RenderedButton(ref="next", label="Done", command="done"),)
    accept.answer = [
        answered("Ben comes.", message="other"),
        Answered(body=Outgoing(title="before"), message=CARD, room=HERE),
        Answered(body=Outgoing(title="Ben comes", buttons=buttons), message=CARD, room=HERE),
        Answered(body=Outgoing(title="what is said elsewhere"), message=CARD, room=RoomRef(network="teams", id="a:1")),
    ]

    told = await ask(click("abc"), accept)

    assert (told["statusCode"], told["type"]) == (200, "application/vnd.microsoft.card.adaptive")
    assert told["value"]["body"][0]["text"] == "Ben comes"
    assert told["value"]["actions"][0]["data"] == {"ref": "next"}


async def test_a_refusal_is_said_and_the_card_stays() -> None:
    """Whoever clicked learns why."""
    accept = Accepting()
    accept.answer = [answered("That was done already.", refused=True)]

    assert await ask(click("abc"), accept) == bubble("That was done already.")


async def test_what_others_are_told_is_not_said() -> None:
    """Neither what is posted because of the click, nor a refusal among it."""
    accept = Accepting()
    accept.answer = [
        Answered(body=Outgoing(plain="Cleo: please look at this, and keep it to yourself.")),
        Answered(body=Outgoing(plain="Cleo may not."), refused=True),
        answered("You are in."),
    ]

    assert await ask(click("abc"), accept) == bubble("You are in.")


async def test_an_id_that_two_people_use_is_two_invokes() -> None:
    """Else the second would be told what came of the first."""
    accept = Accepting()
    for who in (ANNA, BEN):
        await ask(click("abc") | {"from": who}, accept)

    assert len({key for key, _answer_within in accept.waited}) == 2


async def test_an_answer_elsewhere_is_said_as_well() -> None:
    """In words; and where nothing was said, that it is done."""
    accept = Accepting()
    accept.answer = [answered("You are in.", message="new")]
    assert await ask(click("abc"), accept) == bubble("You are in.")

    accept.answer = []
    assert await ask(click("abc"), accept) == bubble("Done.")


async def test_what_takes_longer_is_being_worked_on() -> None:
    """The card changes when it is done."""
    accept = Accepting()
    accept.answer = None

    assert await ask(click("abc"), accept) == bubble("Working on it…")


async def test_an_outage_behind_the_acceptance_changes_nothing() -> None:
    """It is accepted, so it will happen."""

    class Lost(Accepting):
        async def answers(self, key: str, at_most: float) -> None:
            raise StoreUnavailable

    accept = Lost()

    assert await ask(click("abc"), accept) == bubble("Working on it…")
    assert len(accept.events) == 1


async def test_two_people_click_twice_each() -> None:
    """All four are handed over: the core knows who was first."""
    accept = Accepting()
    for who in (ANNA, BEN):
        for number in range(2):
            await ask(click("abc") | {"from": who, "id": f"f:{who['id'][-6:]}-{number}"}, accept)

    assert len({key for key, _body in accept.events}) == 4


NO_BUTTONS = [
    pytest.param(click("abc", verb="other"), id="another verb"),
    pytest.param(click(7), id="a number for a reference"),
    pytest.param(click(None), id="no reference"),
    pytest.param(click("abc", more={"x": [1]}), id="a list filled in"),
    pytest.param(invoke("adaptiveCard/action", None), id="no value"),
    pytest.param(invoke("adaptiveCard/action", {"action": "x"}), id="text for an action"),
    pytest.param(invoke("adaptiveCard/action", {"action": {"verb": "press", "data": "x"}}), id="text for data"),
]


@pytest.mark.parametrize("raw", NO_BUTTONS)
async def test_what_is_no_button_of_ours_is_told_so(raw: Json) -> None:
    """Nothing is handed over, and nothing fails."""
    accept = Accepting()

    assert await ask(raw, accept) == bubble("That is no button of mine.")
    assert not accept.events


async def test_a_reference_nobody_knows_is_handed_over() -> None:
    """Whether it means anything is not for the door to know."""
    accept = Accepting()
    await ask(click("forged"), accept)

    assert len(accept.events) == 1


async def test_a_click_in_a_channel_is_in_its_thread() -> None:
    """So what is answered goes there."""
    accept = Accepting()
    value = {"action": {"verb": "press", "data": {"ref": "abc"}}}

    await ask(invoke("adaptiveCard/action", value, CHANNEL, root="177", to="178"), accept)

    (body,) = accept.bodies
    assert isinstance(body, ButtonPress)
    assert (body.room.id, body.thread, body.message) == (CHANNEL, "177", "178")


async def test_a_form_opens_as_a_dialog() -> None:
    """With the fields the button's data say, and nothing done yet."""
    accept = Accepting()
    fields = [{"name": "why", "label": "Why", "kind": "text", "required": True}]
    data = {"msteams": {"type": "task/fetch"}, "ref": "abc", "form": {"title": "Close", "fields": fields}}

    told = await ask(invoke("task/fetch", {"data": data, "context": {"theme": "default"}}), accept)

    assert told["task"]["type"] == "continue"
    assert told["task"]["value"]["title"] == "Close"
    card = told["task"]["value"]["card"]["content"]
    assert [element["id"] for element in card["body"]] == ["why"]
    assert card["actions"][0]["data"] == {"ref": "abc"}
    assert not accept.events


async def test_a_dialog_that_was_sent_is_a_press() -> None:
    """Answered in the dialog."""
    accept = Accepting()
    accept.answer = [answered("Closed.")]

    told = await ask(invoke("task/submit", {"data": {"ref": "abc", "why": "solved"}}, to=CARD), accept)

    assert told == {"task": {"type": "message", "value": "Closed."}}
    (body,) = accept.bodies
    assert isinstance(body, ButtonPress)
    assert (body.action, body.fields, body.message) == ("abc", {"why": "solved"}, CARD)


DIALOGS = [
    None,
    {},
    {"data": None},
    {"data": {"ref": 1}},
    {"data": {"ref": "abc", "form": {"fields": 7}}},
    {"data": {"ref": "abc", "form": {"fields": [{"name": "x", "label": "X", "kind": "line"}] * 21}}},
]


@pytest.mark.parametrize("value", DIALOGS)
async def test_dialogs_nobody_knows_are_told_so(value: object) -> None:
    """Nothing is done."""
    told = await ask(invoke("task/fetch", value))

    assert told == {"task": {"type": "message", "value": "I do not know that form."}}


async def test_everything_else_is_answered_with_nothing() -> None:
    """Also what bots ask."""
    accept = Accepting()
    for raw in (
        invoke("signin/verifyState", {"state": "1"}),
        invoke("", None),
        click("abc") | {"from": {"id": "28:other"}},
        click("abc") | {"from": BOT},
        click("abc") | {"from": {"id": ""}},
        click("abc") | {"conversation": {"id": ""}},
    ):
        assert await ask(raw, accept) == {}
    assert not accept.events
