"""Tax: taken apart where prices include it; the shop's own figures are never computed anew."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from tandem.rules.allocation import allocate
from tandem.values import round_to


class Split(NamedTuple):
    """An amount without its tax, and the tax; together they are what was paid."""

    net: Decimal
    tax: Decimal


def by_rate(gross: Decimal, rate: Decimal, *, decimals: int = 2) -> Split:
    """An amount that includes tax at `rate` (0.20 is 20 %), taken apart; the tax is what the net leaves.

    Computing the tax on the rounded net instead would change the total that the customer paid.
    """
    net = round_to(gross / (1 + rate), decimals)
    return Split(net, gross - net)


def by_amount(total: Decimal, tax: Decimal, *, included: bool) -> Split:
    """A shop's amount and its stated tax; the tax is inside the amount if `included`."""
    return Split(total - tax if included else total, tax)


def share_out(tax: Decimal, amounts: Sequence[Decimal], *, decimals: int = 2) -> tuple[Decimal, ...]:
    """Tax that is stated only for the whole order, shared out over its lines by amount."""
    return allocate(tax, amounts, decimals=decimals)
