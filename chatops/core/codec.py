"""Bodies to text and back, by registered name and revision."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from chatops.core.frozen import Body
from chatops.errors import CodecError

BodyT = TypeVar("BodyT", bound=Body)


class Codec:
    """Writes registered bodies as JSON and reads them back, whichever revision they were written in."""

    def __init__(self, types: Iterable[type[Body]] = ()) -> None:
        self._types: dict[str, type[Body]] = {}
        self._decoders: dict[str, msgspec.json.Decoder[Body]] = {}
        for body_type in types:
            self.register(body_type)

    def register(self, body_type: type[Body]) -> None:
        """Make `body_type` known. Registering the same type twice is harmless; two types of one kind are refused."""
        if not body_type.kind:
            message = f"{body_type.__name__} has no kind"
            raise ValueError(message)
        known = self._types.setdefault(body_type.kind, body_type)
        if known is not body_type:
            message = f"{body_type.kind} names both {known.__qualname__} and {body_type.__qualname__}"
            raise ValueError(message)

    def type_of(self, kind: str) -> type[Body]:
        """Return the type registered for `kind`. Raise CodecError when there is none."""
        try:
            return self._types[kind]
        except KeyError:
            message = f"no body of kind {kind!r} is registered"
            raise CodecError(message) from None

    def encode(self, body: Body) -> str:
        """Return `body` as JSON text, its revision inside."""
        self.type_of(body.kind)
        try:
            raw = msgspec.json.encode(body).decode()
        except (msgspec.MsgspecError, UnicodeEncodeError, TypeError) as error:
            message = f"a {body.kind} cannot be written: {error}"
            raise CodecError(message) from error
        return f'{{"r":{body.revision},"b":{raw}}}'

    def decode(self, kind: str, text: str) -> Body:
        """Return the body written as `text`. Raise CodecError when it cannot be read."""
        body_type = self.type_of(kind)
        try:
            envelope = _DECODER.decode(text)
            if envelope.r == body_type.revision:
                return self._decoder(body_type).decode(envelope.b)
            raw: dict[str, Any] = json.loads(bytes(envelope.b))
            return msgspec.convert(body_type.upgrade(raw, envelope.r), type=body_type)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            message = f"a {kind} cannot be read: {error}"
            raise CodecError(message) from error

    def _decoder(self, body_type: type[Body]) -> msgspec.json.Decoder[Body]:
        """Made when first needed: there are many types, and most are not read in one day."""
        decoder = self._decoders.get(body_type.kind)
        if decoder is None:
            decoder = self._decoders[body_type.kind] = msgspec.json.Decoder(body_type)
        return decoder

    def decode_as(self, body_type: type[BodyT], text: str) -> BodyT:
        """Return the body written as `text`, known to be a `body_type`."""
        body = self.decode(body_type.kind, text)
        if not isinstance(body, body_type):
            message = f"{body_type.kind} is registered as another type"
            raise CodecError(message)
        return body


class _Envelope(msgspec.Struct):
    r: int
    b: msgspec.Raw


_DECODER = msgspec.json.Decoder(_Envelope)
