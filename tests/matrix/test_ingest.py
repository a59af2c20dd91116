"""One event of a room in the engine's terms, whatever it looks like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops import Body
from chatops.core.frozen import replace
from chatops.core.message import Identity, MemberChange, Message, Reaction, Redaction
from matrix_network.answer import Invitation, answer_of
from matrix_network.attendance import witnessed
from matrix_network.event import event_of
from matrix_network.ingest import Place, body_of, replacement_of
from matrix_network.membership import disturbs

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT = NOW - timedelta(minutes=1)
ME, ANN, BEN = "@chatops:example.org", "@ann:example.org", "@ben:example.org"
PLACE = Place(network="matrix", room="!room:example.org", me=ME, name="Chatops")
DIRECT = replace(PLACE, partner=ANN)


def raw(kind: str, content: object, *, sender: str = ANN, **more: object) -> dict[str, Any]:
    """Return an event as a homeserver sends it."""
    return {
        "event_id": "$e",
        "type": kind,
        "sender": sender,
        "origin_server_ts": int(AT.timestamp() * 1000),
        "content": content,
        **more,
    }


def read(told: object, place: Place = PLACE) -> Body | None:
    """Return what an event means."""
    event = event_of(told, now=NOW)
    return None if event is None else body_of(event, place)


def said(content: dict[str, Any], place: Place = PLACE, **more: Any) -> Message:
    """Return what somebody wrote."""
    body = read(raw("m.room.message", {"msgtype": "m.text", "body": "hello", **content}, **more), place)
    assert isinstance(body, Message)
    return body


def member(user: str, membership: str, before: str | None = None, *, by: str | None = None) -> dict[str, Any]:
    """Return a membership event."""
    unsigned = {} if before is None else {"prev_content": {"membership": before}}
    return raw("m.room.member", {"membership": membership}, sender=by or user, state_key=user, unsigned=unsigned)


def test_a_message_says_who_where_and_when() -> None:
    """In references that lead back to it."""
    message = said({})
    assert (message.ref.room.id, message.ref.id) == ("!room:example.org", "$e")
    assert message.sender == Identity(network="matrix", id=ANN)
    assert (message.text, message.at) == ("hello", AT)
    assert (message.addressed, message.direct, message.edited, message.automated) == (False, False, False, False)


def test_a_direct_chat_is_addressed_to_us() -> None:
    """Without a prefix."""
    message = said({}, DIRECT)
    assert (message.addressed, message.direct) == (True, True)


def test_what_bots_say_is_automated() -> None:
    """`m.notice` exists so that bots do not answer each other."""
    assert said({"msgtype": "m.notice"}).automated


@pytest.mark.parametrize("kind", ["m.emote", "m.image", "m.file", "m.location", "com.example.new"])
def test_what_is_no_plain_text_is_no_command(kind: str) -> None:
    """A file's name neither, also in a direct chat; its caption may be one."""
    assert not said({"msgtype": kind, "body": "!help"}, DIRECT).addressed
    captioned = said({"msgtype": kind, "body": "!help", "filename": "a.png"})
    assert captioned.addressed is (kind in {"m.image", "m.file"})


def test_a_thread_is_named_by_its_root() -> None:
    """What it answers for clients without threads is no reply."""
    relation = {"rel_type": "m.thread", "event_id": "$root", "m.in_reply_to": {"event_id": "$last"}}
    inside = said({"m.relates_to": {**relation, "is_falling_back": True}})
    assert (inside.thread, inside.reply_to) == ("$root", None)
    reply = said({"m.relates_to": relation})
    assert (reply.thread, reply.reply_to) == ("$root", "$last")


def test_a_reply_is_read_without_its_quotation() -> None:
    """So that a command in it is found."""
    body = "> <@ben:example.org> what?\n\n!help"
    message = said({"body": body, "m.relates_to": {"m.in_reply_to": {"event_id": "$what"}}})
    assert (message.reply_to, message.addressed, message.text) == ("$what", True, "help")


