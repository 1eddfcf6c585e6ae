"""Stock: as the gateway reads it from Sage Pro."""

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
