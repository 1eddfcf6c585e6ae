"""Posting: what money and goods become in the ledger. Journals balance by their type; what does not is held."""

from __future__ import annotations

from tandem.rules.posting.applications import applications
from tandem.rules.posting.balances import Balances
from tandem.rules.posting.books import Books, Leg, books_of
from tandem.rules.posting.disputes import plan as plan_dispute
from tandem.rules.posting.invoices import plan as plan_invoice
from tandem.rules.posting.invoices import plan_unshipped
from tandem.rules.posting.payouts import plan as plan_payout
from tandem.rules.posting.receipts import plan as plan_receipt
from tandem.rules.posting.refunds import plan as plan_refund
from tandem.rules.posting.returns import plan as plan_return
from tandem.rules.posting.sold import sold_of

__all__ = [
    "Balances",
    "Books",
    "Leg",
    "applications",
    "books_of",
    "plan_dispute",
    "plan_invoice",
    "plan_payout",
    "plan_receipt",
    "plan_refund",
    "plan_return",
    "plan_unshipped",
    "sold_of",
]
