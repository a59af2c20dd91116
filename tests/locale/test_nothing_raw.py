"""No sentence reaches people around the catalogues: a whole swarm, and every answer on the way, with every letter masked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from chatops.cases.plugin import CasesPlugin
from chatops.core.access import Relations
from chatops.core.command import declared
from chatops.core.message import Identity, Person
from chatops.core.table import CommandTable
from chatops.engine.help import HelpCommands
from chatops.engine.ticket_effects import TICKET_EFFECTS
from chatops.engine.ticket_performing import ticket_performers
from chatops.hookspecs import PluginContext, Section
from chatops.people.plugin import PeoplePlugin
from chatops.ports.roster import Profile
from chatops.ports.tickets import TicketQuery
from chatops.swarm.model import Swarm
from chatops.swarm.plugin import RELATIONS, SwarmPlugin
from chatops.testing.clock import ManualClock
from chatops.testing.directory import FakeDirectory
from chatops.testing.records import MemoryRecords
from chatops.testing.secrets import MemorySecrets
from chatops.testing.stage import Stage
from chatops.testing.tickets import FakeTickets
from masked import MASKED, masked, raw, raw_in, raw_on
from sample_commands import server_commands
from swarm_bench import NoWeb, Tickets

NAMES = {"olga": "Όλγα", "anna": "Άννα", "ben": "Βασίλης", "cem": "Σπύρος", "lea": "Λήδα", "gus": "Γιώργος"}
"""Nobody's name has a letter that could be taken for one of ours."""

ROLES = {"olga": "agent", "anna": "expert", "ben": "expert", "cem": "agent", "lea": "pod_lead", "gus": "guest"}
BILLING = {"anna": 5, "ben": 4}


class Told(Stage):
    """A stage that knows everything that was told so far, and its tickets."""

    tickets: FakeTickets

    def told(self) -> list[str]:
        """Return every post as plain text."""
        return [posted.body.plain for posted in self.network.posted]

    def raw(self, *data: str) -> dict[str, list[str]]:
        """Return the posts with words that were never looked up, and these words; ids and `data` may stand there."""
        found = {posted.body.plain: raw_in(posted.body) for posted in self.network.posted}
        for room in self.network.rooms.values():
            if room.title != room.ref.id:
                found[room.title] = raw(room.title)
        odd = {text: [word for word in words if word not in {*NAMES, *data}] for text, words in found.items()}
        return {text: words for text, words in odd.items() if words}


def company() -> FakeDirectory:
    """Return everybody."""
    directory = FakeDirectory()
    for id_, name in NAMES.items():
        identities = (Identity(network="fake", id=id_), Identity(network="cases", id=id_))
        skills = {"billing": BILLING[id_]} if id_ in BILLING else {}
        person = Person(id=id_, name=name, roles=frozenset({ROLES[id_]}), identities=identities)
        directory.add(person, Profile(skills=skills))
    return directory


@pytest.fixture
async def stage() -> AsyncIterator[Told]:
    """Cases, swarms, people: a server whose sentences are masked."""
    clock = ManualClock()
    tickets = FakeTickets("cases", clock=clock)
    for id_ in ("olga", "cem"):
        tickets.add_person(id_, NAMES[id_])
    tickets.add_ticket("Διπλή χρέωση", owner="olga")
    tickets.add_ticket("Άλλη υπόθεση", owner="cem")
    tickets.add_ticket("Χωρίς υπεύθυνο")
    systems = Tickets(tickets)
    sections: list[Section] = []
    context = PluginContext(
        name="own",
        settings={},
        clock=clock,
        records=MemoryRecords(),
        secrets=MemorySecrets(),
        people=company(),
        tickets=systems,
        web=NoWeb(),  # type: ignore[arg-type]
        folder=Path(),
        sections=lambda: sections,
        prefixes=lambda: {"SW": Swarm.kind},
    )
    swarm = SwarmPlugin(context)
    swarm.chatops_register_sections(sections.append)
    plugins = (swarm, CasesPlugin(context), PeoplePlugin(context))
    told = Told(
        plugins=plugins,
        table=_table(plugins),
        performers=ticket_performers(systems, MASKED),
        bodies=TICKET_EFFECTS,
        directory=company(),
        clock=clock,
        systems=("cases",),
        catalogues=MASKED,
    )
    told.tickets = tickets
    async with told:
        yield told


