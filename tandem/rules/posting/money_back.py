"""Money that goes back to the customer, tender by tender, as the shop's transactions say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tandem.entities.receipt import ReceiptDocument
from tandem.entities.refund import PaidBack, Refund
from tandem.entities.sold import SoldOrder
from tandem.rules.posting import naming
from tandem.rules.posting.balances import Balances
from tandem.rules.posting.books import Books, Leg
from tandem.rules.posting.halt import hold
from tandem.rules.posting.tenders import Money, account_of


def money_back(
    refund: Refund,
    order: SoldOrder,
    money: list[Money],
    credited: Decimal,
    balances: Balances,
    books: Books,
    applies_to: str,
) -> Iterator[ReceiptDocument]:
    """One movement of money for each tender: out of what was credited first, then out of the deposit."""
    for part, (one, amount) in enumerate(zip(refund.transactions, money, strict=True), start=1):
        if not amount.amount:
            continue
        from_credit = min(credited, amount.amount)
        credited -= from_credit
        yield ReceiptDocument(
            external_id=naming.paid_back(refund.refund_id, part),
            order_id=order.order_id,
            customer_key=order.customer_key,
            applies_to=applies_to if from_credit else "",
            amount=-amount.amount,
            currency=order.currency,
            exchange_rate=books.rate,
            receipt_date=refund.refunded_on,
            tender=one.method,
            reference=one.transaction_id or one.payment_id,
            journal=books.journal(_legs(one, amount, from_credit, balances, books)),
        )


def _legs(one: PaidBack, money: Money, from_credit: Decimal, balances: Balances, books: Books) -> Iterator[Leg]:
    from_deposit = money.amount - from_credit
    if from_deposit > -balances.at("deposit"):
        raise hold(
            f"transactions: {from_deposit} is to be paid back before it is invoiced, but the deposit holds "
            f"{-balances.at('deposit')}"
        )
    if from_credit:
        yield balances.leg(books, "receivable", from_credit)
    if from_deposit:
        yield balances.leg(books, "deposit", from_deposit)
    account = account_of("", one.method)
    base = None if money.base is None else -money.base
    if account == "clearing":
        yield balances.leg(books, account, -money.amount, one.method, base=base)
    else:
        yield Leg(account, -money.amount, tender=one.method, base=base)
