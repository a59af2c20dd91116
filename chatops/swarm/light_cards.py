"""What people see of a light swarm: a card in its thread, a letter to each who is asked."""

from __future__ import annotations

from chatops.core.message import Button, Card, Fact, Field
from chatops.core.text import Moment, Text, _, lines, said
from chatops.swarm.light import LightSwarm, Stage
from chatops.swarm.wording import Names, dotted, people, short

MOST_REPLIES = 3


def thread_card(light: LightSwarm, names: Names) -> Card:
    """Return the card that stands where it was asked. It names no case, so guests may read it."""
    return Card(
        title=_("{light} · {question}", light=light.name, question=said(short(light.question))),
        text=_replies(light, names),
        facts=(Fact(label=_("Who"), value=_who(light, names)), Fact(label=_("State"), value=state_line(light, names))),
        tone="good" if light.state is Stage.SOLVED else "plain",
        buttons=_buttons(light),
        shrunk=_("{light} · the card is further down", light=light.name),
    )


def letter(light: LightSwarm, person: str, names: Names, *, quiet: str = "") -> Card:
    """Return what somebody asked is told alone. `quiet`: the time there, when it comes into their quiet hours."""
    if not light.going or person in light.passed:
        return Card(
            title=_("{light} · {question}", light=light.name, question=said(short(light.question))),
            text=_("Thanks for telling.") if person in light.passed else state_line(light, names),
        )
    answered = any(reply.by == person for reply in light.replies)
    return Card(
        title=_("{who} asks you: {question}", who=names(light.by), question=said(short(light.question, 300))),
        text=_("Your answer is with them. Thank you!") if answered else None,
        footer=_("No hurry: it is {time} where you are.", time=quiet) if quiet else None,
        tone="plain" if answered else "attention",
        buttons=(_answer(light), _pass(light)),
    )


def reply_card(light: LightSwarm, names: Names) -> Card:
    """Return what the asker is told of the newest answer."""
    last = light.replies[-1]
    return Card(
        title=_("{who} answers: {question}", who=names(last.by), question=said(short(light.question, 60))),
        text=said(short(last.text, 600)),
        buttons=(_solved(light), _open(light), _answer(light)),
    )


def _buttons(light: LightSwarm) -> tuple[Button, ...]:
    if not light.going:
        return ()
    if light.state is Stage.ANSWERED:
        return (_solved(light), _answer(light), _open(light))
    return (_answer(light), _open(light))


def own_buttons(light: LightSwarm, person: str) -> tuple[Button, ...]:
    """Return what one member of the house can do with it, the most important first."""
    if not light.going:
        return ()
    helped = light.by == person and any(reply.by != person for reply in light.replies)
    asked = person in light.asked and person not in light.passed
    return (
        *((_solved(light),) if helped else ()),
        _answer(light),
        *((_pass(light),) if asked else ()),
        _open(light),
        *((_take_back(light),) if light.by == person else ()),
    )


def _pass(light: LightSwarm) -> Button:
    return Button(label=_("Not my field"), command=f"swarm pass {light.name}", icon="🤷")


def _take_back(light: LightSwarm) -> Button:
    return Button(label=_("Take it back"), command=f"swarm unask {light.name}", icon="↩️")


def _answer(light: LightSwarm) -> Button:
    return Button(
        label=_("Answer"),
        icon="💬",
        command=f"swarm answer {light.name}",
        style="primary",
        form=(Field(name="text", label=_("Answer"), kind="text", required=True),),
    )


def _solved(light: LightSwarm) -> Button:
    return Button(label=_("That helped"), command=f"swarm solved {light.name}", icon="✅")


def _open(light: LightSwarm) -> Button:
    return Button(
        label=_("Open a swarm"),
        icon="👥",
        command=f"swarm open ask={light.name}",
        form=(
            Field(name="case", label=_("Case"), required=True),
            Field(name="help_needed", label=_("Help needed"), kind="text", value=short(light.question, 300)),
        ),
    )


def _replies(light: LightSwarm, names: Names) -> Text | None:
    shown = light.replies[-MOST_REPLIES:]
    if not shown:
        return None
    return lines(*(_("{who}: {answer}", who=names(one.by), answer=said(short(one.text, 200))) for one in shown))


def _who(light: LightSwarm, names: Names) -> Text:
    waiting = [one for one in light.asked if light.waits_for(one)]
    return dotted(
        _("{who} asks", who=names(light.by)),
        _("asked: {people}", people=people(light.asked, names)),
        _("no answer yet: {people}", people=people(waiting, names)) if waiting and light.replies else None,
    )


_STATES = {
    Stage.OPEN: _("waiting for an answer"),
    Stage.SOLVED: _("solved"),
    Stage.LAPSED: _("ended: nobody said anything for three days"),
    Stage.WITHDRAWN: _("taken back"),
}


def state_line(light: LightSwarm, names: Names) -> Text:
    """Return where it stands, in a few words."""
    if light.state is Stage.ANSWERED:
        return _("answered; {who} says whether it helped", who=names(light.by))
    if light.state is Stage.CONVERTED:
        return _("goes on as {swarm}", swarm=f"SW-{light.swarm}")
    return _STATES[light.state]


def light_row(light: LightSwarm, names: Names) -> tuple[Text, ...]:
    """Return the row of a list of swarms."""
    return (
        said(f"{light.name} {short(light.question, 40)}"),
        _("asked, {age}", age=Moment(at=light.at, style="ago")),
        people((light.by, *light.asked), names),
        state_line(light, names),
    )
