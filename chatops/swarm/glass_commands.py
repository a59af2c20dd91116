"""Breaking the glass: an admin looks into a private swarm nobody asked them into. For a time, with a reason, and everybody
in it is told; no right of theirs goes further than looking.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, ClassVar

from chatops.core.command import Option, command
from chatops.core.effects import Timer
from chatops.core.frozen import Body, replace
from chatops.core.grammar import BECAUSE
from chatops.core.message import Card
from chatops.core.params import IdOf, Rest
from chatops.core.rooms import direct_target
from chatops.core.text import Moment, _, said, to_type
from chatops.core.unit import Unit
from chatops.errors import Impossible, NotFound
from chatops.hookspecs import Listener
from chatops.swarm.buttons import show_button
from chatops.swarm.consequences import Consequences
from chatops.swarm.desk import reason
from chatops.swarm.model import PREFIX, Swarm, lane
from chatops.swarm.moves import like
from chatops.swarm.parts import Glass
from chatops.swarm.wording import short

OPEN_FOR = timedelta(hours=1)
"""How long an admin may look."""


class GlassMended(Body, frozen=True, kw_only=True):
    """The time to look is over."""

    kind: ClassVar[str] = "swarm.glass_mended"

    swarm: str
    person: str


class BreakGlass:
    """The command, and its end."""

    def __init__(self, consequences: Consequences) -> None:
        self._follow = consequences

    def listeners(self) -> tuple[Listener, ...]:
        """Return the one."""
        return (Listener(name="swarm.glass_mended", of=GlassMended, handle=self.mended),)

    @command(
        "admin break-glass",
        who="admin",
        summary=_("Look into a private swarm for an hour; its people are told who does, and why"),
        aliases={"de": ("admin notzugriff",), "nl": ("admin noodtoegang",)},
        examples=("admin break-glass SW-12 because the auditors ask who promised the refund",),
        options={"because": Option(label=_("why"), aliases={"de": ("weil", "grund"), "nl": ("omdat", "reden")})},
    )
    async def break_glass(
        self, unit: Unit, swarm: Annotated[str, IdOf(kind=Swarm.kind, prefix=PREFIX)], because: Rest = ""
    ) -> None:
        """Let an admin look into a private swarm. Raise NotFound, or Impossible."""
        before = await unit.get(Swarm, swarm)
        if before is None:
            raise NotFound(_("There is no swarm {swarm}.", swarm=f"{PREFIX}-{swarm}"), commands=("swarm list",))
        me, why = unit.actor, _why(because)
        if before.visible_to(me, unit.now):
            raise Impossible(
                _("You can see {swarm} already.", swarm=before.name), commands=(f"swarm show {before.name}",)
            )
        if not why:
            raise Impossible(
                _("Say why: the people in {swarm} are told.", swarm=before.name),
                hint=like(f"admin break-glass {before.name} because …"),
            )
        until = unit.now + OPEN_FOR
        others = (one for one in before.glass if one.person != me.id)
        after = replace(before, glass=(*others, Glass(person=me.id, because=why, until=until)))
        time = Moment(at=until, style="time")
        words = _("{who} looks into it as an admin until {time}: {reason}", who=me.name, time=time, reason=said(why))
        unit.note(after, words, tag="glass")
        unit.put(after)
        mended = GlassMended(swarm=after.id, person=me.id)
        unit.arm(Timer(series=_series(after, me.id), lane=lane(after.id), body=mended, due=until.isoformat()))
        card = Card(
            title=_("{who} looks into {swarm} as an admin", who=me.name, swarm=after.name),
            text=said(short(why, 300)),
            tone="attention",
            footer=_("Until {time}; it is in the audit. To ask why, talk to them.", time=time),
            buttons=(show_button(after),),
        )
        told = (after.owner, *(one.person for one in after.present if not one.guest))
        for person in dict.fromkeys(told):
            unit.post(direct_target(person), card, notify=(person,))
        unit.answer(
            _(
                "You can look into {swarm} until {time}: {command}. Its people have been told who looks, and why.",
                swarm=after.name,
                time=time,
                command=to_type(f"swarm show {after.name}"),
            ),
            private=True,
        )

    async def mended(self, unit: Unit, body: GlassMended) -> None:
        """Let nobody look any more whose time is over."""
        before = await unit.get(Swarm, body.swarm)
        if before is None:
            return
        left = tuple(one for one in before.glass if one.person != body.person or one.until > unit.now)
        if left == before.glass:
            return
        unit.note(before, _("{who} looks into it no more.", who=self._follow.names(body.person)), tag="glass")
        # Nothing follows from it: no card shows who may look.
        unit.put(replace(before, glass=left))


def _why(typed: str) -> str:
    """Return a reason without the word that introduces it; that word alone is none."""
    given = reason(typed).strip()
    first, _space, rest = given.partition(" ")
    return rest.strip() if first.casefold() in BECAUSE else given


def _series(swarm: Swarm, person: str) -> str:
    return f"swarm:{swarm.id}/glass/{person}"
