"""Where a swarm meets: in a room of its own, in the room it is opened in, or in a pod's home room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from chatops.core.message import Identity, Person, RoomRef
from chatops.core.text import Code, _, said
from chatops.core.unit import Unit
from chatops.errors import BadArgument, Impossible, NotFound
from chatops.ports.roster import Directory
from chatops.swarm.model import Place

NEW = frozenset({"", "new", "neu", "nieuw"})
HERE = frozenset({"here", "hier"})
SHARED = ("room:", "remote:")
"""How the targets of posts begin where several people read."""

Members = Callable[[RoomRef], Awaitable[Sequence[Identity] | None]]
"""Given a room: who is in it, or None when its network does not say."""


_OPTION = Code(code="room=here")


async def nobody_said(_room: RoomRef) -> Sequence[Identity] | None:
    """No network says who is where."""
    return None


class MeetingPlaces:
    """Finds the place that somebody names with `room=`."""

    def __init__(self, directory: Directory, members: Members = nobody_said) -> None:
        self._directory = directory
        self._members = members

    async def named(self, unit: Unit, typed: str, *, private: bool) -> Place | None:
        """Return the place, or None for a room of the swarm's own. Raise BadArgument, NotFound or Impossible."""
        word = typed.strip().casefold()
        if word in NEW:
            return None
        kind, _colon, name = typed.strip().partition(":")
        if word not in HERE and not (kind.casefold() == "pod" and name.strip()):
            raise BadArgument(
                _("{typed} is no place to meet.", typed=said(typed)),
                hint=_(
                    "There are {new}, {here} and {pod}.",
                    new=Code(code="room=new"),
                    here=Code(code="room=here"),
                    pod=Code(code="room=pod:emea-1"),
                ),
            )
        if private:
            raise Impossible(
                _("A private swarm has a room of its own: others read along elsewhere."),
                hint=_("Leave {option} out.", option=Code(code=f"room={typed.strip()}")),
            )
        return await self._here(unit) if word in HERE else await self._home(name.strip())

    async def _here(self, unit: Unit) -> Place:
        origin = unit.origin
        if origin is None or origin.direct or not origin.target.startswith(SHARED):
            raise Impossible(
                _("Nobody else reads here."),
                hint=_("Say it in the room in which you want to meet, or leave {option} out.", option=_OPTION),
            )
        if origin.room is not None and origin.room.subject is not None:
            raise Impossible(
                _("This room belongs to something else already."), hint=_("Leave {option} out.", option=_OPTION)
            )
        inside = () if origin.remote is None else await self._members(origin.remote) or ()
        if any(_outside(self._directory.by_identity(one)) for one in inside):
            raise Impossible(
                _("Somebody reads here who is no member of the house."), hint=_("Leave {option} out.", option=_OPTION)
            )
        return Place(target=origin.target, state="open")

    async def _home(self, name: str) -> Place:
        pod = self._directory.pod(name)
        if pod is None:
            raise NotFound(_("There is no pod {name}.", name=said(name)), commands=("pod list",))
        if pod.external or any(_outside(self._directory.by_id(one)) for one in pod.members):
            raise Impossible(
                _("{pod} belongs to a partner; its room is not for cases.", pod=said(pod.name or pod.id)),
                hint=_("Open the swarm, and ask its people in."),
            )
        if not pod.room:
            raise Impossible(
                _("{pod} has no home room.", pod=said(pod.name or pod.id)),
                hint=_("An admin can name one in the pods file."),
            )
        network, _colon, id_ = pod.room.partition(":")
        inside = await self._members(RoomRef(network=network, id=id_))
        leave_out = _("Leave {option} out.", option=Code(code=f"room=pod:{name}"))
        if inside is None:
            raise Impossible(
                _("I cannot see who reads in the home room of {pod} just now.", pod=said(pod.name or pod.id)),
                hint=leave_out,
            )
        if any(_outside(self._directory.by_identity(one)) for one in inside):
            raise Impossible(
                _(
                    "Somebody reads in the home room of {pod} who is no member of the house.",
                    pod=said(pod.name or pod.id),
                ),
                hint=leave_out,
            )
        return Place(target=f"remote:{pod.room}", state="open")


def _outside(person: Person | None) -> bool:
    return person is None or "guest" in person.roles
