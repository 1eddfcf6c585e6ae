"""Orders from the shop to the company, through the real flow, both systems over HTTP."""

from decimal import Decimal
from itertools import permutations
from typing import Any

from tandem.entities.state import State
from tests.flows.stack import US, Stack


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


async def test_case_004_updated_before_created_is_applied_once(line: Stack) -> None:
    order = line.order()
    line.event("order.updated", order["orderId"])
    assert (await line.run())["order APPLIED"] == 1
    line.event("order.created", order["orderId"])
    assert await line.run() == {"order NOOP": 1}
    assert len(line.rows("somast")) == 1


async def test_case_005_any_sequence_of_events_gives_the_same_order(line: Stack) -> None:
    sequences = list(permutations(("order.created", "order.paid", "order.updated")))
    orders = [line.order({"sku": "ABC-2", "quantity": 2}) for _ in sequences]
    for step in range(3):
        for order, sequence in zip(orders, sequences, strict=True):
            line.event(sequence[step], order["orderId"], number=step)
        await line.run()
    assert [row["ordamt"] for row in line.rows("somast")] == [Decimal("66.66")] * len(sequences)
    assert {line.record("order", order["orderId"]).state for order in orders} == {State.APPLIED}


async def test_case_006_an_order_that_the_shop_does_not_know_is_parked_then_alarms_then_dies(line: Stack) -> None:
    for key, hours in {"ord_new": 0, "ord_hours": 2, "ord_days": 73}.items():
        line.event("order.updated", key, hours_ago=hours)
    assert await line.run() == {"order PARKED": 2, "order DEAD": 1}
    assert "clarity has no order ord_new" in line.record("order", "ord_new").reason
    assert line.record("order", "ord_days").state is State.DEAD
    assert sorted(alert.key for alert in line.store.alerts.pending()) == [
        "order:DEAD:data",
        "order:PARKED:waits for more than an hour",
    ]
    assert line.rows("somast") == []


async def test_case_007_cancelled_before_it_came_makes_no_order(line: Stack) -> None:
    order = line.order()
    line.shop.cancel(order["orderId"], "changed my mind")
    tally = await line.run()
    assert tally["order SKIPPED"] == 1
    assert line.rows("somast") == []
    assert "cancelled" in line.record("order", order["orderId"]).reason


async def test_case_035_a_cut_after_the_commit_is_looked_up_before_any_second_write(line: Stack) -> None:
    line.order({"sku": "ABC-3"})
    await line.run()
    order = line.order()
    line.cut.times = 1
    assert await line.run() == {"order UNKNOWN": 1}
    assert len(line.rows("somast")) == 2
    line.make_due()
    assert await line.run() == {"order APPLIED": 1}
    _, second = line.rows("somast")
    assert line.record("order", order["orderId"]).target == second["sono"].strip()


async def test_case_038_killed_between_the_commit_and_the_link_the_next_drain_finds_the_order(line: Stack) -> None:
    order = line.order()
    await line.run()
    line.forget(order["orderId"])
    line.event("order.updated", order["orderId"], number=1)
    line.claimed_by_one_that_died("order")
    assert await line.run() == {"order APPLIED": 1}
    (header,) = line.rows("somast")
    assert line.record("order", order["orderId"]).target == header["sono"].strip()


async def test_case_043_and_044_an_unknown_item_is_a_dead_letter_and_stops_no_other(line: Stack) -> None:
    bad = line.order({"sku": "NO-SUCH", "unitPrice": "5.00", "name": "Ghost"})
    good = [line.order({"sku": "ABC-3"}) for _ in range(4)]
    tally = await line.run()
    assert tally["order APPLIED"] == len(good)
    assert tally["order DEAD"] == 1
    (letter,) = line.store.letters.list()
    assert (letter.key, letter.fault) == (bad["orderId"], "data")
    assert "NO-SUCH" in letter.reason
    assert "ItemCode" in letter.reason


