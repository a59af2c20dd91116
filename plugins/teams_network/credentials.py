"""What proves to Microsoft Entra that we are the app: a client secret, or a statement signed with a certificate.

Read anew each time a token is asked for, about once an hour: what an operator changed is used without a restart.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path

from chatops import Clock, Frozen
from chatops.errors import AuthExpired, StoreError, StoreUnavailable, Unreachable
from chatops.ports.secrets import Secrets
from teams_network.certificate import Certificate
from teams_network.settings import TeamsSettings

SECRET = "client_secret"  # noqa: S105 - the name it is kept under

HAND_OVER = "chatops teams secret"
"""What an operator types to hand over a client secret."""

LOOK_AGAIN = "chatops teams status"
"""What an operator types when a file or setting was mended."""

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_LARGEST = 256 * 1024


class Proof(Frozen, frozen=True):
    """The fields of the request that prove who we are."""

    fields: Mapping[str, str]
    mark: bytes
    """Another one when the secret or certificate was changed."""
    fix: str
    """What an operator types when it is not accepted."""

    def __repr__(self) -> str:
        """Name the fields; their values open doors."""
        return f"Proof({', '.join(self.fields)})"


class Credentials:
    """The app's credentials, as the settings say."""

    def __init__(self, settings: TeamsSettings, secrets: Secrets, clock: Clock) -> None:
        self._settings = settings
        self._secrets = secrets
        self._clock = clock

    async def proof(self, audience: str) -> Proof:
        """Return what proves it to `audience`, the address of the token endpoint.

        Raise AuthExpired, saying what to mend, when there is nothing usable; Unreachable when the store does not answer.
        """
        if self._settings.certificate_file:
            return await asyncio.to_thread(self._signed, Path(self._settings.certificate_file), audience)
        if self._settings.client_secret_file:
            secret = await asyncio.to_thread(_secret_in, Path(self._settings.client_secret_file))
            return _by_secret(secret, fix=LOOK_AGAIN)
        return _by_secret(await self._kept(), fix=HAND_OVER)

    async def _kept(self) -> str:
        try:
            secret = await self._secrets.read(SECRET)
        except StoreUnavailable as error:
            message = "the client secret cannot be read now"
            raise Unreachable(message) from error
        except StoreError as error:
            raise AuthExpired(str(error), fix=HAND_OVER) from error
        if not secret:
            message = f"no client secret has been handed over yet: {HAND_OVER}"
            raise AuthExpired(message, fix=HAND_OVER)
        return secret

    def _signed(self, file: Path, audience: str) -> Proof:
        pem = _read(file)
        try:
            certificate = Certificate(pem)
        except ValueError as error:
            message = f"certificate_file {file} cannot be used: {error}"
            raise AuthExpired(message, fix=LOOK_AGAIN) from error
        now = self._clock.now()
        if certificate.until <= now:
            message = f"the certificate in {file} ended on {certificate.until:%Y-%m-%d}; put a new one there"
            raise AuthExpired(message, fix=LOOK_AGAIN)
        assertion = certificate.assertion(client=self._settings.app_id, audience=audience, now=now)
        fields = {"client_assertion_type": _ASSERTION, "client_assertion": assertion}
        return Proof(fields, hashlib.sha256(pem).digest(), LOOK_AGAIN)


def _by_secret(secret: str, *, fix: str) -> Proof:
    return Proof({"client_secret": secret}, hashlib.sha256(secret.encode(errors="surrogatepass")).digest(), fix)


def _secret_in(file: Path) -> str:
    """Return the secret in a file, without the line's end, or the mark that some editors begin a file with."""
    try:
        secret = _read(file).decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        message = f"client_secret_file {file} holds no text"
        raise AuthExpired(message, fix=LOOK_AGAIN) from error
    if not secret:
        message = f"client_secret_file {file} is empty"
        raise AuthExpired(message, fix=LOOK_AGAIN)
    return secret


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST)
    except OSError as error:
        message = f"{file} cannot be read ({error.strerror})"
        raise AuthExpired(message, fix=LOOK_AGAIN) from error
