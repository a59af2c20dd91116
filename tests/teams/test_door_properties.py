"""Whatever is sent to the door, it answers; and whatever it lets in is understood without an error."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

from aiohttp import StreamReader, web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core.message import ButtonPress, Message
from teams_entrance import GOOD, Accepting, Entrance
from teams_network.wording import written
from teams_network.written import of_html, of_text
from teams_payloads import (
    BEN,
    BOT,
    CHANNEL,
    CHAT,
    activity,
    chosen,
    click,
    installed,
    invoke,
    members,
    mention,
    message,
    payload,
    quote,
    reaction,
    span,
    update,
)

SAMPLES: list[dict[str, Any]] = [
    message("<at>chatops</at> help", html=f"<p>{span(0, 'chatops')} help</p>", mentions=[mention(BOT), mention(BEN)]),
    message("x", CHANNEL, html=quote("1", "a") + "<p>b</p>", root="177"),
    message(None, more={"value": {"ref": "abc", "note": "x"}}),
    update(message("x")),
    update(message("x"), "softDeleteMessage"),
    reaction(added=["like"], removed=["heart"]),
    members(added=[BEN, BOT], event="teamMemberAdded"),
    members(CHANNEL, event="channelDeleted"),
    installed(),
    click("abc", more={"note": "x"}),
    invoke("task/fetch", {"data": {"ref": "a", "form": {"title": "t", "fields": []}}}),
    invoke("task/submit", {"data": {"ref": "a"}}),
    chosen("swarm", payload=payload("<p>x</p>")),
    chosen("swarm", data={"case": "demo:1", "help_needed": "x"}),
    invoke("composeExtension/query", {"commandId": "people", "parameters": [{"name": "n", "value": "ben"}]}),
    invoke("application/search", {"queryText": "ben", "dataset": "people"}),
]

TEXT = st.text(max_size=12) | st.sampled_from(["", "\x00", "19:x@thread.tacv2;messageid=", "a:", "28:x", CHAT, "<at>"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def paths(raw: object, before: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """All places in a document."""
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [before, *(path for key, value in inner for path in paths(value, (*before, key)))]


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """An activity as Teams sends it, with a few things in it replaced by others."""
    raw = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    for _ in range(draw(st.integers(0, 3))):
        *way, last = draw(st.sampled_from([path for path in paths(raw) if path]))
        place: Any = raw
        for step in way:
            place = place[step]
        if draw(st.booleans()) and isinstance(place, dict):
            del place[last]
        else:
            place[last] = draw(JSON)
    return raw


async def knocked(body: bytes) -> tuple[int, Accepting]:
    """What the door answers."""
    entrance, accept = Entrance(), Accepting()
    listening = asyncio.create_task(entrance.door.listen(accept))
    await asyncio.sleep(0)
    payload = cast(StreamReader, Chunks(body))
    request = make_mocked_request("POST", "/api/messages", headers={"Authorization": GOOD}, payload=payload)
    answer = await entrance.door.knock(request)
    listening.cancel()
    await asyncio.wait([listening])
    assert isinstance(answer, web.Response)
    return answer.status, accept


class Chunks:
    """A request's body."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def iter_chunked(self, size: int) -> Any:
        """Yield it."""
        for start in range(0, len(self._body), size):
            yield self._body[start : start + size]


@given(spoilt())
@settings(max_examples=200)
def test_a_spoilt_activity_is_answered(raw: Any) -> None:
    """With 200, or 400 where it is none; what is accepted can be stored."""
    status, accept = asyncio.run(knocked(json.dumps(raw).encode()))

    assert status in {200, 400}
    for key, body in accept.events:
        assert key.isprintable()
        if isinstance(body, Message | ButtonPress):
            assert body.at.tzinfo is not None


@given(JSON.map(lambda raw: json.dumps(raw).encode()) | st.binary(max_size=60))
@settings(max_examples=150)
def test_anything_is_answered(body: bytes) -> None:
    """It is no activity, or one that means nothing."""
    status, accept = asyncio.run(knocked(body))

    assert status in {200, 400}
    assert not accept.events


HTML = st.lists(
    st.sampled_from(
        [
            "<p>", "</p>", "<br>", "<div>", "</div>", "<", ">", "<!--", "-->", "<![foo[", "&lt;", "&#0;", "&#xD800;",
            "<pre>", "</pre>", '<at id="0">', "</at>", span(0, "x"), span(9999999999, "y"), quote("1", "z"),
            '<blockquote itemtype="http://schema.skype.com/Reply">', "</blockquote>", "\n", " ", "a", "\u00a0",
            "<script>", "</script>", '<img alt="&">', '<span itemtype="http://schema.skype.com/Mention" itemid="²">',
        ]
    )
    | st.text(max_size=5),
    max_size=15,
).map("".join)  # fmt: skip


@given(HTML, st.sampled_from([None, "plain", "markdown", "xml"]), st.lists(HTML, max_size=3))
@settings(max_examples=200)
def test_any_html_and_any_text_can_be_read(html: str, form: str | None, mentions: list[str]) -> None:
    """What is in a quotation is never said."""
    assert of_html(html).pieces is not None
    assert of_text(html, form, mentions).pieces is not None
    secret = of_html(f"{quote('1', 'SECRET')}{html}")
    assert not any("SECRET" in piece for piece in secret.pieces if isinstance(piece, str))
    assert written(activity(message(html, html=html))).pieces is not None


def test_hostile_html_is_read_in_no_time() -> None:
    """A quarter of a megabyte that never ends what it begins."""
    for part in ("<", "<a ", "<a <", "<at>", "<blockquote>", "&", '<p x="', "<!--", "<quoted messageId="):
        assert of_html(part * (200_000 // len(part))).quoted is None
        assert of_text(part * (200_000 // len(part)), "xml", [part] * 50).quoted is None
