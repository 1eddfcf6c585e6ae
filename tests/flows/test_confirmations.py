"""The number of the sales order, written to the shop's order, and the shop's word of that."""

from decimal import Decimal

from flows.confirmations import confirmations
from tests.flows.stack import Stack


def number_told(line: Stack, order_id: str) -> str | None:
    told: str | None = line.shop.order(order_id)["customFields"].get("erpOrderNo")
    return told


async def test_case_021_our_word_of_the_number_comes_back_as_an_echo_and_is_noop(line: Stack) -> None:
    order = line.order(customFields={"giftNote": "For Ann"})
    await line.run()
    assert (await confirmations())["confirmation APPLIED"] == 1, line.reasons()
    (header,) = line.rows("somast")
    assert number_told(line, order["orderId"]) == header["sono"].strip()
    assert line.shop.order(order["orderId"])["customFields"]["giftNote"] == "For Ann"
    line.event("order.updated", order["orderId"])
    assert (await line.run())["order NOOP"] == 1, line.reasons()
    assert line.rows("somast") == [header]
    assert line.record("order", order["orderId"]).state == "APPLIED"
    version = line.shop.order(order["orderId"])["version"]
    assert "confirmation APPLIED" not in await confirmations()
    assert line.shop.order(order["orderId"])["version"] == version


async def test_case_021_an_earlier_error_stays_visible_behind_the_echo(line: Stack) -> None:
    order = line.order()
    await line.run()
    line.shop.add_product({"sku": "NOT-IN-ERP", "name": "x", "unitPrice": Decimal("1.00")})
    line.shop.edit_order(order["orderId"], add=[{"sku": "NOT-IN-ERP"}])
    await line.run()
    before = line.record("order", order["orderId"])
    assert before.state in ("HELD", "DEAD")
    await confirmations()
    assert number_told(line, order["orderId"])
    line.event("order.updated", order["orderId"])
    await line.run()
    after = line.record("order", order["orderId"])
    assert (after.state, after.reason) == (before.state, before.reason)
    assert [letter.key for letter in line.store.letters.list()] == [order["orderId"]]


async def test_what_the_shop_does_not_know_is_left_aside(line: Stack) -> None:
    line.order()
    await line.run()
    for table in ("tdorder", "tdline"):
        line.plain(f"delete from {table}")
    tally = await confirmations()
    assert tally["confirmation SKIPPED"] == 1
    (said,) = line.store.ledger.records("main", "confirmation")
    assert "is not one of the shop's" in said.reason
