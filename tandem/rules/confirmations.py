"""Which orders of the shop are told their number in Sage Pro."""

from __future__ import annotations

from tandem.entities.confirmation import Confirmation, Numbered
from tandem.entities.state import Outcome, State, skipped
from tandem.rules.circumstances import Circumstances


def plan(confirmation: Confirmation, around: Circumstances) -> Confirmation | Outcome:
    """The number to be written, or why nothing is: not one of the shop's, gone there, or written already."""
    if not confirmation.order_id:
        return skipped(f"sales order {confirmation.sales_order_no} is not one of the shop's")
    order = around.companions.get("order")
    if order is None:
        return skipped(f"order_id: the shop has no order {confirmation.order_id}")
    if Numbered.model_validate(order).number == confirmation.sales_order_no:
        return Outcome(state=State.NOOP, reason="the shop's order has its number already", target=around.found)
    return confirmation
