"""The pages about servers and replicas: what they tell to type exists, what they tell to set is a setting."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import typer

from chatops.cli import cli
from chatops.settings import Settings
from chatops.storage.folder import OPERATOR_TOKEN
from deployed import rules
from transcripts import blocks
from tree import ROOT

MANY = ROOT / "docs/how-to/many-processes.md"
SERVERS = ROOT / "docs/how-to/on-servers.md"
REPLICAS = ROOT / "docs/explanation/replicas.md"
PAGES = (MANY, SERVERS, REPLICAS)
FILES = {OPERATOR_TOKEN, "database.password"}
"""Names of files that look like settings."""


def typed(page: Path) -> Iterator[Sequence[str]]:
    """Yield each command line of the page's shell blocks, and the code in its text that begins with `chatops` or `sudo`."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in blocks(page) if block.words[:1] == ("sh",) for line in block.text.splitlines()]
    for line in [*lines, *re.findall(r"`((?:chatops|sudo) [^`]+)`", text)]:
        yield shlex.split(line)


def chatops_words(words: Sequence[str]) -> list[str] | None:
    """Return what stands behind `chatops`; None when it is another program's line."""
    places = [place for place, word in enumerate(words) if word.endswith("/bin/chatops")]
    if words[0] == "chatops":
        places = [0]
    return list(words[places[0] + 1 :]) if places else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_exists(page: Path) -> None:
    """With the options it is given."""
    for words in typed(page):
        asked = chatops_words(words)
        if asked is None:
            continue
        command = typer.main.get_command(cli)
        while asked and hasattr(command, "commands"):
            assert asked[0] in command.commands, words
            command = command.commands[asked.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in asked if word.startswith("--")} <= known, words


def test_the_pages_name_commands_at_all() -> None:
    """The comparison itself finds something to compare."""
    asked = [words for page in (MANY, SERVERS) for line in typed(page) if (words := chatops_words(line))]

    assert ["db", "copy", "--to", "sqlite"] in asked
    assert ["db", "backup", "backups/"] in asked
    assert any(words[0] == "do" for words in asked)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_file_that_is_typed_is_there(page: Path) -> None:
    """What lies in `deploy/` and the locks, under the names the page gives."""
    for words in typed(page):
        for word in words:
            if re.match(r"(\./)?deploy/|requirements", word):
                assert (ROOT / word).exists(), word
    for named in re.findall(r"`(deploy/[\w./-]+)`", page.read_text(encoding="utf-8")):
        made = {"deploy/compose/secrets", "deploy/compose/settings"}  # by `prepare`
        assert named in made or (ROOT / named).exists(), named


@pytest.mark.parametrize("page", [MANY, SERVERS], ids=lambda page: page.stem)
def test_every_piece_of_settings_is_taken(page: Path) -> None:
    """By the program."""
    pieces = [tomllib.loads(block.text) for block in blocks(page) if block.words[:1] == ("toml",)]

    assert pieces
    for piece in pieces:
        Settings.model_validate(piece)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_setting_that_is_named_is_one(page: Path) -> None:
    """`database.writers` and the like."""
    settings = Settings.model_construct().model_dump()
    sections = "|".join(settings)
    for section, key in re.findall(rf"`({sections})\.(\w+)`", page.read_text(encoding="utf-8")):
        assert f"{section}.{key}" in FILES or key in settings[section], f"{section}.{key}"


def test_every_alert_is_told_what_to_do_about() -> None:
    """The table of the page has each rule, and no other."""
    told = re.findall(r"`(Chatops\w+)`", MANY.read_text(encoding="utf-8"))

    assert sorted(told) == sorted(rule["alert"] for rule in rules())
