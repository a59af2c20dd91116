"""The commands that move a swarm between people, between rooms and through time."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from chatops.core.command import Option, command
from chatops.core.message import Person
from chatops.core.params import IdOf, Rest, Selector, When
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.errors import BadArgument
from chatops.swarm.handing import Handing
from chatops.swarm.merging import Merging
from chatops.swarm.model import PREFIX, Swarm
from chatops.swarm.moves import like
from chatops.swarm.offering import Offering
from chatops.swarm.resting import Resting

SwarmId = Annotated[str, IdOf(kind=Swarm.kind, prefix=PREFIX)]


class WaitingFor(StrEnum):
    """For whom a swarm rests."""

    CUSTOMER = "customer"
    VENDOR = "vendor"

    @classmethod
    def aliases(cls) -> Mapping[str, str]:
        """Return the same in German and Dutch."""
        return {
            "kunde": "customer",
            "kundin": "customer",
            "klant": "customer",
            "lieferant": "vendor",
            "hersteller": "vendor",
            "leverancier": "vendor",
        }


class LifecycleCommands:
    """Rest, hand over, reopen, merge, offer, release."""

    def __init__(self, resting: Resting, handing: Handing, merging: Merging, offering: Offering) -> None:
        self._resting = resting
        self._handing = handing
        self._merging = merging
        self._offering = offering

    @command(
        "swarm hold",
        who="owner | pod_lead",
        summary=_("Rest until the customer or a vendor has answered"),
        aliases={"de": ("schwarm pausieren", "schwarm anhalten"), "nl": ("zwerm pauzeren",)},
        examples=("swarm hold customer", "swarm hold waiting=vendor until=17:00"),
        options={
            "whom": Option(label=_("for whom")),
            "waiting": Option(label=_("for whom"), aliases={"de": ("wartet",), "nl": ("wacht",)}),
            "until": Option(label=_("when it goes on by itself"), aliases={"de": ("bis",), "nl": ("tot",)}),
        },
    )
    async def hold(
        self,
        unit: Unit,
        swarm: SwarmId,
        whom: WaitingFor | None = None,
        *,
        waiting: WaitingFor | None = None,
        until: When | None = None,
    ) -> None:
        """Put a swarm on hold."""
        waits = waiting or whom
        if waits is None:
            raise BadArgument(
                _("For whom does it wait?"),
                commands=tuple(f"swarm hold {PREFIX}-{swarm} {one.value}" for one in WaitingFor),
            )
        await self._resting.hold(unit, swarm, waits.value, until.at if until is not None else None)

    @command(
        "swarm resume",
        who="owner | pod_lead",
        summary=_("Go on after a rest"),
        aliases={"de": ("schwarm fortsetzen",), "nl": ("zwerm hervatten",)},
        examples=("swarm resume",),
    )
    async def resume(self, unit: Unit, swarm: SwarmId) -> None:
        """Resume a swarm."""
        await self._resting.resume(unit, swarm)

    @command(
        "swarm handover",
        who="owner | pod_lead",
        summary=_("Hand a swarm and its case over; the owner stays until somebody accepts"),
        aliases={"de": ("schwarm übergeben", "schwarm übergabe"), "nl": ("zwerm overdragen", "zwerm overdracht")},
        examples=("swarm handover anna", "swarm handover pod:apac at=17:00", "swarm handover SW-12 stop"),
        options={
            "whom": Option(label=_("to whom")),
            "why": Option(label=_("a word to whoever takes over")),
            "at": Option(label=_("when to offer it"), aliases={"de": ("um",), "nl": ("om",)}),
            "stop": Option(label=_("keep it after all"), aliases={"de": ("behalten",), "nl": ("houden",)}),
        },
    )
    async def handover(
        self,
        unit: Unit,
        swarm: SwarmId,
        whom: Selector | None = None,
        why: Rest = "",
        *,
        at: When | None = None,
        stop: bool = False,
    ) -> None:
        """Offer a swarm to its next owner, or keep it after all."""
        if stop:
            await self._handing.stop(unit, swarm)
            return
        if whom is None:
            raise BadArgument(_("To whom?"), hint=like(f"swarm handover {PREFIX}-{swarm} pod:emea at=17:00"))
        await self._handing.offer(unit, swarm, whom, why, at=at.at if at is not None else None)

    @command(
        "swarm accept-handover",
        who="receiver",
        summary=_("Take over a swarm that is handed to you, once you have read what there is to know"),
        aliases={"en": ("swarm takeover",), "de": ("schwarm übernehmen",), "nl": ("zwerm overnemen",)},
        examples=("swarm accept-handover", "swarm accept-handover SW-12"),
        options={"read": Option(label=_("I have read it"), aliases={"de": ("gelesen",), "nl": ("gelezen",)})},
    )
    async def accept_handover(self, unit: Unit, swarm: SwarmId = "", *, read: bool = False) -> None:
        """Take over the swarm named, or the one that waits."""
        await self._handing.accept(unit, swarm, read=read)

    @command(
        "swarm decline-handover",
        who="receiver",
        summary=_("Say that you cannot take over; the owner stays"),
        aliases={"de": ("schwarm nicht-übernehmen",), "nl": ("zwerm niet-overnemen",)},
        examples=("swarm decline-handover", "swarm decline-handover SW-12 my shift ends as well"),
        options={"why": Option(label=_("why"))},
    )
    async def decline_handover(self, unit: Unit, swarm: SwarmId = "", why: Rest = "") -> None:
        """Decline the swarm named, or the one that waits."""
        await self._handing.decline(unit, swarm, why)

    @command(
        "swarm reopen",
        who="owner | pod_lead",
        summary=_("Go on with a swarm that was not over after all, within two weeks"),
        aliases={"de": ("schwarm wiederöffnen",), "nl": ("zwerm heropenen",)},
        examples=("swarm reopen SW-12 because the refunds loop again",),
        options={"because": Option(label=_("why"), aliases={"de": ("weil", "grund"), "nl": ("omdat", "reden")})},
    )
    async def reopen(self, unit: Unit, swarm: SwarmId, because: Rest = "") -> None:
        """Reopen a swarm."""
        await self._merging.reopen(unit, swarm, because)

    @command(
        "swarm merge",
        who="owner | pod_lead",
        summary=_("Let another swarm end in this one: people, questions and case come along"),
        aliases={
            "en": ("swarm absorb",),
            "de": ("schwarm zusammenführen", "schwarm vereinen"),
            "nl": ("zwerm samenvoegen",),
        },
        examples=("swarm merge SW-9", "swarm merge SW-12 SW-9"),
        options={"other": Option(label=_("the swarm that ends here"))},
    )
    async def merge(self, unit: Unit, swarm: SwarmId, other: SwarmId) -> None:
        """Merge two swarms."""
        await self._merging.merge(unit, swarm, other)

    @command(
        "swarm offer",
        who="staff",
        summary=_("Tell a swarm’s owner that you could help"),
        aliases={"de": ("schwarm anbieten",), "nl": ("zwerm aanbieden",)},
        examples=("swarm offer SW-12 I saw this before",),
        options={"text": Option(label=_("what you know"))},
    )
    async def offer(self, unit: Unit, swarm: SwarmId, text: Rest = "") -> None:
        """Offer help."""
        await self._offering.offer(unit, swarm, text)

    @command(
        "swarm take-in",
        who="owner | pod_lead",
        summary=_("Let somebody come in who has offered help"),
        aliases={"de": ("schwarm aufnehmen",), "nl": ("zwerm opnemen",)},
        examples=("swarm take-in SW-12 anna",),
        options={"person": Option(label=_("whom"))},
    )
    async def take_in(self, unit: Unit, swarm: SwarmId, person: Person) -> None:
        """Accept an offer of help."""
        await self._offering.take_in(unit, swarm, person)

    @command(
        "swarm turn-down",
        who="owner | pod_lead",
        summary=_("Thank somebody whose offer is not needed"),
        aliases={"de": ("schwarm absagen",), "nl": ("zwerm bedanken",)},
        examples=("swarm turn-down SW-12 anna",),
        options={"person": Option(label=_("whom"))},
    )
    async def turn_down(self, unit: Unit, swarm: SwarmId, person: Person) -> None:
        """Turn an offer of help down."""
        await self._offering.turn_down(unit, swarm, person)

    @command(
        "swarm release",
        who="owner | pod_lead",
        summary=_("Let somebody go who is not needed any more"),
        aliases={"de": ("schwarm entlassen", "schwarm freigeben"), "nl": ("zwerm vrijgeven",)},
        examples=("swarm release anna",),
        options={"person": Option(label=_("whom"))},
    )
    async def release(self, unit: Unit, swarm: SwarmId, person: Person) -> None:
        """Let somebody go."""
        await self._offering.release(unit, swarm, person)
