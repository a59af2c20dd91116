"""What goes to one person, or stands for one question."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.icons import numbered
from chatops.core.message import Button, Card, Fact, Field
from chatops.core.text import Moment, Text, _, _n, lines, said
from chatops.swarm.model import Asked, Call, Invitation, Question, Swarm
from chatops.swarm.wording import DECLINED_WORDS, Names, case_line, short

MOST_LINES = 4
"""Of a card."""

MOST_SKIPPED = 2
"""People passed over whom a card offers to ask all the same."""


def invitation_card(swarm: Swarm, one: Invitation, names: Names) -> Card:
    """Return what the person asked sees, now and after the invitation has been settled."""
    call = next(call for call in swarm.calls if call.number == one.call)
    question = said(short(swarm.question))
    if one.state is not Asked.SENT:
        return Card(
            title=_("{swarm} · {question}", swarm=swarm.name, question=question),
            text=_settled_invitation(swarm, one, names),
            buttons=_welcome(swarm, one),
        )
    facts = [] if one.guest else [Fact(label=_("Case"), value=case_line(swarm.case))]
    if call.why:
        facts.append(Fact(label=_("Why you"), value=said(short(call.why))))
    if one.expires_at is not None:
        facts.append(Fact(label=_("Answer"), value=_("until {time}", time=Moment(at=one.expires_at))))
    return Card(
        title=_("{who} asks for your help: {question}", who=names(call.by), question=question),
        facts=tuple(facts),
        tone="attention",
        buttons=(
            Button(label=_("I’ll help"), command=f"swarm accept {swarm.name}", style="primary", icon="✅"),
            Button(
                label=_("Not now"),
                icon="❌",
                command=f"swarm decline {swarm.name}",
                form=(
                    Field(
                        name="why",
                        label=_("Why"),
                        kind="choice",
                        choices=tuple(DECLINED_WORDS.items()),
                        value="busy",
                    ),
                    Field(name="suggest", label=_("Who could help instead?"), kind="person"),
                ),
            ),
        ),
    )


def question_card(swarm: Swarm, question: Question, names: Names) -> Card:
    """Return a question as it stands on the list."""
    number = f"Q{question.number}"
    if question.answer is not None:
        return Card(
            title=_("{number} · {question}", number=number, question=said(short(question.text))),
            text=_("{who}: {answer}", who=names(question.answered_by or ""), answer=said(question.answer)),
            tone="good",
            shrunk=_("{number} · the answer is further down", number=number),
        )
    return Card(
        title=_("{number} · {question}", number=number, question=said(short(question.text))),
        text=_("{who} asks", who=names(question.by))
        if not question.blocking
        else _("{who} asks. Nothing is resolved before this is answered.", who=names(question.by)),
        tone="attention" if question.blocking else "plain",
        buttons=(
            Button(
                label=_("Answer"),
                icon="💬",
                command=f"swarm answer {swarm.name} {number}",
                style="primary",
                form=(Field(name="text", label=_("Answer"), kind="text", required=True),),
            ),
        )
        if swarm.live
        else (),
    )


def _settled_invitation(swarm: Swarm, one: Invitation, names: Names) -> Text:
    call = next(call for call in swarm.calls if call.number == one.call)
    if one.state in {Asked.ACCEPTED, Asked.JOINED}:
        return _("You are in. Thank you!")
    if one.state is Asked.DECLINED:
        return _("You said not now. Somebody else is asked.")
    if not swarm.live:
        return _("It is over, so you are not needed any more. Thank you!")
    if one.state is Asked.LEFT:
        return _("You have left. Thank you for your help!")
    if one.state is Asked.WITHDRAWN and call.filled_by:
        return _("{who} was quicker. Thank you for being there!", who=names(call.filled_by))
    return _("Somebody else is asked now; no need to answer.")


def _welcome(swarm: Swarm, one: Invitation) -> tuple[Button, ...]:
    if swarm.live and not one.guest and one.state in {Asked.EXPIRED, Asked.WITHDRAWN, Asked.LEFT}:
        return (Button(label=_("Come in all the same"), command=f"swarm join {swarm.name}", icon="🙋"),)
    return ()


def welcome_card(swarm: Swarm, names: Names, opener: str) -> Card:
    """Return what a case's owner is told when somebody else opens a swarm on their case."""
    return Card(
        title=_("{who} opened {swarm} on your case", who=names(opener), swarm=swarm.name),
        text=_("Help wanted: {question}. The case stays yours.", question=said(short(swarm.question))),
        facts=(Fact(label=_("Case"), value=case_line(swarm.case)),),
    )


