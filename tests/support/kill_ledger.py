"""Judges what the outside world holds after the kills: nothing lost, nothing doubled, nothing out of order."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from kill_company import CASES
from kill_script import cast, place, spoken, title, words

_ANSWER = re.compile(r"(c\d{3}-\d{3}) is number (\d+)\.")
_RUNG = re.compile(r"(c\d{3}-\d{3}) has rung\.")


class Ledger:
    """The rooms of the console with all that stands in them, and the tickets."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        self._found = found
        self.rooms: Sequence[Mapping[str, Any]] = found["rooms"]
        self._entries: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for entry in sorted(found["entries"], key=lambda entry: entry["seq"]):
            self._entries[entry["room"]].append(entry)

    def said(self, room: str) -> list[str]:
        """Return what people said in a room, in order."""
        return [entry["text"].removeprefix("@chatops ") for entry in self._entries[room] if not entry.get("said")]

    def answered(self, room: str) -> list[str]:
        """Return what the server said in a room, in order, as it reads now."""
        return [entry["said"]["plain"] for entry in self._entries[room] if entry.get("said")]

    def judge(self, commands: int, stories: int) -> None:
        """Check everything against what was said: so many commands, so many swarms."""
        assert self._found["dead"] == []
        assert self._found["unsent"] == []
        assert self._found["happenings"] == []
        everything = [text for room in self._entries for text in self.answered(room)]
        assert [text for text in everything if "did not work" in text or "went wrong" in text] == []
        self._judge_counts(commands)
        self._judge_order()
        self._judge_bells(commands)
        rooms = [room for room in self.rooms if room["id"].startswith("r")]
        assert sorted(room["title"].split()[1] for room in rooms) == [title(case) for case in CASES[:stories]]
        for case in CASES[:stories]:
            self._judge_story(case, next(room for room in rooms if room["title"].endswith(title(case))))

    def _judge_counts(self, commands: int) -> None:
        """Every command stands there once, was answered once in its room, and was counted once."""
        asked, replies = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        numbers: dict[str, list[int]] = defaultdict(list)
        speaker: dict[str, str] = {}
        for conversation, turn in spoken(commands):
            person, room = place(conversation, turn)
            name = words(conversation, turn).split()[1]
            asked[room, name] += 1
            speaker[name] = person
            assert self.said(room).count(words(conversation, turn)) == 1
        for room in self._entries:
            for answer in map(_ANSWER.fullmatch, self.answered(room)):
                if answer is not None:
                    replies[room, answer[1]] += 1
                    numbers[speaker[answer[1]]].append(int(answer[2]))
        assert replies == asked
        for person, counted in numbers.items():
            assert sorted(counted) == list(range(1, len(counted) + 1)), person
        assert self._found["total"] == f"{commands} altogether."

    def _judge_order(self) -> None:
        """In each room the answers stand in the order of the commands."""
        for room in self._entries:
            asked = [text.split()[1] for text in self.said(room) if text.startswith("count ")]
            told = [answer[1] for answer in map(_ANSWER.fullmatch, self.answered(room)) if answer is not None]
            assert told == asked, room
            if room.startswith("d-"):
                numbers = [int(answer[2]) for answer in map(_ANSWER.fullmatch, self.answered(room)) if answer]
                assert all(earlier < later for earlier, later in pairwise(numbers)), room

    def _judge_bells(self, commands: int) -> None:
        """Every timer rang once, for whom it was set."""
        due: Counter[tuple[str, str]] = Counter()
        for conversation, turn in spoken(commands):
            if words(conversation, turn).endswith(" later"):
                person, _room = place(conversation, turn)
                due[f"d-{person}", words(conversation, turn).split()[1]] += 1
        rung = Counter(
            (room, bell[1])
            for room in self._entries
            for bell in map(_RUNG.fullmatch, self.answered(room))
            if bell is not None
        )
        assert rung == due

    def _judge_story(self, case: str, room: Mapping[str, Any]) -> None:
        """One room with three people, each let in once; each card, note and article once."""
        owner, helper, friend = cast(case)
        name = room["title"].split()[0]
        assert sorted(room["members"]) == sorted((owner, helper, friend))
        assert room["archived"]
        assert self._times("support", f"{name} is open: {title(case)}") == 1
        for person in (helper, friend):
            briefing = f"You are in {name}: {title(case)}\nIts room lets you in now.\nCase: "
            assert self._times(f"d-{person}", briefing) == 1
        assert self._times(f"d-{helper}", f"{name} · {title(case)}\nYou are in. Thank you!") == 1
        for words_ in (
            f"{name}: help is asked for",
            f"Q1 · which provider is it?\n{friend}: the new one",
            f"{helper} proposes a solution",
            f"{name} · {title(case)}\n",
            f"{name} is closed. Thank you",
        ):
            assert self._times(room["id"], words_) == 1, words_
        notes = [
            comment.splitlines()[0]
            for comment in self._found["comments"][case]
            if f" {name}: " in comment or comment.startswith(f"{name} ")
        ]
        assert [note.partition(" after ")[0] for note in notes] == [
            f"{owner} opened {name}: {title(case)}",
            f"{name} is closed",
        ]
        titles = list(self._found["articles"].values())
        assert titles.count(f"{title(case)} article") == 1

    def _times(self, room: str, beginning: str) -> int:
        return sum(text.startswith(beginning) for text in self.answered(room))
