"""What operators do on the command line."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatops.errors import OutcomeUnknown
from chatops.ports.chat import RoomSpec
from chatops.testing.context import FakeWeb
from teams_bot import PlainBot
from teams_faults import Fault
from teams_network.tools import FILE, TeamsTools, ToolFailed
from teams_rooms import RoomStage, made
from teams_simulator import TeamsSimulator


class PublicWeb(FakeWeb):
    """A server people reach by https."""

    base_url = "https://chatops.example"


@pytest.fixture
async def stage(simulator: TeamsSimulator, plain_bot: PlainBot) -> AsyncIterator[RoomStage]:
    """A server with everything in order."""
    stage = await made(simulator, plain_bot)
    yield stage
    await stage.close()


def tools_of(stage: RoomStage, folder: Path) -> TeamsTools:
    """Its tools."""
    return TeamsTools(
        stage.settings,
        tokens=stage.tokens,
        secrets=stage.secrets,
        saga=stage.parts.saga,
        web=PublicWeb(),
        clock=stage.clock,
        folder=folder,
        commands=lambda: frozenset({"swarm open"}),
    )


async def test_the_package_is_written_where_it_is_wanted(stage: RoomStage, tmp_path: Path) -> None:
    """With a version that rises, or the one that was given; what it asks for is said."""
    tools = tools_of(stage, tmp_path)
    said = await tools.manifest({"file": "", "version": ""})
    assert str(tmp_path / "teams-app.zip") in said
    assert "version 2026.3.20900" in said
    assert "Chat.Manage.Chat: " in said
    said = await tools.manifest({"file": str(tmp_path / "other.zip"), "version": "1.2.3"})
    assert "version 1.2.3" in said
    assert zipfile.is_zipfile(tmp_path / "other.zip")


@pytest.mark.parametrize(("file", "version"), [("missing/x.zip", ""), ("", "one")])
async def test_what_cannot_be_written_is_said(stage: RoomStage, tmp_path: Path, file: str, version: str) -> None:
    """A folder that is not there, a version that is none."""
    with pytest.raises(ToolFailed):
        await tools_of(stage, tmp_path).manifest({"file": file, "version": version})
    assert not (tmp_path / FILE).exists()


async def test_a_secret_is_kept_and_tried(stage: RoomStage, tmp_path: Path) -> None:
    """A wrong one is said to be wrong; it is never shown."""
    tools = tools_of(stage, tmp_path)
    said = await tools.secret({"secret": "not-the-one"})
    assert ("No token" in said, "not-the-one" in said) == (True, False)
    said = await tools.secret({"secret": f" {stage.simulator.secret}\n"})
    assert "Entra gives us a token" in said
    assert await stage.secrets.read("client_secret") == stage.simulator.secret


@pytest.mark.parametrize("secret", ["", "5f1f5a3e-8f6c-4e0b-9c35-0f6a1f0d7b11"])
async def test_what_is_no_secret_is_not_kept(stage: RoomStage, tmp_path: Path, secret: str) -> None:
    """Nothing, and the id that stands beside the secret in the portal."""
    with pytest.raises(ToolFailed):
        await tools_of(stage, tmp_path).secret({"secret": secret})
    assert await stage.secrets.read("client_secret") == stage.simulator.secret


async def test_status_names_half_open_rooms(stage: RoomStage, tmp_path: Path) -> None:
    """What is done, what is not known, and why; never the secret."""
    ann = stage.simulator.world.user("Ann")
    stage.simulator.faults.add(Fault(method="POST", path="/graph/v1.0/chats$", reset="after"))
    with pytest.raises(OutcomeUnknown):
        await stage.rooms.open_room(RoomSpec(title="Loops", members=(stage.identity(ann),)), key="k")
    said = await tools_of(stage, tmp_path).status({})
    assert "'Loops' (chat)" in said
    assert "tried once; done: nothing; not known: chat." in said
    assert stage.simulator.secret not in said
    await stage.rooms.open_room(RoomSpec(title="Loops", members=(stage.identity(ann),)), key="k")
    assert "Loops" not in await tools_of(stage, tmp_path).status({})


def test_the_tools_have_names_of_their_own(stage: RoomStage, tmp_path: Path) -> None:
    """The secret is never typed where others could read it."""
    tools = tools_of(stage, tmp_path).tools()
    assert [(tool.group, tool.name) for tool in tools] == [
        ("teams", "manifest"),
        ("teams", "secret"),
        ("teams", "status"),
    ]
    assert [option.secret for tool in tools for option in tool.options] == [False, False, True]
