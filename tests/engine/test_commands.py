"""Who may, who is meant, what is answered, and that every command leaves exactly one audit record."""

from __future__ import annotations

from datetime import timedelta

from chatops.core.journal import AuditRecord, audit_chain
from chatops.core.message import Identity
from theatre import Theatre, said

LANE = "room:fake:general"


async def test_a_role_is_checked_before_the_handler(theatre: Theatre) -> None:
    """The sentence says who may."""
    stage = await theatre.stage()

    denied = await stage.says("anna", "tally lead")
    allowed = await stage.says("ben", "tally lead")

    assert said(denied) == ["That is for: pod lead. Please ask one of them."]
    assert said(allowed) == ["Lead."]
    assert await stage.audit(LANE) == ["tally lead → denied", "tally lead → done"]


async def test_a_relation_is_checked_on_the_thing(theatre: Theatre) -> None:
    """The owner may, a manager may by role, others may not."""
    stage = await theatre.stage()
    await stage.says("anna", "tally make T-1")
    await stage.says("anna", "tally make 1")

    answers = [said(await stage.says(who, "tally own 1")) for who in ("anna", "mia", "ben")]

    assert answers == [["Yours."], ["Yours."], ["That is for: manager / owner. Please ask one of them."]]


async def test_a_handler_that_forgets_to_ask_commits_nothing(theatre: Theatre) -> None:
    """A command for owners only that never looked at an owner is a bug, not an open door."""
    stage = await theatre.stage()

    posts = await stage.says("anna", "tally careless")

    assert said(posts)[0].startswith("Something went wrong here")
    assert await stage.store.get("tally", "careless") is None


async def test_one_audit_record_each(theatre: Theatre) -> None:
    """Done, refused, denied, failed, misunderstood: one record, with person, words and event."""
    stage = await theatre.stage()
    theatre.tallies.trouble.append(ValueError())
    for text in ("tally raise a", "tally full", "tally lead", "tally trouble", "tally frobnicate"):
        await stage.says("anna", text)

    outcomes = await stage.audit(LANE)
    entries = await stage.store.entries(audit_chain(LANE))
    records = [stage.codec.decode_as(AuditRecord, entry.payload or "") for entry in entries]

    assert outcomes[:3] == ["tally raise → done", "tally full → refused:impossible", "tally lead → denied"]
    assert outcomes[3].startswith("tally trouble → failed:E-")
    assert outcomes[4] == " → refused:unknown_command"
    assert [record.person for record in records] == ["anna"] * 5
    assert [record.event for record in records] == [f"fake:{key}" for key in ("m1", "m3", "m5", "m7", "m9")]
    assert records[0].subjects == ("tally:a",)
    assert records[0].arguments == "tally raise a"


async def test_a_stranger_is_answered_once(theatre: Theatre) -> None:
    """Then there is silence, until a while has passed."""
    stage = await theatre.stage()

    first = await stage.says("stranger", "tally raise a")
    second = await stage.says("stranger", "tally raise a")
    await stage.advance(timedelta(minutes=2))
    third = await stage.says("stranger", "hello?")

    words = ["I do not know you yet. Please ask an administrator to add you to the directory."]
    assert [said(posts) for posts in (first, second, third)] == [words, [], words]
    assert theatre.tallies.runs == []
    assert len(await stage.audit(LANE)) == 2


async def test_a_flood_is_answered_once_then_ignored(theatre: Theatre) -> None:
    """Twenty at once are fine; after that one a second is; others are not affected."""
    stage = await theatre.stage()
    for _number in range(30):
        await stage.network.say(stage.identity("anna"), "tally quiet", "general")
    await stage.settle()
    answers = said(stage.network.posted)

    assert answers == ["Done."] * 20 + ["That was a lot at once. Please give me a minute."]
    assert len(await stage.audit(LANE)) == 21
    assert said(await stage.says("ben", "tally quiet")) == ["Done."]
    await stage.advance_seconds(3)
    assert said(await stage.says("anna", "tally quiet")) == ["Done."]


async def test_edits_never_run(theatre: Theatre) -> None:
    """A message changed into a command stays a message."""
    stage = await theatre.stage()

    assert await stage.says("anna", "tally raise a", edited=True) == []
    assert theatre.tallies.runs == []


async def test_bots_never_run_anything(theatre: Theatre) -> None:
    """Not even bots that somebody has put into the directory."""
    stage = await theatre.stage()

    assert await stage.says("anna", "tally raise a", automated=True) == []
    assert theatre.tallies.runs == []


