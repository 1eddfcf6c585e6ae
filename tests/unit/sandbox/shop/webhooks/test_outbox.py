"""What becomes of an event between its making and its delivery."""

from decimal import Decimal

import pytest

from tandem.sandbox.faults import Board
from tandem.sandbox.shop import Shop
from tandem.sandbox.shop.tables import CUSTOMERS
from tandem.sandbox.webhooks import Outbox
from tandem.sandbox.webhooks.journal import Journal
from tandem.sandbox.webhooks.outbox import Attempt, Endpoint
from tandem.sandbox.webhooks.schedule import SCHEDULE
from tandem.values import loads

ONE = Decimal(1)


def customers(shop: Shop, many: int) -> None:
    for number in range(many):
        shop.register_customer({"email": f"p{number}@example.com"})


def due(shop: Shop, clock) -> list[str]:
    return [row["event_id"] for row in shop.outbox.due(clock(), limit=100)]


def answered(shop: Shop, clock, status: int | None, retry_after: float | None = None) -> None:
    """Lets every due event be answered so."""
    attempts = [
        Attempt(
            seq=row["seq"], event_id=row["event_id"], number=row["attempts"] + 1, sent=clock(), status=status,
            error="", milliseconds=1, retry_after=retry_after,
        )
        for row in shop.outbox.due(clock(), limit=100)
    ]  # fmt: skip
    shop.outbox.settle(attempts, shop.board.knobs.retry_scale)


def states(shop: Shop) -> list[str]:
    return [one["state"] for one in Journal(shop.database).listing({}, after=0, limit=100)]


@pytest.fixture
def set_knobs(board: Board):
    from ..conftest import knobs

    return lambda **given: board.set(knobs(**given))


