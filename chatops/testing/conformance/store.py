"""What every store must keep of `chatops.ports.store.Store`, one test per promise. Subclass in a test module:

    class TestMyStore(StoreSuite):
        async def make(self, folder: Path, clock: ManualClock) -> Store:
            return MyStore(..., clock=clock)

The suite opens and closes what `make` returns. Tests are async functions: pytest-asyncio in its `auto` mode runs them.
What only a durable store can show (it survives a kill, says when its disk is full) is for that store's own tests.
"""

from __future__ import annotations

from chatops.testing.conformance.store_facts import FactPromises
from chatops.testing.conformance.store_inbox import InboxPromises
from chatops.testing.conformance.store_journal import JournalPromises
from chatops.testing.conformance.store_operators import OperatorPromises
from chatops.testing.conformance.store_outbox import OutboxPromises
from chatops.testing.conformance.store_sharing import SharingPromises
from chatops.testing.conformance.store_timers import TimerPromises
from chatops.testing.conformance.store_units import UnitPromises


class StoreSuite(
    InboxPromises,
    UnitPromises,
    FactPromises,
    OutboxPromises,
    TimerPromises,
    JournalPromises,
    OperatorPromises,
    SharingPromises,
):
    """All promises."""
