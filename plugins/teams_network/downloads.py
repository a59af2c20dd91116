"""Reading a file: from an address that is its own key for some minutes, or a picture from the Bot Connector with our token.

The address came with a message, so it is only asked where Teams keeps files, and no redirect is followed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus

from chatops.errors import Missing
from chatops.ports.chat_files import too_large
from teams_network.addresses import may_be_told
from teams_network.attached import FILE, PICTURE
from teams_network.errors import error_of
from teams_network.http import Answer, Http, Request, TooLarge
from teams_network.settings import TeamsSettings
from teams_network.tokens import Tokens

TIMEOUT = 25.0
"""Seconds for a whole file."""

_PIECE = 64 * 1024

_OVER = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""What an address says whose time is over."""


class Downloads:
    """Reads files."""

    def __init__(self, http: Http, tokens: Tokens, settings: TeamsSettings) -> None:
        self._http = http
        self._tokens = tokens
        self._where = settings.where

    async def read_file(self, ref: str, *, most: int) -> AsyncIterator[bytes]:
        """Yield what is in a file. See `chatops.ports.chat_files.FileReading`; up to `most` bytes are held."""
        try:
            answer = await self._answer(ref, most)
        except TooLarge as error:
            raise too_large(most) from error
        for begin in range(0, len(answer.body), _PIECE):
            yield answer.body[begin : begin + _PIECE]

    async def _answer(self, ref: str, most: int) -> Answer:
        if ref.startswith(FILE):
            return await self._file(ref.removeprefix(FILE), most)
        if ref.startswith(PICTURE):
            return await self._picture(ref.removeprefix(PICTURE), most)
        message = "that is no file of Teams"
        raise Missing(message)

    async def _file(self, url: str, most: int) -> Answer:
        if not may_be_told(url, self._where.file_hosts):
            message = "that is not where Teams keeps files"
            raise Missing(message)
        answer = await self._http.send(Request("GET", url, timeout=TIMEOUT, largest=most))
        if answer.status in _OVER:
            message = "the file is gone, or the minutes are over for which Teams lets it be read"
            raise Missing(message, code=str(answer.status))
        return _well(answer)

    async def _picture(self, url: str, most: int) -> Answer:
        if not may_be_told(url, self._where.service_hosts):
            message = "that is not where Teams keeps pictures"
            raise Missing(message)
        scope = self._where.connector_scope
        token = await self._tokens.current(scope)
        answer = await self._http.send(_with(token, url, most))
        if answer.status == HTTPStatus.UNAUTHORIZED:
            token = await self._tokens.renewed(scope, token)
            answer = await self._http.send(_with(token, url, most))
        return _well(answer)


def _with(token: str, url: str, most: int) -> Request:
    return Request("GET", url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT, largest=most)


def _well(answer: Answer) -> Answer:
    if answer.status != HTTPStatus.OK:
        raise error_of(answer, "read")
    return answer
