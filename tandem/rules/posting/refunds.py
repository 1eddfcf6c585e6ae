"""What a refund becomes: credit memos, money back by tender as the shop's transactions say, and stock."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import count

from tandem.entities.refund import Refund, RefundDocument, Return, StockMovement
from tandem.entities.sold import SoldOrder
from tandem.rules.circumstances import Circumstances
from tandem.rules.posting import naming
from tandem.rules.posting.balances import Balances, taken
from tandem.rules.posting.books import Books, books_of
from tandem.rules.posting.claims import beside_lines, claims_of
from tandem.rules.posting.crediting import Crediting
from tandem.rules.posting.halt import beside, done, hold, pass_over, plan_of, wait
from tandem.rules.posting.invoices import order_beside
from tandem.rules.posting.limits import not_too_much
from tandem.rules.posting.money_back import money_back
from tandem.rules.posting.restock import moved_by_returns, movement
from tandem.rules.posting.tenders import paid_in_order_currency
from tandem.values import ZERO


@plan_of
def plan(refund: Refund, around: Circumstances) -> RefundDocument:
    """All that a refund becomes; nothing while it is pending."""
    if refund.status != "success":
        raise pass_over(f"refund {refund.refund_id}: is {refund.status}; nothing is posted unless it succeeds")
    order = order_beside(around, refund.order_id, f"refund {refund.refund_id}")
    not_too_much(order, around, refund=refund)
    if around.hold_reason:
        raise hold(around.hold_reason)
    books = books_of(order, around)
    standing = Balances.of(around)
    document = _document(refund, order, books, standing.without(*_own(refund)), around)
    fresh = _not_booked(document, standing)
    if not (fresh.credits or fresh.paid_back) and (document.credits or document.paid_back):
        raise done(f"refund {refund.refund_id} is posted already")
    return fresh


def _own(refund: Refund) -> tuple[tuple[str, str], ...]:
    """What an earlier pass may have booked of it: the same documents are made again, and those that stand left out."""
    return (naming.REFUND, refund.refund_id), (naming.PAID, refund.refund_id)


def _not_booked(document: RefundDocument, balances: Balances) -> RefundDocument:
    return document.model_copy(
        update={
            "credits": tuple(one for one in document.credits if balances.booked(one.external_id) is None),
            "paid_back": tuple(one for one in document.paid_back if balances.receipt(one.external_id) is None),
        }
    )


def _document(
    refund: Refund, order: SoldOrder, books: Books, balances: Balances, around: Circumstances
) -> RefundDocument:
    money = [paid_in_order_currency(one.amount, refund.currency, order, books, balances) for one in refund.transactions]
    paid = sum((one.amount for one in money), ZERO)
    if refund.currency != order.currency and (refund.shipping or refund.tax or any(x.amount for x in refund.lines)):
        raise hold(f"refund {refund.refund_id}: states amounts in {refund.currency} of an order in {order.currency}")
    claims = claims_of(refund, order, books, balances)
    parts = beside_lines(refund, order, claims, paid, around.facts.rounding_limit)
    if not (claims or paid or parts.total):
        raise pass_over(f"refund {refund.refund_id}: gives nothing back")
    crediting = Crediting.of(order, books, balances)
    for claim in claims:
        crediting.claim(claim)
    crediting.beside(parts)
    _within(refund, order, crediting, balances, around)
    if parts.short and parts.short > max(balances.at("receivable"), ZERO) and not _exchanged(refund, around):
        raise hold(
            f"transactions: pay back {paid}, the lines, shipping and tax of refund {refund.refund_id} come to "
            f"{paid + parts.short}; {parts.short} {order.currency} is left, and the customer owes nothing",
            paid_back=paid,
            stated=paid + parts.short,
            difference=-parts.short,
        )
    names = (naming.refunded(refund.refund_id, part) for part in count(1))
    memos = crediting.documents(names, refund.refunded_on, refund.reason or order.number)
    reference = memos[0].external_id if memos else ""
    return RefundDocument(
        refund=refund,
        credits=memos,
        paid_back=tuple(money_back(refund, order, money, crediting.total, balances, books, reference)),
        movements=tuple(_movements(refund, crediting, around)),
        reductions={line_id: pieces for line_id, pieces in crediting.left_pieces.items() if pieces},
        notes=tuple(_notes(crediting, parts.short)),
    )


def _notes(crediting: Crediting, short: Decimal) -> Iterator[str]:
    if crediting.left_amount:
        yield f"{crediting.left_amount} is paid back before it was invoiced: the order is reduced"
    if short:
        yield f"{short} is not paid back; it stays with the customer's account"


def _exchanged(refund: Refund, around: Circumstances) -> bool:
    returns = beside(around, "returns", Return)
    return any(one.exchange_order_id for one in returns if one.refund_id == refund.refund_id)


def _within(refund: Refund, order: SoldOrder, crediting: Crediting, balances: Balances, around: Circumstances) -> None:
    """Nothing is credited that no invoice charged; before the invoice the order is reduced, or the refund waits."""
    what = f"refund {refund.refund_id}"
    if lacking := crediting.level(around.facts.rounding_limit):
        taken_from = lacking.room - lacking.total
        raise hold(
            f"{what}: would take {-lacking.total} from invoice {lacking.invoice.invoice_no}, "
            f"of which {taken_from} is left",
        )
    if not crediting.left_amount and not any(crediting.left_pieces.values()):
        return
    invoiced = sum((one.total for one in balances.billing), ZERO)
    if all(abs(taken(balances.billing, line.line_id).quantity) >= abs(line.quantity) for line in order.lines):
        raise hold(
            f"{what}: {crediting.left_amount} {order.currency} and {sum(crediting.left_pieces.values(), ZERO)} pieces "
            f"are more than is left of what was invoiced ({invoiced}, {crediting.total} of it credited now)"
        )
    if around.policy.get("refund_before_invoice") != "reduce":
        raise wait(
            f"{what}: {crediting.left_amount} {order.currency} of it is not invoiced yet (invoiced {invoiced} of "
            f"{order.total}); it waits for the invoice"
        )


def _movements(refund: Refund, crediting: Crediting, around: Circumstances) -> Iterator[StockMovement]:
    """Stock of what came back and was ever shipped, less what its return has put back before."""
    already = moved_by_returns(refund, beside(around, "returns", Return))
    for number, (claim, pieces) in enumerate(crediting.put_back, start=1):
        if not claim.restock or claim.line.kind != "goods":
            continue
        shops = claim.line.bundle or claim.line.line_id
        each = claim.line.per_bundle if claim.line.bundle else claim.line.pack
        moved = min(pieces, already.get(shops, ZERO) * each)
        if pieces > moved:
            name = naming.moved(naming.REFUND, refund.refund_id, number)
            yield movement(name, claim.line, pieces - moved, claim.location, around)
