"""Sessions in signed cookies, each valid below one path only, so that several people fit into one browser."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from datetime import timedelta

import msgspec
from aiohttp import web

from chatops.core.clock import Clock
from chatops.core.frozen import Frozen

LIFETIME = timedelta(days=7)
"""How long a session lasts without signing in again."""

_PREFIX = "chatops-"


class Session(Frozen, frozen=True, kw_only=True):
    """What a cookie says, once its signature has been checked."""

    person: str
    path: str
    nonce: str
    expires: int
    """Unix time in seconds."""


class Sessions:
    """Grants, checks and ends sessions. `secret` signs them: a new secret signs everybody out."""

    def __init__(self, *, secret: bytes, clock: Clock) -> None:
        self._cookies = hmac.digest(secret, b"chatops web session", "sha256")
        self._forms = hmac.digest(secret, b"chatops web csrf", "sha256")
        self._clock = clock
        self._ended: dict[str, int] = {}
        """Nonces of sessions that were signed out, until they would have expired."""

    def grant(self, response: web.StreamResponse, person: str, *, path: str, secure: bool) -> None:
        """Give the browser a session for `person` below `path`."""
        expires = int((self._clock.now() + LIFETIME).timestamp())
        session = Session(person=person, path=path, nonce=secrets.token_hex(16), expires=expires)
        response.set_cookie(
            _name(path),
            self._signed(session),
            path=path,
            max_age=int(LIFETIME.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=secure,
        )

    def end(self, request: web.Request, response: web.StreamResponse, *, path: str) -> None:
        """End the session below `path`: the browser forgets it, and a copy of it no longer opens anything."""
        session = self.find(request, path=path)
        if session is not None:
            now = self._clock.now().timestamp()
            self._ended = {nonce: expires for nonce, expires in self._ended.items() if expires > now}
            self._ended[session.nonce] = session.expires
        response.del_cookie(_name(path), path=path)

    def find(self, request: web.Request, *, path: str) -> Session | None:
        """Return the valid session below `path` that this request carries."""
        raw = request.cookies.get(_name(path))
        session = None if raw is None else self._read(raw)
        return session if session is not None and session.path == path else None

    def carried(self, request: web.Request) -> Iterator[Session]:
        """Yield every valid session this request carries for its own path."""
        for name, raw in request.cookies.items():
            session = self._read(raw) if name.startswith(_PREFIX) else None
            if session is not None and request.path.startswith(session.path):
                yield session

    def token(self, session: Session) -> str:
        """Return the token that forms of this session carry."""
        return hmac.new(self._forms, f"{session.path}\0{session.nonce}".encode(), "sha256").hexdigest()

    def _signed(self, session: Session) -> str:
        body = base64.urlsafe_b64encode(msgspec.json.encode(session)).rstrip(b"=").decode()
        return f"{body}.{self._seal(body)}"

    def _read(self, raw: str) -> Session | None:
        body, _, seal = raw.partition(".")
        if not raw.isascii() or not hmac.compare_digest(seal, self._seal(body)):
            return None
        try:
            session = _DECODER.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        except (binascii.Error, msgspec.MsgspecError):
            return None
        if session.nonce in self._ended or session.expires <= self._clock.now().timestamp():
            return None
        return session

    def _seal(self, body: str) -> str:
        return hmac.new(self._cookies, body.encode(), "sha256").hexdigest()


_DECODER = msgspec.json.Decoder(Session)


def _name(path: str) -> str:
    return _PREFIX + hashlib.sha256(path.encode()).hexdigest()[:12]
