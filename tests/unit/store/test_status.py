from datetime import timedelta

from tandem.entities.declaration import System
from tandem.entities.state import Outcome, State, held
from tests.unit.store.conftest import START, Desk, applied


def test_an_empty_store_says_so(desk: Desk) -> None:
    status = desk.store.status(START)
    assert (status.counts, status.waiting, status.counters, status.drains) == ({}, {}, {}, ())
    assert (status.oldest_waiting, status.lag_seconds, status.open_letters, status.leased) == (None, 0.0, 0, 0)


def test_everything_is_told_at_a_glance(desk: Desk) -> None:
    desk.put("1", "2", "3", "4", "5")
    desk.put("s", entity="shipment", source=System.SAGEPRO, event_type="shipment.created")
    one, two, three, _ = desk.claim(limit=4)
    desk.settle([one], applied())
    desk.settle([two], held("a name is too long"))
    desk.settle([three], Outcome(state=State.RETRY, retry_at=START + timedelta(minutes=5)))
    desk.store.counters.add("main", "refused clarity timestamp", 2)
    desk.store.alerts.add("main", "k", "t", "x", START)
    desk.store.drains.enter("a", {"order"}, START + timedelta(minutes=1), now=START)
    status = desk.store.status(desk.later(seconds=30))
    assert status.counts == {
        "main": {
            "order": {State.APPLIED: 1, State.HELD: 1, State.RETRY: 1, State.WAITING: 2},
            "shipment": {State.WAITING: 1},
        }
    }
    assert status.waiting == {"main": {"order": 1, "shipment": 1}}
    assert (status.leased, status.postponed, status.open_letters, status.unsent_alerts) == (1, 1, 1, 1)
    assert (status.oldest_waiting, status.lag_seconds) == (START, 30.0)
    assert status.counters == {"main": {"refused clarity timestamp": 2}}
    assert [drain.owner for drain in status.drains] == ["a"]


def test_the_counts_agree_with_the_records(desk: Desk) -> None:
    outcomes = [applied(), held("x"), Outcome(state=State.NOOP), Outcome(state=State.STALE), applied()]
    for turn in range(4):
        desk.put("1", "2", "3", "4", "5")
        for n, taken in enumerate(desk.claim()):
            desk.settle([taken], outcomes[(n + turn) % 5])
    counted = {State(state): n for state, n in desk.rows("SELECT state, count(*) FROM records GROUP BY state")}
    assert desk.store.status(desk.now).counts == {"main": {"order": counted}}
    assert sum(counted.values()) == 5


def test_an_expired_lease_counts_as_waiting(desk: Desk) -> None:
    desk.put("1")
    desk.claim()
    assert desk.store.status(desk.now).leased == 1
    status = desk.store.status(desk.later(seconds=61))
    assert (status.leased, status.postponed, status.waiting) == (0, 0, {"main": {"order": 1}})
