"""Channels as rooms for everybody: a standard channel of an incident team, made by Graph, with one main thread by the bot.

Everybody in the team reads it and writes in it; nobody else can. So nobody is let in or taken out here: that would give or
take all other channels of the team along. Source: channel-post.md, channel-archive.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from chatops import Clock
from chatops.errors import Conflict, Forbidden, Invalid, Missing, PortError, Rejected, Unreachable
from chatops.ports.chat import RoomSpec
from teams_network.addresses import base, root
from teams_network.graph import Graph
from teams_network.graph_things import Channel
from teams_network.meetings import Meetings
from teams_network.naming import channel_name, description
from teams_network.roots import Root, Roots
from teams_network.saga import Look, Run
from teams_network.settings import TeamsSettings
from teams_network.speaking import Speaking
from teams_network.teams_room import TeamsRoom

READY = timedelta(minutes=5)
"""How long a channel may be unknown to the Bot Connector after it was made."""

POLLS, FIRST_PAUSE = 8, 0.5
"""How often an operation is looked at before the caller is told to come back; seconds of the first pause, then doubled.
Waits are shorter than the engine waits for one call."""

LONGEST_PAUSE = 4.0


class Channels:
    """Opens and archives incident channels. Raises PortErrors."""

    def __init__(
        self,
        *,
        graph: Graph,
        roots: Roots,
        meetings: Meetings,
        speaking: Speaking,
        room: TeamsRoom,
        settings: TeamsSettings,
        clock: Clock,
    ) -> None:
        self._graph = graph
        self._roots = roots
        self._meetings = meetings
        self._speaking = speaking
        self._room = room
        self._settings = settings
        self._clock = clock

    async def open(self, run: Run, spec: RoomSpec) -> str:
        """Return the main thread of the channel of an opening, both made once. The channel is found by its description."""
        mark = run.opening.mark
        look = Look(
            find=lambda _at: self._marked(mark),
            otherwise=f"Look whether a channel with «{mark}» in its description is in an incident team.",
        )
        team, _space, channel = (await run.once("channel", lambda: self._make(spec, mark), look)).rpartition(" ")
        link = await self._meetings.link(run, spec.title, public=spec.public)
        wanted = Root(
            channel=channel,
            team=team,
            title=spec.title,
            topic=spec.topic,
            link=link,
            fresh=self._clock.now() < run.opening.since + READY,
        )
        room = (await self._roots.begin(run, wanted)).rpartition(" ")[2]
        main = root(room) or ""
        await self._speaking.keep(base(room), "channel", name=channel_name(spec.title), team=team, main_thread=main)
        return room

    async def archive(self, team: str, channel: str) -> None:
        """Archive a channel and wait until it is. Harmless when it is archived.

        Raise Unreachable when it takes longer: the next call asks again, and waits for it.
        """
        try:
            if (await self._graph.channel(team, channel)).archived:
                return
        except Missing:
            raise
        except Rejected:
            pass  # we may archive it without being allowed to look
        try:
            operation = await self._graph.archive_channel(team, channel)
        except (Conflict, Invalid) as error:
            if await self._is_archived(team, channel):
                return
            if isinstance(error, Conflict):
                message = f"the channel is being changed at the moment ({error})"
                raise Unreachable(message, code=error.code) from error
            raise
        if operation:
            await self._wait(operation, team)

    async def _wait(self, operation: str, team: str) -> None:
        pause = FIRST_PAUSE
        for _look in range(POLLS):
            status = await self._graph.operation(operation, team)
            if status == "succeeded":
                return
            if status in {"failed", "invalid"}:
                message = "Teams could not archive the channel; does its team have an owner, and is it active?"
                raise Rejected(message, code=status)
            await self._clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        message = "the channel is still being archived"
        raise Unreachable(message)

    async def _is_archived(self, team: str, channel: str) -> bool:
        try:
            return (await self._graph.channel(team, channel)).archived
        except Rejected:
            return False

    async def _make(self, spec: RoomSpec, mark: str) -> str:
        """Make the channel in the first team that takes it. A name that is taken gets a mark behind it.

        A team that is gone, or whose owner has removed the app, is passed over.

        Graph says no more than "bad request" of a name that is taken, and of a full team.
        """
        refused: PortError | None = None
        for team in await self._room.teams():
            for name in (channel_name(spec.title), channel_name(spec.title, mark.rpartition(" ")[2][:4])):
                try:
                    made = await self._graph.create_channel(team, name, description(spec.topic, mark))
                except (Missing, Forbidden) as error:
                    refused = refused or error
                    break
                except (Invalid, Conflict) as error:
                    refused = refused or error
                    continue
                self._room.one_more(team)
                return f"{team} {made.id}"
        raise refused or Unreachable(mark)

    async def _marked(self, mark: str) -> Sequence[str]:
        found: list[str] = []
        for team in self._settings.rooms.teams:
            try:
                channels = await self._graph.channels(team)
            except Missing:
                continue  # The team is gone, and whatever was made in it.
            found += [f"{team} {channel.id}" for channel in channels if _has(channel, mark)]
        return found


def _has(channel: Channel, mark: str) -> bool:
    return channel.description.endswith(mark)
