from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.entities.cargo import Known
from tandem.entities.shipment import Fulfilment, Shipment
from tandem.entities.state import Outcome, State
from tandem.rules import Circumstances
from tandem.rules.shipments import plan
from tests.unit.rules.making import D, around, shipment, written


def shop_order(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"order_id": "O-1", "status": "open", "currency": "USD", "lines": list(lines), **more}


def shop_line(line_id: str, quantity: str, *, fulfilled: str = "0", tax: str = "0", pack: str = "1") -> dict[str, Any]:
    return {
        "line_id": line_id, "sku": f"SKU-{line_id}", "quantity": D(quantity), "fulfilled": D(fulfilled),
        "tax": D(tax), "pack": D(pack),
    }  # fmt: skip


def beside(found: dict[str, Any] | None, **more: Any) -> Circumstances:
    return around(companions={"order": found}, **more)


def told(a_shipment: Shipment, found: dict[str, Any], **more: Any) -> Fulfilment:
    document = plan(a_shipment, beside(found, **more))
    assert isinstance(document, Fulfilment), document
    return document


def refused(a_shipment: Shipment, found: dict[str, Any] | None, **more: Any) -> Outcome:
    outcome = plan(a_shipment, beside(found, **more))
    assert isinstance(outcome, Outcome), outcome
    return outcome


def taken(document: Fulfilment) -> dict[str, tuple[Decimal, Decimal]]:
    return {x.line_id: (x.quantity, x.tax) for x in document.lines}


def test_a_shipment_of_everything() -> None:
    document = told(
        shipment(("L1", "2"), ("L2", "1")), shop_order(shop_line("L1", "2", tax="1.00"), shop_line("L2", "1"))
    )
    assert taken(document) == {"L1": (D(2), D("1.00")), "L2": (D(1), D(0))}
    assert (document.notify, document.cancelled, document.notes) == (True, False, ())


def test_an_order_that_is_not_the_shops() -> None:
    outcome = refused(shipment(("L1", "1"), order_id=""), None)
    assert (outcome.state, outcome.reason) == (State.SKIPPED, "sales order 1002 is not one of the shop's")


def test_an_order_that_the_shop_does_not_know_yet() -> None:
    outcome = refused(shipment(("L1", "1")), None)
    assert outcome.state is State.PARKED
    assert "O-1" in outcome.reason


def test_case_094_two_shipments_of_one_line() -> None:
    first = told(shipment(("L1", "1"), tracking="1Z-A"), shop_order(shop_line("L1", "3", tax="7.13")))
    second = told(
        shipment(("L1", "2"), shipment_no="S-2", tracking="1Z-B"),
        shop_order(shop_line("L1", "3", fulfilled="1", tax="7.13")),
    )
    assert taken(first) == {"L1": (D(1), D("2.38"))}
    assert taken(second) == {"L1": (D(2), D("4.75"))}
    assert (first.shipment.tracking, second.shipment.tracking) == ("1Z-A", "1Z-B")


def test_case_096_more_than_ordered_is_capped() -> None:
    document = told(shipment(("L1", "5")), shop_order(shop_line("L1", "3", tax="0.30")))
    assert taken(document) == {"L1": (D(3), D("0.30"))}
    assert document.notes == ("line L1: 5 of SKU-L1 shipped, 3 open in the shop; told 3",)


def test_case_096_a_substitute_is_reported() -> None:
    document = told(shipment(("L1", "1"), ("", "2")), shop_order(shop_line("L1", "1"), shop_line("L2", "2")))
    assert taken(document) == {"L1": (D(1), D(0))}
    assert document.notes == ("2 of SKU- shipped, which is not on the shop's order",)


def test_nothing_of_it_is_open() -> None:
    outcome = refused(shipment(("L1", "1")), shop_order(shop_line("L1", "1", fulfilled="1")))
    assert outcome.state is State.HELD
    assert "told 0" in outcome.reason
    assert "no line of the shop's order" in refused(shipment(("+shipping-1", "1")), shop_order()).reason


def test_lines_of_one_line_are_added_and_freight_is_passed_over() -> None:
    document = told(shipment(("L1", "1"), ("+shipping-1", "1"), ("L1", "1")), shop_order(shop_line("L1", "2")))
    assert taken(document) == {"L1": (D(2), D(0))}
    assert document.notes == ()


