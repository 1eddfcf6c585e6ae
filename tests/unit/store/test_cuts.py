"""A record under which the process dies comes back with each lease: it must not take others with it for ever."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.state import Fault, Outcome, State, dead
from tandem.store.claims import ALONE_AFTER, _together
from tests.unit.store.conftest import Desk, applied

RETRY = Outcome(state=State.RETRY, retry_at=None)


def dies(desk: Desk, limit: int = 100) -> list[str]:
    """A drain claims, and its process ends; gives what it held."""
    keys = [message.key for message in desk.claim(limit=limit)]
    desk.later(seconds=61)
    return keys


def test_the_more_often_it_was_cut_the_fewer_go_with_a_record(desk: Desk) -> None:
    desk.put(*(f"{number:03d}" for number in range(100)))
    assert [len(dies(desk)) for _ in range(6)] == [100, 100, 25, 6, 1, 1]
    (first,) = desk.claim()
    assert (first.key, first.cuts, first.attempts) == ("000", 6, 6)


def test_after_two_restarts_a_full_batch_does_not_go_one_by_one(desk: Desk) -> None:
    desk.put(*(f"{number:03d}" for number in range(100)))
    dies(desk)
    dies(desk)
    passes = 0
    while taken := desk.claim(limit=100):
        desk.settle(taken, applied())
        passes += 1
    assert passes == 4


@given(deaths=st.integers(2, 12), limit=st.integers(1, 500))
def test_whatever_the_size_of_a_batch_a_record_is_alone_in_time(deaths: int, limit: int) -> None:
    rows = [SimpleNamespace(cuts=deaths) for _ in range(limit)]
    taken = len(_together(rows, limit))
    assert taken == 1 if deaths >= ALONE_AFTER else 1 <= taken <= max(1, limit // 4)


def test_what_never_cut_anybody_goes_together_past_it(desk: Desk) -> None:
    desk.put("bad")
    dies(desk)
    dies(desk)
    desk.put("1", "2")
    assert [m.key for m in desk.claim()] == ["bad"], "it is the oldest, and goes alone"
    assert [m.key for m in desk.claim()] == ["1", "2"]


def test_only_the_one_that_kills_goes_on_counting(desk: Desk) -> None:
    """A batch of three is killed four times by one of them; alone, the others go through."""
    desk.put("1", "bad", "3")
    deaths = 0
    gone: list[str] = []
    while deaths < 6:
        taken = desk.claim()
        if [m.key for m in taken] == ["bad"]:
            beside = desk.claim("another")  # while the lease of the dead one runs, others go on
            desk.settle(beside, applied(), "another")
            gone += [m.key for m in beside]
        if any(m.key == "bad" for m in taken):
            deaths += 1
            desk.later(seconds=61)
        else:
            desk.settle(taken, applied())
            gone += [m.key for m in taken]
    assert gone == ["1", "3"]
    (bad,) = desk.claim()
    assert (bad.key, bad.cuts) == ("bad", 6)


def test_a_pass_that_came_to_an_end_begins_the_count_anew(desk: Desk) -> None:
    desk.put("1")
    dies(desk)
    dies(desk)
    desk.settle(desk.claim(), RETRY)
    desk.later(minutes=10)
    (message,) = desk.claim()
    assert message.cuts == 0


def test_what_is_given_back_in_order_is_no_cut_even_if_it_counts_as_an_attempt(desk: Desk) -> None:
    desk.put("1")
    (message,) = desk.claim("a")
    desk.store.inbox.release("a", *message.ids, now=desk.now, attempts=1)
    (message,) = desk.claim("b")
    assert (message.attempts, message.cuts) == (1, 0)


def test_what_broke_on_its_way_is_looked_up_before_a_later_event_writes_it(desk: Desk) -> None:
    desk.through("1", outcome=dead("TypeError: of no use", fault=Fault.UNKNOWN))
    desk.put("1")
    (message,) = desk.claim()
    assert message.attempts == 0, "a new event begins anew"
    assert desk.store.ledger.known("main", "order", ["1"])["1"].perhaps_sent
    desk.settle([message], applied())
    assert not desk.store.ledger.known("main", "order", ["1"])["1"].perhaps_sent
