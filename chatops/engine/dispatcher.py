"""From an event to the work it means: a command, a button, a fact for its listeners, or nothing."""

from __future__ import annotations

from functools import partial

from chatops.core.commit import InboxRow
from chatops.core.events import Event
from chatops.core.message import ButtonPress, CommandCall, Message, Reaction
from chatops.core.text import _
from chatops.core.unit import Origin
from chatops.engine.asking import Asker, origin
from chatops.engine.commands import AskedWork, CommandWork, Parts, PressWork
from chatops.engine.flood import Flood
from chatops.engine.reacting import ReactionWork
from chatops.engine.router import Emitted, Router
from chatops.engine.seldom import Seldom
from chatops.engine.seldom_work import RefusedWork, UnreadableWork
from chatops.engine.strangers import StrangerWork, unknown
from chatops.engine.work import FanOutWork, ListenerWork, Work
from chatops.errors import Refusal, TooMany


class Dispatcher:
    """Decides what an event means."""

    def __init__(self, *, parts: Parts, router: Router, flood: Flood, floods: Seldom, unreadable: Seldom) -> None:
        """`floods` and `unreadable`: how often somebody is told of the one and the other."""
        self._parts = parts
        self._router = router
        self._flood = flood
        self._floods = floods
        self._unreadable = unreadable

    def __call__(self, event: Event) -> Work:
        """Return the work of `event`. Raise CodecError when what it carries cannot be read."""
        parts = self._parts
        if isinstance(event.body, Emitted):
            event, listener = self._router.told(event)
            return ListenerWork(event, listener, units=parts.units, router=self._router, rooms=parts.rooms)
        if asks(event):
            return self._strange(event) or self._asked(event)
        if (reacted := self._reacted(event)) is not None:
            return reacted
        listeners = self._router.listeners(event.body)
        if len(listeners) > 1:
            return FanOutWork(event, units=parts.units, router=self._router)
        listener = listeners[0] if listeners else None
        return ListenerWork(event, listener, units=parts.units, router=self._router, rooms=parts.rooms)

    def _asked(self, event: Event) -> Work:
        body, parts = event.body, self._parts
        also: tuple[InboxRow, ...] = self._router.fan_out(event, body, "self")
        asker = self._asker(event)
        if isinstance(body, Message) and body.unreadable:
            chat = str(body.ref.room)
            if body.direct and self._unreadable(chat):
                return UnreadableWork(event, asker, also, parts, told=partial(self._unreadable.everywhere, chat))
            return AskedWork(event, asker, also, parts)
        refusal: Refusal
        if asker.person is None:
            verdict = self._flood.once(asker.name)
            refusal = unknown()
        else:
            verdict = self._flood.asks(asker.name)
            refusal = _flooded()
        if verdict == "welcome":
            work = PressWork if isinstance(body, ButtonPress) else CommandWork
            return work(event, asker, also, parts)
        if isinstance(body, CommandCall):
            return RefusedWork(event, asker, also, parts, refusal=refusal)
        if verdict == "told":
            told = partial(self._floods.everywhere, asker.name)
            return RefusedWork(event, asker, also, parts, refusal=refusal, told=told)
        return AskedWork(event, asker, also, parts)

    def _strange(self, event: Event) -> Work | None:
        """Return the work of what somebody unknown may say."""
        body, parts = event.body, self._parts
        if not isinstance(body, Message) or not body.direct or parts.directory.by_identity(body.sender) is not None:
            return None
        asker = self._asker(event)
        if not parts.table.stranger(body.text) or self._flood.asks(asker.name) != "welcome":
            return None
        return StrangerWork(event, asker, self._router.fan_out(event, body, "self"), parts)

    def _reacted(self, event: Event) -> Work | None:
        """Return the work of a reaction that means a command: in rooms of ours, from people we know."""
        body, parts = event.body, self._parts
        if not isinstance(body, Reaction) or body.removed:
            return None
        command, room = parts.table.reaction(body.emoji), parts.rooms.by_remote(body.ref.room)
        person = parts.directory.by_identity(body.sender)
        if command is None or room is None or room.subject is None or person is None:
            return None
        also = self._router.fan_out(event, body, "self")
        alone = parts.direct_chats(body.sender.network)
        where = origin(body.ref.room, room, person, thread=None, direct=alone, via="reaction")
        asker = Asker(person=person, identity=body.sender, origin=where, typed=body.emoji, via="reaction", room=room)
        verdict = self._flood.asks(asker.name)
        if verdict == "welcome":
            return ReactionWork(event, asker, also, parts, command=command)
        told = partial(self._floods.everywhere, asker.name) if verdict == "told" else None
        if told is None:
            return AskedWork(event, asker, also, parts)
        return RefusedWork(event, asker, also, parts, refusal=_flooded(), told=told)

    def _asker(self, event: Event) -> Asker:
        directory, rooms, body = self._parts.directory, self._parts.rooms, event.body
        match body:
            case Message():
                person, room = directory.by_identity(body.sender), rooms.by_remote(body.ref.room)
                return Asker(
                    person=person,
                    identity=body.sender,
                    origin=origin(body.ref.room, room, person, thread=body.thread, direct=body.direct, via="chat"),
                    typed=body.text,
                    via="chat",
                    room=room,
                )
            case ButtonPress():
                person, room = directory.by_identity(body.presser), rooms.by_remote(body.room)
                direct = rooms.direct(body.presser) == body.room
                return Asker(
                    person=person,
                    identity=body.presser,
                    origin=origin(body.room, room, person, thread=body.thread, direct=direct, via="button"),
                    typed="",
                    via="button",
                    room=room,
                    fields=body.fields,
                )
            case CommandCall():
                room = None if body.room is None else rooms.by_id(body.room)
                return Asker(
                    person=directory.by_id(body.person),
                    identity=None,
                    origin=Origin(target=f"call:{event.key}", room=room, direct=True, via=body.via),
                    typed=body.text,
                    via=body.via,
                    room=room,
                    fields=body.fields,
                    dry_run=body.dry_run,
                    confirmed=body.confirmed,
                )
            case _:
                message = f"nobody asks for anything with a {body.kind}"
                raise TypeError(message)


def _flooded() -> TooMany:
    return TooMany(_("That was a lot at once. Please give me a minute."))


def asks(event: Event) -> bool:
    """Whether a person wants something: edits and machines never do."""
    body = event.body
    if isinstance(body, Message):
        return (body.addressed or body.direct) and not body.edited and not body.automated
    return isinstance(body, ButtonPress | CommandCall)
