"""What an activity tells of conversations and people. Nothing here asks anybody or remembers.

Source: Microsoft Learn, "Conversation events in your Teams bot" (`conversationUpdate` with `channelData.eventType`,
`installationUpdate`) and "Messages in bot conversations" (channel data).
"""

from __future__ import annotations

from collections.abc import Iterable

from chatops import Frozen, replace
from teams_network.activity import Account, Activity
from teams_network.addresses import Kind, base, kind_of, may_be_told
from teams_network.known import Contact, Known
from teams_network.senders import identity_of, is_automated
from teams_network.settings import TeamsSettings

MOST_ADDED = 200
"""People of one activity that are remembered: Teams waits for our answer meanwhile, and whoever speaks is told again."""

_TEAM_GONE = frozenset({"teamDeleted", "teamHardDeleted"})

_CHANNEL_GONE = frozenset({"channelDeleted"})


class Told(Frozen, frozen=True, kw_only=True):
    """What is to be remembered, and what to be forgotten."""

    conversations: tuple[Known, ...] = ()
    contacts: tuple[Contact, ...] = ()
    left: tuple[str, ...] = ()
    """Conversations we can no longer speak in."""
    whole_team: bool = False
    """Whether what was left is a team, with all its channels."""
    team: str = ""
    """Its group id, where it was told."""
    general: str = ""
    """The first channel of the team it happened in: Teams names the team by it, its group only now and then."""
    personal: bool = False
    """Whether what was left is somebody's personal chat."""


def told_by(activity: Activity, settings: TeamsSettings) -> Told:
    """Return what an activity tells. A service URL that our token may not be sent to tells nothing."""
    conversation = base(activity.conversation.id)
    if not conversation or not may_be_told(activity.service_url, settings.where.service_hosts):
        return Told()
    kind = kind_of(conversation, activity.conversation.conversation_type, app=settings.app_id)
    if _is_removed(activity):
        return Told(
            left=(conversation,),
            whole_team=kind == "channel",
            team=_team(activity),
            personal=kind == "personal",
        )
    if kind == "personal" and activity.type == "invoke":
        # The extension is there in chats of two people as well, and only their ids could tell these from ours.
        return Told(contacts=tuple(_contacts(activity, settings, personal=False)))
    return Told(
        conversations=tuple(_conversations(activity, settings, kind)),
        contacts=tuple(_contacts(activity, settings, personal=kind == "personal")),
        left=tuple(_gone(activity)),
        general=_general(activity),
    )


def merged(before: Known | None, new: Known) -> Known:
    """Return what is known after something new was told. What was not told again stays."""
    if before is None:
        return new
    return replace(
        new,
        tenant=new.tenant or before.tenant,
        team=new.team or before.team,
        name=new.name or before.name,
        main_thread=before.main_thread,
        ours=before.ours,
    )


def merged_contact(before: Contact | None, new: Contact) -> Contact:
    """Return what is known of somebody. The service URL of their personal chat is worth more than that of another."""
    if before is None:
        return new
    keeps = bool(before.conversation) and not new.conversation
    return replace(
        new,
        service_url=before.service_url if keeps else new.service_url,
        conversation=new.conversation or before.conversation,
        name=new.name or before.name,
    )


def _is_removed(activity: Activity) -> bool:
    """Whether the app is no longer there. Removed for an upgrade (`remove-upgrade`), it comes back at once."""
    if activity.type == "installationUpdate":
        return activity.action == "remove"
    if activity.type != "conversationUpdate":
        return False
    if activity.channel_data is not None and activity.channel_data.event_type in _TEAM_GONE:
        return True
    us = activity.recipient.id
    return bool(us) and any(member.id == us for member in activity.members_removed or ())


def _conversations(activity: Activity, settings: TeamsSettings, kind: Kind) -> Iterable[Known]:
    """The conversation it happened in, and the channel it is about where that is another."""
    conversation, data = base(activity.conversation.id), activity.channel_data
    here = Known(
        id=conversation,
        tenant=activity.tenant,
        service_url=activity.service_url,
        bot_id=activity.recipient.id or f"28:{settings.app_id}",
        type=kind,
        team=_team(activity),
    )
    channel = data.channel if data is not None else None
    if channel is None or channel.id == conversation:
        yield replace(here, name=(channel.name if channel else None) or activity.conversation.name or "")
        return
    yield here
    if channel.id and (data is None or data.event_type not in _CHANNEL_GONE):
        yield replace(here, id=base(channel.id), type="channel", name=channel.name or "")


def _gone(activity: Activity) -> Iterable[str]:
    data = activity.channel_data
    if data is not None and data.channel is not None and data.event_type in _CHANNEL_GONE:
        yield base(data.channel.id)


def _contacts(activity: Activity, settings: TeamsSettings, *, personal: bool) -> Iterable[Contact]:
    """Whoever did it, and whoever came in."""
    conversation = base(activity.conversation.id) if personal else ""
    added = (activity.members_added or ())[:MOST_ADDED]
    for account, chat in [(activity.sender, conversation), *((one, "") for one in added)]:
        identity = identity_of(account, activity, settings) if _is_somebody(account) else None
        if identity is not None:
            yield Contact(
                identity_id=identity.id,
                tenant=identity.tenant,
                account=account.id,
                service_url=activity.service_url,
                conversation=chat,
                name=account.name or "",
            )


def _is_somebody(account: Account) -> bool:
    return account.id.startswith("29:") and not is_automated(account)


def _general(activity: Activity) -> str:
    data = activity.channel_data
    return base(data.team.id) if data is not None and data.team is not None else ""


def _team(activity: Activity) -> str:
    data = activity.channel_data
    return (data.team.aad_group_id if data is not None and data.team is not None else None) or ""
