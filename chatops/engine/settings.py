"""How patient, how wide and how polite the engine is. Every length of time is in seconds."""

from __future__ import annotations

from chatops.core.frozen import Frozen


class EngineSettings(Frozen, frozen=True, kw_only=True):
    """The engine's settings. The defaults are right for a server of its own."""

    lanes: int = 256
    """Lanes worked on at a time."""
    lease: float = 60.0
    """Seconds a claimed event stays ours without a sign of life."""
    deadline: float = 30.0
    """Seconds one event may take, retries included."""
    stale_runs: int = 5
    """Times a handler runs on fresh facts before it counts as unwell."""
    human_retries: int = 3
    """Further tries of a person's command when a part is briefly unwell."""
    attempts: int = 5
    """Tries of a timer, fact or receipt before it becomes a dead letter."""
    backoff: float = 2.0
    """Seconds before the second try; doubled with each further one, with jitter."""
    backoff_most: float = 300.0
    """Longest wait between tries, in seconds."""
    poll: float = 1.0
    """Seconds after which the queues are looked at even when nobody rang."""
    late_after: float = 600.0
    """Seconds between writing and arrival after which a typed command is offered again instead of run; 0: never."""
    flood_burst: int = 20
    """Commands one person may send at once."""
    flood_per_second: float = 1.0
    """Commands per second they may go on with."""
    flood_window: float = 60.0
    """Seconds in which a flood is answered and audited once."""
    interactive_sends: int = 256
    """Posts and effects under way at a time that answer somebody."""
    bulk_sends: int = 8
    """Broadcast posts under way at a time."""
    bulk_sends_beside: int = 2
    """The same while somebody waits for an answer."""
    network_sends: int = 32
    """Of all those, how many at a time to one network."""
    bulk_reserve: float = 0.25
    """Share of a network's allowance that broadcasts leave to everything else."""
    send_deadline: float = 30.0
    """Seconds one send may take."""
    send_lease: float = 120.0
    """Seconds a claimed send stays ours."""
    send_attempts: int = 10
    """Tries before an undeliverable post or effect is given up; not before `send_patience` has passed."""
    send_patience: float = 86_400.0
    """Seconds an unreachable system is waited for at least."""
    room_patience: float = 900.0
    """Seconds posts wait for their room to be opened."""
    resurface_after: int = 8
    """Messages after which a card counts as scrolled away."""
    timers: float = 0.5
    """Seconds between looks at the timers."""
    drain: float = 10.0
    """Seconds `stop` lets work under way finish."""
    heartbeat: float = 5.0
    """Seconds between durable pings, and how stale a part may be before it counts as unwell, tripled."""
    locale: str = "en"
    """Language of rooms that are not ours."""
    zone: str = "UTC"
    """IANA time zone of rooms that are not ours."""
