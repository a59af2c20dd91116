"""All commands by their words. Looking one up costs the same however many there are.

Every wording of every language is accepted from everybody. Besides the wordings declared, the parts may be mixed: from
`swarm open` also called `schwarm öffnen` follow `schwarm open` and, for every other verb, `schwarm …`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NoReturn, TypeVar

from chatops.core import grammar, usage
from chatops.core.catalogue import SOURCE_LOCALE
from chatops.core.command import Call, Command, ReadContext
from chatops.core.dry_run import DRY_RUN, without_dry_run
from chatops.core.frozen import Frozen
from chatops.core.lexer import Token, fold, fold_bare, prepared, quote, tokens
from chatops.core.nearest import Wording, closest, is_one_slip
from chatops.core.phrases.grammar import prepare
from chatops.core.text import Code, _, to_type
from chatops.core.values import names_ticket
from chatops.errors import Ambiguous, BadArgument, PluginError, UnknownCommand, UsageError

__all__ = ["Call", "CommandTable", "ReadContext"]

T = TypeVar("T")

_FIRST = ("open", "declare", "new", "list", "show", "find")
"""Verbs that somebody who only knows the noun is most likely to look for."""

_STRANGERS = 2
"""Words that somebody unknown may say."""


class _Match(Frozen, frozen=True, kw_only=True):
    """Commands that the first `length` tokens of a line may mean."""

    length: int
    commands: tuple[Command, ...]
    anywhere: bool = False
    """They were meant by a word for whatever awaits the asker."""


class Awaited(Ambiguous):
    """A word for whatever awaits the asker: which of `meant` it is, depends on what does. `rest`: what follows it."""

    meant: tuple[Command, ...] = ()
    rest: str = ""


class CommandTable:
    """The commands of a running server. Raise PluginError when two of them claim one wording."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self.commands: tuple[Command, ...] = tuple(commands)
        self._by_words = {command.words: command for command in self.commands}
        self._index: dict[str, dict[str, list[Command]]] = {}
        self._anywhere: dict[str, list[Command]] = {}
        self._replying: dict[str, Command] = {}
        self._reactions: dict[str, Command] = {}
        self._strangers = {fold(words) for one in self.commands if one.strangers for _language, words in _declared(one)}
        self._alone = tuple(one for one in self.commands if one.alone)
        self._nouns: dict[str, str] = {}
        self._wordings: dict[str, Wording] = {}
        for command in self.commands:
            for language, wording in _declared(command):
                self._claim(command, language, wording)
            for word in command.anywhere:
                self._anywhere.setdefault(fold(word), []).append(command)
            for word in command.replying:
                self._replying[fold(word)] = command
            if command.reaction:
                self._reactions[_emoji(command.reaction)] = command
        self._mix()
        self._all_wordings = tuple(self._wordings.values())
        prepare()
        self._by_noun = _grouped(self.commands, by=lambda command: command.noun)
        self._beginning = _grouped(self._all_wordings, by=lambda wording: wording.key.partition(" ")[0])
        self._longest = max((key.count(" ") + 1 for key in self._index), default=1)

    def command(self, words: str) -> Command:
        """Return the command declared as `words`. Raise KeyError."""
        return self._by_words[words]

    def reaction(self, emoji: str) -> Command | None:
        """Return the command that a reaction means, or None."""
        return self._reactions.get(_emoji(emoji))

    def stranger(self, text: str) -> bool:
        """Whether this is what somebody unknown may say: a command open to them, and one word behind it."""
        found = tokens(prepared(text))
        return len(found) == _STRANGERS and fold(found[0].text) in self._strangers

    def noun(self, word: str) -> str | None:
        """Return the noun that `word` is, or stands for in some language; None when it is none."""
        return self._nouns.get(fold(word))

    def of_noun(self, word: str) -> tuple[Command, ...]:
        """Return the commands of the noun that `word` is, or stands for in some language."""
        noun = self.noun(word)
        return () if noun is None else self._by_noun.get(noun, ())

    def meant(self, words: str, context: ReadContext) -> tuple[Command, ...]:
        """Return the commands that `words`, all of them, may mean there: for help. Empty when they mean none."""
        found = tokens(prepared(words))
        match = self._match(found, context)
        return match.commands if match is not None and match.length == len(found) else ()

    def read(self, text: str, context: ReadContext) -> Call:
        """Return what `text` asks for. Raise UnknownCommand, BadArgument or Ambiguous; nothing else, for any text."""
        return self._read(text, context, {})

    def bind(self, text: str, fields: Mapping[str, str], context: ReadContext) -> Call:
        """Return what a stored command with the values of a form asks for. Each value goes to the parameter of its name,
        over what the command itself says, and is never read as part of the line. Raises as `read`.
        """
        return self._read(text, context, fields)

    def nearest(
        self,
        text: str,
        context: ReadContext,
        *,
        limit: int = 3,
        allowed: Callable[[Command], bool] | None = None,
    ) -> tuple[str, ...]:
        """Return the wordings most like the first words of `text`, best first, each of another command."""
        words = [fold(token.text) for token in tokens(prepared(text)[:400])[: self._longest + 1]]
        candidates = self._all_wordings
        short: set[str] = set()
        if context.noun is not None:
            implied = tuple(self._short(context.noun))
            short = {wording.text for wording in implied}
            candidates = (*candidates, *implied)
        allowed = allowed or context.may
        if allowed is not None:
            may = {command.words for command in self.commands if allowed(command)}
            candidates = tuple(wording for wording in candidates if wording.command in may)
        own = usage.language(context.locale)

        def told(wording: Wording) -> str:
            # Abbreviations (`sw open`) and other languages are understood; people are told the command's own wording.
            if wording.language == SOURCE_LOCALE:
                return wording.text if wording.text in short else wording.command
            return wording.text if wording.language == own else wording.command

        return tuple(told(one) for one in closest(words, candidates, locale=own, limit=limit))

    # making the index

    def _claim(self, command: Command, language: str, wording: str) -> None:
        by_language = self._index.setdefault(_key(wording), {})
        for other_language, others in by_language.items():
            for other in others:
                if other.words == command.words and other.plugin == command.plugin and other.handler == command.handler:
                    continue
                if other.plugin != command.plugin or other_language == language:
                    message = (
                        f"The wording {wording!r} is claimed by {other.words!r} of plugin {other.plugin!r} "
                        f"and by {command.words!r} of plugin {command.plugin!r}."
                    )
                    raise PluginError(message)
        claimed = by_language.setdefault(language, [])
        if command not in claimed:
            claimed.append(command)
        self._remember(command, language, wording)

    def _mix(self) -> None:
        """Add the wordings that follow from the declared ones, where nobody has claimed them."""
        nouns = self._noun_words()
        implied: dict[str, dict[str, list[Command]]] = {}
        for command in self.commands:
            if not command.verb:
                continue
            parted = [(language, wording.partition(" ")[2]) for language, wording in _declared(command)]
            verbs = [(language, verb, _key(verb)) for language, verb in parted if verb]
            for noun_language, noun in nouns.get(command.noun, ()):
                noun_key = _key(noun)
                for verb_language, verb, verb_key in verbs:
                    language = verb_language if noun_language == usage.SOURCE else noun_language
                    key = f"{noun_key} {verb_key}"
                    if key not in self._index:
                        meant = implied.setdefault(key, {}).setdefault(language, [])
                        if command not in meant:
                            meant.append(command)
                            self._remember(command, language, f"{noun} {verb}", mixed=noun_language != verb_language)
        self._index.update(implied)
        for key, by_language in list(self._index.items()):
            bare = " ".join(fold_bare(word) for word in next(iter(self._spellings(key))).split(" "))
            self._index.setdefault(bare, by_language)

    def _spellings(self, key: str) -> Iterator[str]:
        yield self._wordings[key].text if key in self._wordings else key

    def _noun_words(self) -> dict[str, list[tuple[str, str]]]:
        """Return each noun's words by language. A word that stands for two nouns stands for none."""
        words: dict[str, list[tuple[str, str]]] = {}
        meant: dict[str, set[str]] = {}
        for command in self.commands:
            for language, wording in _declared(command):
                noun, _space, verb = wording.partition(" ")
                if command.verb and verb:
                    words.setdefault(command.noun, []).append((language, noun))
                    meant.setdefault(fold(noun), set()).add(command.noun)
        own = {fold(command.noun): command.noun for command in self.commands}
        self._nouns = {
            word: next(iter(nouns))
            for word, nouns in meant.items()
            if len(nouns) == 1 and own.get(word, word) in {word, *nouns}
        } | own
        return {
            noun: [entry for entry in dict.fromkeys(entries) if self._nouns.get(fold(entry[1])) == noun]
            for noun, entries in words.items()
        }

    def _remember(self, command: Command, language: str, wording: str, *, mixed: bool = False) -> None:
        key = _key(wording)
        self._wordings.setdefault(
            key, Wording(text=wording, key=key, language=language, command=command.words, mixed=mixed)
        )

    def _short(self, noun: str) -> Iterator[Wording]:
        """Yield the wordings of a noun's commands without the noun, as they are typed in its rooms."""
        for wording in self._wordings.values():
            if self._by_words[wording.command].noun == noun and " " in wording.text:
                yield Wording(
                    text=wording.text.partition(" ")[2],
                    key=wording.key.partition(" ")[2],
                    language=wording.language,
                    command=wording.command,
                    mixed=wording.mixed,
                )

    # reading

    def _read(self, text: str, context: ReadContext, fields: Mapping[str, str]) -> Call:
        line, dry_run = without_dry_run(prepared(text))
        found = tokens(line)
        match = self._match(found, context)
        try:
            if match is None:
                self._unknown(line, found, context)
            command = self._one(match, line, found, context)
            self._verb_slipped(command, match, line, found, context)
            try:
                given = grammar.arguments(command, line, found[match.length :], context, fields)
            except (BadArgument, Ambiguous) as unread:
                raise self._explained(unread, command, context) from None
        except UsageError as unread:
            unread.examples = [one for one in unread.commands if self._made_up(one, line, context)]
            if dry_run:  # what is offered instead must not do more than what was asked
                unread.commands = tuple(f"{text} {DRY_RUN}" for text in unread.commands)
                unread.examples = [f"{text} {DRY_RUN}" for text in unread.examples]
                if isinstance(unread, Awaited):
                    unread.rest = f"{unread.rest} {DRY_RUN}"
            raise
        typed = text.strip() + "".join(f" {name}={quote(value)}" for name, value in fields.items())
        return Call(command=command, arguments=given, typed=typed, dry_run=dry_run)

    def _match(self, found: Sequence[Token], context: ReadContext) -> _Match | None:
        if context.replied and (replying := self._in_reply(found)) is not None:
            return replying
        words = []
        for token in found[: self._longest]:
            if token.quoted:
                break
            words.append(fold(token.text.rstrip(",:") or token.text))
        whole = self._longest_match(words, (), context)
        within = self._longest_match(words, (context.noun,), context) if context.noun else None
        if within is not None and (whole is None or within.length > whole.length):
            return within
        if whole is not None:
            return whole
        if words and words[0] in self._anywhere:
            return _Match(length=1, commands=tuple(self._anywhere[words[0]]), anywhere=True)
        if len(words) > 1 and (turned := self._longest_match([words[1], words[0]], (), context)) is not None:
            return turned if turned.length == 2 else None  # noqa: PLR2004 - noun and verb
        alone = self._alone and len(found) == 1 and names_ticket(found[0].text, context.systems)
        return _Match(length=0, commands=self._alone) if alone else None

    def _in_reply(self, found: Sequence[Token]) -> _Match | None:
        """Return what `step`, `task @anna` and the like mean in a reply. A second word of letters only may be a verb."""
        if not found or found[0].quoted or (len(found) > 1 and not found[1].quoted and found[1].text.isalpha()):
            return None
        meant = self._replying.get(fold(found[0].text))
        return None if meant is None else _Match(length=1, commands=(meant,))

    def _longest_match(self, words: Sequence[str], before: Sequence[str], context: ReadContext) -> _Match | None:
        for length in range(len(words), 0, -1):
            by_language = self._index.get(" ".join((*before, *words[:length])))
            if by_language:
                commands = by_language.get(usage.language(context.locale)) or [
                    one for many in by_language.values() for one in many
                ]
                return _Match(length=length, commands=tuple({command.words: command for command in commands}.values()))
        return None

    def _one(self, match: _Match, line: str, found: Sequence[Token], context: ReadContext) -> Command:
        """Return the one command meant: the room's own kind first, else ask."""
        commands = [command for command in match.commands if command.noun == context.noun] or list(match.commands)
        if len(commands) > 1:
            rest = line[found[match.length - 1].end :]
            kind = Awaited if match.anywhere else Ambiguous
            several = kind(
                _("{word} can mean several things. Choose one.", word=Code(code=line[: found[match.length - 1].end])),
                commands=tuple(f"{command.words}{rest}" for command in commands),
            )
            if isinstance(several, Awaited):
                several.meant, several.rest = tuple(commands), rest
            raise several
        return commands[0]

    # saying what went wrong

    def _unknown(self, line: str, found: Sequence[Token], context: ReadContext) -> NoReturn:
        if not found:
            raise UnknownCommand(
                _("Nothing was asked for."), hint=_("Try {help}.", help=to_type("help")), commands=("help",)
            )
        noun = self.noun(found[0].text)
        if noun is not None and len(found) == 1:
            may = context.may or (lambda _one: True)
            own = sorted((one for one in self.commands if one.noun == noun and may(one)), key=_telling)
            raise UnknownCommand(
                _("What about {noun}? The verb is missing.", noun=Code(code=found[0].text)),
                hint=_("{help} lists what there is.", help=to_type(f"help {noun}")),
                commands=tuple(self._example(command, context) for command in own[:3]),
            )
        near = tuple(self._with_rest(one, line, found, context) for one in self.nearest(line, context))
        topic = "help"
        if noun is not None:
            topic = f"help {noun}"
            asked = self._longest_match([fold(found[1].text)], (), context)
            if asked is not None and asked.commands[0].words == "help":  # `swarm help`
                near = (topic,)
        raise UnknownCommand(
            _("There is no command {words}.", words=Code(code=" ".join(token.text for token in found[:2])[:60])),
            hint=_("{help} lists what there is.", help=to_type(topic)),
            commands=near,
        )

    def _verb_slipped(
        self, command: Command, match: _Match, line: str, found: Sequence[Token], context: ReadContext
    ) -> None:
        """Raise Ambiguous for `idea lst`, which is an idea of one word or `idea list`. Quoted, it is what it says."""
        if command.verb or match.length != 1 or len(found) == 1 or found[1].quoted:
            return
        noun, word, rest = found[0].text, found[1].text, line[found[1].end :]
        may = context.may or (lambda _one: True)
        verbs = (
            wording.text.partition(" ")[2]
            for wording in self._beginning.get(fold(noun), ())
            if " " in wording.key and may(self._by_words[wording.command])
        )
        for verb in verbs:
            meant = f"{noun} {verb}{rest}"
            if is_one_slip(fold(word), fold(verb)) and self._mended(meant, context, tries=0) is not None:
                raise Ambiguous(
                    _("{word} can mean several things. Choose one.", word=Code(code=word)),
                    commands=(meant, f"{noun} {quote(word)}{rest}"),
                )

    def _with_rest(self, wording: str, line: str, found: Sequence[Token], context: ReadContext) -> str:
        """Return a command in place of the words not understood: with what followed them if that works, else an example."""
        noun_said = fold(wording.partition(" ")[2]) != fold(found[0].text)
        length = min(wording.count(" ") + 1, len(found)) if noun_said else 1
        for kept in (length, length - 1, length + 1):
            if 0 < kept <= len(found):
                candidate = f"{wording} {line[found[kept - 1].end :].strip()}".strip()
                if self._mended(candidate, context, tries=0) is not None:
                    return candidate
        match = self._match(tokens(wording), context)
        return self._example(match.commands[0], context, wording=wording) if match else wording

    def _example(self, command: Command, context: ReadContext, *, wording: str | None = None) -> str:
        """Return a declared example if it works there, else one made up."""
        spoken = wording or command.words
        for text in command.examples:
            own = spoken + text.removeprefix(command.words) if text.startswith(command.words) else text
            if self._mended(own, context, tries=0) is not None:
                return own
        return usage.example(command, context, wording=wording)

    def _mended(self, text: str, context: ReadContext, *, tries: int = 3) -> str | None:
        """Return `text` if it works, else what it becomes by the reader's own suggestions; None when that leads nowhere."""
        line, _dry_run = without_dry_run(prepared(text))
        found = tokens(line)
        match = self._match(found, context)
        if match is None:
            return None
        try:
            command = self._one(match, line, found, context)
            grammar.arguments(command, line, found[match.length :], context)
        except BadArgument as unread:
            mended = (self._mended(one, context, tries=tries - 1) for one in unread.commands[:1] if tries)
            return next((one for one in mended if one is not None), None)
        except UsageError:
            return None
        return text

    def _made_up(self, text: str, typed: str, context: ReadContext) -> bool:
        """Whether a command that does something has words which nobody typed and which are no choices of it."""
        found = tokens(prepared(text))
        match = self._match(found, context)
        if match is None or not any(command.acts for command in match.commands):
            return False
        known = {fold(word) for command in match.commands for word in usage.choices(command, context)}
        given = (fold(token.value if token.key else token.text) for token in found[match.length :])
        # In `demo:1001` for `zd:1001` only the number is anybody's own.
        return any(word.rpartition(":")[2] not in fold(typed) and word not in known for word in given)

    def _explained(self, unread: UsageError, command: Command, context: ReadContext) -> UsageError:
        """Return the error with the usage as its hint and only commands that would work."""
        mended = (self._mended(text, context) for text in unread.commands)
        working = tuple(text for text in mended if text is not None)
        return type(unread)(
            unread.message,
            hint=unread.hint or _("Usage: {usage}", usage=usage.line(command, context.locale)),
            commands=working or (self._example(command, context),),
        )


def _telling(command: Command) -> tuple[int, str]:
    """Return where a command stands among examples of its noun: how it begins first, then how one looks at it."""
    verb = command.verb
    return (_FIRST.index(verb) if verb in _FIRST else len(_FIRST), command.words)


def _grouped(things: Iterable[T], *, by: Callable[[T], str]) -> dict[str, tuple[T, ...]]:
    groups: dict[str, list[T]] = {}
    for thing in things:
        groups.setdefault(by(thing), []).append(thing)
    return {key: tuple(group) for key, group in groups.items()}


def _declared(command: Command) -> Iterator[tuple[str, str]]:
    """Yield every wording declared, with its language."""
    yield usage.SOURCE, command.words
    for language, wordings in command.aliases.items():
        for wording in wordings:
            yield language, " ".join(wording.split())


def _key(wording: str) -> str:
    return " ".join(fold(word) for word in wording.split())


def _emoji(emoji: str) -> str:
    """Return an emoji without the mark that only says how it is drawn."""
    return emoji.strip().replace("\ufe0f", "")
