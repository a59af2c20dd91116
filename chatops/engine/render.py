"""What is said, in the reader's language and a neutral form that every network can turn into its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from chatops.core.catalogue import CODE, Catalogues, Piece, Reader
from chatops.core.frozen import Frozen, replace
from chatops.core.message import Button, Card, Field, Identity, Refused, Said
from chatops.core.text import Text
from chatops.ports.chat import Line, Lines, Outgoing, RenderedButton, RenderedFact, RenderedField

CUT = " …"

_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What makes a terminal do something, and halves of characters, which nobody can store or send."""


class Audience(Frozen, frozen=True, kw_only=True):
    """Who reads a post, and whom it may ping."""

    reader: Reader
    notify: tuple[Identity, ...] = ()
    max_text: int = 32_000
    """UTF-8 bytes."""


class Renderer:
    """Turns `Said` into `Outgoing`."""

    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues

    def __call__(
        self, what: Said, audience: Audience, *, now: datetime, identity: Callable[[str], Identity | None]
    ) -> Outgoing:
        """Return `what` for `audience`. `identity` gives the identity to ping for a person, None for a bare name."""
        words = _Words(self._catalogues, audience.reader, now, identity)
        match what:
            case Card():
                outgoing = Outgoing(
                    title=words.plain(what.title),
                    text=words(what.text),
                    facts=tuple(
                        RenderedFact(label=words.plain(fact.label), value=words(fact.value)) for fact in what.facts
                    ),
                    table=words.table(what),
                    buttons=tuple(words.button(button) for button in what.buttons),
                    footer=words(what.footer),
                    tone=what.tone,
                )
            case Refused():
                text = words(what.message)
                if what.hint is not None:
                    text = (*text, Line(text="\n"), *words(what.hint))
                outgoing = Outgoing(text=text, buttons=tuple(words.button(button) for button in what.buttons))
            case _:
                outgoing = Outgoing(text=words(what))
        outgoing = replace(outgoing, locale=self._catalogues.language(audience.reader.locale), notify=audience.notify)
        return fitted(outgoing, audience.max_text)


class _Words:
    """Texts in one language."""

    def __init__(
        self,
        catalogues: Catalogues,
        reader: Reader,
        now: datetime,
        identity: Callable[[str], Identity | None],
    ) -> None:
        self._catalogues = catalogues
        self._reader = reader
        self._now = now
        self._identity = identity

    def __call__(self, text: Text | None) -> Lines:
        pieces = () if text is None else self._catalogues.pieces(text, self._reader, now=self._now)
        return tuple(self._line(piece) for piece in pieces)

    def plain(self, text: Text) -> str:
        return sayable(self._catalogues.plain(text, self._reader, now=self._now))

    def table(self, card: Card) -> tuple[tuple[Lines, ...], ...]:
        if card.table is None:
            return ()
        return tuple(tuple(self(cell) for cell in row) for row in (card.table.head, *card.table.rows))

    def button(self, button: Button) -> RenderedButton:
        return RenderedButton(
            ref=button.ref,
            label=self.plain(button.label),
            command=button.command,
            style=button.style,
            icon=button.icon,
            form=tuple(self._field(field) for field in button.form),
        )

    def _field(self, field: Field) -> RenderedField:
        return RenderedField(
            name=field.name,
            label=self.plain(field.label),
            kind=field.kind,
            choices=tuple((value, self.plain(label)) for value, label in field.choices),
            required=field.required,
            value=field.value,
        )

    def _line(self, piece: Piece) -> Line:
        text = sayable(piece.text)
        match piece.style:
            case "code":
                return Line(text=text, style="code")
            case "command":
                return Line(text=text, style="command")
            case "mention":
                return Line(text=text, style="mention", identity=self._identity(piece.person))
            case _:
                return Line(text=text)


def sayable(text: str) -> str:
    """Return a text in which nothing drives a terminal and every character is whole."""
    return text if text.isprintable() else _UNSAYABLE.sub("\ufffd", text)


def typed(button: RenderedButton) -> str:
    """Return what to type instead of pressing; … stands for what its form would ask."""
    return f"{button.command} …" if button.form else button.command


def plain_of(outgoing: Outgoing) -> str:
    """Return all of a post as plain text; what buttons offer stands there as commands to type."""
    rows: list[str] = []
    if outgoing.title:
        rows.append(outgoing.title)
    if outgoing.text:
        rows.append(words_of(outgoing.text))
    rows += [f"{fact.label}: {words_of(fact.value)}" for fact in outgoing.facts]
    rows += [" · ".join(words_of(cell) for cell in row) for row in outgoing.table]
    rows += [
        f"• `{typed(button)}`" if button.label == button.command else f"• {button.label}: `{typed(button)}`"
        for button in outgoing.buttons
    ]
    if outgoing.footer:
        rows.append(words_of(outgoing.footer))
    return "\n".join(rows)


def words_of(lines: Iterable[Line]) -> str:
    """Return lines as plain text; commands stand between backquotes."""
    return "".join(f"`{line.text}`" if line.style in CODE else line.text for line in lines)


def fitted(outgoing: Outgoing, most: int) -> Outgoing:
    """Return the post with its plain text filled in and, if that is longer than `most` bytes, cut; marked where."""
    plain = plain_of(outgoing)
    while len(plain.encode(errors="replace")) > most:
        shorter = _shorter(outgoing)
        if shorter is None:
            plain = plain.encode(errors="replace")[: most - len(CUT.encode())].decode(errors="ignore") + CUT
            break
        outgoing = shorter
        plain = plain_of(outgoing)
    return replace(outgoing, plain=plain)


def _shorter(outgoing: Outgoing) -> Outgoing | None:
    if len(outgoing.table) > 1:
        return replace(outgoing, table=outgoing.table[: max(1, len(outgoing.table) // 2)])
    longest = max(range(len(outgoing.text)), key=lambda n: len(outgoing.text[n].text), default=None)
    if longest is not None and len(outgoing.text[longest].text) > len(CUT) * 2:
        line = outgoing.text[longest]
        cut = replace(line, text=line.text[: len(line.text) // 2] + CUT)
        return replace(outgoing, text=(*outgoing.text[:longest], cut, *outgoing.text[longest + 1 :]))
    if outgoing.facts:
        return replace(outgoing, facts=outgoing.facts[: len(outgoing.facts) // 2])
    if outgoing.buttons:
        return replace(outgoing, buttons=outgoing.buttons[: len(outgoing.buttons) // 2])
    return None
