"""What goes to customers is seen first, by who sends it; texts begin with templates."""

from __future__ import annotations

import pytest

from case_story import CaseStory
from chatops.ports.tickets import Audience


async def test_a_reply_is_seen_first_and_sent_on_a_word(story: CaseStory) -> None:
    """Headed by whom it goes to; before that nothing has left the house."""
    case = await story.case("Card charged twice")
    (asked,) = await story.stage.says("olga", f"reply customer {case} We have found it.")
    assert asked.body.plain.startswith("GOES TO RUTH CALLOWAY (customer)")
    assert "We have found it." in asked.body.plain
    assert not await story.tickets.comments(case)
    await story.stage.presses("olga", "Do it")
    (comment,) = await story.tickets.comments(case)
    assert (comment.text, comment.audience) == ("We have found it.", Audience.PUBLIC)


async def test_a_template_is_filled_from_the_case_and_by_hand(story: CaseStory) -> None:
    """What is missing or of the wrong kind is named, with the command that would work."""
    case = await story.case("Card charged twice")
    begun = f"reply customer {case} template=refund"
    missing = await story.says("olga", begun)
    assert "amount=" in missing
    assert "until=" in missing
    assert "must be a date" in await story.says("olga", f"{begun} amount=3 until=soon")
    assert "has no gap" not in (shown := await story.says("olga", f"{begun} amount=3 until=2026-12-24"))
    assert "Dear Ruth Calloway, we pay back 3 by 24 December 2026. Olga" in shown
    assert "There is no text nothing" in await story.says("olga", f"reply customer {case} template=nothing")
    assert "There is no text handed-on" in await story.says("olga", f"reply customer {case} template=handed-on")


async def test_fitting_texts_are_suggested(story: CaseStory) -> None:
    """When nothing was written, by the words of the case."""
    case = await story.case("Card charged twice")
    assert f"reply customer {case} template=refund" in await story.says("olga", f"reply customer {case}")


async def test_nobody_to_reply_to(story: CaseStory) -> None:
    """A case without a customer gets a note instead."""
    case = await story.case("Own matter", customer=False)
    assert "names nobody to reply to" in await story.says("olga", f"reply customer {case} Hello")


@pytest.mark.parametrize("typed", ['snippet handed-on next="call them"', "textbaustein handed-on next=call"])
async def test_a_snippet_is_shown_and_never_sent(story: CaseStory, typed: str) -> None:
    """Filled as far as possible, with what is missing named."""
    case = await story.case("Card charged twice")
    assert "Questions to Olga." in (shown := await story.says("olga", typed))
    assert "Nothing was sent." in shown
    assert "next=" in await story.says("olga", "snippet handed-on")
    assert "refund" in await story.says("olga", "snippet list")
    assert not await story.tickets.comments(case)


async def test_a_macro_runs_its_commands_as_who_asked(story: CaseStory) -> None:
    """Each with its own check; they are shown as they were executed."""
    case = await story.case("Card charged twice")
    shown = await story.says("olga", f"macro run waiting {case}")
    assert "Macro waiting: all done" in shown
    assert f"case status {case} pending" in shown
    assert [one.text for one in await story.tickets.comments(case)] == ["waiting for the customer"]
    assert (await story.now(case)).vendor_status == "waiting"


async def test_a_macro_stops_at_the_first_no(story: CaseStory) -> None:
    """What was done is said; what came behind is not done. What leaves the house is not done unseen."""
    case = await story.case("Card charged twice")
    assert "Macro waiting stopped at step 1" in await story.says("max", f"macro run waiting {case}")
    assert not await story.tickets.comments(case)
    assert "Macro out stopped at step 2" in await story.says("olga", f"macro run out {case}")
    assert [one.audience for one in await story.tickets.comments(case)] == [Audience.INTERNAL]
    assert (await story.now(case)).vendor_status == "new"


async def test_a_macro_is_tried_out(story: CaseStory) -> None:
    """Nothing changes."""
    case = await story.case("Card charged twice")
    assert "nothing was changed" in await story.says("olga", f"macro run waiting {case} rehearse")
    assert "Dry run" in await story.says("olga", f"macro run waiting {case} --dry-run")
    assert not await story.tickets.comments(case)
    assert "For which case?" in await story.says("olga", "macro run waiting")
    assert "There is no macro nothing" in await story.says("olga", "macro run nothing")
    assert "2 steps" in await story.says("olga", "macro list")
    assert "case status" in await story.says("olga", "macro show waiting")
