"""Lazy texts become words in somebody's language and time zone."""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import babel
import babel.units
from babel.dates import format_date, format_time, format_timedelta

from chatops.core import zones
from chatops.core.frozen import Frozen
from chatops.core.text import Arg, Code, Mention, Moment, Span, Text

SOURCE_LOCALE = "en"
CODE = frozenset({"code", "command"})
"""Styles of what is shown as typed."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_DATE = {"de": "EEE d. MMM yyyy"}
"""How a date is written where it is not `Sun 22 Nov 2026`."""


class Reader(Frozen, frozen=True, kw_only=True):
    """Who will read: language and IANA time zone."""

    locale: str = SOURCE_LOCALE
    zone: str = "UTC"


class Piece(Frozen, frozen=True, kw_only=True):
    """A run of rendered text. Only `code`, `command` and `mention` pieces may be marked up; all else is plain data."""

    text: str
    style: str = "plain"
    """`plain`, `code`, `command` (code to type) or `mention`."""
    person: str = ""


class Catalogues:
    """All compiled catalogues, loaded once at start. An unknown language falls back to English."""

    def __init__(self, translations: Mapping[str, gettext.NullTranslations]) -> None:
        self._translations = {SOURCE_LOCALE: gettext.NullTranslations(), **translations}
        self.locales = tuple(sorted(self._translations))

    @classmethod
    def load(cls, folder: Path | None = None) -> Catalogues:
        """Read every `LOCALE/LC_MESSAGES/chatops.mo` below `folder` (by default the ones shipped). Blocking."""
        folder = folder or Path(__file__).parent.parent / "locale"
        found: dict[str, gettext.NullTranslations] = {}
        for path in sorted(folder.glob("*/LC_MESSAGES/chatops.mo")):
            with path.open("rb") as file:
                found[path.parent.parent.name] = gettext.GNUTranslations(file)
        catalogues = cls(found)
        catalogues._read_locale_data()
        return catalogues

    def pseudo(self) -> Catalogues:
        """Return catalogues that put every sentence looked up between ⟦ and ⟧: what stands outside was never translated."""
        return Catalogues({locale: _Pseudo(catalogue) for locale, catalogue in self._translations.items()})

    def pieces(self, text: Text, reader: Reader, *, now: datetime | None = None) -> tuple[Piece, ...]:
        """Return `text` in the reader's language, data and markup kept apart. `now` is needed for `ago` moments."""
        if not text.msgid:
            return ()
        pattern = self._pattern(text, reader)
        if not text.args:
            # Verbatim text without arguments is data: braces in it mean nothing.
            return (Piece(text=pattern),) if pattern else ()
        pieces: list[Piece] = []
        literal = ""
        for before, name in _parts(pattern):
            literal += before
            value = text.args.get(name)
            if value is None:
                literal += f"{{{name}}}" if name else ""
                continue
            if literal:
                pieces.append(Piece(text=literal))
                literal = ""
            pieces.extend(self._arg(value, reader, now))
        if literal:
            pieces.append(Piece(text=literal))
        return tuple(pieces)

    def plain(self, text: Text, reader: Reader, *, now: datetime | None = None) -> str:
        """Return `text` as plain words; commands stand between backquotes."""
        return "".join(
            f"`{piece.text}`" if piece.style in CODE else piece.text for piece in self.pieces(text, reader, now=now)
        )

    def language(self, locale: str) -> str:
        """Return the catalogue that serves `locale`: itself, its base language, or English."""
        if locale in self._translations:
            return locale
        base = re.split("[-_]", locale, maxsplit=1)[0].lower()
        return base if base in self._translations else SOURCE_LOCALE

    def _read_locale_data(self) -> None:
        """Render one of everything, so that Babel has read its files before the event loop runs."""
        zones.load()
        at = datetime(2026, 1, 1, tzinfo=UTC)
        for locale in self.locales:
            reader = Reader(locale=locale)
            styles: tuple[Literal["datetime", "ago"], ...] = ("datetime", "ago")
            for style in styles:
                self.plain(Text(msgid="{at}", args={"at": Moment(at=at, style=style)}, verbatim=True), reader, now=at)
            self.plain(Text(msgid="{span}", args={"span": Span(seconds=90061)}, verbatim=True), reader)

    def _pattern(self, text: Text, reader: Reader) -> str:
        if text.verbatim:
            return text.msgid
        catalogue = self._translations[self.language(reader.locale)]
        if text.plural is not None and text.count is not None:
            return catalogue.ngettext(text.msgid, text.plural, text.count)
        return catalogue.gettext(text.msgid)

    def _arg(self, value: Arg, reader: Reader, now: datetime | None) -> tuple[Piece, ...]:
        match value:
            case Text():
                return self.pieces(value, reader, now=now)
            case Code():
                return (Piece(text=value.code, style="command" if value.command else "code"),)
            case Mention():
                return (Piece(text=value.name, style="mention", person=value.person),)
            case Moment():
                return (Piece(text=moment(value, reader, _babel(self.language(reader.locale)), now)),)
            case Span():
                return (Piece(text=span(value.seconds, _babel(self.language(reader.locale)))),)
            case _:
                return (Piece(text=str(value)),)


