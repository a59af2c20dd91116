"""Files of the chat come on cases: of the message replied to, or of the command's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from case_story import CaseStory
from chatops.core.frozen import replace
from chatops.core.message import File, MessageRef
from chatops.errors import Missing, OutcomeUnknown, Unreachable
from chatops.ports.tickets import Ref
from chatops.testing.network import without
from chatops.testing.tickets import EVERYTHING
from hostile_texts import hostile_texts


async def _sent(story: CaseStory, *files: File, who: str = "olga", room: str, text: str = "") -> MessageRef:
    ref = await story.stage.network.say(story.stage.identity(who), text, room, addressed=False, files=files)
    await story.stage.settle()
    return ref


async def _swarm(story: CaseStory) -> tuple[Ref, str]:
    """Open a swarm about a case; return the case and the swarm's room."""
    case = await story.case("Card charged twice")
    await story.says("olga", f"swarm open {case} refund loops")
    room = next(name for name in story.stage.network.rooms if name.startswith("room-"))
    return case, room


async def test_a_reply_puts_the_file_on_the_swarms_case(story: CaseStory) -> None:
    """With its name, media type and bytes, for whoever asked; the card says how the system calls it."""
    case, room = await _swarm(story)
    sent = await _sent(story, story.stage.network.file("till.log", b"it hangs"), room=room)
    shown = await story.says("olga", "case attach", room=room, reply_to=sent.id)
    ((ticket, file),) = story.tickets.extras.uploads
    assert (ticket, file.name, file.media_type, file.content) == (case.id, "till.log", "text/plain", b"it hangs")
    assert "file: till.log" in shown
    assert "It is there as U1." in shown
    assert "Done." in shown


async def test_several_files_come_each_with_a_card(story: CaseStory) -> None:
    """One name for all of them is refused; one that is gone does not keep back the others."""
    _case, room = await _swarm(story)
    network = story.stage.network
    files = [network.file(f"{n}.log", b"x" * n) for n in range(1, 4)]
    sent = await _sent(story, *files, room=room)
    assert "There are 3 files" in await story.says("olga", 'case attach "the logs"', room=room, reply_to=sent.id)
    del network.files[files[1].ref]
    shown = await story.says("olga", "case attach", room=room, reply_to=sent.id)
    assert [file.name for _ticket, file in story.tickets.extras.uploads] == ["1.log", "3.log"]
    assert "Did not work: demo:1001 · file: 2.log" in shown
    assert "the file is gone" in shown
    assert "send the file anew" in shown


async def test_a_file_sent_along_needs_no_reply(story: CaseStory) -> None:
    """Anywhere, for a case that is named; the name given keeps the file's ending."""
    case = await story.case("Card charged twice")
    file = story.stage.network.file("IMG_2041.png", b"\x89PNG", "image/png")
    await story.says("olga", f'case attach {case} "the broken till"', files=(file,))
    ((_ticket, attached),) = story.tickets.extras.uploads
    assert (attached.name, attached.media_type) == ("the broken till.png", "image/png")


async def test_without_a_file_it_is_said_what_works(story: CaseStory) -> None:
    """Where files are seen: a reply; in any case an address."""
    case = await story.case("Card charged twice")
    refused = await story.says("olga", f"case attach {case}")
    assert "Reply to the message it came with" in refused
    assert "https://files.example/log.txt" in refused
    sent = await story.stage.network.say(story.stage.identity("olga"), "only words", "general", addressed=False)
    assert "Where is the file?" in await story.says("olga", f"case attach {case}", reply_to=sent.id)
    replies = await story.stage.calls("olga", f"case attach {case}")
    assert replies
    assert not story.tickets.extras.uploads


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (File(name="a.txt", closed="encrypted"), "is encrypted, and I have no key"),
        (File(name="a.txt", closed="elsewhere"), "keeps it elsewhere"),
        (File(name="a.txt", size=25_000_000, ref="f"), "a.txt has 25 MB, and the most is 20 MB"),
        (File(name="a.txt", size=0, ref="f"), "a.txt is empty"),
    ],
)
async def test_what_cannot_be_fetched_is_refused_at_once(story: CaseStory, file: File, words: str) -> None:
    """With what works; nothing is asked of anybody."""
    case = await story.case("Card charged twice")
    assert words in await story.says("olga", f"case attach {case}", files=(file,))
    assert not story.stage.network.files_read


async def test_a_file_larger_than_it_said_is_not_attached(story: CaseStory) -> None:
    """What counts is what comes."""
    case = await story.case("Card charged twice")
    big = story.stage.network.file("big.bin", b"x" * 20_000_001, "application/octet-stream")
    shown = await story.says("olga", f"case attach {case}", files=(replace(big, size=3),))
    assert "more than 20000000 bytes" in shown
    assert not story.tickets.extras.uploads


async def test_a_kind_the_system_refuses_is_told(story: CaseStory) -> None:
    """In its words."""
    case = await story.case("Card charged twice")
    file = story.stage.network.file("x.exe", b"MZ", "application/x-msdownload")
    assert "application/x-msdownload is not taken" in await story.says("olga", f"case attach {case}", files=(file,))


