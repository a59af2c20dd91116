"""What leaves the house is shown first and done once, when its asker says so."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import ClassVar

import pytest

from chatops.core.command import command
from chatops.core.frozen import Aggregate, Body, replace
from chatops.core.message import Button, Card
from chatops.core.params import Rest
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.engine.confirming import REMEMBERED, Confirmation
from chatops.engine.second_thoughts import SecondThoughts
from chatops.errors import Impossible
from chatops.testing.stage import Stage, person

MINUTE = timedelta(minutes=1)


class Letter(Aggregate, frozen=True, kw_only=True):
    """Sent, as often as it says."""

    kind: ClassVar[str] = "test.letter"

    times: int = 0
    words: str = ""


class Parcel(Aggregate, frozen=True, kw_only=True):
    """Something with a label."""

    kind: ClassVar[str] = "test.parcel"

    label: str = ""


BODIES: tuple[type[Body], ...] = (Letter, Parcel)


class House:
    """Commands that leave the house, that break things, and that can be taken back."""

    @command("letter send", who="agent", summary=_("Send a letter"), examples=("letter send hi",), outward=True)
    async def send(self, unit: Unit, words: Rest) -> None:
        """Count it."""
        if words == "nothing":
            raise Impossible(_("There is nothing to send."))
        letter = await unit.get(Letter, "1") or Letter(id="1")
        parcel = await unit.get(Parcel, "1")
        to = parcel.label if words == "$label" and parcel is not None else "Miller Ltd"
        unit.preview(Card(title=_("To {whom}", whom=to), text=said(words)))
        unit.put(replace(letter, times=letter.times + 1, words=words))
        unit.undo_with("parcel label nobody", letter)
        unit.answer(_("Sent: {words}", words=words))

    @command("letter burn", who="agent", summary=_("Burn it"), examples=("letter burn",), destructive=True)
    async def burn(self, unit: Unit) -> None:
        """Burn it, without a preview of its own."""
        letter = await unit.get(Letter, "1") or Letter(id="1")
        unit.put(replace(letter, words="ashes"))

    @command("parcel label", who="agent", summary=_("Label it"), examples=("parcel label x",))
    async def label(self, unit: Unit, words: Rest) -> None:
        """Label it; what it was called before takes it back."""
        parcel = await unit.get(Parcel, "1") or Parcel(id="1", label="blank")
        after = replace(parcel, label=words)
        unit.put(after)
        unit.note(parcel, _("Labelled {label}", label=words))
        unit.undo_with(f"parcel label {parcel.label}", after)
        if words == "card":
            unit.answer(Card(title=_("A card"), buttons=(Button(label=_("Look"), command="parcel label look"),)))


def house(**more: object) -> Stage:
    """Return a server with the house's commands."""
    people = [person("anna", "agent"), person("bert", "agent"), person("kim", "customer")]
    return Stage(commands=[House(), SecondThoughts()], bodies=BODIES, people=people, **more)  # type: ignore[arg-type]


async def times(stage: Stage) -> int:
    """Return how often the letter was sent."""
    stored = await stage.store.get(Letter.kind, "1")
    return 0 if stored is None else stage.codec.decode_as(Letter, stored.body).times


async def label(stage: Stage) -> str:
    """Return what the parcel is called."""
    stored = await stage.store.get(Parcel.kind, "1")
    return "" if stored is None else stage.codec.decode_as(Parcel, stored.body).label


async def test_it_is_shown_before_it_is_done() -> None:
    """An outward command answers with its preview, who may answer until when, and changes nothing."""
    async with house() as stage:
        (shown,) = await stage.says("anna", "letter send hello")
        assert "To Miller Ltd" in shown.body.plain
        assert "hello" in shown.body.plain
        assert [button.label for button in shown.body.buttons] == ["Do it", "Leave it"]
        assert shown.body.buttons[0].style == "danger"
        assert await times(stage) == 0
        assert await stage.audit("room:fake:general") == ["letter send → asked"]


