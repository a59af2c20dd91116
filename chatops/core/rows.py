"""Effects and timers as the store keeps them."""

from __future__ import annotations

from chatops.core.codec import Codec
from chatops.core.commit import OutboxRow, TimerRow
from chatops.core.effects import Effect, Post, Timer
from chatops.core.events import Event
from chatops.core.recurrence import first_due


def outbox_row(key: str, effect: Effect, event: Event, codec: Codec) -> OutboxRow:
    """Return the row of an effect that an event leads to."""
    post = effect if isinstance(effect, Post) else None
    return OutboxRow(
        key=key,
        target=effect.target,
        kind=effect.kind,
        body=codec.encode(effect),
        cause=event.cause,
        lane=event.lane,
        bulk=post.bulk if post else False,
        reply=post.reply if post else False,
        slot=post.slot if post else None,
    )


def timer_row(timer: Timer, event: Event, codec: Codec) -> TimerRow:
    """Return the row of a timer that an event arms."""
    return TimerRow(
        series=timer.series,
        lane=timer.lane,
        kind=timer.body.kind,
        body=codec.encode(timer.body),
        due=first_due(timer.due, timer.zone),
        zone=timer.zone,
        rule=timer.rule,
        missed=timer.missed,
        cause=event.cause,
    )