def test_an_event_leaves_with_its_change_or_not_at_all(shop: Shop, clock) -> None:
    def fail() -> None:
        with shop.writing() as tx:
            tx.add(CUSTOMERS, {"customerId": "x"})
            tx.emit("customer.created", CUSTOMERS, {"customerId": "x"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert shop.counts()["customers"] == 0
    assert due(shop, clock) == []


def test_an_event_carries_the_record_as_it_was(shop: Shop, clock) -> None:
    customers(shop, 1)
    shop.change_customer("cus_000001", {"company": "Acme"})
    first, second = (loads(row["body"]) for row in shop.outbox.due(clock(), limit=10))
    assert (first["type"], first["timestamp"]) == ("customer.created", "2026-03-02T16:11:12Z")
    assert first["data"]["company"] == ""
    assert first["data"]["updatedDate"] == "2026-03-02T10:11:12"
    assert second["data"]["company"] == "Acme"


def test_the_knob_for_thin_events(shop: Shop, clock, set_knobs) -> None:
    set_knobs(payload="thin")
    customers(shop, 1)
    shop.place_order({"lines": [{"sku": "A", "unitPrice": "0"}]})
    bodies = [loads(row["body"])["data"] for row in shop.outbox.due(clock(), limit=10)]
    assert bodies == [
        {"customerId": "cus_000001", "updatedDate": "2026-03-02T10:11:12"},
        {"orderId": "ord_000001", "updatedDate": "2026-03-02T10:11:12", "version": 1},
    ]


def test_a_2xx_is_delivered_and_nothing_else(shop: Shop, clock) -> None:
    customers(shop, 1)
    answered(shop, clock, 302)
    assert states(shop) == ["waiting"]
    clock.tick(6)
    answered(shop, clock, 204)
    assert states(shop) == ["delivered"]


def test_it_is_tried_ten_times_by_the_schedule_and_then_given_up(shop: Shop, clock) -> None:
    customers(shop, 1)
    began, gaps = clock(), []
    for number in range(len(SCHEDULE)):
        assert states(shop) == ["waiting"]
        due_at = shop.outbox.next_due()
        assert due_at is not None
        gaps.append(due_at - clock().timestamp())
        clock.tick(due_at - clock().timestamp() - 0.001)
        assert number == 0 or due(shop, clock) == []
        clock.tick(0.002)
        answered(shop, clock, 500 if number % 2 else None)
    assert states(shop) == ["failed"]
    for gap, plain in zip(gaps, SCHEDULE, strict=True):
        assert plain - 0.01 <= gap <= plain * 1.1 + 0.01
    assert 75.5 < (clock() - began).total_seconds() / 3600 < 84
    attempts = Journal(shop.database).listing({}, after=0, limit=1)[0]["attempts"]
    assert [one["number"] for one in attempts] == list(range(1, 11))


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(shop: Shop, clock, status) -> None:
    customers(shop, 1)
    answered(shop, clock, status, retry_after=60)
    clock.tick(59)
    assert due(shop, clock) == []
    clock.tick(2)
    assert due(shop, clock) == ["evt_0000000001"]


def test_410_ends_the_subscription(shop: Shop, clock) -> None:
    customers(shop, 2)
    answered(shop, clock, 410)
    assert states(shop) == ["unsubscribed", "unsubscribed"]
    assert shop.outbox.endpoint == Endpoint("http://ingress.test/hook", active=False)
    customers(shop, 1)
    assert states(shop)[-1] == "recorded"
    later = Outbox(shop.database, Board(), configured="http://ingress.test/hook")
    assert later.endpoint.active is False
    moved = Outbox(shop.database, Board(), configured="http://elsewhere.test/hook")
    assert moved.endpoint == Endpoint("http://elsewhere.test/hook", active=True)


def test_what_still_waits_when_410_comes_is_not_sent(shop: Shop, clock) -> None:
    customers(shop, 1)
    answered(shop, clock, 500)
    customers(shop, 1)
    answered(shop, clock, 410)
    assert states(shop) == ["unsubscribed", "unsubscribed"]


def test_without_an_endpoint_events_are_recorded(shop: Shop, clock) -> None:
    shop.outbox.subscribe(Endpoint(None, active=False))
    customers(shop, 1)
    assert states(shop) == ["recorded"]
    assert due(shop, clock) == []


def test_the_knob_that_drops(shop: Shop, clock, set_knobs) -> None:
    set_knobs(events={"drop": {"skip": 1, "times": 2}})
    customers(shop, 4)
    assert states(shop) == ["waiting", "dropped", "dropped", "waiting"]


def test_the_knob_that_drops_some_types_only(shop: Shop, set_knobs) -> None:
    set_knobs(events={"drop": {"only": ["order."]}})
    customers(shop, 1)
    shop.place_order({"lines": [{"sku": "A", "unitPrice": "1.00"}]})
    assert states(shop) == ["waiting", "dropped", "dropped"]


def test_chance_is_the_same_again_under_the_same_seed(shop: Shop, board: Board, set_knobs) -> None:
    def play(seed: int) -> list[str]:
        shop.reset()
        set_knobs(seed=seed, events={"drop": {"rate": "0.4"}})
        customers(shop, 40)
        return states(shop)

    first = play(7)
    assert 5 < first.count("dropped") < 30
    assert play(7) == first
    assert play(8) != first


def test_the_knob_that_delays(shop: Shop, clock, set_knobs) -> None:
    set_knobs(events={"delay": {"times": 1, "seconds": "30"}})
    customers(shop, 2)
    assert due(shop, clock) == ["evt_0000000002"]
    clock.tick(31)
    assert due(shop, clock) == ["evt_0000000002", "evt_0000000001"]


def test_the_knob_that_doubles_keeps_the_id(shop: Shop, clock, set_knobs) -> None:
    set_knobs(events={"duplicate": {"times": 1, "copies": 2, "seconds": 1}})
    customers(shop, 2)
    assert due(shop, clock) == ["evt_0000000001", "evt_0000000004"]
    clock.tick(2)
    assert due(shop, clock).count("evt_0000000001") == 3
    bodies = {row["body"] for row in shop.outbox.due(clock(), limit=10) if row["event_id"] == "evt_0000000001"}
    assert len(bodies) == 1


def test_the_knob_that_swaps_holds_an_event_until_the_next_was_tried(shop: Shop, clock, set_knobs) -> None:
    set_knobs(events={"swap": {"times": 1, "seconds": 5}})
    customers(shop, 3)
    assert due(shop, clock) == ["evt_0000000002", "evt_0000000003"]
    answered(shop, clock, 200)
    assert due(shop, clock) == ["evt_0000000001"]


def test_an_event_with_nothing_to_swap_with_goes_after_a_while(shop: Shop, clock, set_knobs) -> None:
    set_knobs(events={"swap": {"seconds": 5}})
    customers(shop, 1)
    assert due(shop, clock) == []
    clock.tick(6)
    assert due(shop, clock) == ["evt_0000000001"]


def test_an_old_event_is_sent_again_as_it_was(shop: Shop, clock) -> None:
    customers(shop, 1)
    old = shop.outbox.due(clock(), limit=1)[0]
    answered(shop, clock, 200)
    shop.change_customer("cus_000001", {"company": "Acme"})
    answered(shop, clock, 200)
    assert shop.resend(old["event_id"])
    again = shop.outbox.due(clock(), limit=10)
    assert [(row["event_id"], row["body"]) for row in again] == [(old["event_id"], old["body"])]
    assert not shop.resend("evt_none")


def test_an_event_without_a_record(shop: Shop, clock) -> None:
    event_id = shop.announce("return.created", {"returnId": "C536379"}, subject="C536379")
    shop.announce("ping", None, raw="webhook_id=1")
    first, second = shop.outbox.due(clock(), limit=10)
    assert (first["event_id"], first["subject"]) == (event_id, "C536379")
    assert loads(first["body"])["data"] == {"returnId": "C536379"}
    assert second["body"] == "webhook_id=1"


def test_due_events_come_longest_due_first_and_those_under_way_are_left_out(shop: Shop, clock) -> None:
    customers(shop, 3)
    assert [row["seq"] for row in shop.outbox.due(clock(), limit=2)] == [1, 2]
    assert [row["seq"] for row in shop.outbox.due(clock(), limit=9, taken={1, 3})] == [2]
    assert shop.outbox.next_due({1, 2, 3}) is None


def test_the_journal_is_filtered_and_counted(shop: Shop, clock) -> None:
    customers(shop, 2)
    answered(shop, clock, 200)
    customers(shop, 1)
    journal = Journal(shop.database)
    assert journal.counts() == {"delivered": 2, "waiting": 1}
    assert [one["subject"] for one in journal.listing({"state": "waiting"}, after=0, limit=9)] == ["cus_000003"]
    assert [one["seq"] for one in journal.listing({}, after=1, limit=1)] == [2]
