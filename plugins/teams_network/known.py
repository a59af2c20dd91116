"""What must be remembered of conversations and people to speak in the one and to the other."""

from __future__ import annotations

from chatops import Frozen
from teams_network.addresses import Kind


class Known(Frozen, frozen=True, kw_only=True):
    """A conversation we have been told of, or made. Threads are not remembered apart from their channel."""

    id: str
    """Without `;messageid=`."""
    tenant: str
    service_url: str
    """Where the Bot Connector takes what is said there. May change from one activity to the next."""
    bot_id: str
    """Our own account there: `28:…`."""
    type: Kind
    team: str = ""
    """Group id of the team a channel is in, where it was told; Graph wants it."""
    name: str = ""
    main_thread: str = ""
    """Of a channel we opened: the thread that is the room."""
    ours: bool = False
    """Whether we made it. Then it is not forgotten when the app is removed there."""


class Contact(Frozen, frozen=True, kw_only=True):
    """Somebody we can mention, and perhaps write to."""

    identity_id: str
    """Their object id, or without one their account."""
    tenant: str
    account: str
    """`29:…`: what the Bot Connector calls them. Another one for every bot."""
    service_url: str
    conversation: str = ""
    """The personal chat with them; empty until it is known."""
    name: str = ""
