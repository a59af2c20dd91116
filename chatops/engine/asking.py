"""Who asked, where, and whom the words mean: the parts of a request that need the directory and the rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chatops.core.command import Call, Parameter
from chatops.core.frozen import Frozen, replace
from chatops.core.message import Identity, MessageRef, Person, RoomRef
from chatops.core.params import Selector
from chatops.core.rooms import Room, direct_target, remote_target, room_target
from chatops.core.table import Awaited
from chatops.core.text import Code, _, listed, said
from chatops.core.unit import Origin, Unit
from chatops.engine.quoting import Quoting
from chatops.errors import Ambiguous, NotFound
from chatops.ports.roster import Directory


class Asker(Frozen, frozen=True, kw_only=True):
    """Somebody who wants something."""

    person: Person | None
    identity: Identity | None
    origin: Origin
    typed: str
    via: str
    room: Room | None = None
    """The room that gives the context; for a button, the one its card was made for."""
    fields: Mapping[str, str] = {}
    dry_run: bool = False
    confirmed: bool = False
    """Whether they know what it does, and need not be asked first."""

    @property
    def name(self) -> str:
        """What floods are counted by."""
        return f"person:{self.person.id}" if self.person is not None else f"identity:{self.identity}"

    @property
    def context(self) -> tuple[str | None, str | None]:
        """Kind and id of what the room belongs to."""
        subject = None if self.room is None else self.room.subject
        noun, _colon, id_ = (subject or "").partition(":")
        return noun or None, id_ or None


def origin(
    remote: RoomRef, room: Room | None, person: Person | None, *, thread: str | None, direct: bool, via: str
) -> Origin:
    """Return where the answer to something said in `remote` goes."""
    if direct and person is not None:
        target = direct_target(person.id)
    elif room is not None and room.subject is not None:
        target = room_target(room.id)
    else:
        target = remote_target(remote)
    return Origin(target=target, room=room, remote=remote, thread=thread, direct=direct, via=via)


async def about(asker: Asker, message: MessageRef, quoting: Quoting) -> Asker:
    """Return somebody whose request is about a message."""
    return replace(asker, origin=replace(asker.origin, reply_to=await quoting.quoted(message)))


async def the_awaited(several: Awaited, unit: Unit) -> str:
    """Return the command for the one thing that awaits the asker. Raise NotFound, or Ambiguous when there are more."""
    waiting = [line for command in several.meant if command.awaiting for line in await command.awaiting(unit)]
    if not waiting:
        raise NotFound(_("Nothing awaits that from you."), commands=("me",))
    if len(waiting) > 1:
        raise Ambiguous(_("Which one?"), commands=tuple(f"{line}{several.rest}" for line in waiting))
    return f"{waiting[0]}{several.rest}"


Nameable = Callable[[Person], bool]
"""Whether somebody may be named to those who read the answer."""


def anybody(_person: Person) -> bool:
    """Everybody may be named."""
    return True


def nobody(_person: Person) -> bool:
    """Nobody may be named."""
    return False


def people(call: Call, directory: Directory, nameable: Nameable = anybody) -> dict[str, object]:
    """Return the arguments with persons in place of what was typed. Raise NotFound or Ambiguous.

    Both name nobody whom `nameable` does not allow.
    """
    resolved = dict(call.arguments)
    for parameter in call.command.parameters:
        if parameter.type is Person and parameter.name in resolved:
            resolved[parameter.name] = _resolved(parameter, resolved[parameter.name], call, directory, nameable)
    return resolved


def _resolved(parameter: Parameter, value: object, call: Call, directory: Directory, nameable: Nameable) -> object:
    if isinstance(value, tuple):
        return tuple(_resolved(parameter, one, call, directory, nameable) for one in value)
    return _person(value, call, directory, nameable) if isinstance(value, Selector) else value


def _person(selector: Selector, call: Call, directory: Directory, nameable: Nameable) -> Person:
    exact = directory.by_id(selector.value)
    if exact is not None:
        return exact
    found = directory.named(selector.value)
    if len(found) > 1:
        found = [person for person in found if nameable(person)]
    if len(found) == 1:
        return found[0]
    if not found:
        near = [person for person in directory.nearest(selector.value) if nameable(person)]
        hint = _("Did you mean {names}?", names=listed(*(said(person.name) for person in near))) if near else None
        raise NotFound(
            _("I know nobody called {name}.", name=Code(code=selector.value)),
            hint=hint,
            commands=[_instead(call.typed, selector.value, person) for person in near],
        )
    raise Ambiguous(
        _("Several people are called {name}. Choose one.", name=Code(code=selector.value)),
        hint=listed(*(_("{name} is {id}", name=person.name, id=Code(code=f"@{person.id}")) for person in found[:8])),
        commands=[_instead(call.typed, selector.value, person) for person in found[:8]],
    )


def _instead(typed: str, name: str, person: Person) -> str:
    """Return what was typed with `person`'s id in place of `name`."""
    for written in (f'"{name}"', f"@{name}", name):
        if written in typed:
            return typed.replace(written, f"@{person.id}", 1)
    return typed
