"""Money by its tender and currency: which account it moves, and what it is worth in the order's currency."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from tandem.entities.sold import SoldOrder
from tandem.rules.circumstances import Circumstances
from tandem.rules.posting.balances import Balances
from tandem.rules.posting.books import Books
from tandem.rules.posting.halt import hold
from tandem.values import ZERO, round_to

LIABILITIES = {"giftCard": "gift_card", "storeCredit": "store_credit"}
"""Tenders that are no money but something that the shop owes, by the kind of payment or its method."""

TOLERANCE = Decimal("0.02")
"""By so much of it a payment in the shop's currency may miss what is open on the order and still settle it."""


class Money(NamedTuple):
    """An amount in the order's currency; `base` is what really moved where that was the company's currency."""

    amount: Decimal
    base: Decimal | None = None


def account_of(kind: str, method: str) -> str:
    """The kind of account that a tender moves."""
    return LIABILITIES.get(kind) or LIABILITIES.get(method) or "clearing"


def in_order_currency(
    amount: Decimal, currency: str, order: SoldOrder, books: Books, balances: Balances, around: Circumstances
) -> Money:
    """Money that came in, in the currency that the order was placed in.

    In the shop's own currency the provider's rate of the day is in it: what is open on the order is settled if the
    amount is near it, and the difference is one of exchange.

    Raises:
        Halt: it is in a third currency, or finer than its currency goes.
    """
    if currency == order.currency:
        return Money(_fine(amount, currency, books.decimals))
    if currency != books.base_currency:
        raise _third(currency, order, books)
    _fine(amount, currency, books.base_decimals)
    still = order.total - sum((one.amount for one in balances.receipts), ZERO)
    near = Decimal(str(around.policy.get("exchange_tolerance", TOLERANCE)))
    if still > 0 and abs(books.base(still) - amount) <= books.base(still) * near:
        return Money(still, amount)
    return Money(round_to(amount / books.rate, books.decimals), amount)


def paid_in_order_currency(amount: Decimal, currency: str, order: SoldOrder, books: Books, balances: Balances) -> Money:
    """Money that went back: of the shop's own currency the part of what came in that it is, so all of it is all.

    Raises:
        Halt: it is in a third currency, or nothing came in in that one.
    """
    if currency == order.currency:
        return Money(_fine(amount, currency, books.decimals))
    if currency != books.base_currency:
        raise _third(currency, order, books)
    came = [one for one in balances.receipts if one.base is not None]
    whole, worth = sum((one.base or ZERO for one in came), ZERO), sum((one.amount for one in came), ZERO)
    if whole <= 0:
        raise hold(f"currency: {amount} {currency} went back, but no {currency} came in on order {order.order_id}")
    return Money(round_to(worth * amount / whole, books.decimals), amount)


def _fine(amount: Decimal, currency: str, decimals: int) -> Decimal:
    if round_to(amount, decimals) != amount:
        raise hold(f"amount: {amount} {currency} has more than {decimals} decimals")
    return amount


def _third(currency: str, order: SoldOrder, books: Books) -> Exception:
    return hold(
        f"currency: the money is in {currency}, order {order.order_id} in {order.currency} and the company's books in "
        f"{books.base_currency}"
    )
