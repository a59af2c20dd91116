"""Who is let in at the door: one table of requests, each with why it is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, NamedTuple

import pytest

from teams_network.activity import Activity
from teams_tokens import (
    APP,
    ISSUER,
    KEYS,
    METADATA,
    OTHER_TENANT,
    SERVICE,
    TENANT,
    Gate,
    Signer,
    activity,
    base64url,
    claims,
    gate,
)

FOREIGN = Signer("first", key=1)
"""Somebody else, who says that his key is ours."""


@pytest.fixture(name="door")
async def _door() -> AsyncIterator[Gate]:
    async with gate() as made:
        yield made


def bearer(token: str) -> tuple[str, ...]:
    return (f"Bearer {token}",)


def unsigned(door: Gate, *, alg: str) -> str:
    """A token with an empty algorithm, and nothing after the second dot."""
    return door.token(head={"alg": alg}).rpartition(".")[0] + "."


def by_public_key(door: Gate) -> str:
    """A token whose "secret" is the public key: the oldest trick."""
    signed = door.token(head={"alg": "HS256"}).rpartition(".")[0]
    return f"{signed}.{base64url(hmac.digest(door.signer.pem(), signed.encode(), hashlib.sha256))}"


def with_payload(door: Gate, **changes: object) -> str:
    """A good token with other claims put in."""
    head, _payload, signature = door.token().split(".")
    return ".".join((head, base64url(json.dumps(claims(door.clock, **changes)).encode()), signature))


def with_raw_payload(door: Gate, payload: bytes) -> str:
    """Anything, well signed."""
    signed = f"{door.token().partition('.')[0]}.{base64url(payload)}"
    return f"{signed}.{base64url(door.signer.signature(signed.encode()))}"


def with_raw_head(door: Gate, head: bytes) -> str:
    """A good token with another head, unsigned."""
    return ".".join((base64url(head), *door.token().split(".")[1:]))


def respelled(door: Gate) -> str:
    """A good token whose signature is written with other bits in its unused end: the same bytes to most decoders."""
    token = door.token()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = token[:-1] + letters[letters.index(token[-1]) ^ 1]
    signature, changed = (base64.urlsafe_b64decode(one.rpartition(".")[2] + "==") for one in (token, other))
    assert signature == changed
    return other


def at(door: Gate, seconds: float) -> float:
    return door.clock.now().timestamp() + seconds


class Case(NamedTuple):
    """One request."""

    what: str
    headers: Callable[[Gate], tuple[str, ...]]
    reason: str


HEADERS = (
    Case("no header", lambda door: (), "no_token"),
    Case("an empty header", lambda door: ("",), "no_token"),
    Case("a scheme and no token", lambda door: ("Bearer",), "no_token"),
    Case("a scheme and a space", lambda door: ("Bearer ",), "no_token"),
    Case("two headers, the first good", lambda door: (*bearer(door.token()), "Bearer x"), "two_headers"),
    Case("two headers, both good", lambda door: bearer(door.token()) * 2, "two_headers"),
    Case("two tokens in one header", lambda door: bearer(f"{door.token()}, Bearer {door.token()}"), "malformed"),
    Case("another scheme", lambda door: ("Basic YW5uOmFubg==",), "not_bearer"),
    Case("the token alone", lambda door: (door.token(),), "not_bearer"),
    Case("two spaces", lambda door: bearer(" " + door.token()), "malformed"),
    Case("a huge token", lambda door: bearer(door.token(more="x" * 10_000)), "too_long"),
    Case("what is no token", lambda door: bearer("open sesame"), "malformed"),
    Case("two parts", lambda door: bearer(door.token().rpartition(".")[0]), "malformed"),
    Case("four parts", lambda door: bearer(door.token() + ".x"), "malformed"),
    Case("letters of another alphabet", lambda door: bearer(door.token() + "é"), "malformed"),
    Case("bytes that are no text", lambda door: bearer(door.token() + "\udcff"), "malformed"),
    Case("padding", lambda door: bearer(door.token() + "=="), "malformed"),
)

HEADS = (
    Case("algorithm none", lambda door: bearer(unsigned(door, alg="none")), "malformed"),
    Case("none with a signature", lambda door: bearer(door.token(head={"alg": "none"})), "algorithm"),
    Case("None in other letters", lambda door: bearer(door.token(head={"alg": "NoNe"})), "algorithm"),
    Case("HS256 by the public key", lambda door: bearer(by_public_key(door)), "algorithm"),
    Case("RS512", lambda door: bearer(door.token(head={"alg": "RS512"})), "algorithm"),
    Case("PS256", lambda door: bearer(door.token(head={"alg": "PS256"})), "algorithm"),
    Case("no algorithm", lambda door: bearer(door.token(head={"alg": None})), "algorithm"),
    Case("algorithm of another type", lambda door: bearer(door.token(head={"alg": ["RS256"]})), "malformed"),
    Case("no key named", lambda door: bearer(door.token(head={"kid": None})), "unknown_key"),
    Case("an empty key's name", lambda door: bearer(door.token(head={"kid": ""})), "unknown_key"),
    Case("key's name of another type", lambda door: bearer(door.token(head={"kid": 1})), "malformed"),
    Case("a key nobody published", lambda door: bearer(door.token(head={"kid": "../../keys"})), "unknown_key"),
    Case("extensions to be understood", lambda door: bearer(door.token(head={"crit": ["exp"]})), "malformed"),
    Case("an unencoded payload", lambda door: bearer(door.token(head={"b64": False})), "malformed"),
    Case("a head that is no JSON", lambda door: bearer(with_raw_head(door, b"{")), "malformed"),
    Case("a head that is a list", lambda door: bearer(with_raw_head(door, b"[]")), "malformed"),
    Case("a head of brackets", lambda door: bearer(with_raw_head(door, b'{"x":' + b"[" * 3000)), "malformed"),
)

SIGNATURES = (
    Case("somebody else's key by our key's name", lambda door: bearer(door.token(by=FOREIGN)), "signature"),
    Case("other claims put in", lambda door: bearer(with_payload(door, aud="me")), "signature"),
    Case("a signature cut short", lambda door: bearer(door.token()[:-2]), "signature"),
    Case("a signature of zeros", lambda door: bearer(door.token().rpartition(".")[0] + "." + "A" * 342), "signature"),
    Case("the same signature spelled differently", lambda door: bearer(respelled(door)), "malformed"),
    Case("a key in the head", lambda door: bearer(door.token(by=FOREIGN, head={"jwk": FOREIGN.jwk()})), "signature"),
    Case(
        "an address of keys in the head",
        lambda door: bearer(door.token(by=FOREIGN, head={"jku": "http://x"})),
        "signature",
    ),
)

CLAIMS = (
    Case("no issuer", lambda door: bearer(door.token(iss=None)), "issuer"),
    Case("an empty issuer", lambda door: bearer(door.token(iss="")), "issuer"),
    Case("another issuer", lambda door: bearer(door.token(iss="https://sts.example/")), "issuer"),
    Case("nearly our issuer", lambda door: bearer(door.token(iss=ISSUER + "/")), "issuer"),
    Case("several issuers", lambda door: bearer(door.token(iss=[ISSUER])), "claims"),
    Case("no audience", lambda door: bearer(door.token(aud=None)), "audience"),
    Case(
        "another bot's token", lambda door: bearer(door.token(aud="00000000-0000-0000-0000-000000000000")), "audience"
    ),
    Case("an empty audience", lambda door: bearer(door.token(aud="")), "audience"),
    Case("several audiences", lambda door: bearer(door.token(aud=[APP])), "claims"),
    Case("no end", lambda door: bearer(door.token(exp=None)), "expired"),
    Case("long expired", lambda door: bearer(door.token(exp=at(door, -3600))), "expired"),
    Case("expired just beyond the skew", lambda door: bearer(door.token(exp=at(door, -300))), "expired"),
    Case("an end in words", lambda door: bearer(door.token(exp="tomorrow")), "claims"),
    Case("an end that is true", lambda door: bearer(door.token(exp=True)), "claims"),
    Case("from the future", lambda door: bearer(door.token(nbf=at(door, 301))), "not_yet"),
    Case("issued in the future", lambda door: bearer(door.token(iat=at(door, 301))), "not_yet"),
    Case("a begin in words", lambda door: bearer(door.token(nbf="now")), "claims"),
    Case("no service URL", lambda door: bearer(door.token(serviceurl=None)), "service_url"),
    Case("another service URL", lambda door: bearer(door.token(serviceurl="https://evil.example/")), "service_url"),
    Case("a service URL that ours begins", lambda door: bearer(door.token(serviceurl=SERVICE + "x")), "service_url"),
    Case("a service URL in other letters", lambda door: bearer(door.token(serviceurl=SERVICE.upper())), "service_url"),
    Case("claims that are no JSON", lambda door: bearer(with_raw_payload(door, b"\xff")), "claims"),
    Case("claims that are a list", lambda door: bearer(with_raw_payload(door, b"[]")), "claims"),
    Case("claims of brackets", lambda door: bearer(with_raw_payload(door, b'{"x":' + b"[" * 3000)), "claims"),
)


@pytest.mark.parametrize("case", [*HEADERS, *HEADS, *SIGNATURES, *CLAIMS], ids=lambda case: case.what)
async def test_refused(door: Gate, case: Case) -> None:
    """A request is refused for its reason, each time, and for it nobody is asked but the publisher, once."""
    headers = case.headers(door)

    assert [await door.reason(*headers) for _time in range(2)] == [case.reason] * 2
    assert door.publisher.calls in ({}, {METADATA: 1, KEYS: 1})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "as the connector sends it"),
        ({"nbf": None}, "the vendor does not promise when it begins"),
        ({"iat": 1_700_000_000}, "nor sends when it was issued, but may"),
        ({"serviceurl": SERVICE.removesuffix("/")}, "a slash at the end says nothing"),
        ({"aud": APP.upper()}, "an app's id is a number in whatever letters"),
        ({"more": {"claims": ["that", "nobody", "reads"]}}, "further claims are allowed"),
    ],
)
async def test_let_in(door: Gate, changes: dict[str, Any], why: str) -> None:
    """What the connector may send is let in."""
    assert await door.reason(*bearer(door.token(**changes))) is None, why


async def test_the_scheme_is_written_in_any_case(door: Gate) -> None:
    """Schemes are names in any case (RFC 9110, section 11.1)."""
    assert await door.reason(f"bearer {door.token()}") is None


async def test_clocks_may_be_apart_by_the_skew(door: Gate) -> None:
    """A token is good until its end, and from its begin, give or take five minutes."""
    token = door.token(nbf=at(door, 300), iat=at(door, 300))

    assert await door.reason(*bearer(token)) is None
    assert await door.reason(*bearer(door.token(exp=at(door, -299)))) is None


ACTIVITIES: tuple[tuple[str, Mapping[str, object], str | None], ...] = (
    ("another channel", {"channelId": "webchat"}, "channel"),
    ("the channel in other letters", {"channelId": "MSTeams"}, "channel"),
    ("no channel", {"channelId": ""}, "channel"),
    ("another service URL", {"serviceUrl": "https://evil.example/"}, "service_url"),
    ("a service URL with a port", {"serviceUrl": "https://smba.example:444/emea/"}, "service_url"),
    ("a service URL with a name in front", {"serviceUrl": "https://a@smba.example/emea/"}, "service_url"),
    ("a path in other letters", {"serviceUrl": "https://smba.example/EMEA/"}, "service_url"),
    ("two slashes at its end", {"serviceUrl": SERVICE + "//"}, "service_url"),
    ("no service URL", {"serviceUrl": ""}, "service_url"),
    ("no slash at its end", {"serviceUrl": SERVICE.removesuffix("/")}, None),
    ("another tenant", {"channelData": {"tenant": {"id": OTHER_TENANT}}, "conversation": {}}, "tenant"),
    (
        "another tenant, by its conversation",
        {"channelData": None, "conversation": {"tenantId": OTHER_TENANT}},
        "tenant",
    ),
    ("two tenants, the first ours", {"conversation": {"tenantId": OTHER_TENANT}}, "tenant"),
    ("two tenants, the second ours", {"channelData": {"tenant": {"id": OTHER_TENANT}}}, "tenant"),
    ("a sender from another tenant", {"from": {"id": "29:eve", "tenantId": OTHER_TENANT}}, "tenant"),
    ("no tenant", {"channelData": None, "conversation": {}}, "tenant"),
    ("empty tenants", {"channelData": {"tenant": {"id": ""}}, "conversation": {"tenantId": ""}}, "tenant"),
    (
        "no tenant but the sender's",
        {"channelData": {}, "conversation": {}, "from": {"id": "29:eve", "tenantId": TENANT}},
        "tenant",
    ),
    ("our tenant by the conversation alone", {"channelData": {}}, None),
    ("our tenant in other letters", {"channelData": {"tenant": {"id": TENANT.upper()}}}, None),
    ("the sender's tenant is ours", {"from": {"id": "29:ann", "tenantId": TENANT}}, None),
)


@pytest.mark.parametrize(
    ("what", "changes", "reason"), ACTIVITIES, ids=[what for what, _changes, _reason in ACTIVITIES]
)
async def test_a_good_token_speaks_for_its_own_activities_only(
    door: Gate, what: str, changes: Mapping[str, object], reason: str | None
) -> None:
    """A token is held against each activity it comes with, also when it is known from before."""
    token = door.token()
    about: Activity = activity(**changes)

    assert await door.reason(*bearer(token), about=about) == reason
    assert await door.reason(*bearer(token)) is None
    assert await door.reason(*bearer(token), about=about) == reason
    assert door.publisher.calls == {METADATA: 1, KEYS: 1}


@pytest.mark.parametrize("endorsements", [(), ("webchat",), ("MSTEAMS",), ("msteams.evil", "xmsteams")])
async def test_a_key_speaks_for_the_channels_it_is_endorsed_for(door: Gate, endorsements: tuple[str, ...]) -> None:
    """A key of another channel signs nothing that comes from Teams."""
    other = Signer("other", key=1, endorsements=endorsements)
    door.publisher.publish(door.signer, other)

    assert await door.reason(*bearer(door.token(by=other))) == "endorsement"
    assert await door.reason(*bearer(door.token())) is None


async def test_a_service_url_is_never_taken_for_granted(door: Gate) -> None:
    """A token without one speaks for no activity, not even for one without."""
    for absent in (None, "", "/"):
        token = bearer(door.token(serviceurl=absent))
        assert await door.reason(*token, about=activity(serviceUrl="")) == "service_url"


async def test_further_tenants_are_named_in_the_settings() -> None:
    """People of every tenant that the settings name are let in, in whichever letters it is written."""
    async with gate() as door:
        door.admit(OTHER_TENANT.upper())
        about = activity(channelData={"tenant": {"id": OTHER_TENANT}}, conversation={"tenantId": OTHER_TENANT})

        assert await door.reason(*bearer(door.token()), about=about) is None
        assert (
            await door.reason(*bearer(door.token()), about=activity(conversation={"tenantId": OTHER_TENANT}))
            == "tenant"
        )
