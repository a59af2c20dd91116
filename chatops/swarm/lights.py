"""Asking somebody in a thread, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatops.core.effects import Timer
from chatops.core.frozen import Body
from chatops.core.message import Message, Person
from chatops.core.params import Selector
from chatops.core.rooms import direct_target
from chatops.core.text import Moment, Text, _, said, to_type
from chatops.core.unit import Unit
from chatops.errors import Ambiguous, Impossible, NotFound
from chatops.hookspecs import Listener
from chatops.people.needs import read_wanted
from chatops.ports.roster import Directory
from chatops.swarm.availability import availability
from chatops.swarm.consequences import Consequences
from chatops.swarm.desk import MOST_CANDIDATES, PeopleDesk, nobody_fits
from chatops.swarm.finding import Finder
from chatops.swarm.light import ASK_PREFIX, SILENCE, LightSwarm, passed, posed, replied, silent, solved, taken_back
from chatops.swarm.light import thread_key as key_of_thread
from chatops.swarm.light_cards import letter, reply_card, thread_card
from chatops.swarm.light_clock import LightFallsSilent
from chatops.swarm.model import Swarm
from chatops.swarm.pressed import on_own_letter
from chatops.swarm.wording import short

SKILLED = 2
"""How many are asked at once for a skill."""

MOST_ASKED = 5
"""People one question goes to."""

SHARED = ("room:", "remote:")

_NAMED = re.compile(rf"{ASK_PREFIX}-?(\d{{1,9}})", re.IGNORECASE)
_QUESTION = re.compile(r"[Qq]\d+")


class Lights:
    """Light swarms: asked, answered, solved, ended by silence."""

    def __init__(self, directory: Directory, consequences: Consequences) -> None:
        self._directory = directory
        self._people = PeopleDesk(directory)
        self._finder = Finder(directory)
        self._names = consequences.names

    def listeners(self) -> tuple[Listener, ...]:
        """Return the one."""
        return (Listener(name="swarm.light_silent", of=LightFallsSilent, handle=self.falls_silent),)

    async def ask(self, unit: Unit, who: Sequence[Selector], question: str) -> None:
        """Put a question to people, in a thread where it is asked, or to them alone."""
        if "guest" in unit.actor.roles:
            raise Impossible(_("Questions are asked by members of the house."), commands=("me",))
        people = await self._asked(unit, who)
        origin = unit.origin
        shared = origin is not None and origin.target.startswith(SHARED) and not origin.direct
        light = posed(
            LightSwarm(
                id=str(await unit.next_number(LightSwarm.kind)),
                question=question,
                by=unit.actor.id,
                asked=tuple(people),
                wanted=" ".join(str(one) for one in who),
                at=unit.now,
                last=unit.now,
                target=origin.target if origin is not None and shared else direct_target(unit.actor.id),
                place=str(origin.remote) if origin is not None and shared and origin.remote is not None else None,
                thread=_thread(unit) if shared else None,
                locale=unit.actor.locale,
            )
        )
        self._follow(unit, light, reply=True)
        for person in light.asked:
            self._letter(unit, light, person, new=True)
        unit.undo_with(f"swarm unask {light.name}", light)

    async def answer(self, unit: Unit, light: LightSwarm, text: str) -> None:
        """Answer; the asker hears of it and says whether it helped."""
        unit.require(light)
        after = replied(light, unit.actor.id, text, unit.now)
        self._follow(unit, after, resurface=True)
        if unit.actor.id in after.asked:
            self._letter(unit, after, unit.actor.id)
        if unit.actor.id == after.by:
            for person in after.asked:
                if person not in after.passed:
                    words = _("{who} adds: {text}", who=unit.actor.name, text=said(short(text, 300)))
                    unit.post(direct_target(person), words)
        else:
            unit.post(direct_target(after.by), reply_card(after, self._names), notify=(after.by,))
        if not self._here(unit, after) and not (on_own_letter(unit) and unit.actor.id in after.asked):
            unit.answer(_("Your answer is with {who}. Thank you!", who=self._names(after.by)), private=True)

    async def passes(self, unit: Unit, id: str) -> None:
        """Say that it is not for the asker of this; whoever asked hears when nobody is left."""
        light = await self.named(unit, id, "swarm pass")
        unit.require(light)
        after = passed(light, unit.actor.id, unit.now)
        self._follow(unit, after)
        self._letter(unit, after, unit.actor.id)
        if set(after.asked) <= set(after.passed):
            words = _(
                "{light}: nobody you asked can help. Ask others: {command}",
                light=after.name,
                command=to_type("swarm ask skill:… …"),
            )
            unit.post(direct_target(after.by), words, notify=(after.by,))
        if not on_own_letter(unit):
            unit.answer(_("Thanks for telling."), private=True)

    async def solve(self, unit: Unit, light: LightSwarm) -> None:
        """It helped."""
        unit.require(light)
        after = solved(light, unit.now)
        self._end(unit, after)
        helped = [one for one in dict.fromkeys(reply.by for reply in after.replies) if one != after.by]
        for person in helped:
            words = _("{who}: your answer to “{question}” helped. Thank you!", who=unit.actor.name, question=_q(after))
            unit.post(direct_target(person), words)
        if not self._here(unit, after):
            unit.answer(_("{light} is solved.", light=after.name))

    async def take_back(self, unit: Unit, id: str) -> None:
        """No answer is needed any more."""
        light = await self.named(unit, id, "swarm unask")
        unit.require(light)
        after = taken_back(light, unit.now)
        self._end(unit, after)
        unit.answer(_("{light} is taken back.", light=after.name))

    async def falls_silent(self, unit: Unit, body: LightFallsSilent) -> None:
        """End what nobody has said anything in for days; the asker is told, once."""
        before = await unit.get(LightSwarm, body.light)
        if before is None:
            return
        after = silent(before, unit.now)
        if after == before:
            return
        self._end(unit, after)
        words = _(
            "{light} has ended: nobody said anything for three days. “{question}”", light=after.name, question=_q(after)
        )
        unit.post(direct_target(after.by), words)

    # which one is meant

    async def here(self, unit: Unit) -> LightSwarm | None:
        """Return the light swarm of the thread something is said in."""
        origin = unit.origin
        if origin is None or origin.thread is None or origin.remote is None:
            return None
        found = await unit.find(LightSwarm, thread=key_of_thread(str(origin.remote), origin.thread))
        return found[-1] if found else None

    async def named(self, unit: Unit, id: str, verb: str) -> LightSwarm:
        """Return the one named, or that of the thread, or the only one of the asker's. Raise NotFound or Ambiguous."""
        if id:
            light = await unit.get(LightSwarm, id)
            if light is None or not await self._known(unit, light, looks=verb == "swarm show"):
                raise NotFound(_("There is no {light}.", light=f"{ASK_PREFIX}-{id}"), commands=("swarm list mine",))
            return light
        here = await self.here(unit)
        if here is not None:
            return here
        me = unit.actor.id
        found = unit.find(LightSwarm, asked=me) if verb == "swarm pass" else unit.find(LightSwarm, asker=me)
        mine = await found
        if not mine:
            raise NotFound(_("No question of yours is open."), commands=("swarm list mine",))
        if len(mine) > 1:
            raise Ambiguous(_("Which one?"), commands=tuple(f"{verb} {one.name}" for one in mine[:4]))
        return mine[0]

    async def answered(self, unit: Unit, question: str, text: str, *, swarm: str) -> tuple[LightSwarm, str] | None:
        """Return the light swarm that `swarm answer …` means, with the answer; None when a swarm is meant."""
        named = _NAMED.fullmatch(question.rstrip(":,"))
        if named is not None:
            return await self.named(unit, named[1].lstrip("0"), "swarm answer"), text
        if _QUESTION.fullmatch(question.rstrip(":,.")):
            return None
        words = f"{question} {text}".strip()
        light = await self.here(unit)
        if light is not None:
            return light, words
        if swarm:
            return None
        waiting = [one for one in await unit.find(LightSwarm, asked=unit.actor.id) if one.waits_for(unit.actor.id)]
        return (waiting[0], words) if len(waiting) == 1 else None

    async def of(self, unit: Unit, person: str) -> list[LightSwarm]:
        """Return what somebody asks or is asked, oldest first."""
        found = [*await unit.glance(LightSwarm, asker=person), *await unit.glance(LightSwarm, asked=person)]
        return sorted({one.id: one for one in found}.values(), key=lambda one: int(one.id))

    async def my_questions(self, unit: Unit, person: Person) -> tuple[Text, ...]:
        """Return what `me` says of questions put to somebody, and of their own that have been answered."""
        found = []
        for light in await self.of(unit, person.id):
            if light.waits_for(person.id):
                words = _(
                    "{light}, {who} asks you, {age}: {question}",
                    light=light.name,
                    who=self._names(light.by),
                    age=Moment(at=light.at, style="ago"),
                    question=said(short(light.question, 60)),
                )
                found.append(words)
            elif light.by == person.id:
                state = _("answered: did it help?") if light.replies else _("no answer yet")
                found.append(
                    _(
                        "{light} {question}: {state}",
                        light=light.name,
                        question=said(short(light.question, 60)),
                        state=state,
                    )
                )
        return tuple(found)

    def grown(self, unit: Unit, light: LightSwarm, after: LightSwarm) -> None:
        """Say in the thread, and to whoever is asked, that it goes on as a swarm."""
        self._end(unit, after)
        words = _("{light} goes on as {swarm}.", light=light.name, swarm=f"SW-{after.swarm}")
        if light.thread is not None:
            unit.post(light.target, words, thread=light.thread)

    async def alone(self, unit: Unit, light: LightSwarm) -> bool:
        """Whether its card is for the asker alone here: it was asked in a private swarm, and this is no room of that."""
        swarm = None if light.within is None else await unit.get(Swarm, light.within)
        here = unit.origin.target if unit.origin is not None else None
        return swarm is not None and swarm.private and all(place.target != here for place in swarm.places)

    # inside

    async def _known(self, unit: Unit, light: LightSwarm, *, looks: bool) -> bool:
        """Whether it concerns the asker, or they may read where it was asked; `looks`: through broken glass, too."""
        if "guest" in unit.actor.roles:
            return False
        if light.concerns(unit.actor.id):
            return True
        if light.within is None:
            return not light.alone
        swarm = await unit.get(Swarm, light.within)
        return swarm is not None and (
            swarm.visible_to(unit.actor, unit.now) if looks else swarm.open_to(unit.actor, unit.now)
        )

    async def _asked(self, unit: Unit, who: Sequence[Selector]) -> list[str]:
        found: dict[str, None] = {}
        for selector in who:
            most = MOST_ASKED if selector.kind == "person" else SKILLED
            people = await self._meant(unit, selector)
            own = [one for one in people if one != unit.actor.id and not self._people.is_guest(one)]
            if people and not own:
                raise Impossible(
                    _("{who} cannot be asked here.", who=said(str(selector))),
                    hint=_("Guests are asked into a swarm, and nobody asks themselves."),
                    commands=("swarm list mine",),
                )
            awake = [one for one in own if not self._quiet(unit, one)]
            chosen = own if selector.kind == "person" else (awake or own)
            found.update(dict.fromkeys(chosen[:most]))
        return list(found)[:MOST_ASKED]

    async def _meant(self, unit: Unit, selector: Selector) -> list[str]:
        if selector.kind != "skill":
            found = self._people.meant(selector, "swarm ask ", unit)
            if selector.kind == "person" and len(found) > 1:
                found = found[:SKILLED]
            return [person.id for person in found]
        wanted = read_wanted([str(selector)], self._directory)
        people = (await self._finder.ranked(unit, wanted)).order[:MOST_CANDIDATES]
        if not people:
            raise nobody_fits(str(selector), "swarm ask ")
        return [one for one in people if one != unit.actor.id] or list(people)

    def _quiet(self, unit: Unit, person: str) -> str:
        """Return the time where somebody is, when it is in their quiet hours; else nothing."""
        known = self._directory.by_id(person)
        clock = availability(self._directory.profile(person), known.zone if known else "UTC", unit.now)
        return clock.local_time if clock.quiet else ""

    def _follow(self, unit: Unit, light: LightSwarm, *, reply: bool = False, resurface: bool = False) -> None:
        unit.put(light)
        unit.post(
            light.target,
            thread_card(light, self._names),
            slot=_slot(light),
            thread=light.thread,
            reply=reply,
            resurface=resurface,
            notify=tuple(one for one in light.asked if not self._quiet(unit, one)) if reply else (),
        )
        body: Body = LightFallsSilent(light=light.id)
        due = (light.last + SILENCE).isoformat()
        unit.arm(Timer(series=_silence(light), lane=f"light:{light.id}", body=body, due=due))

    def _end(self, unit: Unit, light: LightSwarm) -> None:
        unit.put(light)
        unit.post(light.target, thread_card(light, self._names), slot=_slot(light), thread=light.thread)
        unit.disarm(_silence(light))
        for person in light.asked:
            if person not in light.passed:
                self._letter(unit, light, person)

    def _letter(self, unit: Unit, light: LightSwarm, person: str, *, new: bool = False) -> None:
        quiet = self._quiet(unit, person)
        card = letter(light, person, self._names, quiet=quiet)
        notify = (person,) if new and not quiet else ()
        unit.post(direct_target(person), card, slot=_slot(light), notify=notify)

    def _here(self, unit: Unit, light: LightSwarm) -> bool:
        """Whether the command was given where the card, which has just changed, stands."""
        origin = unit.origin
        return origin is not None and origin.target == light.target and origin.thread == light.thread


def _thread(unit: Unit) -> str | None:
    """Return the message that starts the thread: the one it is asked in, else the question itself."""
    if unit.origin is not None and unit.origin.thread is not None:
        return unit.origin.thread
    body = unit.event.body
    return body.ref.id if isinstance(body, Message) else None


def _slot(light: LightSwarm) -> str:
    return f"light:{light.id}"


def _silence(light: LightSwarm) -> str:
    return f"light:{light.id}/silence"


def _q(light: LightSwarm) -> Text:
    return said(short(light.question, 60))
