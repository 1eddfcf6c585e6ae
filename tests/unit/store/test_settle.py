import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from tandem.entities.cargo import Cargo, TraceLine
from tandem.entities.customer import Customer
from tandem.entities.state import Fault, Outcome, State, dead, held, skipped
from tandem.store import Store
from tandem.values import utc_now
from tests.unit.store.conftest import START, Desk, applied, message

NOOP = Outcome(state=State.NOOP, reason="the same content")
STALE = Outcome(state=State.STALE, reason="older than what is known")
ORDER = {"orderId": "1", "orderNumber": "W-77", "totalAmount": Decimal("12.50")}


def parked_on(entity: str, key: str, until: timedelta = timedelta(hours=1)) -> Outcome:
    return Outcome(
        state=State.PARKED, reason=f"waits for {entity} {key}", retry_at=START + until, detail={"parent": [entity, key]}
    )


def test_what_was_applied_is_remembered(desk: Desk) -> None:
    payload = {"ExternalOrderId": "1", "TotalAmount": Decimal("12.50")}
    report = desk.through(
        "1",
        outcome=replace(applied(), notes=("cut",)),
        record=ORDER,
        payload=payload,
        version="3",
        content_hash="c1",
        payload_hash="p1",
        trace=[TraceLine(target="A", source="a"), TraceLine(target="B", source="b", kind="truncated", note="35 to 30")],
    )
    assert (report.settled, report.states, report.lost) == (1, {State.APPLIED: 1}, ())
    record = desk.record()
    assert (record.state, record.number, record.target, record.version) == (State.APPLIED, "W-77", "1001", "3")
    assert (record.content_hash, record.payload_hash, record.payload) == ("c1", "p1", payload)
    assert (str(record.amount), record.currency) == ("12.50", "USD")
    known = desk.store.ledger.known("main", "order", ["1", "2"])
    assert set(known) == {"1"}
    assert (known["1"].written, known["1"].manual_link, known["1"].target) == (True, False, "1001")
    (line,) = desk.store.ledger.history("main", "order", "1")
    assert line.detail == {
        "notes": ["cut"],
        "trace": [{"target": "B", "source": "b", "kind": "truncated", "note": "35 to 30"}],
    }
    assert desk.rows("SELECT state, settled_at IS NULL FROM inbox") == [("APPLIED", 0)]
    assert desk.rows("SELECT count(*) FROM queue") == [(0,)]


@pytest.mark.parametrize("number", ["1", "W-77", "1001", " 1001 "])
def test_a_record_is_found_by_either_number(desk: Desk, number: str) -> None:
    desk.through("1", outcome=applied(), record=ORDER)
    assert [r.key for r in desk.store.ledger.find(number)] == ["1"]
    assert desk.store.ledger.find("nothing") == []


def test_a_record_is_found_before_anybody_took_it(desk: Desk) -> None:
    desk.put("5")
    assert desk.record("5").state == State.WAITING
    assert desk.store.status(desk.now).counts == {"main": {"order": {State.WAITING: 1}}}


@pytest.mark.parametrize("state", [State.RETRY, State.UNKNOWN, State.PARKED])
def test_what_comes_back_stays_open_and_remembers_no_content(desk: Desk, state: State) -> None:
    desk.through("1", outcome=Outcome(state=state, retry_at=START), version="3", content_hash="c1")
    known = desk.store.ledger.known("main", "order", ["1"])["1"]
    assert (known.state, known.version, known.content_hash, known.written) == (state, None, None, False)
    assert desk.rows("SELECT state, settled_at IS NULL FROM inbox") == [(state.value, 1)]
    assert len(desk.claim()) == 1


def test_an_unknown_outcome_keeps_what_may_have_been_written(desk: Desk) -> None:
    desk.through("1", outcome=Outcome(state=State.UNKNOWN, retry_at=START), payload={"a": 1}, payload_hash="p1")
    known = desk.store.ledger.known("main", "order", ["1"])["1"]
    assert (known.payload, known.payload_hash, known.written) == ({"a": 1}, "p1", False)


