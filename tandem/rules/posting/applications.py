"""Deposits that find their invoice: once one exists, what was paid before is applied to it."""

from __future__ import annotations

from tandem.entities.receipt import ApplicationDocument
from tandem.rules.posting import naming
from tandem.rules.posting.balances import Balances
from tandem.rules.posting.books import Books
from tandem.values import ZERO


def applications(
    balances: Balances, books: Books, day: str, *, only: str | None = None
) -> tuple[ApplicationDocument, ...]:
    """What can be applied now: never more than a receipt has unapplied, an invoice open, or the deposit holds.

    Oldest first on both sides; `only` is the external id of the one receipt that is looked at.
    """
    deposit = -balances.at("deposit")
    owed = {one.invoice_no: one.balance for one in balances.standing() if one.balance > 0}
    made: list[ApplicationDocument] = []
    for receipt in balances.receipts:
        free = receipt.unapplied
        if only is not None and receipt.external_id != only:
            continue
        for invoice_no, still in owed.items():
            amount = min(free, still, deposit, max(balances.at("receivable"), ZERO))
            if amount <= 0:
                continue
            free, deposit = free - amount, deposit - amount
            name = naming.applied(receipt.external_id or receipt.receipt_no, invoice_no, free)
            legs = [balances.leg(books, "deposit", amount), balances.leg(books, "receivable", -amount)]
            made.append(
                ApplicationDocument(
                    external_id=name,
                    receipt=receipt.receipt_no,
                    invoice_no=invoice_no,
                    amount=amount,
                    application_date=day,
                    journal=books.journal(legs),
                )
            )
            owed[invoice_no] -= amount
    return tuple(made)
