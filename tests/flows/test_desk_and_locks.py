"""Records that a person has open, many failures with one cause, and giving up."""

from __future__ import annotations

from datetime import UTC, datetime

from tandem.entities.state import State
from tandem.sandbox.warehouse import office
from tests.flows.stack import Stack


async def test_case_042_a_sales_order_that_somebody_has_open_waits_and_stops_no_other(line: Stack) -> None:
    order = line.order()
    await line.run()
    number = line.record("order", order["orderId"]).target
    with line.books.open() as page:
        office.hold_open(page, "order", str(number))
    line.shop.edit_order(order["orderId"], quantities={order["lineItems"][0]["lineId"]: 3})
    other = line.order({"sku": "ABC-2"})
    await line.run()
    assert line.record("order", order["orderId"]).state is State.RETRY, line.reasons()
    assert line.record("order", other["orderId"]).state is State.APPLIED
    assert line.store.letters.list() == []
    with line.books.open() as page:
        office.leave(page, "order", str(number))
    line.make_due()
    await line.run()
    assert line.record("order", order["orderId"]).state is State.APPLIED
    assert [row["qtyord"] for row in line.rows("sotran") if row["sono"].strip() == str(number).strip()] == [3]


async def test_case_045_many_failures_of_one_cause_are_one_alert_with_their_number(line: Stack) -> None:
    for _ in range(12):
        line.order({"sku": "NO-SUCH", "unitPrice": "5.00", "name": "Ghost"})
    await line.run()
    assert len(line.store.letters.list()) == 12
    (alert,) = line.store.alerts.pending()
    assert alert.text.startswith("12 more of order DEAD")
    for letter in line.store.letters.list():
        line.replay(letter.id)
    await line.run()
    (alert,) = line.store.alerts.pending()
    assert alert.count == 2, "failing again is the same alert"


async def test_case_048_giving_up_ends_it_with_the_reason_and_no_later_event_posts_it(line: Stack) -> None:
    order = line.order({"sku": "NO-SUCH", "unitPrice": "5.00", "name": "Ghost"})
    await line.run()
    (letter,) = line.store.letters.list()
    line.store.letters.give_up(letter.id, "sold by mistake, paid back", "pat", datetime.now(UTC))
    record = line.record("order", order["orderId"])
    assert (record.state, record.reason) == (State.SKIPPED, "given up by pat: sold by mistake, paid back")
    assert line.store.letters.list() == []
    (closed,) = line.store.letters.list(closed=True)
    assert closed.id == letter.id
    line.enter_item("NO-SUCH", "5.00")
    line.event("order.updated", order["orderId"], number=2)
    await line.run()
    assert line.rows("somast") == []
