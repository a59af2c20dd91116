"""The permissions that come with the app's package and hold where it is installed, and what each is for.

Source: Microsoft Learn, "Resource-specific consent for your Teams app". Only what we use is asked for.
"""

from __future__ import annotations

from teams_network.settings import TeamsSettings


def reasons(settings: TeamsSettings) -> dict[str, str]:
    """Return the permissions the package asks for, with the reason for each."""
    asked: dict[str, str] = {}
    if settings.manifest.all_messages:
        asked["ChannelMessage.Read.Group"] = "to hear all that is said in channels, and to find messages again"
        asked["ChatMessage.Read.Chat"] = "to hear all that is said in group chats, and to find messages again"
    asked["Chat.Manage.Chat"] = "to let people into the chats it opens, and to close these"
    if settings.rooms.public == "channel":
        asked["Channel.Create.Group"] = "to make channels in the incident team"
        asked["ChannelSettings.Read.Group"] = "to count the incident team's channels, and to find one again"
    return asked


def consents(settings: TeamsSettings) -> tuple[tuple[str, str], ...]:
    """Return them as (name, `Application`)."""
    return tuple((name, "Application") for name in sorted(reasons(settings)))
