"""Fits a line's amount into Sage Pro's formula, extprice = round(qtyord x price x (1 - disc / 100), 2).

The amount is the shop's and stands; unit price and discount percent are bent to it as little as possible, and what
still does not fit is left over for the explicit rounding line.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from tandem.rules.circumstances import Facts
from tandem.values import ZERO, round_to

HUNDRED = Decimal(100)

NEARBY_PRICES = 400
"""How many steps of the price column are tried; on a line of 100,000.00 about one step in a hundred fits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """Unit price and discount percent of a line, what Sage Pro makes of them, and what is left over."""

    unit_price: Decimal
    discount_percent: Decimal
    extended: Decimal
    residual: Decimal


def extended(quantity: Decimal, unit_price: Decimal, discount_percent: Decimal, *, scale: int = 2) -> Decimal:
    """What Sage Pro computes for a line, rounded half up."""
    return round_to(quantity * unit_price * (HUNDRED - discount_percent) / HUNDRED, scale)


def fit(amount: Decimal, quantity: Decimal, price: Decimal, *, discounted: bool, facts: Facts) -> Fit:
    """The shop's unit price with an exact discount percent if there is one, else the net unit price if that fits.

    A line without a discount keeps its price, rounded to the column: a difference is then for people to see.
    """
    listed = round_to(price, facts.price_scale)
    percent = _percent(amount, quantity * listed, facts) if discounted else ZERO
    as_sold = _fit(amount, quantity, listed, percent, facts)
    if as_sold.residual == 0 or not discounted:
        return as_sold
    net = _fit(amount, quantity, round_to(amount / quantity, facts.price_scale), ZERO, facts)
    return net if abs(net.residual) < abs(as_sold.residual) else as_sold


def fit_closely(amount: Decimal, quantity: Decimal, price: Decimal, facts: Facts) -> Fit:
    """As near to the amount as the columns allow: the net unit price, else a price nearby with a small discount.

    For the rare document whose leftovers together are more than one rounding line may carry.
    """
    best = _fit(amount, quantity, round_to(amount / quantity, facts.price_scale), ZERO, facts)
    step = Decimal(1).scaleb(-facts.price_scale)
    net = (amount / quantity).quantize(step, rounding=ROUND_CEILING)
    start = max(round_to(price, facts.price_scale), net)
    if best.residual == 0 or amount / quantity <= 0:
        return best
    for candidate in (start + step * n for n in range(NEARBY_PRICES)):
        percent = _percent(amount, quantity * candidate, facts)
        near = _fit(amount, quantity, candidate, percent, facts)
        best = near if abs(near.residual) < abs(best.residual) else best
        if best.residual == 0:
            break
    return best


def _fit(amount: Decimal, quantity: Decimal, price: Decimal, percent: Decimal, facts: Facts) -> Fit:
    made = extended(quantity, price, percent, scale=facts.amount_scale)
    return Fit(unit_price=price, discount_percent=percent, extended=made, residual=amount - made)


def _percent(amount: Decimal, gross: Decimal, facts: Facts) -> Decimal:
    if gross == 0:
        return ZERO
    exact = HUNDRED - HUNDRED * amount / gross
    return min(max(round_to(exact, facts.discount_scale), ZERO), HUNDRED)
