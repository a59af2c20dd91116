"""What refusals of the Bot Connector and of Graph mean to us."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chatops.errors import (
    AuthExpired,
    Conflict,
    Forbidden,
    Invalid,
    Missing,
    OutcomeUnknown,
    PortError,
    RateLimited,
    Rejected,
    Unreachable,
)
from teams_network.errors import LONGEST, PATIENCE, SHORTEST, Doing, error_of
from teams_network.http import Answer

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def answer(status: int, code: str | None = None, **headers: str) -> Answer:
    body = b"" if code is None else f'{{"error":{{"code":"{code}","message":"somebody said: secret"}}}}'.encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (400, "BadSyntax", Invalid),
        (400, "BadArgument", Invalid),
        (401, "BotNotRegistered", AuthExpired),
        (401, None, AuthExpired),
        (403, "BotNotInConversationRoster", Forbidden),
        (403, "ConversationBlockedByUser", Forbidden),
        (403, "BotDisabledByAdmin", Forbidden),
        (403, "MessageWritesBlocked", Forbidden),
        (403, None, Forbidden),
        (404, "ConversationNotFound", Missing),
        (404, "ActivityNotFoundInConversation", Missing),
        (404, "BotNotInConversationRoster", Forbidden),
        (404, None, Missing),
        (409, "NameAlreadyExists", Conflict),
        (410, None, Missing),
        (413, "MessageSizeTooBig", Invalid),
        (413, None, Invalid),
        (422, None, Invalid),
        (423, None, Conflict),
        (405, None, Rejected),
        (418, None, Rejected),
        (429, "Throttled", RateLimited),
        (412, "PreconditionFailed", Unreachable),
        (502, None, Unreachable),
        (504, None, Unreachable),
        (301, None, Unreachable),
        (307, None, Unreachable),
    ],
)
@pytest.mark.parametrize("doing", ["write", "repeatable", "read"])
def test_a_refusal_has_its_meaning(status: int, code: str | None, meaning: type[PortError], doing: Doing) -> None:
    """Whether to try later, to log in again, or to give up; the same for whatever was asked."""
    problem = error_of(answer(status, code), doing)
    assert (type(problem), problem.code) == (meaning, code)


@pytest.mark.parametrize("status", [408, 500, 501, 503, 507, 520, 599])
@pytest.mark.parametrize(
    ("doing", "meaning"), [("write", OutcomeUnknown), ("repeatable", Unreachable), ("read", Unreachable)]
)
def test_a_server_error_leaves_open_what_happened(status: int, doing: Doing, meaning: type[PortError]) -> None:
    """A message may have been posted; an edit is simply made again."""
    assert type(error_of(answer(status, "ServiceError"), doing)) is meaning


def test_every_status_is_one_of_ours() -> None:
    """Whatever is answered, the engine knows what to do."""
    others = [status for status in range(100, 600) if not 200 <= status < 300]
    assert all(isinstance(error_of(answer(status), "write"), PortError) for status in others)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        ("1.5", 1.5),
        ("0", SHORTEST),
        ("999999", LONGEST),
        ("", PATIENCE),
        ("soon", PATIENCE),
        ("-3", PATIENCE),
        ("nan", PATIENCE),
        ("inf", PATIENCE),
        ("²", PATIENCE),
        ("Mon, 02 Mar 2026 09:00:20 GMT", 20.0),
        ("Mon, 02 Mar 2026 08:00:00 GMT", SHORTEST),
        ("Tue, 03 Mar 2026 09:00:00 GMT", LONGEST),
        ("Mon, 99 Foo 2026", PATIENCE),
    ],
)
def test_it_is_waited_as_long_as_told_within_reason(told: str, seconds: float) -> None:
    """In seconds or as a date; neither so short that we would not pause nor so long that we would be silent."""
    problem = error_of(answer(429, Retry_After=told), "write", now=NOW)
    assert isinstance(problem, RateLimited)
    assert problem.retry_after == seconds


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"error": 3}', b'{"error": {"code": 3}}', b"\xff", b"null"])
def test_a_refusal_need_not_be_understood(body: bytes) -> None:
    """Proxies answer in their own way."""
    problem = error_of(Answer(403, {}, body), "write")
    assert (type(problem), problem.code) == (Forbidden, None)


def test_what_a_refusal_says_is_not_repeated() -> None:
    """Only its code: the words may hold what somebody wrote."""
    problem = error_of(answer(400, "BadArgument"), "write")
    assert str(problem) == "Teams answered 400 BadArgument"


def test_a_refused_token_says_what_to_do() -> None:
    """An operator is told what to type."""
    problem = error_of(answer(401), "read")
    assert isinstance(problem, AuthExpired)
    assert problem.fix == "chatops teams secret"
