"""A web server with a few routes of a plugin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from aiohttp import web

from chatops.core.catalogue import Catalogues
from chatops.core.message import Person
from chatops.errors import Unreachable
from chatops.hookspecs import Finding, Tool, ToolOption
from chatops.ports.web import Page, Route, Static
from chatops.testing.clock import ManualClock
from chatops.using import Using
from chatops.web.health import PartHealth, ready_route
from chatops.web.operator import DoAnswer, DoReply, DoRequest, operator_route
from chatops.web.operator_tools import OperatorTools
from chatops.web.server import WebServer

SECRET = b"a secret of the tests, long enough."
OPERATOR = "the operator's token"
ANNA = Person(id="anna", name="Anna Keller")


class Shop:
    """A plugin's routes, and what happened to them."""

    def __init__(self, server: WebServer) -> None:
        self.server = server
        self.changed: list[dict[str, str]] = []
        self.asked: list[DoRequest] = []
        self.answer = DoAnswer(ok=True, id="k1", replies=(DoReply(room="person:anna", text="Done."),))
        self.failure: Exception | None = None
        word = ToolOption(name="word", help="what to say", secret=True)
        self.tools = [Tool(group="shop", name="say", help="Say it.", run=self.say, options=(word,))]
        self.uses = 0
        self.parts: Sequence[PartHealth] = (PartHealth(name="store", ok=True),)

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Sign Anna in below /shop/."""
        response = web.Response(text="in")
        self.server.sign_in(response, ANNA, path="/shop/")
        return response

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Say who is signed in, and the token."""
        who = self.server.signed_in(request, path="/shop/")
        body = f'<main id="content">{who}<input name="_csrf" value="{self.server.csrf(request, path="/shop/")}"></main>'
        return self.server.page(Page(title="Shop", body=body, styles=("/static/shop/shop.css",)))

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Change something."""
        self.changed.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(text="changed")

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Sign out."""
        response = web.Response(text="out")
        self.server.sign_out(request, response, path="/shop/")
        return response

    async def do(self, request: DoRequest) -> DoAnswer:
        """Answer the operator."""
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        return self.answer

    async def verify(self) -> Sequence[str]:
        """Find nothing."""
        if self.failure is not None:
            raise self.failure
        return ()

    async def say(self, options: Mapping[str, str]) -> str:
        """Say a word, unless it is no."""
        if options["word"] == "no":
            message = "Say something else."
            raise Unreachable(message)
        return options["word"]

    async def doctor(self) -> Sequence[Finding]:
        """Find one thing."""
        return (Finding(name="shelf", state="warning", detail="it is crooked", fix="Turn the screw."),)

    def used(self) -> None:
        """Count how often a tool has come to its end."""
        self.uses += 1

    async def link(self, person: str) -> str:
        """Return an address."""
        return f"/shop/{person}"

    async def health(self) -> Sequence[PartHealth]:
        """Say how the parts are."""
        return self.parts


def open_shop(clock: ManualClock, tmp_path: Path) -> Shop:
    """Return a server with everything added, not yet started. Reads and writes files."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "shop.css").write_text("main { color: black }\n" * 50)
    (files / "tiny.txt").write_text("tiny")
    server = WebServer(port=0, secret=SECRET, catalogues=Catalogues({}), clock=clock, allowed_hosts=("chat.example",))
    shop = Shop(server)
    server.add(
        Static(path="/static/shop", folder=files),
        Route(method="GET", path="/shop/enter", handler=shop.enter),
        Route(method="GET", path="/shop/{thing}", handler=shop.show),
        Route(method="POST", path="/shop/change", handler=shop.change),
        Route(method="POST", path="/shop/leave", handler=shop.leave),
        Route(method="POST", path="/hooks/{name}", handler=shop.change),
        operator_route(token=OPERATOR, do=shop.do),
        *OperatorTools(
            verify=shop.verify, sign_in_link=shop.link, tools=Using(shop.tools, used=shop.used), doctor=shop.doctor
        ).routes(token=OPERATOR),
        ready_route(shop.health),
    )
    return shop
