"""What a message says, and to whom: by what Teams marks, not by what somebody writes."""

from __future__ import annotations

import pytest

from chatops.core.message import Message
from teams_entrance import Entrance, identity
from teams_payloads import ANNA, BEN, BOT, CHAT, PERSONAL, Json, activity, mention, message, quote, span


async def read(raw: Json, entrance: Entrance | None = None) -> Message:
    """The one message."""
    ((_key, body),) = await (entrance or Entrance()).understanding(activity(raw))
    assert isinstance(body, Message)
    return body


CALLED = [
    pytest.param("<at>chatops</at> help", None, "help", id="in front"),
    pytest.param("\r\n<at>chatops</at> help\n", None, "help", id="as some clients send it"),
    pytest.param("<at>chatops</at>&nbsp;help", None, "help", id="with an entity for a space"),
    pytest.param("<at>chatops</at>\u00a0help", None, "help", id="with a space that does not break"),
    pytest.param("<at>chatops</at>, help", None, "help", id="with a comma"),
    pytest.param("<at>chatops</at>: help", None, "help", id="with a colon"),
    pytest.param("<at>chatops</at> : help", None, "help", id="with a colon apart"),
    pytest.param("<at>chatops</at> timeline add Note: it, too", None, "timeline add Note: it, too", id="a colon later"),
    pytest.param("please <at>chatops</at> help me", None, "please help me", id="in the middle"),
    pytest.param("help <at>chatops</at>", None, "help", id="at the end"),
    pytest.param("<at>chatops</at> !help", None, "help", id="with the prefix as well"),
    pytest.param("<at>chatops</at>", None, "", id="alone"),
    pytest.param("<at>chatops</at> one<br>two", None, "one\ntwo", id="in two lines"),
    pytest.param("x", f"<div>{span(0, 'chatops')}&nbsp;help</div>", "help", id="html"),
    pytest.param("x", f"<p>{span(0, 'chatops')} one</p>\r\n<p>two</p>", "one\ntwo", id="html of two paragraphs"),
    pytest.param("x", f"<p>{span(0, 'chatops')} a &lt; b &amp;&amp; c</p>", "a < b && c", id="html entities"),
    pytest.param("x", f"<p>{span(0, 'chatops')} &amp;lt;br&amp;gt;</p>", "&lt;br&gt;", id="entities somebody typed"),
    pytest.param("x", f"<p>{span(0, 'chatops')} a<br/>b<br>c</p>", "a\nb\nc", id="html breaks"),
    pytest.param("x", f"<ul><li>{span(0, 'chatops')} a</li><li>b</li></ul>", "a\nb", id="html list"),
    pytest.param("x", f"<p>{span(0, 'chatops')}\r\n  a  \t b</p>", "a b", id="html space"),
    pytest.param("x", f"<p>{span(0, 'chatops')} run</p><pre>a\n  b</pre>", "run\na\n  b", id="html code"),
    pytest.param("x", f'<p>{span(0, "chatops")} ok <emoji id="like" alt="👍"></emoji></p>', "ok 👍", id="html emoji"),
    pytest.param(
        "x", f'<p>{span(0, "chatops")} <a href="https://e.example/?a=1&amp;b">docs</a></p>', "docs", id="link"
    ),
    pytest.param("x", '<p><at id="0">chatops</at> help</p>', "help", id="html of another kind"),
    pytest.param("<at>chatops</at> help", "   ", "help", id="empty html"),
]


@pytest.mark.parametrize(("text", "html", "said"), CALLED)
async def test_a_mention_of_the_bot_speaks_to_it_and_is_taken_out(text: str, html: str | None, said: str) -> None:
    """Wherever it stands, and in whichever form the message comes."""
    found = await read(message(text, html=html, mentions=[mention(BOT)]))

    assert found.addressed
    assert found.text == said
    assert found.mentions == ()


UNCALLED = [
    pytest.param("chatops help", id="a name is no mention"),
    pytest.param("<at>chatops</at> help", id="markup somebody typed is no mention"),
    pytest.param("@chatops help", id="an at sign is no mention"),
    pytest.param("!!! look", id="exclamation"),
    pytest.param("!? what", id="astonishment"),
    pytest.param("say !help", id="the prefix later on"),
]


@pytest.mark.parametrize("text", UNCALLED)
async def test_what_nobody_marked_as_a_mention_speaks_to_nobody(text: str) -> None:
    """Names and markup in the text prove nothing."""
    found = await read(message(text))

    assert not found.addressed
    assert found.text == text


