"""How much room there is in the incident teams. A team takes 1,000 channels, those deleted in the last 30 days included.

Source: Microsoft Learn, "Limits and specifications for Microsoft Teams". Graph does not list deleted channels; those that we
made and that are gone are counted for 30 days after we noticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from chatops import Clock, Frozen, replace
from chatops.errors import Forbidden, Missing, Rejected, Unsupported
from chatops.ports.records import Record, Records, Write
from teams_network.graph import Graph
from teams_network.opening import CLAIM
from teams_network.record_names import name_of
from teams_network.settings import TeamsSettings

log = structlog.get_logger("teams")

FRESH = 600.0
"""Seconds for which a count is good."""

DELETED_COUNT = timedelta(days=30)

_PAGE = 200


class _Count(Frozen, frozen=True, kw_only=True):
    channels: int
    until: float


class TeamsRoom:
    """Counts channels. Raises PortErrors."""

    def __init__(self, graph: Graph, records: Records, settings: TeamsSettings, clock: Clock) -> None:
        self._graph = graph
        self._records = records
        self._settings = settings.rooms
        self._clock = clock
        self._counts: dict[str, _Count] = {}

    async def teams(self) -> Sequence[str]:
        """Return the teams with room for one more channel, in the order of the settings. Raise Unsupported when none has.

        One that is gone, or that we are no longer in, keeps nobody from the others.
        """
        found: list[str] = []
        refused: Rejected | None = None
        for team in self._settings.teams:
            try:
                if await self._channels(team) < self._settings.channels_per_team:
                    found.append(team)
            except (Missing, Forbidden) as error:
                refused = refused or error
                log.warning("an incident team cannot be used", team=team, code=error.code)
        if not found and refused is not None:
            raise refused
        if not found:
            message = (
                f"every incident team has {self._settings.channels_per_team} channels: name another one in rooms.teams"
            )
            raise Unsupported(message)
        return found

    def one_more(self, team: str) -> None:
        """Count a channel that was made."""
        count = self._counts.get(team)
        if count is not None:
            self._counts[team] = replace(count, channels=count.channels + 1)

    async def _channels(self, team: str) -> int:
        count = self._counts.get(team)
        if count is None or self._clock.monotonic() >= count.until:
            listed = {channel.id for channel in await self._graph.channels(team)}
            gone = await self._gone(team, listed)
            count = _Count(channels=len(listed) + gone, until=self._clock.monotonic() + FRESH)
            self._counts[team] = count
        return count.channels

    async def _gone(self, team: str, listed: set[str]) -> int:
        """Return how many of our channels were deleted so lately that they still count."""
        now, gone = self._clock.now(), 0
        for record in await self._ours(team):
            if record.body.get("thing") in listed:
                continue
            missed = str(record.body.get("missed", "")) or now.isoformat()
            if "missed" not in record.body:
                body = {**record.body, "missed": missed}
                await self._records.write(Write(kind=CLAIM, id=record.id, body=body, columns=record.columns))
            gone += now - datetime.fromisoformat(missed) < DELETED_COUNT
        return gone

    async def _ours(self, team: str) -> list[Record]:
        found: list[Record] = []
        while page := await self._records.find(CLAIM, limit=_PAGE, offset=len(found), place=name_of(team)):
            found += page
        return found
