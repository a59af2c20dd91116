"""The commands that show cases."""

from __future__ import annotations

from typing import Annotated

from chatops.cases.desk import CaseDesk
from chatops.cases.listing import Sort
from chatops.cases.views import CaseViews
from chatops.cases.wording import StatusWord
from chatops.core.command import Option, command
from chatops.core.params import Many, Rest, TicketName
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.ports.roster import Directory
from chatops.ports.tickets import TicketSystems

_PAGE = Option(label=_("page"), aliases={"de": ("seite",), "nl": ("pagina",)})
WORKS_ON_IT = "owner | colleague | pod_lead"
"""Who may look into a case, and write inside."""

OWNS_IT = "owner | pod_lead"
"""Who decides about a case, and speaks to its customer."""


class CaseCommands:
    """Everything people ask about cases."""

    def __init__(self, directory: Directory, tickets: TicketSystems, desk: CaseDesk | None = None) -> None:
        self._views = CaseViews(desk or CaseDesk(directory, tickets))

    @command(
        "case show",
        who="staff",
        summary=_("Show a case: customer, status, owner, clocks"),
        aliases={"de": ("fall zeigen", "fall anzeigen"), "nl": ("zaak tonen", "zaak bekijken")},
        examples=("case show demo:1001",),
        options={"case": Option(label=_("case"))},
        acts=False,
        alone=True,
    )
    async def show(self, unit: Unit, case: TicketName | None = None) -> None:
        """Show a case as its system has it now."""
        await self._views.show(unit, case)

    @command(
        "case history",
        who=WORKS_ON_IT,
        inside=True,
        summary=_("What happened to a case, for you alone"),
        aliases={"de": ("fall verlauf", "fall historie"), "nl": ("zaak geschiedenis", "zaak verloop")},
        examples=("case history demo:1001", "case history demo:1001 all"),
        options={
            "case": Option(label=_("case")),
            "everything": Option(label=_("more at once"), aliases={"en": ("all",), "de": ("alles",), "nl": ("alles",)}),
            "earlier": Option(label=_("where to go on"), aliases={"de": ("früher",), "nl": ("eerder",)}),
        },
        acts=False,
    )
    async def history(
        self, unit: Unit, case: TicketName | None = None, *, everything: bool = False, earlier: str = ""
    ) -> None:
        """Show the last events."""
        await self._views.history(unit, case, everything=everything, cursor=earlier)

    @command(
        "case related",
        who=WORKS_ON_IT,
        inside=True,
        summary=_("Orders, other cases of the customer, cases like it: for you alone"),
        aliases={"de": ("fall verwandt", "fall umfeld"), "nl": ("zaak verwant", "zaak omgeving")},
        examples=("case related demo:1001",),
        options={"case": Option(label=_("case"))},
        acts=False,
    )
    async def related(self, unit: Unit, case: TicketName | None = None) -> None:
        """Show what belongs to a case."""
        await self._views.related(unit, case)

    @command(
        "case list",
        who="agent | expert | pod_lead | manager",
        summary=_("List cases: mine, a pod’s, by words, status, segment; sorted"),
        aliases={
            "en": ("case find",),
            "de": ("fall liste", "fall suchen", "fall finden"),
            "nl": ("zaak lijst", "zaak zoeken", "zaak vinden"),
        },
        examples=("case list mine", "case list pod:emea-1 status=pending sort=age", "case find refund loops"),
        options={
            "what": Option(label=_("mine, pod:X, country:DE, topic:billing, or words")),
            "status": Option(label=_("status"), aliases={"de": ("zustand",), "nl": ("toestand",)}),
            "segment": Option(label=_("segment")),
            "sort": Option(label=_("sla, age or priority"), aliases={"de": ("sortiert",), "nl": ("sorteer",)}),
            "page": _PAGE,
        },
        acts=False,
    )
    async def list(
        self,
        unit: Unit,
        what: Rest = "",
        *,
        status: Annotated[tuple[StatusWord, ...], Many()] = (),
        segment: str = "",
        sort: Sort = Sort.SLA,
        page: int = 1,
    ) -> None:
        """List cases."""
        statuses = tuple(one.meant for one in status)
        await self._views.listed(unit, what, statuses=statuses, segment=segment, sort=sort, number=page)

    @command(
        "case recent",
        who="agent | expert | pod_lead | manager",
        summary=_("The cases you last looked at"),
        aliases={"de": ("fall zuletzt", "fall neueste"), "nl": ("zaak recent", "zaak laatste")},
        examples=("case recent",),
        acts=False,
    )
    async def recent(self, unit: Unit) -> None:
        """List what the asker last looked at."""
        await self._views.recent(unit)

    @command(
        "queue show",
        who="staff",
        summary=_("What waits, the least time left first"),
        aliases={"de": ("schlange zeigen", "schlange anzeigen"), "nl": ("wachtrij tonen", "wachtrij bekijken")},
        examples=("queue show", "queue show pod:emea-1", "queue show country:DE", "queue show topic:billing"),
        options={"what": Option(label=_("pod:X, country:DE or topic:billing")), "page": _PAGE},
        acts=False,
    )
    async def queue(self, unit: Unit, what: Rest = "", *, page: int = 1) -> None:
        """Show what waits."""
        await self._views.queue(unit, what, page)

    @command(
        "customer show",
        who="staff",
        summary=_("A customer: segment, contract, duties, notes"),
        aliases={"de": ("kunde zeigen", "kunde anzeigen"), "nl": ("klant tonen", "klant bekijken")},
        examples=("customer show Fjord & Fell",),
        options={"customer": Option(label=_("customer"))},
        acts=False,
    )
    async def customer(self, unit: Unit, customer: Rest = "") -> None:
        """Show master data."""
        await self._views.customer(unit, customer)
