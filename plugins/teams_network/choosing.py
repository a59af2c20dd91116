"""Which form a room takes. Nobody reads a room that was not meant for them: that goes before every setting."""

from __future__ import annotations

from chatops.core.message import Identity
from chatops.errors import Unsupported
from chatops.ports.chat import RoomSpec
from teams_network.own_rooms import Form
from teams_network.settings import TeamsSettings


def form_of(spec: RoomSpec, settings: TeamsSettings, *, guests: frozenset[str] = frozenset()) -> Form:
    """Return the form of a room. Raise Unsupported, naming the setting, when it cannot be had.

    Private rooms, and rooms with somebody from outside or a guest (ids in `guests`), are group chats whatever the settings
    say: everybody in a team reads its channels and threads, and who is in no team reads none.
    """
    if spec.private or any(outside(member, settings) or member.id in guests for member in spec.members):
        return "chat"
    form = settings.rooms.public if spec.public else settings.rooms.others
    if form == "channel" and not settings.rooms.teams:
        message = "rooms.public is channel, but rooms.teams names no incident team to make channels in"
        raise Unsupported(message)
    if form == "thread" and not settings.rooms.thread_channel:
        setting = "public" if spec.public else "others"
        message = f"rooms.{setting} is thread, but rooms.thread_channel names no channel to begin threads in"
        raise Unsupported(message)
    return form


def outside(member: Identity, settings: TeamsSettings) -> bool:
    """Whether somebody belongs to another tenant than ours, or to none we know."""
    return member.tenant != settings.tenant or member.id.startswith(("29:", "8:"))
