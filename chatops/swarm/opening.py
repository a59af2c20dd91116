"""Opening a swarm on a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from chatops.core.frozen import Frozen
from chatops.core.lexer import quote
from chatops.core.message import Identity, Person
from chatops.core.params import Duration, TicketName
from chatops.core.rooms import direct_target
from chatops.core.text import _, said, to_type
from chatops.core.unit import Unit
from chatops.engine.ticket_lookup import find_ticket
from chatops.errors import Impossible, NotAllowed
from chatops.people.needs import read_wanted
from chatops.ports.roster import Directory
from chatops.ports.tickets import Ticket, TicketSystems
from chatops.swarm.already import already_on_it, on_it
from chatops.swarm.asking import called
from chatops.swarm.cards import opened_card
from chatops.swarm.case_owner import remember_owner
from chatops.swarm.consequences import Consequences, main_place
from chatops.swarm.desk import MOST_CANDIDATES, PeopleDesk, nobody_fits
from chatops.swarm.finding import Finder
from chatops.swarm.growing import grown
from chatops.swarm.light import LightSwarm
from chatops.swarm.model import Case, Place, State, Swarm, main_room
from chatops.swarm.moves import Request, opened, worded
from chatops.swarm.similar import look_for

MOST_WORDS = 2000
"""Letters of what the customer wrote that a swarm keeps."""
SHARED = ("room:", "remote:")
"""How the targets of posts begin where several people read."""


class SwarmSettings(Frozen, frozen=True, kw_only=True):
    """What the settings say about swarms."""

    network: str = ""
    """Where rooms are opened; empty: where the command came from."""
    wait: int = 600
    """Seconds an invitation stands, unless the command says otherwise."""


class Opening:
    """Reads the case, checks who asks, and makes the swarm."""

    def __init__(
        self, directory: Directory, tickets: TicketSystems, consequences: Consequences, settings: SwarmSettings
    ) -> None:
        self._directory = directory
        self._tickets = tickets
        self._follow = consequences
        self._people = PeopleDesk(directory)
        self._finder = Finder(directory)
        self._settings = settings

    async def open(
        self,
        unit: Unit,
        name: TicketName,
        question: str,
        *,
        tried: str,
        skills: Sequence[str],
        timebox: Duration | None,
        private: bool,
        light: LightSwarm | None = None,
        place: Place | None = None,
    ) -> Swarm:
        """Open a swarm in `place`, else in a room of its own, and return it; `light` grows into it.

        Raise NotFound, TryLater, NotAllowed, or Impossible with the swarm to join instead.
        """
        if self._people.is_guest(unit.actor.id):
            # Whether there is such a case, and whose it is, is not for guests to know.
            raise NotAllowed(_("Swarms are opened by members of the house."), commands=("me",))
        question = question if question.strip() or light is None else light.question
        ticket = await find_ticket(self._tickets, name)
        owner = self._owner(unit, ticket)
        if not ticket.open:
            raise Impossible(
                _("{case} is closed already.", case=str(ticket.ref)), commands=(f"case show {ticket.ref}",)
            )
        request = Request(case=_case(ticket), question=question, tried=tried, skills=tuple(skills), private=private)
        await _refuse_second(unit, request)
        swarm = await self._made(unit, request, owner, timebox, place)
        if light is not None:
            concerned = (*light.asked, *(reply.by for reply in light.replies))
            swarm = grown(swarm, light, await self._people.look(unit, concerned), unit.now)
        swarm = await self._asked(unit, swarm, skills)
        unit.note(swarm, _("{who} opened it: {question}", who=unit.actor.name, question=said(question)), tag="opened")
        await remember_owner(unit, ticket.ref, ticket.owner)
        swarm = self._follow.opened(unit, swarm, network=self._network(unit))
        look_for(unit, swarm)
        if unit.origin is not None and swarm.places[0].room is None and swarm.places[0].target == unit.origin.target:
            # Its card stands here already.
            words = _(
                "{swarm} meets here. Say its number with what you tell me: {command}",
                swarm=swarm.name,
                command=to_type(f"swarm question {swarm.name} …"),
            )
            unit.answer(words)
            return swarm
        unowned = swarm.owner == unit.actor.id and self._case_owner(ticket) is None
        others = unit.origin is not None and unit.origin.target.startswith(SHARED) and not private
        card = opened_card(swarm, self._follow.names, unowned=unowned, others=others)
        unit.answer(card, private=private)
        return swarm

    def _owner(self, unit: Unit, ticket: Ticket) -> str:
        """Return who will own the swarm, and make sure that the asker may open it."""
        theirs = self._case_owner(ticket)
        try:
            unit.require(_only_owned(ticket, theirs.id if theirs is not None else ""))
        except NotAllowed:
            raise _not_theirs(ticket, theirs) from None
        return theirs.id if theirs is not None else unit.actor.id

    def _case_owner(self, ticket: Ticket) -> Person | None:
        if ticket.owner is None:
            return None
        return self._directory.by_identity(Identity(network=ticket.ref.system, id=ticket.owner.ref.id))

    async def _made(
        self, unit: Unit, request: Request, owner: str, timebox: Duration | None, place: Place | None
    ) -> Swarm:
        worded(request)  # before it takes a number
        id_ = str(await unit.next_number("swarm"))
        return opened(
            id_,
            request,
            owner=owner,
            by=unit.actor.id,
            at=unit.now,
            place=place or main_place(main_room(id_)),
            origin=_conversation(unit),
            ends_at=unit.now + timedelta(seconds=timebox.seconds) if timebox is not None else None,
            locale=unit.actor.locale,
        )

    async def _asked(self, unit: Unit, swarm: Swarm, skills: Sequence[str]) -> Swarm:
        for skill in skills:
            wanted = read_wanted([skill if ":" in skill else f"skill:{skill}"], self._directory)
            words = " ".join(f"skill:{one}" for one in wanted.needs)
            people = (await self._finder.ranked(unit, wanted)).order[:MOST_CANDIDATES]
            if not people:
                raise nobody_fits(words, f"swarm open {swarm.case.ref} {quote(swarm.question)} skills=")
            swarm = called(
                swarm,
                by=unit.actor.id,
                wanted=words,
                candidates=people,
                look=await self._people.look(unit, people),
                at=unit.now,
                wait=self._settings.wait,
            )
        return swarm

    def _network(self, unit: Unit) -> str:
        if self._settings.network:
            return self._settings.network
        origin = unit.origin
        if origin is not None and origin.remote is not None:
            return origin.remote.network
        if origin is not None and origin.room is not None:
            return origin.room.network
        systems = set(self._tickets.names())
        chats = [identity.network for identity in unit.actor.identities if identity.network not in systems]
        if not chats:
            raise Impossible(
                _("You are on no chat network, so there is nowhere to open a room."),
                hint=_("An admin can add your identity to the people file."),
            )
        return chats[0]


def _conversation(unit: Unit) -> str:
    """Return where people can go on talking if no room can be had; a call by command line is no such place."""
    here = unit.origin.target if unit.origin is not None else ""
    return here if here.startswith(SHARED) else direct_target(unit.actor.id)


async def _refuse_second(unit: Unit, request: Request) -> None:
    other = await on_it(unit, request.case.ref, request.question)
    if other is not None:
        raise already_on_it(unit, other)


def _not_theirs(ticket: Ticket, owner: Person | None) -> NotAllowed:
    hint = _("Ask a pod lead to open the swarm.")
    if owner is not None:
        return NotAllowed(
            _("{case} belongs to {owner}, who can open a swarm on it.", case=str(ticket.ref), owner=owner.name),
            hint=_("Ask {owner} or a pod lead.", owner=owner.name),
        )
    if ticket.owner is None:
        return NotAllowed(_("Nobody owns {case} yet.", case=str(ticket.ref)), hint=hint)
    return NotAllowed(
        _(
            "{case} belongs to {owner}, whom the directory does not know.",
            case=str(ticket.ref),
            owner=said(ticket.owner.name),
        ),
        hint=hint,
    )


def _only_owned(ticket: Ticket, owner: str) -> Swarm:
    """Return what the swarm's owner has to be looked up on, before there is a swarm."""
    return Swarm(
        id="0",
        state=State.REQUESTED,
        case=_case(ticket),
        question="",
        owner=owner,
        opened_by=owner,
        opened_at=ticket.created_at,
        origin="",
        places=(),
        members=(),
    )


def _case(ticket: Ticket) -> Case:
    running = [clock.due for clock in ticket.clocks if clock.state == "running" and clock.due is not None]
    return Case(
        ref=ticket.ref,
        subject=ticket.subject,
        customer=ticket.customer.name if ticket.customer else "",
        segment=ticket.customer.segment if ticket.customer else "",
        words=" ".join(ticket.description.split())[:MOST_WORDS],
        due=min(running) if running else None,
    )
