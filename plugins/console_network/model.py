"""What the console keeps: rooms, entries in them, and what people did that the server has not taken yet."""

from __future__ import annotations

from typing import Literal

from chatops import Body, Frozen, Instant, replace
from chatops.core.message import File, Person
from chatops.ports.chat import Outgoing

SERVER = "chatops"
"""The server's own id among the people of the console."""

SERVER_NAME = "Chatops"


class Room(Frozen, frozen=True, kw_only=True):
    """A room. `posts` counts everything ever written in it; what somebody has seen is a number up to it."""

    id: str
    title: str
    topic: str = ""
    kind: Literal["public", "private", "direct"] = "public"
    members: tuple[str, ...] = ()
    archived: bool = False
    posts: int = 0
    pinned: tuple[str, ...] = ()
    """Entries, newest last."""
    mentioned: dict[str, int] = {}
    """Person → the newest post that mentions them."""
    last_author: str = ""
    last_at: Instant | None = None
    version: int = 0
    """Of the record it was read from; 0 while it is new."""

    def visible_to(self, person: Person) -> bool:
        """Whether somebody may read here: members, and in public rooms everybody but guests."""
        return person.id in self.members or (self.kind == "public" and "guest" not in person.roles)

    def with_member(self, person: str) -> Room:
        """Return the room with somebody in it."""
        return self if person in self.members else replace(self, members=(*self.members, person))

    def without_member(self, person: str) -> Room:
        """Return the room without somebody."""
        return replace(self, members=tuple(member for member in self.members if member != person))


class Entry(Frozen, frozen=True, kw_only=True):
    """Something written in a room, by a person (`text`) or by the server (`said`)."""

    id: str
    room: str
    seq: int
    """Which post of the room it is, counted from 1."""
    author: str
    at: Instant
    text: str = ""
    said: Outgoing | None = None
    thread: str | None = None
    """The entry that started the thread it stands in."""
    reply_to: str | None = None
    follows: bool = False
    """True when it goes on where the same author stopped a moment ago."""
    edits: int = 0
    gone: bool = False
    files: tuple[File, ...] = ()
    reactions: dict[str, tuple[str, ...]] = {}
    replies: int = 0
    last_reply: Instant | None = None
    version: int = 0
    """Of the record it was read from; 0 while it is new."""

    @property
    def by_server(self) -> bool:
        """Whether the server wrote it."""
        return self.author == SERVER


class Happening(Frozen, frozen=True, kw_only=True):
    """What a person did, waiting to be handed over to the server."""

    id: str
    key: str
    body: Body
