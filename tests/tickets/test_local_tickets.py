"""The local ticket system keeps what the port promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatops.ports.tickets import Ref
from chatops.testing.conformance.tickets import Premises, TicketSystemSuite
from local_desk import local_desk


class TestLocalTickets(TicketSystemSuite):
    """The whole port."""

    @pytest.fixture
    def premises(self, tmp_path: Path) -> Premises:
        desk = local_desk(tmp_path)
        return Premises(
            system=desk.plugin.system,
            staff=(
                Ref(system="local", kind="person", id="anna", key="anna"),
                Ref(system="local", kind="person", id="ben", key="ben"),
            ),
            queue=Ref(system="local", kind="queue", id="billing", key="billing"),
            customer=Ref(system="local", kind="account", id="acme", key="acme"),
            pass_time=desk.clock.advance,
        )
