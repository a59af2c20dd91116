"""What admins look at by REST: dead letters, and what the settings say of webhooks."""

from __future__ import annotations

from urllib.parse import urlsplit

from chatops.api.commands import Commands
from chatops.api.endpoint import Answered, Asked, Told
from chatops.api.shapes import DeadLettersQuery, DeadLettersView, DeadLetterView, HookView, Webhooks, WebhookView
from chatops.ports.store import DeadLetter, Store
from chatops.webhooks.endpoints import Declared

MOST_SEARCHED = 1_000
"""Dead letters that are looked through for a key."""


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
        fields = {"reference": await self._reference(asked)}
        return Answered(body=await self._commands.run(asked.caller, "admin dead replay", fields))

    async def drop(self, asked: Asked) -> Answered:
        """Let something go for good; audited as `admin dead drop`."""
        fields = {"reference": await self._reference(asked), "sure": "yes"}
        return Answered(body=await self._commands.run(asked.caller, "admin dead drop", fields))

    async def webhooks(self, asked: Asked) -> Answered:
        """List the webhooks and hooks of the settings."""
        _for_admins(asked)
        told, heard = self._declared.webhooks, self._declared.hooks
        return Answered(
            body=Webhooks(
                webhooks=tuple(WebhookView(name=one.name, url=_shown(one.url), events=one.events) for one in told),
                hooks=tuple(HookView(name=one.name, does="runs" if one.command else "posts") for one in heard),
            )
        )

    async def _reference(self, asked: Asked) -> str:
        """Return what the commands call a letter. Whether its existence may be known is for them to say."""
        key = asked.path["key"]
        letters = await self._store.dead_letters(limit=MOST_SEARCHED) if "admin" in asked.person.roles else ()
        return next((reference_of(one) for one in letters if one.key == key), key)


def _shown(url: str) -> str:
    """Return an address without what may be a secret of its own: some programs know who calls by the path alone."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…" if parts.path.strip("/") or parts.query else url


def _for_admins(asked: Asked) -> None:
    if "admin" not in asked.person.roles:
        raise Told(403, "not_allowed", "That is for: admin.")


def _view(letter: DeadLetter) -> DeadLetterView:
    return DeadLetterView(
        key=letter.key,
        reference=reference_of(letter),
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


def reference_of(letter: DeadLetter) -> str:
    """Return what people were told, or the key of what has no reference."""
    first = letter.error.partition(" ")[0]
    return first if first.startswith("E-") else letter.key
