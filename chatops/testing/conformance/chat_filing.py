"""Files that come with messages: told of with them, read when somebody asks."""

from __future__ import annotations

import pytest

from chatops.core.files import OCTETS
from chatops.core.message import File, Message
from chatops.errors import Invalid, PortError
from chatops.ports.chat_files import FileReading
from chatops.testing.conformance.chat_stage import ChatStage, Heard, fresh

HOSTILE_NAMES = ("../../etc/passwd", "a\x00b\r\nc.txt", "<img src=x onerror=alert(1)>.png", "\u202etxt.exe", "x" * 400)


async def content(network: object, file: File, most: int = 1_000_000) -> bytes:
    """Return what is in a file."""
    assert isinstance(network, FileReading), "a network with files can read them"
    return b"".join([piece async for piece in network.read_file(file.ref, most=most)])


class Filing:
    """`Message.files` and `read_file`, where the network has `files`."""

    def _has_files(self, stage: ChatStage) -> None:
        if not stage.network.capabilities.files:
            pytest.skip("the network tells of no files")

    async def test_a_file_comes_with_its_message(self, stage: ChatStage, heard: Heard) -> None:
        """By name, media type and size; what is in it can be read, more than once, and never came along."""
        self._has_files(stage)
        raw = b"\x00\xff it hangs " * 500
        ref = await stage.send_file(stage.ann, stage.room, "till.log", raw, "text/plain")
        [message] = await heard.until(bool)
        assert isinstance(message, Message)
        assert message.ref == ref
        [file] = message.files
        assert (file.name, file.closed) == ("till.log", "")
        assert file.media_type in {"text/plain", OCTETS}, "some networks do not tell"
        assert file.size in {None, len(raw)}
        for _time in range(2):
            assert await content(stage.network, file) == raw

    async def test_words_and_a_file_come_together(self, stage: ChatStage, heard: Heard) -> None:
        """A command that a file is sent with is one."""
        self._has_files(stage)
        await stage.send_file(stage.ann, stage.room, "a.log", b"x", "text/plain", text=f"{stage.prefix}case attach")
        [message] = await heard.until(bool)
        assert isinstance(message, Message)
        assert (message.addressed, message.text) == (True, "case attach")
        assert [file.name for file in message.files] == ["a.log"]

    async def test_talk_has_no_files(self, stage: ChatStage, heard: Heard) -> None:
        """Whatever its words are."""
        await stage.say(stage.ann, stage.room, "till.log")
        [message] = await heard.until(bool)
        assert isinstance(message, Message)
        assert message.files == ()

    async def test_no_more_is_read_than_was_asked_for(self, stage: ChatStage, heard: Heard) -> None:
        """Exactly as much is not too much."""
        self._has_files(stage)
        await stage.send_file(stage.ann, stage.room, "a.log", b"x" * 5000, "text/plain")
        [message] = await heard.until(bool)
        assert isinstance(message, Message)
        assert len(await content(stage.network, message.files[0], 5000)) == 5000
        with pytest.raises(Invalid):
            await content(stage.network, message.files[0], 4999)

    async def test_a_file_that_is_not_there_is_not_read(self, stage: ChatStage, heard: Heard) -> None:
        """Whatever the reference looks like: it is an error of the port, and no byte comes."""
        self._has_files(stage)
        for ref in (fresh(), "", "../secret", "https://127.0.0.1:1/x", "mxc://nowhere.invalid/../x"):
            with pytest.raises(PortError):
                await content(stage.network, File(name="a", ref=ref))

    @pytest.mark.parametrize("name", HOSTILE_NAMES)
    async def test_names_are_data(self, stage: ChatStage, heard: Heard, name: str) -> None:
        """Without paths and control characters, and not without end."""
        self._has_files(stage)
        await stage.send_file(stage.ann, stage.room, name, b"x", "text/plain")
        [message] = await heard.until(bool)
        assert isinstance(message, Message)
        [file] = message.files
        assert file.name.isprintable()
        assert not set(file.name) & set("/\\<>\u202e")
        assert 0 < len(file.name) <= 120
