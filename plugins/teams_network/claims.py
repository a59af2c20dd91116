"""What a token says, once its signature was found good.

Source of each check: Microsoft Learn, "Authentication with the Bot Connector API", step 4 (requirements 3 to 5).
"""

from __future__ import annotations

import msgspec

from teams_network.unauthorized import Reason, Unauthorized


class Claims(msgspec.Struct, frozen=True, rename={"service_url": "serviceurl"}):
    """The claims that are judged; times in seconds since 1970. The vendor sends no `iat`, and promises no `nbf`."""

    iss: str = ""
    aud: str = ""
    exp: int | float | None = None
    nbf: int | float | None = None
    iat: int | float | None = None
    service_url: str = ""

    def for_us(self, *, issuer: str, audience: str) -> None:
        """Raise Unauthorized unless it was issued by `issuer`, for `audience`.

        Another issuer's token may carry a key we know (one set may serve several); one for another bot may have been
        given to that bot, whose owner could send it on to us.
        """
        if not self.iss or self.iss != issuer:
            raise Unauthorized(Reason.ISSUER)
        if not self.aud or self.aud.lower() != audience.lower():
            raise Unauthorized(Reason.AUDIENCE)

    def in_time(self, now: float, *, skew: float) -> None:
        """Raise Unauthorized unless it is valid at `now`, give or take `skew` seconds.

        RFC 7519, sections 4.1.4 to 4.1.6. A token without an end would be good for ever; one from the future is not
        from a clock we can follow.
        """
        if self.exp is None or now - skew >= self.exp:
            raise Unauthorized(Reason.EXPIRED)
        if any(begin is not None and now + skew < begin for begin in (self.nbf, self.iat)):
            raise Unauthorized(Reason.NOT_YET)


_DECODER = msgspec.json.Decoder(Claims)


def claims_of(payload: bytes) -> Claims:
    """Return the claims. Raise Unauthorized when one of them is of a wrong type: none is guessed at."""
    try:
        return _DECODER.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unauthorized(Reason.CLAIMS) from error
