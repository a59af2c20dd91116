"""Lists lose nothing, repeat nothing, and put the most pressing first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.cases.listing import Sort, Wanted, fits, left, ordered, page, understood
from chatops.ports.tickets import Clock, Customer, Priority, Ref, Status, Ticket, Version

NOW = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)


def ticket(number: int, priority: Priority, minutes: int | None, status: Status = Status.OPEN) -> Ticket:
    """Return a case whose clock ends in so many minutes."""
    clocks = (Clock(name="x", state="running", due=NOW + timedelta(minutes=minutes)),) if minutes is not None else ()
    return Ticket(
        ref=Ref(system="demo", kind="ticket", id=str(number)),
        subject=f"Case {number}",
        status=status,
        vendor_status=str(status),
        priority=priority,
        version=Version(token="1"),
        created_at=NOW - timedelta(minutes=number),
        updated_at=NOW,
        customer=Customer(
            ref=Ref(system="demo", kind="account", id="a"), name="ACME", segment="Key account", country="DE"
        ),
        clocks=clocks,
        tags=("billing",),
    )


TICKETS = st.lists(
    st.builds(
        ticket,
        st.integers(1, 500),
        st.sampled_from(Priority),
        st.one_of(st.none(), st.integers(-600, 600)),
        st.sampled_from(Status),
    ),
    max_size=40,
    unique_by=lambda one: one.ref.id,
)


@given(TICKETS, st.sampled_from(Sort), st.integers(1, 9))
@settings(max_examples=50)
def test_the_pages_together_are_the_list(tickets: list[Ticket], sort: Sort, size: int) -> None:
    """Whatever the order; a page outside is the nearest there is."""
    everything = ordered(tickets, sort, NOW)
    pages = [page(everything, number, size=size) for number in range(1, page(everything, 1, size=size).pages + 1)]
    assert [one for each in pages for one in each.items] == everything
    assert page(everything, 999, size=size) == pages[-1]
    assert page(everything, -1, size=size) == pages[0]


@given(TICKETS)
@settings(max_examples=50)
def test_the_least_time_comes_first_then_priority(tickets: list[Ticket]) -> None:
    """What has no clock comes last; the order does not depend on how they came."""
    found = ordered(tickets, Sort.SLA, NOW)
    assert [left(one, NOW) for one in found] == sorted(left(one, NOW) for one in tickets)
    assert found == ordered(reversed(tickets), Sort.SLA, NOW)
    ranks = list(Priority)
    by_priority = ordered(tickets, Sort.PRIORITY, NOW)
    assert [ranks.index(one.priority) for one in by_priority] == sorted(ranks.index(one.priority) for one in tickets)


@given(TICKETS)
@settings(max_examples=30)
def test_without_a_status_only_open_ones_are_wanted(tickets: list[Ticket]) -> None:
    """With one, only those in it."""
    assert [one for one in tickets if fits(one, Wanted())] == [one for one in tickets if one.open]
    closed = Wanted(statuses=frozenset({Status.CLOSED}))
    assert all(one.status is Status.CLOSED for one in tickets if fits(one, closed))


def test_what_is_typed_is_taken_apart() -> None:
    """Selectors by name in three languages; everything else is searched for."""
    words = understood("mine pod:emea-1 land:DE thema:billing refund loops re:invent")
    assert (words.mine, words.pod, words.country, words.topic) == (True, "emea-1", "DE", "billing")
    assert words.text == "refund loops re:invent"
    one = ticket(1, Priority.HIGH, 5)
    assert fits(one, Wanted(country="de", topic="Bill", segment="key"))
    assert not fits(one, Wanted(country="NL"))
    assert not fits(one, Wanted(owners=frozenset({("demo", "anna")})))
