"""What money that came in becomes: a receipt against an invoice, or a deposit until there is one."""

from __future__ import annotations

from decimal import Decimal

from tandem.entities.receipt import BookedReceipt, ReceiptDocument
from tandem.entities.receipt import Receipt as Movement
from tandem.entities.sold import SoldOrder
from tandem.rules.circumstances import Circumstances
from tandem.rules.payments import RECEIPTS, capture_state
from tandem.rules.posting.applications import applications
from tandem.rules.posting.balances import Balances
from tandem.rules.posting.books import Books, Leg, books_of
from tandem.rules.posting.halt import done, hold, pass_over, plan_of
from tandem.rules.posting.invoices import order_beside
from tandem.rules.posting.tenders import Money, account_of, in_order_currency
from tandem.values import ZERO


@plan_of
def plan(movement: Movement, around: Circumstances) -> ReceiptDocument:
    """The receipt of a successful capture, sale, gift card or store credit; of all else nothing is posted."""
    what = f"{movement.kind} {movement.payment_id}"
    if movement.kind == "refund":
        raise pass_over(f"{what}: is posted with its refund")
    if movement.kind in RECEIPTS and movement.status != "success":
        raise pass_over(f"{what}: is {movement.status}; nothing is posted before it succeeds")
    order = order_beside(around, movement.order_id, what)
    if movement.kind not in RECEIPTS:
        raise _promise(movement, order)
    books, balances = books_of(order, around), Balances.of(around)
    if booked := balances.receipt(movement.payment_id):
        return _applied(movement, order, books, balances, booked)
    return _received(movement, order, books, balances, around)


def _promise(movement: Movement, order: SoldOrder) -> Exception:
    """An authorisation or its end: no money; what will never come is told."""
    state = capture_state(order)
    if movement.kind == "void" and movement.status == "success" and movement.amount > 0:
        return pass_over(
            f"void {movement.payment_id}: authorised {state.authorised}, captured {state.captured}; "
            f"{movement.amount} {movement.currency} will not come and is not invoiced",
            news="uncaptured",
        )
    return pass_over(
        f"{movement.kind} {movement.payment_id}: no money has moved; authorised {state.authorised}, "
        f"captured {state.captured}, {state.uncaptured} not captured yet"
    )


def _applied(
    movement: Movement, order: SoldOrder, books: Books, balances: Balances, booked: BookedReceipt
) -> ReceiptDocument:
    """A receipt that stands in the books: what of it is a deposit goes to invoices that have come since."""
    parts = applications(balances, books, movement.received_on, only=movement.payment_id)
    if not parts:
        raise done(f"{movement.kind} {movement.payment_id} is entered already", booked.receipt_no)
    return ReceiptDocument(
        external_id=movement.payment_id,
        receipt_no=booked.receipt_no,
        order_id=order.order_id,
        customer_key=order.customer_key,
        amount=booked.amount,
        currency=order.currency,
        exchange_rate=books.rate,
        receipt_date=movement.received_on,
        tender=movement.method,
        reference=movement.transaction_id,
        applications=parts,
    )


def _received(
    movement: Movement, order: SoldOrder, books: Books, balances: Balances, around: Circumstances
) -> ReceiptDocument:
    if movement.amount <= 0:
        raise hold(f"amount: {movement.kind} {movement.payment_id} of {movement.amount} brings nothing in")
    money = in_order_currency(movement.amount, movement.currency, order, books, balances, around)
    invoice = next((one for one in balances.standing() if one.balance >= money.amount), None)
    against = "deposit" if invoice is None else "receivable"
    if invoice is not None and balances.at("receivable") < money.amount:
        invoice, against = None, "deposit"
    return ReceiptDocument(
        external_id=movement.payment_id,
        order_id=order.order_id,
        customer_key=order.customer_key,
        invoice_no="" if invoice is None else invoice.invoice_no,
        amount=money.amount,
        currency=order.currency,
        exchange_rate=books.rate,
        receipt_date=movement.received_on,
        tender=movement.method,
        reference=movement.transaction_id,
        journal=books.journal(
            [
                incoming(books, balances, money, movement.kind, movement.method),
                balances.leg(books, against, -money.amount),
            ]
        ),
        notes=tuple(_overpaid(order, balances, money.amount)),
    )


def incoming(books: Books, balances: Balances, money: Money, kind: str, method: str) -> Leg:
    """The debit of money that came in: the provider's clearing account, or the liability that it is taken off."""
    account = account_of(kind, method)
    if account == "clearing":
        return balances.leg(books, account, money.amount, method, base=money.base)
    return Leg(account, money.amount, tender=method, base=money.base)


def _overpaid(order: SoldOrder, balances: Balances, amount: Decimal) -> list[str]:
    received = sum((one.amount for one in balances.receipts), ZERO) + amount
    if received <= order.total:
        return []
    return [f"{received} {order.currency} received on an order of {order.total}: {received - order.total} too much"]
