"""What of others' profiles waits for somebody, as a part of `me`."""

from __future__ import annotations

from chatops.core.message import Person
from chatops.core.text import Text, _, said, to_type
from chatops.core.unit import Unit
from chatops.hookspecs import Section
from chatops.people.book import may_confirm
from chatops.people.changes import ProfileChanges
from chatops.ports.roster import Directory


class Waiting:
    """Levels that wait for a word of the reader."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def section(self) -> Section:
        """Return the part of `me`."""
        return Section(name="confirmations", order=60, title=_("To confirm"), read=self.read)

    async def read(self, unit: Unit, person: Person) -> tuple[Text, ...]:
        """Return one line for each level."""
        found = []
        for changes in await unit.glance(ProfileChanges, waiting="yes"):
            theirs = self._directory.by_id(changes.id)
            if theirs is None or not may_confirm(self._directory, person, changes.id):
                continue
            found += [
                _(
                    "{who}: {skill} {level}, {command}",
                    who=theirs.name,
                    skill=said(skill),
                    level=level,
                    command=to_type(f"expert confirm {changes.id} {skill}"),
                )
                for skill, level in changes.waiting
            ]
        return tuple(found)
