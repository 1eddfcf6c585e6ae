from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tandem.entities.order import OrderDocument
from tandem.rules.orders import plan
from tandem.rules.twins import twin_note, twins_of
from tests.unit.rules.making import NOON, around, line, order


def one(order_id: str, seconds: int = 0, **more: Any) -> Any:
    lines = more.pop("lines", (line("A", "10.00"), line("B", "5.00", "2")))
    placed_at = NOON + timedelta(seconds=seconds)
    return order(*lines, order_id=order_id, number=order_id, placed_at=placed_at, **more)


def test_case_086_two_orders_of_one_click_are_both_entered_and_shown_to_a_person() -> None:
    first, second = one("1"), one("2", 45, lines=(line("X", "5.00", "2", sku="SKU-B"), line("Y", "10.00", sku="SKU-A")))
    assert twins_of(second, [first, second]) == (first,)
    assert all(isinstance(plan(each, around()), OrderDocument) for each in (first, second))
    assert twin_note(second, [first]) == ("suspected twin of order 1: the same goods for 20.00 USD within a minute")


@pytest.mark.parametrize(
    "other",
    [
        one("2", 61),
        one("2", customer_key="C-2"),
        one("2", currency="EUR"),
        one("2", lines=(line("A", "20.00"),)),
        one("2", total="20.01"),
    ],
)
def test_what_differs_is_no_twin(other: Any) -> None:
    assert twins_of(one("1"), [other]) == ()
    assert twin_note(one("1"), []) == ""
