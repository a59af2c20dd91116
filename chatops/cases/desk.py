"""Finds the case that is meant, who it belongs to, and who works on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from chatops.cases.model import CaseInHand
from chatops.core.message import Identity, Person
from chatops.core.params import TicketName
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.engine.ticket_lookup import find_ticket
from chatops.errors import (
    BadArgument,
    Forbidden,
    Impossible,
    Missing,
    NotFound,
    PortError,
    RateLimited,
    Refusal,
    TryLater,
    Unreachable,
)
from chatops.ports.gatherings import Gathering, gathering_key
from chatops.ports.roster import Directory
from chatops.ports.tickets import Ref, Ticket, TicketPerson, TicketSystem, TicketSystems


class CaseDesk:
    """Everything commands on cases begin with."""

    def __init__(
        self,
        directory: Directory,
        tickets: TicketSystems,
        kinds: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """`kinds`: kinds of things that may be about a case, by their prefix."""
        self.directory = directory
        self.tickets = tickets
        self._kinds = kinds

    async def case(self, unit: Unit, name: TicketName | None, command: str = "case show") -> Ticket:
        """Return the case named, else the one this room is about. Raise a Refusal, or TryLater."""
        if name is not None:
            return await find_ticket(self.tickets, name)
        here = await self.here(unit)
        if here is None:
            example = f"{next(iter(self.tickets.names()), 'demo')}:1001"
            raise BadArgument(_("Which case? This room is about none."), commands=(f"{command} {example}",))
        return await self.get(here.case.ref)

    async def get(self, ref: Ref) -> Ticket:
        """Return a case known by its reference."""
        system = self.system(ref.system)
        with reading(system):
            return await system.get(ref)

    async def here(self, unit: Unit) -> Gathering | None:
        """Return what this room belongs to, if that is about a case and the asker may know of it."""
        room = unit.origin.room if unit.origin is not None else None
        kind, _colon, id_ = (room.subject or "").partition(":") if room is not None else ("", "", "")
        found = await unit.subject(kind, id_) if id_ else None
        return found if isinstance(found, Gathering) and found.visible_to(unit.actor, unit.now) else None

    async def gatherings(self, unit: Unit, case: Ref) -> Sequence[Gathering]:
        """Return what people work on the case together in, now."""
        found: list[Gathering] = []
        for kind in sorted(set(self._kinds().values())):
            for one in await unit.subjects(kind, case=gathering_key(case)):
                if isinstance(one, Gathering) and one.live:
                    found.append(one)  # noqa: PERF401 - mypy narrows the type only in a statement
        return found

    async def require(self, unit: Unit, ticket: Ticket) -> Sequence[Gathering]:
        """Check that the asker may, by the command's `who`; return what works on the case. Raise NotAllowed."""
        owner = self.person(ticket.owner)
        together = await self.gatherings(unit, ticket.ref)
        members = frozenset(
            person.id for person in self.directory.everybody() if any(one.member(person.id) for one in together)
        )
        unit.require(
            CaseInHand(id=gathering_key(ticket.ref), owner=owner.id if owner is not None else "", members=members)
        )
        return together

    def person(self, owner: TicketPerson | None) -> Person | None:
        """Return who somebody of a ticket system is in the directory."""
        if owner is None:
            return None
        return self.directory.by_identity(Identity(network=owner.ref.system, id=owner.ref.id))

    def name_of(self, system: str, id: str) -> str:
        """Return the name of somebody a ticket system knows by `id`; the id itself when they are in no directory."""
        known = self.directory.by_identity(Identity(network=system, id=id))
        return id if known is None else known.name

    def identity(self, person: Person, system: str) -> Ref | None:
        """Return who a person is in a ticket system; None when they have no identity there."""
        own = (one for one in person.identities if one.network == system)
        found = next(own, None)
        return None if found is None else Ref(system=system, kind="person", id=found.id, key=found.id)

    def system(self, name: str) -> TicketSystem:
        """Return a connected system. Raise NotFound."""
        try:
            return self.tickets.system(name)
        except KeyError:
            raise NotFound(_("No ticket system is called {name}.", name=said(name))) from None

    def chosen(self, name: str) -> TicketSystem:
        """Return the system named, or the only one. Raise NotFound, Impossible or BadArgument."""
        if name:
            return self.system(name.rstrip(":"))
        names = self.tickets.names()
        if not names:
            raise Impossible(_("No ticket system is connected."), hint=_("An admin can connect one."))
        if len(names) > 1:
            raise BadArgument(
                _("Several ticket systems are connected. Say which."),
                hint=said(", ".join(f"in={one}" for one in names)),
            )
        return self.tickets.system(names[0])


@contextmanager
def reading(system: TicketSystem) -> Iterator[None]:
    """Say in people's words what a ticket system did not do. Raise NotFound, Refusal, or TryLater."""
    name = said(system.name)
    try:
        yield
    except Missing as error:
        raise NotFound(_("{system} knows no such thing: {reason}.", system=name, reason=said(str(error)))) from error
    except Forbidden as error:
        raise Refusal(
            _("{system} does not let me do that: {reason}.", system=name, reason=said(str(error))),
            hint=_("Ask an admin to look at the connection’s rights."),
        ) from error
    except RateLimited as error:
        raise TryLater(_("{system} is busy just now.", system=name), after=error.retry_after) from error
    except Unreachable as error:
        raise TryLater(_("{system} does not answer just now.", system=name)) from error
    except PortError as error:
        raise Refusal(
            _("{system} did not do that: {reason}.", system=name, reason=said(str(error))),
            hint=_("Ask an admin to look at the connection."),
        ) from error