def suggestion_card(swarm: Swarm, one: Invitation, names: Names) -> Card:
    """Return what the owner is told when a member puts somebody forward."""
    call = next(call for call in swarm.calls if call.number == one.call)
    why = said(short(call.why)) if call.why else None
    return Card(
        title=_("{who} suggests {person} for {swarm}", who=names(call.by), person=names(one.person), swarm=swarm.name),
        text=why,
        buttons=(
            Button(
                label=_("Ask {person}", person=names(one.person)),
                command=f"swarm invite {swarm.name} {one.person}",
                icon="👥",
            ),
        ),
    )


def exhausted_card(swarm: Swarm, calls: Sequence[Call], names: Names) -> Card:
    """Return what owner and asker are told when nobody is left to ask, with whom they could still reach."""
    found = [line for call in calls for line in (*_unanswered(swarm, call, names), *skip_lines(call, names))]
    found = found[:MOST_LINES]
    wanted = ", ".join(dict.fromkeys(call.wanted for call in calls))
    skipped = [button for call in calls for button in skip_buttons(swarm, call, names)]
    return Card(
        title=_("{swarm}: nobody is left to ask ({wanted})", swarm=swarm.name, wanted=wanted),
        text=lines(*found) if found else _("Everybody asked has answered or let it pass."),
        buttons=(
            *numbered(skipped[:MOST_SKIPPED]),
            Button(
                label=_("Ask others"),
                icon="👥",
                command=f"swarm invite {swarm.name}",
                form=(Field(name="who", label=_("Whom? A name, or skill:billing"), required=True),),
            ),
        ),
    )


def skip_buttons(swarm: Swarm, call: Call, names: Names) -> tuple[Button, ...]:
    """Return how those whom a call passed over could be asked all the same; at most two buttons."""
    found = [
        Button(
            label=_("Page {person}", person=names(skip.person)), command=f"swarm invite {swarm.name} {skip.person} page"
        )
        for skip in call.skipped
        if skip.asleep
    ] + [
        Button(
            label=_("Invite {person} as a guest", person=names(skip.person)),
            command=f"swarm invite {swarm.name} guest:{skip.person}",
        )
        for skip in call.skipped
        if skip.as_guest
    ]
    return tuple(found[:MOST_SKIPPED])


def _unanswered(swarm: Swarm, call: Call, names: Names) -> tuple[Text, ...]:
    """Return what became of those whom a call did ask."""
    own = [one for one in swarm.invitations if one.call == call.number]
    return tuple(
        _("{person} did not answer in time", person=names(one.person))
        if one.state is Asked.EXPIRED
        else _("{person}: {reason}", person=names(one.person), reason=DECLINED_WORDS.get(one.reason) or _("not now"))
        for one in own
        if one.state in {Asked.EXPIRED, Asked.DECLINED}
    )


def skip_lines(call: Call, names: Names) -> tuple[Text, ...]:
    """Return whom a call passed over, each with the reason; at most three lines."""
    shown = call.skipped[:3]
    found = [_("{person}: {reason}", person=names(skip.person), reason=skip.reason) for skip in shown]
    if len(call.skipped) > len(shown):
        found[-1] = _n("{count} more could not be asked", "{count} more could not be asked", len(call.skipped) - 2)
    return tuple(found)
