"""The message a thread hangs on, posted once. The Bot Connector cannot be asked what was posted; Graph can, where it may."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from chatops import Frozen
from chatops.errors import Forbidden, Missing, OutcomeUnknown, Unreachable
from teams_network.addresses import root, threaded
from teams_network.connector import Connector
from teams_network.first_post import first_post
from teams_network.graph import Graph
from teams_network.saga import Look, Run
from teams_network.settings import TeamsSettings
from teams_network.speaking import Speaking

SKEW = timedelta(minutes=2)
"""How far the clock of Teams may be behind ours."""

_TAG = re.compile(r"<[^>]*>")


class Root(Frozen, frozen=True, kw_only=True):
    """What is to be posted where."""

    channel: str
    team: str = ""
    """Group id of the channel's team; without it nobody can look for a post."""
    title: str
    topic: str = ""
    link: str = ""
    fresh: bool = False
    """Whether the channel was just made: then the Bot Connector may not know it for a few seconds."""


class Roots:
    """Begins threads. Raises PortErrors."""

    def __init__(self, connector: Connector, graph: Graph, speaking: Speaking, settings: TeamsSettings) -> None:
        self._connector = connector
        self._graph = graph
        self._speaking = speaking
        self._settings = settings

    async def begin(self, run: Run, wanted: Root) -> str:
        """Return the id of the message that begins the thread, posted unless it was.

        When an attempt was cut off, it is looked for among the channel's threads. Where we may not read these, nothing is
        posted a second time: two threads would look like two rooms, and one would be dead.
        """
        look = Look(
            find=lambda at: self._posted_since(at, wanted),
            otherwise="Look whether the thread stands in the channel; if it does, delete it, and open the room anew.",
        )
        return await run.once("root", lambda: self._post(wanted), look)

    async def _post(self, wanted: Root) -> str:
        url = await self._speaking.service_url(wanted.channel)
        body = {
            "isGroup": True,
            "bot": {"id": f"28:{self._settings.app_id}"},
            "tenantId": self._settings.tenant,
            "channelData": {"channel": {"id": wanted.channel}, "tenant": {"id": self._settings.tenant}},
            "activity": first_post(wanted.title, wanted.topic, wanted.link),
        }
        try:
            created = await self._connector.create(url, body, thread=wanted.channel)
        except (Missing, Forbidden) as error:
            if wanted.fresh:
                message = f"the channel was just made, and cannot be written in yet ({error})"
                raise Unreachable(message, code=error.code) from error
            if isinstance(error, Missing):
                message = f"there is no channel {wanted.channel} for us: install the app in its team"
                raise Missing(message, code=error.code) from error
            raise
        id = created.activity or root(created.conversation)
        if not id:
            message = "Teams began a thread without saying which"
            raise OutcomeUnknown(message)
        return f"{wanted.channel} {threaded(wanted.channel, id)}"

    async def _posted_since(self, at: datetime, wanted: Root) -> Sequence[str]:
        if not wanted.team:
            message = "Teams has not told us which team the channel is in."
            raise Missing(message)
        posts = await self._graph.threads(wanted.team, wanted.channel)
        title = _plain(wanted.title)
        return [
            f"{wanted.channel} {threaded(wanted.channel, post.id)}"
            for post in posts
            if post.app == self._settings.app_id
            and post.created is not None
            and post.created >= at - SKEW
            and title in _plain(post.text)
        ]


def _plain(text: str) -> str:
    """Return a text without tags and with single spaces, to compare what was posted with what is read."""
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())
