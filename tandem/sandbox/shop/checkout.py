"""The arithmetic of the checkout: from goods, discounts and charges to every total that the shop states.

Shares nothing with the rules that Tandem checks orders by: the two must agree because both are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tandem.sandbox.shop.allocation import spread
from tandem.sandbox.shop.cart import Cart, Discount, Line, Shipping, Tax
from tandem.sandbox.shop.taxes import document_taxes, line_taxes, stated_taxes, tax_lines
from tandem.values import ZERO, minor_units, round_to

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


def check_out(cart: Cart, currency: str) -> dict[str, Any]:
    """Lines, charges and totals of the order; every line's name, unit and price must be filled in."""
    decimals = minor_units(currency)
    work = [w for line in cart.lines for w in _opened(line, cart.bundle_money, decimals)]
    for discount in cart.discounts:
        _order_discount(discount, work, decimals)
    for w in work:
        if w.line.line_total is not None:
            w.net = w.line.line_total
    _tax(cart, work, decimals)
    shipping = [_shipping(cart, way, decimals) for way in cart.shipping]
    fees = [
        {
            "kind": fee.kind,
            "title": fee.title or fee.kind.capitalize(),
            "amount": round_to(fee.amount, decimals),
            "taxAmount": _charge_tax(cart, fee.amount, fee.taxes, decimals),
        }
        for fee in cart.fees
    ]
    lines = [_line_record(w) for w in work]
    return {"lineItems": lines, "shippingLines": shipping, "fees": fees} | _totals(cart, work, shipping, fees)


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


def _taxes_of(cart: Cart, line: Line) -> tuple[Tax, ...]:
    if cart.tax_exempt:
        return ()
    if line.taxes is not None:
        return line.taxes
    return () if line.gift_card else cart.taxes


def _tax(cart: Cart, work: Sequence[Working], decimals: int) -> None:
    taxes: list[Sequence[Tax]] = [_taxes_of(cart, w.line) for w in work]
    for index, w in enumerate(work):
        if w.line.tax_amount and not taxes[index]:
            taxes[index] = (Tax(rate=ZERO),)
    bases = [w.net for w in work]
    if cart.tax_rounding == "document":
        amounts = document_taxes(bases, taxes, included=cart.taxes_included, decimals=decimals)
    else:
        pairs = zip(bases, taxes, strict=True)
        amounts = [line_taxes(b, t, included=cart.taxes_included, decimals=decimals) for b, t in pairs]
    for index, w in enumerate(work):
        if w.line.tax_amount is not None:
            amounts[index] = stated_taxes(w.line.tax_amount, taxes[index], decimals)
        w.taxes = tax_lines(taxes[index], amounts[index])


def _charge_tax(cart: Cart, base: Decimal, taxes: Sequence[Tax], decimals: int) -> Decimal:
    applied = () if cart.tax_exempt else taxes
    return sum(line_taxes(base, applied, included=cart.taxes_included, decimals=decimals), ZERO)


def _shipping(cart: Cart, way: Shipping, decimals: int) -> dict[str, Any]:
    amount, discount = round_to(way.amount, decimals), round_to(way.discount, decimals)
    taxes = cart.taxes if way.taxes is None else way.taxes
    return {
        "method": way.method,
        "title": way.title or way.method.capitalize(),
        "amount": amount,
        "discount": discount,
        "taxAmount": _charge_tax(cart, amount - discount, taxes, decimals),
    }


def _line_record(w: Working) -> dict[str, Any]:
    line = w.line
    return {
        "lineId": line.line_id,
        "sku": line.sku,
        "productId": line.product_id,
        "name": line.name,
        "quantity": line.quantity,
        "unit": line.unit,
        "unitPrice": line.unit_price,
        "discountAllocations": w.off,
        "taxLines": w.taxes,
        "lineTotal": w.net,
        "requiresShipping": line.requires_shipping,
        "giftCard": line.gift_card or False,
        "bundleParentLineId": w.parent,
        "fulfilledQuantity": ZERO,
        "refundedQuantity": ZERO,
        "currentQuantity": line.quantity,
    }


def _totals(
    cart: Cart, work: Sequence[Working], shipping: Sequence[dict[str, Any]], fees: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    goods = sum((w.net for w in work), ZERO)
    ship_off = sum((way["discount"] for way in shipping), ZERO)
    carriage = sum((way["amount"] for way in shipping), ZERO) - ship_off
    fee = sum((one["amount"] for one in fees), ZERO)
    tax = sum((one["amount"] for w in work for one in w.taxes), ZERO)
    tax += sum((one["taxAmount"] for one in (*shipping, *fees)), ZERO)
    return {
        "subtotal": sum((w.gross for w in work), ZERO),
        "discountTotal": sum((off["amount"] for w in work for off in w.off), ZERO) + ship_off,
        "shippingTotal": carriage,
        "feeTotal": fee,
        "taxTotal": tax,
        "totalAmount": goods + carriage + fee + (ZERO if cart.taxes_included else tax),
    }
