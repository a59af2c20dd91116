"""Every endpoint, in one table. Routes and description are made from it."""

from __future__ import annotations

from typing import Protocol

from chatops.api.cases import CaseReads
from chatops.api.commands import Commands
from chatops.api.endpoint import Endpoint
from chatops.api.operators import OperatorReads
from chatops.api.people import PeopleReads
from chatops.api.scopes import Scope
from chatops.api.shapes import (
    CaseView,
    Command,
    CommandRequest,
    DeadLettersQuery,
    DeadLettersView,
    Me,
    People,
    PeopleQuery,
    PersonView,
    SwarmDetail,
    SwarmQuery,
    Swarms,
    Timeline,
    TimelineQuery,
    Webhooks,
)
from chatops.api.swarms import SwarmReads


class Parts(Protocol):
    """The code behind the table."""

    commands: Commands
    swarms: SwarmReads
    cases: CaseReads
    people: PeopleReads
    operators: OperatorReads


SWARM = {"id": "12 or SW-12"}
LETTER = {"key": "its key or reference, percent-encoded"}


def endpoints(parts: Parts) -> tuple[Endpoint, ...]:
    """Return the table."""
    return (
        Endpoint(
            method="GET", path="/me", name="me", group="people", scope=None,
            summary="Whom the token speaks for", handle=parts.people.me, answers={200: Me},
        ),
        Endpoint(
            method="POST", path="/commands", name="runCommand", group="commands", scope=Scope.COMMANDS,
            summary="Run a command", handle=parts.commands.post, body=CommandRequest, keyed=True,
            answers={200: Command, 202: Command}, problems=(404, 409, 500),
            description=(
                "The same words, rights and audit as in chat. 200 when it has settled within `wait`, else 202: ask "
                "again at `Location`. A refused command is a problem: 422 `not_understood`, 403 `not_allowed`, 404, "
                "409 `conflict` or `needs_confirmation` (repeat with `confirmed`), 429 or 503 when nothing was tried yet, "
                "500 `failed` with a reference. With an `Idempotency-Key`, repeating the call runs nothing twice and "
                "returns the same answer; after 429 and 503 it is tried again."
            ),
        ),
        Endpoint(
            method="GET", path="/commands/{id}", name="showCommand", group="commands", scope=Scope.COMMANDS,
            summary="What came of a command", handle=parts.commands.show, answers={200: Command}, problems=(404,),
            parts={"id": "from the answer to the call"},
        ),
        Endpoint(
            method="GET", path="/swarms", name="listSwarms", group="swarms", scope=Scope.READ,
            summary="List swarms, newest first", handle=parts.swarms.listed, query=SwarmQuery, answers={200: Swarms},
        ),
        Endpoint(
            method="GET", path="/swarms/{id}", name="showSwarm", group="swarms", scope=Scope.READ, parts=SWARM,
            summary="Show a swarm", handle=parts.swarms.show, answers={200: SwarmDetail}, problems=(404,),
        ),
        Endpoint(
            method="GET", path="/swarms/{id}/timeline", name="showTimeline", group="swarms", scope=Scope.READ,
            summary="Show what happened in a swarm, oldest first", handle=parts.swarms.timeline, parts=SWARM,
            query=TimelineQuery, answers={200: Timeline}, problems=(404,),
        ),
        Endpoint(
            method="GET", path="/cases/{system}/{key}", name="showCase", group="cases", scope=Scope.READ,
            summary="Show a case", handle=parts.cases.show, answers={200: CaseView}, problems=(404,),
            parts={"system": "as in the settings: demo", "key": "as people call it: 1001"},
        ),
        Endpoint(
            method="GET", path="/people", name="listPeople", group="people", scope=Scope.READ,
            summary="List people", handle=parts.people.listed, query=PeopleQuery, answers={200: People},
        ),
        Endpoint(
            method="GET", path="/people/{id}", name="showPerson", group="people", scope=Scope.READ,
            summary="Show a person", handle=parts.people.show, answers={200: PersonView}, problems=(404,),
            parts={"id": "from the directory"},
        ),
        Endpoint(
            method="GET", path="/dead-letters", name="listDeadLetters", group="operators", scope=Scope.DEAD_LETTERS,
            summary="List what was given up", handle=parts.operators.dead_letters, query=DeadLettersQuery,
            answers={200: DeadLettersView}, description="For admins.",
        ),
        Endpoint(
            method="POST", path="/dead-letters/{key}/replay", name="replayDeadLetter", group="operators",
            scope=Scope.DEAD_LETTERS, summary="Try again what was given up", handle=parts.operators.replay,
            answers={200: Command}, problems=(404, 409, 500), parts=LETTER, description="For admins.",
        ),
        Endpoint(
            method="DELETE", path="/dead-letters/{key}", name="dropDeadLetter", group="operators",
            scope=Scope.DEAD_LETTERS, summary="Let something that was given up go for good",
            handle=parts.operators.drop, answers={200: Command}, problems=(404, 409, 500), parts=LETTER,
            description="For admins.",
        ),
        Endpoint(
            method="GET", path="/webhooks", name="listWebhooks", group="operators", scope=Scope.WEBHOOKS,
            summary="List the webhooks and hooks of the settings", handle=parts.operators.webhooks,
            answers={200: Webhooks}, description="For admins. No secrets.",
        ),
    )  # fmt: skip
