"""What a suite for ticket systems needs of the one it tries."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from chatops.ports.tickets import (
    NewTicket,
    Ref,
    Ticket,
    TicketSystem,
    Version,
    WriteContext,
)

HARD_TEXTS = (
    "Umlaute, 漢字, 👩‍🔧 and a\nnew line",
    "<script>alert('x')</script> & \"quotes\" — “both kinds”",
    "'; DROP TABLE tickets; -- %s {} \\",
    "right-to-left \u202e marks and a zero\u200bwidth space",
)
HARD_SEARCHES = ('"', "a AND", "*", "NEAR(", "-", "'", "(((", ":", "\\", "   ")


@dataclass(frozen=True)
class Premises:
    """A system to try, and what it holds."""

    system: TicketSystem
    staff: tuple[Ref, Ref]
    """Two members of staff who may own cases."""
    queue: Ref
    pass_time: Callable[[timedelta], None]
    """Lets the system's clock move on, so that cases differ in age."""
    customer: Ref | None = None
    """Needed with `capabilities.customers` or `clocks`: somebody who is entitled to something."""
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Makes the keys of this run unlike all others."""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def write(self, *, expect: Version | None = None) -> WriteContext:
        """Return the context of a write nobody has made before."""
        return WriteContext(key=f"{self.run}/{next(self.numbers)}", acting_for="Anna Example", expect=expect)

    async def ticket(self, subject: str = "A case", *, owner: Ref | None = None, text: str = "") -> Ticket:
        """Return a new case."""
        new = NewTicket(subject=subject, description=text, owner=owner, queue=self.queue)
        return await self.system.create(new, self.write())


def new_word() -> str:
    """Return a word nobody has written before."""
    return f"w{uuid.uuid4().hex}"
