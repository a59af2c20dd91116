"""Who was turned away at a network's door is in the audit."""

from __future__ import annotations

from chatops.core.message import Identity, TurnedAway
from theatre import Theatre


async def test_an_attempt_is_an_audit_record_in_the_doors_own_lane(theatre: Theatre) -> None:
    """It names who they claimed to be, and takes nobody's word for it."""
    stage = await theatre.stage()
    claimed = Identity(network="fake", id="mia")
    body = TurnedAway(claimed=claimed, reason="no_token", address="192.0.2.7", count=3, at=stage.clock.now())

    await stage.engine.accept_for("fake")([("door-1", body), ("door-1", body)])
    await stage.settle()

    assert await stage.audit("door:fake") == ["(at the door) → denied:no_token"]
    assert stage.network.posted == []
