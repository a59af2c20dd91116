"""Who came and who went, we included.

A team is told of in its first channel (`conversationUpdate`, Microsoft Learn, "Conversation events in your Teams bot");
that our app was put in or taken out is told there and once more as `installationUpdate`, and in personal chats only so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from chatops import Body
from chatops.core.message import MemberChange
from teams_network.activity import Account, Activity
from teams_network.ids import own_id
from teams_network.mentions import is_us
from teams_network.place import Place, Places
from teams_network.senders import identity_of, is_automated
from teams_network.settings import TeamsSettings

MOST = 200
"""People told of in one activity; a team is put together at once."""

_GONE = frozenset({"channelDeleted", "teamDeleted", "teamHardDeleted"})
_BACK = frozenset({"channelRestored", "teamRestored"})

Change = Literal["joined", "left", "removed"]


class Arrivals:
    """Reads what tells of members."""

    def __init__(self, settings: TeamsSettings, *, places: Places) -> None:
        self._settings = settings
        self._places = places

    async def of(self, activity: Activity, place: Place, at: datetime) -> Sequence[tuple[str, Body]]:
        """Return who came and went. Raise StoreUnavailable."""
        event = activity.channel_data.event_type if activity.channel_data else None
        if activity.type == "installationUpdate":
            ours = {"add": "joined", "remove": "removed"}.get(activity.action or "")
            return self._ours(activity, place, at, ours)
        if event in _GONE or event in _BACK:
            channel = activity.channel_data.channel if activity.channel_data else None
            about = await self._places.channel(channel.id) if channel and channel.id else None
            return self._ours(activity, about or place, at, "removed" if event in _GONE else "joined")
        told: list[tuple[Account, Change]] = [(one, "joined") for one in (activity.members_added or ())[:MOST]]
        told += [(one, _out(one, activity)) for one in (activity.members_removed or ())[:MOST]]
        key = f"c/{place.conversation}/{own_id(activity)}"
        return [
            (f"{key}/{number}", body)
            for number, (account, change) in enumerate(told)
            if (body := self._change(account, change, activity, place, at)) is not None
        ]

    def _ours(self, activity: Activity, place: Place, at: datetime, change: str | None) -> Sequence[tuple[str, Body]]:
        account = activity.recipient if activity.recipient.id else Account(id=f"28:{self._settings.app_id}")
        if change not in {"joined", "removed"}:
            return ()
        body = self._change(account, "joined" if change == "joined" else "removed", activity, place, at)
        return () if body is None else [(f"c/{place.conversation}/{own_id(activity)}", body)]

    def _change(
        self, account: Account, change: Change, activity: Activity, place: Place, at: datetime
    ) -> MemberChange | None:
        ourselves = is_us(account, activity, self._settings) or account == activity.recipient
        member = identity_of(account, activity, self._settings)
        by = identity_of(activity.sender, activity, self._settings)
        if member is None or (is_automated(account) and not ourselves):
            return None
        if place.direct and not ourselves:
            return None  # whose personal chat it is has always been in it
        if not ourselves and change != "joined" and is_us(activity.sender, activity, self._settings):
            return None  # whom we took out ourselves may have been let in again before we hear of it
        return MemberChange(
            room=place.room,
            member=member,
            change=change,
            at=at,
            by=by if by != member else None,
            ourselves=ourselves,
        )


def _out(account: Account, activity: Activity) -> Change:
    return "left" if account.id == activity.sender.id else "removed"
