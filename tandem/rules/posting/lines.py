"""Shares of a sold line: what falls on so many pieces, so that all pieces together give the line to the cent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from tandem.entities.invoice import InvoiceLine
from tandem.entities.sold import SoldLine, TaxShare
from tandem.rules.allocation import allocate, cumulative_share
from tandem.rules.posting.balances import Taken
from tandem.rules.posting.books import Books, Leg
from tandem.values import ZERO, round_to


def to_date(amount: Decimal, pieces: Decimal, line: SoldLine, books: Books) -> Decimal:
    """What of an amount of the line belongs to its first so many pieces; a share is what that has grown by."""
    if not line.quantity:
        return amount
    return cumulative_share(amount, before=ZERO, after=pieces, whole=line.quantity, decimals=books.decimals)


def share(line: SoldLine, pieces: Decimal, before: Taken, books: Books) -> InvoiceLine:
    """So many pieces more of a line: the running total less what was taken before, so the last share is the rest."""
    after = before.quantity + pieces
    return invoice_line(
        line,
        pieces,
        to_date(line.amount, after, line, books) - before.amount,
        to_date(line.tax, after, line, books) - before.tax,
    )


def invoice_line(line: SoldLine, pieces: Decimal, amount: Decimal, tax: Decimal) -> InvoiceLine:
    """A line of an invoice or, with figures below zero, of a credit memo."""
    return InvoiceLine(
        line_id=line.line_id,
        kind=line.kind,
        sku=line.sku,
        description=line.description,
        quantity=pieces,
        unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        amount=amount,
        tax=tax,
    )


def billing_legs(line: SoldLine, billed: InvoiceLine, before: Taken, books: Books) -> Iterator[Leg]:
    """What one line of an invoice credits: goods at their price with the discount beside them, all else by its kind."""
    kind = "revenue" if line.kind == "goods" else line.kind
    after = before.quantity + billed.quantity
    discount = to_date(line.discount, after, line, books) - to_date(line.discount, before.quantity, line, books)
    yield Leg(kind, -(billed.amount + discount))
    yield Leg("discount", discount)
    yield from tax_legs(line.taxes, before.tax, billed.tax, books)


def tax_legs(taxes: Sequence[TaxShare], before: Decimal, tax: Decimal, books: Books) -> Iterator[Leg]:
    """So much tax more, by its codes: each code ends at what the shop stated for it."""
    if not any(one.amount for one in taxes):
        yield Leg("tax", -tax)
        return
    weights = [one.amount for one in taxes]
    then = allocate(before, weights, decimals=books.decimals)
    now = allocate(before + tax, weights, decimals=books.decimals)
    for one, old, new in zip(taxes, then, now, strict=True):
        yield Leg("tax", old - new, tax=one.code)


def fine_enough(amount: Decimal, books: Books) -> bool:
    """Whether an amount has no more decimals than the books."""
    return round_to(amount, books.decimals) == amount
