"""Every promise is kept on every store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from theatre import STORES, Theatre, theatre_of


@pytest.fixture(params=STORES)
async def theatre(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Theatre]:
    """Builds stages on one of the stores."""
    async with theatre_of(request.param, tmp_path) as theatre:
        yield theatre