def test_an_edit_is_the_original_with_its_new_text() -> None:
    """And marked, so that it never executes."""
    message = said(
        {
            "body": "* !help",
            "m.new_content": {"msgtype": "m.text", "body": "!help"},
            "m.relates_to": {"rel_type": "m.replace", "event_id": "$first"},
        }
    )
    assert (message.ref.id, message.text, message.edited) == ("$first", "help", True)


def test_an_edit_without_a_new_text_is_nothing() -> None:
    """It is never taken for a message of its own."""
    relation = {"rel_type": "m.replace", "event_id": "$first"}
    assert read(raw("m.room.message", {"msgtype": "m.text", "body": "!x", "m.relates_to": relation})) is None


def test_mentions_are_people_once_each() -> None:
    """We ourselves are left out, and what is no user id."""
    listed = [BEN, ME, BEN, "ben", "@ben", 7, None, "@x:y z"]
    message = said({"m.mentions": {"user_ids": listed}})
    assert [each.id for each in message.mentions] == [BEN]


def test_a_client_without_mentions_links_people() -> None:
    """In the HTML; our display name in front is then a call."""
    html = (
        '<a href="https://matrix.to/#/@chatops:example.org">Chatops</a> add <a href="https://matrix.to/#/%40ben">x</a>'
    )
    message = said({"body": "Chatops add Ben", "formatted_body": html})
    assert (message.addressed, message.text, message.mentions) == (True, "add Ben", ())


def test_what_is_encrypted_cannot_be_read() -> None:
    """In a direct chat it was meant for us."""
    event = raw("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x"})
    there, here = read(event), read(event, DIRECT)
    assert isinstance(there, Message)
    assert isinstance(here, Message)
    assert (there.text, there.unreadable, there.addressed) == ("", True, False)
    assert (here.unreadable, here.addressed) == (True, True)


def test_a_redacted_message_is_nothing() -> None:
    """It comes without its content."""
    assert read(raw("m.room.message", {})) is None
    assert read(raw("m.room.encrypted", {})) is None
    assert read(raw("m.reaction", {})) is None


@pytest.mark.parametrize("where", ["content", "event"])
def test_a_redaction_names_the_message(where: str) -> None:
    """In its content since room version 11, beside it before."""
    event = raw("m.room.redaction", {"redacts": "$gone"} if where == "content" else {})
    if where == "event":
        event["redacts"] = "$gone"
    body = read(event)
    assert isinstance(body, Redaction)
    assert body.ref.id == "$gone"


def test_a_redaction_that_names_two_messages_redacts_none() -> None:
    """Before room version 11 anybody can write into its content what they may not redact."""
    event = raw("m.room.redaction", {"redacts": "$ours"}) | {"redacts": "$theirs"}
    assert read(event) is None
    assert isinstance(read(event | {"redacts": "$ours"}), Redaction)


def test_a_reaction_names_message_and_emoji() -> None:
    """As it was put there."""
    relation = {"rel_type": "m.annotation", "event_id": "$card", "key": "👩‍🔧"}
    body = read(raw("m.reaction", {"m.relates_to": relation}))
    assert isinstance(body, Reaction)
    assert (body.ref.id, body.emoji, body.removed) == ("$card", "👩‍🔧", False)