async def test_case_044_after_the_item_exists_a_replay_applies_it_once(line: Stack) -> None:
    line.order({"sku": "NO-SUCH", "unitPrice": "5.00", "name": "Ghost"})
    await line.run()
    assert await line.run() == {}
    line.enter_item("NO-SUCH", "5.00")
    (letter,) = line.store.letters.list()
    assert line.replay(letter.id) == 1
    assert await line.run() == {"order APPLIED": 1}
    assert len(line.rows("somast")) == 1
    assert line.store.letters.list() == []


async def test_case_046_a_second_press_of_replay_is_nothing(line: Stack) -> None:
    line.order({"sku": "NO-SUCH", "unitPrice": "5.00", "name": "Ghost"})
    await line.run()
    line.enter_item("NO-SUCH", "5.00")
    (letter,) = line.store.letters.list()
    assert [line.replay(letter.id), line.replay(letter.id)] == [1, 0]
    await line.run()
    assert len(line.rows("somast")) == 1


async def test_case_084_a_product_deleted_after_the_sale_is_posted_by_its_sku(line: Stack) -> None:
    line.order({"sku": "ABC-1"}, {"sku": "ABC-3"})
    line.shop.delete_product("ABC-3")
    assert (await line.run())["order APPLIED"] == 1
    assert [row["item"] for row in line.rows("sotran")] == ["ABC-1", "ABC-3"]


async def test_case_089_an_edit_before_picking_makes_the_order_equal_the_new_state(line: Stack) -> None:
    order = line.order({"sku": "ABC-1", "quantity": 2}, {"sku": "ABC-3"})
    await line.run()
    first, second = order["lineItems"]
    line.shop.edit_order(
        order["orderId"], quantities={first["lineId"]: 3}, add=[{"sku": "ABC-2"}], remove=[second["lineId"]]
    )
    assert await line.run() == {"order APPLIED": 1}, line.reasons()
    lines = {row["item"]: row["qtyord"] for row in line.rows("sotran") if row["sostat"].strip() not in ("V", "X")}
    assert lines == {"ABC-1": Decimal(3), "ABC-2": Decimal(1)}
    assert line.rows("somast")[0]["ordamt"] == Decimal("93.03")
    assert line.plain("select count(*) from tdhist") == [(1,)], "the state before and after is kept"


async def test_case_092_an_address_changed_after_picking_began_is_held(line: Stack) -> None:
    order = line.order()
    await line.run()
    line.pick()
    line.shop.change_address(order["orderId"], {**US, "address1": "2 Side Street"})
    assert await line.run() == {"order HELD": 1}
    assert "2 Side Street" in line.record("order", order["orderId"]).reason
    assert line.rows("soaddr")[0]["address1"] == "1 Main Street"


async def test_case_093_a_fraud_hold_is_released_once(line: Stack) -> None:
    order = line.order(status="onHold")
    await line.run()
    assert line.rows("somast")[0]["release"] == "N"
    assert line.pickable() == []
    line.shop.release_hold(order["orderId"])
    assert await line.run() == {"order APPLIED": 1}
    assert line.rows("somast")[0]["release"] == "Y"
    line.event("order.updated", order["orderId"], number=9)
    assert await line.run() == {"order NOOP": 1}


async def test_case_113_and_122_one_customer_by_equal_address_and_an_order_with_a_new_ship_to(line: Stack) -> None:
    line.order(email="Ann@X.com ")
    await line.run()
    line.order(email="ann@x.com", shippingAddress={**US, "address1": "9 Elm Street"})
    assert (await line.run())["order APPLIED"] == 1
    assert len(line.rows("arcust")) == 1
    assert line.plain("select count(*) from arcadr") == [(2,)]
    assert [row["address1"] for row in line.rows("soaddr")] == ["1 Main Street", "9 Elm Street"]


async def test_case_118_a_customer_set_by_hand_is_never_overwritten(line: Stack) -> None:
    customer = line.register("ann@example.com")
    line.enter_customer("HAND01", "Set by hand")
    line.store.links.bind("main", "customer", {customer: "HAND01"}, origin="manual", company="01")
    line.shop.change_customer(customer, {"company": "Changed in the shop"})
    line.order(customerId=customer)
    tally = await line.run()
    assert tally == {"customer NOOP": 1, "order APPLIED": 1}, line.reasons()
    assert [(row["custno"], row["company"]) for row in line.rows("arcust")] == [("HAND01", "Set by hand")]
    assert [row["custno"] for row in line.rows("somast")] == ["HAND01"]
    assert line.store.links.find("main", "customer", [customer]) == {customer: "HAND01"}


