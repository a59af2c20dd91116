"""Calls by other programs and to them, counted for Prometheus. Labels are names of ours and from the settings."""

from __future__ import annotations

from typing import get_args

from prometheus_client import CollectorRegistry, Counter

from chatops.api.hooks import Taken
from chatops.webhooks.calling import Heard
from chatops.webhooks.endpoints import Declared


class CountedDoors:
    """Implements what REST, hooks and webhooks count with."""

    def __init__(self, registry: CollectorRegistry, declared: Declared) -> None:
        """Count into `registry`; `declared` is what the settings have of webhooks and hooks."""
        self._api = Counter(
            "chatops_api_requests",
            "Calls by REST, by operation and status.",
            ["operation", "status"],
            registry=registry,
        )
        self._webhooks = Counter(
            "chatops_webhook_calls", "Calls to webhooks, by outcome.", ["webhook", "outcome"], registry=registry
        )
        self._hooks = Counter(
            "chatops_hook_messages", "Messages to hooks, by outcome.", ["hook", "outcome"], registry=registry
        )
        # What has not happened yet counts 0, as in `chatops.metrics.counted`.
        for webhook in declared.webhooks:
            for heard in get_args(Heard):
                self._webhooks.labels(webhook.name, heard)
        for hook in declared.hooks:
            for taken in get_args(Taken):
                self._hooks.labels(hook.name, taken)

    def api(self, operation: str, status: int) -> None:
        """An operation was called."""
        self._api.labels(operation, str(status)).inc()

    def hook(self, name: str, outcome: Taken) -> None:
        """A hook was called."""
        self._hooks.labels(name, outcome).inc()

    def webhook(self, name: str, outcome: Heard) -> None:
        """A webhook was called once."""
        self._webhooks.labels(name, outcome).inc()