def test_a_refused_document_does_not_pass_for_what_was_written(desk: Desk) -> None:
    desk.through("1", outcome=applied(), payload={"a": 1}, payload_hash="p1")
    desk.through("1", outcome=held("picking has started"), payload={"a": 2}, payload_hash="p2")
    known = desk.store.ledger.known("main", "order", ["1"])["1"]
    assert (known.state, known.payload, known.payload_hash, known.written) == (State.HELD, {"a": 1}, "p1", True)


@pytest.mark.parametrize("earlier", [applied(), held("name too long"), dead("unknown item")])
@pytest.mark.parametrize("echo", [NOOP, STALE])
def test_case_021_an_echo_never_hides_an_earlier_state(desk: Desk, earlier: Outcome, echo: Outcome) -> None:
    desk.through("1", outcome=earlier)
    desk.through("1", outcome=echo)
    record = desk.record()
    assert (record.state, record.reason, record.fault) == (earlier.state, earlier.reason, earlier.fault)
    assert [line.state for line in desk.store.ledger.history("main", "order", "1")] == [earlier.state, echo.state]
    assert desk.store.status(desk.now).counts["main"]["order"] == {earlier.state: 1}


def test_an_echo_is_a_state_of_its_own_where_nothing_stands(desk: Desk) -> None:
    desk.through("1", outcome=NOOP)
    assert desk.record().state == State.NOOP
    desk.through("2", outcome=Outcome(state=State.RETRY, reason="down", retry_at=START))
    desk.settle(desk.claim(), NOOP)
    assert (desk.record("2").state, desk.record("2").reason) == (State.NOOP, "the same content")


def test_a_stale_event_does_not_turn_the_version_back(desk: Desk) -> None:
    desk.through("1", outcome=applied(), version="5", content_hash="c5")
    desk.through("1", outcome=STALE, version="4", content_hash="c4")
    known = desk.store.ledger.known("main", "order", ["1"])["1"]
    assert (known.version, known.content_hash) == ("5", "c5")


def test_an_outcome_is_needed_for_every_record(desk: Desk) -> None:
    desk.put("1", "2")
    first, second = desk.claim()
    batch = [Cargo(message=first, outcome=applied()), Cargo(message=second)]
    with pytest.raises(ValueError, match="order 2 comes to be settled without an outcome"):
        desk.store.ledger.settle(batch, "a", desk.now)
    assert desk.record().state == State.WAITING


