"""Files in the console: sent by a form, kept under names of ours, handed out to be kept and never to be shown."""

from __future__ import annotations

import asyncio
import io
import os
import re
from pathlib import Path

import pytest

import console_stage
from chatops.core.message import Message
from chatops.errors import SettingsError
from chatops.testing.clock import ManualClock
from chatops.testing.replicas import Exchange
from console_network.routes import MOST_BODY
from console_network.uploads import LARGEST, MOST_OF_ONE, Uploads
from console_stage import Stage
from console_tab import Tab, TabMaker, form_with
from hostile_texts import hostile_texts
from http_client import Browser, browsing


def kept(folder: Path) -> list[str]:
    """Return what lies in the folder of files."""
    where = folder / "console-files"
    return sorted(one.name for one in where.iterdir()) if where.exists() else []


async def test_a_file_is_sent_and_handed_out(stage: Stage, tab: TabMaker, tmp_path: Path) -> None:
    """To everybody in the room, as something to keep: no browser guesses what is in it."""
    anna, ben = tab("agent-1"), tab("expert-1")
    answer = await anna.upload("r/general/say", ("till <b>.html", b"<script>alert(1)</script>"), text="Look")
    assert answer.status == 303
    [message] = await stage.inbox.until(1)
    assert isinstance(message, Message)
    [file] = message.files
    assert (file.name, file.media_type, file.size) == ("till _b_.html", "text/html", 25)
    assert kept(tmp_path) == [file.ref]

    page = await ben.open()
    found = re.search(r'href="(/console/expert-1/m/[^"]+/files/0)"', page)
    assert found is not None
    assert "till _b_.html" in page
    handed = await ben.browser.get(found[1])
    assert (handed.status, handed.text) == (200, "<script>alert(1)</script>")
    assert handed.headers["Content-Type"] == "application/octet-stream"
    assert handed.headers["Content-Disposition"] == "attachment; filename*=UTF-8''till%20_b_.html"
    assert handed.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in handed.headers["Content-Security-Policy"]


async def test_a_file_needs_no_words(stage: Stage, tab: TabMaker) -> None:
    """And alone speaks to nobody."""
    assert (await tab("agent-1").upload("r/d-agent-1/say", ("a.log", b"x"), text="", live=True)).status == 204
    [message] = await stage.inbox.until(1)
    assert isinstance(message, Message)
    assert (message.direct, message.addressed, message.text) == (True, False, "")


async def test_who_cannot_see_the_room_gets_no_file(tab: TabMaker) -> None:
    """Nor does anybody get one that is not there."""
    anna, gus = tab("agent-1"), tab("guest-1")
    await anna.upload("r/general/say", ("a.log", b"x"))
    found = re.search(r"/m/([^/\"]+)/files/0", await anna.open())
    assert found is not None
    await gus.browser.get("/console/guest-1/")
    for person, number, status in (("guest-1", "0", 404), ("agent-1", "1", 404), ("agent-1", "٣", 404)):
        assert (await gus.browser.get(f"/console/{person}/m/{found[1]}/files/{number}")).status == status
    assert (await gus.browser.get(f"/console/agent-1/m/{found[1]}/files/{'9' * 5000}")).status == 404


async def test_a_deleted_message_takes_its_files_along(tab: TabMaker, tmp_path: Path) -> None:
    """From the disk as well."""
    anna = tab("agent-1")
    await anna.upload("r/general/say", ("a.log", b"x"))
    found = re.search(r"/m/([^/\"]+)/files/0", await anna.open())
    assert found is not None
    assert await anna.send(f"m/{found[1]}/delete") == 303
    assert kept(tmp_path) == []
    assert (await anna.browser.get(f"/console/agent-1/m/{found[1]}/files/0")).status == 404


