"""What happened since the start, counted for Prometheus. Labels hold words of ours and names from the settings only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Histogram

from chatops.core.effects import Post
from chatops.engine.meter import Called, Handled

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds, for what somebody waits for; the last is the deadline of a command and of a call."""

PATIENT = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0, 86_400.0)
"""Seconds, for what may wait until a network is back; the last is how long an unreachable one is waited for."""


class Counted:
    """Implements `chatops.engine.meter.Meter`."""

    def __init__(self, registry: CollectorRegistry, *, networks: Iterable[str]) -> None:
        """Count into `registry`; `networks` are the names of those that are connected."""
        self._commands = Counter(
            "chatops_commands", "Commands and buttons handled, by what became of them.", ["outcome"], registry=registry
        )
        self._events = Counter(
            "chatops_events", "Events handled, by kind and what became of them.", ["kind", "outcome"], registry=registry
        )
        self._command_seconds = Histogram(
            "chatops_command_seconds",
            "From a command's being accepted to its being done or refused.",
            buckets=QUICK,
            registry=registry,
        )
        self._calls = Counter(
            "chatops_network_calls",
            "Calls that write to a chat network, by outcome.",
            ["network", "outcome"],
            registry=registry,
        )
        self._call_seconds = Histogram(
            "chatops_network_call_seconds",
            "How long a chat network took to answer a call that writes.",
            ["network"],
            buckets=QUICK,
            registry=registry,
        )
        self._effects = Counter(
            "chatops_effects",
            "Posts and effects that got into a state; ready means put back for another try.",
            ["kind", "state"],
            registry=registry,
        )
        self._send_seconds = Histogram(
            "chatops_send_seconds",
            "From a post's being queued to its being sent.",
            ["bulk"],
            buckets=PATIENT,
            registry=registry,
        )
        self._late = Histogram(
            "chatops_timer_late_seconds",
            "How long after they were due timers fired.",
            buckets=PATIENT,
            registry=registry,
        )
        # What has not happened yet counts 0: rates and alerts miss the first of something that appears out of nothing.
        for ended in get_args(Handled):
            self._commands.labels(ended)
        for bulk in ("no", "yes"):
            self._send_seconds.labels(bulk)
        for network in networks:
            self._call_seconds.labels(network)
            for outcome in get_args(Called):
                self._calls.labels(network, outcome)

    def handled(self, kind: str, ended: Handled, *, asked: bool, seconds: float, key: str, cause: str) -> None:
        """An event of `kind` came to an end."""
        self._events.labels(kind, ended).inc()
        if asked:
            self._commands.labels(ended).inc()
            self._command_seconds.observe(max(seconds, 0.0))

    def called(self, network: str, outcome: Called, *, seconds: float) -> None:
        """A network was called once."""
        self._calls.labels(network, outcome).inc()
        self._call_seconds.labels(network).observe(seconds)

    def settled(self, kind: str, state: str, *, bulk: bool, seconds: float, key: str, cause: str) -> None:
        """An effect got into `state`."""
        self._effects.labels(kind, state).inc()
        if kind == Post.kind and state == "sent":
            self._send_seconds.labels("yes" if bulk else "no").observe(max(seconds, 0.0))

    def fired(self, late: float) -> None:
        """A timer's event was handled."""
        self._late.observe(max(late, 0.0))
