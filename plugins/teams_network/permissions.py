"""What Graph wants for each thing we ask of it: the least that does, and where an admin gives it.

Source: microsoftgraph/microsoft-graph-docs-contrib `api-reference/v1.0/includes/permissions/*.md`; for those that come with
the app's package, Microsoft Learn, "Resource-specific consent for your Teams app".
"""

from __future__ import annotations

from chatops import Frozen


class Need(Frozen, frozen=True, kw_only=True):
    """What one kind of call needs. Any of `roles` and `consent` will do."""

    doing: str
    """What it is for, as in `we may not …`."""
    roles: tuple[str, ...]
    """Application permissions an admin of the tenant grants, the least first."""
    consent: str = ""
    """The permission of the app's package that does instead, wherever the app is installed."""

    @property
    def fix(self) -> str:
        """Who has to click what."""
        granted = (
            "in the Entra admin centre: App registrations, the bot's app, API permissions, Add a permission, Microsoft "
            f"Graph, Application permissions, {self.roles[0]}; then Grant admin consent"
        )
        if not self.consent:
            return f"An admin grants {self.roles[0]} {granted}."
        return (
            f"{self.consent} comes with the app's package: write it anew with `chatops teams manifest`, upload it, and "
            f"install the app there again. Or an admin grants {self.roles[0]} {granted}."
        )


CREATE_CHAT = Need(doing="make group chats", roles=("Chat.Create",))
LIST_CHATS = Need(doing="look for a chat that may have been made", roles=("Chat.ReadBasic.All", "Chat.Read.All"))
LIST_CHAT_MEMBERS = Need(
    doing="read who is in a chat", roles=("ChatMember.Read.All", "Chat.ReadBasic.All"), consent="Chat.Manage.Chat"
)
CHANGE_CHAT_MEMBERS = Need(
    doing="add people to a chat or take them out", roles=("ChatMember.ReadWrite.All",), consent="Chat.Manage.Chat"
)
RENAME_CHAT = Need(doing="rename a chat", roles=("Chat.ReadWrite.All",), consent="Chat.Manage.Chat")
# The plain ReadWriteSelfForChat.All installs no app whose package asks for permissions, as ours does.
INSTALL_IN_CHAT = Need(
    doing="install the app in a chat",
    roles=(
        "TeamsAppInstallation.ReadWriteAndConsentSelfForChat.All",
        "TeamsAppInstallation.ReadWriteAndConsentForChat.All",
    ),
)
INSTALL_FOR_USER = Need(
    doing="install the app for a person",
    roles=(
        "TeamsAppInstallation.ReadWriteSelfForUser.All",
        "TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All",
        "TeamsAppInstallation.ReadWriteForUser.All",
    ),
)
READ_CATALOG = Need(doing="find the app in the organisation's catalogue", roles=("AppCatalog.Read.All",))
CREATE_CHANNEL = Need(doing="make channels", roles=("Channel.Create",), consent="Channel.Create.Group")
LIST_CHANNELS = Need(
    doing="read a team's channels",
    roles=("Channel.ReadBasic.All", "ChannelSettings.ReadWrite.All"),
    consent="ChannelSettings.Read.Group",
)
ARCHIVE_CHANNEL = Need(doing="archive channels", roles=("ChannelSettings.ReadWrite.All",))
READ_CHANNEL = Need(
    doing="read what is written in a channel", roles=("ChannelMessage.Read.All",), consent="ChannelMessage.Read.Group"
)
READ_CHAT = Need(doing="read what is written in a chat", roles=("Chat.Read.All",), consent="ChatMessage.Read.Chat")
CREATE_MEETING = Need(doing="make meetings", roles=("OnlineMeetings.ReadWrite.All",))
READ_USERS = Need(doing="tell guests from members", roles=("User.Read.All",))
