"""Whether what comes in at the door comes from the Bot Connector, for us, from a tenant we listen to.

The checks, in their order, and why each is there. M: Microsoft Learn, "Authentication with the Bot Connector API", which
says under "Authenticate requests from the Bot Connector service to your bot" that leaving one out opens the bot to attacks.

1. One `Authorization` header with `Bearer` and a token of bearable length (M 1): `jws.bearer`.
2. RS256, and a key that the connector publishes (M 6; RFC 8725, section 3.1): `jws.key_id`, `keys`.
3. The signature (M 6): `jws.payload`.
4. Issuer and audience (M 3, 4), and the time with a skew of five minutes (M 5): `claims`.
5. The channel is Teams, and the key is endorsed for it (M step 3): the connector signs for channels that other people run;
   a token got through one of them must not speak for another.
6. The claim `serviceurl` is the activity's `serviceUrl` (M 7): our answers go there, with our token.
7. The tenant is one we listen to. An app's package can be installed by whoever has a copy of it, in an organisation of
   theirs, and the connector signs for all of them with the same audience: only here are strangers told from our people.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatops import Clock
from chatops.errors import Unreachable
from teams_network.activity import Activity
from teams_network.claims import Claims, claims_of
from teams_network.jws import bearer, key_id, payload
from teams_network.keys import Key, Keys
from teams_network.settings import TeamsSettings
from teams_network.unauthorized import Reason, Unauthorized
from teams_network.verified import Verified, VerifiedTokens

__all__ = ["Reason", "TokenCheck", "Unauthorized"]

CHANNEL = "msteams"


class TokenCheck:
    """Judges requests. Only good tokens are remembered, so that strangers cannot push them out."""

    def __init__(
        self, settings: TeamsSettings, keys: Keys, clock: Clock, verified: VerifiedTokens | None = None
    ) -> None:
        self._issuer = settings.where.token_issuer
        self._audience = settings.app_id
        self._tenants = frozenset(tenant.lower() for tenant in settings.tenants)
        self._skew = settings.skew
        self._keys = keys
        self._clock = clock
        self._verified = VerifiedTokens() if verified is None else verified

    async def judge(self, authorizations: Sequence[str], activity: Activity) -> None:
        """Return when the activity may be believed. Raise Unauthorized.

        `authorizations` are the values of all headers of that name. Waits for nothing but the keys, seconds at most.
        """
        token = bearer(authorizations)
        known = self._verified.get(token)
        key = await self._key(known.kid if known else key_id(token))
        # A key that was replaced under the same id has not signed what was remembered.
        verified = known if known and known.thumbprint == key.thumbprint else self._verify(token, key)
        verified.claims.in_time(self._clock.now().timestamp(), skew=self._skew)
        if verified is not known:
            self._verified.put(token, verified)
        _vouched(verified.claims, key, activity)
        _from_tenant(self._tenants, activity)

    def _verify(self, token: str, key: Key) -> Verified:
        claims = claims_of(payload(token, key.public))
        claims.for_us(issuer=self._issuer, audience=self._audience)
        return Verified(key.kid, key.thumbprint, claims)

    async def _key(self, kid: str) -> Key:
        """Return the key that is published under an id now: of one that is not any more, nothing is believed."""
        try:
            key = await self._keys.key(kid)
        except Unreachable as error:
            raise Unauthorized(Reason.KEYS_UNAVAILABLE) from error
        if key is None:
            raise Unauthorized(Reason.UNKNOWN_KEY)
        return key


def _vouched(claims: Claims, key: Key, activity: Activity) -> None:
    """Raise Unauthorized unless whoever signed may speak for where the activity is from."""
    if activity.channel_id != CHANNEL:
        raise Unauthorized(Reason.CHANNEL)
    if CHANNEL not in key.endorsements:
        raise Unauthorized(Reason.ENDORSEMENT)
    # The vendor's SDK compares the two as they are. So do we, letter by letter: it writes both itself, host names in lower
    # case, and paths tell tenants apart. Only a slash at the end, which documents disagree about, says nothing.
    claimed = claims.service_url.removesuffix("/")
    if not claimed or claimed != activity.service_url.removesuffix("/"):
        raise Unauthorized(Reason.SERVICE_URL)


def _from_tenant(tenants: frozenset[str], activity: Activity) -> None:
    """Raise Unauthorized unless all that the activity says of its tenant is one tenant we listen to.

    The sender's own tenant as well: who takes part from elsewhere, in a shared channel, would otherwise pass for the
    person of the same id among our people.
    """
    told = {
        activity.channel_data.tenant.id if activity.channel_data and activity.channel_data.tenant else None,
        activity.conversation.tenant_id,
        activity.sender.tenant_id,
    }
    named = {tenant.lower() for tenant in told if tenant}
    if len(named) != 1 or not named <= tenants or not activity.tenant:
        raise Unauthorized(Reason.TENANT)
