"""Who signs and who lets in: keys and their metadata, tokens for what the connector sends, and tokens for the bot."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from teams_world import App, Raw

ISSUER = "https://api.botframework.com"
CONNECTOR = "https://api.botframework.com/.default"
"""The scope of the connector."""


@dataclass(eq=False)
class SigningKey:
    """One key of the connector."""

    kid: str = field(default_factory=lambda: uuid.uuid4().hex[:20])
    endorsements: list[str] = field(default_factory=lambda: ["msteams", "skype", "webchat"])
    private: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048), repr=False)

    def public(self) -> Raw:
        """Return it as a JWK."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": _number(numbers.n),
            "e": _number(numbers.e),
            "endorsements": self.endorsements,
        }


@dataclass
class Grant:
    """A token the bot holds."""

    app: App
    scope: str
    expires: float


class Issuer:
    """OpenID metadata, keys and the token endpoint."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.url = ""
        """The simulator's address; set once it is known."""
        self.tenant = ""
        self.apps: list[App] = []
        self.key = SigningKey(private=_first())
        """What is signed with now."""
        self.published = [self.key]
        """The keys that stand in the JWKS."""
        self.token_life = 3599.0
        """Seconds the bot's tokens live."""
        self.grants: dict[str, Grant] = {}
        self._used: set[str] = set()

    def add_routes(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get("/v1/.well-known/openidconfiguration", self._metadata)
        app.router.add_get("/v1/.well-known/keys", self._keys)
        app.router.add_post("/login/{tenant}/oauth2/v2.0/token", self._token)

    def rotate(self, *, keep_old: bool = True) -> None:
        """Sign with a new key from now on. The old one stays published for those who still hold what it signed."""
        self.key = SigningKey()
        self.published = [*self.published, self.key] if keep_old else [self.key]

    def sign(self, app: App, service_url: str, **claims: object) -> str:
        """Return the token that goes with an activity; `claims` replace its own, None leaves one out."""
        now = int(self._now())
        whole: dict[str, object] = {
            "serviceurl": service_url,
            "nbf": now - 300,
            "exp": now + 3600,
            "iss": ISSUER,
            "aud": app.app_id,
        }
        told = {name: value for name, value in (whole | claims).items() if value is not None}
        return jwt.encode(told, self.key.private, "RS256", headers={"kid": self.key.kid, "x5t": self.key.kid})

    def holder(self, authorization: str, scope: str) -> App | None:
        """Return whose token this is; None when it is none of ours, for another scope, or expired."""
        _bearer, _space, token = authorization.partition(" ")
        grant = self.grants.get(token)
        if grant is None or grant.scope != scope or grant.expires <= self._now():
            return None
        return grant.app

    def revoke(self) -> None:
        """Let no token that was given out be worth anything any more."""
        self.grants.clear()

    async def _metadata(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": ISSUER,
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": f"{self.url}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [key.public() for key in self.published]})

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        app = next((one for one in self.apps if one.app_id == form.get("client_id")), None)
        if request.match_info["tenant"] != self.tenant:
            return _no(400, "invalid_request", "AADSTS90002: Tenant not found.")
        if form.get("grant_type") != "client_credentials":
            return _no(400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.")
        if app is None:
            return _no(400, "unauthorized_client", "AADSTS700016: Application was not found in the directory.")
        if not self._proven(app, form, str(request.url)):
            return _no(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        scope = form.get("scope", "")
        if scope not in {CONNECTOR, f"{self.url}/graph/.default"}:
            return _no(400, "invalid_scope", "AADSTS70011: The provided value for scope is not valid.")
        token = self._made(app, scope)
        self.grants[token] = Grant(app=app, scope=scope, expires=self._now() + self.token_life)
        life = int(self.token_life)
        return web.json_response(
            {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token}
        )

    def _made(self, app: App, scope: str) -> str:
        now = int(self._now())
        claims: Raw = {
            "aud": scope.removesuffix("/.default"),
            "iss": f"{self.url}/login/{self.tenant}/v2.0",
            "appid": app.app_id,
            "tid": self.tenant,
            "iat": now,
            "exp": now + int(self.token_life),
            "jti": uuid.uuid4().hex,
        }
        if scope != CONNECTOR:
            claims["roles"] = sorted(app.roles)
        return jwt.encode(claims, "the key of another authority, not ours", "HS256")

    def _proven(self, app: App, form: Mapping[str, str], url: str) -> bool:
        if "client_assertion" not in form:
            return bool(app.secret) and form.get("client_secret") == app.secret
        if form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            return False
        return bool(app.certificate) and self._asserted(app, form["client_assertion"], url)

    def _asserted(self, app: App, assertion: str, url: str) -> bool:
        certificate = x509.load_pem_x509_certificate(app.certificate.encode())
        key: Any = certificate.public_key()
        print_of = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).rstrip(b"=").decode()
        try:
            head = jwt.get_unverified_header(assertion)
            claims = jwt.decode(
                assertion,
                key,
                algorithms=["PS256", "RS256"],
                audience=url,
                issuer=app.app_id,
                options={
                    "require": ["exp", "iss", "sub", "jti", "aud"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError:
            return False
        fresh = claims["jti"] not in self._used and claims["exp"] > self._now()
        self._used.add(claims["jti"])
        return fresh and claims["sub"] == app.app_id and head.get("x5t#S256") == print_of


@cache
def _first() -> rsa.RSAPrivateKey:
    """Return the key every issuer begins with: making one takes a while."""
    return rsa.generate_private_key(65537, 2048)


def _no(status: int, code: str, told: str) -> web.Response:
    return web.json_response({"error": code, "error_description": told, "error_codes": []}, status=status)


def _number(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
