"""What a shipment is invoiced at: its share of the order, with revenue and tax recognised now and not before."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tandem.entities.invoice import Invoice, InvoiceDocument, InvoiceLine
from tandem.entities.shipment import Shipment
from tandem.entities.sold import SoldLine, SoldOrder
from tandem.rules.circumstances import Circumstances
from tandem.rules.order_lines import is_ours
from tandem.rules.payments import capture_state
from tandem.rules.posting import naming
from tandem.rules.posting.balances import Balances, taken
from tandem.rules.posting.books import Books, Leg, books_of
from tandem.rules.posting.halt import beside, done, hold, pass_over, plan_of, wait
from tandem.rules.posting.lines import billing_legs, share
from tandem.rules.posting.reversal import reversal
from tandem.values import ZERO

ROUNDING = "rounding"


def order_beside(around: Circumstances, order_id: str, what: str) -> SoldOrder:
    """The sold order that a record is about.

    Raises:
        Halt: it is not in the books yet.
    """
    found = beside(around, "order", SoldOrder)
    if not found:
        raise wait(f"order_id: order {order_id}, which {what} is for, is not in Sage Pro yet")
    return found[0]


@plan_of
def plan(shipment: Shipment, around: Circumstances) -> InvoiceDocument:
    """The invoice of a shipment, or the credit memo of one that was voided after it was invoiced."""
    if not shipment.order_id:
        raise pass_over(f"sales order {shipment.sales_order_no} is not one of the shop's")
    order = order_beside(around, shipment.order_id, f"shipment {shipment.shipment_no}")
    books, balances = books_of(order, around), Balances.of(around)
    name = naming.shipped(shipment.shipment_no)
    booked = balances.booked(name)
    if shipment.voided:
        return reversal(order, booked, naming.voided(shipment.shipment_no), shipment.shipped_on, books, balances)
    if booked is not None:
        raise done(f"shipment {shipment.shipment_no} is invoiced already", booked.invoice_no)
    if around.hold_reason:
        raise hold(around.hold_reason)
    notes: list[str] = []
    pieces = _pieces(shipment, order, balances.billing, notes)
    if not any(pieces.values()):
        why = "; ".join(notes) or "it has no line of the order"
        raise hold(f"lines: nothing of shipment {shipment.shipment_no} can be invoiced: {why}")
    document = _invoice(order, pieces, name, shipment.shipped_on, books, balances)
    _covered(order, document, balances, around)
    return document.model_copy(update={"shipment_no": shipment.shipment_no, "notes": tuple(notes)})


@plan_of
def plan_unshipped(order: SoldOrder, around: Circumstances) -> InvoiceDocument:
    """The invoice of an order with nothing to ship: gift cards, downloads, services."""
    if any(line.ships for line in order.lines):
        raise pass_over(f"order {order.order_id} is invoiced as it ships")
    books, balances = books_of(order, around), Balances.of(around)
    name = naming.unshipped(order.order_id)
    if booked := balances.booked(name):
        raise done(f"order {order.order_id} is invoiced already", booked.invoice_no)
    return _invoice(order, {}, name, order.business_date, books, balances)


def _pieces(shipment: Shipment, order: SoldOrder, billing: Iterable[Invoice], notes: list[str]) -> dict[str, Decimal]:
    """Pieces to invoice by line: what was shipped, and never more than is open on the order."""
    lines = {line.line_id: line for line in order.lines}
    shipped: dict[str, Decimal] = {}
    for one in shipment.lines:
        line = lines.get(one.line_id)
        if line is not None and line.ships:
            shipped[one.line_id] = shipped.get(one.line_id, ZERO) + one.quantity
        elif line is None and not is_ours(one.line_id):
            notes.append(f"{one.quantity} of {one.sku} shipped, which is not on the order: not invoiced")
    pieces = {}
    for line_id, quantity in shipped.items():
        still = lines[line_id].quantity - taken(billing, line_id).quantity
        pieces[line_id] = max(min(quantity, still), ZERO)
        if quantity > still:
            notes.append(f"line {line_id}: {quantity} shipped, {max(still, ZERO)} open; the rest is not invoiced")
    return pieces


def _invoice(
    order: SoldOrder, pieces: dict[str, Decimal], name: str, day: str, books: Books, balances: Balances
) -> InvoiceDocument:
    lines: list[InvoiceLine] = []
    legs: list[Leg] = []
    for line in order.lines:
        before = taken(balances.billing, line.line_id)
        quantity = _due(line, order, pieces, balances)
        if quantity:
            billed = share(line, quantity, before, books)
            lines.append(billed)
            legs += billing_legs(line, billed, before, books)
    if not lines:
        raise hold(f"lines: order {order.order_id} has nothing left to invoice")
    tax = sum((line.tax for line in lines), ZERO)
    total = sum((line.amount for line in lines), tax)
    return InvoiceDocument(
        external_id=name,
        order_id=order.order_id,
        sales_order_no=order.sales_order_no,
        customer_key=order.customer_key,
        invoice_date=day,
        payment_terms=order.payment_terms,
        currency=order.currency,
        exchange_rate=books.rate,
        reference=order.number,
        lines=tuple(lines),
        tax=tax,
        total=total,
        journal=books.journal([balances.leg(books, "receivable", total), *legs]),
    )


def _due(line: SoldLine, order: SoldOrder, pieces: dict[str, Decimal], balances: Balances) -> Decimal:
    """Pieces of a line on this invoice: charges come with the first, the rounding line with the last."""
    if line.ships:
        return pieces.get(line.line_id, ZERO)
    if line.kind == ROUNDING and not _ends(order, pieces, balances):
        return ZERO
    return line.quantity - taken(balances.billing, line.line_id).quantity


def _ends(order: SoldOrder, pieces: dict[str, Decimal], balances: Balances) -> bool:
    """Whether nothing is left to be shipped after this."""
    return all(
        taken(balances.billing, line.line_id).quantity + pieces.get(line.line_id, ZERO) >= line.quantity
        for line in order.lines
        if line.ships
    )


def _covered(order: SoldOrder, document: InvoiceDocument, balances: Balances, around: Circumstances) -> None:
    """An authorisation that has run out pays for nothing: what it was to pay is not invoiced by itself."""
    state = capture_state(order)
    if not state.authorised or around.approved or any(one.currency != order.currency for one in order.payments):
        return
    covered = state.received + state.uncaptured
    invoiced = sum((one.total for one in balances.billing), document.total)
    if invoiced > covered:
        raise hold(
            f"payments: {invoiced} {order.currency} would be invoiced, but {state.received} was received and "
            f"{state.uncaptured} is still authorised; {invoiced - covered} is paid by nobody",
            news="uncaptured",
            invoiced=invoiced,
            covered=covered,
        )
