"""Keys, signed tokens, and a publisher of both on this machine, whose faults a test chooses."""

from __future__ import annotations

import asyncio
import base64
import functools
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatops.core.clock import Clock
from chatops.testing.clock import ManualClock
from teams_network.activity import Activity, decoded
from teams_network.http import Http
from teams_network.keys import Keys
from teams_network.settings import Endpoints, TeamsSettings
from teams_network.token_check import TokenCheck, Unauthorized
from teams_network.verified import VerifiedTokens

ISSUER = "https://connector.example"
APP = "5f1f5a3e-8f6c-4e0b-9c35-0f6a1f0d7b11"
TENANT = "0b8f3f0c-6f0e-4a52-8d0c-3e1c2f4b5a66"
OTHER_TENANT = "99999999-6f0e-4a52-8d0c-3e1c2f4b5a66"
SERVICE = "https://smba.example/emea/"

METADATA = "/v1/.well-known/openidconfiguration"
KEYS = "/v1/.well-known/keys"

Claims = dict[str, Any]


@functools.cache
def rsa_key(number: int, bits: int = 2048) -> RSAPrivateKey:
    """Return the test's key of that number; making one takes a tenth of a second."""
    return generate_private_key(65537, bits)


def base64url(raw: bytes) -> str:
    """Return bytes as JSON web tokens spell them."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int) -> str:
    """Return a number as JSON web keys spell it."""
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Signer:
    """Somebody with a key, who signs with an independent implementation (PyJWT)."""

    def __init__(self, kid: str, *, key: int = 0, bits: int = 2048, endorsements: Sequence[str] = ("msteams",)) -> None:
        self.kid = kid
        self.private = rsa_key(key, bits)
        self.endorsements = list(endorsements)

    def jwk(self, **changes: object) -> dict[str, object]:
        """Return the public key as it is published; None leaves a field out."""
        numbers = self.private.public_key().public_numbers()
        whole = {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": number(numbers.n),
            "e": number(numbers.e),
            "endorsements": self.endorsements,
        }
        return {name: value for name, value in (whole | changes).items() if value is not None}

    def pem(self) -> bytes:
        """Return the public key, as somebody would who takes it for a secret."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, claims: Mapping[str, object], *, head: Mapping[str, object] | None = None) -> str:
        """Return a token. None in `head` leaves a field out."""
        first = {"alg": "RS256", "typ": "JWT", "kid": self.kid, "x5t": self.kid} | dict(head or {})
        parts = ({name: value for name, value in first.items() if value is not None}, claims)
        signed = ".".join(base64url(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{base64url(self.signature(signed.encode()))}"

    def signature(self, signed: bytes) -> bytes:
        """Return the RS256 signature of some bytes."""
        return jwt.get_algorithm_by_name("RS256").sign(signed, self.private)


def claims(clock: Clock, **changes: object) -> Claims:
    """Return what the connector says in a token; None leaves a claim out."""
    now = int(clock.now().timestamp())
    whole: Claims = {"iss": ISSUER, "aud": APP, "nbf": now - 300, "exp": now + 3600, "serviceurl": SERVICE}
    return {name: value for name, value in (whole | changes).items() if value is not None}


def activity(**changes: object) -> Activity:
    """Return a message from our tenant, as it is decoded at the door."""
    whole: dict[str, object] = {
        "type": "message",
        "id": "1700000000000",
        "channelId": "msteams",
        "serviceUrl": SERVICE,
        "from": {"id": "29:ann", "name": "Ann", "aadObjectId": "a1"},
        "conversation": {"id": "19:x@thread.v2", "conversationType": "groupChat", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "text": "hello",
    }
    return decoded(json.dumps(whole | changes).encode())


class Publisher:
    """OpenID metadata, a key set and a token endpoint. Counts who asks for what."""

    def __init__(self) -> None:
        self.url = ""
        self.keys: list[dict[str, object]] = []
        self.calls: Counter[str] = Counter()
        """Requests by path."""
        self.forms: list[dict[str, str]] = []
        """What was posted to the token endpoint."""
        self.lies: dict[str, web.Response] = {}
        """Answers in place of the true ones, by path, as often as it is asked."""
        self.grants: list[web.Response] = []
        """What the token endpoint answers; the last goes on."""
        self.lost = False
        """Whether connections break off."""
        self.open = asyncio.Event()
        """Not set: nothing is answered."""
        self.open.set()
        self.asked = asyncio.Event()
        """Set with each request."""

    @property
    def metadata_url(self) -> str:
        """Where the metadata is."""
        return self.url + METADATA

    def publish(self, *signers: Signer) -> None:
        """Publish these keys and no others."""
        self.keys = [signer.jwk() for signer in signers]

    def lie(self, path: str, body: bytes | object, *, status: int = 200) -> None:
        """Answer `body` (bytes, or JSON) to whoever asks for `path`."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.lies[path] = web.Response(body=raw, status=status, content_type="application/json")

    def grant(
        self, *answers: Mapping[str, object], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Answer these to whoever asks for a token, one after the other, and then the last for good."""
        made = (web.json_response(answer, status=status, headers=headers) for answer in answers)
        self.grants = list(made)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve anything."""
        self.calls[request.path] += 1
        self.asked.set()
        await self.open.wait()
        if self.lost:
            assert request.transport is not None
            request.transport.abort()
        if request.path in self.lies:
            return self._copy(self.lies[request.path])
        if request.path == METADATA:
            return web.json_response({"issuer": ISSUER, "jwks_uri": self.url + KEYS})
        if request.path == KEYS:
            return web.json_response({"keys": self.keys})
        if request.path.endswith("/oauth2/v2.0/token"):
            self.forms.append({name: str(value) for name, value in (await request.post()).items()})
            return self._copy(self.grants.pop(0) if len(self.grants) > 1 else self.grants[0])
        return web.Response(status=404)

    @staticmethod
    def _copy(made: web.Response) -> web.Response:
        """Return an answer that was not sent yet."""
        kept = {name: value for name, value in made.headers.items() if name not in {"Content-Length", "Content-Type"}}
        return web.Response(body=made.body, status=made.status, headers=kept, content_type="application/json")


@asynccontextmanager
async def publishing() -> AsyncIterator[Publisher]:
    """Run a publisher on a free port of this machine."""
    made = Publisher()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    made.url = f"http://{host}:{port}"
    try:
        yield made
    finally:
        made.open.set()
        await runner.cleanup()


class Gate:
    """The judge as it runs, its clock, and the publisher it believes, which publishes one key."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self.clock = ManualClock()
        self.signer = Signer("first")
        self.http = Http(self.clock)
        self.keys = Keys(self.http, publisher.metadata_url, self.clock)
        self.check = TokenCheck(settings(), self.keys, self.clock)
        publisher.publish(self.signer)

    def token(self, *, by: Signer | None = None, head: Mapping[str, object] | None = None, **changes: object) -> str:
        """Return a token with some claims changed; None leaves a claim out."""
        return (by or self.signer).sign(claims(self.clock, **changes), head=head)

    async def reason(self, *authorizations: str, about: Activity | None = None) -> str | None:
        """Return why a request with these headers is refused, or None when it is let in."""
        try:
            await self.check.judge(authorizations, about or activity())
        except Unauthorized as refused:
            return refused.reason
        return None

    def admit(self, tenant: str) -> None:
        """Listen to people of that tenant as well."""
        self.check = TokenCheck(settings(more_tenants=(tenant,)), self.keys, self.clock)

    def remember(self, verified: VerifiedTokens) -> None:
        """Keep what was found good there."""
        self.check = TokenCheck(settings(), self.keys, self.clock, verified)

    async def close(self) -> None:
        """Stop it."""
        await self.keys.close()
        await self.http.close()


@asynccontextmanager
async def gate() -> AsyncIterator[Gate]:
    """Run a judge and its publisher."""
    async with publishing() as publisher:
        made = Gate(publisher)
        try:
            yield made
        finally:
            await made.close()


def settings(authority: str = "", **changes: Any) -> TeamsSettings:
    """Return settings for our app in our tenant; `authority` is where tokens are asked for."""
    endpoints = Endpoints(token_issuer=ISSUER, authority=authority)
    return TeamsSettings(app_id=APP, tenant=TENANT, endpoints=endpoints, **changes)
