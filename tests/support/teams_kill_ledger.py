"""Judges by what stands in Teams: nothing lost, nothing doubled, nothing out of order, and what is not sure is told.

A bot cannot give a message of its own a key on Teams. So what was under way when the server was killed may be there or
not: it may be missing only where the server itself says `unknown`, and never be there twice. One thing may: a living card
whose sending was cut off and is `unknown` cannot be edited, so the swarm's next change posts it anew, once for each cut.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from teams_kill_company import friend, owner, title
from teams_kill_history import History, Room

_ANSWER = re.compile(r"(\S+) is number (\d+)\.")
_RUNG = re.compile(r"(\S+) has rung\.")


class Ledger:
    """All conversations, what people did there, and what the server says of itself."""

    def __init__(self, found: Mapping[str, Any], rooms: History) -> None:
        self._found = found
        self._told = found["told"]
        self._rooms = rooms
        self._unknown = [body for _kind, _target, body in found["unknown"].values()]

    def judge(self) -> None:
        """Check everything."""
        assert self._found["dead"] == []
        assert self._found["failed"] == []
        # What is not sure is shown to an admin, all of it.
        assert sorted(self._found["uncertain"]) == sorted(self._found["unknown"])
        assert {kind for kind, _target, _body in self._found["unknown"].values()} <= {"post"}
        for room in self._rooms:
            wrong = [text for text in room.ours() if "did not work" in text or "went wrong" in text]
            assert wrong == [], room.name
        self._judge_counts()
        self._judge_order()
        self._judge_bells()
        self._judge_rooms()

    def _judge_counts(self) -> None:
        """Each command and each offer that was taken counted once, and was answered once, or its answer is unknown."""
        commands = [name for said in self._told["commands"].values() for name in said]
        wanted = Counter([*commands, *(f"{name}-once" for name in self._told["takes"])])
        told = Counter(match[1] for match in self._answers())
        assert self._found["total"] == f"{wanted.total()} altogether."
        assert told.keys() <= wanted.keys()
        for name in wanted:
            assert told[name] == 1 or (told[name] == 0 and self._is_unknown(name)), (name, told[name])
        for name in self._told["offers"]:
            shown = self._times(f"offer {name}")
            assert shown == 1 or (shown == 0 and self._is_unknown(name)), (name, shown)

    def _judge_order(self) -> None:
        """In each conversation the answers stand in the order of the commands; a person's numbers never go back there."""
        for where, commands in self._told["commands"].items():
            room = self._room(where)
            answers = [match for text in room.ours() if (match := _ANSWER.fullmatch(text)) and match[1] in commands]
            places = [commands.index(match[1]) for match in answers]
            assert places == sorted(places), where
            if where == room.people[0]:
                numbers = [int(match[2]) for match in answers]
                assert numbers == sorted(set(numbers)), where

    def _judge_bells(self) -> None:
        """Every timer rang once, for whom it was set, in their chat."""
        rung: dict[str, list[str]] = defaultdict(list)
        for room in self._rooms:
            for match in filter(None, map(_RUNG.fullmatch, room.ours())):
                rung[match[1]].append(room.name)
        assert rung.keys() <= self._told["later"].keys()
        for name, who in self._told["later"].items():
            assert rung[name] == [who] or (not rung[name] and self._is_unknown(name)), (name, rung[name])

    def _judge_rooms(self) -> None:
        """Each swarm has one room, with those in it who belong there, and one living card."""
        titles = [title(case) for case in self._found["stories"]]
        swarms = [room for room in self._rooms if " story-" in room.name]
        assert sorted(room.name.partition(" ")[2] for room in swarms) == sorted(titles)
        for case in self._found["stories"]:
            room = next(one for one in swarms if one.name.endswith(f" {title(case)}"))
            assert sorted(room.people) == sorted((owner(case), friend(case)))
            name = room.name.split()[0]
            unknown = sum(f'"{name}"' in body for body in self._unknown)
            # Where the living card was cut off, it may stand there and be unknown to us: the next one stands beside it.
            living = f'"slot":"swarm:{name.partition("-")[2]}/card"'
            cards = sum(living in body for body in self._unknown)
            missing = (
                self._missing(room, f"{name} · {title(case)}\n", cards)
                + self._missing(self._room("support"), f"{name} is open: {title(case)}")
                + self._missing(self._room(friend(case)), f"You are in {name}: {title(case)}\n")
            )
            assert missing <= unknown, (case, missing)

    def _missing(self, room: Room, beginning: str, again: int = 0) -> int:
        """Return 1 where something does not stand that should, 0 where it stands once; it may `again` so many times."""
        times = sum(text.startswith(beginning) for text in room.ours())
        assert times <= 1 + again, (room.name, beginning, times)
        return 0 if times else 1

    def _answers(self) -> Iterator[re.Match[str]]:
        for room in self._rooms:
            yield from filter(None, map(_ANSWER.fullmatch, room.ours()))

    def _times(self, text: str) -> int:
        return sum(text in said for room in self._rooms for said in room.ours())

    def _is_unknown(self, word: str) -> bool:
        return any(word in body for body in self._unknown)

    def _room(self, name: str) -> Room:
        return next(room for room in self._rooms if room.name == name)
