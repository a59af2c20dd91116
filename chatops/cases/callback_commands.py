"""The commands of call-backs."""

from __future__ import annotations

from typing import Annotated

from chatops.cases.callbacks import PREFIX, CallBack, CallBacks, CallState
from chatops.cases.wording import unquoted
from chatops.core.command import Option, command
from chatops.core.params import IdOf, Rest, TicketName, When
from chatops.core.text import _
from chatops.core.unit import Unit

CallBackId = Annotated[str, IdOf(kind=CallBack.kind, prefix=PREFIX)]
_AT = Option(
    label=_("when, like 14:00 or tomorrow 09:00"),
    aliases={"en": ("in",), "de": ("um", "in"), "nl": ("om", "over")},
)


class CallBackCommands:
    """Everything people say about call-backs."""

    def __init__(self, callbacks: CallBacks) -> None:
        self._callbacks = callbacks

    @command(
        "case callback",
        who="staff",
        summary=_("Promise that the customer is called; the owner is reminded"),
        aliases={"de": ("fall rückruf",), "nl": ("zaak terugbellen",)},
        examples=("case callback demo:1001 at=14:00 the refund", "case callback in=30m the refund"),
        options={"case": Option(label=_("case")), "about": Option(label=_("what about")), "at": _AT},
    )
    async def plan(self, unit: Unit, case: TicketName | None = None, about: Rest = "", *, at: When) -> None:
        """Make an appointment."""
        await self._callbacks.plan(unit, case, at, unquoted(about))

    @command(
        "callback list",
        who="staff",
        summary=_("Whom you are to call back"),
        aliases={"de": ("rückruf liste",), "nl": ("terugbel lijst",)},
        examples=("callback list",),
        acts=False,
    )
    async def list(self, unit: Unit) -> None:
        """List the asker's."""
        await self._callbacks.listed(unit)

    @command(
        "callback done",
        who="owner | pod_lead",
        inside=True,
        summary=_("You have called"),
        aliases={"de": ("rückruf erledigt",), "nl": ("terugbel gedaan",)},
        examples=("callback done CB-3",),
    )
    async def done(self, unit: Unit, callback: CallBackId) -> None:
        """Say that it is done."""
        await self._callbacks.end(unit, callback, CallState.DONE)

    @command(
        "callback move",
        who="owner | pod_lead",
        inside=True,
        summary=_("Call at another time"),
        aliases={"de": ("rückruf verschieben",), "nl": ("terugbel verzetten",)},
        examples=("callback move CB-3 at=15:00",),
        options={"at": _AT},
    )
    async def move(self, unit: Unit, callback: CallBackId, *, at: When) -> None:
        """Put it off, or forward."""
        await self._callbacks.move(unit, callback, at)

    @command(
        "callback cancel",
        who="owner | pod_lead",
        inside=True,
        summary=_("The call is not wanted any more"),
        aliases={"de": ("rückruf absagen",), "nl": ("terugbel afzeggen",)},
        examples=("callback cancel CB-3",),
    )
    async def cancel(self, unit: Unit, callback: CallBackId) -> None:
        """Cancel it."""
        await self._callbacks.end(unit, callback, CallState.CANCELLED)
