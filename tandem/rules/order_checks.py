"""What must be true of an order before anything is written; each fault is a sentence that names the field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from tandem.entities.order import Order, OrderLine
from tandem.rules.circumstances import Circumstances, Facts
from tandem.rules.order_lines import Draft, shop_sum
from tandem.values import ZERO, round_to

LARGEST = Decimal(10) ** 12
"""No column of Sage Pro holds more; what does not reach the arithmetic cannot break it."""

FINEST = -10
"""Decimals that no shop needs; beyond them a figure is damaged."""


def figure_faults(order: Order) -> list[str]:
    """Figures that are too large or too fine to be meant."""
    figures: list[tuple[str, Decimal | None]] = [
        (name, getattr(order, name)) for name in ("total", "subtotal", "tax_total", "discount_total", "exchange_rate")
    ]
    for line in order.lines:
        figures += [
            (f"line {line.line_id} {name}", getattr(line, name))
            for name in ("quantity", "pack", "unit_price", "discount", "tax", "total")
        ]
    for charge in order.charges:
        figures += [(f"{charge.kind} {name}", getattr(charge, name)) for name in ("amount", "discount", "tax")]
    for payment in order.payments:
        figures.append((f"payment {payment.payment_id} amount", payment.amount))
    return [f"{name}: {figure} cannot be meant" for name, figure in figures if figure is not None and _wild(figure)]


def _wild(figure: Decimal) -> bool:
    exponent = figure.as_tuple().exponent
    return not isinstance(exponent, int) or exponent < FINEST or figure.adjusted() >= LARGEST.adjusted()


def order_faults(order: Order, around: Circumstances) -> list[str]:
    """What is wrong with the order as the shop states it, before its money is moved about."""
    return [
        *_line_faults(order, around),
        *_precision_faults(order, around.facts),
        *_currency_faults(order, around.facts),
        *_exemption_faults(order),
    ]


def _line_faults(order: Order, around: Circumstances) -> Iterator[str]:
    for line_id, count in Counter(line.line_id for line in order.lines).items():
        if count > 1:
            yield f"line {line_id}: stands {count} times in the order; a line id must be unique"
    bundles = {line.bundle_parent for line in order.lines if line.bundle_parent}
    returns = around.policy.get("negative_quantity") == "return"
    for line in order.lines:
        if line.quantity < 0 and not returns:
            yield f"line {line.line_id} quantity: {line.quantity} is negative; policy takes no returns as order lines"
        yield from _pack_faults(line, around.facts)
        if not (line.bundle_parent or line.line_id in bundles):
            yield from _arithmetic_faults(line, around.facts)


def _pack_faults(line: OrderLine, facts: Facts) -> Iterator[str]:
    if line.pack <= 0:
        yield f"line {line.line_id} pack: {line.pack} pieces make no pack; give a number above zero"
    pieces = line.quantity * line.pack
    if pieces != round_to(pieces, facts.quantity_scale):
        allowed = f"at most {facts.quantity_scale} decimals" if facts.quantity_scale else "a whole number"
        yield f"line {line.line_id} quantity: {pieces} of {line.sku} is not possible; Sage Pro takes {allowed}"


def _arithmetic_faults(line: OrderLine, facts: Facts) -> Iterator[str]:
    """The line's own sum, give or take the rounding limit and what a unit price shown in cents may hide."""
    made = line.unit_price * line.quantity - line.discount
    hidden = abs(line.quantity) * Decimal(5).scaleb(-facts.amount_scale - 1)
    if abs(line.total - made) > max(facts.rounding_limit, hidden):
        yield (
            f"line {line.line_id} total: the shop says {line.total}, but {line.quantity} at {line.unit_price} "
            f"less {line.discount} makes {made}"
        )


def _precision_faults(order: Order, facts: Facts) -> Iterator[str]:
    for name in ("total", "tax_total"):
        amount: Decimal = getattr(order, name)
        if amount != round_to(amount, facts.amount_scale):
            yield f"{name}: {amount} {order.currency} has more than the {facts.amount_scale} decimals of Sage Pro"


def _currency_faults(order: Order, facts: Facts) -> Iterator[str]:
    if order.currency == facts.company_currency:
        return
    if order.shop_currency != facts.company_currency:
        yield (
            f"currency: the order is in {order.currency} and the shop's rate leads to {order.shop_currency}, "
            f"but the company's currency is {facts.company_currency}"
        )
    elif order.exchange_rate is None or order.exchange_rate <= 0:
        yield (
            f"exchange_rate: is missing for {order.currency} on {order.business_date}; "
            f"give the rate of that day to {facts.company_currency}"
        )


def _exemption_faults(order: Order) -> Iterator[str]:
    if order.tax_exempt and order.tax_total:
        yield f"tax_exempt: is set, but the shop charged tax of {order.tax_total}; one of the two is wrong"


def total_faults(order: Order, lines: Sequence[Draft], facts: Facts) -> list[str]:
    """The total check: what the shop says against what its own lines, charges and tax make."""
    if not lines:
        return ["lines: none is left with a quantity, so there is nothing to enter"]
    made = shop_sum(order, lines)
    faults = list(_apart("total", order.total, made, "its lines, charges and tax make", facts))
    faults += _apart("tax_total", order.tax_total, _sum(line.tax for line in lines), "its lines carry", facts)
    return faults


def _apart(field: str, says: Decimal, makes: Decimal, words: str, facts: Facts) -> Iterator[str]:
    difference = says - makes
    if abs(difference) > facts.rounding_limit:
        yield (
            f"{field}: the shop says {says}, {words} {makes}; the difference of {difference} is more than the "
            f"{facts.rounding_limit} that a rounding line may carry"
        )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
