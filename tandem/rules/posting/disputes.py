"""What a chargeback becomes: the money stands with the provider until it is won or lost, its fee is an expense."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tandem.entities.dispute import Dispute, DisputeDocument
from tandem.entities.ledger import BookedJournal, JournalDocument
from tandem.entities.sold import SoldOrder
from tandem.rules.circumstances import Circumstances
from tandem.rules.posting import naming
from tandem.rules.posting.books import Books, Leg, books_of
from tandem.rules.posting.halt import beside, done, hold, plan_of
from tandem.rules.posting.invoices import order_beside
from tandem.rules.posting.limits import not_too_much

MOMENTS = {"opened": ("opened",), "won": ("opened", "won"), "lost": ("opened", "lost")}
"""What is posted by the time that a dispute is in a status: events may come late or not at all."""


@plan_of
def plan(dispute: Dispute, around: Circumstances) -> DisputeDocument:
    """The journals that are not in the books yet, each once; a dispute over money that went back already is held."""
    order = order_beside(around, dispute.order_id, f"dispute {dispute.dispute_id}")
    booked = {one.external_id: one for one in beside(around, "journals", BookedJournal)}
    names = [naming.disputed(dispute.dispute_id, moment) for moment in MOMENTS[dispute.status]]
    if all(name in booked for name in names):
        raise done(f"dispute {dispute.dispute_id} is posted already", booked[names[-1]].journal_no)
    if not around.approved:
        not_too_much(order, around, dispute=dispute)
    if around.hold_reason:
        raise hold(around.hold_reason)
    books, tender = _books(dispute, order, around), _tender(dispute, order)
    back = around.policy.get("fee_returned") is True
    journals = tuple(
        _journal(dispute, moment, list(_legs(dispute, moment, tender, fee_returned=back)), books)
        for moment, name in zip(MOMENTS[dispute.status], names, strict=True)
        if name not in booked
    )
    return DisputeDocument(dispute=dispute, journals=journals)


def _books(dispute: Dispute, order: SoldOrder, around: Circumstances) -> Books:
    """The order's books; a dispute in the company's own currency needs no rate."""
    if dispute.currency == order.currency:
        return books_of(order, around)
    if dispute.currency != around.facts.company_currency:
        raise hold(
            f"currency: the dispute is in {dispute.currency}, order {order.order_id} in {order.currency} and the "
            f"company's books in {around.facts.company_currency}"
        )
    return books_of(order.model_copy(update={"currency": dispute.currency}), around)


def _tender(dispute: Dispute, order: SoldOrder) -> str:
    """The tender of the payment that is disputed."""
    paid = {one.payment_id: one.method for one in order.payments}
    if dispute.payment_id in paid:
        return paid[dispute.payment_id]
    methods = {one.method for one in order.payments if one.kind in ("capture", "sale")}
    if len(methods) == 1:
        return methods.pop()
    raise hold(
        f"payment_id: dispute {dispute.dispute_id} names {dispute.payment_id or 'no payment'}, and order "
        f"{order.order_id} was paid by {', '.join(sorted(methods)) or 'nobody'}"
    )


def _legs(dispute: Dispute, moment: str, tender: str, *, fee_returned: bool) -> Iterator[Leg]:
    amount, fee = dispute.amount, dispute.fee
    if moment == "opened":
        yield Leg("disputed", amount)
        yield Leg("provider_fee", fee)
        yield Leg("clearing", -amount - fee, tender=tender)
        return
    yield Leg("disputed", -amount)
    if moment == "lost":
        yield Leg("dispute_loss", amount)
        return
    back: Decimal = fee if fee_returned else fee * 0
    yield Leg("provider_fee", -back)
    yield Leg("clearing", amount + back, tender=tender)


def _journal(dispute: Dispute, moment: str, legs: list[Leg], books: Books) -> JournalDocument:
    day = dispute.opened_on if moment == "opened" else dispute.closed_on
    if not day:
        raise hold(f"closed_on: dispute {dispute.dispute_id} is {dispute.status} without a day")
    return JournalDocument(
        external_id=naming.disputed(dispute.dispute_id, moment),
        journal_date=day,
        description=f"Dispute {dispute.dispute_id} {moment}, order {dispute.order_id}",
        reference=dispute.payment_id or dispute.dispute_id,
        journal=books.journal(legs),
    )
