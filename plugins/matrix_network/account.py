"""Who the bot is on Matrix."""

from __future__ import annotations

from chatops import Frozen


class Account(Frozen, frozen=True, kw_only=True):
    """A user on a device. One device per connection: transaction ids are only remembered per device."""

    homeserver: str
    """Address of the client API."""
    user: str
    """`@chatops:example.org`."""
    device: str

    @property
    def server(self) -> str:
        """The name of the user's homeserver: `example.org`."""
        return self.user.partition(":")[2]
