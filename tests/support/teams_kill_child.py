"""A server on Teams that kills itself where it is told. See `kill_life.carry_out`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import kill_life
from chatops import logs
from chatops.app import App
from chatops.settings import load
from matrix_kill_points import NOTHING
from teams_kill_points import RequestDeath
from teams_network.plugin import TeamsNetwork


def live(order: kill_life.Order, data: Path) -> None:
    """Be a server until the order is carried out."""
    death = RequestDeath(order, data.parent / "deaths")
    logs.configure(level="warning", style="text")
    app = App.prepare(load(data / "chatops.toml"), data, probe=death.probe)
    plugin = app.registry.plugins["teams_network"]
    if not isinstance(plugin, TeamsNetwork):
        raise TypeError(plugin)
    death.watch_http(plugin._http)  # noqa: SLF001 - all that goes out
    asyncio.run(kill_life.serve(app, order, data))
    death.note(NOTHING)


if __name__ == "__main__":
    kill_life.carry_out(live)
