"""A house in which people link accounts: what its tests share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from chatops.core.message import Identity
from chatops.hookspecs import Listener
from chatops.people.addresses import Vouched
from chatops.people.link_commands import LinkCommands
from chatops.people.linking import Linking
from chatops.people.links import ALPHABET, BODIES, IdentityChanged, LinkedIdentity, LinkOver
from chatops.testing.directory import FakeDirectory
from chatops.testing.network import Posted
from chatops.testing.stage import Stage, person

INVALID = "This code does not work"


class Linked:
    """What the server's own plugin registers, for the directory of a stage."""

    def __init__(self, directory: FakeDirectory, *, domains: Iterable[str] = ()) -> None:
        self._directory = directory
        self._linking = Linking(directory, vouched=Vouched(domains=frozenset(domains)))

    def chatops_register_bodies(self, register: Any) -> None:
        """Register what is stored."""
        for body in BODIES:
            register(body)

    def chatops_register_commands(self, register: Any) -> None:
        """Register the commands."""
        register(LinkCommands(self._linking, self._directory))

    def chatops_register_listeners(self, register: Any) -> None:
        """Register what makes a link hold, and what takes a code away in time."""
        register(Listener(name="people.links", of=IdentityChanged, handle=self._changed))
        register(Listener(name="people.link_over", of=LinkOver, handle=self._linking.over))

    async def _changed(self, unit: Any, fact: IdentityChanged) -> None:
        link = await unit.get(LinkedIdentity, fact.link)
        self._directory.learn_link(link)


class House:
    """Anna and others on one network; whoever has no entry is a stranger there."""

    def __init__(self, *, also: Iterable[object] = (), domains: Iterable[str] = (), **more: Any) -> None:
        directory = FakeDirectory()
        for one in (
            person("anna", "agent"),
            person("bert", "agent"),
            person("mona", "manager"),
            person("ada", "admin"),
            person("gust", "guest"),
        ):
            directory.add(one)
        self.directory = directory
        self.stage = Stage(directory=directory, plugins=[Linked(directory, domains=domains), *also], **more)

    async def __aenter__(self) -> House:
        await self.stage.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stage.stop()

    async def says(self, who: str, text: str) -> list[Posted]:
        """Let somebody write to us alone."""
        return await self.stage.says(who, text, room=f"dm-{who}", direct=True)

    async def presses(self, who: str, label: str, where: str) -> list[Posted]:
        """Let somebody press the newest button of a chat."""
        ref = next(
            button.ref
            for posted in reversed(self.stage.network.posted)
            if posted.ref.room.id == where
            for button in posted.body.buttons
            if button.label == label
        )
        return await self.stage.presses(who, ref, room=where)

    async def code(self, who: str = "anna") -> str:
        """Let somebody ask for a code; return it."""
        (card,) = await self.says(who, "link")
        found = re.search(rf"[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}", card.body.plain)
        assert found is not None, card.body.plain
        return found[0]

    def owner(self, who: str) -> str | None:
        """Return whose identity it is."""
        known = self.directory.by_identity(Identity(network=self.stage.network.name, id=who))
        return None if known is None else known.id
