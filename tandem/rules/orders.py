"""What an order of the shop becomes in Sage Pro: a sales order with every cent placed, or a reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tandem.entities.order import DocumentLine, Order, OrderDocument
from tandem.entities.state import Outcome, held, skipped
from tandem.rules.circumstances import Circumstances, Facts
from tandem.rules.order_checks import figure_faults, order_faults, total_faults
from tandem.rules.order_lines import ROUNDING, Draft, document_lines, drafts, shop_sum
from tandem.rules.payments import capture_note
from tandem.values import ZERO


def plan(order: Order, around: Circumstances) -> OrderDocument | Outcome:
    """The sales order, or SKIPPED for what is not to be posted, or HELD with every fault there is."""
    if order.is_test:
        return skipped("test: the shop marked it as a test order")
    if order.status == "cancelled" and not around.perhaps_written:
        return skipped(f"cancelled in the shop before it was entered{_because(order)}")
    if faults := figure_faults(order):
        return held("; ".join(faults))
    if order.status == "cancelled":
        return _cancellation(order, around)
    notes: list[str] = []
    faults = order_faults(order, around)
    lines = [] if faults else drafts(order, around.facts, notes)
    faults = faults or total_faults(order, lines, around.facts)
    if faults or around.hold_reason:
        return _held(order, lines, [*faults, *filter(None, [around.hold_reason])])
    return _placed(order, lines, around, notes)


def _because(order: Order) -> str:
    return f": {order.cancel_reason}" if order.cancel_reason else ""


def _held(order: Order, lines: Sequence[Draft], reasons: Sequence[str]) -> Outcome:
    detail = {}
    if lines:
        made = shop_sum(order, lines)
        detail = {"shop_total": order.total, "computed_total": made, "difference": order.total - made}
    return held("; ".join(reasons), **detail)


def _placed(order: Order, lines: list[Draft], around: Circumstances, notes: list[str]) -> OrderDocument | Outcome:
    """Fit the lines into Sage Pro's columns; what is left over is one explicit rounding line, within its limit."""
    facts = around.facts
    for closely in (False, True):
        fitted = document_lines(order, lines, facts, closely=closely)
        goods, tax = _left_over(order, fitted)
        if max(abs(goods), abs(tax), abs(goods + tax)) <= facts.rounding_limit:
            return _document(order, fitted, (goods, tax), around, notes)
    return held(
        f"total: Sage Pro's columns cannot hold the lines of {order.total} nearer than {goods + tax}; "
        f"a rounding line may carry {facts.rounding_limit}",
        shop_total=order.total,
        computed_total=order.total - goods - tax,
        difference=goods + tax,
    )


def _left_over(order: Order, lines: Sequence[DocumentLine]) -> tuple[Decimal, Decimal]:
    """What the lines lack of the shop's goods and of its tax."""
    goods = order.total - order.tax_total - sum((line.amount for line in lines), ZERO)
    return goods, order.tax_total - sum((line.tax for line in lines), ZERO)


def _document(
    order: Order,
    lines: list[DocumentLine],
    left_over: tuple[Decimal, Decimal],
    around: Circumstances,
    notes: list[str],
) -> OrderDocument:
    goods, tax = left_over
    if goods or tax:
        lines = [*lines, rounding_line(goods, tax)]
        notes.append(f"rounding line of {goods + tax}")
    notes += _remarks(order, lines)
    return OrderDocument(
        order=order,
        lines=tuple(lines),
        tax=order.tax_total,
        total=order.total,
        location=str(around.policy.get("location") or ""),
        payment_terms=str(around.policy.get("payment_terms") or ""),
        release=_release(order, around),
        notes=tuple(notes),
    )


def rounding_line(amount: Decimal, tax: Decimal) -> DocumentLine:
    """The one line that says openly what the shop's figures and Sage Pro's formula differ by."""
    return DocumentLine(
        line_id=ROUNDING,
        kind="rounding",
        description="Rounding",
        quantity=Decimal(1),
        unit_price=amount,
        amount=amount,
        tax=tax,
    )


def _remarks(order: Order, lines: Sequence[DocumentLine]) -> list[str]:
    free = [line.line_id for line in lines if line.free]
    remarks = [f"free of charge: line {', '.join(free)}"] if free else []
    if order.tax_exempt and not order.tax_exempt_code:
        remarks.append("tax_exempt: is set without the code of a certificate")
    if order.status == "onHold":
        remarks.append("kept from the warehouse: the shop has it on hold")
    return remarks + list(filter(None, [capture_note(order)]))


def _release(order: Order, around: Circumstances) -> bool:
    return order.status != "onHold" and around.policy.get("release") is not False


def _cancellation(order: Order, around: Circumstances) -> OrderDocument:
    """The order as the shop left it, marked as cancelled; a sum that no longer adds up must not keep it alive."""
    facts: Facts = around.facts
    notes: list[str] = [f"cancelled in the shop{_because(order)}"]
    lines = document_lines(order, drafts(order, facts, notes), facts, closely=False) or [rounding_line(ZERO, ZERO)]
    tax = sum((line.tax for line in lines), ZERO)
    return OrderDocument(
        order=order,
        lines=tuple(lines),
        tax=tax,
        total=sum((line.amount for line in lines), tax),
        location=str(around.policy.get("location") or ""),
        payment_terms=str(around.policy.get("payment_terms") or ""),
        release=_release(order, around),
        cancelled=True,
        notes=tuple(notes),
    )
