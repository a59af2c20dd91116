"""The words behind a command become its arguments.

In order: `key=value` (and `--key=value`) wherever the key is an option of this command; a flag as a bare word before the
free text, behind quoted free text or behind an option, as `--flag` anywhere; then the positional parameters from left to
right; then the free text, as it was written. A flag word at the very end of unquoted free text could be either: ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn

from chatops.core import values
from chatops.core.command import Command, Parameter, ReadContext
from chatops.core.lexer import Token, fold, quote, tokens
from chatops.core.nearest import is_one_slip
from chatops.core.params import TicketName, Until, When
from chatops.core.text import Code, Text, _, said
from chatops.errors import Ambiguous, BadArgument

BECAUSE = frozenset({"because", "weil", "denn", "omdat", "want"})
"""Words between a command and its reason; they are not part of it."""

AS = frozenset({"as", "als"})
"""Words before a flag: `join as learner`."""

MAX_PHRASE = 7
"""Most words a time may have."""

_BARE_HOUR = re.compile(r"\d{1,2}")
_DIGIT = re.compile(r"\d")


def keys(parameter: Parameter) -> Iterator[str]:
    """Yield the folded words by which an option may be given, in every language."""
    yield fold(parameter.name)
    yield fold(parameter.name.replace("_", "-"))
    for language in parameter.aliases.values():
        yield from (fold(alias) for alias in language)


def arguments(
    command: Command, line: str, rest: Sequence[Token], context: ReadContext, fields: Mapping[str, str] | None = None
) -> dict[str, object]:
    """Read `rest`, the tokens of `line` behind the command's words. What `fields` give need not be in the line."""
    return _Reading(command, line, rest, context, fields or {}).result()


