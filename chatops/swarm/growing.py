"""A light swarm that becomes a swarm: its question, its people and what they said go along. Pure."""

from __future__ import annotations

from datetime import datetime

from chatops.core.frozen import replace
from chatops.swarm.asking import Look, called
from chatops.swarm.light import LightSwarm
from chatops.swarm.model import Member, Question, State, Swarm

ASKED_AGAIN = 600
"""Seconds that who has not answered yet is given."""


def grown(swarm: Swarm, light: LightSwarm, look: Look, at: datetime) -> Swarm:
    """Return a swarm just opened with those in it who have answered, those asked who have not, and the answers."""
    came = dict.fromkeys(reply.by for reply in light.replies)
    members = (
        *swarm.members,
        *(Member(person=one, since=at) for one in came if swarm.member(one) is None and not look(one).guest),
    )
    answers = tuple(
        Question(
            number=len(swarm.questions) + number,
            by=light.by,
            at=light.at,
            text=light.question,
            answer=reply.text,
            answered_by=reply.by,
            answered_at=reply.at,
        )
        for number, reply in enumerate((one for one in light.replies if one.by != light.by), 1)
    )
    helped = any(one.person not in {swarm.owner, swarm.opened_by} for one in members)
    swarm = replace(
        swarm,
        members=members,
        questions=(*swarm.questions, *answers),
        state=State.ACTIVE if helped else swarm.state,
    )
    silent = tuple(one for one in light.asked if light.waits_for(one) and swarm.member(one) is None)
    for person in silent:
        swarm = called(
            swarm, by=swarm.opened_by, wanted=person, candidates=(person,), look=look, at=at, wait=ASKED_AGAIN
        )
    return swarm
