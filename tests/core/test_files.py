"""Files are told of by names that strangers chose, and come to no harm by them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core.codec import Codec
from chatops.core.files import LONGEST_NAME, OCTETS, file_name, media_type
from chatops.core.message import MOST_FILES, File, Identity, Message, MessageRef, RoomRef
from chatops.testing.clock import ManualClock
from hostile_texts import hostile_texts

ROOM = RoomRef(network="fake", id="general")


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("till.log", "till.log"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\olga\\till.log", "till.log"),
        ("../../x", "x"),
        ("..", "file"),
        ("", "file"),
        ("a\x00b\r\nc.txt", "ab c.txt"),
        ("photo\u202egnp.exe", "photognp.exe"),
        (".env", "env"),
        ("Käse 漢字 👩.png", "Käse 漢字 👩.png"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("x" * 400 + ".tar.gz", "x" * 117 + ".gz"),
    ],
)
def test_a_name_is_cleaned(told: str, name: str) -> None:
    """Of paths, of what cannot be seen, and of too much; its ending stays."""
    assert file_name(told) == name


@settings(max_examples=50)
@given(st.text())
def test_whatever_the_name_it_is_one(told: str) -> None:
    """Cleaning it twice changes nothing."""
    name = file_name(told)
    assert 0 < len(name) <= LONGEST_NAME
    assert name.isprintable()
    assert not set(name) & set('/\\<>:"|?*')
    assert file_name(name) == name


def test_a_thousand_hostile_names_are_stored_and_read() -> None:
    """As they were cleaned."""
    codec, at = Codec([Message]), ManualClock().now()
    for text in hostile_texts():
        message = Message(
            ref=MessageRef(room=ROOM, id="m"),
            sender=Identity(network="fake", id="olga"),
            text="",
            at=at,
            files=(File(name=text, media_type=text, ref="f1"),),
        )
        again = codec.decode_as(Message, codec.encode(message))
        assert again == message
        assert again.files[0].name.isprintable()


@pytest.mark.parametrize(
    ("told", "kind"),
    [("Image/PNG; charset=x", "image/png"), ("", OCTETS), ("text/html<script>", OCTETS), ("a" * 200 + "/b", OCTETS)],
)
def test_a_media_type_is_one(told: str, kind: str) -> None:
    """Or that of what nobody knows."""
    assert media_type(told) == kind


def test_sizes_references_and_numbers_are_bounded() -> None:
    """What is out of bounds is not believed."""
    assert File(name="a", size=-1).size is None
    assert File(name="a", size=1 << 60).size is None
    assert File(name="a", ref="x" * 5000).closed == "elsewhere"
    assert File(name="a", ref="x\ny").ref == ""
    files = tuple(File(name=str(n)) for n in range(50))
    message = Message(
        ref=MessageRef(room=ROOM, id="m"),
        sender=Identity(network="fake", id="olga"),
        text="",
        at=ManualClock().now(),
        files=files,
    )
    assert len(message.files) == MOST_FILES
