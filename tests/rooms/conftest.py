"""A house whose people watch a room, and cases to name there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from case_story import CaseStory


@pytest.fixture
def prepared(tmp_path: Path) -> CaseStory:
    """A house that is not open yet; its files are read before the loop runs."""
    return CaseStory(tmp_path)


@pytest.fixture
async def story(prepared: CaseStory) -> AsyncIterator[CaseStory]:
    """The same, running."""
    async with prepared.stage:
        yield prepared
