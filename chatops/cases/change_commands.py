"""The commands that change cases."""

from __future__ import annotations

from chatops.cases.attaching import Attaching
from chatops.cases.changing import CaseChanges
from chatops.cases.commands import OWNS_IT, WORKS_ON_IT
from chatops.cases.desk import CaseDesk
from chatops.cases.replying import Replies
from chatops.cases.wording import PriorityWord, StatusWord, led, unquoted
from chatops.core.command import Option, command
from chatops.core.message import Person
from chatops.core.params import Rest, TicketName
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.errors import BadArgument

_CASE = Option(label=_("case"))
_BECAUSE = Option(label=_("why"), aliases={"de": ("weil", "grund"), "nl": ("omdat", "reden")})


class ChangeCommands:
    """Everything people do to cases. In a room about a case, the case need not be named."""

    def __init__(self, desk: CaseDesk, changes: CaseChanges, replies: Replies, attaching: Attaching) -> None:
        self._desk = desk
        self._changes = changes
        self._replies = replies
        self._attaching = attaching

    @command(
        "case new",
        who="staff",
        summary=_("Make a case"),
        aliases={"de": ("fall neu", "fall anlegen"), "nl": ("zaak nieuw", "zaak aanmaken")},
        examples=("case new Card charged twice", 'case new "Card charged twice" customer="Fjord & Fell" priority=high'),
        options={
            "subject": Option(label=_("what it is about")),
            "within": Option(label=_("ticket system"), aliases={"en": ("in",), "de": ("system",), "nl": ("systeem",)}),
            "customer": Option(label=_("customer"), aliases={"de": ("kunde",), "nl": ("klant",)}),
            "priority": Option(label=_("priority"), aliases={"de": ("priorität",), "nl": ("prioriteit",)}),
        },
    )
    async def new(
        self,
        unit: Unit,
        subject: Rest,
        *,
        within: str = "",
        customer: str = "",
        priority: PriorityWord = PriorityWord.NORMAL,
    ) -> None:
        """Make a case; its name and address are told when it is there."""
        await self._changes.new(unit, subject, within=within, customer=customer, priority=priority.meant)

    @command(
        "case take",
        who="agent | pod_lead",
        summary=_("Become the owner of a case"),
        aliases={"de": ("fall nehmen", "fall übernehmen"), "nl": ("zaak nemen", "zaak overnemen")},
        examples=("case take demo:1001",),
        options={"case": _CASE},
    )
    async def take(self, unit: Unit, case: TicketName | None = None) -> None:
        """Take a case."""
        await self._changes.take(unit, case)

    @command(
        "case assign",
        who="pod_lead",
        summary=_("Make somebody the owner of a case"),
        aliases={"de": ("fall zuweisen",), "nl": ("zaak toewijzen",)},
        examples=("case assign demo:1001 @anna",),
        options={"case": _CASE, "who": Option(label=_("whom"))},
    )
    async def assign(self, unit: Unit, case: TicketName | None = None, who: Person | None = None) -> None:
        """Assign a case."""
        if who is None:
            raise BadArgument(_("To whom?"), commands=("case assign demo:1001 @anna",))
        await self._changes.assign(unit, case, who)

    @command(
        "case priority",
        who=OWNS_IT,
        inside=True,
        summary=_("Change a case’s priority, and say why"),
        aliases={"de": ("fall priorität", "fall prio"), "nl": ("zaak prioriteit",)},
        examples=('case priority demo:1001 high because "their till is down"',),
        options={"case": _CASE, "priority": Option(label=_("urgent, high, normal or low")), "because": _BECAUSE},
    )
    async def priority(
        self,
        unit: Unit,
        case: TicketName | None = None,
        priority: PriorityWord | None = None,
        because: Rest = "",
    ) -> None:
        """Change the priority."""
        if priority is None:
            raise BadArgument(_("Which priority?"), commands=('case priority demo:1001 high because "…"',))
        await self._changes.priority(unit, case, priority.meant, unquoted(because))

    @command(
        "case status",
        who=OWNS_IT,
        inside=True,
        summary=_("Change a case’s status; what that does to its clocks is told"),
        aliases={"de": ("fall status",), "nl": ("zaak status",)},
        examples=("case status demo:1001 pending", 'case status demo:1001 open because "they wrote back"'),
        options={
            "case": _CASE,
            "status": Option(label=_("open, pending, on-hold, resolved or closed")),
            "because": _BECAUSE,
        },
    )
    async def status(
        self, unit: Unit, case: TicketName | None = None, status: StatusWord | None = None, because: Rest = ""
    ) -> None:
        """Change the status."""
        if status is None:
            raise BadArgument(_("Which status?"), commands=("case status demo:1001 pending",))
        await self._changes.status(unit, case, status.meant, unquoted(because))

    @command(
        "note",
        who=WORKS_ON_IT,
        inside=True,
        summary=_("Write on a case for colleagues only"),
        aliases={"de": ("notiz",), "nl": ("notitie",)},
        examples=("note demo:1001 they switched banks on Monday",),
        options={"text": Option(label=_("case, if it is another one, and your words"))},
    )
    async def note(self, unit: Unit, text: Rest) -> None:
        """Write inside."""
        case, words = self._led(text)
        if not words:
            raise BadArgument(_("What shall it say?"), commands=(f"note {text} …",))
        await self._changes.note(unit, case, words)

    @command(
        "reply customer",
        who=OWNS_IT,
        inside=True,
        summary=_("Write to the customer; you see it first"),
        aliases={"de": ("antwort kunde", "antworte kunde"), "nl": ("antwoord klant",)},
        examples=(
            "reply customer demo:1001 We have found it and are putting it right.",
            "reply customer demo:1001 template=refund until=2026-12-24",
        ),
        options={
            "text": Option(label=_("case, if it is another one, and your words")),
            "template": Option(label=_("text to begin with"), aliases={"de": ("vorlage",), "nl": ("sjabloon",)}),
        },
        outward=True,
    )
    async def reply(self, unit: Unit, text: Rest = "", *, template: str = "") -> None:
        """Write to the customer."""
        case, words = self._led(text)
        await self._replies.reply(unit, case, words, template)

    @command(
        "case attach",
        who=WORKS_ON_IT,
        inside=True,
        summary=_("Put a file on a case: as a reply to the message it came with, sent along, or by its address"),
        aliases={"de": ("fall anhängen",), "nl": ("zaak bijvoegen",)},
        examples=("case attach demo:1001", 'case attach demo:1001 https://files.example/log.txt "server log"'),
        options={"file": Option(label=_("case, if it is another one, address if it has one, and name"))},
    )
    async def attach(self, unit: Unit, file: Rest = "") -> None:
        """Attach files: of the message replied to, of this one, or one by its address."""
        case, words = self._led(file)
        await self._attaching.attach(unit, case, words)

    @command(
        "customer note",
        who="agent | expert | pod_lead",
        summary=_("Write something about a customer for colleagues only"),
        aliases={"de": ("kunde notiz",), "nl": ("klant notitie",)},
        examples=('customer note "Fjord & Fell" prefers to be called after ten',),
        options={"customer": Option(label=_("customer")), "text": Option(label=_("your words"))},
    )
    async def note_customer(self, unit: Unit, customer: str, text: Rest) -> None:
        """Write about a customer."""
        await self._changes.note_customer(unit, customer, unquoted(text))

    @command(
        "snippet list",
        who="staff",
        summary=_("The texts there are to begin with"),
        aliases={"de": ("textbaustein liste",), "nl": ("tekstblok lijst",)},
        examples=("snippet list",),
        acts=False,
    )
    async def snippets(self, unit: Unit) -> None:
        """List all texts."""
        await self._replies.snippets(unit)

    @command(
        "snippet",
        who="staff",
        summary=_("A text to copy and change; nothing is sent"),
        aliases={"de": ("textbaustein",), "nl": ("tekstblok",)},
        examples=("snippet refund until=2026-12-24",),
        options={
            "name": Option(label=_("name")),
            "fields": Option(label=_("what goes into its gaps: until=2026-12-24")),
        },
        acts=False,
    )
    async def snippet(self, unit: Unit, name: str, fields: Rest = "") -> None:
        """Show a text."""
        await self._replies.snippet(unit, name, fields)

    def _led(self, text: str) -> tuple[TicketName | None, str]:
        return led(text, self._desk.tickets.names())
