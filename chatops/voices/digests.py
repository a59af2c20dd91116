"""Once a week each pod hears its ideas, and each product's room what was said about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chatops.core.effects import Timer
from chatops.core.recurrence import next_due
from chatops.core.rooms import direct_target
from chatops.core.unit import Unit
from chatops.engine.started import ServerStarted
from chatops.hookspecs import Listener
from chatops.ports.roster import Directory, Pod
from chatops.voices.feedback import FeedbackDesk
from chatops.voices.ideas import Ideas, waiting
from chatops.voices.model import DigestDue, Feedback, Told

NEVER = datetime.min.replace(tzinfo=UTC)


class Digests:
    """Arms the weekly timers, and tells when they are due. A week without a word is not told of."""

    def __init__(
        self, directory: Directory, ideas: Ideas, desk: FeedbackDesk, *, when: str, products: Mapping[str, str]
    ) -> None:
        """`when`: `mon 09:00`, in the pod's zone; products' rooms hear in UTC. `products`: name → `NETWORK:ID` of a room."""
        self._directory = directory
        self._ideas = ideas
        self._desk = desk
        self._rule = f"weekly {when}"
        self._products = {name.casefold(): room for name, room in products.items()}

    def listeners(self) -> tuple[Listener, ...]:
        """Return all of them."""
        return (
            Listener(name="voices.started", of=ServerStarted, handle=self.started),
            Listener(name="voices.digest", of=DigestDue, handle=self.tell),
        )

    async def started(self, unit: Unit, started: ServerStarted) -> None:
        """Arm a timer for each pod and each product with a room."""
        zones = {f"pod:{pod.id}": pod.zone for pod in self._directory.pods()}
        zones |= {f"product:{name}": "UTC" for name in self._products}
        for of, zone in zones.items():
            due = next_due(self._rule, zone, unit.now).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
            series = f"voices/{of}"[:255]
            timer = Timer(
                series=series,
                lane=f"voices:{of}",
                body=DigestDue(of=of),
                due=due.isoformat(),
                zone=zone,
                rule=self._rule,
            )
            unit.arm(timer)

    async def tell(self, unit: Unit, due: DigestDue) -> None:
        """Tell what has come since the last time, if anything."""
        kind, _colon, name = due.of.partition(":")
        told = await unit.get(Told, due.of)
        since = told.until if told is not None else NEVER
        unit.put(Told(id=due.of, until=unit.now))
        if kind == "pod":
            await self._tell_pod(unit, name, since)
        elif name in self._products:
            found = [one for one in await unit.glance(Feedback, limit=10_000, product=name) if one.at > since]
            if found:
                unit.post(f"remote:{self._products[name]}", self._desk.card(name, found), bulk=True)

    async def _tell_pod(self, unit: Unit, id: str, since: datetime) -> None:
        pod = self._directory.pod(id)
        target = None if pod is None else _target(pod)
        if pod is None or target is None:
            return
        ideas = await waiting(unit, id)
        if any(idea.at > since for idea in ideas):
            unit.post(target, self._ideas.card(pod, ideas), bulk=True)


def _target(pod: Pod) -> str | None:
    if pod.room:
        return f"remote:{pod.room}"
    return direct_target(pod.lead) if pod.lead else None
