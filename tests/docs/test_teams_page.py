"""The page about Teams: what it lets people write is read as it says, its tables and tools are the plugin's own."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chatops import toolbox
from chatops.calling import Described, Option
from chatops.people.roster import read_company
from chatops.settings import Settings
from chatops.testing.context import plugin_context
from teams_network import permissions
from teams_network.consents import reasons
from teams_network.door import PATH
from teams_network.needs import wanted
from teams_network.permissions import Need
from teams_network.plugin import TeamsNetwork
from teams_network.settings import TeamsSettings, read
from teams_network.unauthorized import Reason
from transcripts import blocks
from tree import ROOT

PAGE = ROOT / "docs/how-to/teams-bot.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROW = re.compile(r"^\| (`[^|]+) \| ([^|]*)\|", re.MULTILINE)
IDS: Mapping[str, Any] = {
    "app_id": "00000000-0000-0000-0000-00000000000a",
    "tenant": "00000000-0000-0000-0000-00000000000b",
}
ALL = read(
    "teams_network",
    {**IDS, "rooms": {"public": "channel", "others": "thread", "teams": ["t"], "meeting_organizer": "o"}},
)
"""Settings that call for every permission."""


def section(title: str) -> str:
    """Return what stands below a heading, up to the next of its kind."""
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows() -> Iterator[tuple[str, str]]:
    """Yield each setting of the table with its default, as they are written."""
    for names, defaults in ROW.findall(section("All settings")):
        given = [one.strip() for one in re.findall("`([^`]*)`", defaults)]
        every = re.findall("`([^`]*)`", names)
        yield from zip(every, given or [""] * len(every), strict=True)


def own(settings: msgspec.Struct, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield each setting with its default, those in tables with the table's name."""
    for name in settings.__struct_fields__:
        match value := getattr(settings, name):
            case msgspec.Struct():
                yield from own(value, f"{name}.")
            case bool():
                yield f"{before}{name}", str(value).lower()
            case float():
                yield f"{before}{name}", f"{value:g}"
            case ():
                yield f"{before}{name}", ""
            case _:
                yield f"{before}{name}", str(value)


def tables() -> list[Mapping[str, Any]]:
    """Return what the page's TOML blocks say."""
    return [tomllib.loads(block.text) for block in blocks(PAGE) if block.words[:1] == ("toml",)]


def typed() -> list[list[str]]:
    """Return the words of each shell command of the page, without what stands behind `<` or `>`."""
    texts = [block.text for block in blocks(PAGE) if block.words[:1] == ("sh",)]
    return [shlex.split(re.split(" [<>] ", line)[0]) for text in texts for line in text.splitlines()]


def test_the_table_is_the_plugins_own() -> None:
    """Every setting with its default, and none that is not there."""
    assert dict(rows()) == dict(own(TeamsSettings(app_id="", tenant="")))


@pytest.mark.parametrize("number", range(len(tables())))
def test_each_piece_of_settings_is_taken(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the program and the plugin. A person's line stands for itself."""
    table = tables()[number]
    if "identities" in table:
        assert table["identities"]["teams"].keys() == {"tenant", "id"}
        return
    monkeypatch.chdir(tmp_path)
    (tmp_path / "teams.pem").touch()
    Settings.model_validate(table)
    told = dict(table["plugins"])["teams_network"]
    found = msgspec.json.decode(msgspec.json.encode(read("teams_network", {**IDS, **told})))
    for name, value in told.items():
        assert value.items() <= found[name].items() if isinstance(value, dict) else value == found[name]


def test_a_persons_line_is_an_identity(tmp_path: Path) -> None:
    """As the page writes it into people.toml, the person is known by tenant and object id."""
    (line,) = [block.text for block in blocks(PAGE) if block.text.startswith("identities")]
    file = tmp_path / "people.toml"
    file.write_text(f'[[people]]\nid = "erin"\nname = "Erin"\nroles = ["agent"]\n{line}', encoding="utf-8")

    (member,) = read_company(file).members

    (teams,) = [one for one in member.person.identities if one.network == "teams"]
    assert (teams.tenant, teams.id) == (IDS["tenant"], "00000000-0000-0000-0000-0000000000e1")


def test_every_permission_is_named_and_no_other() -> None:
    """The least of each need stands on the page, and what stands there as a permission is one we use."""
    everything = {one for one in vars(permissions).values() if isinstance(one, Need)}
    known = {role for need in everything for role in need.roles} | {need.consent for need in everything}
    needed = {one.need.roles[0] for one in wanted(ALL)} | {*reasons(ALL)}
    shown = set(re.findall(r"`([A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)+)`", TEXT))

    assert needed - shown == set()
    assert shown - known == set()


def test_the_first_table_is_what_chats_need() -> None:
    """With the settings as they are, nothing is asked for that the table of permissions does not have."""
    first = section("6. Grant permissions, the least first").partition("| in the package")[0]
    plain = read("teams_network", IDS)
    missing = [one.need.roles[0] for one in wanted(plain) if not one.need.consent and one.need.roles[0] not in first]

    assert missing == []


def test_the_endpoint_is_where_the_server_listens() -> None:
    """The address given to the Azure bot ends in the door's own path."""
    assert f"https://chatops.example.com{PATH}`" in TEXT
    assert f"`POST {PATH}`" in TEXT


async def test_the_tools_take_what_the_page_types() -> None:
    """Each use of a tool has only options that it knows."""
    plugin = TeamsNetwork(plugin_context(dict(IDS)))
    described = [
        Described(
            group=tool.group,
            name=tool.name,
            help=tool.help,
            options=tuple(
                Option(name=one.name, help=one.help, default=one.default, secret=one.secret) for one in tool.options
            ),
        )
        for tool in plugin.tools.tools()
    ]
    await plugin.network.close()
    uses = [toolbox.read("teams", words[2:]) for words in typed() if words[:2] == ["chatops", "teams"]]

    assert [use.tool for use in uses] == ["secret", "secret", "manifest"]
    for use in uses:
        given = toolbox.given(toolbox.choose("teams", use, described), use)
        assert given.get("file", "teams-app.zip") == "teams-app.zip"


def test_reasons_in_the_table_of_trouble_are_those_of_the_log() -> None:
    """Words that the page explains for 401 are words that the door writes."""
    (line,) = [one for one in section("When something is wrong").splitlines() if "and 401" in one]
    explained = set(re.findall(r"`([a-z_]+)`", line)) - {"app_id", "more_tenants"}

    assert len(explained) >= 8
    assert explained <= {*Reason}
