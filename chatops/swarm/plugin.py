"""Swarms, brought in through the same hooks as any plugin."""

from __future__ import annotations

from chatops.core.access import Relation
from chatops.core.frozen import Body
from chatops.core.text import _
from chatops.errors import PluginError
from chatops.feature import Feature
from chatops.hookspecs import PluginContext, Section
from chatops.swarm.arriving import Arrivals
from chatops.swarm.asked import BODIES as ASKED_BODIES
from chatops.swarm.asked import asked_listeners
from chatops.swarm.case_owner import OWNER_BODIES, CaseOwners
from chatops.swarm.clocks import HandoverDue, HandoverLapses, InvitationExpires, RestEnds, TimeboxEnds
from chatops.swarm.commands import SwarmCommands
from chatops.swarm.desk import PeopleDesk
from chatops.swarm.displaced import DisplacedSwarms
from chatops.swarm.earning import BODIES as EARNING_BODIES
from chatops.swarm.earning import Earning
from chatops.swarm.facts import FACTS
from chatops.swarm.finding_commands import FindingCommands
from chatops.swarm.following_case import FollowingCase
from chatops.swarm.glass_commands import BreakGlass, GlassMended
from chatops.swarm.guest_stays import GuestStay, GuestStayEnds, Staying
from chatops.swarm.knowing import BODIES as KNOWN_BODIES
from chatops.swarm.knowing import Knowing
from chatops.swarm.leaving import Leaving
from chatops.swarm.lifecycle_commands import LifecycleCommands
from chatops.swarm.light import LightSwarm
from chatops.swarm.light_clock import LightFallsSilent
from chatops.swarm.light_commands import LightCommands
from chatops.swarm.listening import SwarmListeners
from chatops.swarm.meeting import MeetingPlaces
from chatops.swarm.merging import Merging
from chatops.swarm.model import Swarm
from chatops.swarm.offering import Offering
from chatops.swarm.opening import SwarmSettings
from chatops.swarm.praise import Kudos
from chatops.swarm.praise_commands import PraiseCommands
from chatops.swarm.resting import Resting
from chatops.swarm.service import SwarmService
from chatops.swarm.turns import Turn
from chatops.swarm.views import SwarmViews
from chatops.swarm.wanted import WANTED_BODIES, WantedSwarms

RELATIONS = (
    Relation(
        name="owner", label=_("owner"), of=Swarm, holds=lambda swarm, person: swarm.owner == person.id, guests=False
    ),
    Relation(
        name="participant",
        label=_("member of the swarm"),
        of=Swarm,
        holds=lambda swarm, person: swarm.member(person.id) is not None,
    ),
    Relation(
        name="colleague",
        label=_("member of the swarm"),
        of=Swarm,
        holds=lambda swarm, person: swarm.member(person.id) is not None,
        guests=False,
    ),
    Relation(
        name="invitee",
        label=_("who was asked into the swarm"),
        of=Swarm,
        holds=lambda swarm, person: swarm.invited(person.id) is not None,
    ),
    Relation(
        name="receiver",
        label=_("whom the swarm is handed over to"),
        of=Swarm,
        holds=lambda swarm, person: swarm.handover is not None and swarm.handover.waits_for(person.id),
        guests=False,
    ),
    Relation(
        name="owner", label=_("owner"), of=LightSwarm, holds=lambda light, person: light.by == person.id, guests=False
    ),
    Relation(
        name="participant",
        label=_("member of the swarm"),
        of=LightSwarm,
        holds=lambda _light, _person: True,
        guests=False,
    ),
    Relation(name="viewer", label=_("who may see it"), of=Swarm, holds=lambda swarm, person: swarm.shown_to(person)),
)
"""What people are to a swarm. The case's owner and the swarm's are one person."""

BODIES: tuple[type[Body], ...] = (
    *ASKED_BODIES,
    *EARNING_BODIES,
    Swarm,
    InvitationExpires,
    TimeboxEnds,
    RestEnds,
    HandoverDue,
    HandoverLapses,
    LightSwarm,
    LightFallsSilent,
    Kudos,
    Turn,
    GuestStay,
    GuestStayEnds,
    *FACTS,
    *KNOWN_BODIES,
    *WANTED_BODIES,
    *OWNER_BODIES,
    GlassMended,
)


class SwarmPlugin(Feature):
    """Registers what swarms are, say and hear. Settings: `network` for rooms, `wait` in seconds for invitations."""

    bodies = BODIES
    relations = RELATIONS

    def __init__(self, context: PluginContext) -> None:
        service = SwarmService(context.people, context.tickets, _settings(context))
        views = SwarmViews(service.consequences.names, context.tickets, PeopleDesk(context.people), service.lights)
        resting = Resting(service.consequences, context.tickets)
        knowing = Knowing(context, service.consequences)
        self.performers = knowing.performers
        offering = Offering(context.people, service.consequences, service.inviting)
        staying = Staying(context.people, service.consequences)
        glass = BreakGlass(service.consequences)
        self.commands = (
            glass,
            SwarmCommands(service, views, staying, MeetingPlaces(context.people, context.members)),
            LifecycleCommands(
                resting, service.handing, Merging(context.people, context.tickets, service.consequences), offering
            ),
            PraiseCommands(service.praising),
            *knowing.commands,
            LightCommands(service.lights),
            FindingCommands(context.people, service.consequences.names),
        )
        self.listeners = (
            *SwarmListeners(context.people, service.consequences, resting.due_now).listeners(),
            *DisplacedSwarms(context.people, service.consequences).listeners(),
            *asked_listeners(),
            *Leaving(service.consequences).listeners(),
            *staying.listeners(),
            *Earning(context.people).listeners(),
            *resting.listeners(),
            *service.handing.listeners(),
            *service.lights.listeners(),
            *knowing.listeners,
            *WantedSwarms(context.people, context.tickets, service.consequences, _settings(context)).listeners(),
            *glass.listeners(),
            *CaseOwners(context.tickets).listeners(),
            *FollowingCase(context.people, context.tickets, service.consequences).listeners(),
            *Arrivals(context.people, service.consequences, service.inviting).listeners(),
        )
        handovers = Section(
            name="swarm.handovers", order=15, title=_("Handed over to you"), read=service.handing.my_handovers
        )
        questions = Section(name="swarm.asked", order=18, title=_("Asked"), read=service.lights.my_questions)
        self.sections = (*views.sections(), handovers, questions)


def _settings(context: PluginContext) -> SwarmSettings:
    network, wait = context.settings.get("network", ""), context.settings.get("wait", 600)
    if not isinstance(network, str) or not isinstance(wait, int) or wait < 1:
        message = "plugins.swarm: network is the name of a chat network, wait a number of seconds above 0"
        raise PluginError(message)
    return SwarmSettings(network=network, wait=wait)
