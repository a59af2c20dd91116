"""In a swarm's room that a guest reads, nothing is said of cases: whoever asks is answered alone."""

from __future__ import annotations

import pytest

from case_story import CaseStory

SECRETS = ("Card charged twice", "ACME", "Printer jams")
"""What guests are never to read: of the case, of its customer, of other cases."""


async def room_with_a_guest(story: CaseStory) -> str:
    """Open a swarm, bring a guest in, and return its room."""
    case = await story.case("Card charged twice")
    await story.case("Printer jams")
    await story.says("olga", f"swarm open {case} refund loops")
    await story.says("olga", "swarm invite SW-1 guest:gus you run the gateway")
    await story.says("gus", "accept", room="direct-gus", direct=True)
    return next(room.ref.id for room in story.stage.network.rooms.values() if room.title.startswith("SW-"))


@pytest.mark.parametrize(
    "line",
    [
        "case show",
        "case history",
        "case list",
        "queue show",
        "customer show",
        "customer show ACME",
        "reply customer We are sorry.",
        "note the printer is next",
        "case status pending",
        'case priority high because "their till is down"',
        "case callback at=14:00 the refund",
        "macro run waiting",
        "macro run out",
        "snippet handed-on next=nothing",
        "swarm list",
        "swarm open demo:1002 printers again",
        "case take demo:1001",
    ],
)
async def test_a_colleague_is_answered_alone(story: CaseStory, line: str) -> None:
    """Cards, previews, lists, what was done and refusals are in their direct chat; the room reads nothing of it."""
    room = await room_with_a_guest(story)
    posts = await story.stage.says("olga", line, room=room)
    assert [post for post in posts if post.ref.room.id == "direct-olga"]
    read = story.standing([post for post in posts if post.ref.room.id == room])
    assert not [secret for secret in SECRETS if secret in read]


async def test_the_word_to_do_it_is_given_where_it_was_asked(story: CaseStory) -> None:
    """A reply to the customer is previewed and confirmed in the direct chat, about the room's case."""
    room = await room_with_a_guest(story)
    await story.says("olga", "reply customer We are sorry.", room=room)
    assert "Nothing waits" in await story.says("olga", "confirm", room=room)
    posts = await story.stage.says("olga", "yes", room="direct-olga", direct=True)
    assert {post.ref.room.id for post in posts} == {"direct-olga"}
    assert "We are sorry." in [one.text for one in await story.tickets.comments(await story.tickets.resolve("1001"))]


async def test_among_colleagues_a_case_is_shown_in_the_room(story: CaseStory) -> None:
    """Without a guest nothing changes."""
    case = await story.case("Card charged twice")
    await story.says("olga", f"swarm open {case} refund loops")
    room = next(room.ref.id for room in story.stage.network.rooms.values() if room.title.startswith("SW-"))
    posts = await story.stage.says("olga", "case show", room=room)
    assert [post.ref.room.id for post in posts] == [room]
