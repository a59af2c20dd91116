"""What activities mean to the core."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from chatops.core.frozen import Body
from chatops.core.message import ButtonPress, Identity, MemberChange, Message, MessageRef, Reaction, Redaction, RoomRef
from chatops.testing.clock import START
from teams_entrance import Entrance, identity
from teams_network.known import Known
from teams_payloads import (
    ANNA,
    APP,
    BEN,
    BOT,
    CHANNEL,
    CHAT,
    PERSONAL,
    SERVICE,
    TENANT,
    Json,
    activity,
    base,
    installed,
    members,
    mention,
    message,
    reaction,
    update,
)

ID = "1772441970123"
ROOT = "1772441000000"
MAIN = "1772440000000"
WHEN = datetime(2026, 3, 2, 8, 59, 30, 123456, tzinfo=UTC)


def room(id: str) -> RoomRef:
    """A room on Teams."""
    return RoomRef(network="teams", id=id)


async def read(raw: Json, entrance: Entrance | None = None) -> Sequence[tuple[str, Body]]:
    """What it means."""
    return await (entrance or Entrance()).understanding(activity(raw))


async def only(raw: Json, entrance: Entrance | None = None) -> Body:
    """The one thing it means."""
    ((_key, body),) = await read(raw, entrance)
    return body


async def said(raw: Json, entrance: Entrance | None = None) -> Message:
    """The message it is."""
    body = await only(raw, entrance)
    assert isinstance(body, Message)
    return body


async def ours(entrance: Entrance) -> None:
    """The channel is one we opened for a room."""
    await entrance.conversations.keep(
        Known(
            id=CHANNEL,
            tenant=TENANT,
            service_url=SERVICE,
            bot_id=BOT["id"],
            type="channel",
            main_thread=MAIN,
            ours=True,
        )
    )


async def test_a_message_in_a_group_chat() -> None:
    """Who, where, when, in which language and time zone."""
    ((key, body),) = await read(message("hello"))

    assert key == f"m/{CHAT}/{ID}"
    assert body == Message(
        ref=MessageRef(room=room(CHAT), id=ID),
        sender=identity(ANNA),
        text="hello",
        at=WHEN,
        locale="de-AT",
        zone="Europe/Vienna",
    )


async def test_a_message_in_a_personal_chat() -> None:
    """It is direct."""
    found = await said(message("hello", PERSONAL))

    assert (found.ref.room, found.direct, found.thread) == (room(PERSONAL), True, None)


async def test_a_post_in_a_channel_begins_a_thread() -> None:
    """With itself as its first message, so that the answer goes below it."""
    told = await said(message("hello", CHANNEL, root=ID))
    untold = await said(message("hello", CHANNEL))

    assert (told.ref, told.thread) == (MessageRef(room=room(CHANNEL), id=ID), ID)
    assert (untold.ref, untold.thread) == (MessageRef(room=room(CHANNEL), id=ID), ID)


async def test_an_answer_in_a_channel_is_in_its_thread() -> None:
    """The room is the channel."""
    ((key, found),) = await read(message("hello", CHANNEL, root=ROOT))

    assert key == f"m/{CHANNEL}/{ID}"
    assert isinstance(found, Message)
    assert (found.ref.room, found.thread) == (room(CHANNEL), ROOT)


async def test_in_a_channel_of_ours_the_main_thread_is_the_room() -> None:
    """What is said beside it belongs to the room, in a thread."""
    entrance = Entrance()
    await ours(entrance)

    main = await said(message("hello", CHANNEL, root=MAIN), entrance)
    beside = await said(message("hello", CHANNEL, root=ROOT), entrance)
    new = await said(message("hello", CHANNEL), entrance)

    assert (main.ref.room, main.thread) == (room(f"{CHANNEL};messageid={MAIN}"), None)
    assert (beside.ref.room, beside.thread) == (room(f"{CHANNEL};messageid={MAIN}"), ROOT)
    assert (new.ref.room, new.thread) == (room(f"{CHANNEL};messageid={MAIN}"), ID)


async def test_a_thread_we_opened_is_a_room() -> None:
    """Others in that channel are not."""
    entrance = Entrance()
    await entrance.rooms.opened(f"{CHANNEL};messageid={ROOT}", "thread", START)

    inside = await said(message("hello", CHANNEL, root=ROOT), entrance)
    beside = await said(message("hello", CHANNEL, root=MAIN), entrance)

    assert (inside.ref.room, inside.thread) == (room(f"{CHANNEL};messageid={ROOT}"), None)
    assert (beside.ref.room, beside.thread) == (room(CHANNEL), MAIN)


async def test_somebody_without_an_object_id_is_their_account() -> None:
    """Anonymous guests of a meeting have none."""
    found = await said(message("hello", CHAT, {"id": "29:somebody", "name": "S", "aadObjectId": None}))

    assert found.sender == Identity(network="teams", tenant=TENANT, id="29:somebody")


async def test_bots_are_automated_and_we_are_nobody() -> None:
    """What a program says is never a command; what we say ourselves is no news."""
    other = await said(message("!help", CHAT, {"id": "28:other", "name": "Poll"}))
    by_role = await said(message("!help", CHAT, ANNA | {"role": "bot"}))

    assert other.automated
    assert by_role.automated
    assert not await read(message("!help", CHAT, BOT))
    assert not await read(message("!help", CHAT, {"id": f"28:{APP}", "name": "me"}))


TIMES = [
    pytest.param("2026-03-02T08:59:30Z", datetime(2026, 3, 2, 8, 59, 30, tzinfo=UTC), id="whole seconds"),
    pytest.param("2026-03-02T08:59:30.1Z", datetime(2026, 3, 2, 8, 59, 30, 100000, tzinfo=UTC), id="one digit"),
    pytest.param("2026-03-02T09:59:30.123+01:00", datetime(2026, 3, 2, 8, 59, 30, 123000, tzinfo=UTC), id="offset"),
    pytest.param(None, START, id="missing"),
    pytest.param("", START, id="empty"),
    pytest.param("yesterday", START, id="broken"),
    pytest.param("2026-03-02T08:59:30", START, id="without a zone"),
    pytest.param("2099-01-01T00:00:00Z", START, id="in the future"),
    pytest.param("0001-01-01T00:00:00+14:00", START, id="before time"),
]


@pytest.mark.parametrize(("told", "at"), TIMES)
async def test_it_was_written_when_teams_says(told: str, at: datetime) -> None:
    """Or now, where that makes no sense."""
    assert (await said(message("hello", at=told))).at == at


async def test_language_and_zone_come_from_the_client_where_the_activity_has_none() -> None:
    """What looks like neither is left out."""
    client = {"type": "clientInfo", "locale": "nl-NL", "timezone": "America/Argentina/Buenos_Aires"}
    other = await said(message("x", more={"locale": None, "localTimezone": None, "entities": [client]}))
    odd = await said(message("x", more={"locale": "<b>", "localTimezone": "../etc", "entities": []}))

    assert (other.locale, other.zone) == ("nl-NL", "America/Argentina/Buenos_Aires")
    assert (odd.locale, odd.zone) == (None, None)


async def test_an_edit_is_the_message_with_other_words() -> None:
    """It is marked, and each edit has a key of its own."""
    ((first, body),) = await read(update(message("!help", CHANNEL, root=ROOT)))
    ((again, _body),) = await read(update(message("!help", CHANNEL, root=ROOT)))
    ((later, _body),) = await read(update(message("!help", CHANNEL, root=ROOT), at="2026-03-02T08:59:59Z"))

    assert isinstance(body, Message)
    assert (body.ref.id, body.edited, body.text, body.thread) == (ID, True, "help", ROOT)
    assert first == again != later


async def test_a_message_brought_back_does_not_run_again() -> None:
    """It counts as edited."""
    assert (await said(update(message("!help"), "undeleteMessage"))).edited


async def test_a_deleted_message() -> None:
    """In whichever room it stands."""
    entrance = Entrance()
    await ours(entrance)

    found = await only(update(base(CHANNEL, root=MAIN), "softDeleteMessage"), entrance)

    assert isinstance(found, Redaction)
    assert found.ref == MessageRef(room=room(f"{CHANNEL};messageid={MAIN}"), id=ID)


REACTIONS = [
    ("like", "👍"),
    ("heart", "❤️"),
    ("laugh", "😆"),
    ("surprised", "😮"),
    ("sad", "🙁"),
    ("angry", "😠"),
    ("launch", "🚀"),
    ("1f440_eyes", "👀"),
    ("2705_whiteheavycheckmark", "✅"),
    ("1f4cc_pushpin", "📌"),
    ("1f44b_wavinghand-tone3", "👋"),
    ("praying-tone5", "🙏"),
    ("1f1e6-1f1f9_flagat", "🇦🇹"),
    ("1f9d1200d1f4bb_technologist-tone3", "🧑\u200d💻"),
    ("👍", "👍"),
    ("hajimi_run;0-ea-d11-abc", "hajimi_run;0-ea-d11-abc"),
    ("d800_lonely", "d800_lonely"),
]


@pytest.mark.parametrize(("told", "emoji"), REACTIONS)
async def test_reactions_are_emoji(told: str, emoji: str) -> None:
    """Whatever Teams calls them; what we do not know stays a name."""
    found = await only(reaction(added=[told]))

    assert isinstance(found, Reaction)
    assert (found.ref, found.sender, found.emoji, found.removed) == (
        MessageRef(room=room(CHAT), id="1772441900000"),
        identity(ANNA),
        emoji,
        False,
    )


async def test_reactions_put_and_taken_back_in_one() -> None:
    """Changing one takes the old one back first."""
    found = await read(reaction(added=["heart"], removed=["like"]))

    assert [(body.emoji, body.removed) for _key, body in found if isinstance(body, Reaction)] == [
        ("👍", True),
        ("❤️", False),
    ]
    assert len({key for key, _body in found}) == 2


async def test_reactions_to_nothing_are_nothing() -> None:
    """Nor are those without a name."""
    assert not await read(reaction(added=["like"]) | {"replyToId": None})
    assert not await read(reaction(added=["", "\x00"]))


async def test_people_come_and_go() -> None:
    """By themselves or by somebody else."""
    came = await read(members(added=[ANNA, BEN]))
    left = await only(members(removed=[ANNA]))
    removed = await only(members(removed=[BEN]))

    assert [
        (body.member, body.change, body.by, body.ourselves) for _key, body in came if isinstance(body, MemberChange)
    ] == [(identity(ANNA), "joined", None, False), (identity(BEN), "joined", identity(ANNA), False)]
    assert isinstance(left, MemberChange)
    assert (left.change, left.by) == ("left", None)
    assert isinstance(removed, MemberChange)
    assert (removed.room, removed.change, removed.by) == (room(CHAT), "removed", identity(ANNA))


async def test_that_we_come_and_go_is_told() -> None:
    """Where the app is put in, and where it is taken out."""
    for raw, change in (
        (members(added=[BOT]), "joined"),
        (members(removed=[BOT]), "removed"),
        (installed(), "joined"),
        (installed(action="remove"), "removed"),
        (installed(PERSONAL, "remove"), "removed"),
    ):
        found = await only(raw)

        assert isinstance(found, MemberChange)
        assert (found.change, found.ourselves, found.by) == (change, True, identity(ANNA))


async def test_an_upgrade_of_the_app_is_no_news() -> None:
    """Nor is anything else of that kind."""
    for action in ("add-upgrade", "remove-upgrade", "other"):
        assert not await read(installed(action=action))


async def test_whose_personal_chat_it_is_never_came() -> None:
    """Teams tells of both members when it is first opened."""
    found = await only(members(PERSONAL, added=[BOT, ANNA]))

    assert isinstance(found, MemberChange)
    assert found.ourselves


async def test_whom_we_took_out_is_not_told() -> None:
    """They may have been let in again before we hear of it."""
    assert not await read(members(who=BOT, removed=[BEN]))
    assert await read(members(who=BOT, added=[BEN]))


async def test_other_bots_are_no_members() -> None:
    """Nobody is asked into a room for being a program."""
    assert not await read(members(added=[{"id": "28:other", "name": "Poll"}]))


async def test_a_deleted_channel_is_a_room_we_are_out_of() -> None:
    """A room of ours is its main thread. A channel that is back is a room again; another name is no news."""
    entrance = Entrance()
    await ours(entrance)

    gone = await only(members(CHANNEL, event="channelDeleted"), entrance)
    back = await only(members(CHANNEL, event="channelRestored"), entrance)

    assert isinstance(gone, MemberChange)
    assert (gone.room, gone.change, gone.ourselves) == (room(f"{CHANNEL};messageid={MAIN}"), "removed", True)
    assert isinstance(back, MemberChange)
    assert back.change == "joined"
    for event in ("channelRenamed", "teamRenamed", "channelCreated", "teamArchived"):
        assert not await read(members(CHANNEL, event=event), entrance)


async def test_a_submitted_card_is_a_press() -> None:
    """The fallback of old clients: a message with a value and without words."""
    raw = message(None, CHANNEL, root=ROOT, more={"value": {"ref": "abc", "note": "now"}, "replyToId": "177244"})

    found = await only(raw)

    assert isinstance(found, ButtonPress)
    assert (found.room, found.thread, found.message) == (room(CHANNEL), ROOT, "177244")
    assert (found.presser, found.action, found.fields) == (identity(ANNA), "abc", {"note": "now"})


VALUES = [
    pytest.param({"other": "x"}, id="no reference"),
    pytest.param({"ref": 7}, id="a number for a reference"),
    pytest.param({"ref": ""}, id="an empty reference"),
    pytest.param({"ref": "x" * 500}, id="too long a reference"),
    pytest.param({"ref": "a\x00"}, id="an unprintable reference"),
    pytest.param({"ref": "abc", "note": {"a": 1}}, id="a field that is no text"),
    pytest.param({"ref": "abc", "note": "x" * 20_001}, id="too long a field"),
    pytest.param({"ref": "abc"} | {f"f{n}": "" for n in range(51)}, id="too many fields"),
    pytest.param(["abc"], id="a list"),
    pytest.param("abc", id="text"),
]


@pytest.mark.parametrize("value", VALUES)
async def test_other_cards_are_nothing(value: object) -> None:
    """Whatever they carry."""
    assert not await read(message("", more={"value": value}))


async def test_fields_are_text() -> None:
    """Numbers, toggles and empty inputs as well; a number behind the name only set it apart."""
    value = {"ref": "abc", "count": 3, "on": True, "none": None, "why#2": "so", "msteams": {"type": "x"}}

    found = await only(message(None, more={"value": value}))

    assert isinstance(found, ButtonPress)
    assert found.fields == {"count": "3", "on": "true", "none": "", "why": "so"}


async def test_a_bot_presses_nothing() -> None:
    """Else two bots could keep each other busy."""
    pressed = message(None, CHAT, {"id": "28:other", "name": "Poll"}, more={"value": {"ref": "abc"}})

    assert not await read(pressed)


async def test_words_beside_a_value_are_words() -> None:
    """A suggested answer is a message."""
    assert (await said(message("help", PERSONAL, more={"value": {"ref": "abc"}}))).text == "help"


@pytest.mark.parametrize("kind", ["typing", "event", "invoke", "endOfConversation", "handoff", "", "trace", "x" * 99])
async def test_what_we_do_not_know_is_nothing(kind: str) -> None:
    """And no error."""
    assert not await read(base(CHAT) | {"type": kind, "name": "application/vnd.microsoft.readReceipt"})


BROKEN = [
    pytest.param({"conversation": {"id": ""}}, id="nowhere"),
    pytest.param({"conversation": {"id": "a\nb"}}, id="an id of two lines"),
    pytest.param({"conversation": {"id": "x" * 2_000}}, id="too long an id"),
    pytest.param({"from": {"id": ""}}, id="by nobody"),
    pytest.param({"id": ""}, id="a message without an id"),
    pytest.param({"id": "ä\u0000"}, id="a message with an odd id"),
]


@pytest.mark.parametrize("broken", BROKEN)
async def test_what_lacks_what_it_needs_is_nothing(broken: Json) -> None:
    """Nobody could answer it."""
    assert not await read(message("!help") | broken)


async def test_a_redelivery_has_the_same_keys() -> None:
    """Also where the activity has no id."""
    for raw in (message("x"), reaction(added=["like"]), members(added=[ANNA, BEN]), installed(), update(message("x"))):
        assert [key for key, _body in await read(raw)] == [key for key, _body in await read(raw)]
        anonymous = raw | {"id": ""}
        assert [key for key, _body in await read(anonymous)] == [key for key, _body in await read(anonymous)]


async def test_a_mention_entity_without_anybody_is_nobody() -> None:
    """Some clients send such."""
    found = await said(message("hi <at>x</at>", mentions=[{"type": "mention"}, mention(BOT) | {"text": None}]))

    assert (found.text, found.mentions) == ("hi <at>x</at>", ())
