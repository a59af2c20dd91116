"""A person at a Teams client, in words for stories. What they do is done in the simulator, which tells the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chatops.core.message import Identity
from teams_acts import MayNot
from teams_delivery import Delivery
from teams_sight import buttons, seen
from teams_simulator import TeamsSimulator
from teams_world import App, Conversation, Post, User

NETWORK = "teams"

WITHIN = 10.0
"""Seconds until what must happen has happened."""


@dataclass(frozen=True)
class Sight:
    """A message as somebody sees it."""

    id: str
    text: str
    buttons: tuple[str, ...]
    ours: bool
    """Whether the bot wrote it."""
    thread: str
    """In a channel, the id of the message its thread began with."""


class TeamsPerson:
    """Somebody. Where no conversation is named, it is their personal chat with the bot."""

    def __init__(self, simulator: TeamsSimulator, user: User) -> None:
        self.simulator = simulator
        self.user = user

    @property
    def identity(self) -> Identity:
        """Who they are to the server."""
        return Identity(network=NETWORK, tenant=self.simulator.world.tenant, id=self.user.object_id)

    @property
    def personal(self) -> Conversation:
        """Their chat with the bot."""
        return self.simulator.world.personal(self.user, self.simulator.bot)

    async def gets_the_app(self) -> None:
        """Install the app for themselves."""
        await self.simulator.people.install(self.personal, self.user)

    async def says(
        self,
        text: str,
        where: Conversation | None = None,
        *,
        to_bot: bool = False,
        mentions: tuple[TeamsPerson, ...] = (),
        thread: str = "",
        quotes: str = "",
    ) -> Post:
        """Write something; `to_bot` mentions the bot before it."""
        named: list[User | App] = [self.simulator.bot] if to_bot else []
        named += [one.user for one in mentions]
        return await self.simulator.people.say(
            self.user, where or self.personal, text, mentions=named, thread=thread, quotes=quotes
        )

    async def presses(
        self,
        button: str,
        on: str,
        where: Conversation | None = None,
        fields: Mapping[str, str] | None = None,
        *,
        old_client: bool = False,
    ) -> Delivery:
        """Press a button, by what stands on it or its reference, of the message with the id `on`."""
        return await self.simulator.people.press(
            self.user, where or self.personal, on, button, fields, old_client=old_client
        )

    def reads(self, where: Conversation | None = None) -> list[Sight]:
        """Return everything in a conversation as they see it now, oldest first; of one they left, what was said before.

        Raise MayNot when they were never in it.
        """
        place = where or self.personal
        posts = place.readable(self.user)
        if posts is None:
            message = f"{self.user.name} was never in {place.name or place.id}"
            raise MayNot(message)
        return [self._sight(post) for post in posts]

    def bot_said(self, where: Conversation | None = None) -> list[Sight]:
        """Return what the bot wrote."""
        return [one for one in self.reads(where) if one.ours]

    async def sees(
        self, wanted: str | Callable[[Sight], bool], where: Conversation | None = None, *, within: float = WITHIN
    ) -> Sight:
        """Return the newest message of the bot that has `wanted` in its text, or fits it, as soon as it is there."""

        def fits(sight: Sight) -> bool:
            return wanted in sight.text if isinstance(wanted, str) else wanted(sight)

        give_up = time.monotonic() + within
        while not (found := [one for one in self.bot_said(where) if fits(one)]):
            if time.monotonic() > give_up:
                message = f"{self.user.name} does not see {wanted!r} within {within} s, only {self.bot_said(where)}"
                raise AssertionError(message)
            await asyncio.sleep(0.02)
        return found[-1]

    def _sight(self, post: Post) -> Sight:
        return Sight(
            id=post.id,
            text=seen(post, self.user.id),
            buttons=tuple(buttons(post, self.user.id)),
            ours=post.sender == self.simulator.bot.id,
            thread=post.root,
        )


def hired(simulator: TeamsSimulator, *names: str, locale: str = "en-US", zone: str = "UTC") -> list[TeamsPerson]:
    """Return people of those names, new in the tenant."""
    return [TeamsPerson(simulator, simulator.world.user(name, locale=locale, zone=zone)) for name in names]
