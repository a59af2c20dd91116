"""The app package keeps to Microsoft's published schema, and asks for nothing that is not used."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft7Validator

from chatops.testing.context import FakeWeb
from needs import lacking
from teams_network.actions import ACTIONS, offered
from teams_network.consents import reasons
from teams_network.icons import color_icon, outline_icon
from teams_network.manifest import SCHEMA, VERSION, BadManifest, manifest, package
from teams_network.settings import TeamsSettings, read

APP = "5f1f5a3e-8f6c-4e0b-9c35-0f6a1f0d7b11"
TENANT = "0b8f3f0c-6f0e-4a52-8d0c-3e1c2f4b5a66"

SCHEMAS = Path(__file__).parent / "js/node_modules/@microsoft/app-manifest/build/json-schemas/teams"


class PublicWeb(FakeWeb):
    """A server people reach by https."""

    base_url = "https://chatops.example"


def settings(**more: object) -> TeamsSettings:
    """Settings with what a test is about."""
    return read("teams_network", {"app_id": APP, "tenant": TENANT, **more})


@pytest.mark.may_block
@pytest.mark.parametrize("version", [VERSION, "1.30"])
@pytest.mark.parametrize("rooms", [{}, {"public": "channel", "teams": [TENANT]}])
def test_it_keeps_to_the_published_schema(rooms: dict[str, object], version: str) -> None:
    """That of the version it names; and it says nothing the newest one does not know."""
    if not SCHEMAS.is_dir():
        lacking("@microsoft/app-manifest (npm)", how="scripts/setup js")
    told = dict(manifest(settings(rooms=rooms), PublicWeb(), "1.2.3"))
    schema = json.loads((SCHEMAS / f"v{version}/MicrosoftTeams.schema.json").read_text(encoding="utf-8"))
    told |= {"manifestVersion": version, "$schema": SCHEMA.replace(VERSION, version)}
    kind = Draft4Validator if "draft-04" in schema["$schema"] else Draft7Validator
    assert [error.message for error in kind(schema).iter_errors(told)] == []


def test_it_asks_for_what_is_used() -> None:
    """And not to hear everything when the settings say no."""
    assert set(reasons(settings(manifest={"all_messages": False}))) == {"Chat.Manage.Chat"}
    channel = reasons(settings(rooms={"public": "channel"}))
    assert {"Channel.Create.Group", "ChannelSettings.Read.Group", "ChatMessage.Read.Chat"} <= set(channel)
    told = manifest(settings(), PublicWeb(), "1.2.3")
    asked = told["authorization"]["permissions"]["resourceSpecific"]
    assert [one["name"] for one in asked] == sorted(reasons(settings()))


def test_the_menu_is_what_the_door_knows() -> None:
    """Every action once, by its id, in the places it declares; Teams takes ten commands."""
    [extension] = manifest(settings(), PublicWeb(), "1.2.3")["composeExtensions"]
    shown = {one["id"]: one for one in extension["commands"]}
    assert len(shown) == len(extension["commands"]) <= 10
    for action in ACTIONS:
        assert (shown[action.id]["context"], shown[action.id]["fetchTask"]) == (list(action.where), True)
    assert shown["people"]["type"] == "query"


def test_the_menu_offers_only_what_the_server_can_do() -> None:
    """An action without its command would only disappoint."""
    told = manifest(settings(), PublicWeb(), "1.2.3", offered({"swarm open", "help"}))
    assert [one["id"] for one in told["composeExtensions"][0]["commands"]] == ["swarm", "people"]


@pytest.mark.parametrize(
    ("table", "setting"),
    [
        ({"app_id": "no guid"}, "app_id"),
        ({"manifest": {"id": "x"}}, r"manifest\.id"),
        ({"manifest": {"name": "n" * 31}}, r"manifest\.name"),
        ({"manifest": {"name": ""}}, r"manifest\.name"),
        ({"manifest": {"developer": "d" * 33}}, r"manifest\.developer"),
        ({"manifest": {"accent": "blue"}}, r"manifest\.accent"),
        ({"manifest": {"website": "http://x.example"}}, r"manifest\.website"),
        ({"manifest": {"privacy": "ftp://x.example"}}, r"manifest\.privacy"),
    ],
)
def test_what_teams_would_refuse_is_named(table: dict[str, object], setting: str) -> None:
    """By its setting, before anything is written."""
    with pytest.raises(BadManifest, match=f"^{setting} "):
        manifest(settings(**table), PublicWeb(), "1.2.3")


def test_a_server_without_https_has_no_website() -> None:
    """Then the setting has to name one."""
    with pytest.raises(BadManifest, match=r"manifest\.website"):
        manifest(settings(), FakeWeb(), "1.2.3")
    urls = {"website": "https://a.example", "privacy": "https://b.example", "terms": "https://c.example"}
    told = manifest(settings(manifest=urls), FakeWeb(), "1.2.3")
    assert set(told["developer"].values()) == {"chatops", *urls.values()}


def test_the_package_is_a_zip_of_three_files() -> None:
    """The same for the same settings, byte by byte."""
    raw = package(settings(), PublicWeb(), "1.2.3")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert json.loads(archive.read("manifest.json"))["version"] == "1.2.3"
    assert package(settings(), PublicWeb(), "1.2.3") == raw


def pixels(raw: bytes) -> tuple[int, int, list[tuple[int, ...]]]:
    """Width, height and the (red, green, blue, alpha) of each pixel of a PNG as we write them; checks every sum."""
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    rest = raw[8:]
    while rest:
        [length] = struct.unpack(">I", rest[:4])
        kind, data, [told] = rest[4:8], rest[8 : 8 + length], struct.unpack(">I", rest[8 + length : 12 + length])
        assert zlib.crc32(kind + data) == told
        chunks[kind] = data
        rest = rest[12 + length :]
    width, height, depth, color, *_methods = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert (depth, color, b"IEND" in chunks) == (8, 6, True)
    rows = zlib.decompress(chunks[b"IDAT"])
    line = width * 4 + 1
    assert len(rows) == line * height
    found: list[Any] = []
    for row in range(height):
        assert rows[row * line] == 0
        one = rows[row * line + 1 : (row + 1) * line]
        found += [tuple(one[at : at + 4]) for at in range(0, len(one), 4)]
    return width, height, found


def test_the_colored_icon_fills_its_square() -> None:
    """192 by 192 pixels in the color of the settings, and something white on it."""
    width, height, found = pixels(color_icon("#2B5797"))
    assert (width, height) == (192, 192)
    assert {pixel[3] for pixel in found} == {255}
    assert (found[0][:3], (255, 255, 255, 255) in found) == ((0x2B, 0x57, 0x97), True)


def test_the_outline_is_white_on_nothing() -> None:
    """32 by 32 pixels, as Teams wants it."""
    width, height, found = pixels(outline_icon())
    assert (width, height) == (32, 32)
    assert {pixel[:3] for pixel in found if pixel[3]} == {(255, 255, 255)}
    assert {0, 255} <= {pixel[3] for pixel in found}
    assert found[0][3] == 0
