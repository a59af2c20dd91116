"""What people say of themselves, and who confirms it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from chatops.core.lexer import fold
from chatops.core.message import Person
from chatops.core.params import When
from chatops.core.rooms import direct_target
from chatops.core.text import Arg, Moment, Text, _, listed, said, to_type
from chatops.core.unit import Unit
from chatops.core.values import NO
from chatops.errors import BadArgument, Impossible, NotAllowed
from chatops.people import changes as moves
from chatops.people.availability import availability
from chatops.people.book import ChangingDirectory, confirmers, own_pods
from chatops.people.changes import MAX_INTERESTS, ProfileChanged, ProfileChanges, evidence
from chatops.people.expert_cards import claim_card, profile_card, settled_card
from chatops.ports.praised import PRAISE, Praised
from chatops.ports.roster import Evidence

MAX_LEVEL = 5
MAX_NAME = 40
"""Characters of a skill's name."""
MAX_LOAD = 20
"""Swarms at a time nobody sanely exceeds."""
LONGEST_AWAY = timedelta(days=400)

_QUIET = re.compile(r"([01]?\d|2[0-3])[:.]?([0-5]\d)?\s*(?:-|–|to|bis|tot)\s*([01]?\d|2[0-3])[:.]?([0-5]\d)?")
_SKILL = re.compile(r"[^\W_][\w.+#/&-]*")


