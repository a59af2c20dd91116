"""The conformance suite's stage: two people in a channel of the simulator, and the plugin behind the production server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from chatops.core.catalogue import Catalogues
from chatops.core.clock import Clock, SystemClock
from chatops.core.frozen import Body, replace
from chatops.core.message import Identity, MessageRef, RoomRef
from chatops.ports.chat import ChatNetwork
from chatops.ports.records import Records
from chatops.ports.store import Checkpoint
from chatops.testing.conformance.chat import ChatStage, Shown
from chatops.testing.context import plugin_context
from chatops.testing.directory import FakeDirectory
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from chatops.web.server import WebServer
from teams_acts import MayNot
from teams_network.plugin import TeamsNetwork
from teams_people import NETWORK, TeamsPerson, hired
from teams_sight import seen
from teams_simulator import TeamsSimulator
from teams_world import Conversation, root

SECRET = b"a secret of the tests, long enough."


class Ignored:
    """Takes everything and forgets it: what happens before a test begins."""

    async def checkpoint(self, name: str) -> str | None:
        """There is none."""
        return None

    async def __call__(self, events: Sequence[tuple[str, Body]], checkpoint: Checkpoint | None = None) -> None:
        """Forget it."""

    async def answers(self, key: str, at_most: float) -> None:
        """Nothing comes of anything."""


class TeamsStage(ChatStage):
    """People at their clients.

    `keeps` is False: what the bot does not take, Teams brings again a few times and then drops it, and later messages do
    not wait for it. What holds of that is in `test_conformance` beside the suite.
    """

    keeps = False

    def __init__(self, network: ChatNetwork, place: Conversation, people: Sequence[TeamsPerson]) -> None:
        self.network = network
        self._simulator = people[0].simulator
        self._people = {one.identity: one for one in people}
        self.ann, self.ben = self._people
        self.room = RoomRef(network=NETWORK, id=place.id)

    async def say(
        self, who: Identity, room: RoomRef, text: str, *, thread: str | None = None, reply_to: str | None = None
    ) -> MessageRef:
        """Write it. In a channel whoever replies does so in the thread."""
        place = self._place(room)
        into = thread or reply_to or root(room.id) if place.type == "channel" else ""
        post = await self._people[who].says(text, place, thread=into or "", quotes=reply_to or "")
        return MessageRef(room=room, id=post.id)

    async def send_file(
        self, who: Identity, room: RoomRef, name: str, content: bytes, media_type: str, *, text: str = ""
    ) -> MessageRef:
        """Attach it. Teams tells no media type."""
        place = self._place(room)
        file = self._simulator.file(name, content)
        post = await self._simulator.people.say(self._people[who].user, place, text, files=[file])
        return MessageRef(room=room, id=post.id)

    async def edit(self, who: Identity, message: MessageRef, text: str) -> None:
        """Change it."""
        place = self._place(message.room)
        await self._simulator.people.edit(self._people[who].user, place, message.id, text)

    async def delete(self, who: Identity, message: MessageRef) -> None:
        """Delete it."""
        await self._simulator.people.delete(self._people[who].user, self._place(message.room), message.id)

    async def press(self, who: Identity, message: MessageRef, button: str, fields: Mapping[str, str]) -> None:
        """Press the button that carries the reference."""
        await self._people[who].presses(button, message.id, self._place(message.room), fields)

    async def react(self, who: Identity, message: MessageRef, emoji: str) -> None:
        """Put it there, or take it back."""
        await self._simulator.people.react(self._people[who].user, self._place(message.room), message.id, emoji)

    async def history(self, room: RoomRef) -> Sequence[Shown]:
        """Return what a client shows."""
        found = []
        for post in self._place(room).standing():
            thread = post.root if post.root and post.root != post.id else None
            ours = post.sender == self._simulator.bot.id
            found.append(Shown(id=post.id, text=seen(post), ours=ours, thread=thread))
        return found

    async def pinned(self, room: RoomRef) -> Sequence[str]:
        """Bots cannot pin in Teams."""
        return ()

    async def may_write(self, who: Identity, room: RoomRef) -> bool:
        """Try it."""
        try:
            await self.say(who, room, "may I?")
        except MayNot:
            return False
        return True

    async def pass_time(self) -> None:
        """Bring again what was not taken; the clock is real."""
        await self._simulator.redeliver()
        await asyncio.sleep(0.01)

    def _place(self, room: RoomRef) -> Conversation:
        return self._simulator.world.find(room.id)


@asynccontextmanager
async def served(
    simulator: TeamsSimulator,
    *,
    clock: Clock | None = None,
    records: Records | None = None,
    people: FakeDirectory | None = None,
    **settings: object,
) -> AsyncIterator[TeamsNetwork]:
    """Serve the plugin with the production web server, and let the simulator's bot be there."""
    own = clock or SystemClock()
    secrets = MemorySecrets()
    await secrets.write("client_secret", simulator.secret)
    # It reads its templates when it is made.
    server = await asyncio.to_thread(WebServer, port=0, secret=SECRET, catalogues=Catalogues({}), clock=own)
    context = plugin_context(
        simulator.settings(**settings),
        name="teams_network",
        records=records or MemoryRecords(),
        secrets=secrets,
        people=people,
    )
    plugin = TeamsNetwork(replace(context, clock=own, web=server))
    plugin.chatops_register_routes(server.add)
    await server.start()
    simulator.bot.endpoint = f"{server.base_url}/api/messages"
    try:
        yield plugin
    finally:
        await plugin.network.close()
        await server.stop()


@asynccontextmanager
async def introduced(network: ChatNetwork) -> AsyncIterator[None]:
    """Run the network, forgetting what it hears, so that it learns where it is."""
    task = asyncio.ensure_future(network.run(Ignored()))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def teams_stage(simulator: TeamsSimulator, *, kind: str = "channel") -> AsyncIterator[TeamsStage]:
    """Two people who have the app, in a place of that kind: `channel` or `groupChat`."""
    people = hired(simulator, "Ann Keller", "Ben Okafor")
    users = [one.user for one in people]
    async with served(simulator) as plugin:
        async with introduced(plugin.network):
            for one in people:
                await one.gets_the_app()
            if kind == "channel":
                team = simulator.world.team("Support", users)
                await simulator.people.install(team, users[0])
                place = simulator.world.channel(team, "refunds")
            else:
                place = simulator.world.group_chat(users, topic="refunds")
                await simulator.people.install(place, users[0])
            # A channel is known once something was said there.
            await people[0].says("hello", place)
            place.posts.clear()
        yield TeamsStage(plugin.network, place, people)
