"""People by REST. What is shown of somebody depends on who reads; guests read names only."""

from __future__ import annotations

from chatops.api.endpoint import Answered, Asked, Told
from chatops.api.shapes import Me, People, PeopleQuery, PersonView
from chatops.core.access import effective
from chatops.core.message import Person
from chatops.ports.roster import Directory, Profile


class PeopleReads:
    """Reads people."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def me(self, asked: Asked) -> Answered:
        """Tell whom the token speaks for."""
        token = asked.caller.token
        return Answered(
            body=Me(
                person=self._view(asked.person, asked.person),
                token=token.id,
                scopes=tuple(token.scopes),
                expires_at=token.expires_at,
                used_on=token.used_on,
            )
        )

    async def listed(self, asked: Asked) -> Answered:
        """List people in order of their ids."""
        query = asked.asks(PeopleQuery)
        found = self._directory.everybody() if query.text is None else self._directory.named(query.text)
        rest = sorted((one for one in found if query.cursor is None or one.id > query.cursor), key=lambda one: one.id)
        page = rest[: query.limit]
        more = len(rest) > len(page)
        items = tuple(self._view(one, asked.person) for one in page)
        return Answered(body=People(items=items, next=page[-1].id if more else None))

    async def show(self, asked: Asked) -> Answered:
        """Show one person."""
        person = self._directory.by_id(asked.path["id"])
        if person is None:
            raise Told(404, "not_found", f"The directory knows nobody with the id {asked.path['id']}.")
        return Answered(body=self._view(person, asked.person))

    def _view(self, person: Person, reader: Person) -> PersonView:
        return view(person, self._directory.profile(person.id), reader)


def view(person: Person, profile: Profile, reader: Person) -> PersonView:
    """Return what `reader` may know of a person: of anybody but themselves, guests learn the name."""
    if "guest" in reader.roles and reader.id != person.id:
        return PersonView(id=person.id, name=person.name)
    return PersonView(
        id=person.id,
        name=person.name,
        roles=tuple(sorted(effective(person))),
        zone=person.zone,
        locale=person.locale,
        department=profile.department,
        pods=profile.pods,
        languages=profile.languages,
        skills=dict(profile.skills),
        email=profile.email,
    )
