"""What does not depend on the store is tried on one of them: in memory, when there is no other reason."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from theatre import STORES, Theatre, theatre_of


@pytest.fixture
async def theatre(tmp_path: Path) -> AsyncIterator[Theatre]:
    """Builds stages on the first of the stores."""
    async with theatre_of(STORES[0], tmp_path) as theatre:
        yield theatre
