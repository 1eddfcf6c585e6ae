"""Orders from the shop to the company, through the real flow, both systems over HTTP."""

from decimal import Decimal

from tests.flows.stack import Stack


async def test_an_order_becomes_a_sales_order_with_its_customer(line: Stack) -> None:
    order = line.order({"sku": "ABC-1", "quantity": 3}, {"sku": "ABC-2"})
    tally = await line.run()
    assert tally == {"customer APPLIED": 1, "order APPLIED": 1}, line.reasons()
    (header,) = line.rows("somast")
    assert line.record("order", order["orderId"]).target == header["sono"].strip()
    assert [(r["item"], r["qtyord"], r["price"]) for r in line.rows("sotran")] == [
        ("ABC-1", Decimal(3), Decimal("19.90")),
        ("ABC-2", Decimal(1), Decimal("33.33")),
    ]
    assert header["ordamt"] == Decimal("93.03")
    assert await line.run() == {}
