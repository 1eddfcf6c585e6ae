import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tandem.entities.declaration import System
from tandem.entities.state import Fault, Outcome, State
from tandem.store import Store
from tests.unit.store.conftest import START, Desk, applied

RETRY = Outcome(state=State.RETRY, reason="down", fault=Fault.TRANSIENT, retry_at=START + timedelta(minutes=10))


def test_all_that_waits_for_a_key_is_one_message(desk: Desk) -> None:
    desk.put("1", version="2", body={"n": 1}, event_type="order.created")
    desk.later(seconds=1)
    desk.put("2")
    desk.later(seconds=1)
    desk.put("1", version="10", body={"n": 2})
    desk.put("1", version="9")
    first, second = desk.claim()
    assert (first.key, second.key) == ("1", "2")
    assert len(first.ids) == 3
    assert list(first.ids) == sorted(first.ids)
    assert (first.first_received_at, first.received_at) == (START, START + timedelta(seconds=2))
    assert (first.version, first.body, first.event_type) == ("10", {"n": 2}, "order.updated")


def test_the_oldest_goes_first_and_live_traffic_before_a_backfill(desk: Desk) -> None:
    desk.put("back", priority=-1)
    desk.later(seconds=1)
    desk.put("3")
    desk.later(seconds=1)
    desk.put("2")
    desk.put("back")
    assert [m.key for m in desk.claim(limit=2)] == ["back", "3"]
    desk.later(seconds=1)
    desk.put("urgent", priority=5)
    assert [m.key for m in desk.claim()] == ["urgent", "2"]


def test_a_key_that_is_leased_is_not_given_again_and_its_new_events_wait(desk: Desk) -> None:
    desk.put("1")
    (mine,) = desk.claim("a")
    desk.later(seconds=1)
    desk.put("1")
    assert desk.claim("b") == []
    assert desk.store.inbox.waiting("main", now=desk.now) == 0
    desk.settle([mine], applied(), "a")
    (again,) = desk.claim("b")
    assert again.ids[0] > mine.ids[-1]
    assert (again.attempts, again.first_received_at) == (0, desk.now)


def test_case_049_the_lease_of_a_dead_worker_expires_and_its_job_runs_again(desk: Desk) -> None:
    desk.put("1")
    (first,) = desk.claim("dead")
    desk.later(seconds=59)
    assert desk.claim("b") == []
    desk.later(seconds=1)
    (second,) = desk.claim("b")
    assert second.ids == first.ids
    assert second.attempts == 1, "a pass that was cut off counts: the target must be asked before a second write"
    report = desk.settle([first], applied("late"), "dead")
    assert (report.settled, report.lost) == (0, (first,))
    assert desk.record().state == State.WAITING
    assert desk.settle([second], applied("1001"), "b").settled == 1
    assert (desk.record().target, len(desk.store.ledger.history("main", "order", "1"))) == ("1001", 1)


def test_a_lease_that_was_extended_does_not_expire(desk: Desk) -> None:
    desk.put("1", "2")
    first, _ = desk.claim("a")
    desk.later(seconds=50)
    assert desk.store.inbox.extend("a", *first.ids, lease_seconds=60, now=desk.now) == 1
    assert desk.store.inbox.extend("b", lease_seconds=60, now=desk.now) == 0
    desk.later(seconds=20)
    assert [m.key for m in desk.claim("b")] == ["2"]
    assert desk.store.inbox.extend("a", lease_seconds=60, now=desk.now) == 1


def test_what_is_released_keeps_its_place_and_counts_no_attempt(desk: Desk) -> None:
    desk.put("1", "2", "3")
    taken = desk.claim("a")
    assert desk.store.inbox.release("a", *taken[2].ids, now=desk.now) == 1
    assert [m.key for m in desk.claim("b")] == ["3"]
    assert desk.store.inbox.release("a", now=desk.now) == 2
    desk.later(seconds=1)
    desk.put("4")
    assert [(m.key, m.attempts) for m in desk.claim("b")] == [("1", 0), ("2", 0), ("4", 0)]


def test_a_record_comes_back_at_its_time_and_not_before(desk: Desk) -> None:
    desk.put("1")
    desk.settle(desk.claim(), RETRY)
    desk.later(minutes=9)
    assert desk.claim() == []
    desk.later(minutes=1)
    assert desk.store.inbox.waiting("main", now=desk.now) == 1
    (message,) = desk.claim()
    assert message.attempts == 1
    assert message.first_received_at == START


def test_a_new_event_does_not_shorten_a_back_off(desk: Desk) -> None:
    desk.put("1")
    desk.settle(desk.claim(), RETRY)
    desk.put("1")
    assert desk.claim() == []
    desk.later(minutes=10)
    (message,) = desk.claim()
    assert len(message.ids) == 2


