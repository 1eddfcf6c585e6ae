"""The rate budget of a side: a law that holds however many drains ask, in whatever order and however late."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Thread
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.store import Store
from tandem.store.budgets import Place, Rate
from tests.unit.store.conftest import START, Desk

TWICE = Rate(per_second=2, burst=3)


def take(desk: Desk, rate: Rate = TWICE, **given: float) -> Place:
    values = {"calls": 1, "longest": 3600.0} | given
    return desk.store.budgets.take("main", "clarity", rate, now=desk.now, **values)  # type: ignore[arg-type]


def test_a_burst_goes_at_once_and_the_rest_at_the_rate(desk: Desk) -> None:
    assert [take(desk).wait for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]
    desk.later(seconds=60)
    assert [take(desk).wait for _ in range(4)] == [0, 0, 0, 0.5], "a silence saves up no more than the burst"


def test_each_side_and_connection_has_its_own(desk: Desk) -> None:
    for _ in range(4):
        take(desk)
    assert desk.store.budgets.take("main", "sagepro", TWICE, now=desk.now).wait == 0
    assert desk.store.budgets.take("west", "clarity", TWICE, now=desk.now).wait == 0


def test_several_calls_are_taken_together(desk: Desk) -> None:
    assert take(desk, calls=3).wait == 0
    assert take(desk, calls=2).wait == 1.0
    assert take(desk, calls=7).wait == 4.5, "more than the burst: its last call is what must fit"


def test_a_place_that_is_too_far_away_is_not_taken(desk: Desk) -> None:
    for _ in range(5):
        take(desk)
    assert take(desk, longest=1.0) == Place(taken=False, wait=1.5)
    assert take(desk, longest=1.0) == Place(taken=False, wait=1.5), "nor paid for"
    assert take(desk, longest=1.5) == Place(taken=True, wait=1.5)


def test_case_029_a_pause_that_was_asked_for_holds_for_all(desk: Desk) -> None:
    take(desk)
    desk.store.budgets.forward("main", "clarity", TWICE, until=START + timedelta(seconds=30))
    assert [take(desk).wait for _ in range(3)] == [30.0, 30.5, 31.0], "no burst at its end"
    desk.store.budgets.forward("main", "clarity", TWICE, until=START + timedelta(seconds=10))
    assert take(desk).wait == 31.5, "a shorter pause brings nobody forward"


def test_a_rate_that_does_not_divide_the_second_is_never_exceeded() -> None:
    assert Rate(per_second=3).interval == 333_334
    assert Rate(per_second=0.1).interval == 10_000_000


ASKED = st.lists(
    st.tuples(
        st.integers(0, 3),  # which drain
        st.integers(0, 400),  # how many milliseconds after the one before
        st.integers(1, 3),  # calls
    ),
    min_size=1,
    max_size=40,
)


@pytest.fixture
def four(url: str) -> Iterator[list[Store]]:
    stores = [Store.open(url) for _ in range(4)]
    yield stores
    for store in stores:
        store.close()


def crowded(admitted: list[datetime], rate: Rate) -> list[tuple[datetime, datetime, int]]:
    """The spans of time in which more was let through than the rate allows."""
    admitted = sorted(admitted)
    return [
        (first, last, count)
        for start, first in enumerate(admitted)
        for count, last in enumerate(admitted[start:], start=1)
        if count > rate.per_second * (last - first).total_seconds() + rate.burst + 1e-6
    ]


# the stores are shared by all examples on purpose: each has a connection, and so a budget, of its own
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=ASKED, per_second=st.sampled_from([0.5, 3.0, 7.0, 50.0]), burst=st.integers(3, 6))
def test_no_span_of_time_sees_more_than_the_rate_and_the_burst(
    four: list[Store], asked: list[tuple[int, int, int]], per_second: float, burst: int
) -> None:
    rate, now, admitted = Rate(per_second=per_second, burst=burst), START, list[datetime]()
    name = uuid4().hex
    for drain, later, calls in asked:
        now += timedelta(milliseconds=later)
        place = four[drain].budgets.take(name, "clarity", rate, now=now, calls=calls)
        admitted += [now + timedelta(seconds=place.wait)] * calls
    assert crowded(admitted, rate) == []


def test_drains_that_ask_at_the_same_time_share_one_budget(four: list[Store]) -> None:
    rate, admitted = Rate(per_second=10, burst=2), list[datetime]()

    def drain(store: Store) -> None:
        for _ in range(10):
            place = store.budgets.take("main", "clarity", rate, now=START)
            admitted.append(START + timedelta(seconds=place.wait))

    drains = [Thread(target=drain, args=(store,)) for store in four]
    for one in drains:
        one.start()
    for one in drains:
        one.join()
    assert len(admitted) == 40
    assert crowded(admitted, rate) == []
    assert max(admitted) == START + timedelta(seconds=3.8), "and nobody waits for longer than that takes"
