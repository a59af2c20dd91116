"""The simulated clients do what real ones do with cards, forms and the app."""

from __future__ import annotations

import pytest
from aiohttp import web

from teams_acts import MayNot
from teams_bot import PlainBot
from teams_cards import CARD
from teams_sight import buttons, markdown, seen, xml
from teams_simulator import TeamsSimulator
from teams_world import Conversation, Raw, User


def execute(title: str, ref: str) -> Raw:
    """A button with its fallback."""
    data = {"ref": ref}
    fallback = {"type": "Action.Submit", "title": title, "data": data}
    return {"type": "Action.Execute", "title": title, "verb": "press", "data": data, "fallback": fallback}


def card(*actions: Raw, text: str = "A card") -> Raw:
    """A message with a card."""
    content = {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [{"type": "TextBlock", "text": text}],
        "actions": actions,
    }
    return {"type": "message", "attachments": [{"contentType": CARD, "content": content}]}


FORM: Raw = {
    "type": "Action.ShowCard",
    "title": "Invite",
    "card": {
        "type": "AdaptiveCard",
        "body": [
            {"type": "Input.Text", "id": "why#1", "label": "Why", "isRequired": True},
            {"type": "Input.Toggle", "id": "page", "title": "Page them", "valueOn": "yes", "valueOff": "no"},
        ],
        "actions": [execute("Send", "R2")],
    },
}


@pytest.fixture
def ann(simulator: TeamsSimulator) -> User:
    """Somebody."""
    return simulator.world.user("Ann")


@pytest.fixture
def chat(simulator: TeamsSimulator, ann: User) -> Conversation:
    """A group chat with her, Ben and the bot in it."""
    made = simulator.world.group_chat([ann, simulator.world.user("Ben")], topic="A chat")
    made.apps.add(simulator.bot.app_id)
    return made


async def posted(bot: PlainBot, where: Conversation, activity: Raw) -> str:
    """The id of what the bot posted."""
    status, answer = await bot.send(where.id, activity)
    assert status == 201
    return str(answer["id"])


