"""What does not depend on the store is tried in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from theatre import Theatre, theatre_of


@pytest.fixture
async def theatre(tmp_path: Path) -> AsyncIterator[Theatre]:
    """Builds stages in memory."""
    async with theatre_of("memory", tmp_path) as theatre:
        yield theatre
