"""What everything the system does has in common: its records, its clock, how a case is found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from chatops.errors import Invalid, Missing
from chatops.ports.tickets import Ref, WriteContext
from local_tickets.addresses import Addresses
from local_tickets.documents import TicketDoc
from local_tickets.shelf import Shelf
from local_tickets.views import CHAT, Views


class Desk:
    """Records, and how they are shown."""

    def __init__(
        self,
        shelf: Shelf,
        *,
        addresses: Addresses,
        now: Callable[[], datetime],
        prepare: Callable[[], Awaitable[None]],
    ) -> None:
        self._shelf = shelf
        self._addresses = addresses
        self._now = now
        self._ready = prepare
        """Fills the records before they are used for the first time; harmless afterwards."""
        self._views = Views(shelf, system=addresses.system, now=now, page=addresses.of)

    @property
    def name(self) -> str:
        """The connection's name in the settings."""
        return self._addresses.system

    async def _ticket(self, ref: Ref) -> tuple[TicketDoc, int]:
        if ref.system != self.name or ref.kind != "ticket":
            message = f"{ref} is no ticket here"
            raise Missing(message)
        return await self._shelf.need(TicketDoc, self._addresses.id_in(ref.id))


def filled(field: str, text: str) -> None:
    """Raise Invalid naming the field when there are no words in `text`."""
    if not text.strip():
        message = f"the {field} is empty"
        raise Invalid(message, fields={field: ["is empty"]})


def author(context: WriteContext) -> str:
    """Return whom a write is said to be by."""
    return context.acting_for or CHAT
