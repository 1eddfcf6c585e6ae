"""Taxes on lines: on top of prices or inside them, rounded line by line or once for the whole order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tandem.sandbox.shop.allocation import rounded_sum, settle_parts, spread
from tandem.sandbox.shop.cart import Tax
from tandem.values import ZERO, round_to


def line_taxes(base: Decimal, taxes: Sequence[Tax], *, included: bool, decimals: int) -> list[Decimal]:
    """The amount of each tax on one line; `base` holds the taxes already if they are included."""
    if not included:
        return [round_to(base * tax.rate, decimals) for tax in taxes]
    rate = sum((tax.rate for tax in taxes), ZERO)
    inside = base - round_to(base / (1 + rate), decimals)
    if not rate:
        return [ZERO for _ in taxes]
    return spread(inside, [tax.rate for tax in taxes], decimals)


def document_taxes(
    bases: Sequence[Decimal], taxes: Sequence[Sequence[Tax]], *, included: bool, decimals: int
) -> list[list[Decimal]]:
    """The same over all lines: each tax is rounded once, and its lines are made to add up to that."""
    made = [[ZERO for _ in of_line] for of_line in taxes]
    places: dict[Tax, list[tuple[int, int]]] = {}
    for line, of_line in enumerate(taxes):
        for position, tax in enumerate(of_line):
            places.setdefault(tax, []).append((line, position))
    for tax, spots in places.items():
        exact = [_exact(bases[line], tax, taxes[line], included=included) for line, _ in spots]
        parts = settle_parts(exact, rounded_sum(exact, decimals), decimals)
        for (line, position), part in zip(spots, parts, strict=True):
            made[line][position] = part
    return made


def _exact(base: Decimal, tax: Tax, together: Sequence[Tax], *, included: bool) -> Decimal:
    if not included:
        return base * tax.rate
    return base * tax.rate / (1 + sum((one.rate for one in together), ZERO))


def stated_taxes(amount: Decimal, taxes: Sequence[Tax], decimals: int) -> list[Decimal]:
    """An amount that the shop states itself, spread over the line's taxes by their rates."""
    weights = [tax.rate for tax in taxes]
    return spread(amount, weights if any(weights) else [Decimal(1) for _ in taxes], decimals)


def tax_lines(taxes: Sequence[Tax], amounts: Sequence[Decimal]) -> list[dict[str, Any]]:
    """As they stand in the order."""
    return [
        {"title": tax.title, "rate": tax.rate, "amount": amount, "jurisdiction": tax.jurisdiction}
        for tax, amount in zip(taxes, amounts, strict=True)
    ]
