"""What people say to a server that is no command, nor a command with a slip of the finger."""

from __future__ import annotations

from collections.abc import Sequence

from chatops.core.lexer import fold

_SAID = """
alright amazing and awesome brilliant bye cheers cool day excellent everyone evening exactly fine for good great
haha hello hey hi hm hmm hmmm how is it just last later lol lovely minute moment morning much nice night no nope
ok okay one ooh oops perfect please pls right sec second see so sorry soon sure ta team thank thanks that there
thx top ty very wait welcome well wow yay yeah yep yes you your
aber ach alle allen alles also bis bitte bescheid cool da danke dank dankeschön dir doch ebenso echt eben einen
euch fein gar gern gerne genau gleich grüezi guten guter gut hallo hey hi ihr ist ja jawohl jo jup kein keine
klar klasse klingt los mahlzeit mal merci mega mist moin moment morgen morgn na nee nein nicht noch nochmal nun
oh passt perfekt prima problem schade schön servus sehr sofort sorry spitze stimmt super tach tag tausend
toll tschüss tschau ups viele vielen vielleicht warte was weiter wie wunderbar zusammen
alstublieft alsjeblieft bedankt dag dankjewel dankuwel dank even fijn ga goed goede goedemiddag goedemorgen
graag groetjes heel helemaal hoi hoor houdoe iedereen inderdaad ja jammer je jij jou jullie klopt kom komt
leuk lekker meteen middag mooi morgen natuurlijk nee nou oei oke oké prima samen sorry straks tof top tot u wacht
wel welkom zeker zo
"""

_WORDS = frozenset(fold(word) for word in _SAID.split())
"""Words that are small talk while nothing else is said: none is a word of a command alone."""


def is_small_talk(words: Sequence[str]) -> bool:
    """Whether folded words are nothing but courtesies and exclamations: nothing should be offered for them."""
    return all(word.strip("!?.,;:-~()'\"*_…") in _WORDS or not any(map(str.isalnum, word)) for word in words)
