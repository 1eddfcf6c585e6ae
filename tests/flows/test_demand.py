"""What orders take from stock on their way: from the moment they are known until Sage Pro has them."""

from decimal import Decimal

from tandem.entities.state import State
from tests.flows.stack import Stack


def taken(line: Stack, sku: str = "ABC-1") -> Decimal:
    return line.store.demand.of("main", [(sku, "MAIN")])[sku, "MAIN"]


def last_piece(line: Stack, quantity: int = 1) -> None:
    line.shop.change_product("ABC-1", {"allowBackorder": True})
    line.plain(f"update iciloc set lonhand = {quantity} where rtrim(item) = 'ABC-1'")


async def test_case_142_of_two_orders_for_the_last_piece_the_second_is_back_ordered_and_told_once(line: Stack) -> None:
    last_piece(line)
    first, second = (line.order({"sku": "ABC-1"}) for _ in range(2))
    for order in (first, second):
        line.event("order.created", order["orderId"])
    assert (await line.run())["order APPLIED"] == 2, line.reasons()
    notes = [
        line.store.ledger.history("main", "order", o["orderId"])[-1].detail.get("notes", []) for o in (first, second)
    ]
    said = "back-ordered: 1 of ABC-1 at MAIN not on hand"
    assert [said in some for some in notes] == [False, True]
    alerts = [alert for alert in line.store.alerts.pending() if "back-ordered" in alert.title]
    number = line.record("order", second["orderId"]).target
    assert [(alert.count, str(number) in alert.text) for alert in alerts] == [(1, True)]
    third = line.order({"sku": "ABC-1", "quantity": 2})
    line.event("order.created", third["orderId"])
    await line.run()
    assert len([alert for alert in line.store.alerts.pending() if "back-ordered" in alert.title]) == 1
    assert (taken(line), line.store.demand.strays()) == (0, [])


async def test_a_record_that_came_thin_is_sold_while_it_is_held(line: Stack) -> None:
    order = line.order({"sku": "ABC-1", "quantity": 3}, planted={"totalAmount": "1.00"})
    line.event("order.created", order["orderId"])
    assert taken(line) == 0
    await line.run()
    assert line.record("order", order["orderId"]).state is State.HELD
    assert taken(line) == 3
    (letter,) = line.store.letters.list()
    line.store.letters.give_up(letter.id, "a mistake", "ann", letter.updated_at)
    assert (taken(line), line.store.demand.strays()) == (0, [])


async def test_what_a_poll_found_is_sold_while_nobody_knows_whether_it_was_entered(line: Stack) -> None:
    line.order({"sku": "ABC-1", "quantity": 2})
    line.cut.times, line.cut.blind = 99, True
    await line.run()
    assert taken(line) == 2
    line.cut.times, line.cut.blind = 0, False
    line.make_due()
    await line.run()
    assert (taken(line), line.store.demand.strays()) == (0, [])
