"""What people keep of a swarm's conversation, as pure transitions: moments, decisions, steps, and what they write by hand.

Numbers are never given out twice, order is the order in which things were kept, and nothing that was said is lost: what
is put right keeps what it said before, and what is dropped is only marked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from chatops.core.frozen import replace
from chatops.core.text import _, to_type
from chatops.errors import Impossible, NotFound
from chatops.swarm.captured import Draft, Found, Kept
from chatops.swarm.model import Swarm
from chatops.swarm.moves import wrong_state

Shelf = Literal["moments", "decisions", "steps"]

LONGEST = 4000
"""Letters of one thing kept."""

MOST = 500
"""Things kept of one kind."""

NOUNS: dict[Shelf, str] = {"moments": "timeline", "decisions": "decision", "steps": "step"}
"""What people type for each."""


def shelf(swarm: Swarm, of: Shelf) -> tuple[Kept, ...]:
    """Return everything kept of one kind, dropped things too."""
    return {"moments": swarm.moments, "decisions": swarm.decisions, "steps": swarm.steps}[of]


def present(kept: tuple[Kept, ...]) -> tuple[Kept, ...]:
    """Return what has not been dropped."""
    return tuple(one for one in kept if not one.dropped)


def kept(swarm: Swarm, of: Shelf, text: str, *, by: str, kept_by: str, at: datetime) -> Swarm:
    """Keep something. Raise Impossible for no words, the same words twice, or a swarm that is over."""
    if swarm.over:
        raise wrong_state(swarm)
    words = text.strip()[:LONGEST]
    if not words:
        raise Impossible(
            _("Say what to keep, or reply to a message with it."),
            hint=_("For example: {command}", command=to_type(f"{NOUNS[of]} add …")),
        )
    there = shelf(swarm, of)
    if any(one.text == words and one.by == by and one.at == at for one in present(there)):
        raise Impossible(_("That is kept already."), commands=(_shown(swarm, of),))
    if len(there) >= MOST:
        raise Impossible(_("That is as much as one swarm can keep."), commands=(_shown(swarm, of),))
    new = Kept(number=len(there) + 1, by=by, kept_by=kept_by, at=at, text=words)
    return _with(swarm, of, (*there, new))


def put_right(swarm: Swarm, of: Shelf, number: int, text: str) -> Swarm:
    """Let something kept say something else; what it said stays with it."""
    one = the_kept(swarm, of, number)
    words = text.strip()[:LONGEST]
    if not words:
        raise Impossible(
            _("What should it say?"),
            hint=_("For example: {command}", command=to_type(f"{NOUNS[of]} edit {number} …")),
        )
    if words == one.text:
        raise Impossible(_("That is what it says."), commands=(_shown(swarm, of),))
    return _changed(swarm, of, replace(one, text=words, earlier=(*one.earlier, one.text)))


def taken_out(swarm: Swarm, of: Shelf, number: int) -> Swarm:
    """Take something out again."""
    return _changed(swarm, of, replace(the_kept(swarm, of, number), dropped=True))


def put_back(swarm: Swarm, of: Shelf, number: int) -> Swarm:
    """Put back what was taken out, in its old place."""
    one = next((one for one in shelf(swarm, of) if one.number == number and one.dropped), None)
    if one is None:
        raise NotFound(_("There is no number {number} that was dropped.", number=number), commands=(_shown(swarm, of),))
    return _changed(swarm, of, replace(one, dropped=False))


def the_kept(swarm: Swarm, of: Shelf, number: int) -> Kept:
    """Return what has a number. Raise NotFound."""
    one = next((one for one in present(shelf(swarm, of)) if one.number == number), None)
    if one is None:
        raise NotFound(
            _("{swarm} has no number {number} there.", swarm=swarm.name, number=number), commands=(_shown(swarm, of),)
        )
    return one


def drafted(swarm: Swarm, draft: Draft) -> Swarm:
    """Write into the article draft by hand."""
    if swarm.over:
        raise wrong_state(swarm)
    return replace(swarm, draft=draft)


def found(swarm: Swarm, things: tuple[Found, ...]) -> Swarm:
    """Remember what may help."""
    return replace(swarm, found=things)


def linked(swarm: Swarm, article: str) -> Swarm:
    """Remember that an article helped."""
    if swarm.over:
        raise wrong_state(swarm)
    if article in swarm.helped:
        raise Impossible(_("{article} is linked already.", article=article), commands=(f"kb draft {swarm.name}",))
    return replace(swarm, helped=(*swarm.helped, article))


def _shown(swarm: Swarm, of: Shelf) -> str:
    return f"{NOUNS[of]} show {swarm.name}" if of == "moments" else f"{NOUNS[of]} list {swarm.name}"


def _changed(swarm: Swarm, of: Shelf, new: Kept) -> Swarm:
    if swarm.over:
        raise wrong_state(swarm)
    return _with(swarm, of, tuple(new if one.number == new.number else one for one in shelf(swarm, of)))


def _with(swarm: Swarm, of: Shelf, things: tuple[Kept, ...]) -> Swarm:
    if of == "moments":
        return replace(swarm, moments=things)
    return replace(swarm, decisions=things) if of == "decisions" else replace(swarm, steps=things)
