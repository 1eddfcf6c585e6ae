"""What a shipment of Sage Pro becomes in the shop: a fulfilment that fits what is still open there."""

from __future__ import annotations

from decimal import Decimal

from pydantic import ValidationError

from tandem.entities.shipment import Fulfilment, FulfilmentLine, Shipment, ShopLine, ShopOrder, ToldFulfilment
from tandem.entities.state import Fault, Outcome, State, held, skipped
from tandem.rules.allocation import cumulative_share
from tandem.rules.circumstances import Circumstances
from tandem.rules.order_lines import is_ours
from tandem.values import ZERO, minor_units


def plan(shipment: Shipment, around: Circumstances) -> Fulfilment | Outcome:
    """The fulfilment, or why the shop is not told.

    More than is open in the shop is capped and the difference noted; lines that the shop never had (freight, a
    substitute) are not told, and a substitute is noted.
    """
    if not shipment.order_id:
        return skipped(f"sales order {shipment.sales_order_no} is not one of the shop's")
    found = around.companions.get("order")
    if found is None:
        return Outcome(
            state=State.PARKED,
            reason=f"order_id: the shop has no order {shipment.order_id} that shipment {shipment.shipment_no} is for",
            fault=Fault.DATA,
        )
    try:
        order = ShopOrder.model_validate(found)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return held(f"order {shipment.order_id} of the shop cannot be understood: {faults}")
    told = _told(shipment, order)
    if shipment.voided:
        return _voided(shipment, told, around)
    if order.status == "cancelled":
        return held(
            f"order {order.order_id} is cancelled in the shop, but shipment {shipment.shipment_no} left the warehouse",
        )
    return _fulfilment(shipment, order, told, around)


def _told(shipment: Shipment, order: ShopOrder) -> ToldFulfilment | None:
    """The fulfilment that the shop already has under this shipment's number."""
    return next((f for f in order.fulfilments if f.reference == shipment.shipment_no), None)


def _voided(shipment: Shipment, told: ToldFulfilment | None, around: Circumstances) -> Fulfilment | Outcome:
    if told is None and not around.perhaps_written:
        return skipped("voided before the shop was told of it")
    if told is not None and told.cancelled:
        return Outcome(
            state=State.NOOP, reason="the shop has cancelled the fulfilment already", target=told.fulfilment_id
        )
    return Fulfilment(shipment=shipment, lines=(), notify=False, cancelled=True, notes=("voided in Sage Pro",))


def _fulfilment(
    shipment: Shipment, order: ShopOrder, told: ToldFulfilment | None, around: Circumstances
) -> Fulfilment | Outcome:
    notes: list[str] = []
    shipped = _shipped(shipment, order, notes)
    lines: list[FulfilmentLine] = []
    for line in order.lines:
        pieces = shipped.get(line.line_id, ZERO)
        if pieces % line.pack:
            return held(
                f"line {line.line_id}: {pieces} pieces of {line.sku} were shipped, but the shop sells {line.pack} "
                "together; tell the shop by hand"
            )
        if pieces > 0:
            lines += _capped(line, pieces / line.pack, _fulfilled_before(line, told), order, notes)
    if not lines:
        why = "; ".join(notes) or "it has no line of the shop's order"
        return held(f"nothing of shipment {shipment.shipment_no} is open in the shop: {why}")
    notify = around.policy.get("notify") is not False
    return Fulfilment(shipment=shipment, lines=tuple(lines), notify=notify, notes=tuple(notes))


def _shipped(shipment: Shipment, order: ShopOrder, notes: list[str]) -> dict[str, Decimal]:
    """Pieces by line of the shop's order; what it has no line for is left out."""
    known = {line.line_id for line in order.lines}
    shipped: dict[str, Decimal] = {}
    for line in shipment.lines:
        if line.line_id in known:
            shipped[line.line_id] = shipped.get(line.line_id, ZERO) + line.quantity
        elif not is_ours(line.line_id):
            notes.append(f"{line.quantity} of {line.sku} shipped, which is not on the shop's order")
    return shipped


def _fulfilled_before(line: ShopLine, told: ToldFulfilment | None) -> Decimal:
    """What other fulfilments took of the line: this shipment's own is not counted against it when it comes again."""
    if told is None or told.cancelled:
        return line.fulfilled
    own = sum((t.quantity for t in told.lines if t.line_id == line.line_id), ZERO)
    return max(line.fulfilled - own, ZERO)


def _capped(
    line: ShopLine, quantity: Decimal, before: Decimal, order: ShopOrder, notes: list[str]
) -> list[FulfilmentLine]:
    takes = min(quantity, max(line.quantity - before, ZERO))
    if takes < quantity:
        notes.append(f"line {line.line_id}: {quantity} of {line.sku} shipped, {takes} open in the shop; told {takes}")
    if takes <= 0:
        return []
    tax = cumulative_share(
        line.tax, before=before, after=before + takes, whole=line.quantity, decimals=minor_units(order.currency)
    )
    return [FulfilmentLine(line_id=line.line_id, quantity=takes, tax=tax)]
