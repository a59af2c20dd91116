"""Who did something."""

from __future__ import annotations

from chatops.core.message import Identity
from teams_network.activity import Account, Activity
from teams_network.ids import is_id
from teams_network.settings import TeamsSettings


def identity_of(account: Account, activity: Activity, settings: TeamsSettings) -> Identity | None:
    """Return whose account it is: the directory object's id, or the account where none is told. None for nobody."""
    id_ = account.aad_object_id if is_id(account.aad_object_id) else account.id
    if id_ is None or not is_id(id_):
        return None
    tenant = account.tenant_id if is_id(account.tenant_id) else activity.tenant
    return Identity(network=settings.network, tenant=tenant if tenant and is_id(tenant) else "", id=id_)


def is_automated(account: Account) -> bool:
    """Whether a program did it: a bot's account is `28:…`, a connector's `48:…`, and some say so (`role`)."""
    return account.id.startswith(("28:", "48:")) or account.role in {"bot", "skill"}
