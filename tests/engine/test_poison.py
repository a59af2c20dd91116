"""Promise 8: whatever anybody sends is answered or passed over in silence; nothing crashes, nothing stalls."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatops.core.commit import InboxRow
from chatops.core.message import MAX_TEXT, CommandCall
from theatre import Theatre, said, theatre_of

PIECES = (
    "tally", "raise", "echo", "greet", "own", "nudge", "card", "buttons", "a", "x=1", "--dry-run", "@anna", "@@", "anna",
    '"', "'", "“", "”", "„", "«", "»", "`", "\\", "\x00", "\ud800", "\udfff", "\u202e", "\u200b", "\n", "\t", "\r\n", " ",
    "{name}", "{0}", "%s", "<b>", "</script>", "&amp;", "=", "==", "a=", "=a", "10m", "99999999999999999999d", "-1",
    "ß", "İ", "ﬁ", "漢字", "👩‍👩‍👧‍👦", "🏳️‍🌈", "é", "\u0301", "SELECT", "' OR 1=1", "../../etc/passwd", "🙂" * 50, "a" * 5000,
)  # fmt: skip


AT = "2026-01-01T00:00:00Z"


@pytest.mark.timeout(120)
async def test_two_thousand_strange_messages(theatre: Theatre) -> None:
    """Half of them look like commands. Afterwards everything still works and nothing was given up."""
    stage = await theatre.stage()
    chance = random.Random(20260302)
    for number in range(2000):
        words = chance.choices(PIECES, k=chance.randint(0, 12))
        text = chance.choice(("", " ")).join(words)
        if chance.random() < 0.5:
            text = f"tally {chance.choice(('raise', 'echo', 'greet', 'own', 'nudge', 'card', 'make'))} {text}"
        who = chance.choice(("anna", "ben", "mia"))
        direct = chance.random() < 0.2
        await stage.network.say(
            stage.identity(who), text, f"dm-{who}" if direct else f"room{number % 5}", direct=direct
        )
        if number % 20 == 19:
            await stage.wait(60)

    letters = await stage.store.dead_letters()
    depths = await stage.store.depths()
    assert [letter.error for letter in letters] == []
    assert (depths.inbox, depths.outbox) == (0, 0)
    assert len(await stage.store.sent(limit=10_000)) > 1000
    assert list(await stage.store.verify()) == []
    assert said(await stage.says("anna", "tally echo still here")) == ["still here"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(alphabet=st.characters(codec=None), max_size=200),
    fields=st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=3),
)
async def test_any_text_in_any_place(theatre: Theatre, text: str, fields: dict[str, str]) -> None:
    """As a message, a call and a form's value: never an error of ours."""
    async with theatre_of("memory", theatre.folder) as one:
        stage = await one.stage()
        await stage.says("anna", text)
        await stage.says("anna", "tally buttons")
        await stage.presses("anna", "Form", fields={"words": text, **fields})
        await stage.calls("anna", text)

        assert [letter.body_kind for letter in await stage.store.dead_letters() if "Codec" not in letter.error] == []


@pytest.mark.parametrize(
    "text",
    ["tally echo " + "a" * (1024 * 1024), '"' * 100_000, "tally echo " + '"“' * 20_000, "\x00" * 1000, "\ud800" * 1000],
    ids=["a mebibyte", "quotes", "nested quotes", "NUL", "surrogates"],
)
async def test_monsters(theatre: Theatre, text: str) -> None:
    """Too long is cut, unstorable is replaced, and there is an answer."""
    stage = await theatre.stage()

    posts = await stage.says("anna", text)

    assert len(posts) == 1
    assert len(said(posts)[0].encode()) <= stage.network.capabilities.max_text
    assert list(await stage.store.dead_letters()) == []


async def test_a_call_of_any_length(theatre: Theatre) -> None:
    """The same for the API."""
    stage = await theatre.stage()

    (reply,) = await stage.calls("anna", "tally echo " + "ü" * MAX_TEXT)

    assert reply.error is None


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("message", "{}"),
        ("message", "not JSON"),
        ("message", '{"r":99,"b":{}}'),
        ("nonesuch", '{"r":1,"b":{}}'),
        ("timer", '{"r":1,"b":{"series":"s","due":"' + AT + '","fired_at":"' + AT + '","body_kind":"gone","body":"{}"}}'),
        ("emitted", '{"r":1,"b":{"listener":"gone","fact_kind":"gone","fact":"{}"}}'),
    ],
)  # fmt: skip
async def test_what_cannot_be_read_is_a_dead_letter_at_once(theatre: Theatre, kind: str, body: str) -> None:
    """The next event of the lane is handled."""
    stage = await theatre.stage()
    await stage.store.accept_many(
        [InboxRow(key="poison", lane="room:fake:general", kind=kind, body=body, cause="poison")]
    )

    posts = await stage.says("anna", "tally echo on")

    assert said(posts) == ["on"]
    assert [letter.key for letter in await stage.store.dead_letters()] == ["poison"]


async def test_a_fact_for_a_listener_that_is_gone_is_dropped(theatre: Theatre) -> None:
    """A plugin was taken out while its events waited."""
    stage = await theatre.stage()
    fact = stage.codec.encode(CommandCall(person="anna", text="x", at=stage.clock.now()))
    body = f'{{"r":1,"b":{{"listener":"gone","fact_kind":"call","fact":{_quoted(fact)}}}}}'
    await stage.store.accept_many([InboxRow(key="late", lane="x", kind="emitted", body=body, cause="late")])
    stage.engine.ring()
    await stage.settle()

    assert list(await stage.store.dead_letters()) == []
    assert (await stage.store.depths()).inbox == 0


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