async def test_a_command_deleted_before_it_ran_does_not_run(theatre: Theatre) -> None:
    """The one before it is still under way when it is deleted."""
    stage = await theatre.stage()
    theatre.tallies.gate.clear()
    await stage.network.say(stage.identity("ben"), "tally slow", "general")
    ref = await stage.network.say(stage.identity("anna"), "tally raise a", "general")
    await stage.network.redact(ref)
    theatre.tallies.gate.set()
    await stage.settle()

    assert theatre.tallies.runs == []
    assert said(stage.network.posted) == ["At last."]


async def test_a_command_deleted_after_it_ran_has_run(theatre: Theatre) -> None:
    """Deleting is not undoing."""
    stage = await theatre.stage()
    await stage.says("anna", "tally raise a")
    ref = next(iter(stage.network.heard()))

    await stage.redacts(ref)

    assert theatre.tallies.runs == ["raise a"]


async def test_unknown_words_are_answered_with_the_nearest(theatre: Theatre) -> None:
    """Only when they were said to us."""
    stage = await theatre.stage()

    posts = await stage.says("anna", "tally rais a")

    assert "tally raise a" in said(posts)[0]


async def test_a_command_that_says_nothing_is_answered_all_the_same(theatre: Theatre) -> None:
    """Nobody wonders whether it worked."""
    stage = await theatre.stage()

    assert said(await stage.says("cleo", "tally quiet")) == ["Done."]


async def test_a_private_answer_goes_to_the_direct_chat(theatre: Theatre) -> None:
    """Whatever room it was asked in."""
    stage = await theatre.stage()

    (post,) = await stage.says("anna", "tally secret")

    assert post.ref.room.id == "direct-anna"


async def test_somebody_is_found_by_name(theatre: Theatre) -> None:
    """One reading: that one."""
    stage = await theatre.stage()

    assert said(await stage.says("ben", "tally greet anna")) == ["Hello Anna Berg"]


async def test_two_of_one_name_are_asked_about(theatre: Theatre) -> None:
    """With a command for each."""
    stage = await theatre.stage()

    posts = await stage.says("ben", "tally greet Berg")

    assert [button.command for button in posts[0].body.buttons] == ["tally greet @anna", "tally greet @mia"]
    assert said(await stage.presses("ben", "tally greet @mia")) == ["Hello Mia Berg"]


async def test_nobody_of_that_name(theatre: Theatre) -> None:
    """The nearest names, as commands."""
    stage = await theatre.stage()

    posts = await stage.says("ben", "tally greet Ana")

    assert said(posts)[0].startswith("I know nobody called `Ana`.")


async def test_a_dry_run_changes_nothing_and_says_what_it_would(theatre: Theatre) -> None:
    """Facts, posts and effects in words; audited as a dry run."""
    stage = await theatre.stage()

    posts = await stage.says("anna", "tally raise a --dry-run")
    outside = await stage.says("anna", "tally stamp letter --dry-run")

    assert said(posts) == ["Dry run: nothing was changed\nWould write: tally:a\nWould answer: a is 1"]
    assert "Would do: `tally.stamp` on `stamps`" in said(outside)[0]
    assert await stage.store.get("tally", "a") is None
    assert theatre.stamps.keys == []
    assert theatre.heard.heard == []
    assert await stage.audit(LANE) == ["tally raise → dry-run", "tally stamp → dry-run"]


async def test_a_room_gives_its_context(theatre: Theatre) -> None:
    """In the room of a tally, neither noun nor id is needed."""
    stage = await theatre.stage()
    await stage.says("anna", "tally make 7")
    await stage.room("tally:7/main", remote="warroom", subject="tally:7")

    assert said(await stage.says("anna", "own", room="warroom")) == ["Yours."]


async def test_only_who_is_to_be_notified_is_mentioned(theatre: Theatre) -> None:
    """A name in a text is a name; a mention is a decision."""
    stage = await theatre.stage()

    (named,) = await stage.says("ben", "tally ping mia")
    (pinged,) = await stage.says("ben", "tally ping mia really")

    mia = Identity(network="fake", id="mia")
    assert (named.body.notify, [line.identity for line in named.body.text]) == ((), [None, None])
    assert (pinged.body.notify, [line.identity for line in pinged.body.text]) == ((mia,), [None, mia])


async def test_a_call_by_somebody_unknown_is_refused(theatre: Theatre) -> None:
    """With an answer every time: a program waits for it."""
    stage = await theatre.stage()

    first = await stage.calls("nobody", "tally raise a")
    second = await stage.calls("nobody", "tally raise a")

    assert [reply.error for reply in (*first, *second)] == ["not_allowed", "not_allowed"]


async def test_a_called_dry_run(theatre: Theatre) -> None:
    """As a flag of the call."""
    stage = await theatre.stage()

    (reply,) = await stage.calls("anna", "tally raise a", dry_run=True)

    assert reply.text.startswith("Dry run: nothing was changed")
    assert await stage.store.get("tally", "a") is None
