"""What a swarm writes on the ticket and into the article that comes out of it."""

from __future__ import annotations

from chatops.core.text import Text, _, lines, said
from chatops.swarm.drafting import article_of, written_out
from chatops.swarm.model import PREFIX, State, Swarm
from chatops.swarm.wording import Names, decision_line, people


def ticket_note(before: Swarm, after: Swarm, names: Names) -> Text:
    """Return the internal note for what just happened."""
    if after.state is State.MERGED:
        return _("{swarm} goes on as {other}.", swarm=after.name, other=f"{PREFIX}-{after.merged_into}")
    if after.state is State.CANCELLED:
        return _("{swarm} was cancelled: {reason}", swarm=after.name, reason=said(after.cancelled_because))
    if after.state is State.RESOLVED:
        return lines(_("{swarm} found what solves it.", swarm=after.name), *_solution(after))
    if after.state is State.CLOSED and after.decision is not None:
        helped = _("Together: {people}.", people=people((member.person for member in after.members), names))
        took = _(
            "{swarm} is closed after {length}.",
            swarm=after.name,
            length=(after.ended_at or after.opened_at) - after.opened_at,
        )
        knowledge = _("Knowledge: {decision}.", decision=decision_line(after.decision))
        # Resolved and closed in one go: one note says all of it.
        return lines(took, *(_solution(after) if before.live else ()), helped, knowledge)
    opened = _(
        "{who} opened {swarm}: {question}", who=names(after.opened_by), swarm=after.name, question=said(after.question)
    )
    return lines(opened, _("Tried so far: {tried}", tried=said(after.tried))) if after.tried else opened


def article_text(swarm: Swarm) -> Text:
    """Return the article that grew in the swarm."""
    return written_out(article_of(swarm))


def _solution(swarm: Swarm) -> tuple[Text, ...]:
    found = [_("Solution: {words}", words=said(swarm.solution.text))] if swarm.solution else []
    if swarm.cause:
        found.append(_("Cause: {words}", words=said(swarm.cause)))
    return tuple(found)
