"""The keys that the Bot Connector signs with, fetched when needed and kept.

How long: the vendor's page says that the list "may be cached for long periods of time (by default, 5 days within the Bot
Framework SDK)" (Microsoft Learn, "Authentication with the Bot Connector API"); its Python SDK asks again after a day, and
for an unknown key at most once an hour (botbuilder-python, `jwt_token_extractor.py`). We ask again after a day, beside
the work that goes on with the keys known, and use known keys for 5 days while their publisher is out.

Where: the metadata names the address of the key set. It is believed only on the metadata's own origin, as the vendor has
it in all clouds: a document that was meddled with must not make us ask, or believe, somebody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec
import structlog

from chatops import Clock
from chatops.errors import PortError, Unreachable
from teams_network.http import Http, Request
from teams_network.key_set import Key, published
from teams_network.origin import origin, require_safe

__all__ = ["Key", "Keys"]

log = structlog.get_logger("teams")

FRESH = 24 * 3600.0
"""Seconds after which keys are asked for again."""

KEPT = 5 * 24 * 3600.0
"""Seconds for which keys are used when they cannot be fetched again."""

GUARD = 60.0
"""Seconds between two fetches, whatever comes in: a flood of unknown keys is a fetch a minute. What is signed with a key
as soon as it is published may be refused for as long as this."""

EAGER = 5.0
"""The same while there are no keys at all, and nobody is let in."""

PATIENCE = 5.0
"""Seconds for each of the two requests of a fetch: who waits for a key is waited for by Teams, 15 seconds at most."""

LARGEST = 256 * 1024
"""Bytes of each of the two answers."""


class _Metadata(msgspec.Struct):
    jwks_uri: str


class Keys:
    """The keys published at an OpenID metadata address. Raises SettingsError for one that is neither https nor loopback."""

    def __init__(self, http: Http, url: str, clock: Clock, *, patience: float = PATIENCE) -> None:
        require_safe(url, "openid_metadata_url")
        self._http = http
        self._url = url
        self._clock = clock
        self._patience = patience
        self._keys: Mapping[str, Key] = {}
        self._fetched_at = 0.0
        self._tried_at: float | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._out = False

    async def key(self, kid: str) -> Key | None:
        """Return the key of that id, or None when there is none. Raise Unreachable when no keys can be had.

        A known key is returned at once, whatever happens to its publisher meanwhile; for an unknown one the caller waits
        for a fetch, if one is due or under way, of which there is never more than one.
        """
        found = self._usable().get(kid)
        if found is not None:
            if self._clock.monotonic() - self._fetched_at >= FRESH:
                self._begin()
            return found
        self._begin()
        if self._fetching is not None:
            await asyncio.wait({self._fetching})
        usable = self._usable()
        if not usable:
            message = "the keys that tokens are judged by cannot be fetched"
            raise Unreachable(message)
        return usable.get(kid)

    async def close(self) -> None:
        """Stop what is under way. Calling twice is harmless."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})

    def _usable(self) -> Mapping[str, Key]:
        return self._keys if self._clock.monotonic() - self._fetched_at < KEPT else {}

    def _begin(self) -> None:
        """Start a fetch, unless one is under way or was a short while ago."""
        pause = GUARD if self._usable() else EAGER
        now = self._clock.monotonic()
        if self._fetching is not None or (self._tried_at is not None and now - self._tried_at < pause):
            return
        self._tried_at = now
        self._fetching = asyncio.create_task(self._fetch(), name="teams: fetch signing keys")
        self._fetching.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._fetching = None
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("fetching the signing keys failed", error=type(fault).__name__)

    async def _fetch(self) -> None:
        try:
            keys = await self._found()
        except (PortError, ValueError) as error:
            if not self._out:
                log.warning("the signing keys cannot be fetched", why=str(error), known=len(self._usable()))
            self._out = True
            return
        self._keys, self._fetched_at = keys, self._clock.monotonic()
        if self._out:
            log.info("the signing keys are fetched again", known=len(keys))
        self._out = False

    async def _found(self) -> Mapping[str, Key]:
        """Return what is published now. Raise PortError, or ValueError for what cannot be believed."""
        raw = await self._got(self._url)
        try:
            where = msgspec.json.decode(raw, type=_Metadata).jwks_uri
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            message = "the metadata names no key set"
            raise ValueError(message) from error
        if origin(where) != origin(self._url):
            message = "the metadata names a key set on another host than its own"
            raise ValueError(message)
        keys = published(await self._got(where))
        if not keys:
            message = "there is no usable key in the key set"
            raise ValueError(message)
        return keys

    async def _got(self, url: str) -> bytes:
        answer = await self._http.send(Request("GET", url, timeout=self._patience, largest=LARGEST))
        if answer.status != 200:  # noqa: PLR2004 - OK; a redirect is none
            message = f"the answer was {answer.status}"
            raise ValueError(message)
        return answer.body
