"""A credit memo that takes a whole invoice back, as it was: of a shipment that was voided after it was invoiced."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tandem.entities.invoice import Invoice, InvoiceDocument, InvoiceLine
from tandem.entities.sold import SoldOrder
from tandem.rules.posting.balances import Balances, Taken, taken
from tandem.rules.posting.books import Books, Leg
from tandem.rules.posting.halt import done, hold, pass_over
from tandem.rules.posting.lines import billing_legs, invoice_line
from tandem.values import ZERO


def reversal(
    order: SoldOrder, booked: Invoice | None, name: str, day: str, books: Books, balances: Balances
) -> InvoiceDocument:
    """The credit memo of an invoice.

    Raises:
        Halt: there is no invoice to take back, it was taken back already, or refunds took from it before.
    """
    if booked is None:
        raise pass_over("voided before it was invoiced")
    if credited := balances.booked(name):
        raise done(f"invoice {booked.invoice_no} was taken back already", credited.invoice_no)
    left = balances.left_on(booked)
    if left != booked.total:
        raise hold(
            f"invoice {booked.invoice_no}: is to be taken back with its {booked.total}, but refunds took "
            f"{booked.total - left} of it; credit the rest of {left} by hand",
        )
    lines = _lines(order, booked)
    tax = sum((line.tax for line in lines), ZERO)
    total = -booked.total
    return InvoiceDocument(
        external_id=name,
        type="creditMemo",
        order_id=order.order_id,
        sales_order_no=order.sales_order_no,
        shipment_no=booked.shipment_no,
        applies_to=booked.invoice_no,
        customer_key=order.customer_key,
        invoice_date=day,
        currency=order.currency,
        exchange_rate=books.rate,
        reference=order.number,
        lines=tuple(lines),
        tax=tax,
        total=total,
        journal=books.journal(_legs(order, booked, total, books, balances)),
        notes=("voided in Sage Pro after it was invoiced",),
    )


def _lines(order: SoldOrder, booked: Invoice) -> list[InvoiceLine]:
    """The lines of an invoice the other way round.

    Raises:
        Halt: people added lines that the order does not have.
    """
    sold = {line.line_id: line for line in order.lines}
    lines = [
        invoice_line(sold[line.line_id], -line.quantity, -line.amount, -line.tax)
        for line in booked.lines
        if line.line_id in sold
    ]
    made = -sum((line.amount + line.tax for line in lines), ZERO)
    if made != booked.total:
        raise hold(f"invoice {booked.invoice_no}: its total is {booked.total}, its lines of the order make {made}")
    return lines


def _legs(order: SoldOrder, booked: Invoice, total: Decimal, books: Books, balances: Balances) -> Iterator[Leg]:
    yield balances.leg(books, "receivable", total)
    sold = {line.line_id: line for line in order.lines}
    for line in booked.lines:
        if line.line_id not in sold:
            continue
        now: Taken = taken(balances.billing, line.line_id)
        back = invoice_line(sold[line.line_id], -line.quantity, -line.amount, -line.tax)
        yield from billing_legs(sold[line.line_id], back, now, books)