class _Pseudo(gettext.NullTranslations):
    """Marks what it is asked for."""

    def __init__(self, inner: gettext.NullTranslations) -> None:
        super().__init__()
        self._inner = inner

    def gettext(self, message: str) -> str:
        """Return the sentence between marks."""
        return f"⟦{self._inner.gettext(message)}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the singular or plural between marks."""
        return f"⟦{self._inner.ngettext(msgid1, msgid2, n)}⟧"


def moment(value: Moment, reader: Reader, locale: babel.Locale, now: datetime | None) -> str:
    """Return a point in time in the reader's zone, the zone named. A time of this year needs no year."""
    local = value.at.astimezone(ZoneInfo(reader.zone))
    if value.style == "ago" and now is not None:
        # What has just happened lies behind us: Babel would say "in 0 seconds".
        return format_timedelta((value.at - now) or -timedelta(seconds=1), add_direction=True, locale=locale)
    time = f"{format_time(local, 'HH:mm', locale=locale)} {local.tzname()}"
    if value.style == "time":
        return time
    pattern = _DATE.get(locale.language, "EEE d MMM yyyy")
    if value.style == "datetime" and now is not None and now.astimezone(local.tzinfo).year == local.year:
        pattern = pattern.removesuffix(" yyyy")
    date = format_date(local.date(), pattern, locale=locale)
    return date if value.style == "date" else f"{date}, {time}"


def span(seconds: int, locale: babel.Locale) -> str:
    """Return a length of time in words, exact to the second: 1 hour 30 minutes."""
    days, rest = divmod(max(seconds, 0), 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    amounts = [(days, "day"), (hours, "hour"), (minutes, "minute"), (rest, "second")]
    words = [_amount(amount, unit, locale) for amount, unit in amounts if amount]
    return " ".join(words) or _amount(0, "minute", locale)


def _amount(amount: int, unit: str, locale: babel.Locale) -> str:
    kind = f"duration-{unit}"
    words = babel.units.format_unit(amount, kind, locale=locale, length="long")
    # Dutch has no long form for days and hours, its short one says the whole word; Babel then writes the unit's id.
    return babel.units.format_unit(amount, kind, locale=locale, length="short") if kind in words else words


@lru_cache(maxsize=2048)
def _parts(pattern: str) -> tuple[tuple[str, str], ...]:
    """Return each literal with the name of the placeholder behind it, which the last one lacks."""
    parts = _PLACEHOLDER.split(pattern)
    return tuple(zip(parts[::2], (*parts[1::2], ""), strict=True))


@lru_cache(maxsize=32)
def _babel(language: str) -> babel.Locale:
    try:
        return babel.Locale.parse(language, sep="_")
    except (babel.UnknownLocaleError, ValueError):
        return babel.Locale.parse(SOURCE_LOCALE)