async def test_case_117_a_redacted_customer_leaves_amounts_and_links_and_replay_still_works(line: Stack) -> None:
    customer = line.register("ann@example.com")
    order = line.order(customerId=customer)
    await line.run()
    line.shop.redact_customer(customer)
    line.event("customer.redacted", customer, entity="customer")
    line.event("customer.updated", customer, entity="customer", number=1)
    await line.run()
    kept = line.record("order", order["orderId"])
    assert (kept.amount, kept.target) == (Decimal("19.90"), line.rows("somast")[0]["sono"].strip())
    assert line.store.links.find("main", "customer", [customer])
    assert line.remembers("ann@example.com") == []
    line.event("order.updated", order["orderId"], number=5)
    assert set(await line.run()) <= {"order NOOP", "order HELD", "order APPLIED"}
    assert len(line.rows("somast")) == 1


async def test_the_letter_of_a_guest_is_replayed_with_the_record_that_came_with_the_order(line: Stack) -> None:
    order = line.order(billingAddress={**US, "lastName": "東京商事"})
    await line.run()
    assert "customer" in {letter.entity for letter in line.store.letters.list()}, line.reasons()
    line.make_due()
    for _ in range(2):  # the customer's letter first; the order shows its own once the customer is there
        for letter in line.store.letters.list():
            payload = line.store.letters.show(letter.id).payload or {}
            mended = {**payload, "billingAddress": {**payload["billingAddress"], "lastName": "Tokyo Shoji"}}
            line.store.letters.edit(letter.id, mended, "tester", letter.opened_at)
            assert line.replay(letter.id) == 1
        await line.run()
    assert line.record("order", order["orderId"]).state is State.APPLIED, line.reasons()
    assert len(line.rows("somast")) == len(line.rows("arcust")) == 1


AWKWARD: dict[str, tuple[dict[str, Any], str, str]] = {
    "087-test-order": ({"isTest": True}, "SKIPPED", "test"),
    "078-negative": ({"lines": [{"sku": "ABC-1", "quantity": -1}, {"sku": "ABC-2"}]}, "HELD", "quantity"),
    "064-total-off": ({"planted": {"totalAmount": Decimal("24.90")}}, "HELD", "5.00"),
    "unknown-state": ({"shippingAddress": {**US, "region": "Atlantis"}}, "HELD", "region"),
    "unknown-country": ({"shippingAddress": {**US, "country": "Utopia"}}, "HELD", "country"),
    "120-no-postcode": ({"shippingAddress": {**US, "postalCode": ""}}, "HELD", "postalCode"),
    "unmapped-payment": ({"paymentMethod": "seashells"}, "HELD", "seashells"),
    "130-name": ({"shippingAddress": {**US, "lastName": "東京商事"}}, "HELD", "lastName"),
    "137-sku": ({"lines": [{"sku": "X" * 60, "unitPrice": "1.00", "name": "Long"}]}, "HELD", "sku"),
    "fraction": ({"lines": [{"sku": "ABC-1", "quantity": "1.5"}]}, "HELD", "quantity"),
}


async def test_what_cannot_be_posted_is_decided_with_its_reason_and_touches_nothing(line: Stack) -> None:
    placed = {name: line.order(**fields) for name, (fields, _, _) in AWKWARD.items()}
    good = line.order({"sku": "ABC-3"}, email="good@example.com")
    tally = await line.run()
    found = {name: line.record("order", order["orderId"]) for name, order in placed.items()}
    assert {name: str(record.state) for name, record in found.items()} == {
        name: state for name, (_, state, _) in AWKWARD.items()
    }, {name: record.reason for name, record in found.items()}
    assert [name for name, (_, _, word) in AWKWARD.items() if word not in found[name].reason] == []
    assert tally["order APPLIED"] == 1
    assert [row["custno"] for row in line.rows("somast")] == [line.custno("guest:good@example.com")]
    assert line.record("order", good["orderId"]).state is State.APPLIED
