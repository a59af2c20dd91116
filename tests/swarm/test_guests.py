"""I3: a guest never sees what is not in the guest layout."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.core.frozen import replace
from chatops.core.message import Card
from chatops.errors import Impossible, NotAllowed, NotFound
from chatops.ports.tickets import Ref
from chatops.swarm.cards import guest_card, house_card, room_card
from chatops.swarm.letters import invitation_card
from chatops.swarm.model import Asked, Call, Case, Decision, Invitation, Member, Solution, State, Swarm, Write
from swarm_bench import Bench, words
from swarms import AT, STATES, in_state

SECRETS = {
    "case": "SECRETCASE",
    "subject": "SECRETSUBJECT",
    "customer": "SECRETCUSTOMER",
    "segment": "SECRETSEGMENT",
    "tried": "SECRETTRIED",
    "skill": "SECRETSKILL",
    "solution": "SECRETSOLUTION",
    "cause": "SECRETCAUSE",
    "decision": "SECRETDECISION",
    "write": "SECRETWRITE",
    "reason": "SECRETREASON",
}


def names(person: str) -> str:
    """People are called by their ids."""
    return person


def laden(state: State) -> Swarm:
    """Return a swarm in `state`, with a guest in it and a secret in every field that is not for guests."""
    swarm = replace(
        in_state(state),
        case=Case(
            ref=Ref(system="secretsystem", kind="ticket", id="1", key=SECRETS["case"]),
            subject=SECRETS["subject"],
            customer=SECRETS["customer"],
            segment=SECRETS["segment"],
            due=AT,
        ),
        tried=SECRETS["tried"],
        skills=(SECRETS["skill"],),
        cause=SECRETS["cause"],
        cancelled_because=SECRETS["reason"],
        writes=(Write(name="note/opened", state="failed", reason=SECRETS["write"], result=SECRETS["write"]),),
        decision=Decision(article="draft", words=SECRETS["decision"], by="olga", at=AT),
        solution=Solution(by="olga", at=AT, text=SECRETS["solution"]),
    )
    return replace(swarm, members=(*swarm.members, Member(person="gus", since=AT, guest=True)))


def everything(card: Card) -> str:
    """Return all that could be read off a card, forms and commands included."""
    return words(card) + repr(card)


@given(st.sampled_from(STATES))
def test_the_guest_layout_holds_nothing_internal(state: State) -> None:
    """In no state, on no card, in no form field, behind no button."""
    swarm = laden(state)
    for card in (guest_card(swarm, names), room_card(swarm, names)):
        assert not [secret for secret in (*SECRETS.values(), "secretsystem") if secret in everything(card)]
        assert "refund loops" in words(card)


@given(st.sampled_from(STATES), st.sampled_from(list(Asked)))
def test_a_guests_invitation_holds_nothing_internal(state: State, stands: Asked) -> None:
    """However it was settled."""
    swarm = laden(state)
    one = Invitation(number=9, call=9, person="gus", state=stands, guest=True, expires_at=AT, reason=SECRETS["reason"])
    call = Call(number=9, by="olga", wanted="guest:gus", why="you know it", wait=60, filled_by="ben")
    swarm = replace(swarm, invitations=(one,), calls=(call,))
    read = everything(invitation_card(swarm, one, names))
    assert not [secret for secret in SECRETS.values() if secret in read]


def test_the_house_layout_does_hold_it() -> None:
    """The property above would notice: the same swarm shows its case to the house."""
    assert SECRETS["subject"] in words(house_card(laden(State.ACTIVE), names))


@pytest.mark.parametrize("state", STATES)
def test_cards_fit_a_phone(state: State) -> None:
    """At most four lines below the heading and four buttons, however much there is to say."""
    swarm = replace(laden(state), question="why " * 100, tried="this " * 100, members=in_state(state).members)
    for card in (house_card(swarm, names), guest_card(swarm, names)):
        lines = [card.text, *card.facts, card.footer]
        assert len([line for line in lines if line is not None]) <= 4
        assert len(card.buttons) <= 4
        assert max(len(line) for line in words(card).splitlines()) < 260


async def test_a_guest_comes_in_and_the_room_changes_its_layout() -> None:
    """From the invitation on, the room's card, the letter, briefing and show hold nothing of the case."""
    bench = Bench()
    await bench.do("olga", 'swarm open fake:1001 refund loops tried="secret attempt"')
    assert "Card charged twice" in words((await bench.room())[-1])
    before = len(await bench.room())

    await bench.do("olga", "swarm invite SW-1 guest:gus you run the gateway")
    assert "Card charged twice" not in words((await bench.room())[-1])
    await bench.do("gus", "accept", direct=True)
    await bench.do("gus", "brief", room="1")
    await bench.do("gus", "show", room="1")
    shown = words(await bench.do("olga", "show", room="1"))
    assert "Card charged twice" not in shown
    for line in ("question is it ours?", "answer Q1 no"):
        await bench.do("gus", line, room="1")
    await bench.do("gus", "solution restart the gateway", room="1")

    told = await bench.heard("gus") + "".join(words(said) for said in (await bench.room())[before:])
    assert "refund loops" in told
    for secret in ("Card charged twice", "fake:1001", "secret attempt"):
        assert secret not in told


async def test_a_guest_sees_only_their_own_swarm() -> None:
    """A swarm they are not in does not exist for them."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    with pytest.raises(NotFound):
        await bench.do("gus", "swarm show SW-1")


async def test_a_guest_learns_nothing_of_cases_by_opening() -> None:
    """A case that is there and one that is not get the same answer."""
    bench = Bench()
    said = []
    for case in ("fake:1001", "fake:9999"):
        with pytest.raises(NotAllowed) as refusal:
            await bench.do("gus", f"swarm open {case} hello")
        said.append(str(refusal.value))
    assert said[0] == said[1]
    assert "Olga" not in said[0]


async def test_the_end_names_no_case_to_guests() -> None:
    """What would work after the end is told without the case when a guest reads it."""
    bench = Bench()
    await bench.do("olga", "swarm open fake:1001 refund loops")
    await bench.do("olga", "swarm invite SW-1 guest:gus")
    await bench.do("gus", "swarm accept SW-1")
    await bench.do("olga", "swarm cancel SW-1 because of a mistake")
    with pytest.raises(Impossible) as refusal:
        await bench.do("gus", "swarm question SW-1 and now?")
    assert refusal.value.hint is None
