"""Rooms: opened once per key, filled, emptied and closed. What a room is on Teams, `choosing` decides.

Room ids: a group chat's `19:…@thread.v2`, a personal chat's `a:…`, and for channels and threads the thread
`19:…@thread.tacv2;messageid=N`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from weakref import WeakValueDictionary

import structlog

from chatops import Clock
from chatops.core.message import Identity, RoomRef
from chatops.errors import Forbidden, PortError, Unsupported
from chatops.ports.chat import RoomSpec
from teams_network.channels import Channels
from teams_network.chats import Chats
from teams_network.choosing import form_of, outside
from teams_network.direct_rooms import DirectRooms
from teams_network.guests import Guests
from teams_network.known import Known
from teams_network.own_rooms import OwnRooms
from teams_network.roster import Roster
from teams_network.saga import Run, Saga
from teams_network.settings import TeamsSettings
from teams_network.threads import ThreadRooms

log = structlog.get_logger("teams")


class Rooms:
    """The part of `chatops.ports.chat.ChatNetwork` about rooms; its promises and errors are those of the port."""

    def __init__(
        self,
        *,
        chats: Chats,
        channels: Channels,
        threads: ThreadRooms,
        direct_rooms: DirectRooms,
        guests: Guests,
        own: OwnRooms,
        saga: Saga,
        roster: Roster,
        settings: TeamsSettings,
        clock: Clock,
    ) -> None:
        self._chats = chats
        self._channels = channels
        self._threads = threads
        self._direct_rooms = direct_rooms
        self._guests = guests
        self._own = own
        self._saga = saga
        self._roster = roster
        self._settings = settings
        self._clock = clock
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open_room(self, spec: RoomSpec, *, key: str) -> RoomRef:
        """Open a room, or go on with an opening that was cut off. Who cannot be let in is left out, and logged.

        Raise OutcomeUnknown while an earlier attempt may be under way, Rejected when nobody can tell what came of it,
        Unsupported, naming the setting, when such a room cannot be had.
        """
        began = self._clock.monotonic()
        async with self._locks.setdefault(key, asyncio.Lock()):
            # Graph refuses the whole question for one id that is none in our directory.
            ours = [one for one in spec.members if one.network == self._settings.network]
            here = [one.id for one in ours if not outside(one, self._settings)]
            form = form_of(spec, self._settings, guests=await self._guests.among(here))
            run = await self._saga.begin(key, form, spec.title, began=began)
            if run.opening.room:
                return self._ref(run.opening.room)
            try:
                room = await self._opened(run, spec)
            except PortError as error:
                log.warning("a room is only half open", opening=run.opening.id, form=run.opening.form, why=str(error))
                raise
            await self._own.opened(room, run.opening.form, self._clock.now())
            await run.finish(room)
            return self._ref(room)

    async def invite(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Let somebody into a chat. In a channel they have to be in its team: raise Forbidden, saying so, when not.

        Nobody is put into a team: all its channels would come along, and it would take a right over every team.
        """
        known = await self._roster.known(room)
        self._roster.here(identity)
        if known.type == "groupChat":
            await self._chats.invite(known.id, identity)
        elif identity not in await self._roster.people(known):
            raise Forbidden(_cannot_enter(known))

    async def remove(self, room: RoomRef, identity: Identity, *, key: str) -> None:
        """Take somebody out of a chat. Raise Forbidden in a channel: its team decides who reads it."""
        known = await self._roster.known(room)
        self._roster.here(identity)
        if known.type == "groupChat":
            await self._chats.remove(known.id, identity)
        elif identity in await self._roster.people(known):
            message = "whoever is in the channel's team reads it; only an owner of the team can take somebody out of it"
            raise Forbidden(message)

    async def archive_room(self, room: RoomRef, *, key: str) -> None:
        """Close a room. Raise Forbidden for a chat that we did not open: its people would be taken out of it.

        A channel is archived. A chat cannot be: it is called closed, and its people are taken out; they keep what was
        said. A thread cannot be locked at all: we only write nothing more in it.
        """
        known = await self._roster.known(room)
        own = await self._own.of(room.id)
        form = own.form if own is not None else ("chat" if known.type == "groupChat" else "thread")
        if own is not None and own.closed is not None:
            return
        if known.type == "personal":
            message = "a personal chat cannot be closed"
            raise Unsupported(message)
        if form == "chat" and own is None and not known.ours:
            message = "only chats that the bot has opened are closed by it; whoever is in this one may leave it"
            raise Forbidden(message)
        if form == "chat":
            await self._chats.close(known.id, known.name)
        elif form == "channel":
            await self._channels.archive(known.team, known.id)
        await self._own.close(room.id, form, self._clock.now())

    async def direct_room(self, identity: Identity, *, key: str) -> RoomRef:
        """Return the personal chat with somebody. Raise Forbidden, saying who has to do what, when they lack the app."""
        self._roster.here(identity)
        async with self._locks.setdefault(f"direct:{identity}", asyncio.Lock()):
            return self._ref(await self._direct_rooms.room(identity))

    async def members(self, room: RoomRef) -> Sequence[Identity]:
        """Return who is in a room; of a channel or a thread, who is in its team."""
        return await self._roster.people(await self._roster.known(room))

    async def is_closed(self, room: RoomRef) -> bool:
        """Whether we closed a room: nothing more is to be said there."""
        return await self._own.is_closed(room.id)

    async def prune(self) -> int:
        """Forget openings that nobody will ask for any more. Raise StoreUnavailable."""
        return await self._saga.prune()

    async def _opened(self, run: Run, spec: RoomSpec) -> str:
        match run.opening.form:
            case "chat":
                return await self._chats.open(run, spec)
            case "channel":
                return await self._channels.open(run, spec)
            case "thread":
                return await self._threads.open(run, spec)

    def _ref(self, room: str) -> RoomRef:
        return RoomRef(network=self._settings.network, id=room)


def _cannot_enter(known: Known) -> str:
    where = f"the team of the channel {known.name}" if known.name else "the channel's team"
    return f"they are not in {where}: an owner of the team has to add them (Teams, the team's name, Add member)"
