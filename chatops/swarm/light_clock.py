"""What a light swarm is woken up for."""

from __future__ import annotations

from typing import ClassVar

from chatops.core.frozen import Body


class LightFallsSilent(Body, frozen=True, kw_only=True):
    """Nobody may have said anything for long."""

    kind: ClassVar[str] = "swarm.light_falls_silent"

    light: str
