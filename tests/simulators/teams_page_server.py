"""A page at which one is the people of a simulated Teams: reads, writes, presses buttons and fills in forms.

Made on the server, with a little script that keeps what is read up to date. Whoever reaches it may be anybody.
"""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

import teams_cards
from teams_acts import MayNot
from teams_delivery import Delivery
from teams_page_cards import PRESSED
from teams_page_view import View, seen_cards
from teams_simulator import TeamsSimulator
from teams_world import App, Conversation, Post, Raw, User


class PageServer:
    """Serves it on loopback."""

    def __init__(self, simulator: TeamsSimulator) -> None:
        self._simulator = simulator
        self._world = simulator.world
        self._view = View(simulator)
        self._notes: dict[str, str] = {}
        """What somebody was told last and has not seen yet, by account."""
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        """Serve. Raise OSError when the port is taken."""
        app = web.Application(client_max_size=2**20)
        app.router.add_get("/", self._first)
        app.router.add_post("/be", self._be)
        app.router.add_get(r"/{person:\d+}/{place:\d+}", self._show)
        app.router.add_post(r"/{person:\d+}/{place:\d+}/say", self._say)
        app.router.add_post(r"/{person:\d+}/{place:\d+}/press/{post}", self._press)
        app.router.add_get(r"/{person:\d+}/{place:\d+}/do/{command}", self._ask)
        app.router.add_post(r"/{person:\d+}/{place:\d+}/do/{command}", self._do)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop. Harmless when it does not run."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _first(self, request: web.Request) -> web.Response:
        """Be the first person, where they last heard something."""
        raise self._at_home(self._who("0"))

    async def _be(self, request: web.Request) -> web.Response:
        """Become somebody else, in the same conversation if they are in it."""
        form = await request.post()
        who, place = self._who(str(form.get("person"))), self._where(str(form.get("place")))
        if place.type != "personal" and place.readable(who) is not None:
            raise web.HTTPSeeOther(self._view.address(who, place))
        raise self._at_home(who)

    async def _show(self, request: web.Request) -> web.Response:
        who, place = self._both(request)
        if place.readable(who) is None:
            raise self._at_home(who)
        page = self._view.page(who, place, note=self._notes.pop(who.id, ""))
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def _say(self, request: web.Request) -> web.Response:
        who, place = self._both(request)
        form = await request.post()
        text, thread = str(form.get("text", "")).replace("\r\n", "\n").strip(), str(form.get("thread", ""))
        if text:
            try:
                await self._simulator.people.say(who, place, text, mentions=self._named(text, place), thread=thread)
            except (MayNot, KeyError) as error:
                self._notes[who.id] = str(error)
        raise web.HTTPSeeOther(self._view.address(who, place))

    async def _press(self, request: web.Request) -> web.Response:
        who, place = self._both(request)
        post = request.match_info["post"]
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            button = form.pop(PRESSED, "")
            fields = _fields(_button(place.post(post), who, button), form)
            self._notes[who.id] = _told(await self._simulator.people.press(who, place, post, button, fields))
        except (MayNot, LookupError) as error:
            self._notes[who.id] = str(error)
        raise web.HTTPSeeOther(self._view.address(who, place))

    async def _ask(self, request: web.Request) -> web.Response:
        """Show the form of a message extension."""
        who, place = self._both(request)
        command = request.match_info["command"]
        title, card = await self._form(who, place, command)
        dialog = self._view.dialog(who, place, command, title, card)
        page = self._view.page(who, place, dialog=dialog)
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def _do(self, request: web.Request) -> web.Response:
        """Submit the form of a message extension."""
        who, place = self._both(request)
        command = request.match_info["command"]
        form = {name: str(value) for name, value in (await request.post()).items()}
        _title, card = await self._form(who, place, command)
        button = next(teams_cards.pressables(card))
        try:
            data = button.filled(_fields(button, form))
            self._notes[who.id] = _told(await self._simulator.people.submit_action(who, place, command, data))
        except LookupError as error:
            self._notes[who.id] = str(error)
        raise web.HTTPSeeOther(self._view.address(who, place))

    async def _form(self, who: User, place: Conversation, command: str) -> tuple[str, Raw]:
        """Ask the bot for a form. Raise HTTPNotFound when there is none."""
        delivery = await self._simulator.people.choose_action(who, place, command)
        task = (delivery.answer or {}).get("task", {})
        if who not in place.people or task.get("type") != "continue":
            raise web.HTTPNotFound
        return str(task["value"].get("title", "")), task["value"]["card"]["content"]

    def _at_home(self, who: User) -> web.HTTPSeeOther:
        """Lead to the newest conversation somebody is in."""
        newest = max(
            (place for place in self._world.conversations.values() if who in place.people),
            key=lambda place: max(map(int, place.posts), default=0),
            default=None,
        )
        return web.HTTPSeeOther(self._view.address(who, newest or self._world.personal(who, self._simulator.bot)))

    def _both(self, request: web.Request) -> tuple[User, Conversation]:
        return self._who(request.match_info["person"]), self._where(request.match_info["place"])

    def _who(self, number: str) -> User:
        try:
            return [*self._world.users.values()][int(number)]
        except (ValueError, IndexError):
            raise web.HTTPNotFound from None

    def _where(self, number: str) -> Conversation:
        try:
            return [*self._world.conversations.values()][int(number)]
        except (ValueError, IndexError):
            raise web.HTTPNotFound from None

    def _named(self, text: str, place: Conversation) -> list[User | App]:
        them: list[User | App] = [self._simulator.bot, *place.people]
        return [one for one in them if f"@{one.name}" in text]


def _button(post: Post, who: User, button: str) -> teams_cards.Pressable:
    for one in seen_cards(post, who):
        return teams_cards.find(one, button)
    message = "that card is gone"
    raise LookupError(message)


def _fields(button: teams_cards.Pressable, form: Mapping[str, str]) -> dict[str, str]:
    """Return what was filled in for a button; of other forms on the card nothing."""
    found = {}
    for one in button.inputs:
        id_ = str(one["id"])
        if one["type"] == "Input.Toggle":
            found[id_] = form.get(id_, str(one.get("valueOff", "false")))
        elif form.get(id_):
            found[id_] = form[id_]
    return found


def _told(delivery: Delivery) -> str:
    """Return what a client shows of the answer to a press, beside a new card."""
    if not delivery.taken:
        return "Something went wrong. Please try again."
    answer = delivery.answer or {}
    value = answer.get("value") or answer.get("task", {}).get("value")
    if isinstance(value, dict) and "message" in value:
        return str(value["message"])
    return value if isinstance(value, str) else ""
