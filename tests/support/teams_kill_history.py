"""Everything the simulator holds after the kills, as plain facts: what a judge reads, and a test doctors."""

from __future__ import annotations

from dataclasses import dataclass

from teams_kill_town import Town
from teams_sight import seen


@dataclass
class Line:
    """A message as it stands."""

    id: str
    ours: bool
    """Whether the server wrote it."""
    text: str


@dataclass
class Room:
    """A conversation."""

    name: str
    """That of the person, for a personal chat."""
    people: list[str]
    lines: list[Line]

    def ours(self) -> list[str]:
        """Return what the server wrote."""
        return [line.text for line in self.lines if line.ours]


History = list[Room]


def history(town: Town) -> History:
    """Read all of it."""
    simulator = town.simulator
    names = {person.user.id: name for name, person in town.people.items()}
    rooms = []
    for one in simulator.world.conversations.values():
        people = [names[user.id] for user in one.people]
        lines = [Line(id=post.id, ours=post.sender == simulator.bot.id, text=seen(post)) for post in one.posts.values()]
        rooms.append(Room(name=people[0] if one.type == "personal" else one.name, people=people, lines=lines))
    return rooms
