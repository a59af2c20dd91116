"""A click on a card, answered where it was made: with the card as it is now, or with words."""

from __future__ import annotations

from chatops.core.message import ButtonPress
from chatops.core.text import _
from teams_network import answers
from teams_network.asked import Asked
from teams_network.fitting import fitted_in_one
from teams_network.pressing import executed, press


async def clicked(asked: Asked) -> answers.Told:
    """Answer an `adaptiveCard/action`. Whatever is no button of ours is told so. Raise StoreUnavailable."""
    pressed = press(asked.activity, executed(asked.activity.value), asked.place, asked.asker, asked.at)
    if pressed is None:
        return answers.bubble(asked.words(_("That is no button of mine.")))
    return await _answer(asked, pressed)


async def _answer(asked: Asked, pressed: ButtonPress) -> answers.Told:
    outcome = await asked.outcome(pressed)
    now = outcome.card(pressed.room, pressed.message)
    if now is not None and not now.refused:
        # Nobody is to be rung by a card that only the one who clicked gets to see.
        card = fitted_in_one(now.body, accounts={}, words=asked.words).card
        if card is not None:
            return answers.new_card(card)
    return answers.bubble(outcome.said(asked.words))
