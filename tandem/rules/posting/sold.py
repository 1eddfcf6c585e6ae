"""From the order as it was planned to the order as it is invoiced: the same lines, to the cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from tandem.entities.order import DocumentLine, Order, OrderDocument, OrderLine
from tandem.entities.sold import SoldLine, SoldOrder, TaxShare
from tandem.rules.allocation import allocate
from tandem.values import ZERO, minor_units, round_to

GOODS = "goods"
Taxes = Mapping[str, Sequence[TaxShare]]
"""The taxes of the shop's lines by their code, where it tells them."""


class Codes:
    """The codes of taxes by line; what no line names (the rounding of tax) goes to the largest of all."""

    def __init__(self, taxes: Taxes) -> None:
        self._taxes = taxes
        sums: dict[str, Decimal] = {}
        for share in (one for shares in taxes.values() for one in shares):
            sums[share.code] = sums.get(share.code, ZERO) + share.amount
        self._largest = max(sums, key=lambda code: sums[code]) if sums else ""

    def split(self, line_id: str, tax: Decimal, currency: str) -> tuple[TaxShare, ...]:
        """The tax of a line by its codes."""
        if not tax:
            return ()
        named = self._taxes.get(line_id, ())
        if not named:
            return (TaxShare(code=self._largest, amount=tax),)
        decimals = max(minor_units(currency), -_exponent(tax))
        shares = allocate(tax, [share.amount for share in named], decimals=decimals)
        return tuple(TaxShare(code=one.code, amount=share) for one, share in zip(named, shares, strict=True))


def sold_of(
    document: OrderDocument, *, sales_order_no: str = "", store: str = "", taxes: Taxes | None = None
) -> SoldOrder:
    """The sold order of a planned document; a line's tax is split by the codes that the shop names for it."""
    order = document.order
    named = {line.line_id: line for line in order.lines}
    codes = Codes(taxes or {})
    return SoldOrder(
        order_id=order.order_id,
        number=order.number,
        sales_order_no=sales_order_no,
        customer_key=order.customer_key,
        store=store or order.source,
        business_date=order.business_date,
        currency=order.currency,
        shop_currency=order.shop_currency,
        exchange_rate=order.exchange_rate,
        taxes_included=order.taxes_included,
        payment_terms=document.payment_terms,
        lines=tuple(_line(line, named.get(line.line_id), order, codes) for line in document.lines),
        payments=order.payments,
    )


def _line(line: DocumentLine, shops: OrderLine | None, order: Order, codes: Codes) -> SoldLine:
    gross = round_to(line.quantity * line.unit_price, -_exponent(line.amount))
    parent = next((one for one in order.lines if shops and one.line_id == shops.bundle_parent), None)
    return SoldLine(
        line_id=line.line_id,
        kind=line.kind,
        sku=line.sku,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        amount=line.amount,
        discount=gross - line.amount if line.discount_percent else ZERO,
        taxes=codes.split(line.line_id, line.tax, order.currency),
        ships=line.kind == GOODS and line.quantity > 0 and (shops is None or shops.requires_shipping),
        pack=shops.pack if shops else Decimal(1),
        bundle=parent.line_id if parent else "",
        per_bundle=line.quantity / parent.quantity if parent and parent.quantity else Decimal(1),
    )


def _exponent(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0
