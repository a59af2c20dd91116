"""Graph: teams, their channels and members, and what takes its time. Source: Graph reference v1.0, "channel", "team"."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

from teams_activities import Activities
from teams_acts import Acts
from teams_connector import CALLER
from teams_delivery import Deliveries
from teams_graph_wire import GraphError, body, bound, may, page, told
from teams_world import Conversation, Raw, Team, World

FORBIDDEN = re.compile(r"""[~#%&*{}+/\\:<>?|'",]|\.\.|^[_.]|\.$""")
MAX_NAME = 50


@dataclass(eq=False)
class Operation:
    """Something that is done a while after it was asked for."""

    id: str
    team: Team
    kind: str
    do: Callable[[], None]
    polls: int
    """How often its state is asked for before it is done."""
    state: str = "inProgress"
    fails: bool = False


class Teams:
    """Serves them."""

    def __init__(self, world: World, activities: Activities, deliveries: Deliveries, people: Acts) -> None:
        self._world = world
        self._activities = activities
        self._deliveries = deliveries
        self._people = people
        self.operations: dict[str, Operation] = {}
        self.polls = 1
        """How often the state of an operation is asked for before it is done; 0: it is done at once."""
        self.failing = 0
        """How many of the next operations fail."""

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Serve them below `prefix`."""
        channel = "/teams/{team}/channels/{channel}"
        for method, path, handler in (
            ("GET", "/teams/{team}", self._read_team),
            ("GET", "/teams/{team}/members", self._members),
            ("POST", "/teams/{team}/members", self._add_member),
            ("GET", "/teams/{team}/channels", self._channels),
            ("GET", "/teams/{team}/allChannels", self._channels),
            ("POST", "/teams/{team}/channels", self._create),
            ("GET", channel, self._channel),
            ("PATCH", channel, self._change),
            ("DELETE", channel, self._delete),
            ("GET", f"{channel}/members", self._members),
            ("POST", f"{channel}/archive", self._archive),
            ("POST", f"{channel}/unarchive", self._unarchive),
            ("GET", "/teams/{team}/operations/{operation}", self._operation),
            ("GET", "/teams('{team}')/operations('{operation}')", self._operation),
        ):
            app.router.add_route(method, prefix + path, told(handler))

    def team(self, request: web.Request) -> Team:
        """Return the team of an address. Raise GraphError."""
        found = self._world.teams.get(request.match_info["team"])
        if found is None:
            raise GraphError(404, "NotFound", "No team found with Group Id " + request.match_info["team"])
        return found

    def channel(self, request: web.Request) -> Conversation:
        """Return the channel of an address. Raise GraphError."""
        found = self.team(request).channels.get(unquote(request.match_info["channel"]))
        if found is None:
            raise GraphError(404, "NotFound", "GetThreadS2SRequest displayed no such thread.")
        return found

    async def _read_team(self, request: web.Request) -> web.Response:
        team = self.team(request)
        may(request, "Team.ReadBasic.All", "TeamSettings.Read.All", rsc=["TeamSettings.Read.Group"], where=team)
        return web.json_response({"id": team.group_id, "displayName": team.name, "isArchived": team.archived})

    async def _members(self, request: web.Request) -> web.Response:
        team = self.team(request)
        may(request, "TeamMember.Read.All", "TeamMember.ReadWrite.All", rsc=["TeamMember.Read.Group"], where=team)
        found = [
            {
                "@odata.type": "#microsoft.graph.aadUserConversationMember",
                "id": uuid.uuid5(uuid.NAMESPACE_URL, team.group_id + one.id).hex,
                "roles": ["owner"] if one is team.people[0] else [],
                "displayName": one.name,
                "userId": one.object_id,
                "email": one.upn,
                "tenantId": self._world.tenant,
            }
            for one in team.people
        ]
        return page(request, found, size=100)

    async def _add_member(self, request: web.Request) -> web.Response:
        team = self.team(request)
        may(request, "TeamMember.ReadWrite.All", "TeamMember.ReadWriteNonOwnerRole.All")
        who = bound(self._world, await body(request))
        await self._people.add(who, team)
        return web.json_response({"userId": who.object_id, "displayName": who.name, "roles": []}, status=201)

    async def _channels(self, request: web.Request) -> web.Response:
        team = self.team(request)
        self._may_read(request, team)
        return page(request, [_shown(self._world, one) for one in team.channels.values()], size=100)

    async def _channel(self, request: web.Request) -> web.Response:
        channel = self.channel(request)
        self._may_read(request, self.team(request))
        return web.json_response(_shown(self._world, channel))

    async def _create(self, request: web.Request) -> web.Response:
        team = self.team(request)
        may(request, "Channel.Create", "Group.ReadWrite.All", rsc=["Channel.Create.Group"], where=team)
        asked = await body(request)
        name = str(asked.get("displayName", ""))
        self._check(team, name)
        if asked.get("membershipType", "standard") != "standard":
            raise GraphError(400, "BadRequest", "The simulator has standard channels only.")
        channel = self._world.channel(team, name)
        channel.description = str(asked.get("description", ""))
        if request[CALLER].app_id in team.apps and team.people:
            self._deliveries.later(self._activities.channel(channel, team.people[0], "channelCreated"))
        return web.json_response(_shown(self._world, channel), status=201)

    async def _change(self, request: web.Request) -> web.Response:
        team, channel = self.team(request), self.channel(request)
        may(request, "ChannelSettings.ReadWrite.All", rsc=["ChannelSettings.ReadWrite.Group"], where=team)
        asked = await body(request)
        if "displayName" in asked and asked["displayName"] != channel.name:
            self._check(team, str(asked["displayName"]))
            channel.name = str(asked["displayName"])
            if request[CALLER].app_id in team.apps and team.people:
                self._deliveries.later(self._activities.channel(channel, team.people[0], "channelRenamed"))
        channel.description = str(asked.get("description", channel.description))
        return web.Response(status=204)

    async def _delete(self, request: web.Request) -> web.Response:
        team, channel = self.team(request), self.channel(request)
        may(request, "Channel.Delete.All", rsc=["Channel.Delete.Group"], where=team)
        del team.channels[channel.id], self._world.conversations[channel.id]
        team.room_for -= 1
        team.deleted.add(channel.name.casefold())
        return web.Response(status=204)

    async def _archive(self, request: web.Request) -> web.Response:
        return await self._turn(request, archived=True)

    async def _unarchive(self, request: web.Request) -> web.Response:
        return await self._turn(request, archived=False)

    async def _turn(self, request: web.Request, *, archived: bool) -> web.Response:
        team, channel = self.team(request), self.channel(request)
        may(request, "ChannelSettings.ReadWrite.All")
        await body(request)
        if team.archived or channel.id == team.id:
            raise GraphError(400, "BadRequest", "The channel cannot be archived: its team is, or it is General.")
        if channel.archived == archived:
            raise GraphError(
                400, "BadRequest", "Channel is already archived." if archived else "Channel is not archived."
            )

        def do() -> None:
            channel.archived = archived

        kind = "archiveChannel" if archived else "unarchiveChannel"
        made = Operation(id=str(uuid.uuid4()), team=team, kind=kind, do=do, polls=self.polls, fails=self.failing > 0)
        self.failing = max(0, self.failing - 1)
        self.operations[made.id] = made
        if not made.polls:
            _finish(made)
        return web.Response(
            status=202,
            headers={"Location": f"/teams('{team.group_id}')/operations('{made.id}')", "Content-Length": "0"},
        )

    async def _operation(self, request: web.Request) -> web.Response:
        found = self.operations.get(request.match_info["operation"])
        if found is None or found.team is not self.team(request):
            raise GraphError(404, "NotFound", "No such operation.")
        if found.state == "inProgress":
            found.polls -= 1
            if found.polls < 0:
                _finish(found)
        await asyncio.sleep(0)
        told: Raw = {
            "id": found.id,
            "operationType": found.kind,
            "status": found.state,
            "attemptsCount": 1,
            "targetResourceId": found.team.group_id,
            "error": {"code": "Failed", "message": "It failed."} if found.state == "failed" else None,
        }
        return web.json_response(told)

    def _check(self, team: Team, name: str) -> None:
        if not name or len(name) > MAX_NAME or FORBIDDEN.search(name):
            message = "Channel name is not valid: it has forbidden characters, or more than 50."
            raise GraphError(400, "BadRequest", message, inner="InvalidChannelName")
        if team.archived:
            raise GraphError(400, "BadRequest", "Team is archived.")
        if name.casefold() in team.deleted | {one.name.casefold() for one in team.channels.values()}:
            message = "Channel name already existed, please use other name."
            raise GraphError(400, "BadRequest", message, inner="NameAlreadyExists")
        if len(team.channels) >= team.room_for:
            message = "The channel limit of the team was reached."
            raise GraphError(400, "BadRequest", message, inner="ChannelLimitExceeded")

    def _may_read(self, request: web.Request, team: Team) -> None:
        may(
            request,
            "Channel.ReadBasic.All",
            "ChannelSettings.Read.All",
            "ChannelSettings.ReadWrite.All",
            rsc=["ChannelSettings.Read.Group", "ChannelSettings.ReadWrite.Group"],
            where=team,
        )


def _finish(operation: Operation) -> None:
    if operation.fails:
        operation.state = "failed"
        return
    operation.do()
    operation.state = "succeeded"


def _shown(world: World, channel: Conversation) -> Raw:
    group = channel.team.group_id if channel.team else ""
    return {
        "id": channel.id,
        "displayName": channel.name,
        "description": channel.description,
        "membershipType": "standard",
        "isArchived": channel.archived,
        "tenantId": world.tenant,
        "webUrl": f"https://teams.microsoft.com/l/channel/{channel.id}/x?groupId={group}&tenantId={world.tenant}",
    }
