"""A small invented company to try things out on: people, pods, cases with history, articles. Data only; see `company/`."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from chatops.settings import Settings, data_folder, load

SETTINGS = Path(__file__).parent / "demo.toml"
"""The demo's settings."""

COMPANY = Path(__file__).parent / "company"
"""people.toml, pods.toml, tickets.toml."""

FIRST_PERSON = "agent-1"
"""Who tries the first commands."""

TRY = (
    "swarm open demo:1001 refund loops",
    "case show demo:1011",
    "help swarm",
)
"""Three commands worth a try, in this order."""


def demo_settings(folder: Path, *, port: int) -> tuple[Settings, Callable[[str], str]]:
    """Return the demo's settings, and what to tell whoever started it. Blocking.

    The data folder needs no preparation: the cases come into being on the first start, once.
    """
    settings = load(SETTINGS)
    server = settings.server.model_copy(update={"port": port})
    return settings.model_copy(update={"server": server}), lambda url: welcome(url, folder)


def welcome(url: str, folder: Path) -> str:
    """Return what to print once the demo serves. The commands work as they stand, in the directory it was started in."""
    program = "chatops" if shutil.which("chatops") else shlex.quote(os.path.relpath(sys.argv[0]))
    data = "" if folder == data_folder() else f" --data {shlex.quote(str(folder))}"
    commands = "\n".join(f"  {program} do{data} {shlex.quote(command)}" for command in TRY)
    return f"""
Brightwater is open: {url}/console/{FIRST_PERSON}/
Be somebody else in a second tab: {url}/console/expert-1/ (or lead-1, manager-1, guest-1 …)

Try there: !{TRY[0]}
Or in another terminal:

{commands}

Everything is kept in {folder}. Stop with Ctrl-C.
"""
