"""Ideas: told to a pod, waiting for its lead."""

from __future__ import annotations

from chatops.core.frozen import replace
from chatops.core.message import Button, Card, Person
from chatops.core.rooms import direct_target
from chatops.core.text import Moment, Text, _, _n, lines, said, to_type
from chatops.core.unit import Unit
from chatops.errors import Impossible, NotAllowed, NotFound
from chatops.ports.roster import Directory, Pod
from chatops.voices.model import Idea

SHOWN = 15
LONGEST = 2000
"""Letters of an idea, of feedback, of a word of advice."""


class Ideas:
    """What people say, and what their lead says to it."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def say(self, unit: Unit, text: str, pod: str) -> None:
        """Keep an idea for a pod. Raise NotFound or Impossible."""
        words = checked(text, "idea we could …")
        of = self._pod(unit.actor, pod)
        idea = Idea(id=str(await unit.next_number("idea")), pod=of.id, person=unit.actor.id, text=words, at=unit.now)
        unit.put(idea)
        unit.answer(
            _(
                "Thank you. {idea} is kept for {pod}; the week’s ideas are told together.",
                idea=idea.name,
                pod=said(of.name or of.id),
            )
        )

    async def listed(self, unit: Unit, pod: str) -> None:
        """List what waits in a pod."""
        of = self._pod(unit.actor, pod)
        unit.answer(self.card(of, await waiting(unit, of.id)))

    async def answer(self, unit: Unit, id: str, words: str, *, take: bool) -> None:
        """Take an idea up, or leave it; who had it hears of it."""
        idea = await unit.need(Idea, id, _("There is no idea {idea}.", idea=f"IDEA-{id}"))
        pod = self._directory.pod(idea.pod)
        if not (unit.actor.roles & {"manager"}) and (pod is None or pod.lead != unit.actor.id):
            raise NotAllowed(_("That is for the lead of {pod}.", pod=said(idea.pod)))
        if idea.state != "open":
            raise Impossible(_("{idea} has its answer already.", idea=idea.name), commands=("idea list",))
        unit.put(replace(idea, state="taken" if take else "left", answer=words.strip()[:LONGEST]))
        told = (
            _("{who} takes up your idea {idea}: {text}", who=unit.actor.name, idea=idea.name, text=said(idea.text))
            if take
            else _("{who} leaves your idea {idea}: {text}", who=unit.actor.name, idea=idea.name, text=said(idea.text))
        )
        unit.post(direct_target(idea.person), lines(told, said(words.strip())) if words.strip() else told)
        unit.answer(_("{idea} has its answer.", idea=idea.name))

    async def mine(self, unit: Unit, person: Person) -> tuple[Text, ...]:
        """Return the ideas that wait for a lead's word, oldest first."""
        found = [
            idea for pod in self._directory.pods() if pod.lead == person.id for idea in await waiting(unit, pod.id)
        ]
        return tuple(_("{idea} {text}", idea=idea.name, text=said(_short(idea.text))) for idea in found[:SHOWN])

    def card(self, pod: Pod, ideas: list[Idea]) -> Card:
        """Return a pod's ideas, oldest first."""
        rows = [
            _(
                "{idea} {text} ({who}, {time})",
                idea=one.name,
                text=said(_short(one.text)),
                who=self._name(one.person),
                time=Moment(at=one.at, style="date"),
            )
            for one in ideas[:SHOWN]
        ]
        if len(ideas) > SHOWN:
            rows.append(_("… and {count} more.", count=len(ideas) - SHOWN))
        return Card(
            title=_n("{count} idea for {pod}", "{count} ideas for {pod}", len(ideas), pod=said(pod.name or pod.id)),
            text=lines(*rows) if rows else _("Say yours: {command}", command=to_type("idea …")),
            buttons=tuple(
                Button(label=_("Take up {idea}", idea=one.name), command=f"idea take {one.name}") for one in ideas[:3]
            ),
        )

    def _name(self, id: str) -> Text:
        person = self._directory.by_id(id)
        return said(person.name if person is not None else id)

    def _pod(self, person: Person, named: str) -> Pod:
        known = self._directory.pods()
        if named:
            pod = self._directory.pod(named.removeprefix("pod:"))
            if pod is None:
                raise NotFound(
                    _("There is no pod {pod}.", pod=said(named)),
                    commands=tuple(f"idea list pod={one.id}" for one in known[:3]),
                )
            return pod
        own = next((one for one in known if person.id in one.members or one.lead == person.id), None)
        if own is None:
            raise Impossible(
                _("You are in no pod, so say whom it is for."),
                hint=_(
                    "For example: {command}", command=to_type(f"idea … pod={known[0].id if known else 'first-pod'}")
                ),
            )
        return own


async def waiting(unit: Unit, pod: str) -> list[Idea]:
    """Return the ideas of a pod that wait for its lead, oldest first."""
    return await unit.glance(Idea, open=f"{pod}:True")


def checked(text: str, example: str) -> str:
    """Return what somebody says. Raise Impossible when it is nothing, or too long to be read."""
    words = text.strip()
    if not words:
        raise Impossible(_("Say it in a few words."), hint=_("For example: {command}", command=to_type(example)))
    if len(words) > LONGEST:
        raise Impossible(_("That is {count} characters; at most {most} are kept.", count=len(words), most=LONGEST))
    return words


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 120 else f"{flat[:119]}…"  # noqa: PLR2004 - a line on a phone
