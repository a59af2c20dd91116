"""What a test needs from the machine: there, or the test says exactly what to install."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def need(program: str, *, how: str) -> str:
    """The path of `program`. Without it the test is skipped, or fails when CHATOPS_REQUIRE_ALL is 1."""
    found = shutil.which(program)
    if found is None:
        lacking(program, how=how)
    return found


def lacking(what: str, *, how: str) -> NoReturn:
    """Skip the test for want of `what`, or fail it when CHATOPS_REQUIRE_ALL is 1."""
    missing = f"{what} is not installed; to run this test: {how}"
    if os.environ.get("CHATOPS_REQUIRE_ALL") == "1":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)