@pytest.mark.parametrize(
    ("event", "change"),
    [
        (member(ANN, "join"), "joined"),
        (member(ANN, "join", "invite"), "joined"),
        (member(ANN, "join", "join"), None),
        (member(ANN, "leave", "join"), "left"),
        (member(ANN, "leave", "join", by=BEN), "removed"),
        (member(ANN, "leave", "invite"), None),
        (member(ANN, "leave", "invite", by=BEN), None),
        (member(ANN, "leave", "ban", by=BEN), None),
        (member(ANN, "ban", "join", by=BEN), "banned"),
        (member(ANN, "leave", "join", by=ME), None),
        (member(ANN, "ban", "join", by=ME), None),
        (member(ANN, "invite", by=BEN), None),
        (member(ANN, "knock"), "knocked"),
        (member(ANN, "what"), None),
        (member(ME, "join"), "joined"),
        (member(ME, "join", "invite"), "joined"),
        (member(ME, "join", "join"), None),
        (member(ME, "leave", "join"), None),
        (member(ME, "leave", "join", by=BEN), "removed"),
        (member(ME, "leave", "invite", by=BEN), None),
        (member(ME, "ban", "leave", by=BEN), None),
        (member(ME, "ban", "join", by=BEN), "banned"),
    ],
)
def test_memberships_are_changes(event: dict[str, Any], change: str | None) -> None:
    """Only where one changes, and not by our doing; of our own only that we come in, and that we are put out."""
    body = read(event)
    if change is None:
        assert body is None
        return
    assert isinstance(body, MemberChange)
    assert (body.change, body.ourselves) == (change, event["state_key"] == ME)
    assert (body.by is None) is (event["sender"] == event["state_key"])


def test_that_ones_partner_is_in_a_direct_chat_is_no_news() -> None:
    """That they leave is."""
    assert read(member(ANN, "join", "invite"), DIRECT) is None
    assert read(member(ANN, "leave", "join"), DIRECT) is not None


@pytest.mark.parametrize(
    ("event", "ends"),
    [
        (member(BEN, "join"), True),
        (member(BEN, "invite", by=ANN), True),
        (member(BEN, "leave", "invite"), False),
        (member(ANN, "join", "invite"), False),
        (member(ANN, "leave", "join"), True),
        (member(ME, "leave", "join", by=ANN), True),
        (raw("m.room.message", {}), False),
    ],
)
def test_what_ends_a_direct_chat(event: dict[str, Any], ends: bool) -> None:  # noqa: FBT001
    """A third person, or one of two who is gone."""
    found = event_of(event, now=NOW)
    assert found is not None
    assert disturbs(found, partner=ANN, me=ME) is ends


@pytest.mark.parametrize("kind", ["m.room.message", "m.reaction", "m.room.redaction", "m.room.encrypted"])
def test_what_we_do_ourselves_never_comes_back(kind: str) -> None:
    """Whatever it is."""
    relation = {"rel_type": "m.annotation", "event_id": "$card", "key": "✅"}
    content = {"msgtype": "m.text", "body": "!help", "redacts": "$x", "m.relates_to": relation}
    assert read(raw(kind, content, sender=ME)) is None


@pytest.mark.parametrize(
    "told", [None, True, "now", -5, 0, 1e300, 10**30, int(NOW.timestamp() * 1000) + 60_000, [], {}]
)
def test_nonsense_times_are_now(told: object) -> None:
    """Nothing was written in the future, or before there was Matrix."""
    assert said({}, origin_server_ts=told).at == NOW


def test_only_a_tombstone_with_a_room_moves() -> None:
    """As state of the room, not as a message."""
    for content, key, moves in (
        ({"replacement_room": "!new"}, "", True),
        ({}, "", False),
        ({"replacement_room": 7}, "", False),
    ):
        event = event_of(raw("m.room.tombstone", content, state_key=key), now=NOW)
        assert event is not None
        assert (replacement_of(event) is not None) is moves
    plain = event_of(raw("m.room.tombstone", {"replacement_room": "!new"}), now=NOW)
    assert plain is not None
    assert replacement_of(plain) is None


def test_only_what_happened_in_our_presence_concerns_us() -> None:
    """Our own membership always does."""
    told = [
        {**raw("m.room.message", {}), "event_id": "$1"},
        {**member(ME, "leave", "join", by=BEN), "event_id": "$2"},
        {**raw("m.room.message", {}), "event_id": "$3"},
        {**member(ME, "invite", "leave", by=BEN), "event_id": "$4"},
        {**member(ME, "join", "invite"), "event_id": "$5"},
        {**raw("m.room.message", {}), "event_id": "$6"},
    ]
    events = [event for each in told if (event := event_of(each, now=NOW)) is not None]
    assert [event.id for event in witnessed(events, ME)] == ["$1", "$2", "$4", "$5", "$6"]
    assert [event.id for event in witnessed(events[2:], ME)] == ["$4", "$5", "$6"]


