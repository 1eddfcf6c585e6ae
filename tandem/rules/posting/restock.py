"""Goods that go back on the shelf: once, whether the shop tells it with the refund, with the return, or with both.

Of a refund and the return that belongs to it the earlier one moves the stock, by the shop's own stamps: that is so in
whatever order the two are heard of. Without a stamp on both it is the refund.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tandem.entities.refund import Refund, Return, ReturnLine, StockMovement
from tandem.entities.sold import SoldLine
from tandem.rules.circumstances import Circumstances
from tandem.values import ZERO


def came_first(returned: Return, refund: Refund) -> bool:
    """Whether the goods were back before the money."""
    if returned.received_at is None or refund.refunded_at is None:
        return False
    return returned.received_at < refund.refunded_at


def moved_by_returns(refund: Refund, returns: Iterable[Return]) -> dict[str, Decimal]:
    """By line of the shop, what returns that belong to a refund put back before it."""
    first = [
        one
        for one in returns
        if one.refund_id == refund.refund_id and one.status != "requested" and came_first(one, refund)
    ]
    return _restocked(line for one in first for line in one.lines)


def moved_by_refund(returned: Return, refund: Refund | None) -> dict[str, Decimal]:
    """By line of the shop, what the refund of a return put back before it."""
    if refund is None or refund.status != "success" or came_first(returned, refund):
        return {}
    return _restocked(ReturnLine(**line.model_dump(exclude={"amount", "tax"})) for line in refund.lines)


def _restocked(lines: Iterable[ReturnLine]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in lines:
        if line.restock:
            found[line.line_id] = found.get(line.line_id, ZERO) + line.quantity
    return found


def movement(name: str, line: SoldLine, pieces: Decimal, location: str, around: Circumstances) -> StockMovement:
    """Pieces of a line put back where the return says, else where policy wants returns."""
    return StockMovement(
        external_id=name,
        line_id=line.line_id,
        sku=line.sku,
        location=location or str(around.policy.get("return_location") or ""),
        quantity=pieces,
    )
