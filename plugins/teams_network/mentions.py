"""Who is mentioned in a message: by the entities that come with it, never by what is written.

The entity says the account (`29:…`, and `28:…` for bots) and the name, as a bot gets it from Teams (MSTeams-Karma
`TeamsLogicTests.cs`); some clients say `8:orgid:OBJECT-ID` or add `aadObjectId`. A channel or team that is mentioned is
`19:…`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from chatops.core.message import Identity
from chatops.ports.roster import Directory
from teams_network.activity import Account, Activity
from teams_network.ids import is_id
from teams_network.known import Contact
from teams_network.settings import TeamsSettings

MOST = 50
"""People one message can mention for us; the rest is a nuisance."""

_ORGID = re.compile(r"8:orgid:([0-9a-fA-F-]{36})")
_NOBODY = ("28:", "19:", "48:")
"""Bots, channels and teams, and what else is no person."""


class Accounts(Protocol):
    """Who has which account."""

    async def by_account(self, tenant: str, account: str) -> Contact | None:
        """Return who has an account (`29:…`). Raise StoreUnavailable."""
        ...


class Mentions:
    """Resolves mentions: by the object id where it is told, by what we remember of the account, by a name nobody shares."""

    def __init__(self, settings: TeamsSettings, *, accounts: Accounts, people: Directory) -> None:
        self._settings = settings
        self._accounts = accounts
        self._people = people

    async def of(self, activity: Activity, entities: Sequence[Account]) -> Mapping[int, Identity]:
        """Return who is mentioned, by the place among the mention entities. Bots, ourselves, channels are left out."""
        found: dict[int, Identity] = {}
        for index, account in enumerate(entities[:MOST]):
            identity = await self._who(activity, account)
            if identity is not None:
                found[index] = identity
        return found

    async def _who(self, activity: Activity, account: Account) -> Identity | None:
        if not is_id(account.id) or account.id.startswith(_NOBODY):
            return None
        tenant = activity.tenant
        told = _ORGID.fullmatch(account.id)
        object_id = account.aad_object_id if is_id(account.aad_object_id) else told[1].lower() if told else None
        if object_id is None:
            contact = await self._accounts.by_account(tenant, account.id)
            if contact is not None:
                object_id, tenant = contact.identity_id, contact.tenant
        if object_id is None:
            named = self._named(account.name or "")
            if named is not None:
                return named
        return Identity(network=self._settings.network, tenant=tenant, id=object_id or account.id)

    def _named(self, name: str) -> Identity | None:
        """Return the identity of the only one the directory knows by this whole name."""
        wanted = name.strip().casefold()
        if not wanted:
            return None
        people = [person for person in self._people.named(name.strip()) if person.name.strip().casefold() == wanted]
        if len(people) != 1:
            return None
        own = [
            identity
            for identity in people[0].identities
            if identity.network == self._settings.network and identity.tenant in self._settings.tenants
        ]
        return own[0] if len(own) == 1 else None


def mentioned(activity: Activity) -> tuple[list[Account], list[str]]:
    """Return whom the mention entities name, and what each says stands in the text; same places in both."""
    found = [one for one in activity.entities or () if one.type == "mention"]
    return [one.mentioned or Account() for one in found], [one.text or "" for one in found]


def is_us(account: Account, activity: Activity, settings: TeamsSettings) -> bool:
    """Whether an account is the bot itself."""
    return bool(account.id) and account.id in {activity.recipient.id, f"28:{settings.app_id}"}
