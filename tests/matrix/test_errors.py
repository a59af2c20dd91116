"""What a homeserver's refusals mean to us."""

from __future__ import annotations

import pytest

from chatops.errors import AuthExpired, Invalid, PortError, RateLimited, Unreachable
from matrix_network.errors import error_of


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (401, "M_UNKNOWN_TOKEN", AuthExpired),
        (403, "ORG_MATRIX_EXPIRED_ACCOUNT", AuthExpired),
        (403, "M_RESOURCE_LIMIT_EXCEEDED", Unreachable),
        (413, "M_TOO_LARGE", Invalid),
        (429, "M_LIMIT_EXCEEDED", RateLimited),
        (502, "M_FORBIDDEN", Unreachable),
    ],
)
def test_a_code_has_its_meaning(status: int, code: str, meaning: type[PortError]) -> None:
    """Whether to try later, to log in again, or to give up."""
    problem = error_of(status, {}, {"errcode": code})
    assert (type(problem), problem.code) == (meaning, code)


@pytest.mark.parametrize(
    ("status", "meaning"), [(401, Unreachable), (404, Unreachable), (413, Invalid), (429, RateLimited)]
)
def test_a_proxy_answers_without_a_code(status: int, meaning: type[PortError]) -> None:
    """Paths and tokens are none of its business; what it finds too large stays so, and is sent in smaller pieces."""
    problem = error_of(status, {}, {})
    assert type(problem) is meaning
    assert (problem.code == "M_TOO_LARGE") is (meaning is Invalid)