async def test_a_form_sent_twice_keeps_its_file_once(tab: TabMaker, tmp_path: Path) -> None:
    """And what is refused keeps none."""
    anna = tab("agent-1")
    for _n in range(2):
        assert (await anna.upload("r/general/say", ("a.log", b"x"), once="f00d")).status == 303
    assert len(kept(tmp_path)) == 1
    assert (await anna.open()).count("/files/0") == 1
    assert (await anna.upload("r/nowhere/say", ("a.log", b"x"))).status == 404
    assert (await anna.upload("r/general/say", *[(f"{n}.log", b"x") for n in range(11)])).status == 422
    assert (await anna.upload("r/general/say", ("a.log", b"x" * (LARGEST + 1)), live=True)).status == 422
    much = await anna.upload("r/general/say", ("a.log", b"x" * (2 * LARGEST)), live=True)
    assert (much.status, "at most 10 MB" in much.text) == (422, True)
    assert len(kept(tmp_path)) == 1


async def test_a_strangers_form_is_not_even_read(browser: Browser, tab: TabMaker, tmp_path: Path) -> None:
    """Without a session, without its token, from elsewhere, or too large."""
    path, over = "/console/agent-1/r/general/say", {"Connection": "close"}
    assert (await browser.post(path, form_with(("a", b"x")), headers=over)).status == 403
    await tab("agent-1").open()
    assert (await browser.post(path, form_with(("a", b"x")), headers=over)).status == 403
    assert (await browser.post(path, form_with(("a", b"x"), _csrf="guess"), headers=over)).status == 403
    foreign = {"Origin": "https://evil.example", **over}
    assert (await browser.post(path, form_with(("a", b"x")), headers=foreign)).status == 403
    form = {"Content-Type": "multipart/form-data; boundary=b", **over}
    assert (await browser.post(path, b"nonsense", headers=form)).status in {400, 403}
    assert (await browser.post(path, io.BytesIO(b"x" * (MOST_BODY + 1)), headers=form)).status == 413
    assert kept(tmp_path) == []


async def test_nobody_fills_the_disk(tab: TabMaker, tmp_path: Path) -> None:
    """Who has as much as one may have is told what to do; others go on."""
    anna = tab("agent-1")
    await anna.upload("r/general/say", ("a.log", b"x"))
    [name] = kept(tmp_path)
    os.truncate(tmp_path / "console-files" / name, MOST_OF_ONE)

    full = await anna.upload("r/general/say", ("b.log", b"x"), live=True)
    assert (full.status, "Your files here take 500 MB" in full.text) == (422, True)
    assert kept(tmp_path) == [name]
    assert (await tab("expert-1").upload("r/general/say", ("b.log", b"x"))).status == 303
    assert await anna.send("r/general/say", text="words go") == 303


@pytest.fixture
def sparing(tmp_path: Path) -> Stage:
    """A console whose settings give everybody one megabyte."""
    return console_stage.build(folder=tmp_path, settings={"files_per_person": 1})


async def test_how_much_one_may_have_is_a_setting(sparing: Stage, tmp_path: Path) -> None:
    """In MB; whoever has as much is told that number, and may send again after deleting."""
    async with console_stage.running(sparing), browsing(sparing.url) as browser:
        await sparing.network.ready()
        anna = Tab(browser, "agent-1")
        assert (await anna.upload("r/general/say", ("a.log", b"x" * 600_000))).status == 303
        assert (await anna.upload("r/general/say", ("b.log", b"x" * 600_000))).status == 303
        full = await anna.upload("r/general/say", ("c.log", b"x"), live=True)
        assert (full.status, "Your files here take 1 MB, and that is the most" in full.text) == (422, True)
        assert len(kept(tmp_path)) == 2


@pytest.mark.parametrize("wrong", [0, -1, True, 1.5, "500", 1_000_001, None])
def test_how_much_one_may_have_is_a_number(wrong: object) -> None:
    """Anything else is refused at start, with what it may be."""
    with pytest.raises(SettingsError, match="files_per_person is a number of MB from 1 to 1000000"):
        console_stage.build(settings={"files_per_person": wrong})


