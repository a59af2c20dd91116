"""Commands are found by their words, in every language, and read with their arguments."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chatops.core.access import Relations, Who
from chatops.core.command import Call, Command, ReadContext, command, declared
from chatops.core.params import Duration, Selector, TicketName, When
from chatops.core.table import CommandTable
from chatops.core.text import _
from chatops.core.unit import Unit
from chatops.errors import Ambiguous, BadArgument, PluginError, Refusal, UnknownCommand, UsageError
from sample_commands import Size, context, in_room, sample_commands, sample_table, server_commands

TABLE = sample_table()
CASE = TicketName(typed="demo:1001", system="demo", id="1001")
ROOM = in_room()
HERE = context()


def person(name: str) -> Selector:
    return Selector(kind="person", value=name)


def read(text: str, where: ReadContext = HERE) -> Call:
    return TABLE.read(text, where)


def refusal(text: str, where: ReadContext = HERE) -> Refusal:
    with pytest.raises(Refusal) as caught:
        TABLE.read(text, where)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "swarm open demo:1001 refund loops",
        "SWARM Open DEMO:1001 refund loops",
        "sw open demo:1001 refund loops",
        "schwarm öffnen demo:1001 refund loops",
        "Schwarm oeffnen demo:1001 refund loops",
        "schwarm offnen demo:1001 refund loops",
        "zwerm openen demo:1001 refund loops",
        "schwarm open demo:1001 refund loops",
        "sw öffnen demo:1001 refund loops",
        "open swarm demo:1001 refund loops",
        'swarm open demo:1001 "refund loops"',
        "swarm open demo:1001 „refund loops“",
        "swarm open demo:1001 «refund loops»",
        "swarm\u00a0open\ndemo:1001\n  refund loops",
        "swarm open demo:1001, refund loops",
    ],
)
def test_one_command_in_many_wordings(text: str) -> None:
    """Languages, aliases, case, umlauts, white space and kinds of quotes make no difference."""
    call = read(text)

    assert call.command.words == "swarm open"
    assert call.arguments["help_needed"] == "refund loops"
    assert isinstance(call.arguments["case"], TicketName)
    assert call.arguments["case"].id == "1001"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("swarm open 1001 x", {"case": TicketName(typed="1001", system="demo", id="1001"), "help_needed": "x"}),
        ("swarm open #1001 x", {"case": TicketName(typed="#1001", system="demo", id="1001"), "help_needed": "x"}),
        (
            "swarm open https://t.example/1001 x",
            {"case": TicketName(typed="https://t.example/1001"), "help_needed": "x"},
        ),
        ("swarm open demo:1001 a=b is text", {"case": CASE, "help_needed": "a=b is text"}),
        ("swarm open demo:1001 tried=reboot it loops", {"case": CASE, "help_needed": "it loops", "tried": "reboot"}),
        ("swarm open demo:1001 it tried=reboot loops", {"case": CASE, "help_needed": "it loops", "tried": "reboot"}),
        ('swarm open demo:1001 it versucht="a b"', {"case": CASE, "help_needed": "it", "tried": "a b"}),
        ('swarm open demo:1001 "tried=x private"', {"case": CASE, "help_needed": "tried=x private"}),
        ("swarm open demo:1001 x skills=a,b skills=c", {"case": CASE, "help_needed": "x", "skills": ("a", "b", "c")}),
        ('swarm open demo:1001 x skills="a b, c"', {"case": CASE, "help_needed": "x", "skills": ("a b", "c")}),
        ("swarm open demo:1001 x timebox=1h30m", {"case": CASE, "help_needed": "x", "timebox": Duration(seconds=5400)}),
        ("swarm open private demo:1001 x", {"case": CASE, "help_needed": "x", "private": True}),
        ("swarm open demo:1001 privat x", {"case": CASE, "help_needed": "x", "private": True}),
        ('swarm open demo:1001 "x y" private', {"case": CASE, "help_needed": "x y", "private": True}),
        ("swarm open demo:1001 x y --private", {"case": CASE, "help_needed": "x y", "private": True}),
        ("swarm open demo:1001 x y —private", {"case": CASE, "help_needed": "x y", "private": True}),
        ("swarm open demo:1001 x y private=no", {"case": CASE, "help_needed": "x y", "private": False}),
        ("swarm open demo:1001 x y private=ja", {"case": CASE, "help_needed": "x y", "private": True}),
        ("swarm open demo:1001 x tried=y private", {"case": CASE, "help_needed": "x", "tried": "y", "private": True}),
        ("swarm open demo:1001 “five” is odd", {"case": CASE, "help_needed": "“five” is odd"}),
        ("swarm open demo:1001 line one\nline two", {"case": CASE, "help_needed": "line one\nline two"}),
        ("thing size klein", {"size": Size.SMALL}),
        ("thing size VERY-LARGE 3", {"size": Size.VERY_LARGE, "times": 3}),
        ("ding groesse riesig", {"size": Size.VERY_LARGE}),
        ("person show @anna", {"person": person("anna")}),
        ("person show „Anna K“", {"person": person("Anna K")}),
        ("order accept 4bh", {"wait": Duration(seconds=4 * 3600, business=True)}),
        ("thing find SW-7", {"swarm": "7"}),
        ("thing find sw7", {"swarm": "7"}),
        ("thing find demo:1001", {"case": CASE}),
        ("thing find SW-7 demo:1001", {"swarm": "7", "case": CASE}),
        ("swarm cancel SW-7 because it is over", {"swarm": "7", "because": "it is over"}),
        ("schwarm abbrechen SW-7 weil vorbei", {"swarm": "7", "because": "vorbei"}),
        ("swarm invite SW-7 anna", {"swarm": "7", "who": (person("anna"),)}),
        ("swarm invite SW-7 anna please help", {"swarm": "7", "who": (person("anna"),), "why": "please help"}),
        ("swarm invite SW-7 anna, jan please", {"swarm": "7", "who": (person("anna"), person("jan")), "why": "please"}),
        (
            "swarm invite SW-7 @anna skill:billing>=3 now ask=2",
            {
                "swarm": "7",
                "who": (person("anna"), Selector(kind="skill", value="billing", minimum=3)),
                "why": "now",
                "ask": 2,
            },
        ),
    ],
)
def test_arguments(text: str, given: dict[str, object]) -> None:
    """What is typed arrives typed; what is not typed is left to the handler's defaults."""
    assert read(text).arguments == given


