from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.rules.allocation import allocate, cumulative_share
from tests.unit.rules.making import D

amounts = st.integers(-10_000_000, 10_000_000)
weights = st.lists(st.decimals(0, 100_000, places=3), min_size=1, max_size=30)


def decimals(*texts: str) -> list[Decimal]:
    return [D(text) for text in texts]


def test_case_052_ten_off_three_equal_lines() -> None:
    lines = decimals("33.33", "33.33", "33.33")
    shares = allocate(D("10.00"), lines)
    assert shares == tuple(decimals("3.34", "3.33", "3.33"))
    nets = [line - share for line, share in zip(lines, shares, strict=True)]
    assert nets == decimals("29.99", "30.00", "30.00")
    assert sum(nets) == D("89.99")


def test_case_054_nothing_on_the_free_line() -> None:
    assert allocate(D("5.00"), decimals("19.90", "0", "10.10")) == tuple(decimals("3.32", "0.00", "1.68"))


def test_case_080_bundle_by_list_prices() -> None:
    assert allocate(D("99.00"), decimals("60", "45", "15")) == tuple(decimals("49.50", "37.13", "12.37"))


@pytest.mark.parametrize(
    ("amount", "places", "expected"),
    [
        ("-10.00", 2, ("-3.34", "-3.33", "-3.33")),
        ("100", 0, ("34", "33", "33")),
        ("1.000", 3, ("0.334", "0.333", "0.333")),
        ("0.00", 2, ("0.00", "0.00", "0.00")),
        ("0.01", 2, ("0.01", "0.00", "0.00")),
    ],
)
def test_minor_units_and_signs(amount: str, places: int, expected: tuple[str, ...]) -> None:
    assert allocate(D(amount), decimals("1", "1", "1"), decimals=places) == tuple(map(D, expected))


def test_no_proportion_is_shared_evenly() -> None:
    assert allocate(D("1.00"), decimals("0", "0", "0")) == tuple(decimals("0.34", "0.33", "0.33"))
    assert allocate(D("1.00"), decimals("5", "0", "-5")) == tuple(decimals("0.50", "0.00", "0.50"))


def test_credit_lines_take_their_part_with_their_sign() -> None:
    assert allocate(D("8.00"), decimals("100", "-20")) == tuple(decimals("10.00", "-2.00"))
    assert allocate(D("-8.00"), decimals("-100", "20")) == tuple(decimals("-10.00", "2.00"))


@pytest.mark.parametrize(("amount", "lines"), [("0.001", ["1"]), ("1.00", []), ("1.00", ["Infinity"])])
def test_what_cannot_be_shared_is_refused(amount: str, lines: list[str]) -> None:
    with pytest.raises(ValueError, match=r"decimals|no lines|no weight"):
        allocate(D(amount), decimals(*lines))


@given(amounts, weights, st.sampled_from([0, 2, 3]))
def test_shares_add_up_and_are_never_off_by_a_minor_unit(units: int, lines: list[Decimal], places: int) -> None:
    amount, unit = D(units).scaleb(-places), D(1).scaleb(-places)
    shares = allocate(amount, lines, decimals=places)
    assert sum(shares) == amount
    whole = sum(lines)
    for share, weight in zip(shares, lines, strict=True):
        exact = amount * weight / whole if whole else amount / len(lines)
        assert abs(share - exact) < unit
        assert weight or not whole or share == 0


@given(amounts, weights)
def test_a_negative_amount_mirrors_the_positive(units: int, lines: list[Decimal]) -> None:
    amount = D(units).scaleb(-2)
    assert allocate(-amount, lines) == tuple(-share for share in allocate(amount, lines))


@given(amounts, weights)
def test_equal_weights_never_favour_a_later_line(units: int, lines: list[Decimal]) -> None:
    shares = allocate(D(units).scaleb(-2), lines)
    for i, (weight, share) in enumerate(zip(lines, shares, strict=True)):
        for other, other_share in zip(lines[i + 1 :], shares[i + 1 :], strict=True):
            assert weight != other or abs(share) >= abs(other_share)


def test_case_094_tax_by_shipment() -> None:
    whole = D(3)
    first = cumulative_share(D("7.13"), before=D(0), after=D(1), whole=whole)
    second = cumulative_share(D("7.13"), before=D(1), after=D(3), whole=whole)
    assert (first, second) == (D("2.38"), D("4.75"))


@given(amounts, st.lists(st.integers(1, 20), min_size=1, max_size=12))
def test_any_number_of_steps_gives_the_whole(units: int, steps: list[int]) -> None:
    amount, done, given_out = D(units).scaleb(-2), D(0), D(0)
    for step in steps:
        given_out += cumulative_share(amount, before=done, after=done + step, whole=D(sum(steps)))
        done += step
    assert given_out == amount


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be zero"):
        cumulative_share(D(1), before=D(0), after=D(0), whole=D(0))
