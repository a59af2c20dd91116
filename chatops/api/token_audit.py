"""What operators do with tokens, in the audit: who may act for a person from outside, since when, until when."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import ClassVar, Literal

from chatops.core.codec import Codec
from chatops.core.commit import InboxRow
from chatops.core.frozen import Body, Instant
from chatops.core.journal import AuditRecord
from chatops.core.unit import Unit
from chatops.hookspecs import Listener, hookimpl
from chatops.ports.store import Store

OPERATOR = "operator"
"""Who did it, and the lane of the audit it stands in: nobody of the directory."""


class TokenChanged(Body, frozen=True, kw_only=True):
    """An operator makes or revokes a token. Told before it is done: what is done is in the audit, whatever dies between."""

    kind: ClassVar[str] = "token.changed"

    did: Literal["create", "revoke"]
    token: str
    person: str
    scopes: tuple[str, ...] = ()
    name: str = ""
    until: Instant | None = None
    at: Instant


Tell = Callable[[TokenChanged], Awaitable[None]]


def teller(store: Store, codec: Codec, ring: Callable[[], None]) -> Tell:
    """Return what keeps the word of a change for the audit: where no engine runs, until one does."""

    async def tell(change: TokenChanged) -> None:
        key = f"{OPERATOR}:token:{secrets.token_hex(12)}"
        row = InboxRow(key=key, lane=OPERATOR, kind=change.kind, body=codec.encode(change), cause=key)
        await store.accept_many([row])
        ring()

    return tell


class TokenAudit:
    """Writes the records, brought in through the same hooks as any plugin."""

    @hookimpl
    def chatops_register_bodies(self, register: Callable[[type[Body]], None]) -> None:
        """Register what is told."""
        register(TokenChanged)

    @hookimpl
    def chatops_register_listeners(self, register: Callable[[Listener], None]) -> None:
        """Register the one that writes."""
        register(Listener(name="tokens.audit", of=TokenChanged, handle=self._changed))

    async def _changed(self, unit: Unit, change: TokenChanged) -> None:
        until = f"until {change.until:%Y-%m-%d}" if change.until else "for ever"
        made = (f"for {change.person}", " ".join(change.scopes), until, change.name)
        words = (change.token, *(made if change.did == "create" else ()))
        unit.audit(
            AuditRecord(
                person=None,
                identity=OPERATOR,
                via=OPERATOR,
                command=f"token {change.did}",
                arguments=", ".join(word for word in words if word),
                outcome="done",
                subjects=(f"token:{change.token}",),
                event=unit.event.key,
                at=change.at,
            )
        )
