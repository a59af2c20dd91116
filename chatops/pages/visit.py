"""Who looks at a page, and through which door they came in."""

from __future__ import annotations

from typing import Protocol, runtime_checkable
from urllib.parse import quote

from aiohttp import web

from chatops.core.frozen import Frozen
from chatops.core.message import Person, RoomRef


@runtime_checkable
class Entrance(Protocol):
    """A plugin that people sign in to, below `/console/PERSON/`; the pages share its sessions."""

    async def visitor(self, request: web.Request) -> Person | None:
        """Return who is signed in below the address asked for, or None."""
        ...

    def entrance(self, request: web.Request) -> web.Response:
        """Answer somebody who is not signed in. Raise an HTTPException when they cannot be let in."""
        ...

    def room_address(self, person: str, room: RoomRef) -> str | None:
        """Return where somebody reads a room in the browser; None when it is no room of this plugin's."""
        ...

    def room_of(self, person: Person, id: str) -> RoomRef | None:
        """Return the room a page's address names; None when there is none, or it is not open to them."""
        ...


class Visit(Frozen, frozen=True, kw_only=True):
    """Somebody at a page."""

    person: Person
    csrf: str
    """What the forms of their session carry."""

    @property
    def guest(self) -> bool:
        """Whether they are no member of the house: they see their own swarm, in the guest layout, and themselves."""
        return "guest" in self.person.roles

    @property
    def base(self) -> str:
        """The path below which all of their pages lie."""
        return home(self.person.id)


def home(person: str) -> str:
    """Return the path below which somebody's pages and session live."""
    return f"/console/{quote(person, safe='')}/"