@pytest.mark.parametrize(
    ("text", "words", "given"),
    [
        ("show", "swarm show", {"swarm": "12"}),
        ("zeigen", "swarm show", {"swarm": "12"}),
        ("show SW-7", "swarm show", {"swarm": "7"}),
        ("show 7", "swarm show", {"swarm": "7"}),
        ("swarm show", "swarm show", {"swarm": "12"}),
        ("question 500 errors since noon", "swarm question", {"swarm": "12", "text": "500 errors since noon"}),
        ("question SW-7 why?", "swarm question", {"swarm": "7", "text": "why?"}),
        ("merge SW-9", "swarm merge", {"swarm": "12", "other": "9"}),
        ("merge SW-7 SW-9", "swarm merge", {"swarm": "7", "other": "9"}),
        ("accept", "swarm accept", {"swarm": "12"}),
        ("invite skill:billing", "swarm invite", {"swarm": "12", "who": (Selector(kind="skill", value="billing"),)}),
        ("thing size small", "thing size", {"size": Size.SMALL}),
    ],
)
def test_in_a_room_noun_and_id_are_implied(text: str, words: str, given: dict[str, object]) -> None:
    """Its verbs need no noun, its id no mention; naming another thing still works, and so does every other command."""
    call = read(text, ROOM)

    assert (call.command.words, call.arguments) == (words, given)


def test_a_bare_number_is_never_guessed_between_kinds() -> None:
    """Where a swarm or a ticket may stand, a number asks, and each answer works."""
    unsure = refusal("thing find 12")

    assert isinstance(unsure, Ambiguous)
    assert [read(text).arguments for text in unsure.commands] == [
        {"swarm": "12"},
        {"case": TicketName(typed="demo:12", system="demo", id="12")},
    ]


def test_a_bare_number_with_several_ticket_systems_asks_which() -> None:
    """One command for each system."""
    where = context(systems=("demo", "zd"))
    unsure = refusal("swarm open 12 it loops", where)

    assert isinstance(unsure, Ambiguous)
    assert unsure.commands == ("swarm open demo:12 it loops", "swarm open zd:12 it loops")


def test_a_flag_at_the_end_of_unquoted_text_asks() -> None:
    """`private` there may be a word or the option; a swarm is never made public by a guess."""
    unsure = refusal("swarm open demo:1001 the key is private")

    assert isinstance(unsure, Ambiguous)
    assert [read(text).arguments for text in unsure.commands] == [
        {"case": CASE, "help_needed": "the key is", "private": True},
        {"case": CASE, "help_needed": "the key is private"},
    ]


def test_a_word_that_means_two_commands_anywhere_asks() -> None:
    """`accept` outside a room offers both; in the room of one it means that one."""
    assert refusal("accept").commands == ("swarm accept", "order accept")
    assert read("accept", ROOM).command.words == "swarm accept"
    assert read("annehmen").command.words == "swarm accept"


