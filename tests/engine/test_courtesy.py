"""Broadcasts step aside while somebody waits for an answer, and only then."""

from __future__ import annotations

from datetime import timedelta

from chatops.engine.courtesy import LINGERS, Courtesy
from chatops.engine.settings import EngineSettings
from chatops.testing.clock import ManualClock

SETTINGS = EngineSettings(bulk_sends=8, bulk_sends_beside=2)


def test_nobody_waits_at_first() -> None:
    """A broadcast has all its places."""
    assert Courtesy(ManualClock(), SETTINGS).broadcasts == 8


def test_somebody_counts_for_a_while() -> None:
    """Then the broadcast goes on at its full width."""
    clock = ManualClock()
    courtesy = Courtesy(clock, SETTINGS)
    courtesy.somebody()
    assert courtesy.broadcasts == 2
    clock.advance(timedelta(seconds=LINGERS + 0.1))
    assert courtesy.broadcasts == 8
