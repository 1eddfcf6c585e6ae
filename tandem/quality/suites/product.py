"""Products: as the gateway reads them from Sage Pro."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tandem.quality.expect import between, filled, unique
from tandem.quality.frame import Row, number, table, text
from tandem.quality.suites.suite import Suite


def inbound() -> Suite:
    """What must be there before an item is worth mapping."""
    return Suite(
        name="product.inbound",
        rows=_read,
        expectations=[
            filled("ItemCode", "ItemCode must be filled: the product is linked by it"),
            filled("Description", "Description should be filled: the shop shows it", severity="warning"),
            between("Price", 0, None, "Price should not be negative", severity="warning"),
            unique("ItemCode", "ItemCode must stand once in a batch", severity="critical"),
        ],
    )


def _read(record: Mapping[str, Any]) -> list[Row]:
    head = {
        "ItemCode": text(record, "ItemCode"),
        "Description": text(record, "Description"),
        "Price": number(record, "Price"),
    }
    return table(head, [], ids=[])
