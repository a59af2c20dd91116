"""Our rooms on a real homeserver, for the tests about them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import msgspec

from chatops.core.message import Identity, RoomRef
from chatops.errors import Unreachable
from chatops.ports.chat import RoomSpec
from chatops.testing.clock import ManualClock
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from matrix_network.directs import Directs
from matrix_network.homeserver import Homeserver, Json, Request
from matrix_network.once import Once
from matrix_network.room_state import RoomStates
from matrix_network.rooms import Rooms
from matrix_network.session import SECRET, Kept, Session
from matrix_network.settings import MatrixSettings
from matrix_people import MatrixPerson
from synapse_server import Login, Synapse


class Wire(Homeserver):
    """The way to the homeserver, which counts requests and may lose what is on it."""

    def __init__(self, url: str, tokens: Session) -> None:
        super().__init__(url, tokens)
        self.asked: list[str] = []
        """Method and last part of the path of every request."""
        self.lose_answer_of = ""
        """The next request that ends so is done, and its answer lost."""
        self.lose = ""
        """The next request that ends so never arrives."""

    async def send(
        self,
        request: Request,
        *,
        token: str | None = None,
        patience: float = 30.0,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """Send, or do not."""
        path = request[1].partition("?")[0]
        self.asked.append(f"{request[0]} {path.rpartition('/')[2]}")
        lost, cut = self.lose and path.endswith(self.lose), self.lose_answer_of and path.endswith(self.lose_answer_of)
        if lost:
            self.lose = ""
            message = "it never arrived"
            raise Unreachable(message)
        answer = await super().send(request, token=token, patience=patience, headers=headers)
        if cut:
            self.lose_answer_of = ""
            message = "the answer was lost"
            raise Unreachable(message)
        return answer


@dataclass
class House:
    """Our rooms on one homeserver. What is kept outlives `again`, as it does a restart."""

    server: Synapse
    login: Login
    settings: MatrixSettings = field(default_factory=MatrixSettings)
    records: MemoryRecords = field(default_factory=MemoryRecords)
    clock: ManualClock = field(default_factory=ManualClock)
    wires: list[Wire] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.again()

    def again(self, **settings: Any) -> None:
        """Start anew, with what was written down."""
        if settings:
            self.settings = MatrixSettings(**settings)
        kept = Kept(
            homeserver=self.server.url, user=self.login.user, device=self.login.device, access_token=self.login.token
        )
        secrets = MemorySecrets()
        secrets.kept[SECRET] = msgspec.json.encode(kept).decode()
        session = Session(secrets, self.clock.now)
        self.wire = Wire(self.server.url, session)
        self.wires.append(self.wire)
        self.states = RoomStates(self.wire)
        self.directs = Directs(self.records)
        self.rooms = Rooms(
            homeserver=self.wire,
            session=session,
            states=self.states,
            directs=self.directs,
            once=Once(self.records, self.clock.now),
            records=self.records,
            settings=self.settings,
            now=self.clock.now,
        )

    async def joined(self) -> list[str]:
        """Return the rooms our account is in, as the homeserver has it."""
        answer = await asyncio.to_thread(
            self.server.call, "GET", "/_matrix/client/v3/joined_rooms", token=self.login.token
        )
        return list(answer["joined_rooms"])


@asynccontextmanager
async def rooms_on(server: Synapse) -> AsyncIterator[House]:
    """Give our rooms on a homeserver, as an account made for them."""
    login = await asyncio.to_thread(server.register, f"chatops-{uuid4().hex[:8]}")
    one = House(server, login)
    try:
        yield one
    finally:
        for wire in one.wires:
            await wire.close()


async def persistent(house: House, spec: RoomSpec, key: str) -> RoomRef:
    """Open a room as the engine does: again, a few seconds later, for as long as that may help."""
    for _n in range(5):
        try:
            return await house.rooms.open_room(spec, key=key)
        except Unreachable:
            house.clock.advance(timedelta(seconds=6))
    message = "it never worked"
    raise AssertionError(message)


def who(person: MatrixPerson) -> Identity:
    """Return somebody as the core knows them."""
    return Identity(network="matrix", id=person.id)


def content(state: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the contents of state events by type."""
    return {event["type"]: event["content"] for event in state}


async def new_space(owner: MatrixPerson, bot: str, *invited: str) -> str:
    """Return a space in which the bot may add rooms, once it has joined."""
    return await owner.create_room(
        invite=[bot, *invited],
        creation_content={"type": "m.space"},
        power_level_content_override={"events": {"m.space.child": 0}},
    )


async def house_joins(house: House, room: str) -> None:
    """Let our account accept an invitation."""
    await asyncio.to_thread(
        house.server.call, "POST", f"/_matrix/client/v3/join/{quoted(room)}", {}, token=house.login.token
    )


async def give_power(house: House, room: str, user: str) -> None:
    """Make somebody a moderator."""
    path = f"/_matrix/client/v3/rooms/{quoted(room)}/state/m.room.power_levels/"
    levels = await asyncio.to_thread(house.server.call, "GET", path, token=house.login.token)
    levels["users"] = {**levels.get("users", {}), user: 60}
    await asyncio.to_thread(house.server.call, "PUT", path, levels, token=house.login.token)


async def children(owner: MatrixPerson, space: str) -> set[str]:
    """Return the rooms that stand in a space."""
    events = await owner.state(space)
    return {event["state_key"] for event in events if event["type"] == "m.space.child" and event["content"].get("via")}


def quoted(room: str) -> str:
    """Return a room's id as it stands in a path."""
    return quote(room, safe="")
