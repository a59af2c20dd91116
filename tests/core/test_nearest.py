"""Slips of the finger in command words are understood as what was meant."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chatops.core.command import ReadContext
from chatops.core.nearest import slips
from chatops.core.table import CommandTable
from chatops.errors import UnknownCommand
from sample_commands import context, in_room, server_commands

TABLE = CommandTable(server_commands())
NEIGHBOURS = {
    left: right
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for left, right in zip(row, row[1:] + row[-2], strict=True)
}


def typos(word: str) -> Iterator[str]:
    """Yield the word with one letter left out, doubled, hit beside, replaced, added, or swapped with the next."""
    for position, letter in enumerate(word):
        head, tail = word[:position], word[position + 1 :]
        yield head + tail
        yield head + letter + letter + tail
        yield head + NEIGHBOURS.get(letter, "x") + tail
        yield head + "e" + tail
        yield head + "r" + letter + tail
        if tail:
            yield head + tail[0] + letter + tail[1:]


def slipped(wording: str) -> Iterator[str]:
    """Yield the wording with one slip in one of its words."""
    words = wording.split()
    for position, word in enumerate(words):
        for typo in typos(word):
            if typo.strip() and typo != word:
                yield " ".join([*words[:position], typo, *words[position + 1 :]])


def meaning(wording: str, where: ReadContext) -> str:
    """Return the command that a wording means."""
    (command,) = TABLE.meant(wording, where)
    return command.words


@pytest.mark.parametrize("language", ["en", "de", "nl"])
def test_a_single_slip_is_forgiven(language: str) -> None:
    """Of all single slips in all words of a language, at least 97 of 100 put the right command first."""
    where = context(locale=language)
    wordings = {
        wording: command.words
        for command in TABLE.commands
        for wording in ([command.words] if language == "en" else command.aliases.get(language, ()))
    }
    texts = sorted({(text, meant) for wording, meant in wordings.items() for text in slipped(wording)})
    unknown = [(text, meant) for text, meant in texts if not TABLE.meant(text, where)]  # not by chance another wording
    tried = unknown[:: len(unknown) // 300 + 1]
    wrong = [
        (text, meant)
        for text, meant in tried
        if [meaning(near, where) for near in TABLE.nearest(text, where, limit=1)] != [meant]
    ]

    assert len(tried) > 200
    assert len(wrong) / len(tried) <= 0.03, wrong


def test_in_a_room_verbs_alone_are_suggested() -> None:
    """What was typed without its noun is answered without it."""
    assert TABLE.nearest("invtie anna", in_room())[0] == "invite"


def test_suggestions_are_three_commands_not_three_wordings() -> None:
    """Each of another command, and only of those allowed."""
    where = context(locale="de")
    near = TABLE.nearest("schwarm ofnen", where)
    meant = [TABLE.meant(wording, where)[0].words for wording in near]

    assert len(set(meant)) == 3
    assert meant[0] == "swarm open"
    assert "swarm open" not in [
        TABLE.meant(wording, where)[0].words
        for wording in TABLE.nearest("schwarm ofnen", where, allowed=lambda command: command.words != "swarm open")
    ]


@pytest.mark.parametrize(
    ("typed", "meant", "other"),
    [
        ("opne", "open", "ope"),  # swapped letters count less than a missing one
        ("swarn", "swarm", "swarb"),  # keys beside each other
        ("oppen", "open", "oxpen"),  # a key hit twice
    ],
)
def test_easy_slips_count_less(typed: str, meant: str, other: str) -> None:
    """Between two words as far away in letters, the likelier slip wins."""
    assert slips(typed, meant) < 1 <= slips(other, meant)


def test_slips_are_none_for_the_same_word() -> None:
    """And as many as there are letters for nothing."""
    assert slips("swarm", "swarm") == 0
    assert slips("", "swarm") >= 4


def test_a_noun_alone_is_answered_with_how_it_begins() -> None:
    """`swarm` alone offers to open and to list, not whatever comes first in the alphabet."""
    with pytest.raises(UnknownCommand) as unknown:
        TABLE.read("swarm", context())
    assert [TABLE.read(text, context()).command.verb for text in unknown.value.commands][:2] == ["open", "list"]


@pytest.mark.parametrize("typed", ["swarm help", "schwarm hilfe", "zwerm hulp"])
def test_help_behind_the_noun_is_shown_the_way(typed: str) -> None:
    """Said the wrong way round, it is answered with the right one."""
    with pytest.raises(UnknownCommand) as unknown:
        TABLE.read(typed, context())
    assert unknown.value.commands == ("help swarm",)


def test_nobody_is_told_words_of_two_languages() -> None:
    """`swarm gereed` is understood, yet not suggested to somebody who writes English."""
    for typed in ("swarm merge SW-9", "swarm reopen", "swarm handover @jan", "swarm ask jan"):
        for near in TABLE.nearest(typed, context()):
            assert "gereed" not in near


@pytest.mark.parametrize("typed", ["thanks!", "ja", "danke!", "https://example.org"])
def test_small_talk_is_not_taken_for_a_slip(typed: str) -> None:
    """Nothing is offered that nobody could have meant."""
    assert TABLE.nearest(typed, context()) == ()


def test_suggestions_speak_the_readers_language() -> None:
    """A Dutch word is understood from anybody, and answered to a German in German or English."""
    for typed in ("zwerm opene", "zwerm toonen", "zwerm uitnodige"):
        for near in TABLE.nearest(typed, context(locale="de")):
            assert near.partition(" ")[0] in {"swarm", "schwarm"}, near
