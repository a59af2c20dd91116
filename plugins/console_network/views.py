"""What the templates show: plain values, already in the reader's language and time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from chatops import Frozen, PluginContext
from chatops.core.message import Person
from chatops.core.text import Moment, Text, _, _n, said
from chatops.ports.chat import Outgoing, as_typed
from console_network.access import home
from console_network.addressing import PREFIX
from console_network.model import SERVER, SERVER_NAME, Entry, Room
from console_network.store import Store
from console_network.texts import ROLES, WORDS

HUES = 12
"""Colours of avatars in the style sheet."""


class PersonView(Frozen, frozen=True, kw_only=True):
    """Somebody, to be shown."""

    id: str
    name: str
    initials: str
    hue: int
    server: bool = False
    role: str = ""


class RoomView(Frozen, frozen=True, kw_only=True):
    """A room in the list."""

    id: str
    title: str
    topic: str
    kind: str
    archived: bool
    member: bool
    href: str
    unread: int = 0
    mentioned: bool = False


class ReactionView(Frozen, frozen=True, kw_only=True):
    """One emoji and who used it."""

    emoji: str
    count: int
    mine: bool
    names: str


class QuoteView(Frozen, frozen=True, kw_only=True):
    """The entry another one is about."""

    id: str
    name: str
    text: str
    heading: str


class FileView(Frozen, frozen=True, kw_only=True):
    """A file that came with an entry."""

    name: str
    size: str
    href: str


class EntryView(Frozen, frozen=True, kw_only=True):
    """An entry, to be shown."""

    id: str
    room: str
    author: PersonView
    mine: bool
    stamp: str
    short: str
    long: str
    day: str
    seq: int
    text: str
    said: Outgoing | None
    follows: bool
    edited: bool
    gone: bool
    pinned: bool
    replies: str
    replies_at: str
    quote: QuoteView | None
    reactions: tuple[ReactionView, ...]
    files: tuple[FileView, ...]


class Views:
    """Turns what is stored into what one reader sees."""

    def __init__(self, context: PluginContext, store: Store, reader: Person) -> None:
        self._context = context
        self._store = store
        self.reader = reader
        self._zone = ZoneInfo(reader.zone)

    @property
    def words(self) -> Mapping[str, str]:
        """The fixed words in the reader's language."""
        return {name: self._context.web.words(text, self.reader.locale) for name, text in WORDS.items()}

    def person(self, id: str) -> PersonView:
        """Return somebody as shown; people who left the directory keep their id."""
        if id == SERVER:
            return PersonView(id=id, name=SERVER_NAME, initials="C", hue=HUES, server=True)
        person = self._context.people.by_id(id)
        name = person.name if person else id
        role = next((label for role, label in ROLES.items() if person and role in person.roles), ROLES["staff"])
        # Neighbours (agent-1, agent-2) differ, which a hash would not promise.
        return PersonView(
            id=id,
            name=name,
            initials=_initials(name),
            hue=sum(map(ord, id)) % HUES,
            role=self._context.web.words(role, self.reader.locale),
        )

    def room(self, room: Room, *, here: bool = False) -> RoomView:
        """Return a room as listed. What the reader looks at right now is not unread."""
        seen = room.posts if here else self._store.seen(self.reader.id, room.id)
        member = self.reader.id in room.members
        return RoomView(
            id=room.id,
            title=room.title,
            topic=room.topic,
            kind=room.kind,
            archived=room.archived,
            member=member,
            href=f"{home(self.reader.id)}r/{room.id}",
            unread=room.posts - seen if member else 0,
            mentioned=room.mentioned.get(self.reader.id, 0) > seen,
        )

    def rooms(self, current: str | None) -> tuple[list[RoomView], list[RoomView], list[RoomView]]:
        """Return the reader's rooms (the newest swarm first), their direct chats, and public rooms they are not in."""
        visible = [room for room in self._store.rooms.values() if room.visible_to(self.reader)]
        views = [self.room(room, here=room.id == current) for room in visible]
        mine = [view for view in views if view.member and view.kind != "direct"]
        # Closed rooms sink to the bottom; otherwise in the order they were made.
        mine.sort(key=lambda view: view.archived)
        direct = [view for view in views if view.kind == "direct"]
        others = [view for view in views if not view.member and not view.archived]
        return mine, direct, others

    async def entry(self, entry: Entry) -> EntryView:
        """Return an entry as shown."""
        at = entry.at.astimezone(self._zone)
        replies = _n("{count} reply", "{count} replies", entry.replies)
        return EntryView(
            id=entry.id,
            room=entry.room,
            author=self.person(entry.author),
            mine=entry.author == self.reader.id,
            stamp=entry.at.isoformat(),
            short=at.strftime("%H:%M"),
            long=self._say(_when(entry.at, "datetime")),
            day=self._say(_when(entry.at, "date")),
            seq=entry.seq,
            text=entry.text,
            said=entry.said and self._typed(entry.said, self._store.rooms[entry.room]),
            follows=entry.follows and not entry.reply_to,
            edited=entry.edits > 0 and not entry.by_server,
            gone=entry.gone,
            pinned=entry.id in self._store.rooms[entry.room].pinned,
            replies=self._say(replies) if entry.replies else "",
            replies_at=entry.last_reply.astimezone(self._zone).strftime("%H:%M") if entry.last_reply else "",
            quote=await self.quote(entry.reply_to),
            reactions=tuple(self._reaction(emoji, people) for emoji, people in entry.reactions.items()),
            files=tuple(
                FileView(
                    name=file.name,
                    size=_kilobytes(file.size),
                    href=f"{home(self.reader.id)}m/{entry.id}/files/{number}",
                )
                for number, file in enumerate(entry.files)
            ),
        )

    @staticmethod
    def _typed(said: Outgoing, room: Room) -> Outgoing:
        return as_typed(said, "" if room.kind == "direct" else PREFIX)

    async def quote(self, id: str | None) -> QuoteView | None:
        """Return the beginning of an entry the reader may see, to show what another one is about."""
        entry = await self._store.entry(id) if id else None
        if entry is None or entry.gone or not self._store.rooms[entry.room].visible_to(self.reader):
            return None
        name = self.person(entry.author).name
        text = (entry.said.title or entry.said.plain) if entry.said else entry.text
        heading = self._say(_("About a message of {name}", name=said(name)))
        return QuoteView(id=entry.id, name=name, text=" ".join(text.split())[:140], heading=heading)

    def _reaction(self, emoji: str, people: tuple[str, ...]) -> ReactionView:
        return ReactionView(
            emoji=emoji,
            count=len(people),
            mine=self.reader.id in people,
            names=", ".join(self.person(id_).name for id_ in people),
        )

    def _say(self, text: Text) -> str:
        return self._context.web.words(text, self.reader.locale, self.reader.zone)


def _kilobytes(size: int | None) -> str:
    return "" if size is None else f"{max(1, round(size / 1000))} kB"


def _when(at: datetime, style: Literal["date", "datetime"]) -> Text:
    return Text(msgid="{at}", args={"at": Moment(at=at, style=style)}, verbatim=True)


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