def _table(plugins: Iterable[SwarmPlugin | CasesPlugin | PeoplePlugin]) -> CommandTable:
    """Return all commands, and help on them."""
    relations = Relations()
    for relation in RELATIONS:
        relations.publish(relation)
    for plugin in plugins:
        if isinstance(plugin, PeoplePlugin):
            plugin.chatops_register_relations(relations.publish)
    sources: list[object] = [HelpCommands(lambda: table, relations)]
    for plugin in plugins:
        plugin.chatops_register_commands(sources.append)
    table = CommandTable([one for source in sources for one in declared(source, relations=relations, plugin="test")])
    return table


def test_the_mask_shows_what_is_raw() -> None:
    """Or the tests below would mean nothing."""
    assert masked("{who} joined “{room}”") == "{who} öööööö “{room}”"
    assert raw("Όλγα öööö SW-1, 14:00 CET, in 3 minutes: `swarm join SW-1` cases:1001") == []
    assert raw("Όλγα joined at Tue 3 Mar 2026") == ["joined", "at"]
    page = '<title>Öö</title><p aria-label="Close">öö <code>help</code></p><input placeholder="Message">Send'
    assert raw_on(page) == ["Close", "Message", "Send"]


async def test_a_swarm_from_opening_to_the_audit(stage: Told) -> None:
    """Invitations, questions, a proposal, rest, the one form with a reply, what stands on the ticket afterwards."""
    await stage.says("olga", "swarm open cases:1001 βοήθεια tried=τίποτα skills=billing timebox=60m")
    room = next(room.ref.id for room in stage.network.rooms.values() if room.title.startswith("SW-"))
    await stage.says("anna", "me", direct=True)
    await stage.presses("anna", "swarm accept SW-1")
    await stage.says("ben", "swarm join SW-1")
    await stage.says("anna", 'question "ποιος πάροχος;" blocking', room=room)
    await stage.says("anna", "question και πότε;", room=room)
    await stage.says("olga", "resolve έτοιμο", room=room)
    await stage.says("ben", "me", direct=True)
    await stage.says("ben", "answer Q1 νέος", room=room)
    await stage.says("anna", "invite cem ξέρει", room=room)
    await stage.says("olga", "invite cem ξέρει", room=room)
    await stage.says("cem", "decline busy suggest=lea", direct=True)
    await stage.says("olga", "swarm hold SW-1 customer")
    await stage.says("olga", "swarm resume SW-1")
    await stage.says("anna", "solution επανεκκίνηση", room=room)
    await stage.says("olga", "brief", room=room)
    await stage.says("ben", "leave αντίο", room=room)
    await stage.says("olga", "swarm list")
    await stage.says("olga", "swarm show SW-1")
    await stage.says("olga", "done", room=room)
    await stage.says("olga", 'done "έτοιμο" article=new because=τίτλος reply=γεια cause=λάθος', room=room)
    await stage.says("olga", "swarm done SW-1 send", room=room)
    await stage.says("olga", "audit SW-1")
    await stage.says("olga", "swarm list recent")

    assert len(stage.told()) > 30
    assert stage.raw() == {}
    [case] = [
        ticket for ticket in (await stage.tickets.search(TicketQuery())).items if ticket.subject == "Διπλή χρέωση"
    ]
    notes = [comment.text for comment in await stage.tickets.comments(case.ref)]
    assert len(notes) == 3
    assert [raw(note) for note in notes] == [[], [], []]
    [article] = await stage.tickets.search_articles("τίτλος", limit=5)
    assert "έτοιμο" in article.text
    assert raw(article.text) == []


async def test_silence_and_the_end_of_time(stage: Told) -> None:
    """The next one is asked, nobody is left, the time box ends, resolved and closed in two steps, cancelled."""
    await stage.says("olga", "swarm open cases:1001 βοήθεια skills=billing timebox=30m")
    await stage.advance(timedelta(minutes=10))
    await stage.advance(timedelta(minutes=10))
    await stage.says("anna", "swarm accept SW-1")
    await stage.advance(timedelta(minutes=10))
    await stage.says("olga", "swarm resolve SW-1 έτοιμο")
    await stage.says("olga", "swarm close SW-1")
    await stage.says("olga", "swarm close SW-1 article=none")
    await stage.says("olga", "swarm close SW-1 article=none περιττό")
    await stage.says("lea", "swarm open cases:1001 ξανά")
    await stage.says("olga", "swarm cancel SW-2")
    await stage.says("olga", "swarm cancel SW-2 περιττό")

    assert len(stage.told()) > 15
    assert stage.raw() == {}


