from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.rules import Facts
from tandem.rules.pricing import extended, fit, fit_closely
from tests.unit.rules.making import D

TWO, FOUR = Facts(price_scale=2), Facts()
prices = st.decimals("0.01", "5000", places=2)
quantities = st.integers(1, 5000).map(Decimal)


def test_case_060_three_for_ten_needs_four_decimals() -> None:
    fine = fit(D("10.00"), D(3), D(10) / 3, discounted=False, facts=FOUR)
    assert (fine.unit_price, fine.extended, fine.residual) == (D("3.3333"), D("10.00"), D(0))
    coarse = fit(D("10.00"), D(3), D(10) / 3, discounted=False, facts=TWO)
    assert (coarse.unit_price, coarse.extended, coarse.residual) == (D("3.33"), D("9.99"), D("0.01"))


def test_case_062_a_stated_price_is_kept_and_the_difference_is_left_over() -> None:
    found = fit(D("8.78"), D(3), D("2.93"), discounted=False, facts=FOUR)
    assert (found.unit_price, found.discount_percent, found.residual) == (D("2.9300"), D(0), D("-0.01"))


@pytest.mark.parametrize(
    ("amount", "quantity", "price", "percent", "residual"),
    [
        ("90.00", "1", "100", "10", "0"),  # the percent is exact
        ("29.99", "1", "33.33", "10.021", "0"),  # three decimals are enough
        ("0.00", "3", "19.90", "100", "0"),  # free of charge keeps its price
        ("2438.00", "2880", "0.85", "0.408", "-0.01"),  # no percent fits, the net price is further off
    ],
)
def test_a_discount_is_shown_as_a_percent(amount: str, quantity: str, price: str, percent: str, residual: str) -> None:
    found = fit(D(amount), D(quantity), D(price), discounted=True, facts=FOUR)
    assert (found.unit_price, found.discount_percent) == (D(price), D(percent))
    assert found.residual == D(residual)


def test_the_net_price_steps_in_where_no_percent_fits() -> None:
    found = fit(D("16000.07"), D(1), D("20000"), discounted=True, facts=FOUR)
    assert (found.unit_price, found.discount_percent, found.residual) == (D("16000.07"), D(0), D(0))


def test_a_price_nearby_fits_what_neither_does() -> None:
    found = fit_closely(D("2438.00"), D(2880), D("0.85"), FOUR)
    assert found.residual == 0
    assert found.discount_percent > 0
    assert extended(D(2880), found.unit_price, found.discount_percent) == D("2438.00")


def test_a_credit_is_not_bent_by_a_discount() -> None:
    found = fit_closely(D("-10.00"), D(3), D("-3.3333"), TWO)
    assert (found.unit_price, found.discount_percent, found.residual) == (D("-3.33"), D(0), D("-0.01"))


def test_without_a_price_the_amount_itself_is_tried() -> None:
    found = fit(D("12.00"), D(4), D(0), discounted=True, facts=FOUR)
    assert (found.unit_price, found.residual) == (D("3"), D(0))


def test_an_amount_that_no_column_can_hold_is_left_over() -> None:
    found = fit_closely(D("0.01"), D(5000), D("0.00"), Facts(price_scale=0, discount_scale=0))
    assert found.residual != 0
    assert found.extended + found.residual == D("0.01")


@given(prices, quantities)
def test_an_honest_line_always_fits(price: Decimal, quantity: Decimal) -> None:
    found = fit(price * quantity, quantity, price, discounted=False, facts=FOUR)
    assert (found.unit_price, found.discount_percent, found.residual) == (price, D(0), D(0))


@given(prices, quantities, st.integers(0, 10_000), st.sampled_from([TWO, FOUR]))
def test_nothing_is_lost_between_amount_and_formula(
    price: Decimal, quantity: Decimal, share: int, facts: Facts
) -> None:
    amount = (price * quantity * share / 10_000).quantize(D("0.01"))
    for found in (
        fit(amount, quantity, price, discounted=True, facts=facts),
        fit_closely(amount, quantity, price, facts),
    ):
        assert found.extended == extended(quantity, found.unit_price, found.discount_percent)
        assert found.extended + found.residual == amount
        assert 0 <= found.discount_percent <= 100


@given(prices, st.integers(1, 200).map(Decimal), st.integers(1, 10_000))
def test_lines_up_to_a_thousand_always_fit_closely(price: Decimal, quantity: Decimal, share: int) -> None:
    amount = (price * quantity * share / 10_000).quantize(D("0.01"))
    if 0 < amount <= 1000:
        assert fit_closely(amount, quantity, price, FOUR).residual == 0
