"""Who may change something: hosts, origins, tokens, bodies; and the headers every answer carries."""

from __future__ import annotations

import pytest

from http_client import Browser, browsing, raw, token
from web_shop import Shop


async def signed_in(browser: Browser) -> str:
    """Sign in and return the token of the forms."""
    await browser.get("/shop/enter")
    return token((await browser.get("/shop/window")).text)


async def test_only_our_own_names_are_answered(served: Shop) -> None:
    """A rebound DNS name, or none, is told that it is wrong here."""
    async with browsing(served.server.base_url) as browser:
        for host, status in (
            (f"127.0.0.1:{served.server.port}", 200),
            (f"LOCALHOST:{served.server.port}", 200),
            ("chat.example", 200),
            ("evil.example", 421),
            (f"127.0.0.1.evil.example:{served.server.port}", 421),
            ("127.0.0.1", 421),
        ):
            assert (await browser.get("/shop/window", headers={"Host": host})).status == status


async def test_probes_may_use_any_name(browser: Browser) -> None:
    """An orchestrator knows us by our address only."""
    assert (await browser.get("/healthz", headers={"Host": "10.1.2.3:8080"})).status == 200


@pytest.mark.parametrize("path", ["/shop/window", "/no/such/page", "/static/shop/shop.css", "/healthz"])
async def test_every_answer_carries_the_headers(browser: Browser, path: str) -> None:
    """Nothing from elsewhere, no framing, no guessing of types."""
    answer = await browser.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"


async def test_pages_are_not_kept_by_caches(browser: Browser) -> None:
    """They are somebody's."""
    assert (await browser.get("/shop/window")).headers["Cache-Control"] == "no-store"


async def test_a_form_with_its_token_passes(served: Shop, browser: Browser) -> None:
    """As a field, or as a header."""
    good = await signed_in(browser)
    assert (await browser.post("/shop/change", {"_csrf": good, "a": "1"})).status == 200
    assert (await browser.post("/shop/change", {"a": "2"}, headers={"X-CSRF": good})).status == 200
    assert [change["a"] for change in served.changed] == ["1", "2"]


@pytest.mark.parametrize("bad", [None, "", "0" * 64, "ü"])
async def test_a_session_without_its_token_changes_nothing(served: Shop, browser: Browser, bad: str | None) -> None:
    """Neither with none nor with a wrong one."""
    await signed_in(browser)
    fields = {} if bad is None else {"_csrf": bad}
    assert (await browser.post("/shop/change", fields)).status == 403
    assert served.changed == []


async def test_a_token_of_another_session_is_worth_nothing(served: Shop, browser: Browser) -> None:
    """Each session has its own."""
    await signed_in(browser)
    async with browsing(served.server.base_url) as other:
        stolen = await signed_in(other)
    assert (await browser.post("/shop/change", {"_csrf": stolen})).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_other_sites_change_nothing(served: Shop, browser: Browser, headers: dict[str, str]) -> None:
    """Not even with the token, and not even without a session."""
    good = await signed_in(browser)
    assert (await browser.post("/shop/change", {"_csrf": good}, headers=headers)).status == 403
    assert (await browser.post("/hooks/x", {"a": "1"}, headers=headers)).status == 403
    assert served.changed == []


async def test_our_own_pages_may(served: Shop, browser: Browser) -> None:
    """With the headers browsers send."""
    good = await signed_in(browser)
    headers = {"Origin": served.server.base_url, "Sec-Fetch-Site": "same-origin"}
    assert (await browser.post("/shop/change", {"_csrf": good}, headers=headers)).status == 200


async def test_a_webhook_needs_no_token(served: Shop, browser: Browser) -> None:
    """A request without a session has nothing to steal; its handler checks it."""
    assert (await browser.post("/hooks/ticket", {"a": "1"})).status == 200


@pytest.mark.parametrize("kind", [b"application/x-www-form-urlencoded", b"application/json", b"text/plain"])
async def test_long_bodies_are_refused(served: Shop, kind: bytes) -> None:
    """Whatever they are."""
    body = b"a=" + b"x" * 1024 * 1024
    head = b"POST /hooks/x HTTP/1.1\r\nHost: chat.example\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
    answer = await raw(served.server.base_url, head % (kind, len(body)) + body)
    assert answer.startswith(b"HTTP/1.1 413")
    assert served.changed == []


async def test_files_are_refused(browser: Browser) -> None:
    """There is nothing to do with them yet."""
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n--b--\r\n'
    answer = await browser.post("/hooks/x", body, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status == 415


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded; charset=no-such-charset",
        "application/x-www-form-urlencoded; charset=utf-16",
    ],
)
async def test_unreadable_forms_are_refused(browser: Browser, kind: str) -> None:
    """Kindly."""
    answer = await browser.post("/hooks/x", b"a=\xff\xfe\xff", headers={"Content-Type": kind})
    assert answer.status == 400


async def test_errors_are_pages_in_the_browsers_language(browser: Browser) -> None:
    """For programs, JSON."""
    page = await browser.get("/no/such/page")
    assert page.status == 404
    assert "There is nothing here" in page.text
    api = await browser.get("/api/no/such")
    assert (api.status, api.headers["Content-Type"]) == (404, "application/json")
    assert '"code":"not_found"' in api.text


async def test_a_wrong_method_says_which_would_do(browser: Browser) -> None:
    """In the header made for it."""
    answer = await browser.post("/shop/window", {})
    assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD")
