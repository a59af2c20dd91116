"""Sessions: one per path, signed, ended for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from chatops.testing.clock import ManualClock
from chatops.web.sessions import LIFETIME, Sessions
from http_client import Browser, browsing, token
from web_shop import Shop

SECRET = b"a secret of the tests, long enough."


def cookie(sessions: Sessions, person: str, path: str) -> tuple[str, str]:
    """Return name and value of a fresh session's cookie."""
    response = web.Response()
    sessions.grant(response, person, path=path, secure=False)
    [morsel] = response.cookies.values()
    return morsel.key, morsel.value


def carrying(*cookies: tuple[str, str], path: str = "/shop/window") -> web.Request:
    """Return a request with these cookies."""
    return make_mocked_request("GET", path, headers={"Cookie": "; ".join(f"{name}={value}" for name, value in cookies)})


async def test_a_session_is_found_below_its_path_only(browser: Browser) -> None:
    """The browser does not even send it elsewhere."""
    await browser.get("/shop/enter")
    assert "anna" in (await browser.get("/shop/window")).text
    [morsel] = browser.cookies()
    assert (morsel["path"], morsel["httponly"], morsel["samesite"]) == ("/shop/", True, "Strict")


def test_a_cookie_of_another_path_opens_nothing() -> None:
    """Even when it is copied under the right name."""
    sessions = Sessions(secret=SECRET, clock=ManualClock())
    name, _value = cookie(sessions, "anna", "/console/anna/")
    _name, value = cookie(sessions, "ben", "/console/ben/")
    assert sessions.find(carrying((name, value)), path="/console/anna/") is None


def test_two_people_fit_into_one_browser() -> None:
    """Each below their own path."""
    sessions = Sessions(secret=SECRET, clock=ManualClock())
    request = carrying(cookie(sessions, "anna", "/console/anna/"), cookie(sessions, "ben", "/console/ben/"))
    for person in ("anna", "ben"):
        found = sessions.find(request, path=f"/console/{person}/")
        assert found is not None
        assert found.person == person


def test_a_session_ends_by_itself() -> None:
    """After its lifetime."""
    clock = ManualClock()
    sessions = Sessions(secret=SECRET, clock=clock)
    request = carrying(cookie(sessions, "anna", "/shop/"))
    clock.advance(LIFETIME - timedelta(seconds=1))
    assert sessions.find(request, path="/shop/") is not None
    clock.advance(timedelta(seconds=1))
    assert sessions.find(request, path="/shop/") is None


def test_another_secret_signs_everybody_out() -> None:
    """And makes their cookies worthless."""
    clock = ManualClock()
    request = carrying(cookie(Sessions(secret=SECRET, clock=clock), "anna", "/shop/"))
    assert Sessions(secret=SECRET[::-1], clock=clock).find(request, path="/shop/") is None


async def test_signing_out_kills_the_session(served: Shop) -> None:
    """A copy of the cookie made before opens nothing any more."""
    async with browsing(served.server.base_url) as browser:
        await browser.get("/shop/enter")
        [morsel] = browser.cookies()
        copied = {"Cookie": f"{morsel.key}={morsel.value}"}
        good = token((await browser.get("/shop/window")).text)
        assert (await browser.post("/shop/leave", {"_csrf": good})).status == 200
        assert browser.cookies() == []
    async with browsing(served.server.base_url) as thief:
        assert "None" in (await thief.get("/shop/window", headers=copied)).text


@given(value=st.text(st.characters(codec="ascii", exclude_characters=";\r\n"), max_size=80))
def test_no_made_up_cookie_is_a_session(value: str) -> None:
    """Nor does it break anything."""
    sessions = Sessions(secret=SECRET, clock=ManualClock())
    name, _value = cookie(sessions, "anna", "/shop/")
    request = carrying((name, value))
    assert sessions.find(request, path="/shop/") is None
    assert list(sessions.carried(request)) == []


@pytest.mark.parametrize("position", range(0, 120, 7))
def test_no_changed_cookie_is_a_session(position: int) -> None:
    """Whichever character was changed."""
    sessions = Sessions(secret=SECRET, clock=ManualClock())
    name, value = cookie(sessions, "anna", "/shop/")
    changed = value[:position] + ("A" if value[position] != "A" else "B") + value[position + 1 :]
    assert sessions.find(carrying((name, changed)), path="/shop/") is None