async def test_a_press_carries_the_reference(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """As the invoke that Teams sends."""
    id = await posted(plain_bot, chat, card(execute("Accept", "R1")))
    await simulator.people.press(ann, chat, id, "Accept")
    [heard] = plain_bot.heard
    assert (heard["type"], heard["name"], heard["replyToId"]) == ("invoke", "adaptiveCard/action", id)
    assert heard["value"]["action"]["data"] == {"ref": "R1"}
    assert heard["value"]["action"]["verb"] == "press"


async def test_the_answer_is_seen_by_who_pressed(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """Until the message is edited; then everybody sees the same."""
    id = await posted(plain_bot, chat, card(execute("Accept", "R1")))
    answer = card(text="Accepted")["attachments"][0]["content"]
    plain_bot.answer = lambda _activity: web.json_response({"statusCode": 200, "type": CARD, "value": answer})
    await simulator.people.press(ann, chat, id, "R1")
    post, ben = chat.posts[id], chat.people[1]
    assert (seen(post, ann.id), seen(post, ben.id)) == ("Accepted", "A card")
    assert (buttons(post, ann.id), buttons(post, ben.id)) == ([], ["Accept"])
    await plain_bot.call("PUT", f"/v3/conversations/{chat.id}/activities/{id}", card(text="Edited"))
    assert (seen(post, ann.id), seen(post, ben.id)) == ("Edited", "Edited")


async def test_what_was_filled_in_goes_with_the_button(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """Of the card that was opened; the client wants what is required."""
    id = await posted(plain_bot, chat, card(execute("Accept", "R1"), FORM))
    with pytest.raises(LookupError, match="required"):
        await simulator.people.press(ann, chat, id, "R2")
    with pytest.raises(LookupError, match="no input 'who'"):
        await simulator.people.press(ann, chat, id, "R2", {"who": "x"})
    await simulator.people.press(ann, chat, id, "Invite", {"why": "she knows"})
    await simulator.people.press(ann, chat, id, "R1")
    assert [heard["value"]["action"]["data"] for heard in plain_bot.heard] == [
        {"ref": "R2", "why#1": "she knows", "page": "no"},
        {"ref": "R1"},
    ]


async def test_an_old_client_submits(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """A message without words, with the data as its value; it is brought again like any message."""
    id = await posted(plain_bot, chat, card(execute("Accept", "R1")))
    await simulator.people.press(ann, chat, id, "Accept", old_client=True)
    [heard] = plain_bot.heard
    assert (heard["type"], heard["value"], heard["replyToId"]) == ("message", {"ref": "R1"}, id)
    assert "text" not in heard


async def test_an_invoke_is_brought_once(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """The client says that something went wrong; whoever wants it presses again."""
    id = await posted(plain_bot, chat, card(execute("Accept", "R1")))
    plain_bot.answer = lambda _activity: web.Response(status=500)
    delivery = await simulator.people.press(ann, chat, id, "R1")
    assert (delivery.statuses, await simulator.redeliver()) == ([500], 0)


async def test_edits_deletes_and_reactions_are_told(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """Reactions on the bot's own messages only."""
    post = await simulator.people.say(ann, chat, "helo")
    await simulator.people.react(ann, chat, post.id, "like")
    await simulator.people.edit(ann, chat, post.id, "hello")
    await simulator.people.delete(ann, chat, post.id)
    ours = await posted(plain_bot, chat, {"type": "message", "text": "x"})
    await simulator.people.react(ann, chat, ours, "like")
    await simulator.people.react(ann, chat, ours, "like")
    told = [(one["type"], one["channelData"].get("eventType")) for one in plain_bot.heard]
    assert told == [
        ("message", None),
        ("messageUpdate", "editMessage"),
        ("messageDelete", "softDeleteMessage"),
        ("messageReaction", None),
        ("messageReaction", None),
    ]
    assert plain_bot.heard[3]["reactionsAdded"] == plain_bot.heard[4]["reactionsRemoved"] == [{"type": "like"}]
    assert {one["id"] for one in plain_bot.heard[:3]} == {post.id}


async def test_the_app_comes_and_goes(simulator: TeamsSimulator, plain_bot: PlainBot, ann: User) -> None:
    """A team tells its name and group."""
    team = simulator.world.team("Incidents", [ann])
    await simulator.people.install(team, ann)
    ben = simulator.world.user("Ben")
    await simulator.people.add(ben, team)
    await simulator.people.remove(ben, team)
    await simulator.people.uninstall(team, ann)
    told = [(one["type"], one.get("action") or one["channelData"].get("eventType")) for one in plain_bot.heard]
    assert told == [
        ("conversationUpdate", "teamMemberAdded"),
        ("installationUpdate", "add"),
        ("conversationUpdate", "teamMemberAdded"),
        ("conversationUpdate", "teamMemberRemoved"),
        ("installationUpdate", "remove"),
        ("conversationUpdate", "teamMemberRemoved"),
    ]
    named = {"id": team.id, "aadGroupId": team.group_id, "name": "Incidents"}
    assert plain_bot.heard[0]["channelData"]["team"] == named
    assert plain_bot.heard[2]["membersAdded"] == [{"id": ben.id, "aadObjectId": ben.object_id, "name": "Ben"}]


async def test_a_message_action_carries_the_message(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """With who wrote it, and where it stands."""
    ben = chat.people[1]
    post = await simulator.people.say(ben, chat, "it <broke>")
    plain_bot.answer = lambda _activity: web.json_response({"task": {"type": "continue", "value": {"title": "Step"}}})
    opened = await simulator.people.choose_action(ann, chat, "step", message=post.id)
    assert opened.answer == {"task": {"type": "continue", "value": {"title": "Step"}}}
    await simulator.people.submit_action(ann, chat, "step", {"ref": "R1"}, message=post.id)
    fetched, submitted = plain_bot.heard[1:]
    assert (fetched["name"], submitted["name"]) == ("composeExtension/fetchTask", "composeExtension/submitAction")
    payload = fetched["value"]["messagePayload"]
    assert (payload["id"], payload["from"]["user"]["id"]) == (post.id, ben.object_id)
    assert payload["body"]["content"] == "<p>it &lt;broke&gt;</p>"
    assert submitted["value"]["data"] == {"ref": "R1"}


async def test_a_quotation_stands_before_the_words(
    simulator: TeamsSimulator, plain_bot: PlainBot, chat: Conversation, ann: User
) -> None:
    """In the HTML, not in the text."""
    first = await simulator.people.say(ann, chat, "what now?")
    await simulator.people.say(chat.people[1], chat, "wait", quotes=first.id)
    heard = plain_bot.heard[1]
    assert heard["text"] == "wait"
    assert f'itemid="{first.id}"' in heard["attachments"][0]["content"]


async def test_who_has_left_reads_what_was_said_before(
    simulator: TeamsSimulator, chat: Conversation, ann: User
) -> None:
    """And nothing later; who was never there reads nothing."""
    ben = chat.people[1]
    await simulator.people.say(ben, chat, "before")
    await simulator.people.remove(ann, chat)
    await simulator.people.say(ben, chat, "after")
    assert [seen(post) for post in chat.readable(ann) or ()] == ["before"]
    assert chat.readable(simulator.world.user("Carl")) is None


async def test_who_is_not_there_does_nothing(simulator: TeamsSimulator, chat: Conversation) -> None:
    """Nor does anybody where it is archived."""
    with pytest.raises(MayNot):
        await simulator.people.say(simulator.world.user("Carl"), chat, "hello")
    chat.archived = True
    with pytest.raises(MayNot):
        await simulator.people.say(chat.people[0], chat, "hello")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("**bold** _it_ `code` ~~gone~~", "bold it code gone"),
        (r"\*\*not bold\*\* a\_b snake_case", "**not bold** a_b snake_case"),
        ("[words](https://a.example)", "words"),
        ("<b>x</b> &lt;b&gt; 1 &amp; 2", "x <b> 1 & 2"),
        ("# heading\n- item", "heading\nitem"),
    ],
)
def test_what_is_read_of_markdown(written: str, read: str) -> None:
    """The words without the marks."""
    assert markdown(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a<br/>b &lt;c&gt; &amp;amp;", "a\nb <c> &amp;"),
        ("<at>Ann</at>, <b>go</b> *now*", "Ann, go *now*"),
        ("x<script>alert(1)</script>y", "xy"),
    ],
)
def test_what_is_read_of_xml(written: str, read: str) -> None:
    """The words without the tags."""
    assert xml(written) == read
