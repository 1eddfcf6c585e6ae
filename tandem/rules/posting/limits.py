"""No more goes back than came in, over all refunds and disputes of an order."""

from __future__ import annotations

from decimal import Decimal

from tandem.entities.dispute import Dispute
from tandem.entities.refund import Refund
from tandem.entities.sold import SoldOrder
from tandem.rules.circumstances import Circumstances
from tandem.rules.payments import receipts
from tandem.rules.posting.balances import in_words
from tandem.rules.posting.halt import beside, hold
from tandem.values import ZERO


def not_too_much(
    order: SoldOrder, around: Circumstances, *, refund: Refund | None = None, dispute: Dispute | None = None
) -> None:
    """All refunds and disputes of an order together take no more than was captured, in each currency.

    Raises:
        Halt: they do; both figures are named. With a dispute among them the news is `paid_twice`.
    """
    refunds = {one.refund_id: one for one in (*beside(around, "refunds", Refund), *filter(None, [refund]))}
    disputes = {one.dispute_id: one for one in (*beside(around, "disputes", Dispute), *filter(None, [dispute]))}
    back = [one for one in refunds.values() if one.status == "success" and one.paid_back]
    taken = [one for one in disputes.values() if one.status != "won"]
    for currency in sorted({one.currency for one in back} | {one.currency for one in taken}):
        refunded = [one.paid_back for one in back if one.currency == currency]
        charged = [one.amount for one in taken if one.currency == currency]
        came = sum((one.amount for one in receipts(order) if one.currency == currency), ZERO)
        _judge(order, currency, came, refunded, charged)


def _judge(order: SoldOrder, currency: str, came: Decimal, refunded: list[Decimal], charged: list[Decimal]) -> None:
    went = sum(refunded, ZERO) + sum(charged, ZERO)
    if went <= came:
        return
    words = f" and disputes of {in_words(charged)}" if charged else ""
    raise hold(
        f"order {order.order_id}: refunds of {in_words(refunded)}{words} come to {went} {currency}, but only {came} "
        f"was captured; {went - came} would be paid twice",
        news="paid_twice" if charged else "",
        captured=came,
        paid_back=went,
        difference=went - came,
    )
