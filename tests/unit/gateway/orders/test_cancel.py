"""Cancelling: void before anything left, the rest closed after, refused once all of it left."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tandem.gateway.company.faults import Conflict, Locked
from tandem.gateway.models import SalesOrder

from .conftest import Desk, change, line, order

ONORDER = "SELECT onorder FROM arcust WHERE custno = 'SMITH01'"


@pytest.fixture
def entered(desk: Desk) -> Desk:
    desk.entry.create(order("S-1", line("a", tax_amount=Decimal(2)), line("b", "CUP", "1", "5")))
    return desk


def cancel(desk: Desk) -> SalesOrder:
    return desk.changes.update(
        "1001", change("S-1", line("a", tax_amount=Decimal(2)), line("b", "CUP", "1", "5"), cancel=True)
    )


def test_case_091_before_picking_the_order_is_void(entered: Desk) -> None:
    found = cancel(entered)
    assert (found.status, found.open_amount, found.total_amount) == ("void", 0, Decimal("46.80"))
    assert all(item.void and item.open_quantity == 0 for item in found.line_items)
    assert entered.sql("SELECT sostat, ordamt FROM somast") == [("V", "0.00")]
    assert entered.sql("SELECT sostat, qtyord, origqtyord FROM sotran ORDER BY tranlineno") == [
        ("V", "0.0000", "2.0000"),
        ("V", "0.0000", "1.0000"),
    ]
    assert entered.value(ONORDER) == "100.10"
    assert entered.count()["tdhist"] == 1


def test_case_091_after_part_of_it_shipped_the_rest_is_cancelled(entered: Desk) -> None:
    entered.ship("1001", 1, "1.0000")
    found = cancel(entered)
    assert (found.status, found.open_amount, found.shipped_amount) == ("closed", 0, Decimal("19.90"))
    assert [(i.open_quantity, i.shipped_quantity, i.original_quantity, i.void) for i in found.line_items] == [
        (0, 1, 2, False),
        (0, 0, 1, True),
    ]
    assert entered.value(ONORDER) == "100.10"


def test_case_091_after_all_of_it_shipped_it_is_refused(entered: Desk) -> None:
    entered.ship("1001", 1, "2.0000")
    entered.ship("1001", 2, "1.0000")
    with pytest.raises(Conflict, match="use a return") as refused:
        cancel(entered)
    assert refused.value.code == "order-closed"
    assert entered.get("1001").status == "closed"


@pytest.mark.parametrize("shipped", ["0", "1.0000"])
def test_cancelling_again_changes_nothing(entered: Desk, shipped: str) -> None:
    if Decimal(shipped):
        entered.ship("1001", 1, shipped)
    found = cancel(entered)
    entered.wait(60)
    assert cancel(entered) == found
    assert entered.count()["tdhist"] == 1


def test_what_is_being_picked_cannot_be_cancelled(entered: Desk) -> None:
    entered.pick("1001", 2, "1.0000")
    before = entered.get("1001")
    with pytest.raises(Conflict) as refused:
        cancel(entered)
    assert (refused.value.code, refused.value.extra) == (
        "order-in-picking",
        {"differences": [{"field": "LineItems[b].PickingQuantity", "before": "1.0000", "after": "0"}]},
    )
    assert entered.get("1001") == before


@pytest.mark.parametrize("table", ["somast", "sotran", "arcust"])
def test_a_record_in_use_is_answered_locked(entered: Desk, table: str) -> None:
    entered.sql(f"UPDATE {table} SET lckstat = 'L'")
    with pytest.raises(Locked):
        cancel(entered)
    assert entered.value("SELECT sostat FROM somast") == ""


def test_allocated_stock_is_given_back(desk: Desk) -> None:
    site = desk.under(allocate=True)
    site.entry.create(order("S-1", line("a"), line("f", "FREIGHT", "1", "5")))
    site.changes.update("1001", change("S-1", line("a"), line("f", "FREIGHT", "1", "5"), cancel=True))
    assert desk.value("SELECT lsoaloc FROM iciloc WHERE item = 'TEAPOT' AND loctid = 'MAIN'") == "1.0000"
    assert desk.value("SELECT qsoaloc FROM iciqty WHERE item = 'TEAPOT' AND loctid = 'MAIN'") == "0.0000"
