"""Shipments (SOSHIP) as the gateway reports them; the warehouse makes them in Sage Pro."""

from __future__ import annotations

from datetime import date

from tandem.gateway.models.base import Exact, Record, Stamp, WireOut


class ShipmentLine(WireOut):
    """So many of one order line."""

    line_no: int
    line_reference: str | None
    item_code: str
    quantity: Exact


class Shipment(Record):
    """What left the warehouse at once for one order."""

    shipment_no: str
    sales_order_no: str
    external_order_id: str | None
    customer_no: str
    ship_date: date | None
    ship_via: str
    tracking_no: str
    location: str
    voided: bool
    updated_at: Stamp | None
    lines: list[ShipmentLine]


class ShipmentSummary(WireOut):
    """A shipment as the order names it."""

    shipment_no: str
    ship_date: date | None
    ship_via: str
    tracking_no: str
    voided: bool
