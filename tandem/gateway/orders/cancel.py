"""Cancelling: an order nothing of which left is void; of one that left in part, the rest is closed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from tandem.gateway.company.company import Company
from tandem.gateway.company.faults import Conflict
from tandem.gateway.company.rows import Row
from tandem.gateway.models import SalesOrder
from tandem.gateway.orders.balances import allocate, lower_onorder, open_stock
from tandem.gateway.orders.guarded import require_unlocked, update_header, update_resting_line
from tandem.gateway.orders.present import CLOSED, DELETED, VOID, Parts, ordered
from tandem.values import ZERO

_NOTHING_OPEN = {"qtyord": ZERO, "tqtyord": ZERO, "extprice": ZERO, "bextpri": ZERO}


def cancel(connection: Connection, company: Company, parts: Parts, before: SalesOrder) -> bool:
    """Take back what was not shipped; False if nothing was left to take back.

    Raises:
        Conflict: all of it was shipped, or somebody is picking it now.
        Locked: the order or its customer is in use at Sage Pro's screens.
    """
    live = [row for row in parts.lines if row["sostat"] != DELETED]
    if before.status == "void":
        return False
    if before.status == "closed":
        if any(row["qtyshp"] < ordered(row) for row in live):
            return False
        detail = f"sales order {before.sales_order_no} has been shipped in full; use a return"
        raise Conflict("order-closed", detail)
    _require_resting(before, parts)
    _close(connection, company, parts, [row for row in live if row["sostat"] == ""])
    return True


def _require_resting(before: SalesOrder, parts: Parts) -> None:
    picking = [line for line in before.line_items if line.picking_quantity > 0]
    if picking:
        differences = [
            {
                "field": f"LineItems[{line.line_reference or line.line_no}].PickingQuantity",
                "before": f"{line.picking_quantity:f}",
                "after": "0",
            }
            for line in picking
        ]
        detail = f"sales order {before.sales_order_no} is being picked"
        raise Conflict("order-in-picking", detail, {"differences": differences})
    require_unlocked(parts.header, parts.lines)


def _close(connection: Connection, company: Company, parts: Parts, lines: Sequence[Row]) -> None:
    tables, sono, touched = company.tables, parts.header["sono"], company.stamp().touched()
    for row in lines:
        sostat = CLOSED if row["qtyshp"] else VOID
        values = {**_NOTHING_OPEN, "sostat": sostat, **touched}
        update_resting_line(connection, tables.sotran, sono, row["tranlineno"], values)
    shipped = any(row["qtyshp"] for row in parts.lines)
    header = {"sostat": CLOSED if shipped else VOID, "ordamt": ZERO, "bordamt": ZERO, **touched}
    update_header(connection, tables.somast, sono, header)
    lower_onorder(connection, company, parts.header["custno"], parts.header["ordamt"])
    if company.policy.allocate:
        allocate(connection, company, {place: -quantity for place, quantity in open_stock(lines).items()})
