"""People found while somebody types, among all the directory knows, whichever network they are on.

Asked for by an input of a card (`application/search`, dataset `people`) and from the box people write in
(`composeExtension/query`). Who is unknown, and guests, find nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from chatops.core.message import Identity, Person
from chatops.ports.roster import Directory
from teams_network import answers
from teams_network.asked import Asked
from teams_network.forms import PEOPLE, form_card

MOST = 15
"""People shown."""

LONGEST = 100
"""Characters of what is looked for."""

FIND = "people"
"""What the manifest calls the search."""

_GUEST = "guest"

_APART = re.compile(r"[\W_]+")


class _Search(msgspec.Struct, rename="camel"):
    query_text: str | None = None
    dataset: str | None = None


class _Parameter(msgspec.Struct):
    name: str = ""
    value: str | None = None


class _Query(msgspec.Struct, rename="camel"):
    command_id: str | None = None
    parameters: list[_Parameter] | None = None


class PeopleSearch:
    """Finds people."""

    def __init__(self, people: Directory) -> None:
        self._people = people

    def typed(self, asked: Asked) -> answers.Told:
        """Answer an `application/search`. What is chosen names the person as commands do: `@id`."""
        try:
            search = msgspec.convert(asked.activity.value, _Search)
        except msgspec.ValidationError:
            return answers.choices(())
        if search.dataset != PEOPLE:
            return answers.choices(())
        found = self.found(search.query_text or "", asked.asker)
        return answers.choices([(self._title(person), f"@{person.id}") for person in found])

    def queried(self, asked: Asked) -> answers.Told:
        """Answer a `composeExtension/query`. Before anything was typed, its one parameter is `initialRun`."""
        try:
            query = msgspec.convert(asked.activity.value, _Query)
        except msgspec.ValidationError:
            return answers.cards(())
        if query.command_id != FIND:
            return answers.cards(())
        typed = next((one.value or "" for one in query.parameters or () if one.name != "initialRun"), "")
        return answers.cards([self._card(person) for person in self.found(typed, asked.asker)])

    def found(self, typed: str, asker: Identity) -> Sequence[Person]:
        """Return whom `typed` may mean, best first."""
        known = self._people.by_identity(asker)
        if known is None or _GUEST in known.roles:
            return ()
        wanted = typed[:LONGEST].strip().removeprefix("@").casefold()
        ranked = [
            (rank, person.name.casefold(), person.id, person)
            for person in self._people.everybody()
            if (rank := self._rank(person, wanted)) is not None
        ]
        best = [person for _rank, _name, _id, person in sorted(ranked, key=lambda one: one[:3])[:MOST]]
        return best or (self._people.nearest(wanted, limit=3) if wanted else ())

    def _rank(self, person: Person, wanted: str) -> int | None:
        """Return how well somebody fits, 0 best, or None."""
        if not wanted:
            return 0
        name, profile = person.name.casefold(), self._people.profile(person.id)
        exact = {name, person.id.casefold(), profile.handle.casefold(), (profile.email or "").casefold()}
        if wanted in exact:
            return 0
        words = _APART.split(name)
        tests: Iterable[bool] = (
            name.startswith(wanted),
            any(word.startswith(wanted) for word in words),
            any(one.startswith(wanted) for one in exact if one),
            all(any(word.startswith(part) for word in words) for part in wanted.split()),
            wanted in name,
        )
        return next((rank for rank, fits in enumerate(tests, start=1) if fits), None)

    def _title(self, person: Person) -> str:
        department = self._people.profile(person.id).department
        return f"{person.name} ({department})" if department else person.name

    def _card(self, person: Person) -> tuple[str, str, dict[str, Any]]:
        card = form_card(person.name, (), {}, "")
        card["body"].append({"type": "TextBlock", "text": f"@{person.id}", "isSubtle": True, "wrap": True})
        return person.name, self._people.profile(person.id).department or f"@{person.id}", card