async def test_the_prefix_speaks_to_us_in_a_room() -> None:
    """`!` in front of a word, which is taken off."""
    found = await read(message("!swarm open demo:1001 it is down"))

    assert found.addressed
    assert found.text == "swarm open demo:1001 it is down"


async def test_in_a_personal_chat_everything_speaks_to_us() -> None:
    """Without a mention and without a prefix; with one it is the same."""
    plain, prefixed = await read(message("me", PERSONAL)), await read(message("!me", PERSONAL))

    assert (plain.addressed, plain.direct, plain.text) == (True, True, "me")
    assert (prefixed.addressed, prefixed.direct, prefixed.text) == (True, True, "me")


async def test_people_we_know_are_named_as_commands_name_them() -> None:
    """Then two of the same name are not mixed up, and a name of two words is one argument."""
    text = "<at>chatops</at> swarm invite <at>Ben Bauer</at> you know it"
    html = f"<p>{span(0, 'chatops')} swarm invite {span(1, 'Ben Bauer')} you know it</p>"
    told = [mention(BOT), mention(BEN | {"id": f"8:orgid:{BEN['aadObjectId']}"})]

    for form in (None, html):
        found = await read(message(text, html=form, mentions=told))

        assert found.text == "swarm invite @ben you know it"
        assert found.mentions == (identity(BEN),)


async def test_an_account_is_somebody_we_have_met() -> None:
    """Teams tells the account only; what was remembered says whose it is."""
    entrance = Entrance()
    await entrance.conversations.learn(activity(message("hello", CHAT, BEN)))

    found = await read(message("<at>Ben B</at>", mentions=[mention(BEN | {"name": "Ben B"})]), entrance)

    assert found.mentions == (identity(BEN),)


async def test_an_account_nobody_has_met_is_whoever_alone_has_the_name() -> None:
    """Else it is the account."""
    known = await read(message("<at>Ben Bauer</at>", mentions=[mention(BEN)]))
    unknown = await read(message("<at>Zoe</at>", mentions=[mention({"id": "29:zoe", "name": "Zoe"})]))

    assert known.mentions == (identity(BEN),)
    assert [one.id for one in unknown.mentions] == ["29:zoe"]


async def test_of_two_with_one_name_each_is_meant_where_they_stand() -> None:
    """The first mention of a name is the first entity with it."""
    entrance = Entrance()
    other = BEN | {"id": "29:other-ben", "aadObjectId": ANNA["aadObjectId"]}
    for who in (BEN, other):
        await entrance.conversations.learn(activity(message("hello", CHAT, who)))
    told = [mention(BOT), mention(other), mention(BEN)]

    found = await read(message("<at>chatops</at> a <at>Ben Bauer</at> b <at>Ben Bauer</at>", mentions=told), entrance)

    assert found.text == "a @anna b @ben"


async def test_a_name_of_two_words_may_be_two_mentions() -> None:
    """Some clients mark each word; it is one person all the same."""
    own = {"id": f"8:orgid:{BEN['aadObjectId']}", "name": "Ben"}
    told = [mention(BOT), mention(own), mention(own | {"name": "Bauer"})]
    html = f"<p>{span(0, 'chatops')} swarm invite {span(1, 'Ben')}&nbsp;{span(2, 'Bauer')} soon</p>"

    found = await read(message("x", html=html, mentions=told))

    assert found.text == "swarm invite @ben soon"
    assert found.mentions == (identity(BEN),)


async def test_html_that_lost_its_mentions_is_not_believed() -> None:
    """The plain form says where they stand."""
    found = await read(message("<at>chatops</at> help", html="<p>chatops help</p>", mentions=[mention(BOT)]))

    assert (found.addressed, found.text) == (True, "help")


async def test_channels_and_other_bots_are_no_people() -> None:
    """They stay what was written."""
    told = [mention({"id": "19:x@thread.tacv2", "name": "General"}), mention({"id": "28:other", "name": "Poll"})]

    found = await read(message("<at>General</at> ask <at>Poll</at>", mentions=told))

    assert found.text == "General ask Poll"
    assert (found.mentions, found.addressed) == ((), False)