def test_a_new_event_wakes_what_is_parked(desk: Desk) -> None:
    desk.put("1")
    desk.settle(desk.claim(), Outcome(state=State.PARKED, retry_at=START + timedelta(hours=1)))
    assert desk.claim() == []
    desk.put("1")
    assert len(desk.claim()[0].ids) == 2


def test_attempts_count_the_same_trouble_only(desk: Desk) -> None:
    parked = Outcome(state=State.PARKED, retry_at=START)
    unknown = Outcome(state=State.UNKNOWN, retry_at=START)
    retry = Outcome(state=State.RETRY, retry_at=START)
    desk.put("1")
    seen = []
    for outcome in (parked, parked, parked, retry, unknown, retry, parked):
        (message,) = desk.claim()
        seen.append(message.attempts)
        desk.settle([message], outcome)
    assert seen == [0, 1, 2, 3, 1, 2, 3]


def test_only_some_keys_can_be_asked_for(desk: Desk) -> None:
    desk.put("1", "2", "3")
    assert [m.key for m in desk.claim(keys=["2", "9"])] == ["2"]
    assert desk.claim(keys=[]) == []


def test_lanes_do_not_mix(desk: Desk) -> None:
    desk.put("1")
    desk.put("1", entity="customer", event_type="customer.created")
    desk.put("1", entity="shipment", source=System.SAGEPRO)
    assert [m.entity for m in desk.claim()] == ["order"]
    assert [m.entity for m in desk.claim(entity="shipment", source=System.SAGEPRO)] == ["shipment"]
    assert desk.claim(entity="shipment") == []
    assert desk.store.inbox.waiting("main", now=desk.now) == 1
    assert desk.store.inbox.waiting("main", "customer", now=desk.now) == 1
    assert desk.store.inbox.waiting("other", now=desk.now) == 0


def test_waiting_counts_no_further_than_asked(desk: Desk) -> None:
    desk.put(*(str(n) for n in range(20)))
    assert desk.store.inbox.waiting("main", "order", now=desk.now) == 20
    assert desk.store.inbox.waiting("main", "order", now=desk.now, at_most=5) == 5


def test_two_claimers_never_share_a_key(desk: Desk) -> None:
    keys = [str(n % 50) for n in range(400)]
    for start in range(0, 400, 100):
        desk.put(*keys[start : start + 100])
    stores = [Store.open(desk.url) for _ in range(3)]
    barrier = threading.Barrier(3)
    got: dict[str, list[str]] = {"0": [], "1": [], "2": []}

    def work(owner: str) -> None:
        store = stores[int(owner)]
        barrier.wait()
        while messages := store.inbox.claim(
            "main", "order", System.CLARITY, limit=4, owner=owner, lease_seconds=60, now=desk.now
        ):
            got[owner] += [m.key for m in messages]

    threads = [threading.Thread(target=work, args=(owner,)) for owner in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    everything = [message for taken in got.values() for message in taken]
    left = desk.claim("rest")
    assert sorted([*everything, *(m.key for m in left)]) == sorted({*keys})


def settle_until(desk: Desk, store: Store, owner: str, done: threading.Event, settled: list[int]) -> None:
    """A drain that goes on until nothing waits and nothing comes any more."""
    mine = Desk(store, desk.url)
    while True:
        last = done.is_set()
        messages = mine.claim(owner, limit=2)
        if not messages and last:
            return
        assert not mine.settle(messages, applied(), owner).lost
        settled.extend(number for message in messages for number in message.ids)


def test_claims_and_intake_at_once_lose_nothing(desk: Desk) -> None:
    """Events keep coming for the same few keys while two drains claim and settle them."""
    events = [desk.event(str(n % 5)) for n in range(150)]
    done, settled = threading.Event(), []
    stores = [Store.open(desk.url) for _ in range(3)]

    def feed() -> None:
        for start in range(0, 150, 5):
            stores[2].inbox.put(events[start : start + 5])
        done.set()

    with ThreadPoolExecutor() as pool:
        work = [pool.submit(settle_until, desk, stores[n], f"drain {n}", done, settled) for n in range(2)]
        work.append(pool.submit(feed))
        for one in work:
            one.result()
    for store in stores:
        store.close()
    settled.extend(number for message in desk.claim() for number in message.ids)
    assert len(settled) == len(set(settled)) == 150


@pytest.mark.parametrize("versions", [("2", "10"), ("2026-01-01T00:00:00Z", "2026-01-01T02:00:00+01:00")])
def test_the_newest_version_is_the_greatest_number_or_the_latest_time(desk: Desk, versions: tuple[str, str]) -> None:
    for version in (versions[1], versions[0]):
        desk.put("1", version=version)
    assert desk.claim()[0].version == versions[1]


def test_an_event_without_a_version_is_not_made_old_by_another_that_waits(desk: Desk) -> None:
    """A release has no version: folded with the late word of a sweep it must not end as older than what is known."""
    desk.put("1", version="3")
    desk.put("1", version=None)
    assert desk.claim()[0].version is None