_words = st.sampled_from(
    [
        "m.text",
        "m.notice",
        "m.image",
        "m.replace",
        "m.thread",
        "m.annotation",
        "join",
        "leave",
        "ban",
        "$e",
        ANN,
        ME,
        "!r",
    ]
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | _words,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=3)
            | st.sampled_from(
                [
                    "msgtype",
                    "body",
                    "m.relates_to",
                    "rel_type",
                    "event_id",
                    "m.in_reply_to",
                    "is_falling_back",
                    "m.new_content",
                    "m.mentions",
                    "user_ids",
                    "formatted_body",
                    "filename",
                    "key",
                    "redacts",
                    "membership",
                    "replacement_room",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
_types = st.sampled_from(
    [
        "m.room.message",
        "m.room.encrypted",
        "m.reaction",
        "m.room.redaction",
        "m.room.member",
        "m.room.tombstone",
        "m.other",
    ]
)
_events = st.fixed_dictionaries(
    {},
    optional={
        "event_id": st.just("$e") | _json,
        "type": _types | _json,
        "sender": st.just(ANN) | _json,
        "origin_server_ts": st.integers() | _json,
        "content": _json,
        "state_key": st.just("") | st.just(ANN) | _json,
        "unsigned": st.just({"prev_content": {"membership": "join"}}) | _json,
        "redacts": _json,
    },
)


@settings(max_examples=400)
@given(_events | _json, st.sampled_from([PLACE, DIRECT]))
def test_no_event_raises(told: object, place: Place) -> None:
    """However malformed; and what comes out can be stored."""
    event = event_of(told, now=NOW)
    if event is None:
        return
    replacement_of(event)
    body = body_of(event, place)
    if isinstance(body, Message):
        body.text.encode()
        body.ref.id.encode()


@settings(max_examples=200)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "next_batch": st.just("s1") | _json,
            "rooms": st.fixed_dictionaries(
                {},
                optional={
                    section: st.dictionaries(
                        st.just("!room"),
                        st.fixed_dictionaries(
                            {},
                            optional={
                                "timeline": st.fixed_dictionaries({"events": st.lists(_events, max_size=3)}) | _json,
                                "state": _json,
                                "invite_state": st.fixed_dictionaries({"events": st.lists(_events, max_size=3)}),
                            },
                        )
                        | _json,
                    )
                    for section in ("join", "leave", "invite")
                },
            )
            | _json,
        },
    )
)
def test_no_answer_raises(told: dict[str, Any]) -> None:
    """An answer without a token is none."""
    answer = answer_of(told, me=ME, now=NOW)
    token = told.get("next_batch")
    assert (answer is not None) is (isinstance(token, str) and token != "")


def invited(*by: str) -> Invitation:
    """Return the invitation in an answer, as these seem to have sent it."""
    state = [
        {"type": "m.room.member", "state_key": ME, "sender": user, "content": {"membership": "invite"}} for user in by
    ]
    create = {"type": "m.room.create", "state_key": "", "sender": BEN, "content": {}}
    rooms = {"invite": {"!new:example.org": {"invite_state": {"events": [create, *state]}}}}
    answer = answer_of({"next_batch": "s1", "rooms": rooms}, me=ME, now=NOW)
    assert answer is not None
    return answer.invitations[0]


def test_an_invitation_says_who_invites() -> None:
    """What stands beside it is made up by the inviter's homeserver: a second one, by somebody we trust, trusts nobody."""
    assert invited(BEN).by == BEN
    assert invited(ANN, BEN).by == ""
    assert invited(BEN, ANN).by == ""
