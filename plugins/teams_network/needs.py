"""Which permissions the settings call for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from chatops import Frozen
from teams_network import permissions
from teams_network.consents import reasons
from teams_network.permissions import Need
from teams_network.settings import TeamsSettings


class Wanted(Frozen, frozen=True, kw_only=True):
    """A permission the settings call for."""

    need: Need
    weight: Literal["failure", "warning"]
    """`warning`: most works without it."""
    without: str
    """What does not work without it."""


def wanted(settings: TeamsSettings) -> Sequence[Wanted]:
    """Return what has to be granted, the most important first."""
    found = [
        Wanted(need=permissions.CREATE_CHAT, weight="failure", without="no private room can be opened"),
        Wanted(need=permissions.INSTALL_IN_CHAT, weight="failure", without="we could not speak in chats we open"),
        Wanted(need=permissions.CHANGE_CHAT_MEMBERS, weight="failure", without="nobody can be let into chats"),
        Wanted(need=permissions.READ_CATALOG, weight="warning", without="rooms.catalog_app has to be set"),
        Wanted(
            need=permissions.LIST_CHATS,
            weight="warning",
            without="a chat whose making was cut off is not found again: it has to be opened anew by hand",
        ),
        Wanted(
            need=permissions.INSTALL_FOR_USER,
            weight="warning",
            without="only those who have the app get personal messages",
        ),
        Wanted(
            need=permissions.READ_USERS,
            weight="warning",
            without="guests of the tenant are taken for members: Graph puts none of them into chats",
        ),
    ]
    if settings.rooms.public == "channel":
        found += [
            Wanted(need=permissions.CREATE_CHANNEL, weight="failure", without="no incident channel can be opened"),
            Wanted(need=permissions.LIST_CHANNELS, weight="failure", without="no incident channel can be opened"),
            Wanted(need=permissions.ARCHIVE_CHANNEL, weight="warning", without="channels stay open for writing"),
        ]
    if "thread" in {settings.rooms.public, settings.rooms.others} or settings.rooms.public == "channel":
        found.append(
            Wanted(
                need=permissions.READ_CHANNEL,
                weight="warning",
                without="a thread whose beginning was cut off is not found again: it has to be begun anew by hand",
            )
        )
    if settings.rooms.meeting_organizer:
        found.append(Wanted(need=permissions.CREATE_MEETING, weight="warning", without="rooms have no link to a call"))
    return found


def granted(need: Need, roles: frozenset[str], settings: TeamsSettings) -> bool:
    """Whether a permission is there: among the roles of our token, or in the package as we write it."""
    return bool(roles & set(need.roles)) or bool(need.consent and need.consent in reasons(settings))