async def test_a_network_that_is_away_is_waited_for(story: CaseStory) -> None:
    """The file comes once, later."""
    case = await story.case("Card charged twice")
    file = story.stage.network.file("a.log", b"x")
    story.stage.network.file_failures += [Unreachable("away"), Unreachable("away")]
    await story.says("olga", f"case attach {case}", files=(file,))
    assert not story.tickets.extras.uploads
    for _try in range(2):
        await story.stage.advance_seconds(60)
    assert len(story.tickets.extras.uploads) == 1


async def test_a_lost_answer_attaches_nothing_twice(story: CaseStory) -> None:
    """The system is asked first: also when the chat has lost the file meanwhile."""
    case = await story.case("Card charged twice")
    file = story.stage.network.file("a.log", b"x")
    story.tickets.fail(Unreachable("the answer was lost"), when="after")
    await story.says("olga", f"case attach {case}", files=(file,))
    del story.stage.network.files[file.ref]
    await story.stage.advance_seconds(120)
    assert len(story.tickets.extras.uploads) == 1
    assert "It is there as U1." in story.standing(story.stage.network.posted)


async def test_what_nobody_knows_is_said(story: CaseStory) -> None:
    """Where it may be there or not, nothing is repeated blindly."""
    case = await story.case("Card charged twice")
    story.tickets.fail(OutcomeUnknown("cut off"), when="after")
    shown = await story.says("olga", f"case attach {case}", files=(story.stage.network.file("a.log", b"x"),))
    assert "It may have happened or not" in shown
    await story.stage.advance_seconds(300)
    assert len(story.tickets.extras.uploads) == 1


@pytest.mark.parametrize("who", ["max", "gus", "mia"])
async def test_who_does_not_work_on_it_attaches_nothing(story: CaseStory, who: str) -> None:
    """Files are for those whom addresses are for."""
    case = await story.case("Card charged twice")
    await story.says(who, f"case attach {case}", files=(story.stage.network.file("a.log", b"x"),))
    assert not story.tickets.extras.uploads
    assert not story.stage.network.files_read


async def test_a_deleted_message_has_no_files(story: CaseStory) -> None:
    """Whoever took it back did not want it on the case."""
    _case, room = await _swarm(story)
    sent = await _sent(story, story.stage.network.file("a.log", b"x"), room=room)
    await story.stage.redacts(sent)
    assert "Where is the file?" in await story.says("olga", "case attach", room=room, reply_to=sent.id)


async def test_a_delivery_that_comes_twice_attaches_once(story: CaseStory) -> None:
    """The same event, brought again, is the same command."""
    case = await story.case("Card charged twice")
    network = story.stage.network
    ref = await network.say(
        story.stage.identity("olga"), f"case attach {case}", "general", files=(network.file("a.log", b"x"),)
    )
    message = await network.read(ref)
    assert message is not None
    await network.deliver((ref.id, message))
    await story.stage.settle()
    assert len(story.tickets.extras.uploads) == 1


async def test_names_are_data(story: CaseStory) -> None:
    """Whatever they say: one line, no path, and nobody is mentioned."""
    case = await story.case("Card charged twice")
    for text in hostile_texts()[:12]:
        file = story.stage.network.file("x", b"x")
        posts = await story.stage.says("olga", f"case attach {case}", files=(replace(file, name=text),))
        assert not posts[0].body.notify
        assert all(line.identity is None for line in posts[0].body.text)
        await story.stage.advance_seconds(5)
    assert all("/" not in file.name and file.name.isprintable() for _ticket, file in story.tickets.extras.uploads)


@pytest.fixture
def without_files(tmp_path: Path) -> CaseStory:
    """A chat network that tells of no files."""
    return CaseStory(tmp_path, chat=without(files=False))


@pytest.fixture
async def words_only(without_files: CaseStory) -> AsyncIterator[CaseStory]:
    """Play it."""
    async with without_files.stage:
        yield without_files


async def test_where_files_do_not_reach_us_an_address_works(words_only: CaseStory) -> None:
    """That is what is said there."""
    case = await words_only.case("Card charged twice")
    assert "Files sent here do not reach me" in await words_only.says("olga", f"case attach {case}")
    await words_only.says("olga", f"case attach {case} https://files.example/a.log")
    assert [name for _ticket, _url, name in words_only.tickets.extras.files] == ["a.log"]


@pytest.fixture
def without_uploads(tmp_path: Path) -> CaseStory:
    """A system that takes addresses, and no files."""
    return CaseStory(tmp_path, capabilities=replace(EVERYTHING, uploads=False))


@pytest.fixture
async def addresses_only(without_uploads: CaseStory) -> AsyncIterator[CaseStory]:
    """Play it."""
    async with without_uploads.stage:
        yield without_uploads


async def test_a_system_without_files_says_that_it_takes_addresses(addresses_only: CaseStory) -> None:
    """Before anything is fetched."""
    case = await addresses_only.case("Card charged twice")
    file = addresses_only.stage.network.file("a.log", b"x")
    refused = await addresses_only.says("olga", f"case attach {case}", files=(file,))
    assert "only their addresses" in refused
    assert not addresses_only.stage.network.files_read


async def test_what_is_gone_when_it_is_fetched_is_told(story: CaseStory) -> None:
    """With what to do about it."""
    case = await story.case("Card charged twice")
    story.stage.network.file_failures.append(Missing("it was taken back"))
    shown = await story.says("olga", f"case attach {case}", files=(story.stage.network.file("a.log", b"x"),))
    assert "it was taken back" in shown
    assert f"case attach {case}" in shown
