"""A server on a homeserver that kills itself where it is told.

Run as a program, see `kill_life.carry_out`. An order with a login only logs in.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import kill_life
from chatops import logs
from chatops.app import App
from chatops.settings import load
from matrix_kill_points import NOTHING, Death
from matrix_network.plugin import MatrixNetwork
from matrix_network.session import Kept


def live(order: dict[str, Any], data: Path) -> None:
    """Be a server until the order is carried out."""
    death = Death(order, data.parent / "deaths")
    logs.configure(level="warning", style="text")
    app = App.prepare(load(data / "chatops.toml"), data, listen=False, probe=death.probe)
    plugin = app.registry.plugins["matrix_network"]
    if not isinstance(plugin, MatrixNetwork):
        raise TypeError(plugin)
    death.watch(plugin.homeserver)
    asyncio.run(_serve(app, plugin, order, data))
    death.note(NOTHING)


async def _serve(app: App, plugin: MatrixNetwork, order: dict[str, Any], data: Path) -> None:
    if order["login"]:
        await app.store.open()
        await plugin.session.begin(Kept(**order["login"]))
        await app.store.close()
        return
    await kill_life.serve(app, order, data)


if __name__ == "__main__":
    kill_life.carry_out(live)
