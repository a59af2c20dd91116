"""`POST /api/v1/hooks/{name}`: takes a signed message, and says so only once it is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from aiohttp import web

from chatops.api.serving import JSON
from chatops.api.shapes import HookAnswer
from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.errors import StoreUnavailable
from chatops.ports.store import Store
from chatops.ports.web import Route
from chatops.web.answers import json_answer
from chatops.web.problems import REST, problem_details
from chatops.webhooks.endpoints import Hook
from chatops.webhooks.incoming import MAX_BODY, read_message, row_of
from chatops.webhooks.signing import Signed, verified

PATH = "/hooks/{name}"

Taken = Literal["accepted", "repeated", "refused"]

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Counts(Protocol):
    """Counts messages. Never waits, never raises."""

    def hook(self, name: str, outcome: Taken) -> None:
        """A hook of the settings was called."""
        ...


class Hooks:
    """The door for all hooks of the settings."""

    def __init__(
        self,
        hooks: Sequence[Hook],
        *,
        store: Store,
        codec: Codec,
        clock: Clock,
        counts: Counts,
        accepted: Callable[[], None],
    ) -> None:
        self._hooks = {hook.name: hook for hook in hooks}
        self._store = store
        self._codec = codec
        self._clock = clock
        self._counts = counts
        self._accepted = accepted

    def route(self) -> Route:
        """Return the door."""
        return Route(method="POST", path=f"{REST}{PATH}", handler=self._on_message)

    async def take(self, name: str, headers: Signed, raw: bytes) -> web.Response:
        """Keep a message and say so; or say what is wrong with it."""
        hook = self._hooks.get(name)
        if hook is None:
            return problem_details(404, "not_found", f"The settings name no hook {name}.")
        if len(raw) > MAX_BODY:
            return self._no(hook, 413, "too_large", f"A message has at most {MAX_BODY} bytes.")
        now = self._clock.now()
        if not verified(hook.secrets, headers, raw, now=now):
            detail = "The signature is missing, wrong, or more than five minutes old."
            return self._no(hook, 401, "unauthorized", detail)
        try:
            message = read_message(raw)
        except ValueError:
            return self._no(hook, 422, "invalid", "The body must be a JSON object in UTF-8.")
        row = row_of(hook, headers.id, raw, message, now=now, codec=self._codec)
        try:
            [new] = await self._store.accept_many([row])
        except StoreUnavailable:
            return problem_details(503, "try_later", "It was not kept. Send it again.", headers={"Retry-After": "5"})
        self._accepted()
        self._counts.hook(hook.name, "accepted" if new else "repeated")
        return json_answer(HookAnswer(repeated=not new))

    async def _on_message(self, request: web.Request) -> web.Response:
        given = [request.headers.getall(name, []) for name in HEADERS]
        if request.content_type != JSON:
            return problem_details(415, "unsupported_media_type", f"Content-Type must be {JSON}.")
        id_, timestamp, signature = (values[0] if len(values) == 1 else "" for values in given)
        headers = Signed(id=id_, timestamp=timestamp, signature=signature)
        return await self.take(request.match_info["name"], headers, await request.read())

    def _no(self, hook: Hook, status: int, code: str, detail: str) -> web.Response:
        self._counts.hook(hook.name, "refused")
        return problem_details(status, code, detail)
