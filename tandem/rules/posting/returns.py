"""What goods that come back become: stock where they can be sold again, and the credit that pays for an exchange."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import count

from tandem.entities.invoice import InvoiceDocument
from tandem.entities.refund import Refund, RefundLine, Return, ReturnDocument, StockMovement
from tandem.entities.sold import SoldOrder
from tandem.rules.circumstances import Circumstances
from tandem.rules.posting import naming
from tandem.rules.posting.balances import Balances, taken
from tandem.rules.posting.books import books_of
from tandem.rules.posting.claims import claims_of, pieces_of
from tandem.rules.posting.crediting import Crediting
from tandem.rules.posting.halt import beside, done, hold, pass_over, plan_of, wait
from tandem.rules.posting.invoices import order_beside
from tandem.rules.posting.restock import came_first, moved_by_refund, movement
from tandem.values import ZERO


@plan_of
def plan(returned: Return, around: Circumstances) -> ReturnDocument:
    """Stock for what was received; a credit memo for what is exchanged without a refund; nothing before it is there."""
    what = f"return {returned.return_id}"
    if returned.status == "requested":
        raise pass_over(f"{what}: is requested; nothing is posted before the goods are back")
    order = order_beside(around, returned.order_id, what)
    if around.hold_reason:
        raise hold(around.hold_reason)
    balances = Balances.of(around)
    refund = _refund(returned, around)
    _shipped(returned, order, balances)
    memos = _exchange(returned, order, around, balances) if returned.exchange_order_id and refund is None else ()
    movements = tuple(_movements(returned, order, refund, around))
    if not memos and not movements:
        raise pass_over(f"{what}: nothing of it goes back on the shelf that is not there already")
    return ReturnDocument(returned=returned, movements=movements, credits=memos, carried_to=returned.exchange_order_id)


def _refund(returned: Return, around: Circumstances) -> Refund | None:
    """The refund that pays for the goods.

    Raises:
        Halt: it is not known yet, or may still put the goods back itself.
    """
    if not returned.refund_id:
        return None
    found = next((one for one in beside(around, "refunds", Refund) if one.refund_id == returned.refund_id), None)
    if found is None:
        raise wait(f"return {returned.return_id}: belongs to refund {returned.refund_id}, which is not known yet")
    if found.status == "pending" and not came_first(returned, found):
        raise wait(f"return {returned.return_id}: belongs to refund {found.refund_id}, which is pending")
    return found


def _shipped(returned: Return, order: SoldOrder, balances: Balances) -> None:
    """No more comes back than was invoiced."""
    for one in returned.lines:
        for line, pieces in pieces_of(order, one.line_id, one.quantity, f"return {returned.return_id}"):
            out = taken(balances.billing, line.line_id).quantity
            if pieces > out and line.kind == "goods":
                raise hold(f"line {line.line_id}: {pieces} of {line.sku} came back, but {out} were shipped")


def _exchange(
    returned: Return, order: SoldOrder, around: Circumstances, balances: Balances
) -> tuple[InvoiceDocument, ...]:
    """The credit memo of goods that were changed for others: what they cost pays for the new order."""
    books, before = books_of(order, around), balances.without((naming.RETURN, returned.return_id))
    crediting = Crediting.of(order, books, before)
    for claim in claims_of(_as_refund(returned, order), order, books, before):
        crediting.claim(claim)
    if lacking := crediting.level(around.facts.rounding_limit):
        raise hold(
            f"return {returned.return_id}: would take {-lacking.total} from invoice {lacking.invoice.invoice_no}, "
            f"of which {lacking.room - lacking.total} is left"
        )
    if crediting.left_amount:
        raise hold(
            f"return {returned.return_id}: {crediting.left_amount} of it was credited before or never invoiced; "
            f"{crediting.total} is left to carry to order {returned.exchange_order_id}"
        )
    names = (naming.returned(returned.return_id, part) for part in count(1))
    made = crediting.documents(names, returned.received_on, f"exchanged for {returned.exchange_order_id}")
    fresh = tuple(one for one in made if balances.booked(one.external_id) is None)
    if made and not fresh:
        raise done(f"return {returned.return_id} is posted already")
    return fresh


def _as_refund(returned: Return, order: SoldOrder) -> Refund:
    """The return's lines at their share of what they were sold for."""
    return Refund(
        refund_id=returned.return_id,
        order_id=returned.order_id,
        status="success",
        currency=order.currency,
        refunded_on=returned.received_on,
        lines=tuple(RefundLine(**line.model_dump()) for line in returned.lines),
    )


def _movements(
    returned: Return, order: SoldOrder, refund: Refund | None, around: Circumstances
) -> Iterator[StockMovement]:
    already = dict(moved_by_refund(returned, refund))
    number = 0
    for one in returned.lines:
        moved = min(one.quantity, already.get(one.line_id, ZERO))
        already[one.line_id] = already.get(one.line_id, ZERO) - moved
        left: Decimal = one.quantity - moved
        for line, pieces in pieces_of(order, one.line_id, left, f"return {returned.return_id}"):
            number += 1
            if one.restock and pieces > 0 and line.kind == "goods":
                name = naming.moved(naming.RETURN, returned.return_id, number)
                yield movement(name, line, pieces, one.location, around)