@pytest.mark.parametrize("word", ["yes", "ja", "Yes", "✅", "confirm"])
async def test_a_bare_word_does_it(word: str) -> None:
    """The asker's yes in any language runs it once; the audit has the command, confirmed."""
    async with house() as stage:
        await stage.says("anna", "letter send hello")
        (sent,) = await stage.says("anna", word)
        assert sent.body.plain.startswith("Sent: hello")
        assert await times(stage) == 1
        (no,) = await stage.says("anna", word)
        assert "Nothing waits for your word" in no.body.plain
        assert await times(stage) == 1
        assert (await stage.audit("room:fake:general"))[:2] == ["letter send → asked", "letter send → confirmed"]


@pytest.mark.parametrize("word", ["no", "nein", "nee"])
async def test_a_no_leaves_it(word: str) -> None:
    """No drops it: nothing is done, and a later yes finds nothing."""
    async with house() as stage:
        await stage.says("anna", "letter send hello")
        (left,) = await stage.says("anna", word)
        assert "Nothing was done" in left.body.plain
        await stage.says("anna", "yes")
        assert await times(stage) == 0
        assert "confirm drop → done" in await stage.audit("room:fake:general")


async def test_the_button_does_it_once() -> None:
    """Pressing again, or pressing and saying yes, does it no second time."""
    async with house() as stage:
        await stage.says("anna", "letter send hello")
        await stage.presses("anna", "Do it")
        await stage.presses("anna", "Do it")
        await stage.says("anna", "yes")
        await stage.presses("anna", "Leave it")
        assert await times(stage) == 1


async def test_only_the_asker_confirms() -> None:
    """Somebody else's yes or press does nothing, even with something of their own waiting."""
    async with house() as stage:
        await stage.says("anna", "letter send hello")
        (no,) = await stage.presses("bert", "Do it")
        assert "Only who was asked" in no.body.plain
        await stage.says("bert", "yes")
        await stage.says("bert", "letter burn")
        await stage.presses("bert", "Do it")
        assert await times(stage) == 0
        await stage.says("anna", "yes")
        assert await times(stage) == 1


async def test_it_must_be_the_same_place() -> None:
    """A yes in another room is no answer to what was asked here."""
    async with house() as stage:
        await stage.says("anna", "letter send hello", room="one")
        (no,) = await stage.says("anna", "yes", room="two")
        assert "Nothing waits" in no.body.plain
        assert await times(stage) == 0
        await stage.says("anna", "yes", room="one")
        assert await times(stage) == 1


async def test_after_five_minutes_it_says_so() -> None:
    """A late yes and a late press are told the command that asks again; nothing is done."""
    async with house() as stage:
        await stage.says("anna", "letter send hello")
        await stage.advance(5 * MINUTE)
        (late,) = await stage.says("anna", "yes")
        assert "letter send hello" in late.body.plain
        (pressed,) = await stage.presses("anna", "Do it")
        assert "too long ago" in pressed.body.plain
        assert await times(stage) == 0


async def test_several_waiting_are_told_apart() -> None:
    """A second command replaces nothing: a bare yes is asked which one, with buttons."""
    async with house() as stage:
        await stage.says("anna", "letter send one")
        await stage.says("anna", "letter send two")
        (which,) = await stage.says("anna", "yes")
        assert "letter send one" in which.body.plain
        assert "letter send two" in which.body.plain
        assert len(which.body.buttons) == 2
        (sent,) = await stage.presses("anna", which.body.buttons[0].label)
        assert sent.body.plain.startswith("Sent: one")
        (sent,) = await stage.says("anna", "yes")
        assert sent.body.plain.startswith("Sent: two")


async def test_refusals_come_before_the_question() -> None:
    """What would be refused is refused at once, and nobody is asked: guards and permissions alike."""
    async with house() as stage:
        (no,) = await stage.says("anna", "letter send nothing")
        assert "nothing to send" in no.body.plain
        (denied,) = await stage.says("kim", "letter send hello")
        assert "for" in denied.body.plain
        assert await stage.store.get(Confirmation.kind, "anna") is None
        assert await stage.store.get(Confirmation.kind, "kim") is None


