"""Files on Matrix: what an event tells of them, and how they are read."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from chatops.core.message import File, Message
from chatops.errors import Invalid, Missing, PortError, RateLimited, Unreachable
from chatops.testing.clock import ManualClock
from matrix_network.attached import attached
from matrix_network.downloads import PATHS, read_file
from matrix_network.event import event_of
from matrix_network.homeserver import Homeserver
from matrix_network.ingest import Place, body_of

MXC = "mxc://example.org/AbC_9-x"


def told(**content: Any) -> tuple[File, ...]:
    """Return the files of a message."""
    return attached({"msgtype": "m.file", "url": MXC, **content})


@pytest.mark.parametrize("kind", ["m.file", "m.image", "m.audio", "m.video"])
def test_the_body_is_the_name_without_a_filename(kind: str) -> None:
    """As in clients from before captions."""
    assert told(msgtype=kind, body="till.png", info={"mimetype": "image/png", "size": 9}) == (
        File(name="till.png", media_type="image/png", size=9, ref=MXC),
    )


def test_with_a_filename_the_body_is_what_was_said() -> None:
    """A command sent with a file is one; a name alone is none."""
    place = Place(network="matrix", room="!r:example.org", me="@us:example.org")

    def said(**content: Any) -> Message:
        raw = {
            "event_id": "$e",
            "type": "m.room.message",
            "sender": "@ann:example.org",
            "content": {"msgtype": "m.file", "url": MXC, **content},
        }
        event = event_of(raw, now=ManualClock().now())
        assert event is not None
        body = body_of(event, place)
        assert isinstance(body, Message)
        return body

    command = said(body="!case attach", filename="till.log")
    assert (command.addressed, command.text, command.files[0].name) == (True, "case attach", "till.log")
    name = said(body="!case attach", filename="!case attach")
    assert (name.addressed, [file.name for file in name.files]) == (False, ["!case attach"])


def test_an_encrypted_file_is_told_and_closed() -> None:
    """There is no key for us; whatever address stands beside it is not asked for."""
    (file,) = told(body="a.txt", file={"url": MXC, "key": {}}, info={"size": 5})
    assert (file.closed, file.ref, file.size) == ("encrypted", "", 5)


@pytest.mark.parametrize(
    "content",
    [
        {"msgtype": "m.text", "body": "a.txt"},
        {"msgtype": "m.file", "url": None, "body": "a.txt"},
        {"msgtype": "m.file", "url": ["mxc://a/b"], "body": "a.txt"},
        {"msgtype": "m.location", "body": "here"},
    ],
)
def test_what_is_no_file_is_none(content: dict[str, Any]) -> None:
    """Talk stays talk."""
    assert told(**content) == ()


def test_nonsense_is_not_believed() -> None:
    """Neither sizes that are none nor names that are paths."""
    (file,) = told(body="../../x\u202e.txt", info={"size": True, "mimetype": 7})
    assert (file.name, file.size, file.media_type) == ("x.txt", None, "application/octet-stream")
    assert told(body="x", info=[1])[0].size is None


class Tokens:
    """A token that runs out once."""

    def __init__(self) -> None:
        self.token = "first"

    async def current(self) -> str:
        """Return it."""
        return self.token

    async def renewed(self, refused: str, *, soft: bool) -> str:
        """Return another."""
        self.token = "second"
        return self.token


async def _read(answer: Any, ref: str = MXC, *, most: int = 100) -> tuple[bytes, list[str]]:
    """Return what is read from a homeserver that answers so, and what it was asked for."""
    asked: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return await answer(request)  # type: ignore[no-any-return]

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    async with TestServer(app) as server:
        homeserver = Homeserver(str(server.make_url("")), Tokens())
        try:
            return b"".join([piece async for piece in read_file(homeserver, ref, most=most)]), asked
        finally:
            await homeserver.close()


async def test_a_file_is_read_with_our_token() -> None:
    """Renewed once when it has run out."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers["Authorization"] != "Bearer second":
            return web.json_response({"errcode": "M_UNKNOWN_TOKEN", "soft_logout": True}, status=401)
        return web.Response(body=b"it hangs")

    content, asked = await _read(answer)
    assert content == b"it hangs"
    assert asked == [f"{PATHS[0]}example.org/AbC_9-x"] * 2


async def test_an_older_homeserver_has_another_address() -> None:
    """It is asked there when it does not know the newer one."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.startswith(PATHS[0]):
            return web.json_response({"errcode": "M_UNRECOGNIZED"}, status=404)
        return web.Response(body=b"x")

    assert (await _read(answer))[0] == b"x"


async def test_too_much_is_not_read() -> None:
    """Whether it says so before or not."""

    async def honest(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x" * 101)

    async def other(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x" * 101)
        return response

    for answer in (honest, other):
        with pytest.raises(Invalid):
            await _read(answer)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (404, "M_NOT_FOUND", Missing),
        (429, "M_LIMIT_EXCEEDED", RateLimited),
        (502, "M_UNKNOWN", Unreachable),
        (403, "M_FORBIDDEN", PortError),
    ],
)
async def test_refusals_mean_what_they_mean(status: int, code: str, error: type[PortError]) -> None:
    """As everywhere."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response({"errcode": code}, status=status)

    with pytest.raises(error):
        await _read(answer)


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "https://example.org/x",
        "mxc://a/../b",
        "mxc://../config",
        "mxc://./x",
        "mxc://a/b?c",
        "mxc://a b/c",
        "mxc:///x",
    ],
)
async def test_only_addresses_of_matrix_are_asked_for(ref: str) -> None:
    """Nothing a sender writes becomes another path."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"x")

    with pytest.raises(Missing):
        await _read(answer, ref)
