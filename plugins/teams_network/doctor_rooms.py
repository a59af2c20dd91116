"""What `chatops doctor` says of where rooms are opened: the app, the incident teams, the channel for threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from chatops import Finding
from chatops.errors import Forbidden, Missing, PortError, Unsupported
from teams_network.connector import Connector
from teams_network.conversations import Conversations
from teams_network.graph import Graph
from teams_network.installing import Installing
from teams_network.known import Known
from teams_network.saga import Saga
from teams_network.settings import TeamsSettings

_UPLOAD = (
    "Write the package with `chatops teams manifest`; Teams admin centre, Teams apps, Manage apps, Upload new app."
)
_INSTALL = "Teams, the team's name, Manage team, Apps, More apps: add the app there."

NEARLY_FULL = 50
"""Channels before the settings' limit at which it is said."""

SHOWN = 5


class RoomsExam:
    """Looks at what rooms need. Reads only, through Graph and the Bot Connector."""

    def __init__(
        self,
        settings: TeamsSettings,
        *,
        graph: Graph,
        connector: Connector,
        conversations: Conversations,
        installing: Installing,
        saga: Saga,
    ) -> None:
        self._settings = settings
        self._graph = graph
        self._connector = connector
        self._conversations = conversations
        self._installing = installing
        self._saga = saga

    async def look(self) -> Sequence[Finding]:
        """Return what is to be said, each name without the network's."""
        rooms = self._settings.rooms
        looks: list[tuple[str, Callable[[], Awaitable[Finding]]]] = [("app", self._app), ("heard", self._heard)]
        if rooms.public == "channel":
            if not rooms.teams:
                fix = "Name the group ids of the incident teams in rooms.teams."
                return [_bad("incident teams", "rooms.public is channel, and rooms.teams is empty", fix)]
            looks += [(f"incident team {team}", lambda team=team: self._team(team)) for team in rooms.teams]  # type: ignore[misc]
        if "thread" in {rooms.public, rooms.others}:
            looks.append(("thread channel", self._thread_channel))
        looks.append(("half-open rooms", self._half_open))
        return [await _careful(name, look) for name, look in looks]

    async def _app(self) -> Finding:
        try:
            app = await self._installing.app()
        except Unsupported as error:
            return _bad("app", str(error), _UPLOAD)
        if app.state and app.state != "published":
            fix = "Teams admin centre, Teams apps, Manage apps: publish the app."
            return _bad("app", f"in the catalogue, but only {app.state}", fix)
        return Finding(name="app", state="ok", detail=app.id)

    async def _heard(self) -> Finding:
        known = await self._conversations.in_tenant(self._settings.tenant)
        if known is not None:
            return Finding(name="heard", state="ok", detail=known.service_url)
        detail = "Teams has told us of no conversation yet: we do not know where to speak"
        fix = "Add the app for yourself in Teams (Apps, Built for your org). If that tells us nothing, see endpoint."
        return Finding(name="heard", state="warning", detail=detail, fix=fix)

    async def _team(self, team: str) -> Finding:
        name = f"incident team {team}"
        try:
            channels = len(await self._graph.channels(team))
        except Missing:
            fix = "rooms.teams names group ids: Teams, the team's name, Get link to team, groupId=…"
            return _bad(name, "there is no such team", fix)
        except Forbidden as error:
            return _bad(name, str(error), _INSTALL)
        most = self._settings.rooms.channels_per_team
        if channels >= most - NEARLY_FULL:
            fix = "Make another team, install the app there, and name it in rooms.teams behind this one."
            return Finding(name=name, state="warning", detail=f"{channels} of {most} channels", fix=fix)
        return Finding(name=name, state="ok", detail=f"{channels} of {most} channels")

    async def _thread_channel(self) -> Finding:
        channel = self._settings.rooms.thread_channel
        if not channel:
            fix = "Name the channel's id in rooms.thread_channel: Teams, the channel, Get link to channel, 19:…@thread.tacv2"
            return _bad("thread channel", "rooms.thread_channel is empty", fix)
        known: Known | None = await self._conversations.known(channel)
        known = known or await self._conversations.in_tenant(self._settings.tenant)
        if known is None:
            return _bad("thread channel", "Teams has told us of no conversation yet", _INSTALL)
        try:
            people = await self._connector.members(known.service_url, channel, tenant=known.tenant)
        except (Missing, Forbidden) as error:
            return _bad("thread channel", f"we are not in the team of {channel}: {error}", _INSTALL)
        return Finding(name="thread channel", state="ok", detail=f"{len(people)} people")

    async def _half_open(self) -> Finding:
        half = await self._saga.half_done()
        if not half:
            return Finding(name="half-open rooms", state="ok", detail="none")
        told = "; ".join(f"{one.title!r}: {one.problem or 'under way'}" for one in half[:SHOWN])
        detail = f"{len(half)}: {told}"
        return Finding(name="half-open rooms", state="warning", detail=detail, fix="chatops teams status")


async def _careful(name: str, look: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await look()
    except PortError as error:
        return _bad(name, str(error), "Try again; if it stays, the log says more.")


def _bad(name: str, detail: str, fix: str) -> Finding:
    return Finding(name=name, state="failure", detail=detail, fix=fix)
