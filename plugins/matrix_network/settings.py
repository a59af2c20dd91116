"""What the settings say about one Matrix connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from chatops import Frozen
from chatops.errors import SettingsError


class Invitations(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose invitations are accepted: of those who match any of the lists. Everybody else's are declined."""

    directory: bool = True
    """People the directory knows by their Matrix id."""
    people: tuple[str, ...] = ()
    """Matrix ids: `@anna:example.org`."""
    servers: tuple[str, ...] = ()
    """Everybody on these homeservers: `example.org`."""
    rooms: tuple[str, ...] = ()
    """These rooms, whoever invites: `!abc:example.org`."""


class MatrixSettings(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[plugins.matrix_network]`. Times are in seconds."""

    network: str = "matrix"
    """The connection's name, as in people's identities."""
    homeserver: str = ""
    """Address of the client API: `https://matrix.example.org`. Empty: the one `chatops matrix login` was told."""
    prefix: str = "!"
    """What a command begins with in a room. A mention of the bot does as well; a direct chat needs neither."""
    invitations: Invitations = Invitations()
    space: str = ""
    """Id of the space whose members may enter swarm rooms that are not private, and to which those rooms are added.
    Empty: people knock, or are invited."""
    federate: bool = False
    """Whether people of other homeservers can be in the rooms we open. It cannot be changed for a room later."""
    timeline_limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    """Events of a room per sync; what is beyond is fetched before anything is accepted."""
    per_second: Annotated[float, msgspec.Meta(gt=0)] = 100.0
    """Messages per second the homeserver takes from the bot. 0.2 is what Synapse allows an account without exemption."""
    room_per_second: Annotated[float, msgspec.Meta(gt=0)] = 50.0
    """The same for one room."""


def read(name: str, told: Mapping[str, Any]) -> MatrixSettings:
    """Return the settings in a plugin's table. Raise SettingsError that names what is wrong."""
    try:
        settings = msgspec.convert(dict(told), MatrixSettings)
    except msgspec.ValidationError as error:
        message = f"plugins.{name}: {error}. Known: {', '.join(MatrixSettings.__struct_fields__)}."
        raise SettingsError(message) from error
    if settings.homeserver and not settings.homeserver.startswith(("https://", "http://")):
        message = (
            f"plugins.{name}.homeserver: {settings.homeserver!r} is no address. "
            f"Write it like https://matrix.{settings.homeserver}, or leave it out: `chatops matrix login` finds it."
        )
        raise SettingsError(message)
    return settings
