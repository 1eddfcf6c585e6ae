"""The arithmetic of an order, exact: half up to cents, as Sage Pro extends a line."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal, localcontext

from tandem.values import ZERO, round_to

CENTS = 2
_WIDE = Context(prec=80)  # a product of three wire numbers never loses a digit before it is rounded once


def extended(quantity: Decimal, price: Decimal, discount: Decimal) -> Decimal:
    """Quantity x price less the discount per cent, rounded half up to cents."""
    with localcontext(_WIDE):
        return round_to(quantity * price * (100 - discount) / 100, CENTS)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, exact whatever the size."""
    with localcontext(_WIDE):
        return sum(amounts, ZERO)


def in_base(amount: Decimal, rate: Decimal, scale: int) -> Decimal:
    """An amount of the order's currency in the company's: the rate says what one unit is worth there."""
    if rate == 1:
        return round_to(amount, scale)
    with localcontext(_WIDE):
        return round_to(amount * rate, scale)
