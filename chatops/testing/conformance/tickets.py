"""What every ticket system keeps to: each sentence of `chatops.ports.tickets`, as a test.

::

    class TestMySystem(TicketSystemSuite):
        @pytest.fixture
        def premises(self) -> Premises:
            return Premises(system=MySystem(...), staff=(anna, ben), queue=billing, pass_time=clock.advance)

The system may hold other cases; the suite looks at its own only. What `capabilities` does not promise is not asked for.
"""

from __future__ import annotations

import pytest

from chatops.testing.conformance.ticket_extras import Articles, Customers
from chatops.testing.conformance.ticket_more import Belongings, MasterData, Past
from chatops.testing.conformance.ticket_premises import Premises
from chatops.testing.conformance.ticket_reading import Reading, Searching
from chatops.testing.conformance.ticket_writing import Changing, Commenting, Repeating

__all__ = ["Premises", "TicketSystemSuite"]


class TicketSystemSuite(
    Reading, Searching, Commenting, Changing, Repeating, Customers, Articles, MasterData, Past, Belongings
):
    """All of it. A subclass gives the fixture `premises`."""

    @pytest.fixture
    def premises(self) -> Premises:
        """Return the system to try, with what it needs to hold."""
        raise NotImplementedError
