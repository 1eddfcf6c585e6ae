"""Spreading an amount over lines so that the parts add up to it, by largest remainder."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from tandem.values import ZERO, round_to


def spread(total: Decimal, weights: Sequence[Decimal], decimals: int) -> list[Decimal]:
    """Parts of `total` in proportion to the weights; they add up to it, ties go to the earlier one.

    Raises:
        ValueError: there is something to spread, and nothing to spread it over.
    """
    whole = sum(weights, ZERO)
    if not whole:
        if total:
            raise ValueError(f"{total} cannot be spread over lines that are worth nothing")
        return [ZERO for _ in weights]
    return settle_parts([total * weight / whole for weight in weights], total, decimals)


def settle_parts(exact: Sequence[Decimal], total: Decimal, decimals: int) -> list[Decimal]:
    """The exact parts rounded so that they add up to `total`: the largest fractions are rounded up."""
    step = Decimal(1).scaleb(-decimals)
    parts = [part.quantize(step, rounding=ROUND_FLOOR) for part in exact]
    missing = int((total - sum(parts, ZERO)) / step)
    largest_first = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for index in largest_first[:missing]:
        parts[index] += step
    return parts


def rounded_sum(exact: Sequence[Decimal], decimals: int) -> Decimal:
    """The sum, rounded once at its end."""
    return round_to(sum(exact, ZERO), decimals)
