"""Sharing money out so that not a cent is lost: largest remainder at once, cumulative over time."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tandem.values import round_to


def allocate(amount: Decimal, weights: Sequence[Decimal], *, decimals: int = 2) -> tuple[Decimal, ...]:
    """Shares of `amount` in proportion to `weights`, exact in sum; what remains goes to the largest remainders.

    Ties go to the earlier line and a weight of zero gets nothing. If the weights add up to zero there is no proportion:
    then all that are not zero share evenly, or all of them if every one is zero.

    Raises:
        ValueError: nothing to share over, or `amount` is finer than `decimals`.
    """
    units = _units(amount, decimals)
    if not weights:
        raise ValueError(f"{amount} cannot be shared over no lines")
    shares = _shares(abs(units), _whole_numbers(weights))
    sign = -1 if units < 0 else 1
    return tuple(Decimal(sign * share).scaleb(-decimals) for share in shares)


def _units(amount: Decimal, decimals: int) -> int:
    scaled = amount.scaleb(decimals)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} is finer than {decimals} decimals; round it first")
    return int(scaled)


def _whole_numbers(weights: Sequence[Decimal]) -> list[int]:
    """The weights as integers in the same proportion, of which the sum is positive."""
    finest = min(_exponent(weight) for weight in weights)
    whole = [int(weight.scaleb(-finest)) for weight in weights]
    if sum(whole) == 0:
        return [1 if weight else 0 for weight in whole] if any(whole) else [1] * len(whole)
    return [-weight for weight in whole] if sum(whole) < 0 else whole


def _exponent(weight: Decimal) -> int:
    exponent = weight.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{weight} is no weight; it must be a finite number")
    return min(exponent, 0)


def _shares(units: int, weights: list[int]) -> list[int]:
    whole = sum(weights)
    parts = [divmod(units * weight, whole) for weight in weights]
    shares = [share for share, _ in parts]
    by_remainder = sorted(range(len(parts)), key=lambda line: (-parts[line][1], line))
    for line in by_remainder[: units - sum(shares)]:
        shares[line] += 1
    return shares


def cumulative_share(amount: Decimal, *, before: Decimal, after: Decimal, whole: Decimal, decimals: int = 2) -> Decimal:
    """The share of `amount` that falls on the step from `before` to `after` of `whole`.

    Each step takes what the rounded running total has grown by, so all steps together give `amount` whatever
    their number and size.

    Raises:
        ValueError: `whole` is zero.
    """
    if whole == 0:
        raise ValueError("a share of nothing has no size; the whole must not be zero")
    return round_to(amount * after / whole, decimals) - round_to(amount * before / whole, decimals)
