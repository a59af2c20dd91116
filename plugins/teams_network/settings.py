"""What the settings say about one Teams connection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from chatops import Frozen, replace
from chatops.errors import SettingsError
from teams_network.clouds import CLOUDS, Cloud


class Endpoints(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses other than the cloud's own. Empty: the cloud's. For clouds we do not know, and for trying things out."""

    openid_metadata_url: str = ""
    token_issuer: str = ""
    """Who signs what comes in: the `iss` claim."""
    authority: str = ""
    """Where our own tokens come from, without the tenant: `https://login.microsoftonline.com`."""
    connector_scope: str = ""
    graph_url: str = ""
    """`https://graph.microsoft.com`; `/v1.0` is added."""
    service_hosts: tuple[str, ...] = ()
    """Hosts (`HOST` or `HOST:PORT`; `*.` in front for all below) that our token may be sent to."""
    file_hosts: tuple[str, ...] = ()
    """Hosts, written likewise, where files lie that people attach in personal chats."""


class Rooms(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where rooms are opened. A room that not everybody may read is never a standard channel, whatever stands here."""

    public: Literal["channel", "chat", "thread"] = "chat"
    """Rooms that everybody may read: a channel of the incident team, a group chat, or a thread in `thread_channel`."""
    others: Literal["chat", "thread"] = "chat"
    """All other rooms that are not private. Private ones are group chats, always."""
    teams: tuple[str, ...] = ()
    """Group ids of the incident teams; the next is used when one has `channels_per_team` channels."""
    channels_per_team: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 950
    """Teams takes 1,000, those deleted within 30 days included."""
    thread_channel: str = ""
    """Id of the channel that threads are begun in: `19:…@thread.tacv2`. Needs no permission but being installed there."""
    catalog_app: str = ""
    """The app's id in the organisation's catalogue. Empty: looked up by the manifest's id."""
    meeting_organizer: str = ""
    """Object id of the user in whose name meeting links are made for public rooms. Empty: none are made."""


class Manifest(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `chatops teams manifest` writes into the app package."""

    id: str = ""
    """The app's own id, a GUID. Empty: the bot's app id."""
    name: str = "chatops"
    """At most 30 characters."""
    developer: str = "chatops"
    website: str = ""
    """An https address; privacy and terms likewise. Empty: the server's own base address."""
    privacy: str = ""
    terms: str = ""
    accent: str = "#2B5797"
    all_messages: bool = True
    """Ask to hear everything said where the app is installed (resource-specific consent), not only what mentions it."""


class TeamsSettings(Frozen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `[plugins.teams_network]`. Times are in seconds."""

    network: str = "teams"
    """The connection's name, as in people's identities."""
    app_id: str
    """The bot's app (client) id, a GUID."""
    tenant: str
    """The tenant whose people are listened to, a GUID."""
    more_tenants: tuple[str, ...] = ()
    """Other tenants whose people are listened to."""
    client_secret_file: str = ""
    """File with the client secret and nothing else. Empty: the one kept by `chatops teams secret`."""
    certificate_file: str = ""
    """PEM file with a private key and its certificate, in place of a client secret."""
    cloud: Literal["public", "gov", "china"] = "public"
    endpoints: Endpoints = Endpoints()
    prefix: str = "!"
    """What a command begins with in a room. A mention of the bot does as well; a personal chat needs neither."""
    skew: Annotated[float, msgspec.Meta(ge=0, le=600)] = 300.0
    """How far clocks may be apart when a token is judged."""
    answer_within: Annotated[float, msgspec.Meta(gt=0, le=8)] = 4.0
    """How long a click waits for what came of it before it is answered "working on it". Teams waits 5 to 10."""
    rooms: Rooms = Rooms()
    manifest: Manifest = Manifest()

    @property
    def tenants(self) -> frozenset[str]:
        """All tenants whose people are listened to."""
        return frozenset({self.tenant, *self.more_tenants})

    @property
    def where(self) -> Cloud:
        """The addresses: the cloud's, where the settings name no others."""
        cloud, own = CLOUDS[self.cloud], self.endpoints
        return Cloud(
            openid_metadata_url=own.openid_metadata_url or cloud.openid_metadata_url,
            token_issuer=own.token_issuer or cloud.token_issuer,
            authority=own.authority or cloud.authority,
            connector_scope=own.connector_scope or cloud.connector_scope,
            graph_url=own.graph_url or cloud.graph_url,
            service_hosts=own.service_hosts or cloud.service_hosts,
            file_hosts=own.file_hosts or cloud.file_hosts,
        )


def read(name: str, table: Mapping[str, Any]) -> TeamsSettings:
    """Return the settings. Raise SettingsError, naming the setting."""
    try:
        settings = msgspec.convert(dict(table), TeamsSettings)
    except msgspec.ValidationError as error:
        message = f"plugins.{name}: {error}. Known: {', '.join(TeamsSettings.__struct_fields__)}."
        raise SettingsError(message) from error
    settings = replace(
        settings,
        app_id=settings.app_id.strip().lower(),
        tenant=settings.tenant.strip().lower(),
        more_tenants=tuple(tenant.strip().lower() for tenant in settings.more_tenants),
    )
    for setting in ("app_id", "tenant"):
        if not getattr(settings, setting):
            message = f"plugins.{name}.{setting} is empty; without it nobody could tell who speaks to the bot"
            raise SettingsError(message)
    for setting in ("client_secret_file", "certificate_file"):
        file = getattr(settings, setting)
        if file and not Path(file).is_file():
            message = f"plugins.{name}.{setting}: there is no file {file}"
            raise SettingsError(message)
    return settings
