"""The console stays small."""

from __future__ import annotations

import gzip
from pathlib import Path

import console_network
from console_tab import TabMaker

FOLDER = Path(console_network.__file__).parent / "static"
FILES = {file.name: file.read_bytes() for file in FOLDER.iterdir()}


def test_the_script_is_small() -> None:
    """At most six thousand bytes of our own, and nobody else's."""
    scripts = [name for name in FILES if name.endswith(".js")]
    assert scripts == ["console.js"]
    assert len(FILES["console.js"]) <= 6_000


async def test_the_first_load_is_light(tab: TabMaker) -> None:
    """Page, style and script together, packed: at most 60 kB."""
    page = await tab("agent-1").open()
    files = sum(len(gzip.compress(body)) for body in FILES.values())
    assert files + len(gzip.compress(page.encode())) <= 60_000