async def test_rights_are_checked_again() -> None:
    """Whoever has lost the right by the time of the yes is refused."""
    async with house() as stage:
        await stage.says("anna", "letter send hello")
        stage.directory.add(person("anna", "customer"))
        await stage.says("anna", "yes")
        assert await times(stage) == 0


async def test_without_a_preview_it_is_described() -> None:
    """A destructive command without words of its own is described by what it would write."""
    async with house() as stage:
        (shown,) = await stage.says("anna", "letter burn")
        assert "letter burn: shall I do this?" in shown.body.plain
        assert "test.letter:1" in shown.body.plain


async def test_a_dry_run_asks_nothing() -> None:
    """A dry run describes as ever and leaves no question."""
    async with house() as stage:
        (told,) = await stage.says("anna", "letter send hello --dry-run")
        assert "Dry run" in told.body.plain
        assert await stage.store.get(Confirmation.kind, "anna") is None


async def test_a_call_says_that_it_is_confirmed() -> None:
    """By API the preview comes with `needs_confirmation`; the flag runs it at once."""
    async with house() as stage:
        shown, refused = await stage.calls("anna", "letter send hello")
        assert "To Miller Ltd" in shown.text
        assert refused.error == "needs_confirmation"
        assert await times(stage) == 0
        (sent,) = await stage.calls("anna", "letter send hello", confirmed=True)
        assert sent.text.startswith("Sent: hello")
        assert await times(stage) == 1


async def test_a_question_survives_a_restart() -> None:
    """It is stored: another process can take the yes."""
    async with house() as stage:
        await stage.says("anna", "letter send hello")
        await stage.restart(away=MINUTE)
        await stage.presses("anna", "Do it")
        assert await times(stage) == 1


async def test_words_at_the_same_time_do_it_once() -> None:
    """Yes, yes and a press at the same moment are one yes."""
    async with house() as stage:
        await stage.says("anna", "letter send hello", direct=True)
        anna = stage.identity("anna")
        await asyncio.gather(*(stage.network.say(anna, "yes", "general", direct=True) for _one in range(4)))
        await stage.presses("anna", "Do it")
        await stage.settle()
        assert await times(stage) == 1


async def test_little_is_kept() -> None:
    """Settled questions have no words left, and only the newest are kept."""
    async with house() as stage:
        for number in range(REMEMBERED + 5):
            await stage.says("anna", f"letter send secret {number}")
            await stage.says("anna", "yes")
            await stage.advance(MINUTE)
        stored = await stage.store.get(Confirmation.kind, "anna")
        assert stored is not None
        assert "secret" not in stored.body
        assert len(stage.codec.decode_as(Confirmation, stored.body).questions) == REMEMBERED


async def test_undo_takes_the_last_thing_back() -> None:
    """`undo` runs the inverse once, and the answer had told of it."""
    async with house() as stage:
        await stage.says("anna", "parcel label first")
        (done,) = await stage.says("anna", "parcel label second")
        assert "`undo` works until" in done.body.plain
        await stage.says("anna", "undo")
        assert await label(stage) == "first"
        (again,) = await stage.says("anna", "undo")
        assert "taken back already" in again.body.plain
        assert await stage.audit("room:fake:general") == [
            "parcel label → done",
            "parcel label → done",
            "parcel label → undone",
            "undo → refused:impossible",
        ]


async def test_a_card_gets_a_button() -> None:
    """On a card with room for it, undo is a button that means that very command."""
    async with house() as stage:
        await stage.says("anna", "parcel label first")
        (card,) = await stage.says("anna", "parcel label card")
        assert [button.label for button in card.body.buttons] == ["Look", "Undo"]
        await stage.says("anna", "parcel label third", room="other")
        (no,) = await stage.presses("anna", card.body.buttons[1].ref)
        assert "no longer" in no.body.plain
        assert await label(stage) == "third"


