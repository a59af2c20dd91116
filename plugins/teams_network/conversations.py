"""Conversations and people the server has been told of, kept in the plugin's records. Written only when something is new.

A bot can speak only where it was told a service URL: that is what must survive a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from chatops import Frozen
from chatops.errors import Conflict
from chatops.ports.alone import LocalSignals
from chatops.ports.records import Record, Records, Write
from chatops.ports.signals import Signals
from teams_network.activity import Activity
from teams_network.addresses import base
from teams_network.known import Contact, Known
from teams_network.recall import Recall
from teams_network.record_names import name_of
from teams_network.settings import TeamsSettings
from teams_network.told import Told, merged, merged_contact, told_by

__all__ = ["Contact", "Conversations", "Known"]

FrozenT = TypeVar("FrozenT", bound=Frozen)

_PAGE = 200

_TRIES = 5

_SAME = 5
"""Contacts with one account that are looked at: with and without an object id, usually."""


class Conversations:
    """Looked up in memory first. Raise StoreUnavailable where the records cannot be had."""

    def __init__(
        self,
        records: Records,
        settings: TeamsSettings,
        *,
        signals: Signals | None = None,
        plugin: str = "teams_network",
    ) -> None:
        """`signals` tell other replicas to look again; `plugin` is the name the settings use."""
        self._records = records
        self._settings = settings
        self._recall = Recall(signals or LocalSignals(), topic=f"plugin:{plugin}:conversations")

    async def known(self, conversation: str) -> Known | None:
        """Return what is known of a conversation, or of the channel that a thread is in."""
        return await self._read("conversation", name_of(base(conversation)), Known)

    async def in_tenant(self, tenant: str) -> Known | None:
        """Return any conversation of a tenant: its service URL serves the tenant's people."""
        for record in await self._records.find("conversation", limit=1, newest=True, tenant=name_of(tenant)):
            return _value(record, Known)
        return None

    async def contact(self, tenant: str, object_id: str) -> Contact | None:
        """Return what is known of somebody, by the id of their identity."""
        return await self._read("contact", name_of(tenant, object_id), Contact)

    async def by_account(self, tenant: str, account: str) -> Contact | None:
        """Return who has an account (`29:…`): by object id, where one was ever told with it."""
        return _best(await self._records.find("contact", limit=_SAME, account=name_of(tenant, account)))

    async def by_conversation(self, conversation: str) -> Contact | None:
        """Return whose personal chat a conversation is."""
        return _best(await self._records.find("contact", limit=_SAME, conversation=name_of(conversation)))

    async def learn(self, activity: Activity) -> None:
        """Remember what a judged activity says of its conversation and its people; forget where we were removed.

        Harmless when repeated, and without I/O when nothing is new.
        """
        told = told_by(activity, self._settings)
        for known in told.conversations:
            grouped = await self._grouped(known, told.general)
            await self._merge("conversation", name_of(known.id), grouped, merged)
        for contact in told.contacts:
            await self._merge("contact", name_of(contact.tenant, contact.identity_id), contact, merged_contact)
        await self._leave(told)

    async def keep(self, known: Known) -> None:
        """Remember a conversation as it is given."""
        await self._merge("conversation", name_of(known.id), known, lambda _before, new: new)

    async def keep_contact(self, contact: Contact) -> None:
        """Remember somebody as they are given."""
        name = name_of(contact.tenant, contact.identity_id)
        await self._merge("contact", name, contact, lambda _before, new: new)

    async def forget(self, conversation: str) -> None:
        """Forget a conversation. Harmless when it is not known."""
        await self._delete("conversation", name_of(base(conversation)))

    async def _grouped(self, known: Known, general: str) -> Known:
        """Return a channel with its team's group, where that was told with the team's first channel only."""
        if known.team or known.type != "channel" or not general or known.id == general:
            return known
        before = await self.known(known.id)
        first = None if before is not None and before.team else await self.known(general)
        return known if first is None else msgspec.structs.replace(known, team=first.team)

    async def _leave(self, told: Told) -> None:
        """Forget where we cannot speak any more. What we made is kept: people may let us in again."""
        team = told.team
        for conversation in told.left:
            known = await self.known(conversation)
            if known is not None and told.whole_team:
                team = team or known.team
            if known is not None and not known.ours:
                await self.forget(conversation)
            if told.personal:
                await self._no_chat(conversation)
        if told.whole_team and team:
            for record in await self._all("conversation", "team", name_of(team)):
                known = _value(record, Known)
                if known is None or not known.ours:
                    await self._delete("conversation", record.id)

    async def _no_chat(self, conversation: str) -> None:
        for record in await self._all("contact", "conversation", name_of(conversation)):
            contact = _value(record, Contact)
            if contact is not None:
                await self.keep_contact(msgspec.structs.replace(contact, conversation=""))

    async def _all(self, kind: str, column: str, value: str) -> list[Record]:
        found: list[Record] = []
        columns: Any = {column: value}
        while page := await self._records.find(kind, limit=_PAGE, offset=len(found), **columns):
            found.extend(page)
        return found

    async def _read(self, kind: str, name: str, of: type[FrozenT]) -> FrozenT | None:
        remembered = self._recall.get(kind, name, of)
        if remembered is not None:
            return remembered
        asked = self._recall.asked()
        record = await self._records.get(kind, name)
        value = None if record is None else _value(record, of)
        if value is not None:
            self._recall.put(kind, name, value, asked)
        return value

    async def _merge(
        self, kind: str, name: str, new: FrozenT, merged: Callable[[FrozenT | None, FrozenT], FrozenT]
    ) -> None:
        """Write what comes of what is known and what is new, unless it is the same. Another replica may be faster."""
        of = type(new)
        remembered = self._recall.get(kind, name, of)
        if remembered is not None and merged(remembered, new) == remembered:
            return
        for attempt in range(_TRIES):
            asked = self._recall.asked()
            record = await self._records.get(kind, name)
            before = None if record is None else _value(record, of)
            after = merged(before, new)
            if after != before:
                try:
                    await self._records.write(
                        Write(
                            kind=kind,
                            id=name,
                            body=msgspec.to_builtins(after),
                            columns=_columns(after),
                            expected=record.version if record else 0,
                        )
                    )
                except Conflict:
                    if attempt == _TRIES - 1:
                        raise
                    continue
                asked = await self._recall.changed(kind, name)
            self._recall.put(kind, name, after, asked)
            return

    async def _delete(self, kind: str, name: str) -> None:
        await self._records.delete(kind, name)
        await self._recall.changed(kind, name)


def _best(records: Sequence[Record]) -> Contact | None:
    """Return the one that is known by object id, or any."""
    found = [contact for record in records if (contact := _value(record, Contact)) is not None]
    return min(found, key=lambda contact: contact.identity_id == contact.account, default=None)


def _columns(value: Frozen) -> Mapping[str, str]:
    """Return what a document is found by."""
    if isinstance(value, Known):
        return {"tenant": name_of(value.tenant), "team": name_of(value.team)}
    if isinstance(value, Contact):
        return {"account": name_of(value.tenant, value.account), "conversation": name_of(value.conversation)}
    raise TypeError(type(value))


def _value(record: Record, of: type[FrozenT]) -> FrozenT | None:
    """Return what a document says; None where it is of a shape we do not know, to be learnt anew."""
    try:
        return msgspec.convert(record.body, of)
    except msgspec.ValidationError:
        return None
