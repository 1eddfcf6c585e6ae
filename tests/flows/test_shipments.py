"""Shipments from the warehouse to the shop, with tracking, and one word to the customer for each."""

from decimal import Decimal

from tests.flows.stack import Stack


async def test_a_shipment_reaches_the_shop_with_its_tracking_and_the_customer_hears_once(line: Stack) -> None:
    order = line.order({"sku": "ABC-1", "quantity": 2})
    await line.run()
    number = line.ship(carrier="UPS", tracking="1Z999")
    assert (await line.run())["shipment APPLIED"] == 1, line.reasons()
    (told,) = line.shop.order(order["orderId"])["fulfillments"]
    assert told["tracking"][0]["number"] == "1Z999"
    assert [(x["quantity"]) for x in told["lines"]] == [Decimal(2)]
    assert len(line.shop.notifications(order["orderId"])) == 1
    line.event("shipment.updated", number, entity="shipment")
    await line.run()
    assert len(line.shop.notifications(order["orderId"])) == 1


async def test_case_094_two_shipments_share_the_tax_and_both_numbers_reach_the_order(line: Stack) -> None:
    order = line.order({"sku": "ABC-2", "quantity": 3, "taxAmount": "7.13"})
    await line.run()
    line.ship({1: 1}, carrier="UPS", tracking="T-1")
    await line.run()
    line.ship({1: 2}, carrier="UPS", tracking="T-2")
    assert (await line.run())["shipment APPLIED"] == 1, line.reasons()
    told = line.shop.order(order["orderId"])["fulfillments"]
    assert [x["tracking"][0]["number"] for x in told] == ["T-1", "T-2"]
    assert [x["lines"][0]["taxAmount"] for x in told] == [Decimal("2.38"), Decimal("4.75")]


async def test_case_096_more_than_ordered_is_capped_at_what_is_open(line: Stack) -> None:
    order = line.order({"sku": "ABC-1", "quantity": 2})
    await line.run()
    number = line.ship({1: 3}, beyond=True)
    assert (await line.run())["shipment APPLIED"] == 1, line.reasons()
    (told,) = line.shop.order(order["orderId"])["fulfillments"]
    assert told["lines"][0]["quantity"] == Decimal(2)
    (entry,) = [x for x in line.store.ledger.history("main", "shipment", number) if x.detail or x.reason]
    assert "1" in str(entry.detail) + entry.reason


async def test_case_097_a_voided_shipment_is_cancelled_in_the_shop_once(line: Stack) -> None:
    order = line.order({"sku": "ABC-1", "quantity": 2})
    await line.run()
    number = line.ship()
    await line.run()
    with line.screens() as page:
        from tandem.sandbox.warehouse import shipping

        shipping.void(page, number)
    assert (await line.run())["shipment APPLIED"] == 1, line.reasons()
    (told,) = line.shop.order(order["orderId"])["fulfillments"]
    assert told["status"] == "cancelled"


async def test_a_fulfilment_whose_answer_was_cut_is_found_and_the_customer_hears_once(line: Stack) -> None:
    order = line.order({"sku": "ABC-1"})
    await line.run()
    line.ship(tracking="T-9")
    line.break_shop({"requests": [{"what": "cutAfter", "method": "POST", "path": "/orders", "times": 1}]})
    assert (await line.run())["shipment UNKNOWN"] == 1
    line.make_due()
    assert (await line.run())["shipment APPLIED"] == 1
    assert len(line.shop.order(order["orderId"])["fulfillments"]) == 1
    assert len(line.shop.notifications(order["orderId"])) == 1


async def test_a_shipment_of_an_order_that_is_not_the_shops_is_skipped(line: Stack) -> None:
    line.order()
    await line.run()
    for table in ("tdorder", "tdline"):
        line.plain(f"delete from {table}")
    line.ship()
    assert (await line.run())["shipment SKIPPED"] == 1
