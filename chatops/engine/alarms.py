"""Tells the admins when a chat network is lost, and when it is back: each once per outage, also over restarts.

Among replicas as well: each stores what befell it, and what was told stands in the store, in one lane per network.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import structlog

from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.effects import Post
from chatops.core.frozen import Aggregate, Body, Instant
from chatops.core.message import Person
from chatops.core.rooms import direct_target
from chatops.core.text import Code, Moment, Text, _, lines
from chatops.core.unit import Unit
from chatops.engine.calls import Lines
from chatops.engine.outage import Outage
from chatops.engine.router import fit
from chatops.errors import StoreUnavailable
from chatops.hookspecs import Listener
from chatops.ports.roster import Directory
from chatops.ports.store import Store

log = structlog.get_logger("chatops.engine")

ADMIN = "admin"
"""The role of those who are told."""


class NetworkLost(Body, frozen=True, kw_only=True):
    """A network does not take our credentials, and is not asked again."""

    kind: ClassVar[str] = "engine.network-lost"

    network: str
    at: Instant
    fix: str = ""
    """What an operator types to mend it, or nothing."""


class NetworkBack(Body, frozen=True, kw_only=True):
    """A network that was lost listens again."""

    kind: ClassVar[str] = "engine.network-back"

    network: str
    at: Instant


class NetworkState(Aggregate, frozen=True, kw_only=True):
    """What the admins were told last. `id` is the network's name."""

    kind: ClassVar[str] = "engine.network"

    lost_since: Instant | None = None


class Alarms:
    """Stores what happened to networks, and says it. Whom it reaches, it reaches on another network than the lost one."""

    def __init__(
        self,
        *,
        store: Store,
        codec: Codec,
        clock: Clock,
        directory: Directory,
        lines: Lines,
        outage: Outage,
        accepted: Callable[[], None],
    ) -> None:
        self._store = store
        self._codec = codec
        self._clock = clock
        self._directory = directory
        self._lines = lines
        self._outage = outage
        self._accepted = accepted

    def listeners(self) -> tuple[Listener, ...]:
        """Return the engine's own listeners."""
        return (
            Listener(name="engine.network-lost", of=NetworkLost, handle=self.tell_lost),
            Listener(name="engine.network-back", of=NetworkBack, handle=self.tell_back),
        )

    async def lost(self, network: str, *, fix: str) -> None:
        """Store that a network is lost. Whether that is news shows when it is told: that it is back may be on its way."""
        await self._accept(network, NetworkLost(network=network, at=self._clock.now(), fix=fix))

    async def back(self, network: str) -> None:
        """Store that a lost network is back."""
        await self._accept(network, NetworkBack(network=network, at=self._clock.now()))

    async def known_lost(self, network: str) -> bool:
        """Whether the admins were told that a network is lost, and not yet that it is back."""
        while True:
            try:
                stored = await self._store.get(NetworkState.kind, network)
            except StoreUnavailable:
                await self._outage.over()
                continue
            return stored is not None and self._codec.decode_as(NetworkState, stored.body).lost_since is not None

    async def tell_lost(self, unit: Unit, lost: NetworkLost) -> None:
        """Tell every admin, once per outage."""
        known = await unit.get(NetworkState, lost.network)
        if known is not None and known.lost_since is not None:
            return
        unit.put(NetworkState(id=lost.network, lost_since=lost.at))
        sentence = _(
            "I am cut off from the connection {network}: my login there is not accepted. Until that is mended I neither "
            "read nor write there.",
            network=Code(code=lost.network),
        )
        if lost.fix:
            sentence = lines(sentence, _("To be typed on the machine I run on: {command}", command=Code(code=lost.fix)))
        self._tell(unit, lost.network, sentence)

    async def tell_back(self, unit: Unit, back: NetworkBack) -> None:
        """Tell the same people."""
        known = await unit.get(NetworkState, back.network)
        if known is None or known.lost_since is None:
            return
        unit.put(NetworkState(id=back.network))
        since = Moment(at=known.lost_since, style="datetime")
        self._tell(
            unit,
            back.network,
            _(
                "The connection {network} works again. I was cut off from it since {since}.",
                network=Code(code=back.network),
                since=since,
            ),
        )

    def _tell(self, unit: Unit, network: str, sentence: Text) -> None:
        told = 0
        for person in self._directory.everybody():
            way = self._way(person, network) if ADMIN in person.roles else None
            if way is not None:
                unit.effect(Post(to=direct_target(person.id), said=sentence, network=way))
                told += 1
        if not told:
            log.warning("no admin can be told on another network", network=network)

    def _way(self, person: Person, lost: str) -> str | None:
        """Return another network on which the person has a direct chat with us."""
        for identity in person.identities:
            line = self._lines.get(identity.network)
            if identity.network != lost and line is not None and line.network.capabilities.direct_rooms:
                return identity.network
        return None

    async def _accept(self, network: str, body: NetworkLost | NetworkBack) -> None:
        key = fit(f"{body.kind}:{body.at.isoformat()}:{network}")
        row = InboxRow(
            key=key, lane=fit(f"network:{network}"), kind=body.kind, body=self._codec.encode(body), cause=key
        )
        while True:
            try:
                await self._store.accept_many([row])
            except StoreUnavailable:
                await self._outage.over()
                continue
            self._accepted()
            return
