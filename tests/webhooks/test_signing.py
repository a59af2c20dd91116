"""Signatures: what our own code makes and takes is what the standard's library makes and takes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from chatops.core.frozen import replace
from chatops.errors import StartError
from chatops.webhooks.signing import Signed, read_secrets, sign, verified

KEY, OTHER = b"0123456789abcdef0123456789abcdef", b"fedcba9876543210fedcba9876543210"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

ids = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="."), min_size=1, max_size=40)


def oracle(secret: bytes) -> Webhook:
    return Webhook(f"whsec_{base64.b64encode(secret).decode()}")


def as_headers(signed: Signed) -> dict[str, str]:
    return {
        "webhook-id": signed.id,
        "webhook-timestamp": signed.timestamp,
        "webhook-signature": signed.signature,
    }


@settings(max_examples=50)
@given(id_=ids, body=st.text().map(str.encode), late=st.integers(-290, 290))
def test_the_library_takes_what_we_sign(id_: str, body: bytes, late: int) -> None:
    """Whatever the id and the body."""
    now = datetime.now(UTC)
    signed = sign([OTHER, KEY], id_, now + timedelta(seconds=late), body)

    oracle(KEY).verify(body, as_headers(signed), json_parse=False)
    assert verified([KEY], signed, body, now=now)


@settings(max_examples=50)
@given(id_=ids, body=st.text())
def test_we_take_what_the_library_signs(id_: str, body: str) -> None:
    """The other way round."""
    signature = oracle(KEY).sign(id_, NOW, body)
    signed = Signed(id=id_, timestamp=str(int(NOW.timestamp())), signature=signature)

    assert verified([KEY], signed, body.encode(), now=NOW)
    assert not verified([OTHER], signed, body.encode(), now=NOW)


@pytest.mark.parametrize(("late", "taken"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_five_minutes_either_way(late: int, taken: bool) -> None:  # noqa: FBT001
    """To the second, as the library has it."""
    signed = sign([KEY], "msg_1", NOW, b"{}")

    assert verified([KEY], signed, b"{}", now=NOW + timedelta(seconds=late)) is taken


def test_either_of_two_keys_is_taken() -> None:
    """While a sender changes from one to the other."""
    old, new = sign([OTHER], "msg_1", NOW, b"{}"), sign([KEY], "msg_1", NOW, b"{}")

    assert [verified([KEY, OTHER], one, b"{}", now=NOW) for one in (old, new)] == [True, True]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "msg_2"},
        {"id": "msg_1.1"},
        {"id": ""},
        {"timestamp": "0"},
        {"timestamp": "\uff11\uff17"},
        {"timestamp": "1_0"},
        {"timestamp": "9" * 4000},
        {"signature": ""},
        {"signature": "v1,"},
        {"signature": "v1"},
        {"signature": "v2,abc"},
        {"signature": "ü"},
    ],
)
def test_anything_else_is_not_taken(change: dict[str, str]) -> None:
    """And nothing breaks."""
    assert not verified([KEY], replace(sign([KEY], "msg_1", NOW, b"{}"), **change), b"{}", now=NOW)


def test_a_signature_is_written_in_one_way_only() -> None:
    """Base64 can say the same bytes otherwise; that is no second message."""
    signed = sign([KEY], "msg_1", NOW, b"{}")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = signed.signature[-2]
    other = signed.signature[:-2] + letters[letters.index(last) ^ 1] + "="

    assert base64.b64decode(other[3:]) == base64.b64decode(signed.signature[3:])
    assert not verified([KEY], replace(signed, signature=other), b"{}", now=NOW)


def test_a_dot_cannot_move_from_the_id_to_the_body() -> None:
    """`a` at 1 saying `2.x` would be signed like `a.1` at 2 saying `x`."""
    with pytest.raises(ValueError, match="no id"):
        sign([KEY], "a.1", NOW, b"x")


def test_secrets_are_read_from_a_file(tmp_path: Path) -> None:
    """One a line; what is none is not repeated."""
    file = tmp_path / "secret"
    file.write_text(f"whsec_{base64.b64encode(KEY).decode()}\n{base64.b64encode(OTHER).decode()}\n")
    assert read_secrets(file, "hooks.x") == (KEY, OTHER)

    for words in ("", "whsec_short", "whsec_canary-canary-canary-canary-canary"):
        file.write_text(words)
        with pytest.raises(StartError, match="openssl rand") as told:
            read_secrets(file, "hooks.x")
        assert "canary" not in str(told.value)
    with pytest.raises(StartError, match="cannot be read"):
        read_secrets(tmp_path / "gone", "hooks.x")


def test_the_library_lets_a_message_pass_twice() -> None:
    """So remembering what came is ours; see test_hooks."""
    body = "{}"
    signed = sign([KEY], "msg_1", datetime.now(UTC), body.encode())

    oracle(KEY).verify(body, as_headers(signed))
    oracle(KEY).verify(body, as_headers(signed))
    with pytest.raises(WebhookVerificationError):
        oracle(OTHER).verify(body, as_headers(signed))
