"""Judges by what the homeserver holds: nothing lost, nothing doubled, nothing out of order."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kill_company import CASES
from matrix_kill_company import CLICKERS, HALL, POWERLESS, cast, title
from matrix_kill_counter import EACH, ONCE
from matrix_kill_history import History
from matrix_kill_rooms import Event, Room

_COUNT = re.compile(r"!?count (\S+)(?: later)?")
_ANSWER = re.compile(r"(\S+) is number (\d+)\.")
_RUNG = re.compile(r"(\S+) has rung\.")


class Ledger:
    """All rooms of a homeserver, and what people did there."""

    def __init__(self, found: Mapping[str, Any], rooms: History) -> None:
        self._found = found
        self._told = found["told"]
        self._bot: str = found["bot"]
        self._users: Mapping[str, str] = found["people"]
        self._names: dict[str, str] = {user: name for name, user in self._users.items()}
        self._rooms = [Room(room, self._bot) for room in rooms]
        self._clicks = {click["event"]: click for click in self._told["clicks"]}

    def judge(self) -> None:
        """Check everything."""
        assert self._found["dead"] == []
        assert self._found["unsent"] == []
        for room in self._rooms:
            assert [text for text in room.texts() if "did not work" in text or "went wrong" in text] == []
        self._judge_rooms()
        self._judge_counts()
        self._judge_bells()
        self._judge_refusals()
        self._judge_invitations()
        self._judge_cards()
        for case in CASES[: self._found["stories"]]:
            self._judge_story(case)
        self._judge_hall()

    # rooms

    def _judge_rooms(self) -> None:
        """Each swarm has one room, each person at most one chat with the server; no other room is the server's."""
        made = [room for room in self._rooms if room.ours and room.finished]
        swarms = [room.name.partition(" ")[2] for room in made if room.name]
        assert sorted(swarms) == sorted(["hall", *(title(case) for case in CASES[: self._found["stories"]])])
        chats = Counter(self._partner(room) for room in self._rooms if self._is_chat(room))
        assert chats.keys() <= self._users.keys()
        assert set(chats.values()) == {1}
        assert sum(self._is_chat(room) for room in made) == len(made) - len(swarms)
        for room in self._rooms:
            # The homeserver was killed while it made this one: nobody is in it, and nobody has ever been.
            if not room.finished:
                assert room.ours
                assert {event["state_key"] for event in room.events if event["type"] == "m.room.member"} <= {self._bot}
                assert room.members("join", "invite") == set()

    def _judge_invitations(self) -> None:
        """Nobody was invited twice to a room, whatever they did; nobody was put out; the server came in once."""
        for room in self._rooms:
            if not room.finished:
                continue
            for user in self._users.values():
                assert room.changes(user, "invite", by=self._bot) <= 1, (room.id, user)
                assert room.changes(user, "leave", by=self._bot) == 0, (room.id, user)
            assert room.changes(self._bot, "join", by=self._bot) == 1, room.id
        for before, after in self._told["moves"].items():
            old, new = self._room(before), self._room(after)
            (owner,) = (event["sender"] for event in old.events if event["type"] == "m.room.tombstone")
            again = {user for user in self._users.values() if new.changes(user, "invite", by=self._bot)}
            assert again == old.members("join") - {owner, self._bot}

    # commands

    def _judge_counts(self) -> None:
        """Every command and click was answered once, in the order in which they stand in their room."""
        asked: Counter[str] = Counter()
        numbers: dict[str, list[int]] = defaultdict(list)
        for conversation in self._conversations():
            orders = list(self._orders(conversation))
            answers = [match for event in self._said(conversation) if (match := _ANSWER.fullmatch(event))]
            assert [match[1] for match in answers] == [name for name, _by in orders], conversation[0].id
            for (name, by), match in zip(orders, answers, strict=True):
                asked[name] += 1
                numbers[by].append(int(match[2]))
        for command in self._told["commands"]:
            assert asked[command] == 1, command
        clicked = Counter(f"{click['offer']}-each" for click in self._clicks.values() if click["button"] == EACH)
        clicked.update({f"{click['offer']}-once" for click in self._clicks.values() if click["button"] == ONCE})
        assert asked == clicked + Counter(self._told["commands"])
        for person, counted in numbers.items():
            assert sorted(counted) == list(range(1, len(counted) + 1)), person
        assert self._found["total"] == f"{asked.total()} altogether."

    def _conversations(self) -> Iterator[Sequence[Room]]:
        """Return all rooms, those that went on as another one together with that."""
        later = set(self._told["moves"].values())
        for room in self._rooms:
            if room.id not in later:
                then = self._told["moves"].get(room.id)
                yield (room,) if then is None else (room, self._room(then))

    def _orders(self, conversation: Sequence[Room]) -> Iterator[tuple[str, str]]:
        """Return what takes effect, in order, and by whom."""
        taken: set[str] = set()
        for event in (event for room in conversation for event in room.events):
            click = self._clicks.get(event["event_id"])
            typed = _COUNT.fullmatch(str(event["content"].get("body", "")))
            if typed is not None and event["sender"] != self._bot:
                yield typed[1], self._names[event["sender"]]
            elif click is not None and click["button"] == EACH:
                yield f"{click['offer']}-each", click["by"]
            elif click is not None and click["offer"] not in taken:
                taken.add(click["offer"])
                yield f"{click['offer']}-once", click["by"]

    def _said(self, conversation: Sequence[Room]) -> list[str]:
        return [text for room in conversation for text in room.texts()]

    def _judge_bells(self) -> None:
        """Every timer rang once, for whom it was set, in their chat."""
        rung = Counter[tuple[str, str]]()
        for room in self._rooms:
            for match in map(_RUNG.fullmatch, room.texts()):
                if match is not None:
                    assert self._is_chat(room)
                    rung[match[1], self._partner(room)] += 1
        assert rung == Counter(self._told["later"].items())

    def _judge_refusals(self) -> None:
        """Whoever wanted what somebody else had taken was told so once."""
        late: Counter[str] = Counter()
        taken: set[str] = set()
        for event in (event for room in self._rooms for event in room.events):
            click = self._clicks.get(event["event_id"])
            if click is not None and click["button"] == ONCE:
                late[click["by"]] += click["offer"] in taken
                taken.add(click["offer"])
        told = Counter(
            self._partner(room) for room in self._rooms for text in room.texts() if "has already done this" in text
        )
        assert told == +late

    # cards

    def _judge_cards(self) -> None:
        """Under each card stand the reactions it has now, each once. An offer is pinned once, and says who has it."""
        for room in self._rooms:
            assert len(set(room.pinned)) == len(room.pinned)
            offers = []
            for post in room.posts():
                assert sorted(room.seeds(post)) == sorted(room.shown(post)), (room.id, post["event_id"])
                text = room.newest(post).get("body", "")
                if text.startswith("offer "):
                    offers.append(post["event_id"])
                    assert f"taken by {self._taker(room, text.split()[1])}" in text
                    assert room.shown(post) == [EACH]
            wanted = {click["offer"] for click in self._clicks.values() if click["room"] == room.id}
            assert len(offers) == len(wanted)
            if room.name != POWERLESS:
                assert set(offers) <= set(room.pinned)

    def _taker(self, room: Room, offer: str) -> str:
        clicks = (self._clicks.get(event["event_id"]) for event in room.events)
        return next(
            str(click["by"]) for click in clicks if click and (click["offer"], click["button"]) == (offer, ONCE)
        )

    # swarms

    def _judge_story(self, case: str) -> None:
        """One room with its three people, each let in once; one card, pinned, that says how it ended; each note once."""
        owner, helper, friend = cast(case)
        room = next(room for room in self._rooms if room.name.endswith(title(case)))
        name = room.name.split()[0]
        stays = {owner, helper} if int(case) % 2 else {owner, helper, friend}
        assert room.members("join") == {self._bot, *(self._users[person] for person in stays)}
        assert self._invited(room) == {owner, helper, friend}
        assert room.closed
        card = self._living_card(room, name)
        assert "Solved: released the lock" in room.newest(card)["body"]
        assert room.pinned == [card["event_id"]]
        support = next(room for room in self._rooms if room.name == POWERLESS)
        for words, where in (
            (f"{name}: help is asked for", room),
            (f"Q1 · which provider is it?\n{friend}: the new one", room),
            (f"{helper} proposes a solution", room),
            (f"{name} is closed. Thank you", room),
            (f"{name} is open: {title(case)}", support),
            (f"You are in {name}. Its room lets you in now.", support),
            (f"{name} · {title(case)}\nYou are in. Thank you!", self._chat(helper)),
            (f"{name} · {title(case)}\nCase: ", self._chat(friend)),
        ):
            assert sum(words in text for text in where.texts()) == 1, words

    def _judge_hall(self) -> None:
        """Everybody who came in was let in once; who went stays away."""
        hall = next(room for room in self._rooms if room.name.endswith(" hall"))
        visitors: Mapping[str, bool] = self._told["visitors"]
        crowd = {cast(HALL)[0], *CLICKERS}
        assert self._invited(hall) == crowd | visitors.keys()
        there = crowd | {name for name, stayed in visitors.items() if stayed}
        assert hall.members("join") == {self._bot, *(self._users[name] for name in there)}
        assert self._living_card(hall, hall.name.split()[0])["event_id"] in hall.pinned

    def _living_card(self, room: Room, name: str) -> Event:
        heading = f"{name} · {room.name.partition(' ')[2]}\n"
        cards = [post for post in room.posts() if heading in str(room.newest(post).get("body", ""))]
        assert len(cards) == 1, room.id
        return cards[0]

    # who and where

    def _invited(self, room: Room) -> set[str]:
        return {name for name, user in self._users.items() if room.changes(user, "invite", by=self._bot)}

    def _is_chat(self, room: Room) -> bool:
        return room.finished and not room.name and len(room.members("join", "invite", "leave") - {self._bot}) == 1

    def _partner(self, room: Room) -> str:
        (name,) = (self._names[user] for user in room.members("join", "invite", "leave") - {self._bot})
        return name

    def _chat(self, person: str) -> Room:
        return next(room for room in self._rooms if self._is_chat(room) and self._partner(room) == person)

    def _room(self, id_: str) -> Room:
        return next(room for room in self._rooms if room.id == id_)
