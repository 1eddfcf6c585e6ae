import threading
import time
from datetime import datetime, timedelta

import pytest

from tandem.entities.declaration import System
from tandem.entities.state import Fault
from tandem.errors import StoreUnavailable
from tandem.ingress.outage import Outage
from tandem.ingress.waker import Waker
from tandem.store import Drain, Event, Store
from tandem.store.manners import pauses
from tandem.store.pauses import Failure
from tandem.values import utc_now

SOON = timedelta(minutes=1)


class Bell:
    """Notes for which entities it was rung."""

    def __init__(self, fault: Exception | None = None, unneeded: int = 0) -> None:
        self.rung: list[frozenset[str]] = []
        self.fault = fault
        self.unneeded = unneeded
        self.changed = threading.Condition()

    def __call__(self, entities: frozenset[str]) -> str | None:
        with self.changed:
            self.rung.append(entities)
            self.changed.notify_all()
        if self.fault:
            raise self.fault
        return None if len(self.rung) <= self.unneeded else "a run"

    def times(self, n: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: len(self.rung) >= n, 10)


def waking(store: Store, bell: Bell, pause: float = 0.0, failures: list[int] | None = None) -> Waker:
    failed = (lambda: failures.append(1)) if failures is not None else (lambda: None)
    return Waker(bell, store, "main", failed, pause)


def test_a_drain_is_woken_when_none_is_up(store: Store) -> None:
    bell = Bell()
    waker = waking(store, bell)
    waker.notify(frozenset({"order"}))
    assert bell.times(1)
    waker.stop()
    assert bell.rung == [frozenset({"order"})]


def test_only_what_no_drain_takes_is_woken(store: Store) -> None:
    store.drains.enter("a", {"order"}, utc_now() + SOON, connection="main")
    store.drains.enter("b", {"shipment"}, utc_now() + SOON, connection="other")
    store.drains.enter("late", {"customer"}, utc_now() - SOON, connection="main")
    bell = Bell()
    waker = waking(store, bell)
    waker.notify(frozenset({"order"}))
    waker.notify(frozenset({"order", "shipment", "customer"}))
    assert bell.times(1)
    waker.stop()
    assert frozenset().union(*bell.rung) == {"shipment", "customer"}


def test_a_burst_is_one_wake_up(store: Store) -> None:
    bell = Bell()
    waker = waking(store, bell, pause=60.0)
    for n in range(50):
        waker.notify(frozenset({"order" if n % 2 else "customer"}))
        if n == 0:
            assert bell.times(1)
    waker.stop()
    assert len(bell.rung) == 1


def test_what_came_during_the_pause_is_seen_to_after_it(store: Store) -> None:
    bell = Bell()
    waker = waking(store, bell, pause=0.05)
    waker.notify(frozenset({"order"}))
    assert bell.times(1)
    waker.notify(frozenset({"customer"}))
    assert bell.times(2)
    waker.stop()
    assert bell.rung == [frozenset({"order"}), frozenset({"customer"})]


def test_while_one_is_on_its_way_it_is_looked_at_again(store: Store) -> None:
    """The run that is coming up, or about to end, may not take what came last."""
    bell = Bell(unneeded=2)
    waker = waking(store, bell)
    waker.notify(frozenset({"order"}))
    assert bell.times(3)
    waker.stop()
    assert bell.rung == [frozenset({"order"})] * 3