def test_settling_is_one_transaction(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault at the very end of it, and nothing of it is there."""
    desk.put("1", "2")
    taken = desk.claim()

    def broken(*_: object) -> None:
        raise RuntimeError("the power failed")

    with monkeypatch.context() as patch:
        patch.setattr("tandem.store.books.tally", broken)
        with pytest.raises(RuntimeError, match="power"):
            desk.settle(taken, held("no"))
    for table in ("ledger", "letters", "links"):
        assert desk.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    assert desk.rows("SELECT DISTINCT state FROM records") == [("WAITING",)]
    assert desk.settle(taken, applied()).settled == 2


def test_a_record_without_an_event_of_its_own_can_be_settled(desk: Desk) -> None:
    guest = message("guest:ann@x.com", entity="customer")
    report = desk.store.ledger.settle([Cargo(message=guest, outcome=applied("ANN01"))] * 2, "a", desk.now)
    assert report.settled == 2
    assert desk.store.links.find("main", "customer", [guest.key]) == {guest.key: "ANN01"}
    assert desk.record(guest.key, "customer").state == State.APPLIED
    assert desk.store.status(desk.now).counts == {"main": {"customer": {State.APPLIED: 1}}}


def test_amount_and_parent_come_from_the_canonical_model(desk: Desk) -> None:
    class Seen:
        total = Decimal("9.99")
        currency = "EUR"
        customer_key = "c7"

    desk.through("1", outcome=skipped("test order"), canonical=Seen())
    record = desk.record()
    assert (record.amount, record.currency, record.reason) == (Decimal("9.99"), "EUR", "test order")
    assert desk.rows("SELECT parent_entity, parent_key FROM records") == [("customer", "c7")]


def test_children_are_woken_when_their_parent_went_through(desk: Desk) -> None:
    desk.put("1", "2")
    one, two = desk.claim()
    desk.settle([one], parked_on("customer", "c1"))
    dictionary = replace(parked_on("customer", "c2"), detail={"parent": {"entity": "customer", "key": "c2"}})
    desk.settle([two], dictionary)
    assert desk.claim() == []
    desk.put("c1", entity="customer", event_type="customer.created")
    report = desk.settle(desk.claim(entity="customer"), applied("ANN01"))
    assert report.woken == 1
    assert [m.key for m in desk.claim()] == ["1"]
    assert desk.store.inbox.wake_children("main", "customer", "c2", desk.now) == 1
    assert [m.key for m in desk.claim()] == ["2"]
    assert desk.store.inbox.wake_children("main", "customer", "c2", desk.now) == 0


def test_a_parent_that_did_not_go_through_wakes_nobody(desk: Desk) -> None:
    desk.through("1", outcome=parked_on("customer", "c1"))
    desk.put("c1", entity="customer", event_type="customer.created")
    assert desk.settle(desk.claim(entity="customer"), held("no name")).woken == 0
    assert desk.claim() == []


def test_a_parent_and_its_child_in_one_batch(desk: Desk) -> None:
    desk.put("1")
    (child,) = desk.claim()
    batch = [
        Cargo(message=child, outcome=parked_on("customer", "c1")),
        Cargo(message=message("c1", entity="customer"), outcome=applied("ANN01")),
    ]
    assert desk.store.ledger.settle(batch, "a", desk.now).woken == 1
    assert len(desk.claim()) == 1


def test_a_child_that_parks_just_after_its_parent_went_through_is_due_at_once(desk: Desk) -> None:
    """No waking could reach it: it was under way, not parked, when its parent was settled."""
    desk.put("c1", entity="customer", event_type="customer.created")
    desk.put("1")
    (child,) = desk.claim("b")
    desk.settle(desk.claim(entity="customer"), applied("ANN01"))
    desk.settle([child], parked_on("customer", "c1"), "b")
    (again,) = desk.claim()
    desk.settle([again], parked_on("customer", "c1"), links={"customer": "ANN01"})
    assert desk.claim() == [], "it knows its parent, so it waits for something else"


def test_no_record_turns_in_a_circle(desk: Desk) -> None:
    desk.store.links.bind("main", "customer", {"c1": "ANN01"}, company="01")
    desk.put("1")
    passes = 0
    while taken := desk.claim():
        desk.settle(taken, parked_on("customer", "c1"))
        passes += 1
    assert passes == 6


def test_a_record_that_says_no_time_comes_back_all_the_same(desk: Desk) -> None:
    desk.through("1", outcome=Outcome(state=State.RETRY))
    desk.later(minutes=5)
    assert len(desk.claim()) == 1


def test_a_large_batch_is_settled_by_record(desk: Desk) -> None:
    desk.put(*(str(n) for n in range(500)))
    taken = desk.claim(limit=500)
    outcomes = [applied(str(n)) if n % 5 else held(f"fault {n}") for n in range(500)]
    assert [m.key for m in taken] == [str(n) for n in range(500)]
    batch = [Cargo(message=m, outcome=o) for m, o in zip(taken, outcomes, strict=True)]
    report = desk.store.ledger.settle(batch, "a", desk.now, "run-1")
    assert report.states == {State.APPLIED: 400, State.HELD: 100}
    assert (report.letters_opened, len(desk.store.letters.list())) == (100, 100)
    keys = [m.key for m in taken if int(m.key) % 5]
    assert desk.store.links.find("main", "order", keys) == {key: key for key in keys}
    assert desk.rows("SELECT DISTINCT flow_run_id FROM ledger") == [("run-1",)]


def test_a_lost_lease_leaves_the_rest_of_the_batch_alone(desk: Desk) -> None:
    desk.put("1", "2")
    taken = desk.claim("a")
    desk.store.inbox.release("a", *taken[0].ids, now=desk.now)
    (other,) = desk.claim("b")
    report = desk.settle(taken, held("mine"), "a")
    assert (report.settled, [m.key for m in report.lost]) == (1, ["1"])
    assert desk.settle([other], applied("1001"), "b").settled == 1
    assert desk.record().state == State.APPLIED
    assert [letter.key for letter in desk.store.letters.list()] == ["2"]


def test_no_wake_up_is_lost_between_drains(desk: Desk) -> None:
    """Children park while another drain settles their parent: in the end each has gone through, without a timer."""
    desk.put(*(str(n) for n in range(40)), received_at=utc_now())
    desk.put("c1", entity="customer", event_type="customer.created", received_at=utc_now())
    barrier = threading.Barrier(3)
    far = utc_now() + timedelta(days=1)

    def drain(store: Store, owner: str) -> None:
        mine = Desk(store, desk.url, now=utc_now())
        while taken := mine.claim(owner, limit=10):
            linked = store.links.find("main", "customer", ["c1"])
            outcome = applied() if linked else replace(parked_on("customer", "c1"), retry_at=far)
            mine.now = utc_now()
            mine.settle(taken, outcome, owner)
            mine.settle(mine.claim(owner, entity="customer"), applied("ANN01"), owner)
            mine.now = utc_now()

    def work(owner: str) -> None:
        store = Store.open(desk.url)
        barrier.wait()
        drain(store, owner)
        store.close()

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(work, str(n)) for n in range(3)]:
            done.result()
    drain(desk.store, "last")
    assert desk.store.status(desk.now).counts["main"] == {"order": {State.APPLIED: 40}, "customer": {State.APPLIED: 1}}


def test_records_are_listed_in_pages(desk: Desk) -> None:
    desk.put(*(str(n) for n in range(7)))
    desk.settle(desk.claim(limit=5), applied())
    first = desk.store.ledger.records("main", "order", limit=3)
    rest = desk.store.ledger.records("main", "order", after=first[-1].id)
    assert [r.key for r in first + rest] == [str(n) for n in range(7)]
    waiting = desk.store.ledger.records("main", "order", states=[State.WAITING])
    assert [r.key for r in waiting] == ["5", "6"]


def test_reasons_are_kept_with_their_fault(desk: Desk) -> None:
    desk.through("1", outcome=dead("no such item", fault=Fault.CONFIGURATION, field="sku", at=START, names={"b"}))
    (line,) = desk.store.ledger.history("main", "order", "1")
    assert (line.reason, line.fault) == ("no such item", Fault.CONFIGURATION)
    assert line.detail == {"detail": {"field": "sku", "at": START.isoformat(), "names": ["b"]}}


def test_the_settings_of_a_model_do_not_matter_to_the_store(desk: Desk) -> None:
    customer = Customer.model_construct(customer_id="c1", name="Ann")
    desk.put("c1", entity="customer", event_type="customer.created")
    record = {"customerId": "c1", "email": "ann@x.com"}
    desk.settle(desk.claim(entity="customer"), applied("ANN01"), canonical=customer, record=record)
    assert desk.record("ann@x.com", "customer").target == "ANN01"


def test_the_queue_keeps_no_row_that_has_no_events(desk: Desk) -> None:
    desk.put("1")
    desk.store.database.write(lambda tx: tx.execute(sa.text("UPDATE inbox SET settled_at = received_at")))
    assert desk.claim() == []
    assert desk.rows("SELECT count(*) FROM queue") == [(0,)]
