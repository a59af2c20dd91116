"""The ranking: deterministic, explained, fair."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.core.catalogue import Catalogues, Reader
from chatops.core.frozen import replace
from chatops.core.text import Text
from chatops.people.finding import Found, Need, Ranking, Standing, Wanted, cover, ranked
from chatops.ports.roster import Evidence

NOW = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
BILLING = Wanted(needs=(Need(skill="billing"),))


def sure(level: int) -> dict[str, Evidence]:
    return {"billing": Evidence(level=level)}


def only_claimed(level: int) -> dict[str, Evidence]:
    return {"billing": Evidence(source="claimed", claimed=level)}


def order(*people: Standing, wanted: Wanted = BILLING) -> tuple[str, ...]:
    return ranked(wanted, people, NOW).order


def words(text: Text) -> str:
    return Catalogues({}).plain(text, Reader(), now=NOW)


def test_the_better_comes_first() -> None:
    """Level, confirmation, load, fairness and pod each decide when all else is equal."""
    base = Standing(person="b", skills=sure(3), load=1, asked_at=NOW - timedelta(days=3))
    for better in (
        replace(base, skills=sure(4)),
        replace(base, skills={"billing": Evidence(level=3, swarms=2)}),
        replace(base, load=0),
        replace(base, asked_at=NOW - timedelta(days=5)),
        replace(base, asked_at=None),
        replace(base, pod_skills=frozenset({"billing"})),
    ):
        assert order(base, replace(better, person="z")) == ("z", "b")


def test_what_is_claimed_counts_below_what_is_confirmed() -> None:
    """A claimed master ranks behind a confirmed learner."""
    assert order(Standing(person="a", skills=only_claimed(5)), Standing(person="b", skills=sure(1))) == ("b", "a")
    (found,) = ranked(BILLING, [Standing(person="a", skills=only_claimed(5))], NOW).found
    assert words(found.reasons[0]) == "billing 5, claimed"


def test_the_reasons_are_told() -> None:
    """Skill, clock, load, when last asked: weightless ones too."""
    known = {"billing": Evidence(source="confirmed", level=4, by="lea", swarms=2)}
    one = Standing(person="a", skills=known, local_time="14:00", load=1, max_load=3, asked_at=NOW - timedelta(days=3))
    (found,) = ranked(BILLING, [one], NOW).found
    assert [words(reason) for reason in found.reasons] == [
        "billing 4, confirmed, 2 swarms solved",
        "14:00 there",
        "has room for more",
        "last asked 3 days ago",
    ]


def test_who_is_passed_over_and_why_not() -> None:
    """Asleep, away, full, speaking another language, below the level; who has nothing of it is not mentioned."""
    wanted = Wanted(needs=(Need(skill="billing", least=3),), languages=("de",))
    fits = Standing(person="", skills=sure(4), languages=("de", "en"))
    people = [
        replace(fits, person="asleep", quiet=True, local_time="02:10"),
        replace(fits, person="away", away_until=NOW + timedelta(days=1)),
        replace(fits, person="busy", load=3),
        replace(fits, person="english", languages=("en",)),
        replace(fits, person="learning", skills=sure(2)),
        replace(fits, person="nothing", skills={}),
        replace(fits, person="fits"),
    ]
    ranking = ranked(wanted, people, NOW)
    assert [one.person for one in ranking.found] == ["fits"]
    assert {one.person: words(one.why) for one in ranking.passed_over} == {
        "asleep": "02:10 there, in quiet hours",
        "away": "away until Wed 4 Mar, 13:00 UTC",
        "busy": "is busy with other swarms",
        "english": "does not speak de",
        "learning": "billing 2, 3 is wanted",
    }
    assert set(ranking.order) == {"fits", "asleep", "away", "busy"}


def test_skills_nobody_has_are_named() -> None:
    """At the level wanted, in the pod wanted."""
    people = [Standing(person="a", skills=sure(2), pods=("emea",))]
    assert ranked(Wanted(needs=(Need(skill="cobol"), Need(skill="billing"))), people, NOW).unmatched == (
        Need(skill="cobol"),
    )
    assert ranked(Wanted(needs=(Need(skill="billing", least=3),)), people, NOW).unmatched
    assert ranked(Wanted(needs=BILLING.needs, pod="apac"), people, NOW).unmatched


def test_learners_have_time_and_would_like_to() -> None:
    """Somebody who can do it already is no learner."""
    people = [
        Standing(person="a", skills=sure(2), interests=("billing",)),
        Standing(person="b", interests=("billing",)),
        Standing(person="c", interests=("billing",), quiet=True),
        Standing(person="d"),
    ]
    assert ranked(BILLING, people, NOW).learners == ("b",)


def test_the_fewest_who_can_do_it_all_together() -> None:
    """Two beat three, one makes it unnecessary, and what nobody has makes it impossible."""
    needs = tuple(Need(skill=skill) for skill in ("a", "b", "c"))

    def has(person: str, *skills: str, score: int = 10) -> Found:
        return Found(person=person, score=score, because=(), covers=frozenset(skills))

    three = [has("1", "a", score=50), has("2", "b", score=50), has("3", "c", score=50)]
    assert cover(needs, three) == ("1", "2", "3")
    assert cover(needs, [*three, has("4", "a", "b")]) == ("3", "4")
    assert cover(needs, [*three, has("5", "a", "b", "c")]) == ()
    assert cover(needs, three[:2]) == ()
    assert cover(needs[:1], three) == ()


def test_who_has_all_of_it_goes_first() -> None:
    """Before two who have a half each."""
    wanted = Wanted(needs=(Need(skill="billing"), Need(skill="tax")))
    both = {"billing": Evidence(level=1), "tax": Evidence(level=1)}
    ranking = ranked(wanted, [Standing(person="a", skills=sure(5)), Standing(person="b", skills=both, load=2)], NOW)
    assert ranking.order == ("b", "a")
    assert ranking.cover == ()


EVIDENCE = st.builds(
    Evidence,
    level=st.integers(0, 5),
    claimed=st.integers(0, 5),
    swarms=st.integers(0, 9),
    source=st.sampled_from(["file", "confirmed", "earned"]),
)
STANDING = st.builds(
    Standing,
    person=st.sampled_from("abcdefgh"),
    skills=st.dictionaries(st.sampled_from(["billing", "tax"]), EVIDENCE),
    languages=st.sets(st.sampled_from(["de", "en"])).map(tuple),
    quiet=st.booleans(),
    away_until=st.sampled_from([None, NOW - timedelta(days=1), NOW + timedelta(days=1)]),
    load=st.integers(0, 4),
    max_load=st.integers(0, 4),
    asked_at=st.none() | st.integers(0, 20).map(lambda days: NOW - timedelta(days=days)),
    interests=st.sets(st.sampled_from(["billing", "tax"])).map(tuple),
)
PEOPLE = st.lists(STANDING, max_size=8, unique_by=lambda one: one.person)
WANTED = st.builds(
    Wanted,
    needs=st.lists(
        st.builds(Need, skill=st.sampled_from(["billing", "tax"]), least=st.integers(1, 3)),
        min_size=1,
        max_size=2,
        unique_by=lambda one: one.skill,
    ).map(tuple),
    languages=st.sampled_from([(), ("de",)]),
)


@settings(max_examples=50, deadline=None)
@given(wanted=WANTED, people=PEOPLE, seed=st.randoms())
def test_the_same_people_give_the_same_ranking(wanted: Wanted, people: list[Standing], seed: object) -> None:
    """In whatever order they come."""
    shuffled = list(people)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ranked(wanted, people, NOW) == ranked(wanted, shuffled, NOW)


@settings(max_examples=50, deadline=None)
@given(wanted=WANTED, people=PEOPLE)
def test_every_place_is_explained(wanted: Wanted, people: list[Standing]) -> None:
    """Scores are the sums of their reasons, fall from first to last, and nobody is in two lists."""
    ranking: Ranking = ranked(wanted, people, NOW)
    for one in ranking.found:
        assert one.score == sum(reason.points for reason in one.because)
        assert one.covers
    assert [one.score for one in ranking.found] == sorted((one.score for one in ranking.found), reverse=True)
    listed = [one.person for one in (*ranking.found,)] + [one.person for one in ranking.passed_over]
    assert len(set(listed)) == len(listed)
    assert not set(ranking.learners) & set(ranking.order)


@settings(max_examples=50, deadline=None)
@given(wanted=WANTED, people=PEOPLE)
def test_nobody_is_woken_while_somebody_is_awake(wanted: Wanted, people: list[Standing]) -> None:
    """Whoever rests comes behind everybody who may be asked."""
    by_id = {one.person: one for one in people}

    def rests(person: str) -> bool:
        one = by_id[person]
        return one.quiet or one.load >= one.max_load or (one.away_until is not None and one.away_until > NOW)

    ranking = ranked(wanted, people, NOW)
    assert not any(rests(one.person) for one in ranking.found)
    assert [rests(person) for person in ranking.order] == sorted(rests(person) for person in ranking.order)


@settings(max_examples=50, deadline=None)
@given(others=PEOPLE, one=STANDING, more=st.integers(1, 4))
def test_better_evidence_never_ranks_lower(others: list[Standing], one: Standing, more: int) -> None:
    """All else equal: a higher level, a confirmation, a swarm more."""
    known = one.skills.get("billing", Evidence(level=1))
    rest = [other for other in others if other.person != one.person]
    before = replace(one, skills={**one.skills, "billing": known})
    if before.person not in order(*rest, before):
        return
    place = order(*rest, before).index(one.person)
    for better in (
        replace(known, level=min(known.level + more, 5)),
        replace(known, level=max(known.level, known.claimed), claimed=0, source="confirmed"),
        replace(known, swarms=known.swarms + more),
    ):
        assert order(*rest, replace(before, skills={**one.skills, "billing": better})).index(one.person) <= place
