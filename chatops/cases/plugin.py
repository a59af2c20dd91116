"""Cases, brought in through the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chatops.cases import callbacks, model
from chatops.cases.attaching import Attaching
from chatops.cases.callback_commands import CallBackCommands
from chatops.cases.callbacks import CallBack, CallBackDue, CallBacks
from chatops.cases.change_commands import ChangeCommands
from chatops.cases.changing import CaseChanges
from chatops.cases.commands import CaseCommands
from chatops.cases.desk import CaseDesk
from chatops.cases.files import read_macros, read_templates
from chatops.cases.macro_commands import MacroCommands
from chatops.cases.macros import MacroRun, Macros
from chatops.cases.model import CaseInHand, Recent
from chatops.cases.outcomes import Outcomes
from chatops.cases.passing_on import PassingOn
from chatops.cases.replying import Replies
from chatops.cases.soon import Soon
from chatops.cases.unfurling import Unfurled, Unfurling
from chatops.core.frozen import Body
from chatops.engine.file_performing import LARGEST
from chatops.engine.running import RunCommand
from chatops.engine.ticket_asked import ASKED_EFFECTS
from chatops.errors import PluginError
from chatops.feature import Feature
from chatops.hookspecs import PluginContext
from chatops.rooms.readers import Readers

BODIES: tuple[type[Body], ...] = (
    CaseInHand,
    Recent,
    Unfurled,
    CallBack,
    CallBackDue,
    MacroRun,
    RunCommand,
    *ASKED_EFFECTS,
)


class CasesPlugin(Feature):
    """Registers cases, queues, customers, call-backs, replies and macros. Settings: the files `templates` and `macros`."""

    bodies = BODIES
    relations = (*model.RELATIONS, *callbacks.RELATIONS)

    def __init__(self, context: PluginContext) -> None:
        desk = CaseDesk(context.people, context.tickets, context.prefixes)
        replies = Replies(desk, read_templates(_file(context.settings, "templates")))
        macros = Macros(desk, read_macros(_file(context.settings, "macros")))
        changes = CaseChanges(desk)
        largest = int(context.settings.get("largest_file", LARGEST))
        calls = CallBacks(desk)
        self.commands = (
            CaseCommands(context.people, context.tickets, desk),
            ChangeCommands(desk, changes, replies, Attaching(desk, changes, context.networks, largest)),
            CallBackCommands(calls),
            MacroCommands(macros),
        )
        self.listeners = (
            *Outcomes().listeners(),
            *calls.listeners(),
            *PassingOn(desk, calls).listeners(),
            *Unfurling(desk, Readers(context.people, context.members)).listeners(),
            *macros.listeners(),
        )
        self.sections = (Soon(desk).section(), *calls.sections())


def _file(settings: Mapping[str, Any], name: str) -> Path | None:
    told = settings.get(name)
    if told is None or isinstance(told, Path):
        return told
    if not isinstance(told, str):
        message = f"cases.{name} is the path of a TOML file"
        raise PluginError(message)
    return Path(told) if told else None
