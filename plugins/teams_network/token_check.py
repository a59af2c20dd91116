"""Whether what comes in at the door comes from the Bot Connector, for us, from a tenant we listen to."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.errors import ChatopsError
from teams_network.activity import Activity
from teams_network.keys import Keys
from teams_network.settings import TeamsSettings


class Unauthorized(ChatopsError):
    """Not let in. `reason` is one stable word for the log and the audit record; whoever knocks is not told."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TokenCheck:
    """Judges requests."""

    def __init__(self, settings: TeamsSettings, keys: Keys, clock: object) -> None: ...

    async def judge(self, authorizations: Sequence[str], activity: Activity) -> None:
        """Return when the activity may be believed. Raise Unauthorized."""
        raise NotImplementedError
