"""Logging in with a certificate."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding

from chatops.errors import AuthExpired
from chatops.testing.clock import ManualClock
from chatops.testing.secrets import MemorySecrets
from teams_certificate import certificate, pem_of, pem_of_key
from teams_network.certificate import Certificate
from teams_network.http import Http
from teams_network.tokens import Tokens
from teams_tokens import APP, TENANT, Publisher, publishing, rsa_key, settings

BOT = "https://api.botframework.com/.default"
CLOCK = ManualClock()
OURS = rsa_key(0)
MINE = certificate(OURS, now=CLOCK.now())
OTHER = certificate(rsa_key(1), now=CLOCK.now())
KEY = pem_of_key(OURS)
PEM = pem_of(MINE)


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as made:
        made.grant({"access_token": "t1", "expires_in": 3599})
        yield made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "app.pem"


async def token(publisher: Publisher, file: Path, clock: ManualClock) -> str:
    """Ask for a token with what stands in the file."""
    http = Http(clock)
    try:
        return await Tokens(http, settings(publisher.url, certificate_file=str(file)), MemorySecrets(), clock).current(
            BOT
        )
    finally:
        await http.close()


@pytest.mark.parametrize(
    "pem", [KEY + PEM, PEM + KEY, pem_of(OTHER) + PEM + KEY], ids=["key first", "certificate first", "a chain"]
)
async def test_a_statement_says_who_we_are(publisher: Publisher, file: Path, pem: bytes) -> None:
    """As Microsoft's page has it, which an independent reader of tokens confirms."""
    await asyncio.to_thread(file.write_bytes, pem)
    clock = ManualClock()
    assert await token(publisher, file, clock) == "t1"
    (form,) = publisher.forms
    statement = form.pop("client_assertion")
    now = int(clock.now().timestamp())
    public: Any = MINE.public_key()
    told = jwt.decode(
        statement,
        public,
        algorithms=["PS256"],
        audience=f"{publisher.url}/{TENANT}/oauth2/v2.0/token",
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )

    assert form == {
        "grant_type": "client_credentials",
        "client_id": APP,
        "scope": BOT,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    thumbprint = hashlib.sha256(MINE.public_bytes(Encoding.DER)).digest()
    assert jwt.get_unverified_header(statement) == {
        "alg": "PS256",
        "typ": "JWT",
        "x5t#S256": base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode(),
    }
    assert (told["iss"], told["sub"]) == (APP, APP)
    assert (told["nbf"], told["iat"], told["exp"]) == (now, now, now + 300)


def test_each_statement_is_another() -> None:
    """Its id is new, so that none can be used twice."""
    made = Certificate(KEY + PEM)
    statements = [made.assertion(client="c", audience="a", now=CLOCK.now()) for _time in range(5)]
    ids = {jwt.decode(one, options={"verify_signature": False})["jti"] for one in statements}

    assert len(ids) == 5


def test_a_certificate_does_not_show_its_key() -> None:
    """What it says of itself is its thumbprint."""
    assert repr(Certificate(KEY + PEM)) == f"Certificate({Certificate(KEY + PEM).thumbprint})"


BAD: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("nothing", lambda: b"", "no private key"),
    ("no PEM", lambda: b"\x00\xff", "no private key"),
    ("a certificate alone", lambda: PEM, "no private key"),
    ("a key alone", lambda: KEY, "no certificate"),
    ("somebody else's certificate", lambda: KEY + pem_of(OTHER), "none of its certificates"),
    ("an encrypted key", lambda: pem_of_key(OURS, password=b"sesame") + PEM, "encrypted"),
    ("a key on a curve", lambda: pem_of_key(generate_private_key(SECP256R1())) + PEM, "no RSA key"),
    ("a short key", lambda: pem_of_key(rsa_key(3, 1024)) + PEM, "no RSA key"),
    ("a certificate that is none", lambda: KEY + PEM.replace(b"MII", b"AAA"), "no certificate"),
)


@pytest.mark.parametrize(("make", "words"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
async def test_what_cannot_be_used_is_said(
    publisher: Publisher, file: Path, make: Callable[[], bytes], words: str
) -> None:
    """With the file's name, before anybody is asked."""
    await asyncio.to_thread(file.write_bytes, make())

    with pytest.raises(AuthExpired, match=words) as raised:
        await token(publisher, file, ManualClock())
    assert str(file) in str(raised.value)
    assert raised.value.fix
    assert publisher.calls == {}


async def test_a_certificate_that_has_ended_is_said(publisher: Publisher, file: Path) -> None:
    """Before Entra says so in a number."""
    await asyncio.to_thread(file.write_bytes, KEY + PEM)
    clock = ManualClock(CLOCK.now() + timedelta(days=400))

    with pytest.raises(AuthExpired, match="ended on 2027"):
        await token(publisher, file, clock)
