"""Whatever people write stands on every page as they wrote it, and does nothing."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from chatops.ports.tickets import Audience, WriteContext
from pages_house import HOSTILE, NASTY_NAME, PagesHouse, Read

pytestmark = pytest.mark.asyncio(loop_scope="module")

THEIRS = frozenset({"img", "b", "i", "iframe", "svg", "object", "embed", "style", "base"})
"""Elements that no page of ours has: whatever is one of them, somebody has written."""


async def the_worst(house: PagesHouse) -> tuple[str, str]:
    """Return a case and a swarm of which every field is hostile."""
    desk, case = house.app.registry.ticket_systems["demo"], await house.case(HOSTILE)
    ref = await desk.resolve(case.removeprefix("demo:"))
    await desk.comment(ref, HOSTILE, Audience.INTERNAL, WriteContext(key="worse"))
    number = await house.opened("lead-1", case, HOSTILE, tried=HOSTILE)
    name = f"SW-{number}"
    await house.do("lead-1", f"swarm invite {name}", who="expert-2", why=HOSTILE)
    await house.do("lead-1", f"swarm invite {name}", who="expert-1", why=HOSTILE)
    await house.do("expert-2", f"swarm accept {name}")
    await house.do("lead-1", f"swarm question {name}", text=HOSTILE)
    await house.do("expert-2", f"swarm answer {name} Q1", text=HOSTILE)
    await house.do("lead-1", f"swarm question {name}", text=HOSTILE)
    await house.do("expert-2", f"swarm solution {name}", text=HOSTILE)
    return case, number


async def test_nothing_of_it_acts(house: PagesHouse) -> None:
    """No element, handler, style or address comes from what people wrote; all of it can be read."""
    case, number = await the_worst(house)
    await house.do("lead-1", f"swarm invite SW-{number} guest:guest-1")
    answer = await house.press("lead-1", f"swarms/{number}", f"swarm question SW-{number}", text=HOSTILE)
    pages = {"answer": answer.text}
    for who, path in (
        ("lead-1", "swarms"),
        ("lead-1", f"swarms?q={quote(HOSTILE)}"),
        ("lead-1", f"swarms/{number}"),
        ("guest-1", f"swarms/{number}"),
        ("lead-1", f"cases/{case}"),
        ("lead-1", f"search?q={quote(HOSTILE)}"),
        ("lead-1", "search?q=Eve"),
        ("lead-1", "people/expert-2"),
        ("expert-2", "profile"),
    ):
        pages[f"{who} {path[:12]}"] = await house.page(who, path)
    for name, html in pages.items():
        read = Read(html)
        for tag, attrs in read.tags:
            assert tag not in THEIRS, (name, tag)
            assert not [one for one in attrs if one.startswith("on") or one == "style"], (name, tag, attrs)
            assert not (attrs.get("href") or "").lower().startswith(("javascript:", "data:")), name
            assert tag != "script" or (attrs["src"] or "").startswith("/static/"), name
        assert "<img" in read.text or NASTY_NAME in read.text, name
        assert "49" not in read.text.replace("{{7*7}}", "") or "{{7*7}}" in read.text
    assert "window.hacked=1" in Read(pages[f"lead-1 swarms/{number}"[:20]]).text


@pytest.mark.parametrize(
    "path", ["swarms", "swarms/1", "cases/demo:1001", "search?q=refund", "profile", "people/expert-1", "swarms/99"]
)
async def test_the_policy_has_no_exceptions(house: PagesHouse, path: str) -> None:
    """Own files only: nothing inline, nothing evaluated, nothing from anybody else; every address on it is ours."""
    answer = await house.get("agent-1", path)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert "*" not in policy
    for tag, attrs in Read(answer.text).tags:
        if tag in {"script", "link", "img", "iframe"}:
            assert (attrs.get("src") or attrs.get("href") or "").startswith("/static/")
