"""What people do in the console. Each act is stored together with the happening that tells the server of it."""

from __future__ import annotations

from collections.abc import Mapping

from chatops import Body, PluginContext, replace
from chatops.core.message import (
    ButtonPress,
    File,
    MemberChange,
    Message,
    MessageRef,
    Person,
    Reaction,
    Redaction,
    RoomRef,
    clean,
)
from chatops.core.text import _, said
from chatops.errors import BadArgument, Impossible, NotAllowed, NotFound
from chatops.ports.chat import RenderedButton
from console_network.addressing import addressed, mentioned
from console_network.model import Entry, Happening, Room
from console_network.network import ConsoleChat, replied
from console_network.store import Store, alone

MAX_EMOJI = 16
"""Longest reaction, in characters: the longest emoji are built from about ten."""

_MAX_REACTIONS = 24
_MAX_FIELD = 16_000


class Acts:
    """Raises `chatops.errors.Refusal`s, in words people read. `once` makes repeating an act harmless."""

    def __init__(self, context: PluginContext, store: Store, chat: ConsoleChat) -> None:
        self._context = context
        self._store = store
        self._chat = chat

    @alone
    async def say(
        self,
        person: Person,
        room: str,
        text: str,
        *,
        thread: str | None = None,
        reply_to: str | None = None,
        once: str | None = None,
        files: tuple[File, ...] = (),
    ) -> Entry:
        """Write in a room, in a thread, or about another entry; files that are kept already go with it."""
        text = clean(text.replace("\r\n", "\n").strip())[0]
        if not text and not files:
            raise BadArgument(_("There is nothing to send yet. Type a few words first."))
        key = None if once is None else f"say:{person.id}:{once}"
        done = None if key is None else await self._store.result(key)
        if done is not None:
            return await self._entry(person, done)
        place = self._writable(person, room)
        root = None if thread is None else await self._entry(person, thread, room=room)
        if root is not None and root.thread is not None:
            root = await self._entry(person, root.thread)
        about = None if reply_to is None else (await self._entry(person, reply_to, room=room)).id
        meant = [other for other in mentioned(text, self._context.people.named) if place.visible_to(other)]
        entry, changed = await self._chat.written(
            place,
            author=person.id,
            text=text,
            thread=root,
            reply_to=about,
            mentions=[other.id for other in meant if other.id != person.id],
            files=files,
        )
        touched = () if root is None else (replied(root, entry),)
        message = self._message(person, entry, changed, mentions=meant)
        happening = Happening(id=entry.id, key=f"say:{entry.id}", body=message)
        await self._store.commit(entry, changed, *touched, happening, key=key, result=entry.id)
        return entry

    @alone
    async def edit(self, person: Person, id: str, text: str) -> Entry:
        """Change one's own words."""
        text = clean(text.replace("\r\n", "\n").strip())[0]
        if not text:
            raise BadArgument(_("There is nothing to send yet. Type a few words first."))
        entry = await self._own(person, id)
        if entry.text == text:
            return entry
        entry = replace(entry, text=text, edits=entry.edits + 1)
        message = replace(self._message(person, entry, self._store.rooms[entry.room]), edited=True)
        await self._store.commit(entry, await self._happening(f"edit:{entry.id}:{entry.edits}", message))
        return entry

    @alone
    async def delete(self, person: Person, id: str) -> tuple[File, ...]:
        """Take one's own words back; return the files that nobody needs any more."""
        entry = await self._own(person, id)
        gone = replace(entry, text="", gone=True, reactions={}, files=())
        redaction = Redaction(ref=self._ref(entry), at=self._context.clock.now())
        await self._store.commit(gone, await self._happening(f"gone:{entry.id}", redaction))
        return entry.files

    @alone
    async def react(self, person: Person, id: str, emoji: str) -> None:
        """Put a reaction on an entry, or take it back when it is there."""
        if not 0 < len(emoji) <= MAX_EMOJI or emoji.isalnum() or not emoji.isprintable() or " " in emoji:
            raise BadArgument(_("That is no emoji. Choose one from the menu of the message."))
        entry = await self._entry(person, id)
        self._writable(person, entry.room)
        who = entry.reactions.get(emoji, ())
        removed = person.id in who
        who = tuple(other for other in who if other != person.id) if removed else (*who, person.id)
        reactions = {name: people for name, people in {**entry.reactions, emoji: who}.items() if people}
        if len(reactions) > _MAX_REACTIONS:
            raise Impossible(_("This message has as many different reactions as it can carry."))
        reaction = Reaction(
            ref=self._ref(entry),
            sender=self._chat.identity(person.id),
            emoji=emoji,
            at=self._context.clock.now(),
            removed=removed,
        )
        await self._store.commit(replace(entry, reactions=reactions), await self._happening("react", reaction))

    @alone
    async def press(
        self, person: Person, id: str, ref: str, fields: Mapping[str, str], *, once: str | None = None
    ) -> None:
        """Press a button of an entry, its form filled in."""
        key = None if once is None else f"press:{person.id}:{once}"
        entry = await self._entry(person, id)
        if key is not None and await self._store.result(key) is not None:
            return
        buttons = entry.said.buttons if entry.said else ()
        button = next((button for button in buttons if button.ref == ref), None)
        if button is None:
            raise Impossible(_("That button is no longer there. The card has changed; please look again."))
        press = ButtonPress(
            room=RoomRef(network=self._chat.name, id=entry.room),
            presser=self._chat.identity(person.id),
            action=ref,
            at=self._context.clock.now(),
            fields=_filled(button, fields),
            message=entry.id,
            thread=entry.thread,
        )
        await self._store.commit(await self._happening("press", press), key=key)

    async def join(self, person: Person, room: str) -> None:
        """Come into a room one can see."""
        await self._member(person, room, joins=True)

    async def leave(self, person: Person, room: str) -> None:
        """Go out of a room."""
        await self._member(person, room, joins=False)

    # inside

    @alone
    async def _member(self, person: Person, id: str, *, joins: bool) -> None:
        room = self.room(person, id)
        if room.kind == "direct" or room.archived or joins is (person.id in room.members):
            return
        change = MemberChange(
            room=RoomRef(network=self._chat.name, id=room.id),
            member=self._chat.identity(person.id),
            change="joined" if joins else "left",
            at=self._context.clock.now(),
        )
        changed = room.with_member(person.id) if joins else room.without_member(person.id)
        await self._store.commit(changed, await self._happening("member", change))

    async def file(self, person: Person, id: str, number: str) -> File:
        """Return a file of an entry that `person` can see. Raise NotFound."""
        files = (await self._entry(person, id)).files
        if not (number.isascii() and number.isdecimal()) or int(number[:4]) >= len(files):
            raise NotFound(_("That file is gone."))
        return files[int(number[:4])]

    def room(self, person: Person, id: str) -> Room:
        """Return a room that `person` can see. Raise NotFound."""
        room = self._store.rooms.get(id)
        if room is None or not room.visible_to(person):
            raise NotFound(_("There is no such room, or it is not open to you."))
        return room

    def _writable(self, person: Person, id: str) -> Room:
        room = self.room(person, id)
        if room.archived:
            raise Impossible(_("{room} is closed. It stays readable, but nothing can be added.", room=said(room.title)))
        if person.id not in room.members:
            raise NotAllowed(_("You are not in {room} yet. Join it first.", room=said(room.title)))
        return room

    async def _entry(self, person: Person, id: str, *, room: str | None = None) -> Entry:
        entry = await self._store.entry(id)
        if entry is None or entry.gone or (room is not None and entry.room != room):
            raise NotFound(_("That message is gone."))
        await self._store.catch_up(entry.room)
        self.room(person, entry.room)
        return entry

    async def _own(self, person: Person, id: str) -> Entry:
        entry = await self._entry(person, id)
        self._writable(person, entry.room)
        if entry.author != person.id:
            raise NotAllowed(_("Only who wrote a message can change it."))
        return entry

    async def _happening(self, what: str, body: Body) -> Happening:
        number = await self._store.number("happening")
        return Happening(id=f"h{number}", key=f"{what}:{number}", body=body)

    def _ref(self, entry: Entry) -> MessageRef:
        return MessageRef(room=RoomRef(network=self._chat.name, id=entry.room), id=entry.id)

    def _message(self, person: Person, entry: Entry, room: Room, *, mentions: list[Person] | None = None) -> Message:
        direct = room.kind == "direct"
        to_server, text = addressed(entry.text, direct=direct)
        return Message(
            ref=self._ref(entry),
            sender=self._chat.identity(person.id),
            text=text,
            at=entry.at,
            addressed=to_server and bool(text),
            direct=direct,
            thread=entry.thread,
            reply_to=entry.reply_to,
            mentions=tuple(self._chat.identity(other.id) for other in mentions or ()),
            locale=person.locale,
            zone=person.zone,
            files=entry.files,
        )


def _filled(button: RenderedButton, fields: Mapping[str, str]) -> dict[str, str]:
    """Return what was filled in, as the form allows it."""
    filled: dict[str, str] = {}
    for field in button.form:
        value = clean(fields.get(field.name, "").replace("\r\n", "\n").strip())[0]
        if field.kind == "yesno":
            value = "yes" if value else "no"
        if field.required and not value:
            raise BadArgument(_("Please fill in “{field}”.", field=said(field.label)))
        if len(value) > _MAX_FIELD:
            raise BadArgument(_("“{field}” is too long. Please say it in fewer words.", field=said(field.label)))
        if field.kind == "choice" and value and value not in {choice for choice, _label in field.choices}:
            raise BadArgument(_("“{field}” does not have that choice.", field=said(field.label)))
        if value:
            filled[field.name] = value
    return filled
