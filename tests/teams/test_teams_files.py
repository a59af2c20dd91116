"""Files on Teams: which are told of, and where they are read from."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from chatops.core.message import File
from chatops.errors import Invalid, Missing
from chatops.ports.chat_files import FileReading
from teams_network.activity import decoded
from teams_network.addresses import may_be_told
from teams_network.attached import DOWNLOAD, attached
from teams_network.clouds import CLOUDS
from teams_simulator import TeamsSimulator
from teams_stage import served

SHAREPOINT = "https://contoso-my.sharepoint.com/_layouts/15/download.aspx?UniqueId=1&tempauth=x"


def told(*attachments: dict[str, Any]) -> tuple[File, ...]:
    """Return the files of a message with these attachments."""
    return attached(decoded(msgspec.json.encode({"type": "message", "attachments": list(attachments)})))


def download(url: object, name: object = "till.png", kind: object = "png") -> dict[str, Any]:
    """Return a file as Teams attaches it."""
    return {"contentType": DOWNLOAD, "name": name, "content": {"downloadUrl": url, "uniqueId": "1", "fileType": kind}}


def test_files_and_pictures_are_told_of() -> None:
    """The HTML form of the words, cards and quotations are none."""
    picture = {
        "contentType": "image/jpeg",
        "contentUrl": "https://smba.trafficmanager.net/amer/v3/attachments/1/views/x",
    }
    html = {"contentType": "text/html", "content": "<p><img src='https://evil.example/x'></p>"}
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": {"body": []}}
    files = told(html, download(SHAREPOINT), card, picture)
    assert [(file.name, file.media_type, file.ref.partition(" ")[0]) for file in files] == [
        ("till.png", "image/png", "file"),
        ("picture.jpeg", "image/jpeg", "picture"),
    ]


@pytest.mark.parametrize(
    "nonsense",
    [
        download(None),
        download(7),
        {"contentType": DOWNLOAD, "content": "x"},
        {"contentType": DOWNLOAD},
        {"contentType": "image/png", "contentUrl": {"a": 1}},
    ],
)
def test_nonsense_is_no_file(nonsense: dict[str, Any]) -> None:
    """And raises nothing."""
    assert told(nonsense) == ()


def test_names_are_data() -> None:
    """Also when they are missing."""
    files = told(
        download(SHAREPOINT, "../../x\u202e.png"),
        download(SHAREPOINT, None, "pdf"),
        download(SHAREPOINT, 3, 4),
        download(SHAREPOINT, None, None),
    )
    assert [file.name for file in files] == ["x.png", "file.pdf", "file.4", "file"]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://contoso.sharepoint.com/x",
        "https://contoso.sharepoint.com.evil.example/x",
        "https://user:pw@contoso.sharepoint.com/x",
        "https://evilsharepoint.com/x",
        "file:///etc/passwd",
        "https://169.254.169.254/latest",
    ],
)
def test_only_where_teams_keeps_files_is_asked(url: str) -> None:
    """Whoever wrote the address."""
    assert not may_be_told(url, CLOUDS["public"].file_hosts)
    assert may_be_told(SHAREPOINT, CLOUDS["public"].file_hosts)


async def _read(network: object, ref: str, most: int = 100) -> bytes:
    assert isinstance(network, FileReading)
    return b"".join([piece async for piece in network.read_file(ref, most=most)])


async def test_a_file_is_read_without_our_token(simulator: TeamsSimulator) -> None:
    """Its address is its own key, for some minutes; elsewhere nobody is asked."""
    address = simulator.file("a.log", b"it hangs")["content"]["downloadUrl"]
    async with served(simulator) as plugin:
        assert await _read(plugin.network, f"file {address}") == b"it hangs"
        [call] = simulator.asked("/files/")
        assert not call.authorization
        with pytest.raises(Invalid):
            await _read(plugin.network, f"file {address}", 7)
        simulator.files.clear()
        with pytest.raises(Missing):
            await _read(plugin.network, f"file {address}")
        before = len(simulator.calls)
        for ref in (address, "", "file https://evil.example/x", "picture https://evil.example/x"):
            with pytest.raises(Missing):
                await _read(plugin.network, ref)
        assert len(simulator.calls) == before


async def test_a_picture_is_read_with_our_token(simulator: TeamsSimulator) -> None:
    """From the Bot Connector, which asks for it."""
    address = simulator.file("a.png", b"\x89PNG")["content"]["downloadUrl"]
    async with served(simulator) as plugin:
        assert await _read(plugin.network, f"picture {address}") == b"\x89PNG"
        assert simulator.asked("/files/")[-1].authorization.startswith("Bearer ")
