"""A change of an order with what it leaves out taken from the order as it stands: silence changes nothing."""

from __future__ import annotations

from tandem.gateway.models import LineItem, LineItemIn, SalesOrder, SalesOrderUpdate


def settled(before: SalesOrder, order: SalesOrderUpdate) -> SalesOrderUpdate:
    """The new state with every member that has a default at entry made explicit."""
    known = {line.line_reference: line for line in before.line_items if line.line_reference}
    lines = [_line(known.get(line.line_reference), line, order.location.strip()) for line in order.line_items]
    return order.model_copy(
        update={
            "sales_order_no": "",
            "requested_date": order.requested_date or before.requested_date,
            "payment_terms": order.payment_terms.strip() or before.payment_terms,
            "ship_via": order.ship_via.strip() or before.ship_via,
            "location": order.location.strip() or before.location,
            "line_items": lines,
        }
    )


def _line(old: LineItem | None, new: LineItemIn, location: str) -> LineItemIn:
    if old is None:
        return new
    same_item = new.item_code.strip().casefold() == old.item_code.casefold()
    return new.model_copy(
        update={
            "description": new.description.rstrip() or (old.description if same_item else ""),
            "location": new.location.strip() or location or old.location,
        }
    )
