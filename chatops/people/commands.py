"""Commands about oneself, and about who did what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from chatops.core.access import ROLES, effective
from chatops.core.command import Option, command
from chatops.core.frozen import Aggregate, Frozen, Instant
from chatops.core.journal import AuditRecord, TimelineNote
from chatops.core.message import Card, Fact, Table
from chatops.core.text import Code, Moment, Text, _, _n, lines, listed, said
from chatops.core.unit import Unit
from chatops.errors import BadArgument, NotAllowed, NotFound
from chatops.hookspecs import Section
from chatops.people.availability import availability
from chatops.people.book import own_pods
from chatops.people.changes import evidence_of
from chatops.people.expert_cards import reachable, skill_line
from chatops.ports.roster import Directory

MOST_LINES = 5
"""Of one section of `me`."""

MOST_ENTRIES = 25
"""Of an audit: the newest."""

_ID = re.compile(r"([A-Za-z]+)-?(\d{1,18})")
_NAMES_NOBODY = "?"


class PeopleCommands:
    """What anybody may ask about themselves, and about what they may see."""

    def __init__(
        self,
        directory: Directory,
        *,
        sections: Callable[[], Sequence[Section]],
        prefixes: Callable[[], Mapping[str, str]],
    ) -> None:
        self._directory = directory
        self._sections = sections
        self._prefixes = prefixes

    @command(
        "me",
        who="anyone",
        summary=_("What needs you now"),
        aliases={"de": ("ich",), "nl": ("ik",)},
        examples=("me",),
        acts=False,
    )
    async def me(self, unit: Unit) -> None:
        """Show the asker alone what waits for them, from every domain."""
        facts = []
        for section in sorted(self._sections(), key=lambda section: section.order):
            found = await section.read(unit, unit.actor)
            if found:
                hidden = len(found) - MOST_LINES
                more = (_n("and {count} more", "and {count} more", hidden),) if hidden > 0 else ()
                facts.append(Fact(label=section.title, value=lines(*found[:MOST_LINES], *more)))
        if not facts:
            unit.answer(_("Nothing waits for you. Enjoy it!"), private=True)
            return
        unit.answer(Card(title=_("For you, {name}", name=unit.actor.name), facts=tuple(facts)), private=True)

    @command(
        "whoami",
        who="anyone",
        summary=_("Who you are here: roles, zone, identities"),
        aliases={"de": ("wer bin ich",), "nl": ("wie ben ik",)},
        examples=("whoami",),
        acts=False,
    )
    async def whoami(self, unit: Unit) -> None:
        """Show the asker alone what the directory knows of them."""
        me = unit.actor
        profile = self._directory.profile(me.id)
        roles = [ROLES[role] for role in ROLES if role in effective(me)]
        skills = sorted(profile.skills, key=lambda skill: (-profile.skills[skill], skill))
        clock = availability(profile, me.zone, unit.now)
        facts = [
            Fact(label=_("Roles"), value=listed(*roles)),
            Fact(label=_("Known as"), value=listed(*(Code(code=str(identity)) for identity in me.identities))),
            Fact(label=_("Zone"), value=_("{zone}, {time}", zone=me.zone, time=reachable(profile, clock))),
            Fact(
                label=_("Pods"), value=said(", ".join(pod.name or pod.id for pod in own_pods(self._directory, me.id)))
            ),
            Fact(
                label=_("Skills"),
                value=lines(*(skill_line(skill, evidence_of(profile, skill), self._name) for skill in skills)),
            ),
            Fact(label=_("Would like to learn"), value=said(", ".join(profile.interests))),
            Fact(
                label=_("At a time"),
                value=_n("at most {count} swarm", "at most {count} swarms", profile.max_load),
            ),
        ]
        unit.answer(
            Card(
                title=_("You are {name} ({id})", name=me.name, id=Code(code=me.id)),
                facts=tuple(fact for fact in facts if fact.value.msgid),
            ),
            private=True,
        )

    @command(
        "audit",
        who="staff",
        summary=_("Who did what with a thing, and when"),
        aliases={"de": ("protokoll",), "nl": ("logboek",)},
        examples=("audit SW-12",),
        options={"id": Option(label=_("number, for example SW-12"))},
        acts=False,
    )
    async def audit(self, unit: Unit, id: str) -> None:
        """Show timeline and commands of something the asker may see, privately."""
        aggregate, name = await self._found(unit, id)
        entries = [_told(note) for note in await unit.timeline(aggregate, limit=1000)]
        lane = f"{aggregate.kind}:{aggregate.id}"
        entries += [self._ordered(record) for record in await unit.audited(lane, limit=1000) if _acted(record)]
        entries.sort(key=lambda entry: entry.at)
        hidden = len(entries) - MOST_ENTRIES
        unit.answer(
            Card(
                title=_("{thing}: who did what", thing=name),
                text=None if entries else _("Nothing has been recorded yet."),
                table=Table(
                    head=(_("When"), _("Who"), _("What")),
                    rows=tuple(
                        (_("{time}", time=Moment(at=entry.at, style="datetime")), entry.who, entry.what)
                        for entry in entries[-MOST_ENTRIES:]
                    ),
                )
                if entries
                else None,
                footer=_n("{count} earlier entry", "{count} earlier entries", hidden) if hidden > 0 else None,
            ),
            private=True,
        )

    async def _found(self, unit: Unit, typed: str) -> tuple[Aggregate, str]:
        match = _ID.fullmatch(typed.strip())
        prefixes = {prefix.rstrip("-").upper(): kind for prefix, kind in self._prefixes().items()}
        if match is None or match[1].upper() not in prefixes:
            raise BadArgument(
                _("{typed} is no number of ours.", typed=said(typed)),
                commands=tuple(f"audit {prefix}-12" for prefix in sorted(prefixes)),
            )
        prefix, number = match[1].upper(), match[2].lstrip("0") or "0"
        name = f"{prefix}-{number}"
        aggregate = await unit.subject(prefixes[prefix], number)
        missing = NotFound(_("There is no {thing}.", thing=name))
        if aggregate is None:
            raise missing
        try:
            unit.require(aggregate, "viewer")
        except NotAllowed:
            # Whoever may not see it does not learn that it exists.
            raise missing from None
        return aggregate, name

    def _name(self, person: str) -> str:
        known = self._directory.by_id(person)
        return known.name if known is not None else person

    def _ordered(self, record: AuditRecord) -> _Line:
        person = self._directory.by_id(record.person) if record.person else None
        who = person.name if person is not None else record.person or record.identity or _NAMES_NOBODY
        what = _("{command}: {outcome}", command=Code(code=tried(record)), outcome=_outcome(record.outcome))
        return _Line(at=record.at, who=said(who), what=what)


class _Line(Frozen, frozen=True, kw_only=True):
    at: Instant
    who: Text
    what: Text


def tried(record: AuditRecord) -> str:
    """Return what somebody asked for. What was not understood has no command; its first words say enough."""
    return record.command or " ".join(record.arguments.split()[:2])[:40] or "…"


def _told(note: TimelineNote) -> _Line:
    who = said(note.actor_name) if note.actor_name else _("the server")
    return _Line(at=note.occurred_at, who=who, what=note.text)


def _acted(record: AuditRecord) -> bool:
    """Commands that succeeded stand in the timeline, in words; the others only here."""
    return record.outcome != "done"


def _outcome(outcome: str) -> Text:
    kind, _colon, detail = outcome.partition(":")
    if kind == "failed":
        return _("failed, reference {reference}", reference=Code(code=detail))
    known = {
        "denied": _("not allowed"),
        "refused": _("refused"),
        "dry-run": _("only tried out"),
        "asked": _("shown first, waiting for a yes"),
        "confirmed": _("done after a yes"),
        "undone": _("done by undo"),
    }
    return known.get(kind) or said(outcome)
