"""Whatever is typed is a call or a usage error, and what an error offers works."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core import values
from chatops.core.command import Call, ReadContext
from chatops.core.lexer import quote
from chatops.core.params import Duration, IdOf, Selector
from chatops.errors import Ambiguous, UsageError
from sample_commands import context, in_room, sample_table

TABLE = sample_table()
PLACES = st.sampled_from([context(), in_room(), context(systems=("demo", "zd")), context(locale="nl", systems=())])
WORDS = st.sampled_from(
    [
        *(word for command in TABLE.commands for word in command.words.split()),
        *("schwarm", "öffnen", "demo:1001", "1001", "SW-7", "12", "#3", "https://t.example/1", "anna", "@jan"),
        *("skill:billing>=3", "tried=x", 'tried="a b"', "tried=", "private", "private=no", "--private", "--dry-run"),
        *(
            "timebox=30m",
            "timebox=x",
            "until=tomorrow",
            "tomorrow",
            "09:00",
            "small",
            "because",
            "as",
            '"',
            "„",
            "“x y”",
        ),
        *("skills=a,b", "page", "ask=2", "\n", "\u00a0", "=", "—", "{x}", "ß", ","),
    ]
)
LINES = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=9).map(" ".join))


def outcome(text: str, where: ReadContext) -> Call | UsageError:
    """Return what becomes of a text."""
    try:
        return TABLE.read(text, where)
    except UsageError as error:
        return error


@given(LINES, PLACES)
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_call_or_a_usage_error(text: str, where: ReadContext) -> None:
    """Nothing else is ever raised, and required arguments are there."""
    found = outcome(text, where)

    if isinstance(found, Call):
        required = {parameter.name for parameter in found.command.parameters if parameter.required}
        assert required <= found.arguments.keys()
    else:
        assert found.message.msgid


@given(LINES, PLACES)
@settings(max_examples=200, deadline=None)
def test_what_an_error_offers_works(text: str, where: ReadContext) -> None:
    """Every command offered is understood, or asks one more question; none does what it was not asked to do."""
    found = outcome(text, where)

    if isinstance(found, UsageError):
        for offered in found.commands:
            then = outcome(offered, where)
            # `help` is not in this table; a choice may lead to the next choice.
            assert isinstance(then, Call) or offered.startswith("help") or isinstance(found, Ambiguous)
            assert not isinstance(then, Call) or then.dry_run == ("--dry-run" in offered)


@given(st.dictionaries(st.sampled_from(["case", "help_needed", "tried", "private", "skills"]), LINES), PLACES)
@settings(max_examples=200, deadline=None)
def test_values_of_a_form_never_leave_their_parameter(fields: dict[str, str], where: ReadContext) -> None:
    """Whatever is filled in, text arrives unchanged, and nothing it holds becomes an option."""
    try:
        call = TABLE.bind("swarm open demo:1001 text", fields, where)
    except UsageError:
        return
    assert call.arguments.keys() <= {"case", "help_needed"} | fields.keys()
    assert not call.dry_run
    for name in ("help_needed", "tried"):
        if fields.get(name, "").strip():
            assert call.arguments[name] == fields[name].strip()


@given(st.text(min_size=1, max_size=60).map(str.strip).filter(bool))
def test_quoted_text_arrives_unchanged(text: str) -> None:
    """Quotes protect from options, flags and `--dry-run`."""
    plain = text.translate(dict.fromkeys(map(ord, '"„“”«»\u00a0\u2007\u202f—–'), "x")).strip()
    call = TABLE.read(f"swarm open demo:1001 {quote(plain)} private", context())

    assert call.arguments["help_needed"] == plain.strip()
    assert call.arguments["private"] is True


@given(
    st.one_of(
        st.builds(Selector, kind=st.just("person"), value=st.from_regex(r"[a-zß]{1,12}", fullmatch=True)),
        st.builds(
            Selector,
            kind=st.just("skill"),
            value=st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True),
            minimum=st.integers(0, 5),
        ),
        st.builds(
            Selector,
            kind=st.sampled_from(["pod", "role", "dept", "oncall"]),
            value=st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True),
        ),
    )
)
def test_selectors_come_back(selector: Selector) -> None:
    """A selector written and read is the same selector."""
    assert values.selector(str(selector)) == selector


@given(seconds=st.integers(0, values.MAX_SECONDS), business=st.booleans())
def test_durations_come_back(seconds: int, *, business: bool) -> None:
    """A duration written and read is the same duration; business hours are whole hours."""
    whole = seconds - seconds % 3600 if business else seconds
    duration = Duration(seconds=whole, business=business)

    assert values.duration(str(duration)) == duration


@given(st.integers(1, 10**9))
def test_ids_come_back(number: int) -> None:
    """An id written as people call it and read is the same id."""
    mark = IdOf(kind="swarm", prefix="SW")

    assert values.identifier(mark, values.id_text(mark, str(number))) == str(number)


@pytest.mark.parametrize(
    ("typed", "seconds", "business"),
    [
        ("20m", 1200, False),
        ("2h", 7200, False),
        ("3d", 259200, False),
        ("1h30m", 5400, False),
        ("20 Minuten", 1200, False),
        ("2 uur", 7200, False),
        ("1 Stunde 5 min", 3900, False),
        ("4bh", 14400, True),
    ],
)
def test_durations(typed: str, seconds: int, *, business: bool) -> None:
    """Short and in words, in three languages."""
    assert values.duration(typed) == Duration(seconds=seconds, business=business)


@pytest.mark.parametrize("typed", ["20", "m", "1.5h", "-5m", "20x", "9999999999d", "99999d", "1h 2", "٣m", "2bh30m"])
def test_what_is_no_duration_is_refused(typed: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError):
        values.duration(typed)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("@anna", "anna"),
        ("anna@firm.example", "anna@firm.example"),
        ("@anna:matrix.example", "anna:matrix.example"),
        ("SKILL:billing", "skill:billing"),
        ("skill:billing[>=3]", "skill:billing>=3"),
        ("skill:billing≥3", "skill:billing>=3"),
        ("pod:emea-1", "pod:emea-1"),
        ("guest:ops@partner.example", "guest:ops@partner.example"),
    ],
)
def test_selectors(typed: str, written: str) -> None:
    """People by name, handle and address; everybody else by what they are."""
    assert str(values.selector(typed)) == written


@pytest.mark.parametrize("typed", ["team:x", "skill:", "skill:x>=", "skill:x[>=9", "@", "pod:[x]"])
def test_what_is_no_selector_is_refused(typed: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError):
        values.selector(typed)
