"""The buttons of a swarm and their small forms."""

from __future__ import annotations

from chatops.core.message import Button, Field
from chatops.core.text import _
from chatops.swarm.model import State, Swarm


def done_button(swarm: Swarm) -> Button:
    """Return the button with the one form that finishes a swarm."""
    proposal = swarm.solution.text if swarm.solution else ""
    customer = swarm.case.customer or _("the customer")
    return Button(
        label=_("Done"),
        icon="🏁",
        command=f"swarm done {swarm.name}",
        style="primary",
        form=(
            Field(name="solution", label=_("What solved it"), kind="text", required=True, value=proposal),
            Field(
                name="article",
                label=_("Knowledge"),
                kind="choice",
                choices=(
                    ("new", _("draft a new article")),
                    ("link", _("an article helped")),
                    ("none", _("no article")),
                ),
                required=True,
                value="new",
            ),
            Field(name="because", label=_("Title of the new article, number of the old one, or why none")),
            Field(name="solved", label=_("Set the ticket to resolved"), kind="yesno", value="yes"),
            Field(
                name="reply",
                label=_("Reply to {customer}; you see it once more before it goes", customer=customer),
                kind="text",
            ),
            Field(name="cause", label=_("Root cause, one word"), value=swarm.cause),
            Field(name="kudos", label=_("Whom to thank by name"), kind="person"),
        ),
    )


def draft_button(swarm: Swarm) -> Button:
    """Return the button that finishes a swarm with the solution proposed, and drafts an article about it."""
    return Button(
        label=_("Finish, and draft an article"),
        command=f"swarm done {swarm.name} article=new",
        style="primary",
        icon="📝",
    )


def close_button(swarm: Swarm) -> Button:
    """Return the button that puts a resolved swarm away."""
    return Button(
        label=_("Close"),
        command=f"swarm close {swarm.name}",
        style="primary",
        form=done_button(swarm).form[1:3],
        icon="📁",
    )


def question_button(swarm: Swarm) -> Button:
    """Return the button that puts a question on the list."""
    return Button(
        label=_("Question"),
        icon="❓",
        command=f"swarm question {swarm.name}",
        form=(Field(name="text", label=_("Question"), kind="text", required=True),),
    )


def buttons(swarm: Swarm) -> tuple[Button, ...]:
    """Return the buttons of the living card where others read it too, the important ones first: at most four."""
    if swarm.state not in {State.REQUESTED, State.ACTIVE}:
        return _resting(swarm)
    return (join_button(swarm), invite_button(swarm), question_button(swarm), done_button(swarm))


def room_buttons(swarm: Swarm) -> tuple[Button, ...]:
    """Return the buttons of the living card in the swarm's own room: whoever sees them has joined."""
    if swarm.state not in {State.REQUESTED, State.ACTIVE}:
        return _resting(swarm)
    return (question_button(swarm), solution_button(swarm), invite_button(swarm), done_button(swarm))


def own_buttons(swarm: Swarm, person: str) -> tuple[Button, ...]:
    """Return the buttons of the living card for one who is in it: nobody joins twice, and whoever knows may say so."""
    if swarm.state not in {State.REQUESTED, State.ACTIVE}:
        return _resting(swarm)
    common = (question_button(swarm), solution_button(swarm))
    if person == swarm.owner:
        return (invite_button(swarm), *common, done_button(swarm))
    return (*common, invite_button(swarm))


def _resting(swarm: Swarm) -> tuple[Button, ...]:
    if swarm.state is State.RESOLVED:
        return (close_button(swarm),)
    resume = Button(label=_("Resume"), command=f"swarm resume {swarm.name}", style="primary", icon="▶️")
    return (resume, done_button(swarm))


def join_button(swarm: Swarm) -> Button:
    """Return the button that lets its presser in."""
    return Button(label=_("Join"), command=f"swarm join {swarm.name}", icon="🙋")


def show_button(swarm: Swarm) -> Button:
    """Return the button that shows the card."""
    return Button(label=_("Show"), command=f"swarm show {swarm.name}", icon="👀")


def solution_button(swarm: Swarm) -> Button:
    """Return the button that says what solves it."""
    return Button(
        label=_("Solution"),
        icon="💡",
        command=f"swarm solution {swarm.name}",
        form=(Field(name="text", label=_("What solves it"), kind="text", required=True),),
    )


def invite_button(swarm: Swarm) -> Button:
    """Return the button that asks somebody in."""
    return Button(
        label=_("Invite"),
        icon="👥",
        command=f"swarm invite {swarm.name}",
        form=(
            Field(name="who", label=_("Whom? A name, or skill:billing"), required=True),
            Field(name="why", label=_("Why them?")),
        ),
    )