QUOTES = [
    pytest.param(
        "1237\r\n\r\nthis is it", f"<div>{quote('1600457867820', '1237')}<p>this is it</p></div>", {}, id="html"
    ),
    pytest.param(
        '<quoted messageId="1600457867820"/> this is it',
        None,
        {"entities": [{"type": "quotedReply", "quotedReply": {"messageId": "1600457867820", "preview": "1237"}}]},
        id="entity",
    ),
    pytest.param(
        "this is it",
        None,
        {"attachments": [{"contentType": "messageReference", "content": '{"messageId":"1600457867820"}'}]},
        id="attachment",
    ),
]


@pytest.mark.parametrize(("text", "html", "more"), QUOTES)
async def test_what_is_quoted_was_not_said(text: str, html: str | None, more: Json) -> None:
    """It only tells what is answered."""
    found = await read(message(text, PERSONAL, html=html, more=more))

    assert found.text == "this is it"
    assert found.reply_to == "1600457867820"


async def test_a_command_in_a_quotation_is_not_given() -> None:
    """Neither a mention nor a prefix in it counts as said."""
    for said in ("!swarm open demo:1", f"{span(0, 'chatops')} swarm open demo:1"):
        html = f"<div>{quote('1600457867820', said)}<p>why did you?</p></div>"

        found = await read(message("… swarm open demo:1\r\n\r\nwhy did you?", html=html, mentions=[mention(BOT)]))

        assert (found.addressed, found.text) == (False, "why did you?")


async def test_a_command_that_is_passed_on_is_not_given() -> None:
    """It was said elsewhere, by somebody else; only what stands beside it is said now."""
    alone = '<blockquote itemtype="http://schema.skype.com/Forward"><p>!swarm open demo:1</p></blockquote>'

    for html, where, said in ((alone, CHAT, ""), (alone, PERSONAL, ""), (f"<p>look</p>{alone}", PERSONAL, "look")):
        found = await read(message(f"{said}\r\n\r\n!swarm open demo:1", where, html=html))

        assert (found.addressed, found.text) == (where == PERSONAL, said)


async def test_who_quotes_may_speak_to_the_bot() -> None:
    """By a mention of their own, with and without one in what they quote."""
    for quoted, index in ((f"{span(0, 'chatops')} help", 1), ("1237", 0)):
        html = f"<div>{quote('1600457867820', quoted)}<p>{span(index, 'chatops')} me</p></div>"

        found = await read(message("x", html=html, mentions=[mention(BOT)] * (index + 1)))

        assert (found.addressed, found.text) == (True, "me")


async def test_a_picture_asks_for_nothing() -> None:
    """A message of attachments alone is nobody's command, in a personal chat neither."""
    image = {"contentType": "image/*", "contentUrl": "https://smba.trafficmanager.net/x"}
    found = await read(message(None, PERSONAL, more={"attachments": [image]}))

    assert (found.addressed, found.text) == (False, "")


async def test_too_much_is_cut() -> None:
    """And marked as such."""
    found = await read(message("x" * 70_000))

    assert found.truncated
    assert len(found.text) == 64 * 1024


async def test_markup_is_read_where_it_is_meant_as_such() -> None:
    """In `xml` all of it; in plain text what looks like it is what somebody wrote."""
    xml = await read(message("<b>a</b> &lt; b", more={"textFormat": "xml"}))
    plain = await read(message("if a <b> c &lt; d", more={"textFormat": "plain"}))

    assert xml.text == "a < b"
    assert plain.text == "if a <b> c &lt; d"


BROKEN = [
    pytest.param("x", f"<p>{span(0, 'chatops')} <{'a' * 200_000}", id="a tag without an end"),
    pytest.param("x", f"<p>{span(0, 'chatops')} {'<a ' * 60_000}", id="many tags without an end"),
    pytest.param(f"<at>chatops</at>{chr(0xA0) * 200_000}x", None, id="nothing but space"),
]


@pytest.mark.parametrize(("text", "html"), BROKEN)
async def test_however_broken_a_text_is_it_is_read_at_once(text: str, html: str | None) -> None:
    """Twice as much takes no more than twice as long; it would be minutes, during which nobody else is heard."""
    found = await read(message(text, html=html, mentions=[mention(BOT)]))

    assert found.addressed


async def test_a_name_somebody_chose_is_no_option() -> None:
    """Whoever is called `x --private` adds nothing to the command of those who mention them."""
    stranger = {"id": "29:stranger", "name": 'x --private y="z'}
    text = '<at>chatops</at> swarm question <at>x --private y="z</at> why?'
    found = await read(message(text, mentions=[mention(BOT), mention(stranger)]))

    assert found.text == "swarm question x private yz why?"