async def test_guests_see_no_raw_word(stage: Told) -> None:
    """In the layout for guests, too."""
    await stage.says("olga", "swarm open cases:1001 βοήθεια")
    await stage.says("olga", "swarm invite SW-1 guest:gus")
    await stage.says("gus", "swarm accept SW-1", direct=True)
    await stage.says("gus", "swarm brief SW-1", direct=True)
    await stage.says("gus", "swarm list", direct=True)
    await stage.says("olga", "swarm cancel SW-1 περιττό")

    assert stage.raw() == {}


@pytest.mark.parametrize(
    "typed",
    [
        "me",
        "whoami",
        "case show cases:1001",
        "case show cases:1003",
        "case show cases:9999",
        "case show other:1",
        "case show",
        "case list",
        "case list mine sort=age",
        "case list status=closed",
        "case recent",
        "case history cases:1001",
        "case related cases:1001",
        "case take cases:1001",
        "case take cases:1003",
        "case assign cases:1003",
        "case priority cases:1001 high",
        "case priority cases:1001 high because βιάζεται",
        "case status cases:1001 pending",
        "case status cases:1001 open because απάντησε",
        "case new τίτλος",
        "case callback cases:1001 at=14:00 επιστροφή",
        "case callback cases:1001 at=2020-01-01 επιστροφή",
        "callback list",
        "callback done CB-9",
        "case attach cases:1001",
        "case attach cases:1001 https://αρχεία.example/log αρχείο",
        "queue show",
        "queue show pod:ψ",
        "customer show",
        "customer show ψ",
        "note cases:1001 σημείωση",
        "reply customer cases:1001 γεια",
        "reply customer cases:1001",
        "snippet list",
        "snippet ψ",
        "macro list",
        "macro run ψ",
        "swarm",
        "swarm opne cases:1001",
        "swarm open",
        "swarm open cases:1002 βοήθεια",
        "swarm open cases:1003 βοήθεια",
        "swarm open cases:1001 βοήθεια timebox=σύντομα",
        "swarm open cases:1001 βοήθεια timebox=11y",
        "swarm open cases:1001 βοήθεια skills=μαγεία",
        "swarm open cases:1001 βοήθεια private",
        "swarm open cases:1001 βοήθεια dry-run",
        "swarm list",
        "swarm join SW-99",
        "swarm join XX-1",
        "swarm hold SW-99 moon",
        "swarm accept",
        "swarm decline",
        "swarm done",
        "audit SW-99",
        "audit ΣΩ-1",
        "",
        "done μόνο ένα",
    ],
)
async def test_answers_and_refusals(stage: Told, typed: str) -> None:
    """Help, cases, oneself, and everything that cannot be."""
    posts = await stage.says("olga", typed)

    assert posts
    assert stage.raw("CB", "example", *re.findall(r"\w+", typed)) == {}


@pytest.fixture(scope="module")
def command_words() -> set[str]:
    """Return every word that commands are made of."""
    return {word for one in server_commands() for word in re.findall(r"\w+", one.words)}


@pytest.mark.parametrize("about", ["", "swarm", "swarm page=2", "swarm open", "swarm done", "case show", "audit", "ψ"])
async def test_help(stage: Told, about: str, command_words: set[str]) -> None:
    """Everything but the commands themselves."""
    posts = await stage.says("olga", f"help {about}")

    assert posts
    assert stage.raw(*command_words) == {}


async def test_refusals_about_a_swarm(stage: Told) -> None:
    """Too late, twice, not a member, not allowed, not that way."""
    await stage.says("olga", "swarm open cases:1001 βοήθεια skills=billing")
    before = len(stage.told())
    for who, typed in (
        ("olga", "swarm open cases:1001 βοήθεια"),
        ("olga", "swarm leave SW-1"),
        ("olga", "swarm join SW-1"),
        ("olga", "swarm resume SW-1"),
        ("olga", "swarm answer SW-1 Q7 μάλιστα"),
        ("olga", "swarm answer SW-1 ποια μάλιστα"),
        ("olga", "swarm close SW-1"),
        ("olga", "swarm resolve SW-1"),
        ("olga", "swarm invite SW-1 κανείς"),
        ("olga", "swarm invite SW-1 skill:μαγεία"),
        ("olga", "swarm invite SW-1 anna"),
        ("olga", "swarm invite SW-1 gus"),
        ("olga", "swarm done SW-1 send"),
        ("olga", 'swarm done SW-1 "έτοιμο"'),
        ("cem", "swarm accept SW-1"),
        ("cem", "swarm cancel SW-1 γιατί"),
        ("cem", "swarm brief SW-1"),
        ("gus", "swarm show SW-1"),
        ("stranger", "help"),
    ):
        assert await stage.says(who, typed), typed

    assert len(stage.told()) > before + 18
    assert stage.raw() == {}
