"""A person at a Matrix client: plain requests to a real homeserver, knowing nothing of our code."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote
from uuid import uuid4

import aiohttp

from synapse_server import Login, Synapse

Raw = dict[str, Any]
"""JSON as the homeserver gives or takes it: an event, or a body."""

CLIENT = "/_matrix/client/v3"


class Refused(AssertionError):
    """The homeserver did not answer 200."""

    def __init__(self, method: str, path: str, status: int, body: Raw) -> None:
        super().__init__(f"{method} {path}: {status} {body}")
        self.status = status
        self.code: str = body.get("errcode", "")
        self.body = body


class MatrixPerson:
    """Somebody with an account, acting as a client does. Every method raises Refused when the homeserver refuses."""

    def __init__(self, http: aiohttp.ClientSession, url: str, login: Login) -> None:
        self._http = http
        self.url = url
        self.login = login

    @property
    def id(self) -> str:
        """The whole user id, @name:server."""
        return self.login.user

    @property
    def token(self) -> str:
        """The access token of the person's device."""
        return self.login.token

    async def call(self, method: str, path: str, body: object = None, *, query: dict[str, str] | None = None) -> Raw:
        """One request; `path` begins with a slash, below /_matrix/client/v3 unless it begins with /_."""
        where = path if path.startswith("/_") else CLIENT + path
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is None and method in {"POST", "PUT"}:
            body = {}
        async with self._http.request(method, self.url + where, json=body, params=query, headers=headers) as response:
            answer: Raw = await response.json()
            if response.status != HTTPStatus.OK:
                raise Refused(method, where, response.status, answer)
            return answer

    async def say(
        self,
        room: str,
        text: str,
        *,
        thread: str | None = None,
        reply_to: str | None = None,
        html: str | None = None,
        mentions: Sequence[str] = (),
    ) -> str:
        """Post a message and return its event id."""
        content: Raw = {
            "msgtype": "m.text",
            "body": text,
            "m.mentions": {"user_ids": list(mentions)} if mentions else {},
        }
        if html is not None:
            content |= {"format": "org.matrix.custom.html", "formatted_body": html}
        relation: Raw = {}
        if thread is not None:
            # A client names the newest message of the thread as well, for clients that do not know threads.
            relation = {"rel_type": "m.thread", "event_id": thread, "is_falling_back": reply_to is None}
        if thread is not None or reply_to is not None:
            relation["m.in_reply_to"] = {"event_id": reply_to or thread}
            content["m.relates_to"] = relation
        return await self.send(room, "m.room.message", content)

    async def edit(self, room: str, event: str, text: str) -> str:
        """Replace a message's text and return the id of the edit."""
        content = {
            "msgtype": "m.text",
            "body": f"* {text}",
            "m.mentions": {},
            "m.new_content": {"msgtype": "m.text", "body": text, "m.mentions": {}},
            "m.relates_to": {"rel_type": "m.replace", "event_id": event},
        }
        return await self.send(room, "m.room.message", content)

    async def react(self, room: str, event: str, emoji: str) -> str:
        """Put an emoji below a message and return the reaction's event id; `redact` that to take it back."""
        relation = {"rel_type": "m.annotation", "event_id": event, "key": emoji}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def redact(self, room: str, event: str) -> str:
        """Take an event's content away and return the redaction's event id."""
        answer = await self.call("PUT", f"/rooms/{_part(room)}/redact/{_part(event)}/{uuid4()}")
        return str(answer["event_id"])

    async def send(self, room: str, kind: str, content: Raw) -> str:
        """Post any event and return its id."""
        answer = await self.call("PUT", f"/rooms/{_part(room)}/send/{_part(kind)}/{uuid4()}", content)
        return str(answer["event_id"])

    async def upload(self, content: bytes, media_type: str) -> str:
        """Upload a file and return its address."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": media_type}
        async with self._http.post(f"{self.url}/_matrix/media/v3/upload", data=content, headers=headers) as answer:
            address: str = (await answer.json())["content_uri"]
        return address

    async def put_state(self, room: str, kind: str, content: Raw, *, key: str = "") -> str:
        """Set a state event and return its id."""
        answer = await self.call("PUT", f"/rooms/{_part(room)}/state/{_part(kind)}/{_part(key)}", content)
        return str(answer["event_id"])

    async def create_room(self, invite: Sequence[str] = (), **body: object) -> str:
        """Make a private room, or as `body` (the fields of POST /createRoom) says, and return its id."""
        answer = await self.call("POST", "/createRoom", {"preset": "private_chat", "invite": list(invite), **body})
        return str(answer["room_id"])

    async def join(self, room: str) -> None:
        """Join by invitation or because the room is open; `room` is an id or an alias."""
        await self.call("POST", f"/join/{_part(room)}")

    async def leave(self, room: str) -> None:
        """Leave, or decline the invitation."""
        await self.call("POST", f"/rooms/{_part(room)}/leave")

    async def knock(self, room: str) -> None:
        """Ask to be let in."""
        await self.call("POST", f"/knock/{_part(room)}")

    async def invite(self, room: str, who: str) -> None:
        """Invite somebody."""
        await self.call("POST", f"/rooms/{_part(room)}/invite", {"user_id": who})

    async def kick(self, room: str, who: str) -> None:
        """Put somebody out; they may be invited again."""
        await self.call("POST", f"/rooms/{_part(room)}/kick", {"user_id": who})

    async def ban(self, room: str, who: str) -> None:
        """Put somebody out for good."""
        await self.call("POST", f"/rooms/{_part(room)}/ban", {"user_id": who})

    async def upgrade(self, room: str, version: str) -> str:
        """Replace the room by one of another version and return the new room's id."""
        answer = await self.call("POST", f"/rooms/{_part(room)}/upgrade", {"new_version": version})
        return str(answer["replacement_room"])

    async def members(self, room: str) -> dict[str, str]:
        """Everybody's membership (join, invite, leave, ban, knock) by user id."""
        events = (await self.call("GET", f"/rooms/{_part(room)}/members"))["chunk"]
        return {event["state_key"]: event["content"]["membership"] for event in events}

    async def messages(self, room: str) -> list[Raw]:
        """Every event of the room's timeline the person may see (messages, reactions, state …), oldest first."""
        found: list[Raw] = []
        query = {"dir": "b", "limit": "100"}
        while True:
            page = await self.call("GET", f"/rooms/{_part(room)}/messages", query=query)
            found += page["chunk"]
            if "end" not in page:
                return found[::-1]
            query["from"] = page["end"]

    async def event(self, room: str, event: str) -> Raw:
        """One event; redacted, it has no content."""
        return await self.call("GET", f"/rooms/{_part(room)}/event/{_part(event)}")

    async def state(self, room: str) -> list[Raw]:
        """The room's present state events."""
        answer: Any = await self.call("GET", f"/rooms/{_part(room)}/state")
        found: list[Raw] = answer
        return found

    async def sees(self, room: str, wanted: Callable[[Raw], bool], *, within: float = 10) -> Raw:
        """The first event of the room that is `wanted`, as soon as it is there; AssertionError after `within` seconds."""
        give_up = time.monotonic() + within
        while True:
            events = await self.messages(room)
            for event in events:
                if wanted(event):
                    return event
            if time.monotonic() > give_up:
                seen = [(event["type"], event["content"].get("body")) for event in events]
                message = f"not seen within {within} s: only {seen}"
                raise AssertionError(message)
            await asyncio.sleep(0.05)


class Person(Protocol):
    """What the fixture `person` is: makes a new account, on the run's homeserver or another."""

    def __call__(self, name: str, *, on: Synapse | None = None, admin: bool = False) -> Awaitable[MatrixPerson]:
        """Give somebody whose user name begins with `name`."""


def _part(text: str) -> str:
    return quote(text, safe="")