async def test_undo_means_the_last_thing_done() -> None:
    """What came after and cannot be taken back is named, and the older thing only by its own name, which then works."""
    async with house() as stage:
        await stage.says("anna", "parcel label first")
        await stage.says("anna", "letter send hello")
        await stage.says("anna", "no")
        await stage.says("anna", "letter send hello")
        await stage.says("anna", "yes")
        (no,) = await stage.says("anna", "undo")
        assert "letter send" in no.body.plain
        assert "parcel label" in no.body.plain
        assert await label(stage) == "first"
        ref = re.search(r"undo ([A-Z0-9]{4,})", no.body.plain)
        assert ref is not None
        await stage.says("anna", ref[0])
        assert await label(stage) == "blank"
        (over,) = await stage.says("anna", "undo")
        assert "undo " not in over.body.plain


async def test_undo_does_not_offer_what_has_changed() -> None:
    """An older thing that somebody else has changed since is not offered, whatever came after it."""
    async with house() as stage:
        await stage.says("anna", "parcel label first")
        await stage.says("anna", "letter send hello")
        await stage.says("anna", "yes")
        await stage.says("bert", "parcel label berts own")
        (no,) = await stage.says("anna", "undo")
        assert "letter send" in no.body.plain
        assert "parcel" not in no.body.plain


async def test_what_did_nothing_is_not_the_last_thing() -> None:
    """Questions dropped and refusals leave what can be taken back as it is."""
    async with house() as stage:
        await stage.says("anna", "parcel label first")
        await stage.says("anna", "letter send hello")
        await stage.says("anna", "no")
        await stage.says("anna", "letter send nothing")
        await stage.says("anna", "undo")
        assert await label(stage) == "blank"


async def test_undo_says_what_changed_since() -> None:
    """Somebody else's change in between is named, and how to do it by hand; nothing is overwritten."""
    async with house() as stage:
        await stage.says("anna", "parcel label first")
        await stage.advance(MINUTE)
        await stage.says("bert", "parcel label berts own")
        (no,) = await stage.says("anna", "undo")
        assert "Bert: Labelled berts own" in no.body.plain
        assert "parcel label blank" in no.body.plain
        assert await label(stage) == "berts own"


async def test_undo_is_for_ten_minutes() -> None:
    """After ten minutes, and before anything, there is nothing to take back."""
    async with house() as stage:
        (nothing,) = await stage.says("anna", "undo")
        assert "nothing in the last ten minutes" in nothing.body.plain
        await stage.says("anna", "parcel label first")
        await stage.advance(10 * MINUTE)
        await stage.says("anna", "undo")
        assert await label(stage) == "first"


async def test_what_left_the_house_is_not_undone() -> None:
    """An outward command cannot be undone, whatever its handler says."""
    async with house() as stage:
        await stage.says("anna", "letter send hello")
        (sent,) = await stage.says("anna", "yes")
        assert "undo" not in sent.body.plain
        (no,) = await stage.says("anna", "undo")
        assert "nothing in the last ten minutes" in no.body.plain


async def test_undo_is_ones_own() -> None:
    """Nobody undoes what somebody else did."""
    async with house() as stage:
        await stage.says("anna", "parcel label first")
        (no,) = await stage.says("bert", "undo")
        assert "nothing" in no.body.plain
        assert await label(stage) == "first"


async def test_a_yes_counts_for_what_was_shown() -> None:
    """What would be done has changed meanwhile: it is shown anew and asked again, and nothing is done before that."""
    async with house() as stage:
        await stage.says("anna", "letter send $label")
        await stage.given(Parcel(id="1", label="Jones Ltd"))
        posts = await stage.says("anna", "yes")
        told = "\n".join(post.body.plain for post in posts)
        assert "has changed since I asked" in told
        assert "Jones Ltd" in told
        assert await times(stage) == 0

        await stage.says("anna", "yes")
        assert await times(stage) == 1
        assert await stage.audit("room:fake:general") == [
            "letter send → asked",
            "letter send → asked",
            "letter send → confirmed",
        ]


async def test_an_old_button_does_not_do_what_was_not_shown() -> None:
    """Its question is closed when it is asked anew."""
    async with house() as stage:
        await stage.says("anna", "letter send $label")
        await stage.given(Parcel(id="1", label="Jones Ltd"))
        await stage.presses("anna", "Do it")
        assert await times(stage) == 0
        await stage.presses("anna", "Do it")
        assert await times(stage) == 1
