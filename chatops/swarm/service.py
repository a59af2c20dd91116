"""The use cases of a swarm after it is open: each one transition, put into the unit with what follows from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from chatops.core.frozen import replace
from chatops.core.grammar import BECAUSE
from chatops.core.lexer import quote
from chatops.core.message import Card, Fact
from chatops.core.params import Duration, Selector, TicketName
from chatops.core.text import Text, _, lines, said, to_type
from chatops.core.unit import Unit
from chatops.core.values import yes_or_no
from chatops.engine.ticket_effects import AddNote, SetStatus
from chatops.errors import BadArgument, Impossible, NotAllowed
from chatops.ports.roster import Directory
from chatops.ports.tickets import Audience, Status, TicketSystems
from chatops.swarm import moves
from chatops.swarm.buttons import close_button, done_button, draft_button
from chatops.swarm.consequences import Consequences
from chatops.swarm.desk import answered_question, reason, the_own, the_swarm
from chatops.swarm.handing import Handing, Waiting
from chatops.swarm.inviting import Inviting
from chatops.swarm.last_reply import LastReply
from chatops.swarm.light import converted
from chatops.swarm.lights import Lights
from chatops.swarm.model import Finish, Place, State, Swarm
from chatops.swarm.off_hold import OffHold
from chatops.swarm.opening import Opening, SwarmSettings
from chatops.swarm.praise import Praising
from chatops.swarm.turns import undoable
from chatops.swarm.wording import people, short

ArticleChoice = Literal["linked", "draft", "none"]

_CHOICES: dict[str, ArticleChoice] = {
    "new": "draft",
    "draft": "draft",
    "none": "none",
    "link": "linked",
    "neu": "draft",
    "nieuw": "draft",
    "keiner": "none",
    "geen": "none",
}
_ARTICLE_NUMBER = re.compile(r"(?:[A-Z]{1,6}|kb)-?\d{1,9}")


class SwarmService:
    """Everything people can do with swarms."""

    def __init__(self, directory: Directory, tickets: TicketSystems, settings: SwarmSettings | None = None) -> None:
        settings = settings or SwarmSettings()
        self.consequences = Consequences(directory)
        self._off_hold = OffHold(tickets, self.consequences)
        self._last_reply = LastReply(tickets)
        self._opening = Opening(directory, tickets, self.consequences, settings)
        self.inviting = Inviting(directory, self.consequences, settings)
        self.praising = Praising(self.consequences)
        self.lights = Lights(directory, self.consequences)
        self.handing = Handing(directory, self.consequences)
        self.waiting = Waiting(self.inviting, self.handing)

    async def open(
        self,
        unit: Unit,
        case: TicketName,
        question: str,
        *,
        tried: str = "",
        skills: Sequence[str] = (),
        timebox: Duration | None = None,
        private: bool = False,
        ask: str = "",
        place: Place | None = None,
    ) -> None:
        """Open a swarm on a case, in `place` or a room of its own; in the thread of a light swarm, that one grows."""
        light = await self.lights.named(unit, ask, "swarm open") if ask else await self.lights.here(unit)
        after = await self._opening.open(
            unit,
            case,
            question,
            tried=tried,
            skills=skills,
            timebox=timebox,
            private=private,
            light=light,
            place=place,
        )
        if light is not None:
            self.lights.grown(unit, light, converted(light, after.id, unit.now))

    async def invite(
        self,
        unit: Unit,
        id: str,
        who: Sequence[Selector],
        why: str = "",
        *,
        ask: int | None = None,
        wait: Duration | None = None,
        page: bool = False,
    ) -> None:
        """Ask people in, or suggest them to the owner."""
        await self.inviting.invite(unit, id, who, why, ask=ask, wait=wait, page=page)

    async def accept(self, unit: Unit, id: str) -> None:
        """Say yes to an invitation, or to what is handed over."""
        await self.waiting.accept(unit, id)

    async def decline(self, unit: Unit, id: str, why: str, suggest: Selector | None) -> None:
        """Say no to an invitation, or to what is handed over."""
        await self.waiting.decline(unit, id, why, suggest)

    async def join(self, unit: Unit, id: str, *, learner: bool = False) -> None:
        """Come in."""
        await self.inviting.join(unit, id, learner=learner)

    async def leave(self, unit: Unit, id: str, note: str) -> None:
        """Go out, with a word to those who stay."""
        before = await self._mine(unit, id)
        after = moves.left(before, unit.actor.id, unit.now)
        words = _("{who} left: {note}", who=unit.actor.name, note=said(note)) if note.strip() else None
        unit.note(after, words or _("{who} left.", who=unit.actor.name), tag="left")
        self.consequences.follow(unit, before, after)
        if words is not None:
            self.consequences.say(unit, after, words)
        unit.answer(_("You have left {swarm}. Thank you!", swarm=after.name), private=True)

    async def question(self, unit: Unit, id: str, text: str, *, blocking: bool = False) -> None:
        """Put a question on the list."""
        before = await self._mine(unit, id)
        after = moves.asked(before, unit.actor.id, text, unit.now, blocking=blocking)
        number = f"Q{after.questions[-1].number}"
        unit.note(
            after,
            _("{who} asked {number}: {text}", who=unit.actor.name, number=number, text=said(text)),
            tag="question",
        )
        self.consequences.follow(unit, before, after)
        self._elsewhere(unit, after, _("{number} is on the list of {swarm}.", number=number, swarm=after.name))

    async def answer(self, unit: Unit, id: str, question: str, text: str) -> None:
        """Answer a question of the swarm, or a light swarm. Raise BadArgument when it is not clear which."""
        light = await self.lights.answered(unit, question, text, swarm=id)
        if light is not None:
            await self.lights.answer(unit, *light)
            return
        if not id:
            raise BadArgument(_("Which swarm’s question?"), commands=(f"swarm answer SW-12 {question or 'Q1'} …",))
        before = await self._mine(unit, id)
        number, text = answered_question(before, question, text)
        after = moves.answered(before, number, unit.actor.id, text, unit.now)
        words = _("{who} answered {number}: {text}", who=unit.actor.name, number=f"Q{number}", text=said(text))
        unit.note(after, words, tag="answer")
        self.consequences.follow(unit, before, after)
        self._elsewhere(unit, after, _("{number} is answered. Thank you!", number=f"Q{number}"))

    async def solution(self, unit: Unit, id: str, text: str) -> None:
        """Say what solves it."""
        before = await self._mine(unit, id)
        after = moves.proposed(before, unit.actor.id, text, unit.now)
        unit.note(after, _("{who} proposed: {text}", who=unit.actor.name, text=said(text)), tag="solution")
        after = self.consequences.follow(unit, before, after)
        card: Card | Text = Card(
            title=_("{who} proposes a solution", who=unit.actor.name),
            text=said(text),
            footer=_("{owner} finishes it, if this is it.", owner=self.consequences.names(after.owner)),
            buttons=(done_button(after),),
        )
        if after.has_guests:
            card = _("{who} proposes a solution.", who=unit.actor.name)
        self.consequences.say(unit, after, card, slot=f"swarm:{after.id}/solution", notify=(after.owner,))
        self._elsewhere(unit, after, _("Your solution is with {swarm}.", swarm=after.name))

    async def resolve(self, unit: Unit, id: str, text: str, *, cause: str = "") -> None:
        """The problem is gone."""
        before = await self._mine(unit, id)
        after = moves.resolved(before, unit.actor.id, text, unit.now, cause=cause)
        after = await self._off_hold.give_back(unit, before, after)
        unit.note(after, _solved(unit, after), tag="resolved")
        after = self.consequences.follow(unit, before, after)
        unit.answer(
            Card(
                title=_("{swarm} is resolved", swarm=after.name),
                text=_("One thing is left: what becomes of what you learned?"),
                tone="good",
                buttons=(close_button(after),),
            )
        )

    async def close(self, unit: Unit, id: str, article: str, because: str) -> None:
        """Put it away."""
        before = await self._mine(unit, id)
        choice, words = _choice(*_named_first(article, because))
        if before.state is not State.RESOLVED:
            raise moves.wrong_state(before)
        after = moves.closed(before, moves.decided(before, unit.actor.id, choice, words, unit.now))
        self._closed(unit, before, after)

    async def done(
        self,
        unit: Unit,
        id: str,
        solution: str = "",
        *,
        article: str = "",
        because: str = "",
        solved: str = "",
        reply: str = "",
        cause: str = "",
        kudos: Sequence[str] = (),
        send: str | None = None,
    ) -> None:
        """Resolve and close in one go. A reply to the customer is shown first and sent with `send`.

        That names the preview that is answered, or is empty for the newest: who was shown another one, or none, sees it
        first. Bare in the thread of a light swarm it says that the answer helped.
        """
        light = await self.lights.here(unit) if not id else None
        if light is not None:
            await self.lights.solve(unit, light)
            return
        before = await the_own(unit, id, "swarm done")
        self._require(unit, before)
        if before.over:
            raise moves.wrong_state(before)
        finish = (
            before.finish
            if send is not None
            else Finish(
                by=unit.actor.id,
                solution=solution,
                article=article,
                because=reason(because),
                solved=not solved.strip() or yes_or_no(solved),
                reply=reply.strip(),
                cause=cause,
                kudos=self._thanked(unit, kudos),
            )
        )
        if finish is None:
            raise Impossible(_("No reply waits to be sent."), commands=(f"swarm done {before.name}",))
        if send is None and not (solution or article or because or reply):
            unit.answer(_form(before), private=before.has_guests)
            return
        # Everything is checked before the customer sees a word.
        after = self._finished(unit, before, finish)
        if finish.reply:
            addressed = await self._last_reply.addressed(before, finish)
            seen = (
                self._last_reply.confirmed(unit)
                if send is None
                else self._last_reply.seen(unit, finish, addressed, send)
            )
            if not seen:
                shown = await self._last_reply.show(unit, before, addressed, anew=send is not None)
                if shown is not None:
                    self.consequences.follow(unit, before, moves.prepared(before, shown))
                return
        if finish.reply:
            note = AddNote(
                ticket=after.case.ref, acting_for=unit.actor.name, text=said(finish.reply), audience=Audience.PUBLIC
            )
            after = self.consequences.write(unit, after, "reply", note)
        if finish.solved:
            after = self.consequences.write(
                unit,
                after,
                "status",
                SetStatus(ticket=after.case.ref, acting_for=unit.actor.name, status=Status.RESOLVED),
            )
        else:
            after = await self._off_hold.give_back(unit, before, after)
        if before.live:
            unit.note(after, _solved(unit, after), tag="resolved")
        if finish.kudos:
            await self.praising.give_all(unit, finish.kudos, replace(after, state=before.state))
        self._closed(unit, before, after)

    async def cancel(self, unit: Unit, id: str, because: str) -> None:
        """End it without a solution."""
        before = await self._mine(unit, id)
        after = moves.cancelled(before, unit.actor.id, reason(because), unit.now)
        after = await self._off_hold.give_back(unit, before, after)
        words = _("{who} cancelled it: {reason}", who=unit.actor.name, reason=said(after.cancelled_because))
        unit.note(after, words, tag="cancelled")
        after = self.consequences.follow(unit, before, after)
        await undoable(unit, after, f"cancel-{after.reopened}", f"swarm reopen {after.name}")
        unit.answer(_("{swarm} is cancelled.", swarm=after.name))

    # inside

    async def _mine(self, unit: Unit, id: str) -> Swarm:
        swarm = await the_swarm(unit, id)
        self._require(unit, swarm)
        return swarm

    def _require(self, unit: Unit, swarm: Swarm) -> None:
        """Make sure that the asker may. Raise NotAllowed, with the one to turn to."""
        try:
            unit.require(swarm)
        except NotAllowed as no:
            hint = _("{owner} owns {swarm}.", owner=self.consequences.names(swarm.owner), swarm=swarm.name)
            raise NotAllowed(no.message, hint=hint) from None

    def _thanked(self, unit: Unit, kudos: Sequence[str]) -> tuple[str, ...]:
        if unit.actor.id in kudos:
            raise Impossible(_("Thank somebody else; the others will thank you."), commands=("swarm done",))
        return tuple(dict.fromkeys(kudos))

    def _finished(self, unit: Unit, before: Swarm, finish: Finish) -> Swarm:
        after = before
        if before.live:
            after = moves.resolved(before, unit.actor.id, finish.solution, unit.now, cause=finish.cause)
        choice, words = _choice(finish.article, finish.because)
        again = f"swarm done {before.name} {quote(finish.solution)}" if finish.solution else f"swarm done {before.name}"
        decision = moves.decided(after, unit.actor.id, choice, words, unit.now, command=again)
        return replace(moves.closed(after, decision), finish=None)

    def _closed(self, unit: Unit, before: Swarm, after: Swarm) -> None:
        unit.note(after, _("{who} closed it.", who=unit.actor.name), tag="closed")
        after = self.consequences.follow(unit, before, after)
        helpers = [member.person for member in after.members if member.person != unit.actor.id]
        if helpers:
            thanked = people(helpers, self.consequences.names)
            unit.answer(_("{swarm} is closed. Thank you, {people}!", swarm=after.name, people=thanked))
        else:
            unit.answer(_("{swarm} is closed.", swarm=after.name))

    def _elsewhere(self, unit: Unit, swarm: Swarm, words: Text) -> None:
        """Answer where the command was given, unless a room of the swarm, which has just heard it, is that place."""
        here = unit.origin.target if unit.origin is not None else None
        if all(place.target != here for place in swarm.places):
            unit.answer(words)


def _solved(unit: Unit, swarm: Swarm) -> Text:
    solution = swarm.solution.text if swarm.solution is not None else ""
    return _("{who} resolved it: {solution}", who=unit.actor.name, solution=said(solution))


def _choice(article: str, words: str) -> tuple[ArticleChoice | None, str]:
    """Read `new`, `none`, `link` or an article's number, with the words that go with it."""
    typed = article.strip()
    if not typed:
        return None, words
    choice = _CHOICES.get(typed.casefold())
    return (choice, words) if choice is not None else ("linked", typed)


def _named_first(article: str, because: str) -> tuple[str, str]:
    """Read `close none because …`, `close new` and `close KB12` like `close article=none because="…"`."""
    first, _space, rest = because.strip().partition(" ")
    if article.strip() or not (first.casefold() in _CHOICES or _ARTICLE_NUMBER.fullmatch(first)):
        return article, reason(because)
    word, _space, after = rest.strip().partition(" ")
    return first, reason(after if word.casefold() in BECAUSE else rest)


def _form(swarm: Swarm) -> Card:
    if not swarm.live:
        return Card(title=_("Finish {swarm}", swarm=swarm.name), buttons=(close_button(swarm),))
    proposal = swarm.solution
    words = f'swarm done {swarm.name} {"" if proposal else "… "}article=new reply="…"'
    return Card(
        title=_("Finish {swarm}", swarm=swarm.name),
        text=lines(
            _("What solved it, what becomes of the knowledge, what does the customer hear?"),
            _("In words: {command}", command=to_type(words)),
        ),
        facts=(Fact(label=_("Solution"), value=said(short(proposal.text))),) if proposal else (),
        buttons=(draft_button(swarm), done_button(swarm)) if proposal else (done_button(swarm),),
    )
