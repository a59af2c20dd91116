"""Where reactions stand for buttons, a card's icons are all one sees: each button has one, and no two are alike."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from chatops.core.frozen import replace
from chatops.core.message import Button, Card
from chatops.core.text import Text, _
from chatops.engine.refusing import answer_of
from chatops.errors import Impossible
from chatops.swarm import moves
from chatops.swarm.asking import accepted
from chatops.swarm.cards import card_for, guest_card, house_card, opened_card, room_card
from chatops.swarm.letters import (
    exhausted_card,
    invitation_card,
    question_card,
    skip_buttons,
    suggestion_card,
    welcome_card,
)
from chatops.swarm.model import Asked, Invitation, Skip, State, Swarm
from swarm_bench import Bench
from swarms import AT, STATES, asked, in_state


def names(person: str) -> str:
    return person.title()


def cards(swarm: Swarm) -> Iterator[Card]:
    """Yield every card there is of a swarm."""
    yield house_card(swarm, names)
    yield room_card(swarm, names)
    yield guest_card(swarm, names)
    yield opened_card(swarm, names, unowned=False)
    yield opened_card(swarm, names, unowned=False, others=True)
    yield welcome_card(swarm, names, "olga")
    for reader, guest in itertools.product(("olga", "jan", "nobody"), (True, False)):
        yield card_for(swarm, names, guest=guest, reader=reader)
    for one, state in itertools.product(swarm.invitations, Asked):
        yield invitation_card(swarm, _standing(one, state), names)
        yield suggestion_card(swarm, one, names)
    for question in swarm.questions:
        yield question_card(swarm, question, names)
    for call in swarm.calls:
        skipped = tuple(
            Skip(person=f"p{n}", reason=_("late"), asleep=n % 2 == 0, as_guest=n % 2 == 1) for n in range(6)
        )
        tired = replace(call, skipped=skipped, exhausted=True)
        assert len(skip_buttons(swarm, tired, names)) == 2
        yield exhausted_card(swarm, (tired, tired), names)


def _standing(one: Invitation, state: Asked) -> Invitation:
    return replace(one, state=state)


def distinct(card: Card) -> bool:
    """Whether each button has an icon of its own."""
    icons = [button.icon for button in card.buttons]
    return all(icons) and len(set(icons)) == len(icons)


@pytest.mark.parametrize("state", STATES)
def test_every_button_of_a_card_has_an_icon_of_its_own(state: State) -> None:
    """In every state, for every reader, with questions, solutions and people passed over."""
    swarm = in_state(state)
    if swarm.live:
        swarm = moves.asked(swarm, "olga", "why?", AT, blocking=True)
        swarm = moves.proposed(swarm, "olga", "because", AT)

    found = list(cards(swarm))

    assert [card.title for card in found if not distinct(card)] == []
    assert any(card.buttons for card in found) or swarm.over


def test_what_is_offered_instead_has_one_too() -> None:
    """Commands of a refusal are numbered."""
    refused = answer_of(Impossible(_("No."), commands=("a", "b", "c", "d")))

    assert [button.icon for button in refused.buttons] == ["1️⃣", "2️⃣", "3️⃣", "4️⃣"]


def test_nobody_is_offered_to_join_where_they_have_joined() -> None:
    """The swarm's own room shows no Join; where others read the card as well, it does."""
    swarm = accepted(asked("jan"), "jan", AT)

    def commands(buttons: tuple[Button, ...]) -> list[str]:
        return [button.command for button in buttons]

    assert "swarm join SW-12" not in commands(room_card(swarm, names).buttons)
    assert "swarm solution SW-12" in commands(room_card(swarm, names).buttons)
    assert "swarm join SW-12" in commands(room_card(swarm, names, own=False).buttons)


async def test_everything_a_swarm_ever_posts() -> None:
    """A busy afternoon: every card that went out."""
    bench = Bench()
    seen: list[Card] = []
    for person, line in (
        ("olga", "swarm open fake:1001 refund loops timebox=60m"),
        ("olga", "swarm invite SW-1 jan, gus, anna, ben you know it"),
        ("anna", "swarm join SW-1"),
        ("anna", "swarm invite SW-1 cem"),
        ("anna", "swarm question SW-1 which one?"),
        ("anna", "swarm solution SW-1 restart it"),
        ("lea", "swarm list"),
        ("lea", "swarm show SW-1"),
        ("olga", "swarm hold SW-1 customer"),
        ("olga", "swarm resume SW-1"),
        ("olga", "swarm done SW-1"),
        ("olga", "swarm done SW-1 restarted article=new reply=hello"),
        ("olga", "swarm resolve SW-1 restarted"),
    ):
        posts = await bench.posts(person, line)
        seen += [post.said for post in posts if isinstance(post.said, Card)]
        if line == "swarm hold SW-1 customer":
            await bench.later(minutes=61)
    for row in await bench.store.sent(limit=1000):
        if row.kind == "post":
            said = bench.codec.decode(row.kind, row.body).said  # type: ignore[attr-defined]
            seen += [said] if isinstance(said, Card) else []

    titles = [card.title for card in seen if not distinct(card)]
    assert titles == []
    assert len(seen) > 20
    assert all(isinstance(card.title, Text) for card in seen)
