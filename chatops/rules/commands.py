"""The commands of rules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from chatops.core.command import Option, command
from chatops.core.params import Duration, Many, Rest, TicketName, When
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.engine.ticket_lookup import find_ticket
from chatops.errors import BadArgument
from chatops.ports.roster import Directory
from chatops.ports.tickets import Priority, Status, TicketSystems
from chatops.rules.attributes import CaseFacts
from chatops.rules.cards import explained_card, list_card, read_card
from chatops.rules.deciding import decide
from chatops.rules.facts import Routed, Sweep
from chatops.rules.in_force import InForce
from chatops.rules.looking import Looks


class RulesCommands:
    """What people ask about rules. They are changed in their file only."""

    def __init__(self, rules: InForce, looks: Looks, directory: Directory, tickets: TicketSystems) -> None:
        self._rules = rules
        self._looks = looks
        self._directory = directory
        self._tickets = tickets

    @command(
        "rules list",
        who="staff",
        summary=_("List the rules: which case goes where, and when a swarm is offered or opened"),
        aliases={"de": ("regeln liste", "regeln zeigen"), "nl": ("regels lijst", "regels tonen")},
        examples=("rules list",),
        acts=False,
    )
    async def list(self, unit: Unit) -> None:
        """List all rules."""
        asked = [sweep for name in self._tickets.names() if (sweep := await unit.get(Sweep, name)) is not None]
        unit.answer(list_card(await self._rules.policy(unit), [sweep for sweep in asked if sweep.state == "away"]))

    @command(
        "rules explain",
        who="staff",
        summary=_("Say which rules fire for a case, which do not, and why"),
        aliases={"de": ("regeln erklären",), "nl": ("regels uitleggen",)},
        examples=("rules explain demo:1001",),
        options={"case": Option(label=_("case"))},
        acts=False,
    )
    async def explain(self, unit: Unit, case: TicketName) -> None:
        """Explain what becomes of a case, as its system has it now."""
        ticket = await find_ticket(self._tickets, case)
        decision = decide(await self._rules.policy(unit), self._looks.facts(ticket, unit.now))
        done = await unit.get(Routed, f"{ticket.ref.system}:{ticket.ref.id}")
        unit.answer(
            explained_card(_("Rules for {case}", case=str(ticket.ref)), decision, self._pod(decision.pod), done)
        )

    @command(
        "rules test",
        who="admin | manager | pod_lead",
        summary=_("Try the rules on a case that does not exist"),
        aliases={"de": ("regeln testen",), "nl": ("regels testen",)},
        examples=("rules test priority=urgent segment=vip sla=90m", "rules test age=5h tag=refund"),
        options={
            "text": Option(label=_("words of the case")),
            "priority": Option(label=_("priority"), aliases={"de": ("priorität",), "nl": ("prioriteit",)}),
            "status": Option(label=_("status")),
            "segment": Option(label=_("segment of the customer")),
            "country": Option(label=_("country of the customer"), aliases={"de": ("land",), "nl": ("land",)}),
            "tag": Option(label=_("tags"), aliases={"de": ("thema",), "nl": ("onderwerp",)}),
            "queue": Option(label=_("queue"), aliases={"de": ("schlange",), "nl": ("wachtrij",)}),
            "origin": Option(label=_("how it came in"), aliases={"de": ("herkunft",), "nl": ("herkomst",)}),
            "entitlement": Option(label=_("support plan"), aliases={"de": ("vertrag",), "nl": ("contract",)}),
            "system": Option(label=_("ticket system")),
            "age": Option(label=_("how old, like 4h"), aliases={"de": ("alter",), "nl": ("leeftijd",)}),
            "sla": Option(label=_("time left on its clock, like 90m")),
            "at": Option(label=_("when"), aliases={"de": ("um",), "nl": ("om",)}),
            "pod": Option(label=_("pod of its owner")),
        },
        acts=False,
    )
    async def test(  # noqa: PLR0913 - every attribute that rules know, by name
        self,
        unit: Unit,
        text: Rest = "",
        *,
        priority: Priority = Priority.NORMAL,
        status: Status = Status.OPEN,
        segment: str = "",
        country: str = "",
        tag: Annotated[tuple[str, ...], Many()] = (),
        queue: str = "",
        origin: str = "",
        entitlement: str = "",
        system: str = "",
        age: Duration | None = None,
        sla: Duration | None = None,
        at: When | None = None,
        pod: str = "",
    ) -> None:
        """Say what would become of a case with these attributes."""
        if "=" in text:
            word = text.split("=")[0].rpartition(" ")[2]
            raise BadArgument(
                _("Rules do not look at {word}.", word=said(word)),
                commands=("rules test priority=urgent segment=vip sla=90m",),
            )
        facts = CaseFacts(
            now=_when(at, unit.now),
            system=system or next(iter(self._tickets.names()), ""),
            priority=str(priority),
            status=str(status),
            segment=segment,
            country=country,
            tags=tag,
            queue=(queue,) if queue else (),
            origin=origin,
            entitlement=(entitlement,) if entitlement else (),
            owner="known" if pod else "none",
            owner_pods=(pod,) if pod else (),
            text=text,
            age=age.seconds if age is not None else 0.0,
            sla_left=sla.seconds if sla is not None else None,
        )
        decision = decide(await self._rules.policy(unit), facts)
        unit.answer(explained_card(_("Rules for such a case"), decision, self._pod(decision.pod)))

    @command(
        "rules reload",
        who="admin | manager",
        summary=_("Read the file with the rules again, for all servers; one with faults changes nothing"),
        aliases={"de": ("regeln neu laden",), "nl": ("regels herladen",)},
        examples=("rules reload",),
    )
    async def reload(self, unit: Unit) -> None:
        """Go by what the file says now. Raise Impossible with its faults."""
        read = await self._rules.read_again(unit)
        self._looks.arm(unit, read.after)
        unit.answer(read_card(read.before, read.after))

    @command(
        "rules later",
        who="staff",
        summary=_("Leave a case that rules offer; it stays in its queue"),
        aliases={"de": ("regeln später",), "nl": ("regels later",)},
        examples=("rules later demo:1001",),
        options={"case": Option(label=_("case"))},
    )
    async def later(self, unit: Unit, case: TicketName) -> None:
        """Say that a case is left for now: the card on which it was offered becomes a line that says so."""
        ticket = await find_ticket(self._tickets, case)
        words = _("{case} is left for now, says {who}.", case=str(ticket.ref), who=unit.actor.name)
        if unit.origin is None:
            unit.answer(words)
        else:
            unit.post(unit.origin.target, words, slot=f"offer:{ticket.ref}", reply=True, thread=unit.origin.thread)

    def _pod(self, id: str) -> str:
        pod = self._directory.pod(id) if id else None
        return id if pod is None else pod.name or pod.id


def _when(at: When | None, now: datetime) -> datetime:
    return now if at is None else at.at
