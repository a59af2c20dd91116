"""Puts the pages together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from chatops.core.catalogue import Catalogues
from chatops.core.clock import Clock
from chatops.core.codec import Codec
from chatops.engine.engine import Engine
from chatops.pages.acting import Acting
from chatops.pages.case_page import CasePage
from chatops.pages.changes import Changes
from chatops.pages.light_page import LightPage
from chatops.pages.list_page import ListPage
from chatops.pages.offers import Allowed, Offers
from chatops.pages.paper import Paper
from chatops.pages.profile_page import ProfilePage
from chatops.pages.reading import Reading
from chatops.pages.routes import Pages
from chatops.pages.search_page import SearchPage
from chatops.pages.stream import Streams
from chatops.pages.swarm_page import SwarmPage
from chatops.pages.tasks_part import TasksPart
from chatops.pages.visit import Entrance
from chatops.people.directory import Pod
from chatops.ports.roster import Directory
from chatops.ports.store import Store
from chatops.ports.tickets import TicketSystems
from chatops.ports.web import Route, Static, Web
from chatops.swarm.light import LightSwarm
from chatops.swarm.model import Swarm
from chatops.swarm.praise import Kudos
from chatops.tasks.model import Task


def pages(  # noqa: PLR0913 - every part once, by name
    *,
    web: Web,
    entrance: Entrance,
    engine: Engine,
    store: Store,
    codec: Codec,
    catalogues: Catalogues,
    directory: Directory,
    pods: Callable[[], Sequence[Pod]],
    tickets: TicketSystems,
    clock: Clock,
    allowed: Allowed,
) -> Iterable[Route | Static]:
    """Return the routes of all pages.

    `allowed`: what somebody may do where all is about one thing.
    """

    def named(id_: str) -> str:
        person = directory.by_id(id_)
        return person.name if person is not None else id_

    reading = Reading(store, codec, clock)
    return Pages(
        web=web,
        entrance=entrance,
        paper=Paper(web, catalogues=catalogues, directory=directory, clock=clock),
        directory=directory,
        rooms=engine.rooms,
        acting=Acting(engine, clock),
        reading=reading,
        streams=Streams(Changes(store, (Swarm.kind, LightSwarm.kind, Task.kind, Kudos.kind), clock)),
        swarms=SwarmPage(reading, directory, TasksPart(reading), Offers(allowed, named)),
        lights=LightPage(reading, directory),
        listing=ListPage(reading),
        cases=CasePage(reading, directory, tickets),
        search=SearchPage(reading, directory, tickets),
        profiles=ProfilePage(reading, directory, pods),
    ).routes()