def test_packs_are_told_as_the_shop_sold_them() -> None:
    document = told(shipment(("L1", "24")), shop_order(shop_line("L1", "2", pack="12", tax="1.00")))
    assert taken(document) == {"L1": (D(2), D("1.00"))}
    outcome = refused(shipment(("L1", "18")), shop_order(shop_line("L1", "2", pack="12")))
    assert outcome.state is State.HELD
    assert "12 together" in outcome.reason


def test_case_097_voided_shipment() -> None:
    gone = shipment(("L1", "1"), voided=True)
    before = shop_order(shop_line("L1", "1"))
    assert refused(gone, before).state is State.SKIPPED
    document = told(gone, before, known=written(target="F-1"))
    assert (document.cancelled, document.notify, document.lines) == (True, False, ())
    assert told(gone, before, doubtful=True).cancelled
    has = {"fulfilment_id": "F-1", "reference": "S-1", "lines": [{"line_id": "L1", "quantity": D(1)}]}
    assert told(gone, shop_order(shop_line("L1", "1", fulfilled="1"), fulfilments=[has])).cancelled
    done = refused(gone, shop_order(shop_line("L1", "1"), fulfilments=[{**has, "cancelled": True}]))
    assert (done.state, done.target) == (State.NOOP, "F-1")


def test_a_second_look_does_not_count_its_own_fulfilment_against_itself() -> None:
    own = {"fulfilment_id": "F-1", "reference": "S-1", "lines": [{"line_id": "L1", "quantity": D(1)}]}
    now = shop_order(shop_line("L1", "3", fulfilled="1", tax="7.13"), fulfilments=[own])
    document = told(shipment(("L1", "1")), now, known=Known(state=State.UNKNOWN))
    assert taken(document) == {"L1": (D(1), D("2.38"))}
    cancelled = shop_order(shop_line("L1", "3", fulfilled="1"), fulfilments=[{**own, "cancelled": True}])
    assert taken(told(shipment(("L1", "3")), cancelled)) == {"L1": (D(2), D(0))}


def test_shipped_though_cancelled_in_the_shop() -> None:
    outcome = refused(shipment(("L1", "1")), shop_order(shop_line("L1", "1"), status="cancelled"))
    assert outcome.state is State.HELD
    assert "cancelled in the shop" in outcome.reason


def test_the_customer_is_not_told_if_policy_says_so() -> None:
    assert not told(shipment(("L1", "1")), shop_order(shop_line("L1", "1")), policy={"notify": False}).notify


def test_an_order_that_cannot_be_understood_is_held() -> None:
    outcome = refused(shipment(("L1", "1")), shop_order(shop_line("L1", "1", pack="0")))
    assert outcome.state is State.HELD
    assert "lines.0.pack" in outcome.reason


@given(
    st.integers(1, 40),
    st.integers(0, 9_999).map(lambda n: D(n).scaleb(-2)),
    st.lists(st.integers(1, 15), min_size=1, max_size=10),
)
def test_shipments_never_tell_more_than_was_ordered(ordered: int, tax: Decimal, shipped: list[int]) -> None:
    """However it is split: pieces and tax add up to the order's once all of it has gone."""
    fulfilled, tax_told = D(0), D(0)
    for n, pieces in enumerate(shipped):
        found = shop_order(shop_line("L1", str(ordered), fulfilled=str(fulfilled), tax=str(tax)))
        document = plan(shipment(("L1", str(pieces)), shipment_no=f"S-{n}"), beside(found))
        if isinstance(document, Outcome):
            assert fulfilled == ordered
            continue
        fulfilled += document.lines[0].quantity
        tax_told += document.lines[0].tax
    assert fulfilled == min(ordered, sum(shipped))
    if fulfilled == ordered:
        assert tax_told == tax


@pytest.mark.parametrize("currency", ["USD", "JPY"])
def test_tax_is_shared_in_the_orders_own_currency(currency: str) -> None:
    document = told(shipment(("L1", "1")), shop_order(shop_line("L1", "3", tax="100"), currency=currency))
    assert document.lines[0].tax == {"USD": D("33.33"), "JPY": D(33)}[currency]
