"""Shipments: as the gateway reads them from Sage Pro, and as they go to the shop."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tandem.quality.expect import between, filled, matching
from tandem.quality.frame import Row, number, parts, table, text
from tandem.quality.suites.suite import DAY, Suite


def inbound() -> Suite:
    """What must be there before a shipment is worth mapping."""
    return Suite(
        name="shipment.inbound",
        rows=_read,
        expectations=[
            filled("SalesOrderNo", "SalesOrderNo must be filled: a shipment belongs to a sales order"),
            matching("ShipDate", DAY, "ShipDate must be a date such as 2026-03-02"),
            between("Lines", 1, None, "Lines must hold at least one line: nothing was shipped otherwise"),
            between("Lines.Quantity", 0, None, "Lines.Quantity must be above zero", above=True),
            filled("Lines.ItemCode", "Lines.ItemCode must be filled"),
            filled(
                "TrackingNo", "TrackingNo should be filled: the customer is told without tracking", severity="warning"
            ),
        ],
    )


def _read(record: Mapping[str, Any]) -> list[Row]:
    """An order that is not the shop's, and a shipment that was voided, are set aside by the rules."""
    if record.get("Voided") is True or not text(record, "ExternalOrderId"):
        return []
    lines = parts(record, "Lines")
    head = {
        "SalesOrderNo": text(record, "SalesOrderNo"),
        "ShipDate": text(record, "ShipDate"),
        "Lines": Decimal(len(lines)),
        "TrackingNo": text(record, "TrackingNo"),
    }
    rows = [{"Lines.Quantity": number(line, "Quantity"), "Lines.ItemCode": text(line, "ItemCode")} for line in lines]
    return table(head, rows, ids=[text(line, "LineNo") or str(n) for n, line in enumerate(lines, 1)])


def outbound() -> Suite:
    """What the sheet must have made of a shipment before the shop is told."""
    return Suite(
        name="shipment.outbound",
        rows=_written,
        expectations=[
            filled("externalKey", "externalKey must be filled: the fulfilment is found again by it"),
            between("lines", 1, None, "lines must hold at least one line: the shop refuses an empty fulfilment"),
            filled("lines.lineId", "lines.lineId must be filled: it names the line of the shop's order"),
            between("lines.quantity", 0, None, "lines.quantity must be above zero", above=True),
        ],
    )


def _written(payload: Mapping[str, Any]) -> list[Row]:
    if payload.get("cancelled") is True:
        return []
    lines = parts(payload, "lines")
    head = {"externalKey": text(payload, "externalKey"), "lines": Decimal(len(lines))}
    rows = [{"lines.lineId": text(line, "lineId"), "lines.quantity": number(line, "quantity")} for line in lines]
    return table(head, rows, ids=[text(line, "lineId") or str(n) for n, line in enumerate(lines, 1)])
