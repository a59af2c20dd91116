"""People in a swarm's room, and tasks between them, through the whole engine."""

from __future__ import annotations

import asyncio

from chatops.core.message import Identity, Message, MessageRef, Person, RoomRef
from chatops.ports.roster import Profile
from chatops.ports.tickets import Page, TicketQuery
from chatops.tasks.model import Task
from chatops.testing.tickets import FakeTickets
from swarm_story import Story


class TaskStory(Story):
    """A story in which Olga, Anna and Ben are in one swarm."""

    async def begin(self) -> str:
        """Open the swarm and let Anna and Ben in; return its room."""
        await self.stage.says("olga", "swarm open cases:1001 refund loops")
        for helper in ("anna", "ben"):
            await self.stage.says(helper, "swarm join SW-1")
        return self.swarm_room()

    def in_pod(self, pod: str, *people: str) -> None:
        """Put people into a pod."""
        for id_ in people:
            person = self.stage.directory.by_id(id_)
            assert person is not None
            self.stage.directory.add(person, Profile(pods=(pod,)))

    def guest(self, id_: str) -> None:
        """Let the directory know a guest."""
        person = Person(
            id=id_,
            name=id_.title(),
            roles=frozenset({"guest"}),
            identities=(Identity(network=self.stage.network.name, id=id_),),
        )
        self.stage.directory.add(person, Profile())

    async def edits(self, who: str, message: MessageRef, text: str) -> None:
        """Let somebody put other words in the place of a message's."""
        edit = Message(ref=message, sender=self.stage.identity(who), text=text, at=self.clock.now(), edited=True)
        await self.stage.network.deliver((f"edit-{who}-{message.id}", edit))
        await self.stage.settle()

    async def found(self, words: str) -> str:
        """Return what Olga finds."""
        return "".join(reply.text for reply in await self.stage.calls("olga", f"kb search {words}"))

    def room_of(self, swarm: str) -> str:
        """Return what the network calls a swarm's room."""
        return next(one.ref.id for one in self.stage.network.rooms.values() if one.title.startswith(f"{swarm} "))

    async def task(self, id: str = "1") -> Task:
        """Return a task as stored."""
        stored = await self.stage.store.get(Task.kind, id)
        assert stored is not None
        return self.stage.codec.decode_as(Task, stored.body)

    async def count(self) -> int:
        """Return how many tasks there are."""
        found = [await self.stage.store.get(Task.kind, str(number)) for number in range(1, 20)]
        return len([one for one in found if one is not None])

    def last(self, room: str) -> MessageRef:
        """Return the newest message somebody wrote in a room."""
        return next(ref for ref in reversed(self.stage.network.heard()) if ref.room.id == room)

    def message(self, room: str, id: str) -> MessageRef:
        """Return a message by its name."""
        return MessageRef(room=RoomRef(network=self.stage.network.name, id=room), id=id)

    def alone(self, person: str) -> str:
        """Return everything somebody was told alone."""
        return self.read(f"direct-{person}")


class StuckTickets(FakeTickets):
    """A ticket system that takes for ever over a search."""

    async def search(self, query: TicketQuery, *, cursor: str | None = None, limit: int = 25) -> Page:
        """Find nothing, ever."""
        await asyncio.Event().wait()
        return await super().search(query, cursor=cursor, limit=limit)


class StuckStory(TaskStory):
    """The same with a ticket system that hangs when it is searched."""

    ticket_system = StuckTickets