class _Reading:
    """One line on its way to becoming arguments."""

    def __init__(
        self, command: Command, line: str, rest: Sequence[Token], context: ReadContext, fields: Mapping[str, str]
    ) -> None:
        self._command = command
        self._line = line
        self._context = context
        self._fields = fields
        self._found: dict[str, object] = {}
        self._options = {
            key: parameter for parameter in command.parameters if not parameter.positional for key in keys(parameter)
        }
        self._positional = [parameter for parameter in command.parameters if parameter.positional]
        self._taken = [token for token in rest if self._option(token) is not None]
        self._words = [token for token in rest if self._option(token) is None]
        self._next = 0
        self._doubt: BadArgument | None = None

    def result(self) -> dict[str, object]:
        """Return the arguments by parameter name."""
        self._read_options()
        for index, parameter in enumerate(self._positional):
            self._read_flags()
            if parameter.rest:
                self._read_rest(parameter)
            elif parameter.many:
                self._read_many(parameter, self._positional[index + 1 :])
            else:
                self._read_one(parameter, self._positional[index + 1 :])
        self._read_flags()
        if self._next < len(self._words):
            self._superfluous(self._words[self._next])
        self._bind_fields()
        for parameter in self._command.parameters:
            if parameter.required and parameter.name not in self._found:
                self._missing(parameter)
        return self._found

    # options and flags

    def _option(self, token: Token) -> Parameter | None:
        if token.quoted:
            return None
        if token.key:
            return self._options.get(fold(token.key))
        return self._options.get(fold(token.text.removeprefix("--"))) if token.text.startswith("--") else None

    def _flag(self, token: Token) -> Parameter | None:
        found = None if token.quoted else self._options.get(fold(token.text))
        return found if found is not None and found.type is bool else None

    def _read_options(self) -> None:
        for token in self._taken:
            parameter = self._option(token)
            assert parameter is not None  # noqa: S101 - how _taken was chosen
            if not token.key and parameter.type is bool:
                self._found[parameter.name] = True
                continue
            if not token.value.strip():
                self._bad(
                    _("A value is missing for {option}.", option=values.label(parameter)),
                    token,
                    (self._pair(token, parameter),),
                )
            if parameter.many:
                parts = _parts(token.value)
                before = self._found.get(parameter.name, ())
                assert isinstance(before, tuple)  # noqa: S101 - made here
                self._found[parameter.name] = before + tuple(self._value(parameter, part, token) for part in parts)
            elif parameter.name in self._found:
                self._bad(_("{option} is given twice.", option=values.label(parameter)), token, ("",))
            elif parameter.type in {When, Until}:
                self._found[parameter.name] = self._when_option(parameter, token)
            else:
                self._found[parameter.name] = self._value(parameter, token.value, token)

    def _when_option(self, parameter: Parameter, token: Token) -> object:
        """Read a time that may go on behind its first word: `until=tomorrow 09:00`."""
        following = [word for word in self._words if word.start > token.end]
        ends = min((other.start for other in self._taken if other.start > token.end), default=len(self._line))
        group = [word for word in following if word.start < ends]
        if group and not any(word.quoted for word in group):
            phrase = f"{token.value} {' '.join(word.text for word in group)}"
            try:
                found = values.value(parameter, phrase, self._context)
            except BadArgument:
                pass
            else:
                self._words = [word for word in self._words if word not in group]
                return found
        return self._value(parameter, token.value, token)

    def _read_flags(self) -> None:
        while self._next < len(self._words):
            skipped = 1 if fold(self._words[self._next].text) in AS and self._next + 1 < len(self._words) else 0
            flag = self._flag(self._words[self._next + skipped])
            if flag is None:
                return
            self._found[flag.name] = True
            self._next += 1 + skipped

    # positional parameters

    def _read_one(self, parameter: Parameter, later: Sequence[Parameter]) -> None:
        token = self._words[self._next] if self._next < len(self._words) else None
        implied = self._implied(parameter)
        if implied is not None and (token is None or not self._is_named(parameter, later, token)):
            self._found[parameter.name] = implied
            return
        if token is None:
            return
        self._ask_which_kind(parameter, later, token)
        if parameter.type in {When, Until}:
            self._read_when(parameter)
            return
        try:
            self._found[parameter.name] = self._value(parameter, token.text, token)
        except BadArgument as doubt:
            if parameter.required and parameter.name not in self._fields:
                raise self._left_out(doubt, parameter, later, token) from None
            self._doubt = doubt
        else:
            self._next += 1

    def _left_out(
        self, doubt: BadArgument, parameter: Parameter, later: Sequence[Parameter], token: Token
    ) -> BadArgument:
        """Return the error with what was left out put in its place, where the word typed seems to belong behind it."""
        commands = doubt.commands
        if (parameter.id_of is not None or parameter.type is int) and not _DIGIT.search(token.text) and later:
            commands = (self._inserted(parameter, token), *commands)
        return type(doubt)(doubt.message, hint=doubt.hint, commands=(*self._without_its_number(), *commands))

    def _without_its_number(self) -> tuple[str, ...]:
        """Return the line with an id before its first word, when that was a bare number which may be meant for the next."""
        first, words = self._positional[0] if self._positional else None, self._words
        bare = bool(words) and not words[0].quoted and values.number(words[0].text) is not None
        if first is None or first.id_of is None or not first.required or not self._next or not bare:
            return ()
        implied = self._implied(first)
        return () if implied is not None else (self._inserted(first, words[0]),)

    def _inserted(self, parameter: Parameter, token: Token) -> str:
        return f"{self._line[: token.start]}{values.sample(parameter, self._context)} {self._line[token.start :]}"

    def _read_many(self, parameter: Parameter, later: Sequence[Parameter]) -> None:
        """Take one word with its commas and, before free text, only what follows a comma or cannot be text."""
        text_follows = any(other.rest for other in later)
        found: list[object] = []
        comma = True
        while self._next < len(self._words):
            token = self._words[self._next]
            if text_follows and not comma and not values.unmistakable(parameter, token.text):
                break
            try:
                found += [self._value(parameter, part, token) for part in _parts(token.text)]
            except BadArgument as doubt:
                self._doubt = doubt
                break
            comma = token.text.endswith(",")
            self._next += 1
        if found:
            self._found[parameter.name] = tuple(found)
        elif self._doubt is not None and parameter.required and parameter.name not in self._fields:
            raise self._doubt

    def _read_when(self, parameter: Parameter) -> None:
        """Take as many words as make up a time. A bare hour counts only at the end: `9` may belong to the text."""
        words = self._words[self._next : self._next + MAX_PHRASE]
        for count in range(len(words), 0, -1):
            more = self._next + count < len(self._words)
            if more and count > 1 and _BARE_HOUR.fullmatch(words[count - 1].text):
                continue
            try:
                phrase = " ".join(word.text for word in words[:count])
                self._found[parameter.name] = values.value(parameter, phrase, self._context)
            except BadArgument:
                continue
            self._next += count
            return
        if parameter.required and parameter.name not in self._fields:
            self._value(
                parameter, words[0].text if len(words) == 1 else " ".join(word.text for word in words), words[0]
            )

    def _implied(self, parameter: Parameter) -> str | None:
        mark = parameter.id_of
        return self._context.id if mark is not None and mark.kind == self._context.noun else None

    def _is_named(self, parameter: Parameter, later: Sequence[Parameter], token: Token) -> bool:
        """Whether `token` names the thing although the room implies one."""
        mark = parameter.id_of
        assert mark is not None  # noqa: S101 - only asked of what can be implied
        if values.prefixed(mark, token.text) is None:
            # A bare number here is an id only when nothing else could take it.
            return values.number(token.text) is not None and not any(
                other.rest or other.type in {str, int, TicketName} for other in later
            )
        others = [
            other for other in later if other.required and other.id_of is not None and other.id_of.kind == mark.kind
        ]
        named = [word for word in self._words[self._next :] if values.prefixed(mark, word.text) is not None]
        return len(named) > len(others)

    def _ask_which_kind(self, parameter: Parameter, later: Sequence[Parameter], token: Token) -> None:
        """A bare number is never guessed between kinds."""
        digits = values.number(token.text)
        if digits is None or parameter.required or token.quoted:
            return
        readings = [
            text
            for candidate in (parameter, *_reachable(later))
            for text in (
                [values.id_text(candidate.id_of, digits)]
                if candidate.id_of is not None
                else [f"{system}:{digits}" for system in self._context.systems]
                if candidate.type is TicketName
                else []
            )
        ]
        kinds = {text.rstrip("0123456789") for text in readings}
        if len(kinds) > 1 and (parameter.id_of is not None or parameter.type is TicketName):
            raise Ambiguous(
                _("What is number {number}? Choose one.", number=said(digits)),
                commands=tuple(self._instead(token, text) for text in readings),
            )

    # the rest of the line

    def _read_rest(self, parameter: Parameter) -> None:
        words = self._words[self._next :]
        if words and fold(words[0].text) in BECAUSE and not words[0].quoted and parameter.name in {"because", "reason"}:
            words = words[1:]
        self._next = len(self._words)
        if not words:
            return
        self._not_meant_as_text(words)
        flags = self._trailing_flags(words)
        text = words[: len(words) - len(flags)]
        self._found[parameter.name] = self._slice(text)
        for token in flags:
            flag = self._flag(token)
            assert flag is not None  # noqa: S101 - how they were chosen
            self._found[flag.name] = True

    def _not_meant_as_text(self, words: Sequence[Token]) -> None:
        """Ask about an option with a slip in it; refuse one that there is not, behind text between quotes."""
        pairs = [token for token in words if token.key and not token.quoted]
        if not pairs or not self._options:
            return
        start, end = words[0].start, words[-1].end
        before, after = self._line[:start], f"{self._within(start, end)}{self._line[end:]}"
        as_text = f"{before}{quote(self._slice(words))}{after}"
        for token in pairs:
            meant = next((key for key in self._options if is_one_slip(fold(token.key), key)), None)
            if meant is not None:
                raise Ambiguous(
                    _("Is {word} an option or part of the text?", word=Code(code=f"{token.key}=")),
                    commands=(
                        self._instead(token, self._line[token.start : token.end].replace(token.key, meant, 1)),
                        as_text,
                    ),
                )
        if words[0].quoted and words[1].key and not words[1].quoted and not self._takes_pairs():
            raise BadArgument(
                _("{word} is no option here.", word=Code(code=f"{words[1].key}=")),
                commands=(self._instead(words[1], ""), as_text),
            )

    def _takes_pairs(self) -> bool:
        """Whether the text of this command may hold `key=value`, as its examples then show."""
        shown = (token for example in self._command.examples for token in tokens(example))
        return any(token.key and self._option(token) is None for token in shown)

    def _trailing_flags(self, words: Sequence[Token]) -> Sequence[Token]:
        """Return the flags behind the free text; ask when they could as well be its last words."""
        count = 0
        while count < len(words) - 1 and self._flag(words[-1 - count]) is not None:
            count += 1
        if not count:
            return ()
        flags = words[len(words) - count :]
        text = words[: len(words) - count]
        if len(text) == 1 and text[0].quoted:
            return flags
        behind = [token for token in flags if any(text[-1].end < option.start < token.start for option in self._taken)]
        if behind:
            return behind
        raise self._flag_or_text(text, flags)

    def _flag_or_text(self, text: Sequence[Token], flags: Sequence[Token]) -> Ambiguous:
        start, end = text[0].start, flags[-1].end
        words = " ".join(token.text for token in flags)
        before, after = self._line[:start], self._line[end:]
        inner = quote(self._slice([*text, *flags]))
        return Ambiguous(
            _("Is {word} an option or part of the text?", word=Code(code=words)),
            commands=(
                f"{before}{quote(self._slice(text))} {words}{self._within(start, end)}{after}",
                f"{before}{inner}{self._within(start, end)}{after}",
            ),
        )

    def _within(self, start: int, end: int) -> str:
        taken = [self._line[token.start : token.end] for token in self._taken if start <= token.start < end]
        return "".join(f" {option}" for option in taken)

    def _slice(self, words: Sequence[Token]) -> str:
        """Return the line from the first to the last of `words` as it was written, options taken out."""
        if len(words) == 1:
            return words[0].text.strip()
        parts, position, end = [], words[0].start, words[-1].end
        for token in self._taken:
            if position <= token.start < end:
                parts.append(self._line[position : token.start].strip())
                position = token.end
        parts.append(self._line[position:end].strip())
        return " ".join(part for part in parts if part)

    # forms

    def _bind_fields(self) -> None:
        by_name = {parameter.name: parameter for parameter in self._command.parameters}
        for name, typed in self._fields.items():
            parameter = by_name.get(name)
            if parameter is None:
                raise BadArgument(_("This form has a field that the command does not know: {name}.", name=said(name)))
            if not typed.strip():
                self._found.pop(name, None)
                continue
            parts = _parts(typed) if parameter.many else [typed.strip()]
            found = tuple(self._value(parameter, part, None) for part in parts)
            self._found[name] = found if parameter.many else found[0]

    # what went wrong

    def _value(self, parameter: Parameter, typed: str, token: Token | None) -> object:
        try:
            return values.value(parameter, typed, self._context)
        except (BadArgument, Ambiguous) as unread:
            commands = tuple(self._replaced(token, typed, word) for word in unread.commands) if token else ()
            raise type(unread)(unread.message, hint=unread.hint, commands=commands) from None

    def _replaced(self, token: Token, typed: str, word: str) -> str:
        raw = self._line[token.start : token.end]
        word = quote(word) if any(char.isspace() for char in word) else word
        if token.key and token.value == typed:
            return self._instead(token, f"{raw[: raw.index('=') + 1]}{word}")
        return self._instead(token, raw.replace(typed, word, 1) if typed in raw and not token.quoted else word)

    def _instead(self, token: Token, word: str) -> str:
        return f"{self._line[: token.start]}{word}{self._line[token.end :]}".strip()

    def _pair(self, token: Token, parameter: Parameter) -> str:
        word = values.sample(parameter, self._context)
        name = token.key or token.text.removeprefix("--")
        return f"{name}={quote(word) if ' ' in word else word}"

    def _bad(self, message: Text, token: Token, instead: Sequence[str]) -> NoReturn:
        raise BadArgument(message, commands=tuple(self._instead(token, word) for word in instead))

    def _superfluous(self, token: Token) -> NoReturn:
        if self._doubt is not None:
            raise self._doubt
        end = self._line[: token.start].strip()
        raise BadArgument(_("{word} is one word too many.", word=said(token.text)), commands=(end,))

    def _missing(self, parameter: Parameter) -> NoReturn:
        word = values.sample(parameter, self._context)
        word = quote(word) if " " in word else word
        if not parameter.positional:
            word = f"{parameter.name.replace('_', '-')}={word}"
        message = _("Something is missing: {what}.", what=values.label(parameter))
        raise BadArgument(message, commands=(*self._without_its_number(), f"{self._line} {word}"))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _reachable(later: Sequence[Parameter]) -> Iterator[Parameter]:
    """Yield the parameters that could take the next word if the ones before them are left out."""
    for parameter in later:
        yield parameter
        if parameter.required:
            return
