"""Where private words go when a direct chat is none any more."""

from __future__ import annotations

import pytest

from chatops.core.message import Identity
from chatops.errors import Forbidden, Missing, PortError
from chatops.testing.stage import Stage
from theatre import Theatre

ANNA = Identity(network="fake", id="anna")
BEN = Identity(network="fake", id="ben")


def read(stage: Stage, room: str) -> list[str]:
    """Return what the server said in a room."""
    return [post.body.plain for post in stage.network.history(room)]


@pytest.mark.parametrize("error", [Missing("gone"), Forbidden("closed")], ids=["gone", "closed"])
async def test_a_direct_chat_that_says_no_is_asked_for_again(theatre: Theatre, error: PortError) -> None:
    """Gone, or closed to us: the words reach the person in the chat they have now, once."""
    stage = await theatre.stage()
    stage.network.room("chat", ANNA, direct=True)
    await stage.network.say(ANNA, "tally echo hello", "chat", direct=True)
    await stage.settle()
    stage.network.fail_in("chat", error)

    await stage.says("anna", "tally secret", room="lobby")
    await stage.wait(10)

    assert read(stage, "chat") == ["hello"]
    assert read(stage, "direct-anna") == ["Only you read this."]


async def test_an_invitation_of_somebody_else_ends_a_direct_chat(theatre: Theatre) -> None:
    """Who accepts it reads what was said before; so nothing more is said there."""
    stage = await theatre.stage()
    stage.network.room("chat", ANNA, direct=True)
    await stage.network.say(ANNA, "tally echo hello", "chat", direct=True)
    await stage.settle()

    await stage.network.member(BEN, "chat", "invited", by=ANNA)
    await stage.says("anna", "tally secret", room="lobby")

    assert read(stage, "chat") == ["hello"]
    assert read(stage, "direct-anna") == ["Only you read this."]