@pytest.mark.parametrize("text", ["--dry-run swarm show SW-7", "swarm show --dry-run SW-7", "swarm show SW-7 —DRY-RUN"])
def test_dry_run_anywhere(text: str) -> None:
    """`--dry-run` may stand anywhere and is no argument."""
    call = read(text)

    assert (call.dry_run, call.arguments) == (True, {"swarm": "7"})


def test_dry_run_in_quotes_is_text() -> None:
    """Quoted, it is what was said."""
    call = read('swarm question SW-7 "what does --dry-run do"')

    assert (call.dry_run, call.arguments["text"]) == (False, "what does --dry-run do")


def test_what_is_offered_to_a_dry_run_is_one() -> None:
    """Pressing the suggestion does not do more than was asked."""
    assert all(read(text).dry_run for text in refusal("swarm opne demo:1001 x --dry-run").commands)


def test_times_of_several_words() -> None:
    """A time takes the words it needs; the rest is text."""
    at = When(at=datetime(2026, 11, 21, 8, tzinfo=UTC), zone="Europe/Berlin")

    assert read("remind tomorrow 09:00 call back").arguments == {"at": at, "text": "call back"}
    assert read("herinner morgen om 9 uur bellen").arguments == {"at": at, "text": "bellen"}
    assert read("hold for the vendor until=tomorrow 09:00", ROOM).arguments["until"] == at
    assert read('hold until="tomorrow 09:00" for the vendor', ROOM).arguments["why"] == "for the vendor"


def test_a_number_behind_a_time_is_not_taken_for_its_hour() -> None:
    """`tomorrow 9 customers …` names no hour: refused, not understood as nine o'clock."""
    assert isinstance(refusal("remind tomorrow 9 customers call"), BadArgument)
    assert isinstance(refusal("hold until=tomorrow 9 customers are blocked", ROOM), BadArgument)


def test_values_of_a_form_are_bound_by_name() -> None:
    """Nothing in a value is read as part of the command, and the form wins over the command."""
    attack = 'x" private --dry-run tried=1 „'
    call = TABLE.bind("swarm open tried=before", {"case": "demo:1001", "help_needed": attack, "tried": "now"}, HERE)

    assert call.arguments == {"case": CASE, "help_needed": attack.strip(), "tried": "now"}
    assert not call.dry_run


def test_an_empty_value_of_a_form_is_not_given() -> None:
    """It leaves the default; a required one is missing."""
    call = TABLE.bind("swarm open demo:1001 x tried=before", {"tried": " "}, HERE)

    assert call.arguments == {"case": CASE, "help_needed": "x"}
    with pytest.raises(BadArgument):
        TABLE.bind("swarm open demo:1001", {"help_needed": ""}, HERE)


def test_a_form_with_an_unknown_field_is_refused() -> None:
    """Fields reach parameters of their name, nothing else."""
    with pytest.raises(BadArgument):
        TABLE.bind("swarm show SW-7", {"role": "admin"}, HERE)


def test_a_form_holds_lists_and_choices() -> None:
    """A list is separated by commas, as in a line."""
    call = TABLE.bind("swarm open demo:1001 x", {"skills": "a, b", "private": "yes", "timebox": "2h"}, HERE)

    assert call.arguments["skills"] == ("a", "b")
    assert call.arguments["private"] is True
    assert call.arguments["timebox"] == Duration(seconds=7200)


def test_the_call_says_what_was_typed() -> None:
    """For the audit: the words as typed, and behind them the form's values."""
    assert read("  sw show SW-7 ").typed == "sw show SW-7"
    assert TABLE.bind("swarm show", {"swarm": "SW-7"}, HERE).typed == 'swarm show swarm="SW-7"'


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("swarm opne demo:1001 refund loops", "swarm open demo:1001 refund loops"),
        ("schwarm öfnen demo:1001 hängt", "schwarm öffnen demo:1001 hängt"),
        ("swram show SW-7", "swarm show SW-7"),
        ("swarmshow SW-7", "swarm show SW-7"),
        ("swarm shows", "swarm show SW-12"),
    ],
)
def test_unknown_words_get_the_nearest_command_as_it_would_work(text: str, first: str) -> None:
    """With the arguments that were typed, if they fit; else with samples."""
    unknown = refusal(text, context(locale="de"))

    assert isinstance(unknown, UnknownCommand)
    assert unknown.commands[0] == first
    assert len(unknown.commands) == 3


