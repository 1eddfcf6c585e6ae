import threading
from datetime import timedelta
from decimal import Decimal

import pytest

from tandem.entities.declaration import System
from tandem.entities.state import State
from tandem.errors import SettingsError
from tandem.store import PutResult, Store
from tests.unit.store.conftest import START, Desk, applied


def test_events_are_stored_and_claimed_as_they_came(desk: Desk) -> None:
    body = {"orderId": "1", "totalAmount": Decimal("12.50"), "note": "Zoë 東京"}
    event = desk.event(version="7", body=body, occurred_at=START - timedelta(minutes=1))
    assert desk.store.inbox.put([event]) == PutResult(stored=1, duplicates=0)
    (message,) = desk.claim()
    assert (message.key, message.entity, message.source) == ("1", "order", System.CLARITY)
    assert (message.version, message.received_at, message.attempts) == ("7", START, 0)
    assert message.body == body
    assert str(message.body["totalAmount"]) == "12.50"


def test_case_001_the_same_event_twice_is_one_inbox_row(desk: Desk) -> None:
    event = desk.event()
    assert desk.store.inbox.put([event]) == PutResult(1, 0)
    assert desk.store.inbox.put([event]) == PutResult(0, 1)
    assert desk.store.inbox.put([event, event, desk.event()]) == PutResult(1, 2)
    assert desk.store.counters.all() == {("main", "duplicate events"): 3}
    (message,) = desk.claim()
    assert len(message.ids) == 2


def test_case_001_a_duplicate_after_settling_wakes_nobody(desk: Desk) -> None:
    event = desk.event()
    desk.store.inbox.put([event])
    desk.settle(desk.claim(), applied())
    desk.store.inbox.put([event])
    assert desk.store.inbox.waiting("main", now=desk.now) == 0
    assert desk.claim() == []


def test_case_002_the_same_event_from_two_receivers_at_once_is_one_job(desk: Desk) -> None:
    stores = [Store.open(desk.url) for _ in range(2)]
    events = [desk.event(str(n % 7)) for n in range(40)]
    barrier = threading.Barrier(2)
    results: list[PutResult] = []

    def deliver(store: Store, backwards: bool) -> None:
        barrier.wait()
        for start in range(0, 40, 8):
            some = events[start : start + 8]
            results.append(store.inbox.put(some[::-1] if backwards else some))

    threads = [threading.Thread(target=deliver, args=(stores[n], bool(n))) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert sum(result.stored for result in results) == 40
    assert sum(result.duplicates for result in results) == 40
    assert sum(len(message.ids) for message in desk.claim()) == 40


def test_case_016_an_unknown_type_is_stored_as_ignored_and_counted(desk: Desk) -> None:
    desk.put("1", entity=None, event_type="wishlist.shared")
    desk.put("2", entity=None, event_type="wishlist.shared")
    assert (
        desk.rows("SELECT event_type, state, reason, settled_at IS NULL FROM inbox")
        == [("wishlist.shared", "SKIPPED", "event type wishlist.shared is not used", 0)] * 2
    )
    assert desk.store.counters.all() == {("main", "ignored wishlist.shared"): 2}
    assert desk.store.status(desk.now).counts == {}


def test_an_event_that_nobody_uses_is_found_by_its_number(desk: Desk) -> None:
    desk.put("RET-1", entity=None, event_type="return.updated")
    desk.later(seconds=1)
    desk.put("RET-1", entity=None, event_type="return.updated")
    found = desk.store.inbox.unused([" RET-1 ", "RET-2"])
    assert {key: (event.state, event.received_at) for key, event in found.items()} == {"RET-1": (State.SKIPPED, START)}
    assert desk.store.inbox.unused(["RET-1"], "west") == {}


def test_an_event_that_names_no_record_goes_to_the_desk(desk: Desk) -> None:
    desk.store.inbox.put([desk.event(None, body={"total": 5}), desk.event("k" * 5000), desk.event("nul\x00")])
    letters = desk.store.letters.list()
    assert [letter.state for letter in letters] == [State.DEAD] * 3
    assert letters[0].reason == "the event carries no orderId: nobody can say which order it means"
    assert letters[0].payload == {"total": 5}
    assert letters[1].reason == "orderId is no usable number: at most 200 characters of text"
    assert desk.claim() == []
    assert desk.store.status(desk.now).counts == {"main": {"order": {State.DEAD: 3}}}
    assert desk.record("event:msg-1").state == State.DEAD


def test_a_letter_of_an_unnamed_record_can_be_replayed_once_it_is_named(desk: Desk) -> None:
    desk.store.inbox.put([desk.event(None, body={"total": 5})])
    (letter,) = desk.store.letters.list()
    desk.store.letters.edit(letter.id, {"orderId": "77", "total": 5}, "pat", desk.now)
    assert desk.store.letters.replay([letter.id], "pat", desk.now) == 1
    (message,) = desk.claim()
    assert (message.key, message.edited) == ("77", {"orderId": "77", "total": 5})


def test_what_no_database_can_hold_is_replaced_and_nothing_is_refused(desk: Desk) -> None:
    event = desk.event("1", event_id="a\x00b", version="\ud800", body={"note": "half \ud800 and \x00", "\x00": 1})
    assert desk.store.inbox.put([event]) == PutResult(1, 0)
    (message,) = desk.claim()
    assert message.body == {"note": "half \ud800 and \x00", "\x00": 1}
    assert message.version == "\ufffd"


def test_event_ids_of_any_length_stay_apart(desk: Desk) -> None:
    long = "x" * 5000
    events = [desk.event(event_id=long + "a"), desk.event(event_id=long + "b"), desk.event(event_id=long + "a")]
    assert desk.store.inbox.put(events) == PutResult(2, 1)


def test_case_171_two_companies_with_equal_order_numbers_are_kept_apart(desk: Desk) -> None:
    desk.put("1000", event_id="same")
    desk.put("1000", event_id="same", connection="west", company="02")
    assert [(m.connection, m.company) for m in desk.claim()] == [("main", "01")]
    desk.settle(desk.claim(connection="west"), applied("W1"))
    desk.settle(desk.claim("b"), applied("M1"))
    west = desk.store.ledger.known("west", "order", ["1000"])["1000"]
    main = desk.store.ledger.known("main", "order", ["1000"])["1000"]
    assert (west.target, west.state, main.target, main.state) == ("W1", State.APPLIED, None, State.WAITING)
    assert desk.store.links.reverse("main", "order", ["W1"]) == {}
    assert {(r.connection, r.company) for r in desk.store.ledger.find("1000")} == {("main", "01"), ("west", "02")}


def test_case_171_one_connection_never_serves_two_companies(desk: Desk) -> None:
    desk.put("1")
    with pytest.raises(SettingsError, match=r"'main' belongs to company '01'.*not '02'.*TANDEM_CONNECTION"):
        desk.put("1", company="02")
    other = Store.open(desk.url)
    with pytest.raises(SettingsError, match="belongs to company '01'"):
        other.inbox.put([desk.event(company="03")])
    other.close()


def test_nothing_to_put_is_nothing(desk: Desk) -> None:
    assert desk.store.inbox.put([]) == PutResult(0, 0)
