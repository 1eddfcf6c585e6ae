"""The lines of an order on their way from the shop's terms to Sage Pro's: packs, bundles, charges, tax, free goods."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from tandem.entities.order import Charge, DocumentLine, Order, OrderLine
from tandem.rules.allocation import allocate
from tandem.rules.circumstances import Facts
from tandem.rules.pricing import HUNDRED, Fit, fit, fit_closely
from tandem.rules.tax import by_amount, share_out
from tandem.values import ZERO, minor_units, round_to

OURS = "+"
"""Begins the line ids that Tandem gives to charges and rounding; a shipment of such a line is none of the shop's."""

ROUNDING = f"{OURS}rounding"


@dataclass(kw_only=True, slots=True)
class Draft:
    """A line while money is still moving; `gross` is before discount, `total` after, both in the shop's terms.

    A bundle's parent hands its money to its parts (`parent` is the parent's line id) and is then left out.
    """

    line_id: str
    kind: str
    sku: str
    description: str
    quantity: Decimal
    gross: Decimal
    total: Decimal
    tax: Decimal
    discounted: bool = False
    parent: str | None = None

    def take(self, money: Decimal, tax: Decimal = ZERO) -> None:
        """Add a share of money and tax that stood elsewhere."""
        self.total += money
        self.tax += tax
        self.discounted = self.gross > self.total


def is_ours(line_id: str) -> bool:
    """Whether Tandem made this line: a charge or the rounding, which the shop has no line for."""
    return line_id.startswith(OURS)


def drafts(order: Order, facts: Facts, notes: list[str]) -> list[Draft]:
    """All lines that will be written, with every cent of the shop's on one of them."""
    lines = [_goods(line) for line in order.lines if line.quantity]
    notes += [f"line {line.line_id}: quantity zero, left out" for line in order.lines if not line.quantity]
    lines += _charges(order.charges, facts)
    _share_discount(order, lines, facts, notes)
    lines = _share_bundles(order, lines, facts, notes)
    _share_tax(order, lines, facts, notes)
    return lines


def _goods(line: OrderLine) -> Draft:
    return Draft(
        line_id=line.line_id,
        kind="gift_card" if line.gift_card else "goods",
        sku=line.sku,
        description=line.name,
        quantity=line.quantity * line.pack,
        gross=line.unit_price * line.quantity,
        total=line.total,
        tax=line.tax,
        discounted=line.discount > 0,
        parent=line.bundle_parent,
    )


def _charges(charges: Iterable[Charge], facts: Facts) -> list[Draft]:
    """Each charge on a line of its own kind; one that came to nothing has none, unless policy wants free freight."""
    counts: dict[str, int] = {}
    lines = []
    for charge in charges:
        counts[charge.kind] = counts.get(charge.kind, 0) + 1
        net = charge.amount - charge.discount
        if net or charge.tax or (charge.kind == "shipping" and facts.free_freight_line):
            lines.append(
                Draft(
                    line_id=f"{OURS}{charge.kind}-{counts[charge.kind]}",
                    kind=charge.kind,
                    sku="",
                    description=charge.name or charge.method,
                    quantity=Decimal(1),
                    gross=net,
                    total=net,
                    tax=charge.tax,
                )
            )
    return lines


def _share_discount(order: Order, lines: list[Draft], facts: Facts, notes: list[str]) -> None:
    """A discount on the whole order that the lines do not show yet, if just that makes the shop's total."""
    stated = sum((line.discount for line in order.lines), ZERO) + sum((c.discount for c in order.charges), ZERO)
    missing = order.discount_total - stated
    payers = [line for line in lines if line.kind == "goods" and line.total > 0]
    if missing <= 0 or not payers or shop_sum(order, lines) - missing != order.total:
        return
    for line, share in zip(payers, _allocate(order, missing, [p.total for p in payers], facts), strict=True):
        line.take(-share)
    notes.append(f"the order's discount of {missing} was shared out over its lines")


def _share_bundles(order: Order, lines: list[Draft], facts: Facts, notes: list[str]) -> list[Draft]:
    """Move a bundle's money to its parts by their list prices; the parent carries neither stock nor money."""
    parts: dict[str, list[Draft]] = {}
    for line in lines:
        if line.parent is not None:
            parts.setdefault(line.parent, []).append(line)
    parents = {line.line_id: line for line in lines if line.line_id in parts}
    for parent in parents.values():
        own = parts[parent.line_id]
        weights = [part.gross for part in own]
        money = _allocate(order, parent.total, weights, facts)
        tax = _allocate(order, parent.tax, weights, facts)
        for part, share, tax_share in zip(own, money, tax, strict=True):
            part.take(share, tax_share)
        notes.append(f"line {parent.line_id}: bundle {parent.sku} is entered as its {len(own)} parts")
    return [line for line in lines if line.line_id not in parents]


def _share_tax(order: Order, lines: list[Draft], facts: Facts, notes: list[str]) -> None:
    """Tax that the shop states for the whole order only."""
    if not order.tax_total or not lines or any(line.tax for line in lines):
        return
    decimals = _decimals(order, order.tax_total, facts)
    shares = share_out(round_to(order.tax_total, decimals), [line.total for line in lines], decimals=decimals)
    for line, share in zip(lines, shares, strict=True):
        line.tax = share
    notes.append(f"the order's tax of {order.tax_total} was shared out over its lines by amount")


def shop_sum(order: Order, lines: Iterable[Draft]) -> Decimal:
    """What the shop's own lines, charges and tax add up to."""
    return sum((line.total for line in lines), ZERO) + (ZERO if order.taxes_included else order.tax_total)


def _allocate(order: Order, amount: Decimal, weights: list[Decimal], facts: Facts) -> tuple[Decimal, ...]:
    decimals = _decimals(order, amount, facts)
    return allocate(round_to(amount, decimals), weights, decimals=decimals)


def _decimals(order: Order, amount: Decimal, facts: Facts) -> int:
    """The currency's own decimals, unless the shop itself states finer amounts than the currency has."""
    fewer = min(minor_units(order.currency), facts.amount_scale)
    return fewer if round_to(amount, fewer) == amount else facts.amount_scale


def document_lines(order: Order, lines: Iterable[Draft], facts: Facts, *, closely: bool) -> list[DocumentLine]:
    """Each line in Sage Pro's columns; `closely` bends prices further than people would, to leave less over."""
    return [_document_line(order, line, facts, closely=closely) for line in lines]


def _document_line(order: Order, line: Draft, facts: Facts, *, closely: bool) -> DocumentLine:
    split = by_amount(
        round_to(line.total, facts.amount_scale), round_to(line.tax, facts.amount_scale), included=order.taxes_included
    )
    fitted = _fitted(line, split.net, facts, closely=closely)
    return DocumentLine(
        line_id=line.line_id,
        kind=line.kind,
        sku=line.sku,
        description=line.description,
        quantity=line.quantity,
        unit_price=fitted.unit_price,
        discount_percent=fitted.discount_percent,
        amount=fitted.extended,
        tax=split.tax,
        taxable=split.tax != 0,
        free=fitted.discount_percent == HUNDRED,
    )


def _fitted(line: Draft, net: Decimal, facts: Facts, *, closely: bool) -> Fit:
    """The list price without the tax that is in it; a line that costs nothing keeps the price it would have had."""
    without_tax = line.gross * net / line.total if line.total else line.gross
    if net and not line.gross:
        without_tax = net
    price = without_tax / line.quantity
    fitted = fit(net, line.quantity, price, discounted=line.discounted, facts=facts)
    return fit_closely(net, line.quantity, price, facts) if closely and fitted.residual else fitted
