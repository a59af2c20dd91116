"""Macros: named lists of commands. Each is run as who asked, with its own permission check; the first no ends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from chatops.cases.desk import CaseDesk
from chatops.cases.files import Macro
from chatops.cases.tables import short
from chatops.core.effects import Post
from chatops.core.events import EffectSettled
from chatops.core.frozen import Aggregate, Frozen, replace
from chatops.core.message import Card, Table
from chatops.core.params import TicketName
from chatops.core.text import Code, Text, _, _n, said
from chatops.core.unit import Unit
from chatops.engine.running import RunCommand
from chatops.errors import BadArgument, NotFound
from chatops.hookspecs import Listener

MOST_ANSWER = 160
"""Letters of an answer that are shown."""


class Step(Frozen, frozen=True, kw_only=True):
    """One command of a run, and what came of it."""

    command: str
    state: str = "waiting"
    """`waiting`, `ok`, `no`."""
    answer: str = ""


class MacroRun(Aggregate, frozen=True, kw_only=True):
    """A macro on its way."""

    kind: ClassVar[str] = "case.macro"

    name: str
    person: str
    steps: tuple[Step, ...]
    to: str
    thread: str | None = None
    room: str | None = None
    dry_run: bool = False


class Macros:
    """The use cases."""

    def __init__(self, desk: CaseDesk, macros: Sequence[Macro]) -> None:
        self._desk = desk
        self._macros = {macro.name: macro for macro in macros}

    async def listed(self, unit: Unit) -> None:
        """List all."""
        if not self._macros:
            unit.answer(_("There are no macros yet. An admin names their file in the settings: cases.macros."))
            return
        rows = tuple(
            (said(one.name), said(one.title), _n("{count} step", "{count} steps", len(one.steps)))
            for one in self._macros.values()
        )
        unit.answer(Card(title=_("Macros"), table=Table(head=(_("Name"), _("For"), _("Steps")), rows=rows)))

    async def show(self, unit: Unit, name: str) -> None:
        """Show the commands of one."""
        macro = self._named(name)
        rows = tuple(
            (said(str(number)), _("{command}", command=Code(code=step))) for number, step in enumerate(macro.steps, 1)
        )
        unit.answer(Card(title=said(macro.title or macro.name), table=Table(head=(_("Step"), _("Command")), rows=rows)))

    async def run(self, unit: Unit, name: str, case: TicketName | None, *, dry_run: bool) -> None:
        """Begin: the commands follow one by one."""
        macro = self._named(name)
        origin = unit.origin
        steps = tuple(Step(command=step) for step in await self._lines(unit, macro, case))
        run = MacroRun(
            id=str(await unit.next_number(MacroRun.kind)),
            name=macro.name,
            person=unit.actor.id,
            steps=steps,
            to=origin.target if origin is not None else f"person:{unit.actor.id}",
            thread=origin.thread if origin is not None else None,
            room=origin.room.id if origin is not None and origin.room is not None else None,
            dry_run=dry_run,
        )
        self._go_on(unit, run)

    async def ran(self, unit: Unit, effect: RunCommand) -> None:
        """Take note of a step, then run the next one, or end."""
        kind, _colon, id_ = effect.owner.partition(":")
        run = await unit.get(MacroRun, id_) if kind == MacroRun.kind else None
        body = unit.event.body
        if run is None or not isinstance(body, EffectSettled):
            return
        place = next((at for at, step in enumerate(run.steps) if step.state == "waiting"), None)
        if place is None:
            return
        verdict, _newline, answer = (body.result or "").partition("\n")
        ok = body.state == "done" and verdict == "ok"
        step = replace(
            run.steps[place], state="ok" if ok else "no", answer=short(answer or body.reason or "", MOST_ANSWER)
        )
        self._go_on(unit, replace(run, steps=(*run.steps[:place], step, *run.steps[place + 1 :])))

    def listeners(self) -> tuple[Listener, ...]:
        """Return who hears what became of a step."""
        return (Listener(name="cases.macro_step", of=RunCommand, handle=self.ran),)

    def _go_on(self, unit: Unit, run: MacroRun) -> None:
        unit.put(run)
        refused = any(step.state == "no" for step in run.steps)
        following = next((step for step in run.steps if step.state == "waiting"), None)
        if following is not None and not refused:
            unit.effect(
                RunCommand(
                    owner=f"{MacroRun.kind}:{run.id}",
                    person=run.person,
                    text=following.command,
                    room=run.room,
                    via=f"macro {run.name}",
                    dry_run=run.dry_run,
                )
            )
        unit.effect(
            Post(
                to=run.to,
                said=_card(run),
                slot=f"macro:{run.id}",
                thread=run.thread,
                reply=True,
                reader=run.person,
            )
        )

    async def _lines(self, unit: Unit, macro: Macro, case: TicketName | None) -> Sequence[str]:
        if not any("{case}" in step for step in macro.steps):
            return macro.steps
        if case is None and await self._desk.here(unit) is None:
            raise BadArgument(_("For which case?"), commands=(f"macro run {macro.name} demo:1001",))
        ticket = await self._desk.case(unit, case)
        return tuple(step.replace("{case}", str(ticket.ref)) for step in macro.steps)

    def _named(self, name: str) -> Macro:
        macro = self._macros.get(name.casefold())
        if macro is None:
            raise NotFound(_("There is no macro {name}.", name=said(name)), commands=("macro list",))
        return macro


def _card(run: MacroRun) -> Card:
    done = sum(step.state == "ok" for step in run.steps)
    refused = any(step.state == "no" for step in run.steps)
    over = refused or done == len(run.steps)
    title: Text
    if refused:
        title = _("Macro {name} stopped at step {step}", name=said(run.name), step=done + 1)
    elif over:
        title = _("Macro {name}: all done", name=said(run.name))
    else:
        title = _("Macro {name}: step {step} of {count}", name=said(run.name), step=done + 1, count=len(run.steps))
    marks = {"ok": "✓", "no": "✗", "waiting": "…"}
    rows = tuple(
        (said(marks[step.state]), _("{command}", command=Code(code=step.command)), said(step.answer))
        for step in run.steps
    )
    return Card(
        title=title,
        table=Table(head=(_("State"), _("Command"), _("Answer")), rows=rows),
        tone="attention" if refused else "good" if over else "plain",
        footer=_("Tried out only; nothing was changed.") if run.dry_run else None,
    )
