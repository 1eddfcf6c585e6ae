"""Orders that look like one: the customer clicked twice. Both are entered, and a person is asked; nothing is merged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from tandem.entities.order import Order

CLICKS = timedelta(seconds=60)
"""How far apart two clicks on the same button are at most."""


def twins_of(order: Order, others: Iterable[Order], *, within: timedelta = CLICKS) -> tuple[Order, ...]:
    """The other orders that may be this one once more: same customer, same goods, same total, and soon after."""
    return tuple(
        one
        for one in others
        if one.order_id != order.order_id
        and one.customer_key == order.customer_key
        and (one.currency, one.total) == (order.currency, order.total)
        and abs(one.placed_at - order.placed_at) <= within
        and _goods(one) == _goods(order)
    )


def _goods(order: Order) -> Counter[tuple[str, Decimal]]:
    return Counter((line.sku, line.quantity.normalize()) for line in order.lines)


def twin_note(order: Order, twins: Iterable[Order]) -> str:
    """The sentence for a person; empty if there is no twin."""
    numbers = [one.number or one.order_id for one in twins]
    if not numbers:
        return ""
    same = f"the same goods for {order.total} {order.currency} within a minute"
    return f"suspected twin of order {', '.join(numbers)}: {same}"
