"""`chatops doctor`, beside a running server and alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chatops.core.codec import Codec
from chatops.core.journal import Seal
from chatops.core.message import Person
from chatops.errors import Unreachable
from chatops.examining import Examination
from chatops.hookspecs import Checkup, Finding
from chatops.storage.folder import DataFolder
from chatops.storage.sqlite import SqliteStore
from chatops.storage.witness import Witness
from chatops.testing.clock import ManualClock
from chatops.testing.directory import FakeDirectory
from chatops.testing.network import FakeNetwork
from live_server import serving
from running import chatops

ADMIN = Person(id="ada", name="Ada", roles=frozenset({"admin"}))

PEOPLE = """
[[people]]
id = "ada"
name = "Ada"
roles = ["admin"]
identities = { console = "ada" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with settings and an admin."""
    settings = '[server]\nport = 0\n[log]\nformat = "text"\n[people]\nfile = "people.toml"\n'
    (tmp_path / "chatops.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "people.toml").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


@pytest.mark.timeout(90)
def test_all_is_well_alone_and_beside_a_server(folder: Path) -> None:
    """The same is looked at; beside a server it says where that runs."""
    alone = chatops("doctor", "--json", folder=folder)
    with serving(folder) as url:
        beside = chatops("doctor", "--json", folder=folder)

    assert (alone.code, alone.json["ok"], beside.code, beside.json["ok"]) == (0, True, 0, True)
    names = [[finding["name"] for finding in ran.json["findings"]] for ran in (alone, beside)]
    assert names[1] == ["settings", "server", *names[0][1:]]
    assert beside.json["findings"][1]["detail"] == f"running at {url}"


@pytest.mark.timeout(90)
def test_a_failure_is_told_with_what_to_do(folder: Path) -> None:
    """On the line below; and the command ends with 1."""
    chatops("doctor", folder=folder)
    (folder / "operator.token").chmod(0o644)
    (folder / "people.toml").write_text("", encoding="utf-8")

    ran = chatops("doctor", folder=folder)

    assert ran.code == 1
    assert "FAIL    data folder: others can open operator.token\n        chmod go= " in ran.out
    assert "FAIL    people: the directory is empty\n        Name the people in the settings: [people] file" in ran.out


@pytest.mark.timeout(90)
@pytest.mark.parametrize("settings", ["[server]\nprot = 1\n", '[plugins]\nenabled = ["nothing"]\n'])
@pytest.mark.faults
def test_settings_that_are_wrong_are_a_finding(folder: Path, settings: str) -> None:
    """What stops the start is what the doctor is asked about first."""
    (folder / "chatops.toml").write_text(settings, encoding="utf-8")

    ran = chatops("doctor", "--json", folder=folder)

    assert (ran.code, ran.json["ok"]) == (1, False)
    assert ran.json["findings"][-1]["state"] == "failure"


@pytest.mark.timeout(90)
def test_a_data_folder_that_is_not_there_is_found_missing(folder: Path) -> None:
    """Whoever stands in the wrong place does not hear that all is well, and leaves nothing behind there."""
    nowhere = folder / "nowhere"

    ran = chatops("doctor", "--config", str(folder / "chatops.toml"), folder=nowhere)

    assert ran.code == 1
    assert f"FAIL    data folder: there is none at {nowhere}\n" in ran.out
    assert not nowhere.exists()


@pytest.mark.timeout(90)
def test_a_server_that_does_not_answer_is_a_finding(folder: Path) -> None:
    """It holds the data folder, and that is all one hears of it."""
    held = DataFolder(folder, url="http://127.0.0.1:9")
    try:
        ran = chatops("doctor", "--json", folder=folder)
    finally:
        held.release()

    assert (ran.code, ran.json["ok"]) == (1, False)
    server = ran.json["findings"][-1]
    assert (server["name"], server["state"]) == ("server", "failure")
    assert "does not answer" in server["detail"]


class Surgery:
    """An examination of parts a test has made."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(datetime.now(UTC))
        self.folder = DataFolder(folder)
        self.store = SqliteStore(
            self.folder.database,
            Codec(),
            Seal(self.folder.journal_key),
            self.clock,
            witness=self.folder.anchor,
        )
        self.directory = FakeDirectory([ADMIN])
        self.network = FakeNetwork()

    async def findings(self, *looks: Callable[[], Awaitable[Sequence[Finding]]]) -> dict[str, Finding]:
        """Examine once, with these checkups."""
        checkups = [Checkup(name=f"look {number}", run=look) for number, look in enumerate(looks)]
        examine = Examination(
            folder=self.folder,
            store=self.store,
            directory=self.directory,
            systems=(),
            networks=[self.network],
            checkups=checkups,
            clock=self.clock,
        )
        return {finding.name: finding for finding in await examine()}


@pytest.fixture
async def surgery(tmp_path: Path) -> AsyncIterator[Surgery]:
    """Opened and closed."""
    async with _opened(tmp_path) as made:
        yield made


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[Surgery]:
    made = await asyncio.to_thread(Surgery, folder)
    await made.store.open()
    yield made
    await made.store.close()
    await asyncio.to_thread(made.folder.release)


async def test_a_checkup_that_breaks_or_fails_is_a_finding(surgery: Surgery) -> None:
    """It stops none of the others."""

    async def broken() -> Sequence[Finding]:
        message = "secret words"
        raise ValueError(message)

    async def fails() -> Sequence[Finding]:
        message = "the far end is silent"
        raise Unreachable(message)

    async def fine() -> Sequence[Finding]:
        return (Finding(name="fine", state="ok"),)

    found = await surgery.findings(broken, fails, fine)

    assert found["look 0"].detail == "could not be looked at (ValueError)"
    assert found["look 1"].detail == "the far end is silent"
    assert found["fine"].state == "ok"


async def test_what_takes_too_long_is_no_bug(surgery: Surgery) -> None:
    """A far end that hangs is called that."""
    started = asyncio.Event()

    async def hangs() -> Sequence[Finding]:
        started.set()
        await asyncio.Event().wait()
        return ()

    looking = asyncio.create_task(surgery.findings(hangs))
    await started.wait()
    surgery.clock.advance(timedelta(seconds=60))
    found = (await looking)["look 0"]

    assert found.detail == "not seen through within 60 s"
    assert "bug" not in found.fix


async def test_a_connection_that_is_down_is_a_failure(surgery: Surgery) -> None:
    """As its own check says."""
    surgery.network.down = Unreachable("no answer")

    assert (await surgery.findings())["connection"].state == "failure"


async def test_a_clock_that_was_put_back_is_found(surgery: Surgery) -> None:
    """It is behind what was written last."""
    folder = surgery.folder
    await asyncio.to_thread(lambda: Witness(folder.anchor, Seal(folder.journal_key)).begin("test", surgery.clock.now()))
    surgery.clock.jump(surgery.clock.now() - timedelta(hours=1))

    found = (await surgery.findings())["clock"]

    assert (found.state, found.fix) == ("failure", "Set this machine's clock by NTP.")
    assert "3600 s behind" in found.detail


async def test_an_anchor_file_that_was_edited_is_found(surgery: Surgery) -> None:
    """And the command that shows the rest."""
    anchor = surgery.folder.anchor
    await asyncio.to_thread(anchor.write_text, "{}")

    found = (await surgery.findings())["journals"]

    assert (found.state, found.fix) == ("failure", "See all there is to find: chatops audit verify")


async def test_nobody_to_tell_is_a_warning(surgery: Surgery) -> None:
    """Somebody must hear when a connection is lost."""
    surgery.directory = FakeDirectory([Person(id="anna", name="Anna", roles=frozenset({"agent"}))])

    assert (await surgery.findings())["people"].state == "warning"


async def test_what_two_parts_say_in_the_same_words_is_said_once(surgery: Surgery) -> None:
    """By the first of them. Parts that are well are all named."""

    async def look(name: str, detail: str) -> Sequence[Finding]:
        well = Finding(name=f"{name} itself", state="ok")
        return (Finding(name=name, state="failure", detail=detail, fix="Mend it."), well)

    findings = await surgery.findings(
        lambda: look("one", "broken"), lambda: look("two", "broken"), lambda: look("three", "torn")
    )

    assert {"one", "three", "one itself", "two itself", "three itself"} <= findings.keys()
    assert "two" not in findings
