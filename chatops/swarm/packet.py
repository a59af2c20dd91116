"""What is handed over with a swarm: all that the next owner has to know, on one card with the two answers to it.

Only members of the house ever get one: it names the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from chatops.core.message import Button, Card, Fact
from chatops.core.rooms import direct_target
from chatops.core.text import Moment, Text, _, _n, lines, listed, said
from chatops.core.unit import Unit
from chatops.ports.roster import Directory
from chatops.swarm.availability import availability
from chatops.swarm.model import Swarm
from chatops.swarm.parts import Handover
from chatops.swarm.wording import Names, case_line, dotted, people, short

MORNING, NIGHT = time(7), time(22)
"""Who named no quiet hours is taken to be awake between these, where they are."""

QUARTER = timedelta(minutes=15)
QUARTERS = 4 * 24

MOST_ANSWERS = 2
MOST_OPEN = 3
"""Questions, and tasks."""


def packet_slot(swarm: Swarm, handover: Handover) -> str:
    """Return the slot of a packet, the same for everybody it goes to."""
    return f"swarm:{swarm.id}/handover/{handover.number}"


def packet_card(
    swarm: Swarm, handover: Handover, directory: Directory, names: Names, *, tasks: Sequence[Text] = ()
) -> Card:
    """Return the packet: question, tried, done so far, what is open, the clocks and who is awake when they run out."""
    facts = [
        Fact(label=_("Case"), value=case_line(swarm.case)),
        Fact(label=_("So far"), value=_so_far(swarm, names)),
        Fact(label=_("Open"), value=_open(swarm, tasks)),
        Fact(label=_("Clock"), value=_clock(swarm, handover, directory, names)),
    ]
    return Card(
        title=_(
            "{who} hands {swarm} over to you: {question}",
            who=names(handover.by),
            swarm=swarm.name,
            question=said(short(swarm.question)),
        ),
        text=said(short(handover.why, 200)) if handover.why else None,
        facts=tuple(facts),
        tone="attention",
        footer=_until(swarm, handover, names),
        buttons=(
            Button(
                label=_("I have read it, I take over"),
                command=f"swarm accept-handover {swarm.name} read",
                style="primary",
                icon="✅",
            ),
            Button(label=_("Not me"), command=f"swarm decline-handover {swarm.name}", icon="❌"),
        ),
    )


def settled_packet(unit: Unit, before: Swarm, after: Swarm, names: Names) -> None:
    """Put in the place of every packet what became of it, once it is settled."""
    was = {one.number: one for one in before.handovers}
    for one in after.handovers:
        old = was.get(one.number)
        if old is None or old.state != "offered":
            continue
        for person in one.to:
            gone = person in one.declined and person not in old.declined
            if one.state != "offered" or gone:
                card = Card(title=_("Handing over {swarm}", swarm=after.name), text=_settled(after, one, person, names))
                unit.post(direct_target(person), card, slot=packet_slot(after, one))


def _settled(swarm: Swarm, one: Handover, person: str, names: Names) -> Text:
    if one.accepted_by == person:
        return _("It is yours now. Thank you!")
    if person in one.declined:
        return _("You said no. Thank you for answering.")
    if one.accepted_by is not None:
        return _("{who} was quicker and owns it now.", who=names(one.accepted_by))
    if one.state == "lapsed":
        return _("Nobody answered in time; {owner} keeps it.", owner=names(swarm.owner))
    return _("It is no longer offered.") if swarm.live else _("It is over.")


def _until(swarm: Swarm, one: Handover, names: Names) -> Text | None:
    if one.lapses_at is None:
        return None
    owner = names(swarm.owner)
    if len(one.to) > 1:
        return _(
            "The first of you to accept has it. Until then it stays with {owner}; it lapses at {time}.",
            owner=owner,
            time=Moment(at=one.lapses_at),
        )
    return _("Until you accept it stays with {owner}; it lapses at {time}.", owner=owner, time=Moment(at=one.lapses_at))


def _so_far(swarm: Swarm, names: Names) -> Text:
    answers = [one for one in swarm.questions if one.answer is not None][-MOST_ANSWERS:]
    found = [
        *([_("tried: {words}", words=said(short(swarm.tried)))] if swarm.tried else []),
        *(
            _("{question} {answer}", question=said(short(one.text, 50)), answer=said(short(one.answer or "", 50)))
            for one in answers
        ),
        *([_("proposed: {words}", words=said(short(swarm.solution.text)))] if swarm.solution else []),
        _("with {people}", people=people((one.person for one in swarm.helpers if one.left is None), names))
        if any(one.left is None for one in swarm.helpers)
        else _("nobody has come to help yet"),
    ]
    return lines(*found)


def _open(swarm: Swarm, tasks: Sequence[Text]) -> Text:
    found = [
        _("{number}: {question}", number=f"Q{one.number}", question=said(short(one.text, 60)))
        for one in swarm.open_questions[:MOST_OPEN]
    ]
    more = len(swarm.open_questions) - MOST_OPEN
    if more > 0:
        found.append(_n("{count} more question", "{count} more questions", more))
    found += tasks[:MOST_OPEN]
    if len(tasks) > MOST_OPEN:
        found.append(_n("{count} more task", "{count} more tasks", len(tasks) - MOST_OPEN))
    return lines(*found) if found else _("nothing")


def _clock(swarm: Swarm, handover: Handover, directory: Directory, names: Names) -> Text:
    ends = [one for one in (swarm.case.due, None if swarm.time_up else swarm.ends_at) if one is not None]
    if not ends:
        return _("none runs")
    first = min(ends)
    who = dict.fromkeys((*handover.to, *(one.person for one in swarm.present if not one.guest)))
    return dotted(_("due by {time}", time=Moment(at=first, style="datetime")), awake_line(who, directory, names, first))


def awake_line(who: Iterable[str], directory: Directory, names: Names, at: datetime) -> Text:
    """Return who is awake at a moment, each with the time it is there."""
    awake = [(one, _local(one, directory, at)) for one in who if is_awake(one, directory, at)]
    if not awake:
        return _("nobody of you is awake then")
    return _(
        "awake then: {people}",
        people=listed(*(_("{person} ({time} there)", person=names(one), time=clock) for one, clock in awake[:4])),
    )


def is_awake(person: str, directory: Directory, at: datetime) -> bool:
    """Whether somebody is awake at a moment, by their quiet hours or else by the clock where they are."""
    profile, zone = directory.profile(person), _zone(person, directory)
    if profile.quiet_from is not None and profile.quiet_to is not None:
        return not availability(profile, zone, at).quiet
    return MORNING <= at.astimezone(ZoneInfo(zone)).time() < NIGHT


def first_awake(people: Iterable[str], directory: Directory, at: datetime) -> datetime:
    """Return when the first of them is awake, to the quarter of an hour; `at` itself when they never are within a day."""
    who = tuple(people)
    moments = (at + QUARTER * number for number in range(QUARTERS))
    return next((moment for moment in moments if any(is_awake(one, directory, moment) for one in who)), at)


def _local(person: str, directory: Directory, at: datetime) -> str:
    return availability(directory.profile(person), _zone(person, directory), at).local_time


def _zone(person: str, directory: Directory) -> str:
    known = directory.by_id(person)
    return "UTC" if known is None else known.zone
