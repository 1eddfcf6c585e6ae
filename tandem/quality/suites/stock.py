"""Stock: as the gateway reads it from Sage Pro, and as it goes to the shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.quality.expect import between, filled, unique
from tandem.quality.frame import Row, number, table, text
from tandem.quality.suites.suite import Suite


def inbound() -> Suite:
    """What must be there before a stock level is worth mapping."""
    return Suite(
        name="stock.inbound",
        rows=_read,
        expectations=[
            filled("ItemCode", "ItemCode must be filled: the stock is of an item"),
            filled("Location", "Location must be filled: the stock lies somewhere"),
            between("OnHand", 0, None, "OnHand should not be negative: a count is due", severity="warning"),
            unique("Key", "item and location must stand together once in a batch", severity="critical"),
        ],
    )


def _read(record: Mapping[str, Any]) -> list[Row]:
    head = {
        "ItemCode": text(record, "ItemCode"),
        "Location": text(record, "Location"),
        "OnHand": number(record, "OnHand"),
        "Key": text(record, "Key"),
    }
    return table(head, [], ids=[])


def outbound() -> Suite:
    """What the sheet must have made of a stock level before the shop is told."""
    return Suite(
        name="stock.outbound",
        rows=_written,
        expectations=[
            between("available", 0, None, "available must not be negative: less than nothing cannot be sold"),
            filled("available.given", "available must be given: the shop would sell without end"),
            filled(
                "expectedVersion",
                "expectedVersion should be filled: without it a sale in between would be overwritten",
                severity="warning",
            ),
        ],
    )


def _written(payload: Mapping[str, Any]) -> list[Row]:
    head = {
        "available": number(payload, "available"),
        "available.given": text(payload, "available"),
        "expectedVersion": text(payload, "expectedVersion"),
    }
    return table(head, [], ids=[])
