"""What is said while an identity is linked."""

from __future__ import annotations

from chatops.core.message import Button, Card, Fact, Identity
from chatops.core.text import Code, Moment, Text, _, said, to_type
from chatops.people.links import LinkOffer, shown_code


def code_card(code: str, offer: LinkOffer) -> Card:
    """Return the code, for whoever asked for it."""
    return Card(
        title=_("Your code: {code}", code=Code(code=shown_code(code))),
        text=_(
            "In the new account’s direct chat with me, write {command}. Then I ask you here whether that was you.",
            command=to_type(f"link {shown_code(code)}"),
        ),
        footer=_(
            "Works until {time}, once. Never give it to anybody: we do not ask for it.", time=Moment(at=offer.expires)
        ),
        tone="attention",
    )


def over_card() -> Card:
    """Return what stands where the code stood, once it can no longer be used."""
    return Card(title=_("This code is over."), footer=_("{link} makes a new code.", link=to_type("link")))


def question_card(offer: LinkOffer, newcomer: Identity) -> Card:
    """Return the question whether an account is theirs; nothing is added before they say so."""
    return Card(
        title=_("Is this account yours? It would act in your name."),
        facts=identity_facts(newcomer),
        buttons=(
            Button(label=_("It is me"), command=f"link confirm {offer.id}", uses="once", style="primary", icon="✅"),
            Button(label=_("It is not me"), command=f"link refuse {offer.id}", uses="once", style="danger", icon="❌"),
        ),
        footer=_("Until {time}. If you did not do this just now, it is not you.", time=Moment(at=offer.expires)),
        tone="attention",
    )


def told_card(title: Text, identity: Identity, hint: Text) -> Card:
    """Return what all of a person's accounts are told when one is added or taken away."""
    return Card(title=title, facts=identity_facts(identity), footer=hint, tone="attention")


def identity_facts(identity: Identity) -> tuple[Fact, ...]:
    """Return network, tenant and id: never a name, which anybody can give themselves."""
    tenant = (Fact(label=_("Tenant"), value=said(identity.tenant)),) if identity.tenant else ()
    return (
        Fact(label=_("Network"), value=said(identity.network)),
        *tenant,
        Fact(label=_("Id"), value=said(identity.id)),
    )
