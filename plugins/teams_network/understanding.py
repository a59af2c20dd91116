"""What an activity means: bodies for the core, each with a key that a redelivery has again.

What it tells are data of strangers, checked and cut to size; no activity, however odd, raises. Sources: Microsoft Learn,
"Messages in bot conversations", "Conversation events in your Teams bot"; the kinds of `messageUpdate` and
`messageDelete`: teams.py `apps/routing/activity_route_configs.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chatops import Body, Clock
from chatops.core.message import Identity, Message, Reaction, Redaction
from chatops.ports.roster import Directory
from teams_network.activity import Activity, MessageReaction
from teams_network.arrivals import Arrivals
from teams_network.attached import attached
from teams_network.emoji import emoji_of
from teams_network.ids import is_id, moment, own_id
from teams_network.mentions import Accounts, Mentions, is_us, mentioned
from teams_network.place import Place, Places, Remembered, Threads
from teams_network.pressing import press
from teams_network.senders import identity_of, is_automated
from teams_network.settings import TeamsSettings
from teams_network.wording import wording

Events = Sequence[tuple[str, Body]]

MOST_REACTIONS = 20
"""Reactions told in one activity."""

_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,32}){0,2}")


class Conversations(Accounts, Remembered, Protocol):
    """What is remembered of conversations and people."""


class Understanding:
    """Reads activities."""

    def __init__(
        self,
        settings: TeamsSettings,
        *,
        conversations: Conversations,
        people: Directory,
        clock: Clock,
        threads: Threads | None = None,
    ) -> None:
        """`threads` tells which threads are rooms of ours; none are without it."""
        self._settings = settings
        self._people = people
        self._clock = clock
        self._mentions = Mentions(settings, accounts=conversations, people=people)
        self.places = Places(settings, remembered=conversations, threads=threads)
        self._arrivals = Arrivals(settings, places=self.places)

    async def __call__(self, activity: Activity) -> Events:
        """Return what happened; nothing for what concerns nobody. Raise StoreUnavailable."""
        place = await self.places.of(activity)
        if place is None:
            return ()
        at = moment(activity.timestamp, self._clock.now())
        if activity.type in {"conversationUpdate", "installationUpdate"}:
            return await self._arrivals.of(activity, place, at)
        sender = identity_of(activity.sender, activity, self._settings)
        if sender is None or is_us(activity.sender, activity, self._settings):
            return ()
        return await self._of_person(activity, place, sender, at)

    async def _of_person(self, activity: Activity, place: Place, sender: Identity, at: datetime) -> Events:
        match activity.type:
            case "message":
                return await self._message(activity, place, sender, at)
            case "messageUpdate":
                return await self._edit(activity, place, sender, at)
            case "messageDelete":
                return self._redaction(activity, place, at)
            case "messageReaction":
                return self._reactions(activity, place, sender, at)
            case _:
                return ()

    async def _message(self, activity: Activity, place: Place, sender: Identity, at: datetime) -> Events:
        if activity.value is not None and not (activity.text or "").strip():
            pressed = None if is_automated(activity.sender) else press(activity, activity.value, place, sender, at)
            return () if pressed is None else [(f"m/{place.conversation}/{own_id(activity)}", pressed)]
        if not is_id(activity.id):
            return ()
        return [(f"m/{place.conversation}/{activity.id}", await self._said(activity, place, sender, at))]

    async def _edit(self, activity: Activity, place: Place, sender: Identity, at: datetime) -> Events:
        """An edit, and what was deleted and is there again: neither executes."""
        if not is_id(activity.id):
            return ()
        said = await self._said(activity, place, sender, at, edited=True)
        return [(f"e/{place.conversation}/{activity.id}/{_when(activity)}", said)]

    def _redaction(self, activity: Activity, place: Place, at: datetime) -> Events:
        if not is_id(activity.id):
            return ()
        body = Redaction(ref=place.message(activity.id), at=at)
        return [(f"x/{place.conversation}/{activity.id}/{_when(activity)}", body)]

    def _reactions(self, activity: Activity, place: Place, sender: Identity, at: datetime) -> Events:
        target = activity.reply_to_id
        if target is None or not is_id(target):
            return ()
        told = [(one, True) for one in (activity.reactions_removed or ())[:MOST_REACTIONS]]
        told += [(one, False) for one in (activity.reactions_added or ())[:MOST_REACTIONS]]
        key = f"r/{place.conversation}/{target}/{own_id(activity)}/{_when(activity)}"
        return [
            (f"{key}/{number}", body)
            for number, (one, removed) in enumerate(told)
            if (body := self._reaction(one, place, target, sender, at, removed=removed)) is not None
        ]

    def _reaction(
        self, told: MessageReaction, place: Place, target: str, sender: Identity, at: datetime, *, removed: bool
    ) -> Reaction | None:
        emoji = emoji_of(told.type)
        if emoji is None:
            return None
        return Reaction(ref=place.message(target), sender=sender, emoji=emoji, at=at, removed=removed)

    async def _said(
        self, activity: Activity, place: Place, sender: Identity, at: datetime, *, edited: bool = False
    ) -> Message:
        accounts, _written = mentioned(activity)
        us = {index for index, account in enumerate(accounts) if is_us(account, activity, self._settings)}
        people = await self._mentions.of(activity, accounts)
        said = wording(
            activity,
            us=us,
            people=people,
            direct=place.direct,
            prefix=self._settings.prefix,
            handle=self._handle,
        )
        return Message(
            ref=place.message(activity.id),
            sender=sender,
            text=said.text,
            at=at,
            addressed=said.addressed,
            direct=place.direct,
            thread=place.thread,
            reply_to=said.reply_to,
            mentions=tuple(dict.fromkeys(people.values())),
            locale=locale_of(activity),
            zone=zone_of(activity),
            edited=edited,
            automated=is_automated(activity.sender),
            files=attached(activity),
        )

    def _handle(self, identity: Identity) -> str | None:
        person = self._people.by_identity(identity)
        return None if person is None else person.id


def locale_of(activity: Activity) -> str | None:
    """Return the sender's language, as in `de-AT`."""
    return _told(
        [activity.locale, *(one.locale for one in activity.entities or () if one.type == "clientInfo")], _LOCALE
    )


def zone_of(activity: Activity) -> str | None:
    """Return the sender's IANA time zone, as far as it looks like one."""
    zones = [one.timezone for one in activity.entities or () if one.type == "clientInfo"]
    return _told([activity.local_timezone, *zones], _ZONE)


def _told(words: Sequence[str | None], form: re.Pattern[str]) -> str | None:
    return next((word for word in words if word and form.fullmatch(word)), None)


def _when(activity: Activity) -> str:
    """Return what tells one edit of a message from the next."""
    return activity.timestamp if activity.timestamp and is_id(activity.timestamp) else own_id(activity)