def test_a_noun_alone_asks_for_the_verb() -> None:
    """And points to its help."""
    unknown = refusal("schwarm")

    assert unknown.hint is not None
    assert unknown.hint.args["help"].code == "help swarm"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("swarm open demo:1001", 'swarm open demo:1001 "help needed"'),
        ("swarm open", 'swarm open demo:1001 "help needed"'),
        ("swarm open zd:1001 x", "swarm open demo:1001 x"),
        ("swarm open demo:1001 x timebox=soon", "swarm open demo:1001 x timebox=30m"),
        ("swarm open demo:1001 x timebox=", "swarm open demo:1001 x timebox=30m"),
        ("thing size tiny", "thing size small"),
        ("thing size small two", "thing size small 3"),
        ("thing size small 2 3", "thing size small 2"),
        ("swarm show seven", "swarm show SW-12"),
        ("swarm invite SW-7 team:x", "swarm invite SW-7 skill:billing"),
        ("swarm invite SW-7 skill:x>=high", "swarm invite SW-7 skill:billing"),
        ("swarm invite SW-7 anna ask=1 ask=2", "swarm invite SW-7 anna ask=1"),
        ("remind tomorrow", 'remind "tomorrow 09:00" text'),
    ],
)
def test_an_argument_not_understood_names_a_command_that_works(text: str, offered: str) -> None:
    """What was typed stays; only what was wrong is replaced."""
    wrong = refusal(text)

    assert isinstance(wrong, BadArgument)
    assert wrong.commands[0].startswith(offered)
    assert wrong.hint is not None


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("swarm open", 'swarm open demo:1001 "help needed"'),
        ("swarm invite SW-7 team:x", "swarm invite SW-7 skill:billing"),
        ("swarm invite SW-7 --dry-run", "swarm invite SW-7 skill:billing --dry-run"),
        ("swarm open zd:1001 x", None),
        ("swarm opne demo:1001 refund loops", None),
        ("swarm shows", None),
        ("thing size tiny", None),
    ],
)
def test_what_is_made_up_is_only_an_example(text: str, example: str | None) -> None:
    """Nobody's case, nobody asked for: it is shown, and no click runs it. Looking at something is harmless."""
    wrong = refusal(text)

    assert isinstance(wrong, UsageError)
    assert (wrong.commands[0] in wrong.examples) == (example is not None)
    assert example in {None, wrong.commands[0]}


def test_two_plugins_claiming_one_wording_are_refused() -> None:
    """Both plugins and the wording are named, whatever the languages."""

    @command("alarm raise", who="agent", summary=_("Raise"), aliases={"nl": ("Schwarm OEFFNEN",)})
    async def clash(unit: Unit) -> None:
        """Clash."""

    other = declared(clash, relations=Relations(), plugin="other")

    with pytest.raises(PluginError, match=r"(?s)(?=.*'sample')(?=.*'other')(?=.*öffnen|.*OEFFNEN)"):
        CommandTable([*sample_commands(), *other])


def test_a_wording_in_two_languages_means_the_askers() -> None:
    """Within one plugin a word may mean different things in two languages: the asker's language decides, else ask."""
    table = CommandTable(_two("de", "nl"))

    assert table.read("ding weg", context(locale="nl")).command.words == "one go"
    assert table.read("ding weg", context(locale="de-AT")).command.words == "two go"
    with pytest.raises(Ambiguous) as unsure:
        table.read("ding weg", context(locale="en"))
    assert unsure.value.commands == ("one go", "two go")


def test_looking_up_takes_as_many_steps_whatever_the_number_of_commands() -> None:
    """Ten or ten thousand commands: the words are looked up in a dictionary as often."""
    assert _lookups(10) == _lookups(10_000)


def test_all_commands_of_the_server_fit_together() -> None:
    """No wording is claimed twice, and every example of every command is understood."""
    table = CommandTable(server_commands())
    examples = [(one, text) for one in table.commands for text in one.examples]

    assert examples
    for one, text in examples:
        assert table.read(text, ROOM).command.words == one.words, text


def _two(first: str, second: str) -> list[Command]:
    @command("one go", who="agent", summary=_("One"), aliases={second: ("ding weg",)})
    async def one(unit: Unit) -> None:
        """One."""

    @command("two go", who="agent", summary=_("Two"), aliases={first: ("ding weg",)})
    async def two(unit: Unit) -> None:
        """Two."""

    return [found for source in (one, two) for found in declared(source, relations=Relations(), plugin="two")]


class _Counting(dict[str, dict[str, list[Command]]]):
    """Counts how often something is looked up."""

    count = 0

    def get(self, *args: object) -> dict[str, list[Command]] | None:  # type: ignore[override]
        self.count += 1
        return super().get(*args)  # type: ignore[call-overload, no-any-return]


def _lookups(number: int) -> int:
    async def handler(unit: Unit) -> None:
        """Do nothing."""

    who = Who.parse("staff", ())
    table = CommandTable(
        Command(words=f"noun{n} verb", who=who, summary=_("Do"), parameters=(), handler=handler, plugin="p")
        for n in range(number)
    )
    table._index = counting = _Counting(table._index)  # noqa: SLF001 - the count is not public
    table.read(f"noun{number - 1} verb", HERE)
    return counting.count
