"""The commands of pods."""

from __future__ import annotations

from chatops.core.command import Option, command
from chatops.core.lexer import fold
from chatops.core.message import Person
from chatops.core.params import Rest, Selector
from chatops.core.text import _, said
from chatops.core.unit import Unit
from chatops.errors import Ambiguous, BadArgument, NotFound
from chatops.people.pods import Pods
from chatops.ports.roster import Directory

_POD = Option(label=_("pod"))
NOBODY = frozenset({"nobody", "none", "niemand", "keiner", "geen"})


class PodCommands:
    """Everything people say about pods."""

    def __init__(self, pods: Pods, directory: Directory) -> None:
        self._pods = pods
        self._directory = directory

    @command(
        "pod list",
        who="staff",
        summary=_("List the pods: teams that swarm together"),
        aliases={"de": ("pod liste", "pod auflisten"), "nl": ("pod lijst",)},
        examples=("pod list",),
        acts=False,
    )
    async def list(self, unit: Unit) -> None:
        """List the pods."""
        await self._pods.listed(unit)

    @command(
        "pod show",
        who="staff",
        summary=_("Show a pod: who leads it, where it sits, what it is there for"),
        aliases={"de": ("pod zeigen", "pod anzeigen"), "nl": ("pod tonen", "pod bekijken")},
        examples=("pod show", "pod show emea-1"),
        options={"pod": _POD},
        acts=False,
    )
    async def show(self, unit: Unit, pod: Rest = "") -> None:
        """Show a pod, by default one's own."""
        await self._pods.show(unit, pod)

    @command(
        "pod roster",
        who="staff",
        summary=_("Show who of a pod is there now, away or resting, with their local time"),
        aliases={"de": ("pod besetzung",), "nl": ("pod bezetting",)},
        examples=("pod roster emea-1",),
        options={"pod": _POD},
        acts=False,
    )
    async def roster(self, unit: Unit, pod: Rest = "") -> None:
        """Show who is there."""
        await self._pods.roster(unit, pod)

    @command(
        "pod skills",
        who="staff",
        summary=_("Show what a pod can do, and who"),
        aliases={"de": ("pod fähigkeiten",), "nl": ("pod vaardigheden",)},
        examples=("pod skills emea-1",),
        options={"pod": _POD},
        acts=False,
    )
    async def skills(self, unit: Unit, pod: Rest = "") -> None:
        """Show what a pod can do."""
        await self._pods.skills(unit, pod)

    @command(
        "pod lead",
        who="manager",
        summary=_("Let somebody lead a pod they are in; at once"),
        aliases={"de": ("pod leitung",), "nl": ("pod leiding",)},
        examples=("pod lead anna", "pod lead anna pod:emea-1", "pod lead nobody pod:emea-1"),
        options={"who": Option(label=_("whom, or nobody")), "pod": _POD},
    )
    async def lead(self, unit: Unit, who: Selector, pod: Selector | None = None) -> None:
        """Name a pod's lead."""
        if pod is not None and pod.kind not in {"pod", "person"}:
            raise BadArgument(_("{typed} is no pod.", typed=said(str(pod))), commands=("pod list",))
        await self._pods.lead(unit, self._person(who), pod)

    def _person(self, who: Selector) -> Person | None:
        if who.kind != "person":
            raise BadArgument(_("A pod is led by one person; give a name."), commands=("pod lead anna",))
        found = self._directory.named(who.value)
        if not found and fold(who.value) in NOBODY:
            return None
        if len(found) == 1:
            return found[0]
        if found:
            raise Ambiguous(
                _("Several people are called {name}.", name=said(who.value)),
                commands=tuple(f"pod lead {person.id}" for person in found[:4]),
            )
        raise NotFound(
            _("Nobody is called {name}.", name=said(who.value)),
            commands=tuple(f"pod lead {person.id}" for person in self._directory.nearest(who.value)),
        )