class Experts:
    """Profiles, changed by those they are about."""

    def __init__(self, directory: ChangingDirectory) -> None:
        self._directory = directory

    async def profile(self, unit: Unit, who: Person | None) -> None:
        """Show a profile; one's own with what waits."""
        person = who or unit.actor
        profile = self._directory.profile(person.id)
        clock = availability(profile, person.zone, unit.now)
        pods = own_pods(self._directory, person.id)
        thanked = await self._thanked(unit, person)
        unit.answer(profile_card(person, profile, pods, clock, self._name, thanked=thanked))

    async def claim(self, unit: Unit, typed: str, level: int) -> None:
        """Say of oneself that one has a skill at a level."""
        skill = self._skill(typed)
        if not 1 <= level <= MAX_LEVEL:
            raise BadArgument(
                _("{level} is no level: from 1 (learning) to {most} (teaches it).", level=level, most=MAX_LEVEL),
                commands=(f"expert skill add {skill} 3",),
            )
        before = await self._own(unit)
        was = self._evidence(before, skill)
        asked = confirmers(self._directory, unit.actor.id)
        after = moves.claimed(before, self._of_file(before, skill), skill, level, unit.now, asked=asked)
        self._put(unit, after)
        again = was.claimed or was.level
        words = f"expert skill add {skill} {again}" if again else f"expert skill drop {skill}"
        unit.undo_with(words, after)
        now = self._evidence(after, skill)
        if not now.claimed:
            self._settle(unit, before, skill, _("{who} says {level} now.", who=unit.actor.name, level=level))
            unit.answer(_("{skill} {level} stands in your profile.", skill=said(skill), level=level), private=True)
            return
        for person in asked:
            unit.post(direct_target(person), claim_card(unit.actor, skill, now), slot=_slot(unit.actor.id, skill))
        unit.answer(self._claimed(skill, now, asked), private=True)

    async def drop(self, unit: Unit, typed: str) -> None:
        """Take a skill out of one's profile."""
        skill = self._directory.skill(typed)
        before = await self._own(unit)
        was = self._evidence(before, skill)
        after = moves.dropped(before, self._of_file(before, skill), skill, unit.now)
        self._put(unit, after)
        unit.undo_with(f"expert skill add {skill} {was.level or was.claimed}", after)
        self._settle(unit, before, skill, _("They have taken it back."))
        unit.answer(_("{skill} is no longer in your profile.", skill=said(skill)), private=True)

    async def confirm(self, unit: Unit, person: Person, typed: str) -> None:
        """Confirm the level that waits. The person hears of it."""
        skill = self._directory.skill(typed)
        before = await self._theirs(unit, person)
        after = moves.confirmed(before, skill, unit.actor.id, unit.now)
        level = after.skills[skill].level or 0
        self._put(unit, after)
        told: dict[str, Arg] = {"who": unit.actor.name, "skill": said(skill), "level": level}
        self._settle(unit, before, skill, _("{who} confirmed {skill} {level}.", **told))
        unit.post(direct_target(person.id), _("{who} confirmed {skill} {level}. Thank you for offering it!", **told))
        unit.answer(
            _("{person}: {skill} {level} is confirmed.", person=person.name, skill=said(skill), level=level),
            private=True,
        )

    async def refuse(self, unit: Unit, person: Person, typed: str, because: str) -> None:
        """Refuse the level that waits. The person hears of it, and why."""
        skill = self._directory.skill(typed)
        before = await self._theirs(unit, person)
        after = moves.refused(before, skill, unit.actor.id)
        level = before.skills[skill].claimed
        self._put(unit, after)
        told: dict[str, Arg] = {"who": unit.actor.name, "skill": said(skill), "level": level}
        self._settle(unit, before, skill, _("{who} did not confirm {skill} {level}.", **told))
        words = (
            _("{who} did not confirm {skill} {level}: {reason}", **told, reason=said(because.strip()))
            if because.strip()
            else _("{who} did not confirm {skill} {level}.", **told)
        )
        unit.post(direct_target(person.id), words)
        unit.answer(
            _("{person}: {skill} {level} is not confirmed.", person=person.name, skill=said(skill), level=level),
            private=True,
        )

    async def interest(self, unit: Unit, typed: str, *, add: bool) -> None:
        """Say, or no longer say, what one would like to learn."""
        skill = self._skill(typed) if add else self._directory.skill(typed)
        before = await self._own(unit)
        written = self._directory.written(unit.actor.id).interests
        now = written if before.interests is None else before.interests
        if add == (skill in now):
            raise Impossible(
                _("{skill} is among your interests already.", skill=said(skill))
                if add
                else _("{skill} is not among your interests.", skill=said(skill))
            )
        if add and len(now) >= MAX_INTERESTS:
            raise Impossible(_("At most {most} interests fit into a profile.", most=MAX_INTERESTS))
        wanted = (*now, skill) if add else tuple(one for one in now if one != skill)
        after = self._changed(unit, before, interests=wanted)
        unit.undo_with(f"expert interest {'drop' if add else 'add'} {skill}", after)
        unit.answer(
            _("You would like to learn: {skills}.", skills=said(", ".join(wanted)))
            if wanted
            else _("No interests are left in your profile."),
            private=True,
        )

    async def load(self, unit: Unit, most: int) -> None:
        """Say how many swarms at a time one can bear."""
        if not 0 <= most <= MAX_LOAD:
            raise BadArgument(
                _("{count} is no number of swarms: from 0 to {most}.", count=most, most=MAX_LOAD),
                commands=("expert load max=3",),
            )
        before = await self._own(unit)
        was = self._directory.written(unit.actor.id).max_load if before.max_load is None else before.max_load
        after = self._changed(unit, before, max_load=most)
        unit.undo_with(f"expert load max={was}", after)
        unit.answer(
            _("You are asked into at most {count} swarms at a time.", count=most)
            if most
            else _("You are asked into no swarm, until you say otherwise."),
            private=True,
        )

    async def away(self, unit: Unit, until: When) -> None:
        """Be away: nobody asks until then."""
        if not unit.now < until.at <= unit.now + LONGEST_AWAY:
            raise Impossible(
                _("{time} is over already, or more than a year away.", time=Moment(at=until.at, style="datetime")),
                commands=("expert away until=tomorrow 09:00",),
            )
        before = await self._own(unit)
        after = self._changed(unit, before, away_until=until.at)
        unit.undo_with("expert back", after)
        unit.answer(
            _(
                "You are away until {time}; nobody asks you before. Earlier: {command}",
                time=Moment(at=until.at, style="datetime"),
                command=to_type("expert back"),
            ),
            private=True,
        )

    async def back(self, unit: Unit) -> None:
        """Be back."""
        before = await self._own(unit)
        if before.away_until is None or before.away_until <= unit.now:
            raise Impossible(_("You are not away."), commands=("expert profile",))
        self._changed(unit, before, away_until=None)
        unit.answer(_("Welcome back! You can be asked again."), private=True)

    async def quiet(self, unit: Unit, typed: str) -> None:
        """Set one's quiet hours, or have none."""
        before = await self._own(unit)
        profile = self._directory.profile(unit.actor.id)
        was = f"{profile.quiet_from}-{profile.quiet_to}" if profile.quiet_from and profile.quiet_to else "off"
        hours = quiet_hours(typed)
        after = self._changed(unit, before, quiet=hours)
        unit.undo_with(f"expert quiet {was}", after)
        start, _dash, end = hours.partition("-")
        unit.answer(
            _(
                "Quiet from {start} to {end}, {zone}. Only a page gets through.",
                start=start,
                end=end,
                zone=unit.actor.zone,
            )
            if hours
            else _("You have no quiet hours any more."),
            private=True,
        )

    # inside

    async def _thanked(self, unit: Unit, person: Person) -> int:
        """Return how often somebody was thanked; 0 when that is for them alone, or nobody keeps it."""
        praised = await unit.subject(PRAISE, person.id)
        if not isinstance(praised, Praised) or (praised.quiet and person.id != unit.actor.id):
            return 0
        return praised.count

    async def _own(self, unit: Unit) -> ProfileChanges:
        return await unit.get(ProfileChanges, unit.actor.id) or ProfileChanges(id=unit.actor.id)

    async def _theirs(self, unit: Unit, person: Person) -> ProfileChanges:
        found = await unit.get(ProfileChanges, person.id) or ProfileChanges(id=person.id)
        try:
            unit.require(found)
        except NotAllowed as no:
            names = [said(self._name(one)) for one in confirmers(self._directory, person.id)]
            hint = _("{people} can confirm it.", people=listed(*names)) if names else None
            raise NotAllowed(no.message, hint=hint) from None
        return found

    def _changed(self, unit: Unit, before: ProfileChanges, **fields: Any) -> ProfileChanges:
        after = moves.changed(before, **fields)
        self._put(unit, after)
        return after

    def _put(self, unit: Unit, after: ProfileChanges) -> None:
        unit.put(after)
        unit.emit(ProfileChanged(person=after.id))

    def _of_file(self, changes: ProfileChanges, skill: str) -> int:
        return self._directory.written(changes.id).skills.get(skill, 0)

    def _evidence(self, changes: ProfileChanges, skill: str) -> Evidence:
        return evidence(self._of_file(changes, skill), changes.skills.get(skill))

    def _skill(self, typed: str) -> str:
        skill = self._directory.skill(typed)
        if not (_SKILL.fullmatch(skill) and len(skill) <= MAX_NAME):
            raise BadArgument(
                _("{typed} is no name for a skill: one or a few words.", typed=said(typed[:MAX_NAME])),
                commands=("expert skill add billing 3",),
            )
        return skill

    def _settle(self, unit: Unit, before: ProfileChanges, skill: str, words: Text) -> None:
        """Change the cards of those who were asked."""
        waiting = before.skills.get(skill)
        person = self._directory.by_id(before.id)
        if waiting is not None and waiting.claimed and person is not None:
            for one in waiting.asked:
                unit.post(direct_target(one), settled_card(person, skill, words), slot=_slot(before.id, skill))

    def _claimed(self, skill: str, now: Evidence, asked: tuple[str, ...]) -> Text:
        told: dict[str, Arg] = {"skill": said(skill), "level": now.claimed}
        if not asked:
            return _("{skill} {level} is in your profile as claimed: there is nobody to confirm it.", **told)
        names = listed(*(said(self._name(one)) for one in asked))
        return _("{skill} {level} is in your profile as claimed. {people} can confirm it.", **told, people=names)

    def _name(self, person: str) -> str:
        known = self._directory.by_id(person)
        return known.name if known is not None else person


def quiet_hours(typed: str) -> str:
    """Read `22:00-07:00`, `22-7`, `22 bis 7`, or `off` (then empty). Raise BadArgument."""
    words = fold(typed.strip())
    if words in NO or words in {"none", "keine", "geen"}:
        return ""
    match = _QUIET.fullmatch(words)
    if match is None:
        raise BadArgument(
            _("{typed} is no span of time.", typed=said(typed[:40])),
            commands=("expert quiet 22:00-07:00", "expert quiet off"),
        )
    start = f"{int(match[1]):02}:{match[2] or '00'}"
    end = f"{int(match[3]):02}:{match[4] or '00'}"
    if start == end:
        raise BadArgument(_("That would be all day, or never."), commands=("expert quiet 22:00-07:00",))
    return f"{start}-{end}"


def _slot(person: str, skill: str) -> str:
    return f"people:{person}/skill/{skill}"
