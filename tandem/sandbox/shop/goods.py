"""The goods of a cart, priced: bundles opened, discounts spread, taxes not yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tandem.sandbox.shop.allocation import spread
from tandem.sandbox.shop.cart import Cart, Discount, Line
from tandem.values import ZERO, round_to

BUNDLE = "bundle"
"""Code of the allowance that keeps a bundle's money from being counted twice."""


@dataclass
class Working:
    """A line under way: `net` is what is left of `gross` after the discounts so far."""

    line: Line
    parent: str | None
    gross: Decimal
    net: Decimal
    off: list[dict[str, Any]] = field(default_factory=list)
    taxes: list[dict[str, Any]] = field(default_factory=list)

    def reduce(self, amount: Decimal, code: str) -> None:
        """Takes a discount off."""
        self.net -= amount
        self.off.append({"amount": amount, "code": code})


def priced_goods(cart: Cart, decimals: int) -> list[Working]:
    """Every line with what is left of its price after all discounts; the parts of a bundle stand behind it."""
    work = [w for line in cart.lines for w in _opened(line, cart.bundle_money, decimals)]
    for discount in cart.discounts:
        _order_discount(discount, work, decimals)
    for w in work:
        if w.line.line_total is not None:
            w.net = w.line.line_total
    return work


def _opened(line: Line, bundle_money: str, decimals: int) -> list[Working]:
    """The line, and behind it the parts of a bundle."""
    work = _priced(line, None, decimals)
    parts = [_priced(_part_line(line, number), line.line_id, decimals) for number in range(len(line.parts))]
    if not parts:
        return [work]
    if bundle_money == "parent":
        for part in parts:
            part.reduce(part.net, BUNDLE)
    else:
        shares = spread(work.net, [part.gross for part in parts], decimals)
        for part, share in zip(parts, shares, strict=True):
            part.reduce(part.net - share, BUNDLE)
        work.reduce(work.net, BUNDLE)
    return [work, *parts]


def _part_line(line: Line, number: int) -> Line:
    part = line.parts[number]
    return Line(
        line_id=part.line_id, sku=part.sku, name=part.name, quantity=part.quantity * line.quantity, unit="each",
        unit_price=part.unit_price, taxes=line.taxes, requires_shipping=line.requires_shipping,
    )  # fmt: skip


def _priced(line: Line, parent: str | None, decimals: int) -> Working:
    gross = round_to(line.quantity * (line.unit_price or ZERO), decimals)
    work = Working(line=line, parent=parent, gross=gross, net=gross)
    for discount in line.discounts:
        work.reduce(_worth(discount, work.net, decimals), discount.code)
    return work


def _worth(discount: Discount, base: Decimal, decimals: int) -> Decimal:
    """Never more than there is to take it off."""
    if discount.percent is not None:
        return round_to(base * discount.percent / 100, decimals)
    return min(round_to(discount.amount or ZERO, decimals), max(base, ZERO))


def _order_discount(discount: Discount, work: Sequence[Working], decimals: int) -> None:
    """Spread over what still costs something; money put on a gift card is not reduced."""
    bases = [w.net if w.net > 0 and not w.line.gift_card else ZERO for w in work]
    amount = _worth(discount, sum(bases, ZERO), decimals)
    for w, part in zip(work, spread(amount, bases, decimals), strict=True):
        if part:
            w.reduce(part, discount.code)
