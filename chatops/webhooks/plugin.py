"""Webhooks, brought in through the same hooks as any plugin: listeners that tell, the performer that calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from chatops.core.frozen import Body
from chatops.core.unit import Unit
from chatops.hookspecs import EffectPerformer, Listener, hookimpl
from chatops.webhooks.calling import CallWebhook, WebhookCaller
from chatops.webhooks.endpoints import Declared, Endpoint
from chatops.webhooks.incoming import HookReceived, Postings


class WebhooksPlugin:
    """Tells endpoints of `facts`, and posts what hooks receive. It knows no domain: facts are told by their fields."""

    def __init__(
        self,
        declared: Declared,
        *,
        facts: Sequence[type[Body]],
        caller: WebhookCaller,
    ) -> None:
        """`facts`: the types of facts that may leave the house. What people wrote has no place in them."""
        self._endpoints = declared.webhooks
        self._facts = tuple(facts)
        self._caller = caller
        self._postings = Postings(declared.hooks)

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register the call, and what was received."""
        register(CallWebhook)
        register(HookReceived)

    @hookimpl
    def chatops_register_effects(self, register: Callable[[EffectPerformer], None]) -> None:
        """Register the caller."""
        register(EffectPerformer(of=CallWebhook, perform=self._caller.perform))

    @hookimpl
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Register one listener for each fact that somebody wants, and the one that posts."""
        register(Listener(name="webhooks.received", of=HookReceived, handle=self._postings.received))
        for fact in self._facts:
            wanting = tuple(one for one in self._endpoints if one.wants(fact.kind))
            if wanting:
                register(Listener(name=f"webhooks.{fact.kind}", of=fact, handle=_telling(wanting)))


def _telling(endpoints: Sequence[Endpoint]) -> Callable[[Unit, Body], Awaitable[None]]:
    async def tell(unit: Unit, fact: Body) -> None:
        """Tell each endpoint."""
        for endpoint in endpoints:
            if endpoint.private or not getattr(fact, "private", False):
                unit.effect(CallWebhook(endpoint=endpoint.name, body=message_of(fact, unit)))

    return tell


def message_of(fact: Body, unit: Unit) -> str:
    """Return what is sent of a fact: its kind, when it happened, and its fields."""
    data = msgspec.to_builtins(fact)
    at = data.get("at") or unit.now.isoformat()
    return msgspec.json.encode({"type": fact.kind, "timestamp": at, "data": data}).decode()
