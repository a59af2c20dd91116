"""How things stand at this moment, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from chatops.core.frozen import Frozen


class Queues(Frozen, frozen=True, kw_only=True):
    """What waits in the database. Replicas share it, so each tells the same. Ages are in seconds."""

    inbox: int
    inbox_oldest: float
    ready: int
    sending: int
    outbox_oldest: float
    dead: int
    timers: int
    overdue: float
    """By how much the timer that should have fired first is late."""


class Standing(Frozen, frozen=True, kw_only=True):
    """How one server stands."""

    version: str
    database: str
    """`sqlite` or `postgresql`."""
    parts: Mapping[str, bool]
    """Whether each part is well, by its name on `/readyz`."""
    reading: Mapping[str, bool]
    """Of each network, whether this server reads it; the others of its replicas stand by."""
    lanes: int
    lanes_most: int
    sends: int
    outage: float
    """Seconds without a database since the start."""
    queues: Queues | None
    """None while the database does not tell."""


class StandingCollector(Collector):
    """Tells the newest `Standing` to a registry."""

    def __init__(self) -> None:
        self.newest: Standing | None = None

    def collect(self) -> Iterator[Metric]:
        """Yield all there is to tell."""
        if self.newest is not None:
            yield from _own(self.newest)
            if self.newest.queues is not None:
                yield from _shared(self.newest.queues)


def _own(now: Standing) -> Iterator[Metric]:
    yield _labelled(
        "chatops_build_info", "What runs here.", ("version", "database"), {(now.version, now.database): True}
    )
    yield _labelled(
        "chatops_part_up", "Whether a part is well.", ("part",), {(name,): up for name, up in now.parts.items()}
    )
    yield _labelled(
        "chatops_network_reading",
        "Whether this server reads a network (1) or stands by while a replica does (0).",
        ("network",),
        {(name,): reading for name, reading in now.reading.items()},
    )
    yield GaugeMetricFamily("chatops_lanes_in_hand", "Conversations worked on now.", value=now.lanes)
    yield GaugeMetricFamily("chatops_lanes_most", "Conversations worked on at the same time at most.", now.lanes_most)
    yield GaugeMetricFamily("chatops_sends_in_hand", "Posts and effects being sent from here.", value=now.sends)
    yield CounterMetricFamily(
        "chatops_database_outage_seconds", "Seconds without a database since the start.", value=now.outage
    )


def _shared(queues: Queues) -> Iterator[Metric]:
    yield GaugeMetricFamily("chatops_inbox_events", "Events that wait to be handled.", value=queues.inbox)
    yield GaugeMetricFamily(
        "chatops_inbox_oldest_seconds", "How long the oldest of them has waited.", value=queues.inbox_oldest
    )
    outbox = GaugeMetricFamily("chatops_outbox_effects", "Posts and effects still to be sent.", labels=("state",))
    outbox.add_metric(("ready",), queues.ready)
    outbox.add_metric(("sending",), queues.sending)
    yield outbox
    yield GaugeMetricFamily(
        "chatops_outbox_oldest_seconds", "How long the oldest of them has waited.", value=queues.outbox_oldest
    )
    yield GaugeMetricFamily("chatops_dead_letters", "Events and effects that were given up.", value=queues.dead)
    yield GaugeMetricFamily("chatops_timers", "Timers that are armed.", value=queues.timers)
    yield GaugeMetricFamily(
        "chatops_timers_overdue_seconds", "How late the timer is that should fire first.", value=queues.overdue
    )


def _labelled(name: str, help_: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], bool]) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=labels)
    for label, value in values.items():
        family.add_metric(label, float(value))
    return family
