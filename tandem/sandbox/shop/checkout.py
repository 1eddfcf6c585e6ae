"""The arithmetic of the checkout: from goods, discounts and charges to every total that the shop states.

Shares nothing with the rules that Tandem checks orders by: the two must agree because both are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tandem.sandbox.shop.cart import Cart, Line, Shipping, Tax
from tandem.sandbox.shop.goods import Working, priced_goods
from tandem.sandbox.shop.refusal import invalid
from tandem.sandbox.shop.taxes import document_taxes, line_taxes, stated_taxes, tax_lines
from tandem.values import ZERO, minor_units, round_to


def check_out(cart: Cart, currency: str) -> dict[str, Any]:
    """Lines, charges and totals of the order; every line's name, unit and price must be filled in."""
    decimals = minor_units(currency)
    work = priced_goods(cart, decimals)
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


def figures_of(cart: Cart, currency: str) -> dict[str, Any]:
    """As `check_out`.

    Raises:
        ShopError: money would have to be spread over lines that are worth nothing.
    """
    try:
        return check_out(cart, currency)
    except ValueError as error:
        raise invalid("lines", str(error)) from None


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
