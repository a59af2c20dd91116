"""Stages that have their database and their network in common, as replicas have."""

from __future__ import annotations

from typing import Any

from chatops.ports.chat import Capabilities
from chatops.testing.clock import ManualClock
from chatops.testing.network import EVERYTHING, FakeNetwork
from chatops.testing.replicas import Replicas, ReplicaStore
from chatops.testing.stage import Stage
from theatre import Theatre


class Pair:
    """Two stages that have their database and their network in common."""

    def __init__(self, theatre: Theatre, capabilities: Capabilities = EVERYTHING) -> None:
        self._theatre = theatre
        self.clock = ManualClock()
        self.replicas = Replicas(self.clock)
        self._town = FakeNetwork(clock=self.clock, capabilities=capabilities)

    async def stage(self, **more: Any) -> Stage:
        """Return one more started stage."""
        network = more.pop("network", None) or self._town.beside()
        return await self._theatre.stage(clock=self.clock, store=self.replicas.store(), network=network, **more)

    async def two(self) -> tuple[Stage, Stage]:
        """Return two started stages."""
        return await self.stage(), await self.stage()


def cut(stage: Stage) -> None:
    """Let a replica hear no signals any more."""
    assert isinstance(stage.store, ReplicaStore)
    stage.store.exchange.cut = True
