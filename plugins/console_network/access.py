"""Who is at the browser: a session below `/console/PERSON/`, given by a one-time link or, in the demo, by visiting."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import quote

from aiohttp import web

from chatops import PluginContext
from chatops.core.message import Person
from chatops.core.text import _
from chatops.errors import Conflict, NotFound
from chatops.ports.records import Write

LINK_LIFETIME = timedelta(minutes=15)

SESSION_LIFETIME = timedelta(days=8)
"""How long it is remembered that somebody signed out: longer than any session lasts (`chatops.web.sessions`)."""


def home(person: str) -> str:
    """Return the path below which somebody's pages and session live."""
    return f"/console/{quote(person, safe='')}/"


class Access:
    """Sessions and sign-in links. Only a link's hash is stored, so that a copy of the database opens nothing."""

    def __init__(self, context: PluginContext) -> None:
        self._context = context

    async def person(self, request: web.Request) -> Person | None:
        """Return who is signed in below the address asked for, and has not signed out at another replica."""
        id_ = request.match_info["person"]
        if self._context.web.signed_in(request, path=home(id_)) != id_:
            return None
        if self._context.shared and await self._context.records.get("ended", self._session(request, id_)) is not None:
            return None
        return self._context.people.by_id(id_)

    def enter(self, request: web.Request) -> web.Response:
        """Answer somebody who is not signed in: the demo lets everybody in, otherwise it takes a link."""
        person = self._context.people.by_id(request.match_info["person"])
        if not self._context.demo or request.method != "GET":
            raise web.HTTPUnauthorized
        if person is None:
            raise web.HTTPNotFound
        return self._signed_in(person, str(request.rel_url))

    async def link(self, person: str) -> str:
        """Return an address that signs `person` in once within `LINK_LIFETIME`. Raise NotFound."""
        if self._context.people.by_id(person) is None:
            raise NotFound(_("There is nobody called {person} in the directory.", person=person))
        token = secrets.token_urlsafe(32)
        expires = self._context.clock.now() + LINK_LIFETIME
        body = {"person": person, "expires": expires.isoformat(), "used": False}
        await self._context.records.write(Write(kind="link", id=_digest(token), body=body, expected=0))
        return f"{self._context.web.base_url}{home(person)}sign-in/{token}"

    async def invited(self, person: str, token: str) -> Person | None:
        """Return whom a link would sign in, without using it up; None when it does not work (any more)."""
        record = await self._context.records.get("link", _digest(token))
        if record is None or record.body["used"] or record.body["person"] != person:
            return None
        if datetime.fromisoformat(record.body["expires"]) <= self._context.clock.now():
            return None
        return self._context.people.by_id(person)

    async def use(self, person: str, token: str) -> web.Response | None:
        """Use a link up and sign in; None when it does not work (any more)."""
        invited = await self.invited(person, token)
        record = await self._context.records.get("link", _digest(token))
        if invited is None or record is None:
            return None
        used = Write(kind="link", id=record.id, body={**record.body, "used": True}, expected=record.version)
        try:
            await self._context.records.write(used)
        except Conflict:
            return None
        return self._signed_in(invited, home(person))

    async def leave(self, request: web.Request, person: Person) -> web.Response:
        """Sign out: here at once, and by a record at every replica."""
        if self._context.shared:
            await self._forget_old()
            ends = (self._context.clock.now() + SESSION_LIFETIME).isoformat()
            session = self._session(request, person.id)
            await self._context.records.write(Write(kind="ended", id=session, body={"until": ends}))
        response = web.Response(status=303, headers={"Location": "/"})
        self._context.web.sign_out(request, response, path=home(person.id))
        return response

    def _session(self, request: web.Request, person: str) -> str:
        """Return what tells a session from all others: a digest of the token its forms carry."""
        return _digest(self._context.web.csrf(request, path=home(person)))

    async def _forget_old(self) -> None:
        """Forget sessions that would have ended by themselves."""
        for record in await self._context.records.find("ended", limit=20):
            if datetime.fromisoformat(record.body["until"]) <= self._context.clock.now():
                await self._context.records.delete("ended", record.id)

    def _signed_in(self, person: Person, location: str) -> web.Response:
        response = web.Response(status=303, headers={"Location": location})
        self._context.web.sign_in(response, person, path=home(person.id))
        return response


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