@pytest.fixture
def next_start(stage: Stage, tmp_path: Path) -> Stage:
    """The same console as it is started again."""
    return console_stage.build(clock=ManualClock(), records=stage.records, folder=tmp_path)


async def test_what_a_kill_left_behind_goes_at_the_next_start(tab: TabMaker, next_start: Stage, tmp_path: Path) -> None:
    """Files whose message was never written, or is deleted; those of messages stay."""
    anna = tab("agent-1")
    await anna.upload("r/general/say", ("a.log", b"x"))
    [sent] = kept(tmp_path)
    await anna.upload("r/general/say", ("b.log", b"x"))
    [deleted] = set(kept(tmp_path)) - {sent}
    entry = re.findall(r"/m/([^/\"]+)/files/0", await anna.open())[-1]
    assert await anna.send(f"m/{entry}/delete") == 303
    for orphan in (deleted, "0" * 32):
        (tmp_path / "console-files" / orphan).write_bytes(b"x")

    async with console_stage.running(next_start, serve=False):
        await asyncio.sleep(0)
        [tidying] = [task for task in asyncio.all_tasks() if task.get_name() == "console: files nobody needs"]
        await tidying

    assert kept(tmp_path) == [sent]


async def test_what_came_since_the_start_stays(tmp_path: Path) -> None:
    """Its message may be written in a moment."""
    folder = tmp_path / "console-files"
    uploads = Uploads(folder)
    old, _size = await Uploads(folder).keep(io.BytesIO(b"x"), "agent-1")
    known, _size = await Uploads(folder).keep(io.BytesIO(b"x"), "agent-1")
    new, _size = await uploads.keep(io.BytesIO(b"x"), "agent-1")

    async def needed(name: str) -> bool:
        return name == known

    await uploads.tidy(needed)
    await uploads.keep(io.BytesIO(b"x"), "agent-1")
    await uploads.tidy(needed)

    left = set(kept(tmp_path))
    assert {known, new} <= left
    assert old not in left
    assert len(left) == 3


async def test_the_folder_of_another_database_is_left_alone(tmp_path: Path) -> None:
    """A wrong setting must not cost anybody's files."""
    folder = tmp_path / "console-files"
    folder.mkdir()
    (folder / ("0" * 32)).write_bytes(b"x")

    async def needed(_name: str) -> bool:
        return False

    await Uploads(folder).tidy(needed)

    assert kept(tmp_path) == ["0" * 32]


async def test_only_the_chat_box_takes_files(tab: TabMaker) -> None:
    """Every other form refuses them unread."""
    anna = tab("agent-1")
    assert (await anna.upload("r/general/join", ("a", b"x"))).status == 415


async def test_hostile_names_are_shown_as_what_they_are(tab: TabMaker) -> None:
    """Nothing in them acts."""
    anna = tab("agent-1")
    names = [name for name in hostile_texts()[:30] if name.isprintable() and not set(name) & set('";')]
    for begin in range(0, len(names), 10):
        files = [(name, b"x") for name in names[begin : begin + 10]]
        assert (await anna.upload("r/general/say", *files)).status == 303
    page = await anna.open()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<svg" not in page.partition('id="entries"')[2]


@pytest.fixture
def one_of_several(clock: ManualClock, tmp_path: Path) -> Stage:
    """A replica."""
    return console_stage.build(clock=clock, folder=tmp_path, signals=Exchange([]))


async def test_among_replicas_no_files_are_offered(one_of_several: Stage) -> None:
    """What lies in one's folder, the others do not have: so it is said."""
    assert not one_of_several.network.capabilities.files
    async with console_stage.running(one_of_several) as stage, browsing(stage.url) as browser:
        page = (await browser.get("/console/agent-1/")).text
        assert 'type="file"' not in page
        path = "/console/agent-1/r/general/say"
        assert (await browser.post(path, form_with(("a", b"x")))).status == 415
