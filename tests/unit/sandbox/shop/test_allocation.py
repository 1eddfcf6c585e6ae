from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.sandbox.shop.allocation import settle_parts, spread

cents = st.integers(0, 10**7).map(lambda n: Decimal(n).scaleb(-2))


def of(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        ("10.00", of("33.33", "33.33", "33.33"), of("3.34", "3.33", "3.33")),
        ("5.00", of("19.90", "0.00", "10.10"), of("3.32", "0.00", "1.68")),
        ("99.00", of("60", "45", "15"), of("49.50", "37.13", "12.37")),
        ("0.01", of("1", "1"), of("0.01", "0.00")),
        ("0.00", of("0", "0"), of("0", "0")),
        ("-1.00", of("1", "1", "1"), of("-0.33", "-0.33", "-0.34")),
    ],
)
def test_spreads_by_largest_remainder_with_ties_to_the_earlier_line(total, weights, parts) -> None:
    assert spread(Decimal(total), weights, 2) == parts


def test_money_cannot_be_spread_over_nothing() -> None:
    with pytest.raises(ValueError, match=r"5\.00 cannot be spread"):
        spread(Decimal("5.00"), of("0", "0"), 2)


@settings(deadline=None)
@given(total=cents, weights=st.lists(cents, min_size=1, max_size=40))
def test_parts_add_up_and_lie_within_a_cent_of_their_share(total, weights) -> None:
    if not sum(weights):
        weights = [*weights, Decimal(1)]
    parts = spread(total, weights, 2)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < Decimal("0.01")
        assert weight or not part


@settings(deadline=None)
@given(exact=st.lists(st.decimals(-1000, 1000, places=5), min_size=1, max_size=20))
def test_signed_parts_add_up_to_the_rounded_sum(exact) -> None:
    total = sum(exact, Decimal(0)).quantize(Decimal("0.01"))
    parts = settle_parts(exact, total, 2)
    assert sum(parts) == total
    assert all(abs(part - share) < Decimal("0.01") for part, share in zip(parts, exact, strict=True))
