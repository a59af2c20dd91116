"""The page about Matrix: what it lets people write is read as it says, and its table is the plugin's own."""

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
from chatops.settings import Settings
from chatops.testing.context import plugin_context
from chatops.testing.records import MemoryRecords
from local_tickets.plugin import LocalTickets
from matrix_network.account import Account
from matrix_network.doctor_limits import limited
from matrix_network.plugin import MatrixNetwork
from matrix_network.settings import MatrixSettings, read
from transcripts import blocks
from tree import ROOT

PAGE = ROOT / "docs/how-to/matrix-bot.md"
RUN = ROOT / "docs/how-to/run-it.md"
ROW = re.compile(r"^\| (`[^|]+) \| ([^|]*)\|", re.MULTILINE)


def rows() -> Iterator[tuple[str, str]]:
    """Yield each setting of the table with its default, as they are written."""
    for names, defaults in ROW.findall(PAGE.read_text(encoding="utf-8")):
        yield from zip(re.findall("`([^`]*)`", names), re.findall("`([^`]*)`", defaults) or [""], strict=True)


def shown(value: object) -> str:
    """Return a default as the table writes it: an empty text is an empty cell."""
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
    return str(value)


def tables(page: Path) -> list[Mapping[str, Any]]:
    """Return what the page's TOML blocks say."""
    return [tomllib.loads(block.text) for block in blocks(page) if block.words[:1] == ("toml",)]


def test_the_table_is_the_plugins_own() -> None:
    """Every setting with its default, and none that is not there."""
    defaults = MatrixSettings()
    own = {name: shown(getattr(defaults, name)) for name in MatrixSettings.__struct_fields__}
    changed = {
        name: shown(getattr(defaults.invitations, name))
        for name in defaults.invitations.__struct_fields__
        if getattr(defaults.invitations, name)
    }
    own["invitations"] = ", ".join(f"{name} = {value}" for name, value in changed.items())

    assert dict(rows()) == own


@pytest.mark.parametrize("number", range(len(tables(PAGE))))
def test_each_piece_of_settings_is_taken(number: int) -> None:
    """By the program, or by the plugin. A person's line stands for itself."""
    table = tables(PAGE)[number]
    if "identities" in table:
        assert table["identities"]["matrix"] == "@erin:example.org"
        return
    settings = Settings.model_validate(table)
    told = dict(table.get("plugins", {})).get("matrix_network", {})
    assert "matrix_network" in settings.plugins.enabled or told
    for name, value in msgspec.to_builtins(read("matrix_network", told)).items():
        assert name not in told or isinstance(told[name], dict) or value == told[name]


def typed() -> list[list[str]]:
    """Return the words of each shell command of the page, without what stands behind `<`."""
    texts = [block.text.replace("\\\n", " ") for block in blocks(PAGE) if block.words[:1] == ("sh",)]
    return [shlex.split(line.partition(" < ")[0]) for text in texts for line in text.splitlines()]


def test_the_admins_request_is_the_one_doctor_proposes() -> None:
    """Which is tried on a real homeserver (`tests/matrix/test_doctor.py`)."""
    account = Account(homeserver="https://matrix.example.org", user="@chatops:example.org", device="D")
    proposed = limited(account, 1.0).fix.partition(": ")[2].partition(" If ")[0]

    (curl,) = [words for words in typed() if words[0] == "curl"]

    assert curl == shlex.split(proposed)


async def test_the_tools_take_what_the_page_types() -> None:
    """Each use of a tool has only options that it knows."""
    plugin = MatrixNetwork(plugin_context())
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
    uses = [toolbox.read("matrix", words[2:]) for words in typed() if words[:2] == ["chatops", "matrix"]]

    assert [use.tool for use in uses] == ["login", "login"]
    for use in uses:
        assert toolbox.given(toolbox.choose("matrix", use, described), use) == {"user": "@chatops:example.org"}


async def test_the_case_of_the_page_can_be_opened(tmp_path: Path) -> None:
    """`local:1001`, which the page about Matrix opens a swarm for, is in the file that the page before shows."""
    (block,) = [block for block in blocks(RUN) if block.words[1:] == ("chatops-data/cases.toml",)]
    (tmp_path / "cases.toml").write_text(block.text, encoding="utf-8")
    context = plugin_context({"seed": "cases.toml"}, records=MemoryRecords(), folder=tmp_path)
    system = LocalTickets(context).system

    ticket = await system.get(await system.resolve("1001"))

    assert "!swarm open local:1001" in PAGE.read_text(encoding="utf-8")
    assert ticket.subject == "Refund loops"
