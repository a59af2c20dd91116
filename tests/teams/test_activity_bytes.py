"""Anybody may post bytes at the door; those that are no activity are told apart without a fault."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams_network.activity import Activity, decoded


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"{}",
        b'{"type":"\xff"}',
        b'{"type":"x","text":"\xc3"}',
        b'{"type":"\\ud800"}',
        b'{"type":1}',
        b'{"type":"x","from":[]}',
        b'{"type":"x","value":' + b"[" * 100_000,
        b'{"type":"x","unread":' + b'{"a":' * 40_000,
    ],
)
def test_what_is_no_activity_is_one_kind_of_error(body: bytes) -> None:
    """Bytes that are no text, wrong types and nesting without end among them."""
    with pytest.raises(msgspec.MsgspecError):
        decoded(body)


@given(st.one_of(st.binary(), st.binary().map(lambda raw: b'{"type":"' + raw + b'"}')))
def test_any_bytes_are_an_activity_or_that_error(body: bytes) -> None:
    """Nothing else comes of them."""
    try:
        made = decoded(body)
    except msgspec.MsgspecError:
        return
    assert isinstance(made, Activity)
