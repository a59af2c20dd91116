"""What admins look at by REST: dead letters, and what the settings say of webhooks."""

from __future__ import annotations

from chatops.api.commands import Commands
from chatops.api.endpoint import Answered, Asked, Told
from chatops.api.shapes import DeadLettersQuery, DeadLettersView, DeadLetterView, HookView, Webhooks, WebhookView
from chatops.ports.store import DeadLetter, Store
from chatops.webhooks.endpoints import Declared


class OperatorReads:
    """For admins only."""

    def __init__(self, store: Store, commands: Commands, declared: Declared) -> None:
        self._store = store
        self._commands = commands
        self._declared = declared

    async def dead_letters(self, asked: Asked) -> Answered:
        """List what was given up."""
        _for_admins(asked)
        letters = await self._store.dead_letters(limit=asked.asks(DeadLettersQuery).limit)
        return Answered(body=DeadLettersView(items=tuple(_view(one) for one in letters)))

    async def replay(self, asked: Asked) -> Answered:
        """Try something again; audited as `admin dead replay`."""
        fields = {"reference": asked.path["key"]}
        return Answered(body=await self._commands.run(asked.caller, "admin dead replay", fields))

    async def drop(self, asked: Asked) -> Answered:
        """Let something go for good; audited as `admin dead drop`."""
        fields = {"reference": asked.path["key"], "sure": "yes"}
        return Answered(body=await self._commands.run(asked.caller, "admin dead drop", fields))

    async def webhooks(self, asked: Asked) -> Answered:
        """List the webhooks and hooks of the settings."""
        _for_admins(asked)
        told, heard = self._declared.webhooks, self._declared.hooks
        return Answered(
            body=Webhooks(
                webhooks=tuple(WebhookView(name=one.name, url=one.url, events=one.events) for one in told),
                hooks=tuple(HookView(name=one.name, does="runs" if one.command else "posts") for one in heard),
            )
        )


def _for_admins(asked: Asked) -> None:
    if "admin" not in asked.person.roles:
        raise Told(403, "not_allowed", "That is for: admin.")


def _view(letter: DeadLetter) -> DeadLetterView:
    first = letter.error.partition(" ")[0]
    return DeadLetterView(
        key=letter.key,
        reference=first if first.startswith("E-") else letter.key,
        kind=letter.kind,
        what=letter.body_kind,
        error=letter.error,
        tries=letter.tries,
        since=letter.since,
        given_up_at=letter.at,
        conversation=letter.lane,
        target=letter.target,
        uncertain=letter.uncertain,
    )
