"""The one grammar of times that English, German and Dutch share; their vocabularies differ.

A phrase is a clock, a day with a clock, or a length of time from now. A day alone is understood only to be refused: nobody
said the hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from lark import Lark, Token, UnexpectedInput
from lark.exceptions import VisitError
from lark.lexer import Lexer

from chatops.core.phrases.meaning import Meaning
from chatops.core.phrases.said import NotUnderstoodError, Phrase
from chatops.core.phrases.vocabulary import Language, scan

_GRAMMAR = """
start: time            -> clock_only
     | time day        -> clock_day
     | day tail        -> clock_day
     | DAYPART tail    -> daypart_clock
     | time DAYPART    -> daypart_clock
     | day             -> day_only
     | DAYPART         -> day_only
     | _in amounts     -> relative
     | amounts FROMNOW -> relative
     | _in? COMPACT+   -> relative
     | NOW             -> now
     | AT? MIDNIGHT    -> midnight

_in: IN | OVER
_past: PAST | OVER
_which: NEXT | COMING | THIS

time: AT? clock PART? zone?
    | AT bare PART? zone?
    | bare PART zone?
    | PART AT? clock zone?
    | PART AT bare zone?
tail: PART? AT? clock zone?     -> time
    | PART? AT? bare zone?      -> time
    | AT? clock PART zone?      -> time
    | AT? bare PART zone?       -> time
bare: INT
clock: TIME UHR?          -> written
     | TIME AMPM          -> written
     | DOTTIME UHR        -> written
     | INT AMPM           -> halves
     | INT UHR INT?       -> hours
     | _dial AMPM?        -> spoken
     | NOON               -> noon
_dial: REL INT | INT UNIT? _past INT | INT _past REL INT
zone: IN? ZONE ZONETIME?

day: ON? WEEKDAY          -> weekday
   | ON? _which WEEKDAY   -> weekday
   | NEXTWEEK ON? WEEKDAY -> weekday
   | ON? WEEKDAY NEXTWEEK -> weekday
   | DAY                  -> offset
   | ON? DATE             -> date
   | ON? WEEKDAY DATE     -> date

amounts: amount (AND? amount)*
amount: (INT | FRACTION) (UNIT | UHR) PLUSHALF?
      | INT PLUSHALF UNIT
      | INT? HALFHOUR

%declare AT ON IN OVER DAY DAYPART PART WEEKDAY NEXT COMING THIS NEXTWEEK DATE AMPM UHR REL PAST NOON MIDNIGHT
%declare UNIT FRACTION PLUSHALF HALFHOUR AND FROMNOW NOW ZONE ZONETIME INT TIME DOTTIME COMPACT
"""


class _Scanned(Lexer):
    """Hands on tokens that were scanned before."""

    def __init__(self, _conf: object) -> None:
        """Needs nothing."""

    def lex(self, lexer_state: Sequence[Token], parser_state: object = None) -> Iterator[Token]:  # type: ignore[override]
        """Yield them."""
        yield from lexer_state


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer=_Scanned)


def prepare() -> None:
    """Build the parser, which takes a twentieth of a second; else the first phrase does."""
    _parser()


def parse(text: str, language: Language) -> Phrase:
    """Return what a folded text says in a language. Raise NotUnderstoodError unless every word has its place."""
    try:
        tree = _parser().parse(scan(text, language))  # our lexer reads tokens
        phrase = Meaning(language).transform(tree)
    except UnexpectedInput as error:
        raise NotUnderstoodError(text) from error
    except VisitError as error:
        raise NotUnderstoodError(text) from error.orig_exc
    if not isinstance(phrase, Phrase):
        raise NotUnderstoodError(text)
    return phrase