def test_a_wake_up_that_fails_is_counted_and_tried_again_without_another_event(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    bell, failures = Bell(OSError("no Prefect server")), []
    waker = waking(store, bell, failures=failures)
    waker.notify(frozenset({"order"}))
    assert bell.times(2)
    waker.stop()
    assert len(failures) >= 2
    assert bell.rung[:2] == [frozenset({"order"})] * 2
    assert "no drain could be woken" in caplog.text


class Looked:
    """A store that notes how often somebody looked whether a drain is up."""

    def __init__(self, store: Store, looks: list[int]) -> None:
        self.pauses = store.pauses
        self.inbox = store.inbox
        self.drains = self
        self._store = store
        self._looks = looks

    def up(self, now: datetime, connection: str) -> list[Drain]:
        self._looks.append(1)
        return self._store.drains.up(now, connection)


def away(store: Store, system: System, seconds: float) -> None:
    """A side is away; it is looked for again after so many seconds."""
    failure = Failure(
        connection="main",
        system=system,
        owner="a drain",
        at=utc_now(),
        reason="no answer",
        fault=Fault.TRANSIENT,
        retry_after=None,
        lasting=True,
    )
    store.pauses.note(failure, lambda _failures: seconds)


def test_while_a_side_is_away_nothing_is_woken_that_could_only_wait(store: Store) -> None:
    away(store, System.SAGEPRO, 3600.0)
    bell = Bell()
    looks: list[int] = []
    waker = waking(Looked(store, looks), bell, pause=0.01)  # type: ignore[arg-type]
    waker.notify(frozenset({"order"}))
    while len(looks) < 3:
        time.sleep(0.005)
    assert bell.rung == []
    store.database.write(lambda tx: tx.execute(pauses.update().values(ended_at=utc_now())))
    assert bell.times(1), "it is remembered, and woken as soon as the side is back"
    waker.stop()
    assert bell.rung == [frozenset({"order"})]


def test_when_the_time_of_a_pause_is_over_a_run_is_woken_to_look(store: Store) -> None:
    away(store, System.SAGEPRO, -1.0)
    bell = Bell()
    waker = waking(store, bell)
    waker.notify(frozenset({"order"}))
    assert bell.times(1)
    waker.stop()


def test_a_coroutine_function_may_do_the_waking(store: Store) -> None:
    rung = threading.Event()

    async def ring(entities: frozenset[str]) -> str:
        assert entities == {"order"}
        rung.set()
        return "a run"

    waker = Waker(ring, store, "main", lambda: None, 0.0)
    waker.notify(frozenset({"order"}))
    assert rung.wait(10)
    waker.stop()


def test_what_events_released_is_woken_for_as_well(store: Store) -> None:
    """An order that was cancelled before it was entered: the word for stock was stored along with its event."""
    released = Event(
        connection="main", company="01", source=System.SAGEPRO, event_id="released:1", event_type="stock.released",
        entity="stock", key="ABC-1|MAIN", received_at=utc_now(),
    )  # fmt: skip
    store.inbox.put([released])
    bell = Bell()
    waker = waking(store, bell)
    waker.notify(frozenset({"order"}))
    assert bell.times(1)
    waker.stop()
    assert bell.rung == [frozenset({"order", "stock"})]


def test_nothing_to_wake_starts_nothing(store: Store) -> None:
    bell = Bell()
    waker = waking(store, bell)
    waker.notify(frozenset())
    waker.stop()
    waker.notify(frozenset({"order"}))
    assert bell.rung == []


def test_case_173_an_outage_is_one_alarm_at_once_and_one_alert_afterwards(store: Store) -> None:
    told: list[tuple[str, str]] = []
    outage = Outage(store, "main", lambda title, text: told.append((title, text)))
    outage.over()
    for _ in range(3):
        outage.began(StoreUnavailable("database or disk is full"))
    assert [title for title, _ in told] == ["Tandem cannot store webhooks"]
    assert "disk is full" in told[0][1]
    assert store.alerts.pending() == []
    outage.over()
    outage.over()
    (alert,) = store.alerts.pending()
    assert (alert.key, "disk is full" in alert.text) == ("store-unavailable", True)
    outage.began(StoreUnavailable("again"))
    assert len(told) == 2


def test_an_alarm_that_fails_stops_nothing(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_title: str, _text: str) -> None:
        raise OSError("no mail server")

    outage = Outage(store, "main", broken)
    outage.began(StoreUnavailable("locked"))
    assert "the alarm could not be given" in caplog.text


def test_an_outage_goes_on_record_as_soon_as_the_store_lets_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object) -> bool:
        raise StoreUnavailable("locked")

    outage = Outage(store, "main", None)
    outage.began(StoreUnavailable("locked"))
    with monkeypatch.context() as patch:
        patch.setattr(store.alerts, "add", locked)
        outage.over()
    assert store.alerts.pending() == []
    outage.over()
    assert len(store.alerts.pending()) == 1
