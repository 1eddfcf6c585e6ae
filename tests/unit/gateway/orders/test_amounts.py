"""The arithmetic of orders, for any numbers that can come in."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.gateway.orders.amounts import extended, in_base, total


def numbers(digits: int, places: int) -> st.SearchStrategy[Decimal]:
    limit = Decimal(10) ** digits
    return st.decimals(-limit, limit, allow_nan=False, allow_infinity=False, places=places)


CENT = Fraction(1, 100)


@given(numbers(12, 6), numbers(12, 6), st.decimals(0, 100, places=3))
def test_extended_is_the_true_product_rounded_half_up(quantity: Decimal, price: Decimal, discount: Decimal) -> None:
    true = Fraction(quantity) * Fraction(price) * (100 - Fraction(discount)) / 100
    found = Fraction(extended(quantity, price, discount))
    assert found % CENT == 0
    assert abs(found - true) <= CENT / 2
    if abs(found - true) == CENT / 2:
        assert abs(found) > abs(true)


@given(st.lists(numbers(12, 2), max_size=50))
def test_a_total_loses_nothing(amounts: list[Decimal]) -> None:
    assert Fraction(total(amounts)) == sum(map(Fraction, amounts))


@given(numbers(10, 2))
def test_at_a_rate_of_one_the_twin_is_the_amount(amount: Decimal) -> None:
    assert in_base(amount, Decimal(1), 2) == amount


@given(numbers(10, 2), st.decimals(Decimal("0.0001"), 10_000, places=6))
def test_the_twin_is_within_half_a_cent_of_the_truth(amount: Decimal, rate: Decimal) -> None:
    assert abs(Fraction(in_base(amount, rate, 2)) - Fraction(amount) * Fraction(rate)) <= CENT / 2


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "found"),
    [
        ("3", "3.3333", "0", "10.00"),  # case 60: four decimals of the price need no rounding line
        ("3", "3.33", "0", "9.99"),
        ("1", "0.005", "0", "0.01"),
        ("1", "-0.005", "0", "-0.01"),
        ("2", "5.0250", "50", "5.03"),
    ],
)
def test_case_060_known_extensions(quantity: str, price: str, discount: str, found: str) -> None:
    assert extended(Decimal(quantity), Decimal(price), Decimal(discount)) == Decimal(found)
